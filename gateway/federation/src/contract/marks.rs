//! Puts `@inaccessible` on what a contract hides.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, DirectiveList, InputValueDefinition};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};

use super::hidden::Hidden;
use crate::sdl::link;
use crate::supergraph::{LinkedFeature, Supergraph, linked_feature};
use crate::type_parts;

/// Marks everything hidden that is not inaccessible already.
pub(super) fn add(supergraph: &mut Supergraph, hidden: &Hidden) {
    if hidden.is_empty() {
        return;
    }
    if !supergraph.schema.directive_definitions.contains_key("inaccessible") {
        linked_feature::define(&mut supergraph.schema, "inaccessible");
        link(&mut supergraph.features);
    }
    for definition in supergraph.schema.types.values_mut() {
        if !definition.is_built_in() {
            mark_type(definition, hidden);
        }
    }
}

/// Links the specification, unless the document does so without using it: after `tag`, as
/// composition does.
fn link(features: &mut Vec<LinkedFeature>) {
    let place = |name: &str| {
        features.iter().position(|it| it.known().is_some_and(|known| known.name == name))
    };
    if place("inaccessible").is_none() {
        let position = place("tag").map_or(0, |tag| tag + 1);
        features.insert(position, LinkedFeature::of_spec("inaccessible", "v0.2"));
    }
}

fn mark_type(definition: &mut ExtendedType, hidden: &Hidden) {
    let name = definition.name().clone();
    if hidden.has(&name) {
        type_parts::map_type_directives(definition, &mark);
    }
    match definition {
        ExtendedType::Object(ty) => {
            ty.make_mut().fields.values_mut().for_each(|field| mark_field(&name, field, hidden));
        }
        ExtendedType::Interface(ty) => {
            ty.make_mut().fields.values_mut().for_each(|field| mark_field(&name, field, hidden));
        }
        ExtendedType::InputObject(ty) => {
            for field in ty.make_mut().fields.values_mut() {
                if hidden.has(&format!("{name}.{}", field.name)) {
                    mark(&mut field.make_mut().directives);
                }
            }
        }
        ExtendedType::Enum(ty) => {
            for (value_name, value) in &mut ty.make_mut().values {
                if hidden.has(&format!("{name}.{value_name}")) {
                    mark(&mut value.make_mut().directives);
                }
            }
        }
        ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
    }
}

fn mark_field(parent: &str, field: &mut Component<FieldDefinition>, hidden: &Hidden) {
    let coordinate = format!("{parent}.{}", field.name);
    if hidden.has(&coordinate) {
        mark(&mut field.make_mut().directives);
    }
    let is_hidden = |argument: &Node<InputValueDefinition>| {
        hidden.has(&format!("{coordinate}({}:)", argument.name))
    };
    if field.arguments.iter().any(is_hidden) {
        let arguments = field.make_mut().arguments.iter_mut();
        for argument in arguments.filter(|argument| is_hidden(argument)) {
            mark(&mut argument.make_mut().directives);
        }
    }
}

/// In the place composition gives it: before the tags.
fn mark(directives: &mut DirectiveList) {
    if !directives.has("inaccessible") {
        let name = link::static_name("inaccessible");
        let tags = directives.iter().position(|directive| directive.name == "tag");
        let position = tags.unwrap_or(directives.len());
        directives.0.insert(position, Node::new(Directive::new(name)));
    }
}

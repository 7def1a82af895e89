//! What a subgraph says to routers and composition does not merge: connectors and cache tags.

use apollo_compiler::ast::{Directive, DirectiveList, FieldDefinition};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node, Schema};

use super::federation_link::FederationNames;
use super::federation_spec::names;
use super::field_sets::Coordinate;

/// The carried directives, by what they stand on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carried {
    pub(crate) on_schema: Vec<Node<Directive>>,
    pub(crate) on_types: IndexMap<Name, Vec<Node<Directive>>>,
    pub(crate) on_fields: IndexMap<Coordinate, Vec<Node<Directive>>>,
}

/// Takes them out of a schema whose directives of Federation have their canonical names.
pub(super) fn take(schema: &mut Schema, names: &FederationNames) -> Carried {
    let connectors = names.connectors.as_ref();
    let is_carried = |directive: &Directive| {
        directive.name == names::CACHE_TAG
            || connectors.is_some_and(|connectors| connectors.has(&directive.name))
    };
    let mut carried = Carried::default();
    carried.on_schema.extend(connectors.map(|connectors| connectors.link.clone()));
    let definition = schema.schema_definition.make_mut();
    let taken = definition.directives.iter().filter(|it| is_carried(it));
    carried.on_schema.extend(taken.map(|it| it.node.clone()));
    definition.directives.retain(|it| !is_carried(it));
    for (name, definition) in &mut schema.types {
        let (directives, fields) = match definition {
            ExtendedType::Object(ty) => {
                let ty = ty.make_mut();
                (&mut ty.directives, &mut ty.fields)
            }
            ExtendedType::Interface(ty) if !ty.is_built_in() => {
                let ty = ty.make_mut();
                (&mut ty.directives, &mut ty.fields)
            }
            _ => continue,
        };
        let taken: Vec<_> =
            directives.iter().filter(|it| is_carried(it)).map(|it| it.node.clone()).collect();
        if !taken.is_empty() {
            directives.retain(|it| !is_carried(it));
            carried.on_types.insert(name.clone(), taken);
        }
        for field in fields.values_mut() {
            let taken = take_from_field(field, &is_carried);
            if !taken.is_empty() {
                carried.on_fields.insert((name.clone(), field.name.clone()), taken);
            }
        }
    }
    if let Some(connectors) = connectors {
        schema.directive_definitions.retain(|name, _| !connectors.has(name));
    }
    carried
}

fn take_from_field(
    field: &mut Component<FieldDefinition>,
    is_carried: &dyn Fn(&Directive) -> bool,
) -> Vec<Node<Directive>> {
    if !field.directives.iter().any(|it| is_carried(it)) {
        return Vec::new();
    }
    let (taken, kept): (Vec<_>, Vec<_>) =
        field.directives.iter().cloned().partition(|it| is_carried(it));
    field.make_mut().directives = DirectiveList(kept);
    taken
}

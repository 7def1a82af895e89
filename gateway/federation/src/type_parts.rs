//! The parts of type definitions, found and changed alike for every kind of type.
//!
//! Knows schemas only: neither whether one is a subgraph's, nor what directives mean.

use apollo_compiler::ast;
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{
    Component, ComponentName, ComponentOrigin, DirectiveList, ExtendedType, FieldDefinition,
    InputValueDefinition,
};
use apollo_compiler::{Node, Schema};

/// The fields of an object or interface type; none of other types.
pub(crate) fn fields_of(
    definition: &ExtendedType,
) -> impl Iterator<Item = &Component<FieldDefinition>> {
    let fields = match definition {
        ExtendedType::Object(ty) => Some(&ty.fields),
        ExtendedType::Interface(ty) => Some(&ty.fields),
        _ => None,
    };
    fields.into_iter().flat_map(|fields| fields.values())
}

/// A field of an object or interface type.
pub(crate) fn field_of<'a>(
    definition: &'a ExtendedType,
    name: &str,
) -> Option<&'a Component<FieldDefinition>> {
    match definition {
        ExtendedType::Object(ty) => ty.fields.get(name),
        ExtendedType::Interface(ty) => ty.fields.get(name),
        _ => None,
    }
}

/// Every directive application of a schema.
pub(crate) fn for_each_application(schema: &Schema, visit: &mut dyn FnMut(&Node<ast::Directive>)) {
    for directive in schema.schema_definition.directives.iter() {
        visit(&directive.node);
    }
    for definition in schema.directive_definitions.values() {
        let of_arguments = definition.arguments.iter().flat_map(|it| it.directives.iter());
        of_arguments.for_each(&mut *visit);
    }
    for definition in schema.types.values() {
        for directive in definition.directives().iter() {
            visit(&directive.node);
        }
        for field in fields_of(definition) {
            field.directives.iter().for_each(&mut *visit);
            let of_arguments = field.arguments.iter().flat_map(|it| it.directives.iter());
            of_arguments.for_each(&mut *visit);
        }
        match definition {
            ExtendedType::Enum(ty) => {
                ty.values.values().flat_map(|it| it.directives.iter()).for_each(&mut *visit);
            }
            ExtendedType::InputObject(ty) => {
                ty.fields.values().flat_map(|it| it.directives.iter()).for_each(&mut *visit);
            }
            _ => {}
        }
    }
}

/// One definition without extensions: what came from an extension belongs to the definition.
pub(crate) fn flatten(definition: &mut ExtendedType) {
    match definition {
        ExtendedType::Scalar(ty) => flatten_all(&mut ty.make_mut().directives.0),
        ExtendedType::Object(ty) => {
            let ty = ty.make_mut();
            flatten_all(&mut ty.directives.0);
            flatten_names(&mut ty.implements_interfaces);
            flatten_all(ty.fields.values_mut());
        }
        ExtendedType::Interface(ty) => {
            let ty = ty.make_mut();
            flatten_all(&mut ty.directives.0);
            flatten_names(&mut ty.implements_interfaces);
            flatten_all(ty.fields.values_mut());
        }
        ExtendedType::Union(ty) => {
            let ty = ty.make_mut();
            flatten_all(&mut ty.directives.0);
            flatten_names(&mut ty.members);
        }
        ExtendedType::Enum(ty) => {
            let ty = ty.make_mut();
            flatten_all(&mut ty.directives.0);
            flatten_all(ty.values.values_mut());
        }
        ExtendedType::InputObject(ty) => {
            let ty = ty.make_mut();
            flatten_all(&mut ty.directives.0);
            flatten_all(ty.fields.values_mut());
        }
    }
}

fn flatten_all<'a, T: 'a>(components: impl IntoIterator<Item = &'a mut Component<T>>) {
    for component in components {
        component.origin = ComponentOrigin::Definition;
    }
}

fn flatten_names(names: &mut IndexSet<ComponentName>) {
    *names = names.iter().map(|component| component.name.clone().into()).collect();
}

/// Changes every directive in place; each stays with the definition or extension it is from.
pub(crate) fn for_each_directive(
    definition: &mut ExtendedType,
    change: &dyn Fn(&mut Node<ast::Directive>),
) {
    if !definition.directives().is_empty() {
        for directive in type_directives(definition).iter_mut() {
            change(&mut directive.node);
        }
    }
    map_part_directives(definition, &|directives| directives.0.iter_mut().for_each(change));
}

/// Drops directives; the others stay with the definition or extension they are from.
pub(crate) fn retain_directives(
    definition: &mut ExtendedType,
    keeps: &dyn Fn(&ast::Directive) -> bool,
) {
    if !definition.directives().is_empty() {
        type_directives(definition).retain(|directive| keeps(directive));
    }
    map_part_directives(definition, &|directives| directives.0.retain(|it| keeps(it)));
}

/// Changes every list of directives that is not empty: the type's, its fields', their arguments',
/// its values'.
pub(crate) fn map_directives(
    definition: &mut ExtendedType,
    change: &dyn Fn(&mut ast::DirectiveList),
) {
    if !definition.directives().is_empty() {
        map_type_directives(definition, change);
    }
    map_part_directives(definition, change);
}

/// What has no directives stays shared with the schema that it was copied from.
fn map_part_directives(definition: &mut ExtendedType, change: &dyn Fn(&mut ast::DirectiveList)) {
    match definition {
        ExtendedType::Object(ty) if ty.fields.values().any(|field| has_directives(field)) => {
            ty.make_mut().fields.values_mut().for_each(|field| map_field(field, change));
        }
        ExtendedType::Interface(ty) if ty.fields.values().any(|field| has_directives(field)) => {
            ty.make_mut().fields.values_mut().for_each(|field| map_field(field, change));
        }
        ExtendedType::Enum(ty) if ty.values.values().any(|value| !value.directives.is_empty()) => {
            let values = ty.make_mut().values.values_mut();
            for value in values.filter(|value| !value.directives.is_empty()) {
                change(&mut value.make_mut().directives);
            }
        }
        ExtendedType::InputObject(ty)
            if ty.fields.values().any(|field| !field.directives.is_empty()) =>
        {
            let fields = ty.make_mut().fields.values_mut();
            for field in fields.filter(|field| !field.directives.is_empty()) {
                change(&mut field.make_mut().directives);
            }
        }
        _ => {}
    }
}

fn has_directives(field: &FieldDefinition) -> bool {
    !field.directives.is_empty() || arguments_have_directives(&field.arguments)
}

fn arguments_have_directives(arguments: &[Node<InputValueDefinition>]) -> bool {
    arguments.iter().any(|argument| !argument.directives.is_empty())
}

/// Changes the list of directives of the type itself.
pub(crate) fn map_type_directives(
    definition: &mut ExtendedType,
    change: &dyn Fn(&mut ast::DirectiveList),
) {
    map_schema_directives(type_directives(definition), change);
}

/// The list of directives of the type itself.
pub(crate) fn type_directives(definition: &mut ExtendedType) -> &mut DirectiveList {
    match definition {
        ExtendedType::Scalar(ty) => &mut ty.make_mut().directives,
        ExtendedType::Object(ty) => &mut ty.make_mut().directives,
        ExtendedType::Interface(ty) => &mut ty.make_mut().directives,
        ExtendedType::Union(ty) => &mut ty.make_mut().directives,
        ExtendedType::Enum(ty) => &mut ty.make_mut().directives,
        ExtendedType::InputObject(ty) => &mut ty.make_mut().directives,
    }
}

/// Changes a list whose elements know which extension they are from; afterwards they do not.
pub(crate) fn map_schema_directives(
    directives: &mut DirectiveList,
    change: &dyn Fn(&mut ast::DirectiveList),
) {
    let mut nodes = directives.iter().map(|component| component.node.clone()).collect();
    change(&mut nodes);
    *directives = nodes.0.into_iter().map(Component::from).collect();
}

fn map_field(field: &mut Component<FieldDefinition>, change: &dyn Fn(&mut ast::DirectiveList)) {
    if !field.directives.is_empty() {
        change(&mut field.make_mut().directives);
    }
    if arguments_have_directives(&field.arguments) {
        map_arguments(&mut field.make_mut().arguments, change);
    }
}

/// Changes the directives of those arguments that have some.
pub(crate) fn map_arguments(
    arguments: &mut [Node<InputValueDefinition>],
    change: &dyn Fn(&mut ast::DirectiveList),
) {
    for argument in arguments.iter_mut().filter(|argument| !argument.directives.is_empty()) {
        change(&mut argument.make_mut().directives);
    }
}

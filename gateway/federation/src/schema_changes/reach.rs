//! Which types clients can reach without anything deprecated.
//!
//! A type that only deprecated fields led to goes with them: its removal is part of the same
//! contract, though nobody can write `@deprecated` on a type.

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::ExtendedType;

use super::annotations::is_deprecated;

/// The types that the root types lead to by what is not deprecated.
pub(super) fn reachable_types(schema: &Schema) -> HashSet<&str> {
    let implementers = schema.implementers_map();
    let mut reached = HashSet::default();
    let mut open: Vec<&str> =
        schema.schema_definition.iter_root_operations().map(|(_, ty)| ty.as_str()).collect();
    for directive in schema.directive_definitions.values() {
        open.extend(directive.arguments.iter().filter_map(|argument| input_type(argument)));
    }
    while let Some(name) = open.pop() {
        if !reached.insert(name) {
            continue;
        }
        match schema.types.get(name) {
            Some(ExtendedType::Object(ty)) => {
                open.extend(ty.fields.values().flat_map(|field| field_types(field)));
                open.extend(ty.implements_interfaces.iter().map(|one| one.as_str()));
            }
            Some(ExtendedType::Interface(ty)) => {
                open.extend(ty.fields.values().flat_map(|field| field_types(field)));
                open.extend(ty.implements_interfaces.iter().map(|one| one.as_str()));
                let found = implementers.get(name).into_iter().flat_map(|found| found.iter());
                let types = found.filter_map(|one| schema.types.get(one));
                open.extend(types.map(|ty| ty.name().as_str()));
            }
            Some(ExtendedType::Union(ty)) => {
                open.extend(ty.members.iter().map(|member| member.as_str()));
            }
            Some(ExtendedType::InputObject(ty)) => {
                open.extend(ty.fields.values().filter_map(|field| input_type(field)));
            }
            Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)) | None => {}
        }
    }
    reached
}

fn field_types(field: &FieldDefinition) -> Vec<&str> {
    if is_deprecated(&field.directives) {
        return Vec::new();
    }
    let mut types = vec![field.ty.inner_named_type().as_str()];
    types.extend(field.arguments.iter().filter_map(|argument| input_type(argument)));
    types
}

fn input_type(value: &InputValueDefinition) -> Option<&str> {
    (!is_deprecated(&value.directives)).then(|| value.ty.inner_named_type().as_str())
}

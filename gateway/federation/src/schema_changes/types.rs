//! Types: removed, added, of another kind, and their descriptions.

use std::collections::HashSet;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

use super::pairs::{Pair, pairs};
use super::{Criticality, SchemaChange, reach};

/// Everything that changed in the types of two schemas.
pub(super) fn compare(before: &Schema, after: &Schema, changes: &mut Vec<SchemaChange>) {
    let reachable = reach::reachable_types(before);
    for pair in pairs(client_types(before), client_types(after), |ty| ty.name().as_str()) {
        match pair {
            Pair::Removed(ty) => changes.push(removed(ty, &reachable)),
            Pair::Added(ty) => changes.push(added(ty)),
            Pair::Both(one, other) => compare_type(one, other, changes),
        }
    }
}

fn client_types(schema: &Schema) -> impl Iterator<Item = &ExtendedType> {
    schema.types.values().filter(|ty| !ty.is_built_in())
}

fn removed(ty: &ExtendedType, reachable: &HashSet<&str>) -> SchemaChange {
    let name = ty.name();
    let message = format!("{} `{name}` was removed", kind_name(ty));
    SchemaChange::new(Criticality::Breaking, "TYPE_REMOVED", name.as_str(), message)
        .because("operations that name the type, or read a field that gave it, are not valid")
        .concerning(name.as_str())
        .contract(!reachable.contains(name.as_str()))
}

fn added(ty: &ExtendedType) -> SchemaChange {
    let message = format!("{} `{}` was added", kind_name(ty), ty.name());
    SchemaChange::new(Criticality::Safe, "TYPE_ADDED", ty.name().as_str(), message)
}

fn compare_type(before: &ExtendedType, after: &ExtendedType, changes: &mut Vec<SchemaChange>) {
    let name = before.name();
    let (old_kind, new_kind) = (kind_name(before), kind_name(after));
    if old_kind != new_kind {
        let message = format!("`{name}` was {old_kind} and is {new_kind} now");
        let kind = "TYPE_KIND_CHANGED";
        let change = SchemaChange::new(Criticality::Breaking, kind, name.as_str(), message)
            .because("a selection, a fragment or a value fits one kind of type and not the other")
            .concerning(name.as_str());
        changes.push(change);
    }
}

/// `object type`, `enum`, …, as people say.
fn kind_name(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "object type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input object type",
    }
}

//! Types: removed, added, of another kind; their descriptions, and what they implement.

use apollo_compiler::collections::{HashSet, IndexSet};
use apollo_compiler::schema::{ComponentName, ExtendedType, ScalarType};
use apollo_compiler::{Name, Schema};

use super::annotations::{self, Kinds};
use super::input_values::{self, INPUT_FIELD};
use super::pairs::{Pair, pairs};
use super::supertypes::Supertypes;
use super::{Criticality, SchemaChange, enums, fields, reach};
use crate::sdl::one_of::is_one_of;

const DESCRIPTION: Kinds = Kinds {
    added: "TYPE_DESCRIPTION_ADDED",
    removed: "TYPE_DESCRIPTION_REMOVED",
    changed: "TYPE_DESCRIPTION_CHANGED",
};

/// Why the removal of a type can be the end of a deprecation.
const ONLY_DEPRECATED_LED_TO_IT: &str = "only what was deprecated led to it";

/// Everything that changed in the types of two schemas.
pub(super) fn compare(before: &Schema, after: &Schema, changes: &mut Vec<SchemaChange>) {
    let reachable = reach::reachable_types(before);
    let supertypes = Supertypes::new(before);
    for pair in pairs(client_types(before), client_types(after), |ty| ty.name().as_str()) {
        match pair {
            Pair::Removed(ty) => changes.push(removed(ty, &reachable)),
            Pair::Added(ty) => changes.push(added(ty)),
            Pair::Both(one, other) => compare_type(one, other, &supertypes, changes),
        }
    }
}

fn client_types(schema: &Schema) -> impl Iterator<Item = &ExtendedType> {
    schema.types.values().filter(|ty| !ty.is_built_in())
}

fn removed(ty: &ExtendedType, reachable: &HashSet<&str>) -> SchemaChange {
    let name = ty.name();
    let message = format!("{} `{name}` was removed", kind_name(ty));
    let is_reachable = reachable.contains(name.as_str());
    SchemaChange::new(Criticality::Breaking, "TYPE_REMOVED", name.as_str(), message)
        .because(
            "an operation that names it, or reads a field that gives it, is not valid any more",
        )
        .concerning(name.as_str())
        .contract((!is_reachable).then_some(ONLY_DEPRECATED_LED_TO_IT))
}

fn added(ty: &ExtendedType) -> SchemaChange {
    let message = format!("{} `{}` was added", kind_name(ty), ty.name());
    SchemaChange::new(Criticality::Safe, "TYPE_ADDED", ty.name().as_str(), message)
}

fn compare_type(
    before: &ExtendedType,
    after: &ExtendedType,
    supertypes: &Supertypes<'_>,
    changes: &mut Vec<SchemaChange>,
) {
    let name = before.name();
    let descriptions = (before.description(), after.description());
    annotations::description(DESCRIPTION, name, descriptions, changes);
    match (before, after) {
        (ExtendedType::Object(one), ExtendedType::Object(other)) => {
            fields::compare(name, &one.fields, &other.fields, changes);
            let interfaces = (&one.implements_interfaces, &other.implements_interfaces);
            compare_interfaces(name, interfaces, supertypes, changes);
        }
        (ExtendedType::Interface(one), ExtendedType::Interface(other)) => {
            fields::compare(name, &one.fields, &other.fields, changes);
            let interfaces = (&one.implements_interfaces, &other.implements_interfaces);
            compare_interfaces(name, interfaces, supertypes, changes);
        }
        (ExtendedType::Union(one), ExtendedType::Union(other)) => {
            enums::compare_unions(one, other, supertypes, changes);
        }
        (ExtendedType::Enum(one), ExtendedType::Enum(other)) => {
            enums::compare_enums(one, other, changes);
        }
        (ExtendedType::InputObject(one), ExtendedType::InputObject(other)) => {
            let old = one.fields.values().map(|field| &***field);
            let new = other.fields.values().map(|field| &***field);
            input_values::compare(&INPUT_FIELD, name, old, new, changes);
            changes.extend(one_of_changed(before, after));
        }
        (ExtendedType::Scalar(one), ExtendedType::Scalar(other)) => {
            changes.extend(specification_changed(one, other));
        }
        _ => changes.push(kind_changed(before, after)),
    }
}

fn kind_changed(before: &ExtendedType, after: &ExtendedType) -> SchemaChange {
    let name = before.name().as_str();
    let message = format!("`{name}` was {} and is {} now", a(before), a(after));
    SchemaChange::new(Criticality::Breaking, "TYPE_KIND_CHANGED", name, message)
        .because("a selection, a fragment or a value fits one kind of type and not the other")
        .concerning(name)
}

fn compare_interfaces(
    name: &Name,
    (before, after): (&IndexSet<ComponentName>, &IndexSet<ComponentName>),
    supertypes: &Supertypes<'_>,
    changes: &mut Vec<SchemaChange>,
) {
    for pair in pairs(before, after, |interface| interface.as_str()) {
        match pair {
            Pair::Removed(interface) => {
                let interface = interface.as_str();
                let message = format!("`{name}` does not implement `{interface}` any more");
                let kind = "OBJECT_TYPE_INTERFACE_REMOVED";
                let change = SchemaChange::new(Criticality::Breaking, kind, name.as_str(), message)
                    .because("a fragment on one, where the other stands, is not valid any more");
                changes.push(supertypes.concerning(change, name, interface));
            }
            Pair::Added(interface) => {
                let interface = interface.as_str();
                let message = format!("`{name}` implements `{interface}`");
                let kind = "OBJECT_TYPE_INTERFACE_ADDED";
                let change =
                    SchemaChange::new(Criticality::Dangerous, kind, name.as_str(), message)
                        .because("a client that knows what implements the interface meets another")
                        .concerning(interface);
                changes.push(change);
            }
            Pair::Both(..) => {}
        }
    }
}

/// `@oneOf` takes away every value that has not exactly one field.
fn one_of_changed(before: &ExtendedType, after: &ExtendedType) -> Option<SchemaChange> {
    let name = before.name().as_str();
    let change = match (is_one_of(before), is_one_of(after)) {
        (false, true) => {
            let message = format!("input object type `{name}` is `@oneOf` now");
            let kind = "DIRECTIVE_USAGE_INPUT_OBJECT_ADDED";
            SchemaChange::new(Criticality::Breaking, kind, name, message)
                .because("a value with several fields, or with none, is not valid any more")
                .concerning(name)
        }
        (true, false) => {
            let message = format!("input object type `{name}` is not `@oneOf` any more");
            let kind = "DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED";
            SchemaChange::new(Criticality::Safe, kind, name, message)
        }
        _ => return None,
    };
    Some(change)
}

/// `@specifiedBy` is a promise about every value of the scalar.
fn specification_changed(before: &ScalarType, after: &ScalarType) -> Option<SchemaChange> {
    let name = before.name.as_str();
    let (kind, what) = match (specification(before), specification(after)) {
        (None, Some(url)) => ("DIRECTIVE_USAGE_SCALAR_ADDED", format!("specified by {url:?} now")),
        (Some(url), None) => {
            ("DIRECTIVE_USAGE_SCALAR_REMOVED", format!("not specified by {url:?} any more"))
        }
        (Some(old), Some(new)) if old != new => {
            let what = format!("specified by {new:?} instead of {old:?}");
            ("DIRECTIVE_USAGE_ARGUMENT_CHANGED", what)
        }
        _ => return None,
    };
    let message = format!("scalar `{name}` is {what}");
    let change = SchemaChange::new(Criticality::Dangerous, kind, name, message)
        .because("its values may be written in another way than clients read and write them")
        .concerning(name);
    Some(change)
}

fn specification(scalar: &ScalarType) -> Option<&str> {
    let directive = scalar.directives.get("specifiedBy")?;
    directive.specified_argument_by_name("url")?.as_str()
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

/// `an enum`, `a union`.
fn a(ty: &ExtendedType) -> String {
    let name = kind_name(ty);
    let article = if name.starts_with(['o', 'i', 'e']) { "an" } else { "a" };
    format!("{article} {name}")
}

//! Values of enums and members of unions: what a position can hold.

use apollo_compiler::ast::EnumValueDefinition;
use apollo_compiler::schema::{ComponentName, EnumType, UnionType};

use super::annotations::{self, Kinds, is_deprecated};
use super::input_values::removal_reason;
use super::pairs::{Pair, pairs};
use super::supertypes::Supertypes;
use super::{Criticality, DEPRECATED, SchemaChange};

const DESCRIPTION: Kinds = Kinds::changed("ENUM_VALUE_DESCRIPTION_CHANGED");

const DEPRECATION: Kinds = Kinds {
    added: "ENUM_VALUE_DEPRECATION_REASON_ADDED",
    removed: "ENUM_VALUE_DEPRECATION_REASON_REMOVED",
    changed: "ENUM_VALUE_DEPRECATION_REASON_CHANGED",
};

/// Everything that changed in the values of an enum.
pub(super) fn compare_enums(before: &EnumType, after: &EnumType, changes: &mut Vec<SchemaChange>) {
    let owner = &before.name;
    for pair in pairs(before.values.values(), after.values.values(), |one| one.value.as_str()) {
        match pair {
            Pair::Removed(value) => changes.push(removed_value(owner, value)),
            Pair::Added(value) => changes.push(added_value(owner, value)),
            Pair::Both(one, other) => {
                let coordinate = format!("{owner}.{}", one.value);
                let descriptions = (one.description.as_ref(), other.description.as_ref());
                annotations::description(DESCRIPTION, &coordinate, descriptions, changes);
                let directives = (&one.directives, &other.directives);
                annotations::deprecation(DEPRECATION, &coordinate, directives, changes);
            }
        }
    }
}

fn removed_value(owner: &str, value: &EnumValueDefinition) -> SchemaChange {
    let coordinate = format!("{owner}.{}", value.value);
    let message = format!("enum value `{coordinate}` was removed");
    let is_deprecated = is_deprecated(&value.directives);
    SchemaChange::new(Criticality::Breaking, "ENUM_VALUE_REMOVED", coordinate.as_str(), message)
        .because(removal_reason(is_deprecated, "gives"))
        .concerning(coordinate)
        .contract(is_deprecated.then_some(DEPRECATED))
}

fn added_value(owner: &str, value: &EnumValueDefinition) -> SchemaChange {
    let coordinate = format!("{owner}.{}", value.value);
    let message = format!("enum value `{coordinate}` was added");
    SchemaChange::new(Criticality::Dangerous, "ENUM_VALUE_ADDED", coordinate, message)
        .because("a client that handles every value it knows meets one it does not know")
        .concerning(owner)
}

/// Everything that changed in the members of a union.
pub(super) fn compare_unions(
    before: &UnionType,
    after: &UnionType,
    supertypes: &Supertypes<'_>,
    changes: &mut Vec<SchemaChange>,
) {
    let owner = before.name.as_str();
    for pair in pairs(&before.members, &after.members, |member| member.as_str()) {
        match pair {
            Pair::Removed(member) => changes.push(removed_member(owner, member, supertypes)),
            Pair::Added(member) => {
                let message =
                    format!("`{member}` was added to union `{owner}`", member = &**member);
                let change =
                    SchemaChange::new(Criticality::Dangerous, "UNION_MEMBER_ADDED", owner, message)
                        .because("a client that handles every member it knows meets another")
                        .concerning(owner);
                changes.push(change);
            }
            Pair::Both(..) => {}
        }
    }
}

fn removed_member(
    owner: &str,
    member: &ComponentName,
    supertypes: &Supertypes<'_>,
) -> SchemaChange {
    let member = member.as_str();
    let message = format!("`{member}` was removed from union `{owner}`");
    let change = SchemaChange::new(Criticality::Breaking, "UNION_MEMBER_REMOVED", owner, message)
        .because("a fragment on it, where the union stands, is not valid any more");
    supertypes.concerning(change, member, owner)
}

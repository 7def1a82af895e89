//! What clients give: arguments of fields and of directives, and fields of input objects.

use std::fmt;

use apollo_compiler::Node;
use apollo_compiler::ast::{InputValueDefinition, Value};

use super::annotations::{self, Kinds, is_deprecated};
use super::pairs::{Pair, pairs};
use super::{Criticality, DEPRECATED, SchemaChange};

/// One sort of input value: its kinds of change, and how it is written.
pub(super) struct Sort {
    noun: &'static str,
    is_argument: bool,
    added: &'static str,
    /// What adding one that has no default and can be left out does.
    optional_added: (Criticality, &'static str),
    removed: &'static str,
    type_changed: &'static str,
    default_changed: &'static str,
    description: Kinds,
    deprecation: Kinds,
}

/// Arguments of fields.
pub(super) const FIELD_ARGUMENT: Sort = Sort {
    noun: "argument",
    is_argument: true,
    added: "FIELD_ARGUMENT_ADDED",
    optional_added: (
        Criticality::Dangerous,
        "operations stay valid, and the field may answer otherwise without the argument",
    ),
    removed: "FIELD_ARGUMENT_REMOVED",
    type_changed: "FIELD_ARGUMENT_TYPE_CHANGED",
    default_changed: "FIELD_ARGUMENT_DEFAULT_CHANGED",
    description: Kinds::changed("FIELD_ARGUMENT_DESCRIPTION_CHANGED"),
    deprecation: Kinds {
        added: "FIELD_ARGUMENT_DEPRECATION_ADDED",
        removed: "FIELD_ARGUMENT_DEPRECATION_REMOVED",
        changed: "FIELD_ARGUMENT_DEPRECATION_REASON_CHANGED",
    },
};

/// Arguments of directives.
pub(super) const DIRECTIVE_ARGUMENT: Sort = Sort {
    noun: "argument",
    is_argument: true,
    added: "DIRECTIVE_ARGUMENT_ADDED",
    optional_added: (Criticality::Safe, "operations need not give it"),
    removed: "DIRECTIVE_ARGUMENT_REMOVED",
    type_changed: "DIRECTIVE_ARGUMENT_TYPE_CHANGED",
    default_changed: "DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED",
    description: Kinds::changed("DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED"),
    deprecation: Kinds {
        added: "DIRECTIVE_ARGUMENT_DEPRECATION_ADDED",
        removed: "DIRECTIVE_ARGUMENT_DEPRECATION_REMOVED",
        changed: "DIRECTIVE_ARGUMENT_DEPRECATION_REASON_CHANGED",
    },
};

/// Fields of input objects.
pub(super) const INPUT_FIELD: Sort = Sort {
    noun: "input field",
    is_argument: false,
    added: "INPUT_FIELD_ADDED",
    optional_added: (Criticality::Safe, "operations need not give it"),
    removed: "INPUT_FIELD_REMOVED",
    type_changed: "INPUT_FIELD_TYPE_CHANGED",
    default_changed: "INPUT_FIELD_DEFAULT_VALUE_CHANGED",
    description: Kinds {
        added: "INPUT_FIELD_DESCRIPTION_ADDED",
        removed: "INPUT_FIELD_DESCRIPTION_REMOVED",
        changed: "INPUT_FIELD_DESCRIPTION_CHANGED",
    },
    deprecation: Kinds {
        added: "INPUT_FIELD_DEPRECATION_ADDED",
        removed: "INPUT_FIELD_DEPRECATION_REMOVED",
        changed: "INPUT_FIELD_DEPRECATION_REASON_CHANGED",
    },
};

/// Everything that changed in the input values of one owner: `Query.products`, `@tag`, `Filter`.
pub(super) fn compare<'a>(
    sort: &Sort,
    owner: &str,
    before: impl IntoIterator<Item = &'a InputValueDefinition>,
    after: impl IntoIterator<Item = &'a InputValueDefinition>,
    changes: &mut Vec<SchemaChange>,
) {
    for pair in pairs(before, after, |value| value.name.as_str()) {
        match pair {
            Pair::Removed(value) => changes.push(removed(sort, owner, value)),
            Pair::Added(value) => changes.push(added(sort, owner, value)),
            Pair::Both(one, other) => compare_value(sort, owner, (one, other), changes),
        }
    }
}

impl Sort {
    fn coordinate(&self, owner: &str, value: &InputValueDefinition) -> String {
        if self.is_argument {
            format!("{owner}({}:)", value.name)
        } else {
            format!("{owner}.{}", value.name)
        }
    }
}

fn removed(sort: &Sort, owner: &str, value: &InputValueDefinition) -> SchemaChange {
    let coordinate = sort.coordinate(owner, value);
    let message = format!("{} `{coordinate}` was removed", sort.noun);
    SchemaChange::new(Criticality::Breaking, sort.removed, coordinate.as_str(), message)
        .because(removal_reason(is_deprecated(&value.directives), "gives"))
        .concerning(coordinate)
        .contract(is_deprecated(&value.directives).then_some(DEPRECATED))
}

/// Why a removal breaks, and what has to come before it.
pub(super) fn removal_reason(is_deprecated: bool, uses: &str) -> String {
    if is_deprecated {
        format!("it was deprecated, and can go when it is known that no operation {uses} it")
    } else {
        format!(
            "an operation that {uses} it is not valid any more; deprecate it first, and remove it \
             when no operation {uses} it"
        )
    }
}

fn added(sort: &Sort, owner: &str, value: &InputValueDefinition) -> SchemaChange {
    let coordinate = sort.coordinate(owner, value);
    let ty = &value.ty;
    let change = |criticality, what: &str| {
        let default = value.default_value.as_ref().map(|_| Default(&value.default_value));
        let default = default.map_or(String::new(), |default| format!(" with default {default}"));
        let message =
            format!("{what} {} `{coordinate}` of type `{ty}`{default} was added", sort.noun);
        SchemaChange::new(criticality, sort.added, coordinate.as_str(), message)
    };
    if value.is_required() {
        let reason = format!("every operation that uses `{owner}` has to give it, and none does");
        return change(Criticality::Breaking, "required").because(reason).concerning(owner);
    }
    let (criticality, reason) = match &value.default_value {
        Some(_) if !sort.is_argument => (
            Criticality::Dangerous,
            "operations stay valid, and its default is a value they never gave",
        ),
        _ => sort.optional_added,
    };
    let change = change(criticality, "optional").because(reason);
    if criticality == Criticality::Dangerous { change.concerning(owner) } else { change }
}

fn compare_value(
    sort: &Sort,
    owner: &str,
    (before, after): (&InputValueDefinition, &InputValueDefinition),
    changes: &mut Vec<SchemaChange>,
) {
    let coordinate = sort.coordinate(owner, before);
    if before.ty != after.ty {
        changes.push(type_changed(sort, owner, &coordinate, (before, after)));
    }
    if before.default_value != after.default_value {
        changes.push(default_changed(sort, owner, &coordinate, (before, after)));
    }
    let descriptions = (before.description.as_ref(), after.description.as_ref());
    annotations::description(sort.description, &coordinate, descriptions, changes);
    let directives = (&before.directives, &after.directives);
    annotations::deprecation(sort.deprecation, &coordinate, directives, changes);
}

fn type_changed(
    sort: &Sort,
    owner: &str,
    coordinate: &str,
    (before, after): (&InputValueDefinition, &InputValueDefinition),
) -> SchemaChange {
    let (old, new) = (&before.ty, &after.ty);
    let message =
        format!("the type of {} `{coordinate}` changed from `{old}` to `{new}`", sort.noun);
    let change = |criticality| {
        SchemaChange::new(criticality, sort.type_changed, coordinate, message.as_str())
    };
    if old.is_assignable_to(new) {
        return change(Criticality::Safe).because("every value that could be given still can be");
    }
    if after.is_required() && !before.is_required() {
        return change(Criticality::Breaking)
            .because("an operation that does not give it, or gives null, is not valid any more")
            .concerning_left_out(owner, coordinate);
    }
    change(Criticality::Breaking)
        .because(format!("a value or variable of type `{old}` is not one of type `{new}`"))
        .concerning(coordinate)
}

fn default_changed(
    sort: &Sort,
    owner: &str,
    coordinate: &str,
    (before, after): (&InputValueDefinition, &InputValueDefinition),
) -> SchemaChange {
    let (old, new) = (Default(&before.default_value), Default(&after.default_value));
    let message =
        format!("the default of {} `{coordinate}` changed from {old} to {new}", sort.noun);
    let (criticality, reason) = if before.ty.is_non_null() && after.is_required() {
        (Criticality::Breaking, "an operation that does not give it is not valid any more")
    } else {
        (Criticality::Dangerous, "an operation that does not give it means another value now")
    };
    SchemaChange::new(criticality, sort.default_changed, coordinate, message)
        .because(reason)
        .concerning_left_out(owner, coordinate)
}

/// A default value in a message.
struct Default<'a>(&'a Option<Node<Value>>);

impl fmt::Display for Default<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "`{}`", value.serialize().no_indent()),
            None => f.write_str("none"),
        }
    }
}

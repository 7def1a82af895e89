//! Fields of object types and interfaces.

use std::fmt::Write as _;

use apollo_compiler::Name;
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::schema::Component;

use super::annotations::{self, Kinds, is_deprecated};
use super::input_values::{self, FIELD_ARGUMENT, removal_reason};
use super::pairs::{Pair, pairs};
use super::{Criticality, DEPRECATED, SchemaChange};

/// With more fields of the same shape than these, nobody can tell which one was renamed to.
const RENAME_CANDIDATES_MAX: usize = 3;

const DESCRIPTION: Kinds = Kinds {
    added: "FIELD_DESCRIPTION_ADDED",
    removed: "FIELD_DESCRIPTION_REMOVED",
    changed: "FIELD_DESCRIPTION_CHANGED",
};

const DEPRECATION: Kinds = Kinds {
    added: "FIELD_DEPRECATION_ADDED",
    removed: "FIELD_DEPRECATION_REMOVED",
    changed: "FIELD_DEPRECATION_REASON_CHANGED",
};

type Fields = IndexMap<Name, Component<FieldDefinition>>;

/// Everything that changed in the fields of one type.
pub(super) fn compare(
    owner: &Name,
    before: &Fields,
    after: &Fields,
    changes: &mut Vec<SchemaChange>,
) {
    let pairs = pairs(before.values(), after.values(), |field| field.name.as_str());
    let renames = Renames::new(&pairs);
    for pair in pairs {
        match pair {
            Pair::Removed(field) => changes.push(removed(owner, field, &renames)),
            Pair::Added(field) => {
                let message = format!("field `{owner}.{}` was added", field.name);
                let coordinate = format!("{owner}.{}", field.name);
                let kind = "FIELD_ADDED";
                changes.push(SchemaChange::new(Criticality::Safe, kind, coordinate, message));
            }
            Pair::Both(one, other) => compare_field(owner, (one, other), changes),
        }
    }
}

fn removed(owner: &Name, field: &FieldDefinition, renames: &Renames<'_>) -> SchemaChange {
    let coordinate = format!("{owner}.{}", field.name);
    let is_deprecated = is_deprecated(&field.directives);
    let reason = match renames.candidates(field) {
        Some(names) if !is_deprecated => format!(
            "renamed to {names}? keep `{}` as a deprecated field that gives the same, and remove \
             it when no operation reads it any more",
            field.name,
        ),
        _ => removal_reason(is_deprecated, "reads"),
    };
    let message = format!("field `{coordinate}` was removed");
    SchemaChange::new(Criticality::Breaking, "FIELD_REMOVED", coordinate.as_str(), message)
        .because(reason)
        .concerning(coordinate)
        .contract(is_deprecated.then_some(DEPRECATED))
}

fn compare_field(
    owner: &Name,
    (before, after): (&FieldDefinition, &FieldDefinition),
    changes: &mut Vec<SchemaChange>,
) {
    let coordinate = format!("{owner}.{}", before.name);
    if before.ty != after.ty {
        changes.push(type_changed(&coordinate, before, after));
    }
    let (old, new) = (&before.arguments, &after.arguments);
    let (old, new) = (old.iter().map(|one| &**one), new.iter().map(|one| &**one));
    input_values::compare(&FIELD_ARGUMENT, &coordinate, old, new, changes);
    let descriptions = (before.description.as_ref(), after.description.as_ref());
    annotations::description(DESCRIPTION, &coordinate, descriptions, changes);
    let directives = (&before.directives, &after.directives);
    annotations::deprecation(DEPRECATION, &coordinate, directives, changes);
}

fn type_changed(
    coordinate: &str,
    before: &FieldDefinition,
    after: &FieldDefinition,
) -> SchemaChange {
    let (old, new) = (&before.ty, &after.ty);
    let message = format!("the type of field `{coordinate}` changed from `{old}` to `{new}`");
    let change = |criticality| {
        SchemaChange::new(criticality, "FIELD_TYPE_CHANGED", coordinate, message.as_str())
    };
    if new.is_assignable_to(old) {
        return change(Criticality::Safe).because("what could be null never is");
    }
    let without_nulls = |ty: &Type| ty.to_string().replace('!', "");
    let reason = if without_nulls(old) == without_nulls(new) {
        "a client meets null where there never was one".to_owned()
    } else {
        format!("a client that expects `{old}` cannot read `{new}`")
    };
    change(Criticality::Breaking).because(reason).concerning(coordinate)
}

/// The new fields of a type by type and arguments: what a removed field may be called now.
struct Renames<'a>(HashMap<String, Vec<&'a str>>);

impl<'a> Renames<'a> {
    fn new(pairs: &[Pair<'a, Component<FieldDefinition>>]) -> Self {
        let mut added: HashMap<String, Vec<&str>> = HashMap::default();
        if pairs.iter().any(|pair| matches!(pair, Pair::Removed(_))) {
            for pair in pairs {
                if let Pair::Added(field) = pair {
                    added.entry(shape(field)).or_default().push(&field.name);
                }
            }
        }
        Self(added)
    }

    /// "`a` or `b`", when there are few enough to choose from.
    fn candidates(&self, removed: &FieldDefinition) -> Option<String> {
        let names = self.0.get(&shape(removed))?;
        let names = (names.len() <= RENAME_CANDIDATES_MAX).then_some(names)?;
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        Some(quoted.join(" or "))
    }
}

/// A field's type and arguments in one text, the arguments by name.
fn shape(field: &FieldDefinition) -> String {
    let mut arguments: Vec<String> = field
        .arguments
        .iter()
        .map(|argument| format!("{}:{}", argument.name, argument.ty))
        .collect();
    arguments.sort();
    let mut shape = field.ty.to_string();
    for argument in arguments {
        let _ = write!(shape, " {argument}");
    }
    shape
}

//! The directives operations can carry.

use apollo_compiler::Schema;
use apollo_compiler::ast::DirectiveDefinition;

use super::annotations::{self, Kinds};
use super::input_values::{self, DIRECTIVE_ARGUMENT};
use super::pairs::{Pair, pairs};
use super::{Criticality, SchemaChange};
use crate::sdl::one_of::ONE_OF;

const DESCRIPTION: Kinds = Kinds::changed("DIRECTIVE_DESCRIPTION_CHANGED");

/// Everything that changed in the directive definitions of two schemas.
pub(super) fn compare(before: &Schema, after: &Schema, changes: &mut Vec<SchemaChange>) {
    for pair in pairs(definitions(before), definitions(after), |one| one.name.as_str()) {
        match pair {
            Pair::Removed(one) => {
                let coordinate = format!("@{}", one.name);
                let change = change(Criticality::Breaking, "DIRECTIVE_REMOVED", one, "was removed")
                    .because("an operation that carries it is not valid any more")
                    .concerning(coordinate);
                changes.push(change);
            }
            Pair::Added(one) => {
                changes.push(change(Criticality::Safe, "DIRECTIVE_ADDED", one, "was added"));
            }
            Pair::Both(one, other) => compare_definition(one, other, changes),
        }
    }
}

fn definitions(schema: &Schema) -> impl Iterator<Item = &DirectiveDefinition> {
    let definitions = schema.directive_definitions.values();
    definitions.filter(|one| !one.is_built_in() && one.name != ONE_OF).map(|one| &**one)
}

fn compare_definition(
    before: &DirectiveDefinition,
    after: &DirectiveDefinition,
    changes: &mut Vec<SchemaChange>,
) {
    let coordinate = format!("@{}", before.name);
    match (before.repeatable, after.repeatable) {
        (true, false) => {
            let kind = "DIRECTIVE_REPEATABLE_REMOVED";
            let change = change(Criticality::Breaking, kind, before, "is not repeatable any more")
                .because("an operation that repeats it in one place is not valid any more")
                .concerning(coordinate.as_str());
            changes.push(change);
        }
        (false, true) => {
            let kind = "DIRECTIVE_REPEATABLE_ADDED";
            changes.push(change(Criticality::Safe, kind, before, "is repeatable"));
        }
        _ => {}
    }
    for pair in pairs(&before.locations, &after.locations, |one| one.name()) {
        match pair {
            Pair::Removed(location) => {
                let what = format!("cannot stand on {} any more", location.name());
                let kind = "DIRECTIVE_LOCATION_REMOVED";
                let change = change(Criticality::Breaking, kind, before, &what)
                    .because("an operation that carries it there is not valid any more")
                    .concerning(coordinate.as_str());
                changes.push(change);
            }
            Pair::Added(location) => {
                let what = format!("can stand on {}", location.name());
                let kind = "DIRECTIVE_LOCATION_ADDED";
                changes.push(change(Criticality::Safe, kind, before, &what));
            }
            Pair::Both(..) => {}
        }
    }
    let old = before.arguments.iter().map(|one| &**one);
    let new = after.arguments.iter().map(|one| &**one);
    input_values::compare(&DIRECTIVE_ARGUMENT, &coordinate, old, new, changes);
    let descriptions = (before.description.as_ref(), after.description.as_ref());
    annotations::description(DESCRIPTION, &coordinate, descriptions, changes);
}

fn change(
    criticality: Criticality,
    kind: &'static str,
    directive: &DirectiveDefinition,
    what: &str,
) -> SchemaChange {
    let coordinate = format!("@{}", directive.name);
    let message = format!("directive `{coordinate}` {what}");
    SchemaChange::new(criticality, kind, coordinate, message)
}

//! Descriptions and deprecations of any element: what never changes an answer.

use apollo_compiler::Node;
use apollo_compiler::ast::DirectiveList;

use super::{Criticality, SchemaChange};

/// The specification's reason where none is given.
const DEFAULT_REASON: &str = "No longer supported";

/// What a change of a description, or of a deprecation, of one sort of element is called.
#[derive(Clone, Copy)]
pub(super) struct Kinds {
    pub(super) added: &'static str,
    pub(super) removed: &'static str,
    pub(super) changed: &'static str,
}

impl Kinds {
    /// For elements where adding and removing are changes like others.
    pub(super) const fn changed(changed: &'static str) -> Self {
        Self { added: changed, removed: changed, changed }
    }
}

/// A description that came, went or changed.
pub(super) fn description(
    kinds: Kinds,
    coordinate: &str,
    (before, after): (Option<&Node<str>>, Option<&Node<str>>),
    changes: &mut Vec<SchemaChange>,
) {
    let (kind, what) = match (before, after) {
        (None, Some(_)) => (kinds.added, "has a description now"),
        (Some(_), None) => (kinds.removed, "has no description any more"),
        (Some(one), Some(other)) if one != other => (kinds.changed, "has another description"),
        _ => return,
    };
    let message = format!("`{coordinate}` {what}");
    changes.push(SchemaChange::new(Criticality::Safe, kind, coordinate, message));
}

/// A deprecation that came, went or changed its reason.
pub(super) fn deprecation(
    kinds: Kinds,
    coordinate: &str,
    (before, after): (&DirectiveList, &DirectiveList),
    changes: &mut Vec<SchemaChange>,
) {
    let (kind, message) = match (deprecated(before), deprecated(after)) {
        (None, Some(reason)) => (kinds.added, format!("`{coordinate}` is deprecated: {reason:?}")),
        (Some(_), None) => (kinds.removed, format!("`{coordinate}` is not deprecated any more")),
        (Some(one), Some(other)) if one != other => {
            let message = format!("`{coordinate}` is deprecated for another reason: {other:?}");
            (kinds.changed, message)
        }
        _ => return,
    };
    changes.push(SchemaChange::new(Criticality::Safe, kind, coordinate, message));
}

/// Whether `@deprecated` stands here.
pub(super) fn is_deprecated(directives: &DirectiveList) -> bool {
    directives.has("deprecated")
}

/// The reason of a deprecation.
fn deprecated(directives: &DirectiveList) -> Option<&str> {
    let directive = directives.get("deprecated")?;
    let reason = directive.specified_argument_by_name("reason").and_then(|value| value.as_str());
    Some(reason.unwrap_or(DEFAULT_REASON))
}

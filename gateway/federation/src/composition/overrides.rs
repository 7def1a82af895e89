//! `@override`: a field moves from one subgraph to another.

use super::field::FieldAt;
use super::merge::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;

/// What the overrides of a field make of it in one subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: it is there, or it overrides.
    Plain,
    /// It overrides a subgraph that does not exist.
    OverridesNothing,
    /// Another subgraph answers it now; nothing here reads it.
    Overridden,
    /// Another subgraph answers it now; a key, a requirement or an interface here still reads it.
    UsedOverridden,
    /// Another subgraph answers it for some requests, those of this label.
    PartlyOverridden(String),
}

impl Role {
    /// Whether the field is still, or also, answered here without regard to another subgraph.
    pub(super) fn resolves(&self) -> bool {
        matches!(self, Self::Plain | Self::OverridesNothing)
    }
}

impl Merge<'_> {
    /// Sets the roles of one field's places.
    pub(super) fn apply_overrides(&mut self, coordinate: &str, found: &mut [FieldAt<'_>]) {
        for index in 0..found.len() {
            let Some(directive) = found[index].field.directives.get(names::OVERRIDE) else {
                continue;
            };
            let text = |name: &str| {
                directive.specified_argument_by_name(name).and_then(|value| value.as_str())
            };
            let from = text("from").unwrap_or_default();
            let label = text("label");
            let place = directive.location();
            let diagnostic = |diagnostic: Diagnostic| {
                diagnostic.with_coordinate(coordinate).at(self.sources, place, "")
            };
            if !self.subgraphs.iter().any(|subgraph| subgraph.name == from) {
                let message =
                    format!("`{coordinate}` overrides the subgraph `{from}`, which does not exist");
                let hint = Diagnostic::hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message);
                let names: Vec<_> =
                    self.subgraphs.iter().map(|one| format!("`{}`", one.name)).collect();
                let help = format!("the subgraphs are {}", names.join(", "));
                let hint = diagnostic(hint).with_help(help);
                self.diagnostics.push(hint);
                found[index].role = Role::OverridesNothing;
                continue;
            }
            let source = found.iter().position(|one| one.parent.subgraph.name == from);
            let Some(source) = source.filter(|source| !found[*source].is_external) else {
                let message = format!("`{from}` does not resolve `{coordinate}` any more");
                let hint = Diagnostic::hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message);
                let hint = diagnostic(hint).with_help("the `@override` has no effect; remove it");
                self.diagnostics.push(hint);
                continue;
            };
            let overridden = found[source].field;
            if let Some(other) = overridden.directives.get(names::OVERRIDE) {
                let message = format!("`{coordinate}` overrides `{from}`, where it overrides too");
                let error = diagnostic(Diagnostic::error("OVERRIDE_SOURCE_HAS_OVERRIDE", message))
                    .at(self.sources, other.location(), "and here")
                    .with_help("a field moves from one subgraph to one other");
                self.diagnostics.push(error);
                found[source].role = Role::Overridden;
                continue;
            }
            let (role, code, message) = if let Some(label) = label {
                let message = format!("`{coordinate}` is moving away from `{from}`");
                (
                    Role::PartlyOverridden(label.to_owned()),
                    "OVERRIDE_MIGRATION_IN_PROGRESS",
                    message,
                )
            } else if is_used(&found[source]) {
                let message =
                    format!("`{coordinate}` has moved away from `{from}`, which reads it");
                (Role::UsedOverridden, "OVERRIDDEN_FIELD_CAN_BE_REMOVED", message)
            } else {
                let message = format!("`{coordinate}` has moved away from `{from}`");
                (Role::Overridden, "OVERRIDDEN_FIELD_CAN_BE_REMOVED", message)
            };
            let help = match role {
                Role::PartlyOverridden(_) => "once all requests go the new way, drop the `label:`",
                Role::UsedOverridden => "it can be marked `@external` there",
                _ => "it can be removed there",
            };
            let hint = diagnostic(Diagnostic::hint(code, message))
                .at(self.sources, overridden.name.location(), "overridden")
                .with_help(help);
            self.diagnostics.push(hint);
            found[source].role = role;
        }
    }
}

/// Whether the subgraph reads the field in a key or a requirement, or promises it by an interface.
fn is_used(one: &FieldAt<'_>) -> bool {
    let definition = one.parent.definition;
    let coordinate = (definition.name().clone(), one.field.name.clone());
    let schema = &one.parent.subgraph.schema;
    let interfaces = definition.as_object().map(|ty| &ty.implements_interfaces);
    let is_promised = interfaces.into_iter().flatten().any(|interface| {
        schema
            .get_interface(interface)
            .is_some_and(|interface| interface.fields.contains_key(&one.field.name))
    });
    is_promised || one.parent.subgraph.field_sets.select(&coordinate)
}

//! `@override`: a field moves from one subgraph to another.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, FieldDefinition};

use super::element_at::{FieldAt, Role, TypeAt};
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::type_parts::field_of;

/// More names of subgraphs than these do not help anybody.
const NAMES_MAX: usize = 10;

/// One `@override`.
struct Override<'a> {
    directive: &'a Node<Directive>,
    from: &'a str,
    label: Option<&'a str>,
}

impl<'a> Override<'a> {
    fn of(field: &'a FieldDefinition) -> Option<Self> {
        let directive = field.directives.get(names::OVERRIDE)?;
        let text = |name: &str| {
            directive.specified_argument_by_name(name).and_then(|value| value.as_str())
        };
        Some(Self { directive, from: text("from").unwrap_or_default(), label: text("label") })
    }
}

impl<'a> Merge<'a> {
    /// Sets the roles of one field's places; `standing_for` are the interface objects that resolve
    /// fields of the type too.
    pub(super) fn apply_overrides(
        &mut self,
        coordinate: &str,
        standing_for: &[TypeAt<'a>],
        found: &mut [FieldAt<'a>],
    ) {
        for index in 0..found.len() {
            let overriding = found[index].field;
            let Some(overriding) = Override::of(overriding) else { continue };
            let diagnostic = if found[index].parent.is_interface_object() {
                of_interface_object(coordinate)
            } else if self.index.subgraph(overriding.from).is_none() {
                found[index].role = Role::OverridesUnknown;
                self.unknown_source(coordinate, overriding.from)
            } else {
                let from = overriding.from;
                let source = found.iter().position(|one| one.parent.subgraph.name == from);
                match source.filter(|source| !found[*source].is_external) {
                    Some(source) => self.apply(coordinate, &overriding, &mut found[source]),
                    None => {
                        let (one, field) = (&mut found[index], &overriding);
                        self.nothing_to_override(coordinate, field, standing_for, one)
                    }
                }
            };
            let place = overriding.directive.location();
            let diagnostic = diagnostic.with_coordinate(coordinate);
            let mut diagnostic = diagnostic.at(self.sources, place, "overrides here");
            diagnostic.labels.rotate_right(1);
            self.diagnostics.push(diagnostic);
        }
    }

    fn unknown_source(&self, coordinate: &str, from: &str) -> Diagnostic {
        let message =
            format!("`{coordinate}` overrides the subgraph `{from}`, which does not exist");
        let names: Vec<_> = self.subgraphs.iter().map(|one| format!("`{}`", one.name)).collect();
        let help = if names.len() > NAMES_MAX {
            "check the name of the subgraph that the field comes from".to_owned()
        } else {
            format!("the subgraphs are {}", names.join(", "))
        };
        Diagnostic::hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message).with_help(help)
    }

    /// The source exists and does not resolve the field, unless through an interface object.
    fn nothing_to_override(
        &self,
        coordinate: &str,
        overriding: &Override<'_>,
        standing_for: &[TypeAt<'a>],
        one: &mut FieldAt<'a>,
    ) -> Diagnostic {
        let from = overriding.from;
        let name = &one.field.name;
        let abstracting = standing_for.iter().find_map(|parent| {
            let field = field_of(parent.definition, name)?;
            (parent.subgraph.name == from).then_some((parent, field))
        });
        if let Some((parent, field)) = abstracting {
            let message = format!(
                "`{coordinate}` overrides `{from}`, which resolves it through the interface object \
                 `{}`",
                parent.definition.name()
            );
            return Diagnostic::error("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message)
                .at(self.sources, field.name.location(), "resolved here for all implementations")
                .with_help(
                    "a field cannot move out of an interface object for one implementation alone",
                );
        }
        if self.lacks_type(from, one) {
            one.role = Role::OverridesNothing;
        }
        let message = format!("`{from}` does not resolve `{coordinate}` any more");
        Diagnostic::hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message)
            .with_help("the `@override` has no effect: remove it")
    }

    fn lacks_type(&self, subgraph: &str, one: &FieldAt<'_>) -> bool {
        self.index.subgraph(subgraph).is_some_and(|id| {
            let types = &self.subgraphs[id.index()].schema.types;
            !types.contains_key(one.parent.definition.name())
        })
    }

    /// Takes the field from its source.
    fn apply(
        &self,
        coordinate: &str,
        overriding: &Override<'_>,
        source: &mut FieldAt<'_>,
    ) -> Diagnostic {
        let from = overriding.from;
        if let Some(other) = source.field.directives.get(names::OVERRIDE) {
            let message = format!("`{coordinate}` overrides `{from}`, where it overrides too");
            return Diagnostic::error("OVERRIDE_SOURCE_HAS_OVERRIDE", message)
                .at(self.sources, other.location(), "and here")
                .with_help("a field moves from one subgraph to one other");
        }
        for (other, shown) in [(names::REQUIRES, "@requires"), (names::PROVIDES, "@provides")] {
            if let Some(other) = source.field.directives.get(other) {
                let message =
                    format!("`{coordinate}` overrides `{from}`, where it has a `{shown}`");
                return Diagnostic::error("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message)
                    .at(self.sources, other.location(), "here")
                    .with_help(format!("take the `{shown}` off first"));
            }
        }
        let is_used = is_used(source);
        let (role, code, message, help) = match overriding.label {
            Some(label) => (
                Role::PartlyOverridden { label: label.to_owned(), is_used },
                "OVERRIDE_MIGRATION_IN_PROGRESS",
                format!("`{coordinate}` is moving away from `{from}`"),
                "once all requests go the new way, drop the `label:`",
            ),
            None if is_used => (
                Role::UsedOverridden,
                "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
                format!("`{coordinate}` has moved away from `{from}`, which reads it"),
                "it can be marked `@external` there",
            ),
            None => (
                Role::Overridden,
                "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
                format!("`{coordinate}` has moved away from `{from}`"),
                "it can be removed there",
            ),
        };
        source.role = role;
        Diagnostic::hint(code, message)
            .at(self.sources, source.field.name.location(), "overridden")
            .with_help(help)
    }
}

fn of_interface_object(coordinate: &str) -> Diagnostic {
    let message = format!("`{coordinate}` is of an interface object, and cannot override");
    Diagnostic::error("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message)
        .with_help("share the field until the other subgraph has dropped it")
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

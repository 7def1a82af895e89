//! A field that several subgraphs resolve must be `@shareable` in all of them: nobody overlaps by
//! accident.

use apollo_compiler::Name;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::Component;

use super::element_at::{FieldAt, TypeAt};
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::Version;
use crate::subgraph::federation_spec::names;
use crate::type_parts::field_of;

/// One place that resolves the field.
struct Resolver<'a> {
    parent: TypeAt<'a>,
    field: &'a Component<FieldDefinition>,
}

impl<'a> Resolver<'a> {
    /// The interface, if an interface object resolves it.
    fn through(&self) -> Option<&'a Name> {
        self.parent.is_interface_object().then(|| self.parent.definition.name())
    }

    /// Marked so, or part of a key, or of a Federation 1 subgraph, where everything was.
    fn is_shareable(&self) -> bool {
        let TypeAt { subgraph, definition, .. } = self.parent;
        let field = self.field;
        let coordinate = (definition.name().clone(), field.name.clone());
        let of_type = definition.directives().iter().any(|directive| {
            directive.name == names::SHAREABLE && directive.origin == field.origin
        });
        subgraph.version == Version::One
            || of_type
            || field.directives.has(names::SHAREABLE)
            || subgraph.field_sets.key_fields.contains(&coordinate)
            || subgraph.field_sets.provided_fields.contains(&coordinate)
    }
}

impl<'s> Merge<'s> {
    /// `standing_for` are the interface objects that resolve fields of the type too.
    pub(super) fn check_sharing(
        &mut self,
        coordinate: &str,
        standing_for: &[TypeAt<'s>],
        found: &[FieldAt<'s>],
    ) {
        let is_subscription = coordinate.starts_with("Subscription.");
        if found.len() + standing_for.len() < 2 && !is_subscription {
            return;
        }
        let is_of_object = |one: &FieldAt<'_>| {
            one.parent.definition.is_object() && !one.parent.is_interface_object()
        };
        if !found.iter().all(is_of_object) {
            return;
        }
        let resolving = found
            .iter()
            .filter(|one| one.role.resolves() && !one.is_fully_external())
            .map(|one| Resolver { parent: one.parent, field: one.field });
        let mut resolvers: Vec<_> = resolving.collect();
        resolvers.extend(through_interface_objects(standing_for, &found[0].field.name));
        let marked = resolvers.iter().find(|one| one.field.directives.has(names::SHAREABLE));
        if let Some(one) = marked
            && is_subscription
        {
            let message = format!("`{coordinate}` is a subscription and cannot be `@shareable`");
            let error = Diagnostic::error("INVALID_FIELD_SHARING", message)
                .with_coordinate(coordinate)
                .at(self.sources, one.field.name.location(), "");
            self.diagnostics.push(error.with_help("one subgraph answers a subscription"));
        }
        self.check_resolvers(coordinate, &resolvers);
    }

    /// The same for a field that the type has only through interface objects.
    pub(super) fn check_abstracted_sharing(
        &mut self,
        coordinate: &str,
        standing_for: &[TypeAt<'s>],
        field: &Name,
    ) {
        let resolvers: Vec<_> = through_interface_objects(standing_for, field).collect();
        self.check_resolvers(coordinate, &resolvers);
    }

    fn check_resolvers(&mut self, coordinate: &str, resolvers: &[Resolver<'_>]) {
        if resolvers.len() > 1 && resolvers.iter().any(|one| !one.is_shareable()) {
            self.invalid_sharing(coordinate, resolvers);
        }
    }

    fn invalid_sharing(&mut self, coordinate: &str, resolvers: &[Resolver<'_>]) {
        let names: Vec<_> =
            resolvers.iter().map(|one| format!("`{}`", one.parent.subgraph.name)).collect();
        let message = format!(
            "`{coordinate}` is resolved by {}, and not all of them mark it `@shareable`",
            names.join(" and ")
        );
        let mut error =
            Diagnostic::error("INVALID_FIELD_SHARING", message).with_coordinate(coordinate);
        for one in resolvers {
            let mut text =
                if one.is_shareable() { "shareable here" } else { "not shareable here" }.to_owned();
            if let Some(interface) = one.through() {
                text = format!("{text}, for all that implement `{interface}`");
            }
            error = error.at(self.sources, one.field.name.location(), text);
        }
        let help = "if all give the same answer, mark the field `@shareable` in each; if it \
                    moves, put `@override(from:)` where it goes; if one only reads it, mark it \
                    `@external` there";
        self.diagnostics.push(error.with_help(help));
    }
}

/// What gives the field to every implementation of an interface.
fn through_interface_objects<'s>(
    standing_for: &[TypeAt<'s>],
    field: &Name,
) -> impl Iterator<Item = Resolver<'s>> {
    standing_for.iter().filter_map(move |parent| {
        let TypeAt { subgraph, definition, .. } = parent;
        let found = field_of(definition, field)?;
        let is_external = subgraph.field_sets.is_external(definition, field);
        (!is_external).then_some(Resolver { parent: *parent, field: found })
    })
}

//! Fields of objects and interfaces: the union of what the subgraphs have.

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::Component;
use apollo_compiler::{Name, Node};

use super::applied_directives::component;
use super::element_at::{ArgumentsAt, FieldAt, Role, TypeAt};
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::supergraph::{FieldInSubgraph, TypeJoin};
use crate::type_parts::fields_of;

type Fields = IndexMap<Name, Component<FieldDefinition>>;

impl<'a> Merge<'a> {
    pub(super) fn merge_fields(
        &mut self,
        parent: &Name,
        at: &[TypeAt<'a>],
        join: &mut TypeJoin,
    ) -> Fields {
        let mut by_name: IndexMap<&Name, Vec<FieldAt<'a>>> = IndexMap::default();
        for one in at {
            for field in fields_of(one.definition) {
                let is_external = one.subgraph.field_sets.declare_external(one.definition, field);
                let found = FieldAt { parent: *one, field, is_external, role: Role::Plain };
                by_name.entry(&field.name).or_default().push(found);
            }
        }
        let standing_for = self.index.standing_for(at);
        let mut fields = Fields::default();
        fields.reserve(by_name.len());
        join.fields.reserve(by_name.len());
        for (name, mut found) in by_name {
            let coordinate = [parent.as_str(), ".", name].concat();
            self.apply_overrides(&coordinate, &standing_for, &mut found);
            if let Some(merged) = self.merge_field(&coordinate, &found) {
                let joins = found.iter().filter(|one| one.role != Role::Overridden);
                let mut joins: Vec<_> =
                    joins.map(|one| field_in_subgraph(one, &merged.ty)).collect();
                name_unknown_sources(&mut joins, &found, at.len());
                join.fields.insert(name.clone(), joins);
                fields.insert(name.clone(), component(merged));
            }
            self.check_sharing(&coordinate, &standing_for, &found);
            if at[0].definition.is_object() {
                self.check_runtime_types(&coordinate, &found);
            }
        }
        fields
    }

    /// The merged field; none when no subgraph resolves it, which is an error by then.
    fn merge_field(&mut self, coordinate: &str, found: &[FieldAt<'a>]) -> Option<FieldDefinition> {
        let own: Vec<_> = found.iter().filter(|one| !one.is_external).collect();
        if own.is_empty() {
            self.missing_on_base(coordinate, found);
            return None;
        }
        let ty = self.output_type(coordinate, &own);
        let arguments = self.merge_field_arguments(coordinate, &own);
        let descriptions = own.iter().map(|one| one.field.description.as_ref());
        let description = self.merge_descriptions(coordinate, descriptions);
        let lists: Vec<_> = own.iter().map(|one| one.field.directives.iter().collect()).collect();
        let directives = self.merge_directives(coordinate, &lists);
        let name = own[0].field.name.clone();
        let merged = FieldDefinition { description, name, arguments, ty, directives };
        self.check_externals(coordinate, found, &merged);
        Some(merged)
    }

    fn merge_field_arguments(
        &mut self,
        coordinate: &str,
        own: &[&FieldAt<'a>],
    ) -> Vec<Node<InputValueDefinition>> {
        if own.iter().all(|one| one.field.arguments.is_empty()) {
            return Vec::new();
        }
        let lists = self.arguments_of_clients(coordinate, own);
        let places = own.iter().map(|one| one.field.name.location());
        let lists = lists.iter().zip(places);
        let lists: Vec<_> =
            lists.map(|(arguments, place)| ArgumentsAt { place, arguments }).collect();
        self.merge_arguments(coordinate, &lists)
    }

    fn output_type(&mut self, coordinate: &str, own: &[&FieldAt<'a>]) -> Type {
        if own.iter().all(|one| one.field.ty == own[0].field.ty) {
            return own[0].field.ty.clone();
        }
        let chosen = self.subtypes.most_general(own.iter().map(|one| &one.field.ty));
        let (diagnostic, ty) = match chosen {
            Some(ty) => {
                let message = format!("`{coordinate}` is `{ty}`: the subgraphs' types differ");
                let code = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE";
                let help = "clients get the most general of them";
                (Diagnostic::hint(code, message).with_help(help), ty.clone())
            }
            None => {
                let message = format!("`{coordinate}` has types that do not agree");
                let error = Diagnostic::error("FIELD_TYPE_MISMATCH", message).with_help(
                    "use one type; one may be without `!`, or an interface or union of the others",
                );
                (error, own[0].field.ty.clone())
            }
        };
        let diagnostic = own.iter().fold(diagnostic.with_coordinate(coordinate), |it, one| {
            let text = format!("`{}` here", one.field.ty);
            it.at(self.sources, one.field.name.location(), text)
        });
        self.diagnostics.push(diagnostic);
        ty
    }
}

/// An override of a subgraph that does not exist has no effect, and needs no `@join__field`; where
/// there is one, it says what the subgraph says.
fn name_unknown_sources(joins: &mut [FieldInSubgraph], found: &[FieldAt<'_>], types: usize) {
    let is_plain = |one: &FieldInSubgraph| *one == FieldInSubgraph::plain(one.subgraph);
    if joins.len() == types && joins.iter().all(is_plain) {
        return;
    }
    for one in found.iter().filter(|one| one.role == Role::OverridesUnknown) {
        let directive = one.field.directives.get(names::OVERRIDE);
        let from = directive.and_then(|it| it.specified_argument_by_name("from"));
        let join = joins.iter_mut().find(|join| join.subgraph == one.parent.id);
        if let (Some(join), Some(from)) = (join, from.and_then(|from| from.as_str())) {
            join.overrides = Some(from.to_owned());
        }
    }
}

fn field_in_subgraph(one: &FieldAt<'_>, merged: &Type) -> FieldInSubgraph {
    let has_more = !one.field.directives.is_empty() || !one.field.arguments.is_empty();
    if !has_more && one.role == Role::Plain {
        let is_external = one.is_external;
        let ty = (one.field.ty != *merged).then(|| one.field.ty.clone());
        return FieldInSubgraph { ty, is_external, ..FieldInSubgraph::plain(one.parent.id) };
    }
    let field_sets = &one.parent.subgraph.field_sets;
    let coordinate = one.coordinate();
    let overriding = one.field.directives.get(names::OVERRIDE);
    let overriding =
        overriding.filter(|_| !matches!(one.role, Role::OverridesNothing | Role::OverridesUnknown));
    let text = |name: &str| {
        let value = overriding?.specified_argument_by_name(name)?;
        value.as_str().map(str::to_owned)
    };
    FieldInSubgraph {
        subgraph: one.parent.id,
        ty: (one.field.ty != *merged).then(|| one.field.ty.clone()),
        is_external: one.is_external,
        requires: field_sets.requires.get(&coordinate).cloned(),
        provides: field_sets.provides.get(&coordinate).cloned(),
        overrides: text("from"),
        override_label: text("label").or_else(|| match &one.role {
            Role::PartlyOverridden { label, .. } => Some(label.clone()),
            _ => None,
        }),
        is_used_overridden: matches!(
            one.role,
            Role::UsedOverridden | Role::PartlyOverridden { is_used: true, .. }
        ),
        context_arguments: one.joined_context_arguments(),
    }
}

//! Types that the subgraphs have differently, and that compose: hints where somebody may have
//! forgotten something.

use std::collections::BTreeMap;

use apollo_compiler::Name;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;

use super::element_at::TypeAt;
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::type_parts::fields_of;

/// For each part of a type, the indexes of the places that have it, and where they have it.
type Parts<'a> = BTreeMap<&'a Name, Vec<(usize, Option<SourceSpan>)>>;

impl<'a> Merge<'a> {
    /// What deserves a look about one merged type.
    pub(super) fn hint_at_differences(&mut self, merged: &ExtendedType, at: &[TypeAt<'a>]) {
        let is_root = matches!(merged.name().as_str(), "Query" | "Mutation" | "Subscription");
        if at.len() < 2 || is_root {
            return;
        }
        let is_entity = at.iter().any(|one| one.definition.directives().has(names::KEY));
        match merged {
            ExtendedType::Object(_) if is_entity => self.entity_in_some(at),
            ExtendedType::Object(_) => {
                self.fields_in_some(at, "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD");
            }
            ExtendedType::Interface(_) if !is_entity => {
                self.fields_in_some(at, "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD");
            }
            ExtendedType::Union(_) => self.members_in_some(at),
            _ => {}
        }
    }

    /// Adds the places of a type's definitions and its name.
    pub(super) fn push_at_types(&mut self, diagnostic: Diagnostic, at: &[TypeAt<'a>]) {
        let name = at[0].definition.name();
        let diagnostic = at.iter().fold(diagnostic, |it, one| {
            it.at(self.sources, one.definition.name().location(), "defined here")
        });
        self.diagnostics.push(diagnostic.with_coordinate(name.as_str()));
    }

    fn entity_in_some(&mut self, at: &[TypeAt<'a>]) {
        let has_key = |one: &&TypeAt<'_>| one.definition.directives().has(names::KEY);
        if at.iter().all(|one| has_key(&one)) {
            return;
        }
        let name = at[0].definition.name();
        let message = format!("`{name}` has a `@key` in some of its subgraphs, and none in others");
        let mut hint = Diagnostic::hint("INCONSISTENT_ENTITY", message)
            .with_coordinate(name.as_str())
            .with_help("without a key, other subgraphs' fields of it cannot be reached from there");
        for one in at {
            let text = if has_key(&one) { "has a key here" } else { "has no key here" };
            hint = hint.at(self.sources, one.definition.name().location(), text);
        }
        self.diagnostics.push(hint);
    }

    fn fields_in_some(&mut self, at: &[TypeAt<'a>], code: &'static str) {
        let mut parts = Parts::new();
        for (index, one) in at.iter().enumerate() {
            for field in fields_of(one.definition) {
                parts.entry(&field.name).or_default().push((index, field.name.location()));
            }
        }
        let help = "a type without a key is the same thing everywhere: add the field to the others";
        self.in_some(at, parts, |parent, field| {
            let message = format!("not every subgraph that has `{parent}` has `{parent}.{field}`");
            Diagnostic::hint(code, message)
                .with_coordinate(format!("{parent}.{field}"))
                .with_help(help)
        });
    }

    fn members_in_some(&mut self, at: &[TypeAt<'a>]) {
        let mut parts = Parts::new();
        for (index, one) in at.iter().enumerate() {
            let members = one.definition.as_union().map(|union| &union.members);
            for member in members.into_iter().flatten() {
                parts.entry(&member.name).or_default().push((index, member.name.location()));
            }
        }
        self.in_some(at, parts, |parent, member| {
            let message = format!("not every subgraph has `{member}` as a member of `{parent}`");
            Diagnostic::hint("INCONSISTENT_UNION_MEMBER", message)
                .with_coordinate(parent.as_str())
                .with_help("the graph's union has the members of all")
        });
    }

    /// A hint for every part that is not in all places.
    fn in_some(
        &mut self,
        at: &[TypeAt<'a>],
        parts: Parts<'a>,
        hint: impl Fn(&Name, &Name) -> Diagnostic,
    ) {
        for (part, found) in parts.into_iter().filter(|(_, found)| found.len() < at.len()) {
            let mut hint = hint(at[0].definition.name(), part);
            for (_, place) in &found {
                hint = hint.at(self.sources, *place, "here");
            }
            let mut having = found.iter().map(|(index, _)| *index).peekable();
            for (index, one) in at.iter().enumerate() {
                if having.next_if_eq(&index).is_none() {
                    let place = one.definition.name().location();
                    hint = hint.at(self.sources, place, "not here");
                }
            }
            self.diagnostics.push(hint);
        }
    }
}

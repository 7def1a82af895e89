//! Enums: what comes out may have more values than one subgraph knows, what goes in may not.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::EnumValueDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, EnumType, ExtendedType};

use super::applied_directives::component;
use super::element_at::TypeAt;
use super::enum_usages::Usage;
use super::merge_state::{DescribedType, Merge};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::supergraph::{SubgraphId, TypeJoin};

type Found<'a> = Vec<(SubgraphId, &'a Component<EnumValueDefinition>)>;

impl<'a> Merge<'a> {
    pub(super) fn merge_enum(
        &mut self,
        name: Name,
        at: &[TypeAt<'a>],
        join: &mut TypeJoin,
        (description, directives): DescribedType,
    ) -> ExtendedType {
        let usage = self.enum_usages.usage(&name);
        let mut by_value: IndexMap<&Name, Found<'_>> = IndexMap::default();
        for one in at {
            let Some(ty) = one.definition.as_enum() else { continue };
            for value in ty.values.values() {
                by_value.entry(&value.value).or_default().push((one.id, value));
            }
        }
        let mut values = IndexMap::default();
        for (value, found) in by_value {
            if !self.keeps_value(&name, at, &found, usage) {
                continue;
            }
            let coordinate = format!("{name}.{value}");
            let descriptions = found.iter().map(|(_, it)| it.description.as_ref());
            let description = self.merge_descriptions(&coordinate, descriptions);
            let lists: Vec<_> =
                found.iter().map(|(_, it)| it.directives.iter().collect()).collect();
            let directives = self.merge_directives(&coordinate, &lists);
            join.enum_values.insert(value.clone(), found.iter().map(|(id, _)| *id).collect());
            let definition = EnumValueDefinition { description, value: value.clone(), directives };
            values.insert(value.clone(), component(definition));
        }
        if values.is_empty() {
            let message = format!("`{name}` has no value that all its subgraphs know");
            let error = Diagnostic::error("EMPTY_MERGED_ENUM_TYPE", message).with_help(
                "an enum that clients send keeps only the values that every subgraph knows: add \
                 one to all of them",
            );
            self.push_at_types(error, at);
        }
        if usage == Usage::default() {
            let message = format!("nothing uses the enum `{name}`: it has the values of all");
            let hint = Diagnostic::hint("UNUSED_ENUM_TYPE", message);
            self.push_at_types(hint.with_help("remove it where nothing needs it"), at);
        }
        EnumType { description, name, directives, values }.into()
    }

    /// Whether the merged enum has a value; a hint or an error where the subgraphs differ.
    fn keeps_value(
        &mut self,
        name: &Name,
        at: &[TypeAt<'a>],
        found: &Found<'a>,
        usage: Usage,
    ) -> bool {
        if found.len() == at.len() {
            return true;
        }
        let value = &found[0].1.value;
        let is_hidden = found.iter().any(|(_, it)| it.directives.has(names::INACCESSIBLE));
        let (diagnostic, keeps) = match (usage.comes_out, usage.goes_in) {
            (_, false) => {
                let message = format!("not every subgraph knows `{name}.{value}`");
                let hint = Diagnostic::hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", message);
                (hint.with_help("clients may get it: it is part of the graph"), true)
            }
            (_, true) if is_hidden => return true,
            (false, true) => {
                let message = format!("`{name}.{value}` is left out: not every subgraph knows it");
                let hint = Diagnostic::hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", message);
                let help = "clients cannot send it until every subgraph that has the enum has it";
                (hint.with_help(help), false)
            }
            (true, true) => {
                let message = format!(
                    "`{name}` is sent and received, and not every subgraph knows `{name}.{value}`"
                );
                let error = Diagnostic::error("ENUM_VALUE_MISMATCH", message).with_help(
                    "add the value to every subgraph that has the enum; `@inaccessible` hides it \
                     meanwhile",
                );
                (error, true)
            }
        };
        let mut diagnostic = diagnostic.with_coordinate(format!("{name}.{value}"));
        for (_, it) in found {
            diagnostic = diagnostic.at(self.sources, it.value.location(), "known here");
        }
        let known: BTreeSet<SubgraphId> = found.iter().map(|(id, _)| *id).collect();
        for one in at.iter().filter(|one| !known.contains(&one.id)) {
            let place = one.definition.name().location();
            diagnostic = diagnostic.at(self.sources, place, "not known here");
        }
        self.diagnostics.push(diagnostic);
        keeps
    }
}

//! Enums: what comes out may have more values than one subgraph knows, what goes in may not.

use std::collections::BTreeSet;

use apollo_compiler::ast::{EnumValueDefinition, Type};
use apollo_compiler::collections::{HashMap, IndexMap};
use apollo_compiler::schema::{Component, EnumType, ExtendedType};
use apollo_compiler::{Name, Schema};

use super::applied_directives::component;
use super::merge::{DescribedType, Merge, TypeAt};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::supergraph::{SubgraphId, TypeJoin};
use crate::type_parts::fields_of;

/// How the merged schema uses an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Usage {
    comes_out: bool,
    goes_in: bool,
}

/// The usage of every type that anything uses.
#[derive(Debug, Default)]
pub(super) struct Usages {
    by_name: HashMap<Name, Usage>,
}

impl Usages {
    /// Read from a schema that has everything but enums.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut usages = Self::default();
        for definition in schema.directive_definitions.values() {
            definition.arguments.iter().for_each(|argument| usages.goes_in(&argument.ty));
        }
        for definition in schema.types.values() {
            for field in fields_of(definition) {
                usages.of_type(&field.ty).comes_out = true;
                field.arguments.iter().for_each(|argument| usages.goes_in(&argument.ty));
            }
            if let ExtendedType::InputObject(ty) = definition {
                ty.fields.values().for_each(|field| usages.goes_in(&field.ty));
            }
        }
        usages
    }

    fn of_type(&mut self, ty: &Type) -> &mut Usage {
        self.by_name.entry(ty.inner_named_type().clone()).or_default()
    }

    fn goes_in(&mut self, ty: &Type) {
        self.of_type(ty).goes_in = true;
    }
}

type Found<'a> = Vec<(SubgraphId, &'a Component<EnumValueDefinition>)>;

impl<'a> Merge<'a> {
    pub(super) fn merge_enum(
        &mut self,
        name: Name,
        at: &[TypeAt<'a>],
        join: &mut TypeJoin,
        (description, directives): DescribedType,
    ) -> ExtendedType {
        let usage = self.enum_usages.by_name.get(&name).copied().unwrap_or_default();
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

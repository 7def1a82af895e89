//! Enums: what comes out may have more values than one subgraph knows, what goes in may not.

use apollo_compiler::Name;
use apollo_compiler::ast::{EnumValueDefinition, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, EnumType, ExtendedType};

use super::applied_directives::component;
use super::merge::{DescribedType, Merge, TypeAt};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::supergraph::{SubgraphId, TypeJoin};

/// How the merged schema uses an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Usage {
    Unused,
    Output,
    Input,
    Both,
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
        let usage = self.usage(&name);
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
            let error = Diagnostic::error("EMPTY_MERGED_ENUM_TYPE", message)
                .with_coordinate(name.as_str())
                .with_help("an enum that clients send keeps the values that every subgraph knows");
            let error = at.iter().fold(error, |error, one| {
                error.at(self.sources, one.definition.name().location(), "")
            });
            self.diagnostics.push(error);
        }
        if usage == Usage::Unused {
            let message = format!("nothing uses the enum `{name}`");
            let hint = Diagnostic::hint("UNUSED_ENUM_TYPE", message);
            self.diagnostics.push(hint.with_coordinate(name.as_str()));
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
        let (diagnostic, keeps) = match usage {
            Usage::Unused | Usage::Output => {
                let message = format!("not every subgraph knows `{name}.{value}`");
                (Diagnostic::hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", message), true)
            }
            Usage::Input => {
                let message = format!("`{name}.{value}` is left out: not every subgraph knows it");
                (Diagnostic::hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", message), false)
            }
            Usage::Both if is_hidden => return true,
            Usage::Both => {
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
        for one in at.iter().filter(|one| found.iter().all(|(id, _)| *id != one.id)) {
            let place = one.definition.name().location();
            diagnostic = diagnostic.at(self.sources, place, "not known here");
        }
        self.diagnostics.push(diagnostic);
        keeps
    }

    /// Read from the merged schema, which has everything but enums by now.
    fn usage(&self, name: &Name) -> Usage {
        let is_it = |ty: &Type| ty.inner_named_type() == name;
        let (mut is_output, mut is_input) = (false, false);
        for definition in self.schema.types.values() {
            for field in crate::subgraph::field_sets::fields_of(definition) {
                is_output |= is_it(&field.ty);
                is_input |= field.arguments.iter().any(|argument| is_it(&argument.ty));
            }
            if let ExtendedType::InputObject(ty) = definition {
                is_input |= ty.fields.values().any(|field| is_it(&field.ty));
            }
        }
        match (is_output, is_input) {
            (false, false) => Usage::Unused,
            (true, false) => Usage::Output,
            (false, true) => Usage::Input,
            (true, true) => Usage::Both,
        }
    }
}

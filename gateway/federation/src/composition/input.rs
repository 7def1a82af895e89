//! What clients send: arguments and input object fields. Only what all subgraphs know stays.

use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node};

use super::applied_directives::component;
use super::merge::{DescribedType, Merge, TypeAt};
use crate::diagnostic::Diagnostic;
use crate::supergraph::{FieldInSubgraph, SubgraphId, TypeJoin};

/// Arguments and input fields merge alike; their codes differ.
#[derive(Clone, Copy)]
struct Codes {
    type_mismatch: &'static str,
    default_mismatch: &'static str,
    required_missing: &'static str,
    presence: &'static str,
}

const ARGUMENT: Codes = Codes {
    type_mismatch: "FIELD_ARGUMENT_TYPE_MISMATCH",
    default_mismatch: "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    required_missing: "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    presence: "INCONSISTENT_ARGUMENT_PRESENCE",
};

const INPUT_FIELD: Codes = Codes {
    type_mismatch: "FIELD_TYPE_MISMATCH",
    default_mismatch: "INPUT_FIELD_DEFAULT_MISMATCH",
    required_missing: "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    presence: "INCONSISTENT_INPUT_OBJECT_FIELD",
};

type Values<'a> = [&'a Node<InputValueDefinition>];

impl<'a> Merge<'a> {
    /// The arguments of one field or directive, from its lists in the subgraphs that have it.
    pub(super) fn merge_arguments(
        &mut self,
        coordinate: &str,
        lists: &[&[Node<InputValueDefinition>]],
    ) -> Vec<Node<InputValueDefinition>> {
        let mut by_name: IndexMap<&Name, Vec<&Node<InputValueDefinition>>> = IndexMap::default();
        for argument in lists.iter().copied().flatten() {
            by_name.entry(&argument.name).or_default().push(argument);
        }
        let mut merged = Vec::new();
        for (name, found) in by_name {
            let coordinate = format!("{coordinate}({name}:)");
            if self.is_everywhere(&coordinate, &found, lists.len(), ARGUMENT) {
                merged.push(Node::new(self.merge_input_value(&coordinate, &found, ARGUMENT)));
            }
        }
        merged
    }

    pub(super) fn merge_input_object(
        &mut self,
        name: Name,
        at: &[TypeAt<'a>],
        join: &mut TypeJoin,
        (description, directives): DescribedType,
    ) -> ExtendedType {
        let mut by_name: IndexMap<&Name, Vec<(SubgraphId, &Node<InputValueDefinition>)>> =
            IndexMap::default();
        for one in at {
            let Some(ty) = one.definition.as_input_object() else { continue };
            for field in ty.fields.values() {
                by_name.entry(&field.name).or_default().push((one.id, &field.node));
            }
        }
        let mut fields = IndexMap::default();
        for (field, found) in by_name {
            let coordinate = format!("{name}.{field}");
            let values: Vec<_> = found.iter().map(|(_, value)| *value).collect();
            if !self.is_everywhere(&coordinate, &values, at.len(), INPUT_FIELD) {
                continue;
            }
            let merged = self.merge_input_value(&coordinate, &values, INPUT_FIELD);
            let joins = found.iter().map(|(id, value)| FieldInSubgraph {
                ty: (*value.ty != *merged.ty).then(|| (*value.ty).clone()),
                ..FieldInSubgraph::plain(*id)
            });
            join.fields.insert(field.clone(), joins.collect());
            fields.insert(field.clone(), component(merged));
        }
        if fields.is_empty() {
            let message = format!("`{name}` has no field that all its subgraphs know");
            let error = Diagnostic::error("EMPTY_MERGED_INPUT_TYPE", message)
                .with_coordinate(name.as_str())
                .with_help(
                    "a field of an input object must be in every subgraph that has the type",
                );
            let error = at.iter().fold(error, |error, one| {
                error.at(self.sources, one.definition.name().location(), "")
            });
            self.diagnostics.push(error);
        }
        InputObjectType { description, name, directives, fields }.into()
    }

    /// Whether all `of` places have the value; what only some have is dropped, unless one needs it.
    fn is_everywhere(
        &mut self,
        coordinate: &str,
        found: &Values<'_>,
        of: usize,
        codes: Codes,
    ) -> bool {
        if found.len() == of {
            return true;
        }
        let required = found.iter().find(|value| value.is_required());
        let mut diagnostic = match required {
            Some(value) => {
                let message =
                    format!("`{coordinate}` is required in one subgraph and missing in another");
                Diagnostic::error(codes.required_missing, message)
                    .at(self.sources, value.name.location(), "required here")
                    .with_help("add it to every subgraph, or make it optional")
            }
            None => {
                let message = format!("`{coordinate}` is left out: not every subgraph has it");
                Diagnostic::hint(codes.presence, message)
            }
        };
        for value in found.iter().filter(|value| !value.is_required()) {
            diagnostic = diagnostic.at(self.sources, value.name.location(), "optional here");
        }
        self.diagnostics.push(self.at_field_without(diagnostic, coordinate, found));
        false
    }

    /// Adds the places of the field, or input type, in the subgraphs that lack the value.
    fn at_field_without(
        &self,
        mut diagnostic: Diagnostic,
        coordinate: &str,
        found: &Values<'_>,
    ) -> Diagnostic {
        let (parent, rest) = coordinate.split_once('.').unwrap_or((coordinate, ""));
        for subgraph in self.subgraphs {
            let Some(definition) = subgraph.schema.types.get(parent) else { continue };
            let (place, has_it) = match definition {
                ExtendedType::InputObject(ty) => (ty.name.location(), ty.fields.contains_key(rest)),
                _ => {
                    let (field, argument) = rest.split_once('(').unwrap_or((rest, ""));
                    let field = crate::subgraph::field_sets::field_of(definition, field);
                    let Some(field) = field else { continue };
                    let argument = argument.trim_end_matches(":)");
                    (field.name.location(), field.argument_by_name(argument).is_some())
                }
            };
            if !has_it && !found.is_empty() {
                diagnostic = diagnostic.at(self.sources, place, "missing here");
            }
        }
        diagnostic.with_coordinate(coordinate)
    }

    fn merge_input_value(
        &mut self,
        coordinate: &str,
        found: &Values<'_>,
        codes: Codes,
    ) -> InputValueDefinition {
        let first = found[0];
        let ty = self.input_type(coordinate, found, codes);
        let default_value = self.default_value(coordinate, found, codes);
        let descriptions = found.iter().map(|value| value.description.as_ref());
        let description = self.merge_descriptions(coordinate, descriptions);
        let lists: Vec<_> = found.iter().map(|value| value.directives.iter().collect()).collect();
        let directives = self.merge_directives(coordinate, &lists);
        InputValueDefinition {
            description,
            name: first.name.clone(),
            ty: Node::new(ty),
            default_value,
            directives,
        }
    }

    fn input_type(&mut self, coordinate: &str, found: &Values<'_>, codes: Codes) -> Type {
        let types = found.iter().map(|value| &*value.ty);
        let chosen = self.subtypes.most_specific(types);
        let differ = found.iter().any(|value| value.ty != found[0].ty);
        let (diagnostic, ty) = match chosen {
            Some(ty) if !differ => return ty.clone(),
            Some(ty) => {
                let message = format!("`{coordinate}` is `{ty}`: the subgraphs' types differ");
                let code = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE";
                (Diagnostic::hint(code, message), ty.clone())
            }
            None => {
                let message = format!("`{coordinate}` has types that do not agree");
                let error = Diagnostic::error(codes.type_mismatch, message)
                    .with_help("use the same type everywhere; only `!` may differ");
                (error, (*found[0].ty).clone())
            }
        };
        let diagnostic = found.iter().fold(diagnostic.with_coordinate(coordinate), |it, value| {
            it.at(self.sources, value.name.location(), format!("`{}` here", value.ty))
        });
        self.diagnostics.push(diagnostic);
        ty
    }

    fn default_value(
        &mut self,
        coordinate: &str,
        found: &Values<'_>,
        codes: Codes,
    ) -> Option<Node<Value>> {
        let defaults: Vec<_> =
            found.iter().filter_map(|value| value.default_value.as_ref()).collect();
        let first = *defaults.first()?;
        let differ = defaults.iter().any(|value| *value != first);
        let is_partial = defaults.len() < found.len();
        if !differ && !is_partial {
            return Some(Node::new((**first).clone()));
        }
        let diagnostic = if differ {
            let message = format!("`{coordinate}` has defaults that differ");
            Diagnostic::error(codes.default_mismatch, message)
                .with_help("use the same default everywhere, or none")
        } else {
            let message =
                format!("the default of `{coordinate}` is left out: not every subgraph has it");
            Diagnostic::hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", message)
        };
        let diagnostic = found.iter().fold(diagnostic.with_coordinate(coordinate), |it, value| {
            let text = match &value.default_value {
                Some(default) => format!("`{}` here", default.serialize().no_indent()),
                None => "none here".to_owned(),
            };
            it.at(self.sources, value.name.location(), text)
        });
        self.diagnostics.push(diagnostic);
        None
    }
}

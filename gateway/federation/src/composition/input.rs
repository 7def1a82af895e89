//! What clients send: arguments and input object fields. Only what all subgraphs know stays.

use apollo_compiler::ast::{Directive, InputValueDefinition, Type, Value};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node};

use super::applied_directives::component;
use super::element_at::{ArgumentsAt, TypeAt};
use super::merge_state::{DescribedType, Merge};
use super::values::same_value;
use crate::diagnostic::Diagnostic;
use crate::sdl::one_of;
use crate::subgraph::federation_spec::names;
use crate::supergraph::{FieldInSubgraph, TypeJoin};

/// Arguments and input fields merge alike; their codes differ.
#[derive(Clone, Copy)]
struct Codes {
    type_mismatch: &'static str,
    compatible_type: &'static str,
    default_mismatch: &'static str,
    required_missing: &'static str,
    presence: &'static str,
}

const ARGUMENT: Codes = Codes {
    type_mismatch: "FIELD_ARGUMENT_TYPE_MISMATCH",
    compatible_type: "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
    default_mismatch: "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    required_missing: "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    presence: "INCONSISTENT_ARGUMENT_PRESENCE",
};

const INPUT_FIELD: Codes = Codes {
    type_mismatch: "FIELD_TYPE_MISMATCH",
    compatible_type: "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
    default_mismatch: "INPUT_FIELD_DEFAULT_MISMATCH",
    required_missing: "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    presence: "INCONSISTENT_INPUT_OBJECT_FIELD",
};

type Values<'a> = [&'a Node<InputValueDefinition>];

/// One argument or input field where it is, by the index of the place.
type Found<'a> = Vec<(usize, &'a Node<InputValueDefinition>)>;

impl<'a> Merge<'a> {
    /// The arguments of one field or directive, from the subgraphs that have it.
    pub(super) fn merge_arguments(
        &mut self,
        coordinate: &str,
        lists: &[ArgumentsAt<'_>],
    ) -> Vec<Node<InputValueDefinition>> {
        if lists.iter().all(|list| list.arguments.is_empty()) {
            return Vec::new();
        }
        let mut by_name: IndexMap<&Name, Found<'_>> = IndexMap::default();
        for (index, list) in lists.iter().enumerate() {
            for argument in list.arguments {
                by_name.entry(&argument.name).or_default().push((index, argument));
            }
        }
        let places: Vec<_> = lists.iter().map(|list| list.place).collect();
        let mut merged = Vec::new();
        for (name, found) in by_name {
            let coordinate = format!("{coordinate}({name}:)");
            if self.is_everywhere(&coordinate, &places, &found, ARGUMENT) {
                let values: Vec<_> = found.iter().map(|(_, value)| *value).collect();
                merged.push(Node::new(self.merge_input_value(&coordinate, &values, ARGUMENT)));
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
        let mut by_name: IndexMap<&Name, Found<'_>> = IndexMap::default();
        for (index, one) in at.iter().enumerate() {
            let Some(ty) = one.definition.as_input_object() else { continue };
            for field in ty.fields.values() {
                by_name.entry(&field.name).or_default().push((index, &field.node));
            }
        }
        let places: Vec<_> = at.iter().map(|one| one.definition.name().location()).collect();
        let mut fields = IndexMap::default();
        for (field, found) in by_name {
            let coordinate = format!("{name}.{field}");
            if !self.is_everywhere(&coordinate, &places, &found, INPUT_FIELD) {
                continue;
            }
            let values: Vec<_> = found.iter().map(|(_, value)| *value).collect();
            let merged = self.merge_input_value(&coordinate, &values, INPUT_FIELD);
            let joins = found.iter().map(|(index, value)| FieldInSubgraph {
                ty: (*value.ty != *merged.ty).then(|| (*value.ty).clone()),
                ..FieldInSubgraph::plain(at[*index].id)
            });
            join.fields.insert(field.clone(), joins.collect());
            fields.insert(field.clone(), component(merged));
        }
        if fields.is_empty() {
            let message = format!("`{name}` has no field that all its subgraphs know");
            let error = Diagnostic::error("EMPTY_MERGED_INPUT_TYPE", message).with_help(
                "a field of an input object must be in every subgraph that has the type",
            );
            self.push_at_types(error, at);
        }
        let mut directives = directives;
        if self.merges_to_one_of(at) {
            directives.push(Directive::new(one_of::ONE_OF));
        }
        InputObjectType { description, name, directives, fields }.into()
    }

    /// Whether clients give exactly one field: what the subgraphs must say alike.
    fn merges_to_one_of(&mut self, at: &[TypeAt<'a>]) -> bool {
        let count = at.iter().filter(|one| one_of::is_one_of(one.definition)).count();
        if count != 0 && count != at.len() {
            let name = at[0].definition.name();
            let message =
                format!("`{name}` is `@oneOf` in some of its subgraphs, and not in others");
            let error = Diagnostic::error("UNSUPPORTED_FEATURE", message)
                .with_coordinate(name.as_str())
                .with_help("mark the type `@oneOf` in all its subgraphs, or in none");
            let error = at.iter().fold(error, |error, one| {
                let text =
                    if one_of::is_one_of(one.definition) { "`@oneOf` here" } else { "not here" };
                error.at(self.sources, one.definition.name().location(), text)
            });
            self.diagnostics.push(error);
        }
        if count == at.len() {
            let definition = one_of::definition().clone();
            self.schema.directive_definitions.insert(one_of::ONE_OF, definition);
        }
        count == at.len()
    }

    /// Whether all places have the value. What only some have is dropped, unless one needs it; a
    /// hidden input field can stay, because no client sends it.
    fn is_everywhere(
        &mut self,
        coordinate: &str,
        places: &[Option<SourceSpan>],
        found: &Found<'_>,
        codes: Codes,
    ) -> bool {
        let is_hidden = |value: &InputValueDefinition| value.directives.has(names::INACCESSIBLE);
        let may_be_hidden = codes.presence == INPUT_FIELD.presence;
        if found.len() == places.len()
            || (may_be_hidden && found.iter().any(|(_, value)| is_hidden(value)))
        {
            return true;
        }
        let mut diagnostic = if found.iter().any(|(_, value)| value.is_required()) {
            let message =
                format!("`{coordinate}` is required in one subgraph and missing in another");
            Diagnostic::error(codes.required_missing, message)
                .with_help("add it to every subgraph, or make it optional")
        } else {
            let message = format!("`{coordinate}` is left out: not every subgraph has it");
            Diagnostic::hint(codes.presence, message)
                .with_help("clients cannot send it until every subgraph has it")
        };
        let (required, optional): (Vec<_>, Vec<_>) =
            found.iter().partition(|(_, value)| value.is_required());
        for (values, text) in [(required, "required here"), (optional, "optional here")] {
            for (_, value) in values {
                diagnostic = diagnostic.at(self.sources, value.name.location(), text);
            }
        }
        let mut having = found.iter().map(|(index, _)| *index).peekable();
        for (index, place) in places.iter().enumerate() {
            if having.next_if_eq(&index).is_none() {
                diagnostic = diagnostic.at(self.sources, *place, "missing here");
            }
        }
        self.diagnostics.push(diagnostic.with_coordinate(coordinate));
        false
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
        if found.iter().all(|value| value.ty == found[0].ty) {
            return (*found[0].ty).clone();
        }
        let types = found.iter().map(|value| &*value.ty);
        let chosen = self.subtypes.most_specific(types);
        let (diagnostic, ty) = match chosen {
            Some(ty) => {
                let message = format!("`{coordinate}` is `{ty}`: the subgraphs' types differ");
                let hint = Diagnostic::hint(codes.compatible_type, message)
                    .with_help("clients send the most specific of them");
                (hint, ty.clone())
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
        let differ = defaults.iter().any(|value| !same_value(value, first));
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
                .with_help("give it the same default everywhere, or none")
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

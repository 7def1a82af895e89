//! The oracle: an operation executed over one merged graph, and what an answer owes to it.

mod contexts;

use std::collections::HashSet;
use std::sync::atomic::AtomicUsize;

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};
use federation::operation::Operation;
use serde_json::Value;

use crate::world::{Found, Reading, Row, World, unmark};
use contexts::Contexts;

/// What the merged graph answers.
pub(crate) struct Answer {
    /// As JSON text, in the order of the specification.
    pub(crate) data: String,
    /// The errors' paths, as JSON texts in order.
    pub(crate) error_paths: Vec<String>,
}

/// Executes the operation over the merged graph.
pub(crate) fn answer(
    world: &World,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Answer, String> {
    let turns = AtomicUsize::new(0);
    let schema = world.api_schema.schema();
    let definition = operation.definition();
    let root = MergedObject::root(world, &turns, definition.object_type());
    let executed = Execution::new(schema, operation.document())
        .operation(definition)
        .coerced_variable_values(variables)
        .execute_sync(&root);
    let response = executed.map_err(|error| format!("the oracle refuses: {error:?}"))?;
    let data = serde_json::to_string(&response.data).map_err(|error| error.to_string())?;
    let errors = serde_json::to_value(&response.errors).map_err(|error| error.to_string())?;
    Ok(Answer { data: unmark(&data), error_paths: error_paths(&errors) })
}

/// The paths of a list of errors, as JSON texts in order.
pub(crate) fn error_paths(errors: &Value) -> Vec<String> {
    let errors = errors.as_array().map(Vec::as_slice).unwrap_or_default();
    let paths = errors.iter().map(|error| error.get("path").map(Value::to_string));
    let mut paths: Vec<String> = paths.map(Option::unwrap_or_default).collect();
    paths.sort();
    paths
}

/// An object of the merged graph, with those around it.
#[derive(Clone)]
pub(crate) struct MergedObject<'w> {
    world: &'w World,
    turns: &'w AtomicUsize,
    pub(crate) row: Row<'w>,
    around: Contexts<'w>,
}

impl<'w> MergedObject<'w> {
    pub(crate) fn root(world: &'w World, turns: &'w AtomicUsize, ty: &str) -> Self {
        Self { world, turns, row: world.rows.root(ty), around: Contexts::default() }
    }

    pub(crate) fn inside(&self, row: Row<'w>) -> Self {
        let around = self.around.inside(self.world, &self.row);
        Self { world: self.world, turns: self.turns, row, around }
    }

    /// The value of one of its fields.
    pub(crate) fn read(&self, field: &str, ty: &Type, mut arguments: Value) -> Found<'w> {
        self.around.add_arguments(self.world, (&self.row.ty, field), &mut arguments);
        let reading = Reading {
            schema: self.world.api_schema.schema(),
            field,
            ty,
            arguments: &arguments,
            turns: self.turns,
            representation: None,
        };
        self.world.rows.read(&self.row, &reading)
    }

    fn resolved<'a>(&'a self, found: Found<'w>) -> ResolvedValue<'a> {
        match found {
            Found::Leaf(value) => ResolvedValue::leaf(value),
            Found::Error(_) => ResolvedValue::null(),
            Found::Row(row) => ResolvedValue::object(self.inside(row)),
            Found::List(items) => {
                let items: Vec<Result<ResolvedValue<'a>, FieldError>> = items
                    .into_iter()
                    .map(|item| match item {
                        Found::Error(message) => Err(FieldError { message }),
                        item => Ok(self.resolved(item)),
                    })
                    .collect();
                ResolvedValue::List(Box::new(items.into_iter()))
            }
        }
    }
}

impl ObjectValue for MergedObject<'_> {
    fn type_name(&self) -> &str {
        &self.row.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let arguments = serde_json::to_value(info.arguments()).unwrap_or_default();
        match self.read(info.field_name(), &info.field_definition().ty, arguments) {
            Found::Error(message) => Err(FieldError { message }),
            found => Ok(self.resolved(found)),
        }
    }
}

/// Every null that the oracle does not have must have an error at its path, or at one below from
/// which it has moved up: what else was received is not lost. Gives the path of the first null
/// that nothing explains.
///
/// `hidden` are fields whose nulls may have moved up in the graph, and cannot in the client's
/// schema: a view's.
pub(crate) fn unexplained_null(
    (schema, operation): (&Schema, &Operation),
    hidden: &HashSet<(Name, Name)>,
    oracle: &Value,
    response: &Value,
) -> Option<String> {
    let nothing = Vec::new();
    let errors = response.get("errors").and_then(Value::as_array).unwrap_or(&nothing);
    let paths: Vec<Vec<Value>> = errors
        .iter()
        .map(|error| error.get("path").and_then(Value::as_array).cloned().unwrap_or_default())
        .collect();
    let data = response.get("data").unwrap_or(&Value::Null);
    let nulls = Nulls { schema, operation, hidden, errors: paths };
    nulls.unexplained(oracle, data, &mut Vec::new())
}

/// Whether an operation asks for something at a path.
pub(crate) fn has_place(operation: &Operation, path: &[Value]) -> bool {
    let mut sets = vec![&operation.definition().selection_set];
    let fragments = &operation.document().fragments;
    for key in path.iter().filter_map(Value::as_str) {
        let mut fields: Vec<&Node<Field>> = Vec::new();
        while let Some(set) = sets.pop() {
            for selection in &set.selections {
                match selection {
                    Selection::Field(field) if field.response_key() == key => fields.push(field),
                    Selection::Field(_) => {}
                    Selection::InlineFragment(fragment) => sets.push(&fragment.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let named = fragments.get(&spread.fragment_name);
                        sets.extend(named.map(|fragment| &fragment.selection_set));
                    }
                }
            }
        }
        if fields.is_empty() {
            return false;
        }
        sets = fields.into_iter().map(|field| &field.selection_set).collect();
    }
    true
}

/// A field, and the type it is asked of.
type Asked<'a> = (&'a Name, &'a Node<Field>);

struct Nulls<'a> {
    schema: &'a Schema,
    operation: &'a Operation,
    hidden: &'a HashSet<(Name, Name)>,
    /// The errors' paths.
    errors: Vec<Vec<Value>>,
}

impl<'a> Nulls<'a> {
    fn unexplained(&self, oracle: &Value, data: &Value, path: &mut Vec<Value>) -> Option<String> {
        match (oracle, data) {
            (Value::Null, _) => None,
            (_, Value::Null) => {
                let explained = self.errors.iter().any(|error| self.explains(error, path));
                (!explained).then(|| Value::from(path.clone()).to_string())
            }
            // What is inside a scalar is the subgraph's own.
            _ if self.is_leaf(path) => None,
            (Value::Object(oracle), Value::Object(data)) => {
                oracle.iter().find_map(|(key, value)| {
                    path.push(Value::from(key.clone()));
                    let data = data.get(key).unwrap_or(&Value::Null);
                    let found = self.unexplained(value, data, path);
                    path.pop();
                    found
                })
            }
            // Of a view: lists that are joined have no items for those that are null.
            (Value::Array(oracle), Value::Array(data)) if oracle.len() != data.len() => None,
            (Value::Array(oracle), Value::Array(data)) => {
                oracle.iter().zip(data).enumerate().find_map(|(index, (oracle, data))| {
                    path.push(Value::from(index));
                    let found = self.unexplained(oracle, data, path);
                    path.pop();
                    found
                })
            }
            _ => None,
        }
    }

    /// Whether a null can have moved up from an error's path.
    fn explains(&self, error: &[Value], path: &[Value]) -> bool {
        let mut below = path.len() + 1..=error.len();
        error.starts_with(path) && below.all(|length| self.may_be_non_null(&error[..length]))
    }

    /// Whether what stands at a path is non-null, in any of the types it can be of. What only the
    /// gateway has asked for is a key or a requirement, and may be.
    fn may_be_non_null(&self, path: &[Value]) -> bool {
        let types = self.types_at(path);
        let is_hidden = |(parent, field): &Asked<'_>| {
            self.hidden.contains(&((*parent).clone(), field.name.clone()))
        };
        types.is_empty()
            || types.iter().any(|ty| ty.is_non_null())
            || self.fields_at(path).iter().any(is_hidden)
    }

    fn types_at(&self, path: &[Value]) -> Vec<&Type> {
        let lists = path.iter().rev().take_while(|step| step.is_number()).count();
        let item = |ty| (0..lists).fold(ty, |ty: &Type, _| ty.item_type());
        let fields = self.fields_at(path);
        fields.into_iter().flat_map(|asked| self.types_of(asked)).map(item).collect()
    }

    /// A field's type as the interface has it, and as its implementations do: what counts is the
    /// object's own (GraphQL §6.4.2).
    fn types_of(&self, (parent, field): Asked<'a>) -> Vec<&'a Type> {
        let own = self.schema.types.values().filter_map(|ty| {
            let object = ty.as_object().filter(|it| it.implements_interfaces.contains(parent))?;
            Some(&object.fields.get(&field.name)?.ty)
        });
        std::iter::once(&field.definition.ty).chain(own).collect()
    }

    fn is_leaf(&self, path: &[Value]) -> bool {
        let fields = self.fields_at(path);
        !fields.is_empty()
            && fields.iter().all(|(_, field)| field.selection_set.is_empty())
            && !self.types_at(path).iter().any(|ty| ty.is_list())
    }

    /// What the operation asks for at a path, of any of the types it can be of.
    fn fields_at(&self, path: &[Value]) -> Vec<Asked<'a>> {
        let mut sets = vec![&self.operation.definition().selection_set];
        let mut fields = Vec::new();
        for key in path.iter().filter_map(Value::as_str) {
            fields = sets.iter().flat_map(|set| self.fields_of(set, key)).collect();
            sets = fields.iter().map(|(_, field): &Asked<'a>| &field.selection_set).collect();
        }
        fields
    }

    fn fields_of(&self, set: &'a SelectionSet, key: &str) -> Vec<Asked<'a>> {
        let fragments = &self.operation.document().fragments;
        let selections = set.selections.iter().flat_map(|selection| match selection {
            Selection::Field(field) if field.response_key() == key => vec![(&set.ty, field)],
            Selection::Field(_) => Vec::new(),
            Selection::InlineFragment(fragment) => self.fields_of(&fragment.selection_set, key),
            Selection::FragmentSpread(spread) => match fragments.get(&spread.fragment_name) {
                Some(fragment) => self.fields_of(&fragment.selection_set, key),
                None => Vec::new(),
            },
        });
        selections.collect()
    }
}

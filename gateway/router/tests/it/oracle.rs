//! The oracle: an operation executed over one merged graph, and what an answer owes to it.

use std::sync::atomic::AtomicUsize;

use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use federation::operation::Operation;
use serde_json::Value;

use crate::world::{Found, Reading, Row, World, unmark};

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
    let root =
        MergedObject { world, turns: &turns, row: world.rows.root(definition.object_type()) };
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

struct MergedObject<'w> {
    world: &'w World,
    turns: &'w AtomicUsize,
    row: Row<'w>,
}

impl MergedObject<'_> {
    fn resolved<'a>(&'a self, found: Found<'a>) -> ResolvedValue<'a> {
        match found {
            Found::Leaf(value) => ResolvedValue::leaf(value),
            Found::Error(_) => ResolvedValue::null(),
            Found::Row(row) => {
                ResolvedValue::object(MergedObject { world: self.world, turns: self.turns, row })
            }
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
        let reading = Reading {
            schema: info.schema(),
            field: info.field_name(),
            ty: &info.field_definition().ty,
            arguments: &arguments,
            turns: self.turns,
            representation: None,
        };
        match self.world.rows.read(&self.row, &reading) {
            Found::Error(message) => Err(FieldError { message }),
            found => Ok(self.resolved(found)),
        }
    }
}

/// Every null that the oracle does not have must have an error at or below it. Gives the path of
/// the first that has none.
pub(crate) fn unexplained_null(oracle: &Value, response: &Value) -> Option<String> {
    let nothing = Vec::new();
    let errors = response.get("errors").and_then(Value::as_array).unwrap_or(&nothing);
    let paths: Vec<Vec<Value>> = errors
        .iter()
        .map(|error| error.get("path").and_then(Value::as_array).cloned().unwrap_or_default())
        .collect();
    let data = response.get("data").unwrap_or(&Value::Null);
    walk(oracle, data, &paths, &mut Vec::new())
}

fn walk(
    oracle: &Value,
    data: &Value,
    errors: &[Vec<Value>],
    path: &mut Vec<Value>,
) -> Option<String> {
    match (oracle, data) {
        (Value::Null, _) => None,
        (_, Value::Null) => {
            let explained = errors.iter().any(|error| error.starts_with(path));
            (!explained).then(|| Value::from(path.clone()).to_string())
        }
        (Value::Object(oracle), Value::Object(data)) => oracle.iter().find_map(|(key, value)| {
            path.push(Value::from(key.clone()));
            let found = walk(value, data.get(key).unwrap_or(&Value::Null), errors, path);
            path.pop();
            found
        }),
        (Value::Array(oracle), Value::Array(data)) => {
            oracle.iter().zip(data).enumerate().find_map(|(index, (oracle, data))| {
                path.push(Value::from(index));
                let found = walk(oracle, data, errors, path);
                path.pop();
                found
            })
        }
        _ => None,
    }
}

//! A view's answer made from the graph's, as a backend for a frontend would make it by hand: JSON
//! in, JSON out, one field after the other. Slow, plain, and independent of the executor.

use std::cell::Cell;

use apollo_compiler::response::JsonMap;
use federation::operation::{ConditionId, Operation};
use federation::query_graph::{QueryGraph, TypeId};
use federation::view::{
    RuntimeTypes, View, ViewField, ViewOperation, ViewSelectionId, ViewValue, WayStep, json_of,
};
use serde_json::{Map, Value, json};

/// The answer to an operation of a view, from the answer to its translation; none where that does
/// not tell which objects a way is only of.
pub(super) fn reshaped(
    view: &View,
    operation: &ViewOperation,
    graph: &QueryGraph,
    variables: &JsonMap,
    data: &Value,
) -> Option<Value> {
    let shape = Shape { view, operation, graph, variables, is_unknown: Cell::new(false) };
    let reshaped = shape.object(operation.root, data).unwrap_or(Value::Null);
    (!shape.is_unknown.get()).then_some(reshaped)
}

struct Shape<'a> {
    view: &'a View,
    operation: &'a ViewOperation,
    graph: &'a QueryGraph,
    variables: &'a JsonMap,
    /// Whether the type of an object mattered that the answer does not tell.
    is_unknown: Cell<bool>,
}

/// What cannot be null is.
struct Null;

impl Shape<'_> {
    fn own(&self) -> &Operation {
        &self.operation.own
    }

    fn holds(&self, when: ConditionId) -> bool {
        let is_true = |name: &str| self.variables.get(name).and_then(|it| it.as_bool());
        self.own().condition(when).holds(|name| is_true(name).unwrap_or_default())
    }

    /// The type of an object, where the graph's answer tells it.
    fn runtime_type(&self, object: &Value) -> Option<TypeId> {
        self.graph.type_id(object.get("__typename")?.as_str()?)
    }

    fn object(&self, id: ViewSelectionId, object: &Value) -> Result<Value, Null> {
        let selection = &self.operation.selections[id.index()];
        let own = self.own().selection(selection.selection);
        let ty = self.runtime_type(object);
        let name = match &selection.runtime_types {
            RuntimeTypes::Only(ty) => *ty,
            RuntimeTypes::ByType(types) => {
                let seen = types.iter().find(|(theirs, _)| Some(*theirs) == ty);
                seen.map(|(_, own)| *own).ok_or(Null)?
            }
        };
        let mut shaped = Map::new();
        for field in &selection.fields {
            let entry = &own.entries[field.entry as usize];
            let is_meant = ty.is_none_or(|ty| field.on.contains(ty));
            if is_meant && self.holds(entry.when) {
                let value = self.field(field, object, name)?;
                shaped.insert(entry.response_key.to_string(), value);
            }
        }
        Ok(Value::Object(shaped))
    }

    fn field(&self, field: &ViewField, object: &Value, name: TypeId) -> Result<Value, Null> {
        let ViewValue::Field { field, way, default, is_joined, enum_values, child, .. } =
            &field.value
        else {
            return Ok(json!(self.view.graph().ty(name).name.as_str()));
        };
        let mut found = self.along(way, object);
        if *is_joined && !found.is_null() {
            let lists = way.iter().map(|step| step.lists).sum();
            found = Value::Array(flat(found, lists));
        }
        let end = |value: &Value| match child {
            Some(child) => self.object(*child, value),
            None => {
                let renamed = enum_values.iter().find(|(theirs, _)| value == theirs.as_str());
                match renamed {
                    Some((_, own)) => Ok(json!(own.as_str())),
                    None if enum_values.is_empty() => Ok(value.clone()),
                    None => Err(Null),
                }
            }
        };
        let ty = &self.view.graph().field(*field).ty;
        match complete(ty, &found, &end) {
            Ok(value) if !value.is_null() => Ok(value),
            other => match default {
                Some(default) => {
                    Ok(serde_json::from_str(&json_of(default)).expect("a default is JSON"))
                }
                None => other,
            },
        }
    }

    /// What a way leads to; lists on it stay lists.
    fn along(&self, way: &[WayStep], from: &Value) -> Value {
        let Some((step, rest)) = way.split_first() else { return from.clone() };
        match from {
            Value::Array(items) => items.iter().map(|item| self.along(way, item)).collect(),
            Value::Object(object) => {
                let value = object.get(step.response_key.as_str());
                let is_meant = |on: &federation::query_graph::TypeSet| {
                    let ty = self.runtime_type(from);
                    if ty.is_none() && value.is_some() {
                        self.is_unknown.set(true);
                    }
                    ty.is_none_or(|ty| on.contains(ty))
                };
                match value.filter(|_| step.on.as_ref().is_none_or(is_meant)) {
                    Some(value) => self.along(rest, value),
                    None => Value::Null,
                }
            }
            _ => Value::Null,
        }
    }
}

/// The items of so many lists in one another; what is null on the way has none.
fn flat(value: Value, lists: usize) -> Vec<Value> {
    let Value::Array(items) = value else { return Vec::new() };
    if lists == 1 { items } else { items.into_iter().flat_map(|it| flat(it, lists - 1)).collect() }
}

/// CompleteValue (GraphQL §6.4.3), without errors.
fn complete(
    ty: &apollo_compiler::ast::Type,
    value: &Value,
    end: &dyn Fn(&Value) -> Result<Value, Null>,
) -> Result<Value, Null> {
    let completed = match value {
        Value::Null => Err(Null),
        Value::Array(items) if ty.is_list() => {
            let item = |item| complete(ty.item_type(), item, end);
            items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        value => end(value),
    };
    match completed {
        Err(Null) if ty.is_non_null() => Err(Null),
        Err(Null) => Ok(Value::Null),
        ok => ok,
    }
}

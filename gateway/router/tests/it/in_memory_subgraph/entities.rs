//! `_entities(representations:)`: an entity is found by its key, and by nothing else.

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::resolvers::{FieldError, ResolvedValue};
use serde_json::{Map, Value};

use super::resolvers::{Call, SubgraphObject};
use crate::world::{Row, text};

/// One item for each representation; null for an entity that does not exist.
pub(super) fn resolve<'a>(call: &'a Call<'a>, arguments: &Value) -> ResolvedValue<'a> {
    let nothing = Vec::new();
    let representations = arguments.get("representations").and_then(Value::as_array);
    let representations = representations.unwrap_or(&nothing);
    for (index, one) in representations.iter().enumerate() {
        if representations[..index].contains(one) {
            call.violation(&format!("asked twice for {one}"));
        }
    }
    let entities = representations.iter().map(|told| {
        let Some(told) = told.as_object() else { return Ok(ResolvedValue::null()) };
        Ok(ResolvedValue::nullable_object(entity(call, told)?))
    });
    let entities: Vec<Result<ResolvedValue<'a>, FieldError>> = entities.collect();
    ResolvedValue::List(Box::new(entities.into_iter()))
}

/// Nothing where there is no such entity; an error where a key has values of other types.
fn entity<'a>(
    call: &'a Call<'a>,
    told: &Map<String, Value>,
) -> Result<Option<SubgraphObject<'a>>, FieldError> {
    let ty = told.get("__typename").and_then(Value::as_str).unwrap_or_default();
    let keys = call.knowledge.keys.get(ty).map(Vec::as_slice).unwrap_or_default();
    let known = told.keys().filter(|field| *field != "__typename");
    for field in known {
        if !call.knowledge.is_told(ty, field) {
            call.violation(&format!("`{ty}` was told `{field}`, which it does not need"));
        }
    }
    let key = keys.iter().find(|key| key.resolvable && is_told(&key.fields.selection_set, told));
    let Some(key) = key else {
        call.violation(&format!("no key of `{ty}` in {}", Value::Object(told.clone())));
        return Ok(None);
    };
    let key = &key.fields.selection_set;
    if let Some(field) = malformed(key, told) {
        return Err(FieldError { message: format!("`{field}` of a `{ty}` cannot be so") });
    }
    let mut rows = call.world.rows.all();
    let row = rows.find(|row| is_of(call, row, ty) && agrees(call, key, row.fields, told));
    Ok(row
        .filter(|row| !is_unknown(call, row))
        .and_then(|row| SubgraphObject::new(call, row, Vec::new(), Some(told.clone()))))
}

fn is_unknown(call: &Call<'_>, row: &Row<'_>) -> bool {
    let names = row.fields.get("$unknown_to").and_then(Value::as_array);
    names.is_some_and(|names| names.iter().any(|name| *name == *call.knowledge.name))
}

/// The first field of a key whose value is not of its type.
fn malformed(key: &SelectionSet, told: &Map<String, Value>) -> Option<String> {
    key.selections.iter().find_map(|selection| {
        let Selection::Field(field) = selection else { return None };
        let value = told.get(field.name.as_str())?;
        let inside = &field.selection_set;
        let is_right = match (value, field.ty().inner_named_type().as_str()) {
            (Value::Null | Value::Array(_), _) => true,
            (Value::Object(told), _) if !inside.is_empty() => return malformed(inside, told),
            (value, "Int" | "Float") => value.is_number(),
            (value, "Boolean") => value.is_boolean(),
            (value, "ID" | "String") => value.is_string() || value.is_number(),
            _ => inside.is_empty(),
        };
        (!is_right).then(|| field.name.to_string())
    })
}

fn is_of(call: &Call<'_>, row: &Row<'_>, ty: &str) -> bool {
    let schema = &call.knowledge.schema;
    call.type_of(row).is_some_and(|own| own == ty)
        || (schema.get_interface(ty).is_some() && schema.is_subtype(ty, &row.ty))
}

/// Whether a representation has every field of a key, with a value.
fn is_told(key: &SelectionSet, told: &Map<String, Value>) -> bool {
    key.selections.iter().all(|selection| match selection {
        Selection::Field(field) => told.contains_key(field.name.as_str()),
        _ => true,
    })
}

/// Whether a row has the key's values.
fn agrees(
    call: &Call<'_>,
    key: &SelectionSet,
    row: &Map<String, Value>,
    told: &Map<String, Value>,
) -> bool {
    key.selections.iter().all(|selection| match selection {
        Selection::Field(field) => {
            let name = field.name.as_str();
            match (row.get(name), told.get(name)) {
                (Some(own), Some(told)) => same(call, &field.selection_set, own, told),
                _ => false,
            }
        }
        _ => true,
    })
}

fn same(call: &Call<'_>, key: &SelectionSet, own: &Value, told: &Value) -> bool {
    match (own, told) {
        (Value::Array(own), Value::Array(told)) => {
            own.len() == told.len()
                && own.iter().zip(told).all(|(own, told)| same(call, key, own, told))
        }
        (Value::Object(own), Value::Object(told)) => {
            let row = own.get("$ref").map(|name| call.world.rows.named(name).fields);
            agrees(call, key, row.unwrap_or(own), told)
        }
        (Value::Null, _) | (_, Value::Null) => false,
        (own, told) => text(own) == text(told),
    }
}

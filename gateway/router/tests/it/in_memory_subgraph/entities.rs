//! `_entities(representations:)`: an entity is found by its key, and by nothing else.

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::resolvers::ResolvedValue;
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
        let object = told.as_object().and_then(|told| entity(call, told));
        ResolvedValue::nullable_object(object)
    });
    let entities: Vec<ResolvedValue<'a>> = entities.collect();
    ResolvedValue::list(entities)
}

fn entity<'a>(call: &'a Call<'a>, told: &Map<String, Value>) -> Option<SubgraphObject<'a>> {
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
        return None;
    };
    let row = call.world.rows.all().find(|row| {
        is_of(call, row, ty) && agrees(call, &key.fields.selection_set, row.fields, told)
    })?;
    let unknown_to = row.fields.get("$unknown_to").and_then(Value::as_array);
    if unknown_to.is_some_and(|names| names.iter().any(|name| *name == *call.knowledge.name)) {
        return None;
    }
    SubgraphObject::new(call, row, Vec::new(), Some(told.clone()))
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

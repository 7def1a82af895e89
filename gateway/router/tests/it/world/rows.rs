//! The merged rows of a world: `rows.json`, as `cases/README.md` describes it.
//!
//! Knows nothing of subgraphs. Values that are computed from other fields read those from the rows
//! (the oracle) or from a representation (a subgraph that was told them).

use std::sync::atomic::{AtomicUsize, Ordering};

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

/// Every object of a world, by `Type:name`.
#[derive(Debug)]
pub(crate) struct Rows {
    rows: Map<String, Value>,
    none: Map<String, Value>,
}

/// One object: a row of its own, or one written inside another.
#[derive(Debug, Clone)]
pub(crate) struct Row<'r> {
    pub(crate) ty: String,
    pub(crate) fields: &'r Map<String, Value>,
}

/// The value of a field.
pub(crate) enum Found<'r> {
    Leaf(Value),
    Row(Row<'r>),
    List(Vec<Found<'r>>),
    Error(String),
}

/// A field that is being read.
pub(crate) struct Reading<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) field: &'a str,
    pub(crate) ty: &'a Type,
    pub(crate) arguments: &'a Value,
    /// How many `$turn` values have been read in this execution.
    pub(crate) turns: &'a AtomicUsize,
    /// What computed values are computed from, in place of the rows.
    pub(crate) representation: Option<&'a Map<String, Value>>,
}

impl Rows {
    /// Whether some values say how many of them have been asked for.
    pub(crate) fn count_turns(&self) -> bool {
        self.rows.values().any(|row| row.to_string().contains("\"$turn\""))
    }

    /// Of the objects of `rows.json`.
    pub(crate) fn new(rows: Map<String, Value>) -> Self {
        Self { rows, none: Map::new() }
    }

    /// `Query` or `Mutation`.
    pub(crate) fn root(&self, ty: &str) -> Row<'_> {
        let fields = self.rows.get(ty).and_then(Value::as_object).unwrap_or(&self.none);
        Row { ty: ty.to_owned(), fields }
    }

    /// Every row that has a name.
    pub(crate) fn all(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().filter_map(|(name, fields)| {
            let (ty, _) = name.split_once(':')?;
            Some(Row { ty: ty.to_owned(), fields: fields.as_object()? })
        })
    }

    /// The row that a `$ref` names.
    pub(crate) fn named(&self, name: &Value) -> Row<'_> {
        let name = name.as_str().expect("`$ref` is a string");
        let row = self.rows.get(name).expect(name);
        let ty = name.split_once(':').map_or(name, |(ty, _)| ty);
        Row { ty: ty.to_owned(), fields: row.as_object().expect("a row is an object") }
    }

    /// The value of a row's field; what the row does not have is null.
    pub(crate) fn read<'r>(&'r self, row: &Row<'r>, reading: &Reading<'_>) -> Found<'r> {
        let value = row.fields.get(reading.field).unwrap_or(&Value::Null);
        self.value(row, reading.ty, value, reading)
    }

    fn value<'r>(
        &'r self,
        row: &Row<'r>,
        ty: &Type,
        value: &'r Value,
        reading: &Reading<'_>,
    ) -> Found<'r> {
        if let Some((word, given)) = special(value) {
            return match word {
                "$ref" => Found::Row(self.named(given)),
                "$find" => self.find(given, reading.arguments, ty.is_list()),
                "$error" => Found::Error(text(given)),
                "$turn" => Found::Leaf(json!(reading.turns.fetch_add(1, Ordering::Relaxed) + 1)),
                _ => Found::Leaf(self.computed(row, word, given, reading)),
            };
        }
        match value {
            Value::Array(items) if ty.is_list() => {
                let ty = ty.item_type();
                let items = items.iter().map(|item| self.value(row, ty, item, reading));
                Found::List(items.collect())
            }
            Value::Object(fields) if is_composite(reading.schema, ty) => {
                let named = fields.get("__typename").and_then(Value::as_str);
                let ty = named.unwrap_or(ty.inner_named_type()).to_owned();
                Found::Row(Row { ty, fields })
            }
            value => Found::Leaf(as_written(value)),
        }
    }

    /// The first row, or all, that agree with the arguments.
    fn find(&self, types: &Value, arguments: &Value, all: bool) -> Found<'_> {
        let is_meant = |ty: &str| match types {
            Value::Array(types) => types.iter().any(|one| one == ty),
            one => one == ty,
        };
        let mut rows = self.all().filter(|row| is_meant(&row.ty) && agrees(row.fields, arguments));
        if all {
            return Found::List(rows.map(Found::Row).collect());
        }
        rows.next().map_or(Found::Leaf(Value::Null), Found::Row)
    }

    fn computed(&self, row: &Row<'_>, word: &str, given: &Value, reading: &Reading<'_>) -> Value {
        match word {
            "$args" => Value::from(text(given) + &reading.arguments.to_string()),
            "$raw" => Value::from(format!("{RAW_START}{}{RAW_END}", text(given))),
            "$join" => {
                let parts = given.as_array().expect("`$join` is a list").iter();
                let parts: Vec<String> =
                    parts.map(|part| text(&self.part(row, part, reading))).collect();
                Value::from(parts.join("|"))
            }
            _ => panic!("`{word}` is no word of rows.json"),
        }
    }

    /// One part of a `$join`: a path from the object, or the arguments of the field itself.
    fn part(&self, row: &Row<'_>, part: &Value, reading: &Reading<'_>) -> Value {
        if part == "$args" {
            return reading.arguments.clone();
        }
        let nothing = json!({});
        let arguments = part.get("arguments").unwrap_or(&nothing);
        let path = part.get("path").unwrap_or(part).as_str().expect("a path is a string");
        let path: Vec<&str> = path.split('.').collect();
        match reading.representation {
            Some(representation) => told(&Value::Object(representation.clone()), &path),
            None => {
                let reading = Reading { arguments, ..*reading };
                self.looked_up(row, &Value::Object(row.fields.clone()), &path, &reading)
            }
        }
    }

    fn looked_up(
        &self,
        row: &Row<'_>,
        value: &Value,
        path: &[&str],
        reading: &Reading<'_>,
    ) -> Value {
        if let Some((word, given)) = special(value) {
            if word == "$ref" {
                let row = self.named(given);
                let fields = Value::Object(row.fields.clone());
                return self.looked_up(&row, &fields, path, reading);
            }
            return self.computed(row, word, given, reading);
        }
        match (value, path.split_first()) {
            (Value::Array(items), _) => {
                items.iter().map(|item| self.looked_up(row, item, path, reading)).collect()
            }
            (Value::Object(fields), Some((key, rest))) => {
                let value = fields.get(*key).unwrap_or(&Value::Null);
                self.looked_up(&Row { ty: row.ty.clone(), fields }, value, rest, reading)
            }
            (value, None) => value.clone(),
            _ => Value::Null,
        }
    }
}

/// What a representation says at a path.
fn told(value: &Value, path: &[&str]) -> Value {
    match (value, path.split_first()) {
        (Value::Array(items), _) => items.iter().map(|item| told(item, path)).collect(),
        (Value::Object(fields), Some((key, rest))) => {
            fields.get(*key).map_or(Value::Null, |value| told(value, rest))
        }
        (value, None) => value.clone(),
        _ => Value::Null,
    }
}

/// `{"$word": …}`.
fn special(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object()?;
    let (word, given) = object.iter().next()?;
    (object.len() == 1 && word.starts_with('$')).then_some((word.as_str(), given))
}

/// Numbers that `serde_json` would round travel as strings between these marks.
const RAW_START: char = '⟦';
const RAW_END: char = '⟧';

/// Marked numbers inside a custom scalar's value.
fn as_written(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(as_written).collect(),
        Value::Object(fields) => match special(value) {
            Some(("$raw", given)) => Value::from(format!("{RAW_START}{}{RAW_END}", text(given))),
            _ => fields.iter().map(|(key, value)| (key.clone(), as_written(value))).collect(),
        },
        value => value.clone(),
    }
}

/// Takes the marks out of a JSON text.
pub(crate) fn unmark(json: &str) -> String {
    json.replace(&format!("\"{RAW_START}"), "").replace(&format!("{RAW_END}\""), "")
}

/// A string as it is, anything else as JSON.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a row has every value that the arguments name, those of input objects included.
fn agrees(fields: &Map<String, Value>, arguments: &Value) -> bool {
    let Some(arguments) = arguments.as_object() else { return true };
    arguments.iter().all(|(name, value)| match (value, fields.get(name)) {
        (Value::Null, _) => true,
        (Value::Object(_), _) => agrees(fields, value),
        (Value::Array(values), Some(own)) => values.iter().any(|value| text(value) == text(own)),
        (value, Some(own)) => text(value) == text(own),
        (_, None) => false,
    })
}

fn is_composite(schema: &Schema, ty: &Type) -> bool {
    !ty.is_list()
        && matches!(
            schema.types.get(ty.inner_named_type()),
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        )
}

//! What a subgraph says to a request: any document over the types of `data`.

use apollo_compiler::ast::{self, Definition, Document, Selection};
use serde_json::{Map, Value, json};

use super::data;

/// The body of the answer.
pub(crate) fn answer(body: &[u8]) -> Vec<u8> {
    let answer = match executed(body) {
        Some(data) => json!({ "data": data }),
        None => json!({ "errors": [{ "message": "this is no request of a gateway's" }] }),
    };
    answer.to_string().into_bytes()
}

fn executed(body: &[u8]) -> Option<Value> {
    let request: Value = serde_json::from_slice(body).ok()?;
    let document = Document::parse(request["query"].as_str()?, "query").ok()?;
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    })?;
    let said = Said { document: &document, variables: &request["variables"] };
    let query = Object { ty: "Query", number: 0, told: &Value::Null };
    Some(said.object(query, &operation.selection_set))
}

#[derive(Clone, Copy)]
struct Object<'a> {
    ty: &'a str,
    number: u64,
    /// The representation it was asked for with.
    told: &'a Value,
}

struct Said<'a> {
    document: &'a Document,
    variables: &'a Value,
}

impl Said<'_> {
    fn object(&self, object: Object<'_>, selection: &[Selection]) -> Value {
        let mut fields = Map::new();
        self.fields(object, selection, &mut fields);
        Value::Object(fields)
    }

    fn fields(&self, object: Object<'_>, selection: &[Selection], fields: &mut Map<String, Value>) {
        for selection in selection {
            match selection {
                Selection::Field(field) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name);
                    fields.insert(key.to_string(), self.field(object, field));
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_ref();
                    if on.is_none_or(|on| on.as_str() == object.ty) {
                        self.fields(object, &fragment.selection_set, fields);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let definitions = self.document.definitions.iter();
                    let fragment = definitions.filter_map(|one| one.as_fragment_definition());
                    let fragment = fragment.into_iter().find(|it| it.name == spread.fragment_name);
                    let fragment = fragment.filter(|it| it.type_condition.as_str() == object.ty);
                    if let Some(fragment) = fragment {
                        self.fields(object, &fragment.selection_set, fields);
                    }
                }
            }
        }
    }

    fn field(&self, object: Object<'_>, field: &ast::Field) -> Value {
        let Object { ty, number, told } = object;
        let selection = &field.selection_set;
        if field.name == "_entities" {
            let argument = field.arguments.first().and_then(|it| it.value.as_variable());
            let entities = argument.and_then(|name| self.variables[name.as_str()].as_array());
            let entities = entities.map(Vec::as_slice).unwrap_or_default().iter();
            return entities.map(|told| self.entity(told, selection)).collect();
        }
        if let Some((ty, numbers)) = data::objects(ty, number, &field.name) {
            let first = field.arguments.iter().find(|argument| argument.name == "first");
            let count = first.and_then(|argument| argument.value.to_i32());
            let count = count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
            let object = |number| Object { ty, number, told: &Value::Null };
            let numbers = numbers.into_iter().take(count);
            return numbers.map(|number| self.object(object(number), selection)).collect();
        }
        match data::object(ty, number, &field.name) {
            Some((ty, number)) => self.object(Object { ty, number, told: &Value::Null }, selection),
            None => data::leaf(ty, number, &field.name, told),
        }
    }

    /// What a representation stands for.
    fn entity(&self, told: &Value, selection: &[Selection]) -> Value {
        let key = told["id"].as_str().or(told["upc"].as_str());
        match (told["__typename"].as_str(), key.and_then(|key| key.parse().ok())) {
            (Some(ty), Some(number)) => self.object(Object { ty, number, told }, selection),
            _ => Value::Null,
        }
    }
}

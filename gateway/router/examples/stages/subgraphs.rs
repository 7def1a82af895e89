//! Subgraphs in memory: what they say is made up once, and then said again.

use std::collections::HashMap;
use std::sync::Mutex;

use apollo_compiler::ast::{Definition, Document, Selection};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use router::subgraph_client::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};
use serde_json::{Map, Value, json};

/// Answers by what is asked; the second time without thinking.
#[derive(Default)]
pub(crate) struct Subgraphs {
    pub(crate) answers: Mutex<HashMap<(String, Bytes), Bytes>>,
}

impl SubgraphClient for Subgraphs {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        let mut answers = self.answers.lock().expect("nobody panics here");
        let key = (request.subgraph.to_string(), request.body);
        let answer = match answers.get(&key) {
            Some(answer) => answer.clone(),
            None => {
                let made = made_up(&key.1);
                answers.insert(key, made.clone());
                made
            }
        };
        async move { Ok(answer.into()) }.boxed()
    }
}

/// What a subgraph would say: every object has every field.
fn made_up(request: &Bytes) -> Bytes {
    let request: Value = serde_json::from_slice(request).expect("requests are JSON");
    let text = request["query"].as_str().expect("a document");
    let document = Document::parse(text, "query").expect("a document that parses");
    let mut said = Said { document: &document, variables: &request["variables"] };
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let operation = operation.expect("an operation");
    let data = said.object("Query", 0, &operation.selection_set);
    Bytes::from(json!({ "data": data }).to_string())
}

struct Said<'a> {
    document: &'a Document,
    variables: &'a Value,
}

impl Said<'_> {
    fn object(&mut self, ty: &str, number: u64, selection: &[Selection]) -> Value {
        let mut object = Map::new();
        self.fields(ty, number, selection, &mut object);
        Value::Object(object)
    }

    fn fields(
        &mut self,
        ty: &str,
        number: u64,
        selection: &[Selection],
        object: &mut Map<String, Value>,
    ) {
        for selection in selection {
            match selection {
                Selection::Field(field) => {
                    let variable = field.arguments.first();
                    let variable = variable.and_then(|argument| argument.value.as_variable());
                    let entities = variable.map(|name| &self.variables[name.as_str()]);
                    let value =
                        self.field((ty, number), &field.name, &field.selection_set, entities);
                    let key = field.alias.as_ref().unwrap_or(&field.name);
                    object.insert(key.to_string(), value);
                }
                Selection::InlineFragment(fragment) => {
                    self.fields(ty, number, &fragment.selection_set, object);
                }
                Selection::FragmentSpread(spread) => {
                    let selection = self.document.definitions.iter().find_map(|one| match one {
                        Definition::FragmentDefinition(one) if one.name == spread.fragment_name => {
                            Some(one.selection_set.as_slice())
                        }
                        _ => None,
                    });
                    self.fields(ty, number, selection.unwrap_or_default(), object);
                }
            }
        }
    }

    fn field(
        &mut self,
        (ty, number): (&str, u64),
        name: &str,
        selection: &[Selection],
        entities: Option<&Value>,
    ) -> Value {
        let numbers = |count: u64, of: u64| (0..count).map(move |one| (number * count + one) % of);
        match name {
            "__typename" => json!(ty),
            "_entities" => {
                let entities = entities.and_then(Value::as_array).cloned().unwrap_or_default();
                let entity = |entity: &Value| {
                    let ty = entity["__typename"].as_str().unwrap_or_default();
                    let key = entity["id"].as_str().or(entity["upc"].as_str());
                    let number = key.and_then(|key| key.parse().ok()).unwrap_or_default();
                    self.object(ty, number, selection)
                };
                entities.iter().map(entity).collect()
            }
            "users" => numbers(8, 8).map(|one| self.object("User", one, selection)).collect(),
            "topProducts" => {
                numbers(5, 5).map(|one| self.object("Product", one, selection)).collect()
            }
            "reviews" if ty == "User" => {
                numbers(4, 24).map(|one| self.object("Review", one, selection)).collect()
            }
            "reviews" => numbers(3, 24).map(|one| self.object("Review", one, selection)).collect(),
            "author" => self.object("User", number % 8, selection),
            "product" => self.object("Product", number % 9, selection),
            "id" | "upc" => json!(number.to_string()),
            "price" | "weight" | "shippingEstimate" | "birthday" => json!(number * 100 + 99),
            "inStock" => json!(number % 2 == 0),
            "body" => json!(format!("A review of some length, as people write it: {number}.")),
            _ => json!(format!("{name} of {ty} {number}")),
        }
    }
}

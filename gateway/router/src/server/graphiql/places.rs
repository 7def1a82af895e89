//! `/ui/places.json?path=…`: which part of the graph is in which subgraph, and for the page of a
//! view, which fields of the graph each of its own reads.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;
use axum::extract::{Query, State};
use axum::http::header::IF_NONE_MATCH;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use federation::supergraph::{FieldInSubgraph, Key, SubgraphId, TypeInSubgraph, TypeJoin};
use federation::view::FieldReading;
use serde_json::{Map, Value, json};

use super::super::conditional_get::tagged;
use super::super::state::ServerState;
use super::{JSON, Opened};
use crate::live_graph::{Api, Graph};

pub(super) async fn places(
    State(state): State<Arc<ServerState>>,
    Query(opened): Query<Opened>,
    headers: HeaderMap,
) -> Response {
    let body = match state.live_graph.current() {
        Some(graph) => json!({
            "types": types(&graph),
            "view": opened.view(&graph).and_then(|api| view(api, &graph)),
        }),
        None => json!({ "types": [], "view": null }),
    };
    let body = Bytes::from(body.to_string());
    tagged(headers.get(IF_NONE_MATCH), HeaderValue::from_static(JSON), body)
}

fn types(graph: &Graph) -> Vec<Value> {
    let joins = graph.supergraph.joins.iter();
    joins.filter_map(|(name, join)| type_places(graph, name, join)).collect()
}

fn type_places(graph: &Graph, name: &Name, join: &TypeJoin) -> Option<Value> {
    let definition = graph.supergraph.schema.types.get(name)?;
    let shown = graph.api_schema.schema().types.get(name);
    let in_subgraphs = join.in_subgraphs.iter().map(|at| type_in_subgraph(graph, at));
    let fields = join.fields.iter().map(|(field, places)| {
        let mut described = Map::new();
        described.insert("name".to_owned(), json!(field.as_str()));
        described.insert("type".to_owned(), json!(type_of(definition, field)));
        let is_shown = shown.is_some_and(|shown| type_of(shown, field).is_some());
        flag(&mut described, "hidden", !is_shown);
        let places = places.iter().map(|at| field_in_subgraph(graph, at));
        described.insert("in".to_owned(), places.collect());
        Value::Object(described)
    });
    let mut described = Map::new();
    described.insert("name".to_owned(), json!(name.as_str()));
    described.insert("kind".to_owned(), json!(kind_of(definition)));
    flag(&mut described, "hidden", shown.is_none());
    described.insert("in".to_owned(), in_subgraphs.collect());
    described.insert("fields".to_owned(), fields.collect());
    Some(Value::Object(described))
}

fn type_in_subgraph(graph: &Graph, at: &TypeInSubgraph) -> Value {
    let mut described = in_subgraph(graph, at.subgraph);
    if !at.keys.is_empty() {
        let key = |key: &Key| json!({ "fields": key.fields, "resolvable": key.resolvable });
        described.insert("keys".to_owned(), at.keys.iter().map(key).collect());
    }
    flag(&mut described, "interfaceObject", at.is_interface_object);
    Value::Object(described)
}

fn field_in_subgraph(graph: &Graph, at: &FieldInSubgraph) -> Value {
    let mut described = in_subgraph(graph, at.subgraph);
    flag(&mut described, "external", at.is_external);
    flag(&mut described, "overridden", at.is_used_overridden);
    let texts = [
        ("requires", &at.requires),
        ("provides", &at.provides),
        ("overrides", &at.overrides),
        ("overrideLabel", &at.override_label),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            described.insert(name.to_owned(), json!(text));
        }
    }
    Value::Object(described)
}

fn in_subgraph(graph: &Graph, id: SubgraphId) -> Map<String, Value> {
    let name = &graph.supergraph.subgraph(id).name;
    Map::from_iter([("subgraph".to_owned(), json!(name))])
}

/// What is so is said; what is not goes without saying.
fn flag(described: &mut Map<String, Value>, name: &str, is_so: bool) {
    if is_so {
        described.insert(name.to_owned(), json!(true));
    }
}

fn kind_of(definition: &ExtendedType) -> &'static str {
    match definition {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    }
}

fn type_of(definition: &ExtendedType, field: &Name) -> Option<String> {
    match definition {
        ExtendedType::Object(object) => object.fields.get(field).map(|it| it.ty.to_string()),
        ExtendedType::Interface(it) => it.fields.get(field).map(|it| it.ty.to_string()),
        ExtendedType::InputObject(it) => it.fields.get(field).map(|it| it.ty.to_string()),
        ExtendedType::Scalar(_) | ExtendedType::Union(_) | ExtendedType::Enum(_) => None,
    }
}

fn view(api: &Api, graph: &Graph) -> Option<Value> {
    let view = api.view.as_ref()?;
    let fields = view.readings(&graph.query_graph).into_iter().map(|reading| {
        let FieldReading { ty, of, field, reads } = reading;
        let reads = reads.iter().map(|(ty, field)| format!("{ty}.{field}"));
        json!({
            "type": ty.as_str(),
            "of": of.as_str(),
            "field": field.as_str(),
            "reads": reads.collect::<Vec<String>>(),
        })
    });
    Some(json!({ "name": api.name.as_deref(), "fields": fields.collect::<Vec<Value>>() }))
}

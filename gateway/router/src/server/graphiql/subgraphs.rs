//! `/ui/subgraphs.json`: each subgraph, where it is and how it is; and its SDL, one at a time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::conditional_get::tagged;
use super::super::health;
use super::super::health_memo::SubgraphHealth;
use super::super::not_found;
use super::super::state::ServerState;
use super::milliseconds;
use crate::config::RoutingUrl;
use crate::live_graph::Graph;

/// Each subgraph is asked how it is, at most as often as by `/health`.
pub(super) async fn subgraphs(State(state): State<Arc<ServerState>>) -> Response {
    let health = health::of_subgraphs(&state).await;
    let graph = state.live_graph.current();
    let subgraphs = health.iter().map(|health| described(health, graph.as_deref()));
    let body = json!({ "subgraphs": subgraphs.collect::<Vec<Value>>() });
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn described(health: &SubgraphHealth, graph: Option<&Graph>) -> Value {
    let entry = graph.and_then(|graph| {
        let id = graph.supergraph.subgraph_id(&health.name)?;
        Some((graph, graph.supergraph.subgraph(id)))
    });
    let url = entry.and_then(|(_, entry)| entry.url.parse::<RoutingUrl>().ok());
    let has_sdl = entry.is_some_and(|(graph, entry)| graph.source(&entry.name).is_some());
    let last_failure = health.last_failure.as_ref();
    json!({
        "name": health.name,
        "url": url.map(|url| url.shown()),
        "healthy": health.is_healthy,
        "since": milliseconds(health.since),
        "lastFailure": last_failure.map(|(at, cause)| {
            json!({ "at": milliseconds(*at), "cause": cause })
        }),
        "hasSdl": has_sdl,
    })
}

/// Whose SDL is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    name: String,
}

/// `/ui/subgraph.graphql?name=users`: the SDL that was composed.
pub(super) async fn sdl(
    State(state): State<Arc<ServerState>>,
    Query(named): Query<Named>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let graph = state.live_graph.current();
    let source = graph.as_ref().and_then(|graph| graph.source(&named.name));
    let Some(source) = source else { return not_found(uri).await };
    let body = Bytes::from(source.sdl.text.clone());
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    tagged(headers.get(IF_NONE_MATCH), content_type, body)
}

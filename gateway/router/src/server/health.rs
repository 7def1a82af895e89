//! Health: whether the process lives, whether it can answer, and how its subgraphs are.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::health_memo::{Answers, SubgraphHealth};
use super::state::ServerState;
use crate::live_graph::Graph;
use crate::subgraph_client::{SubgraphClient, probe};

/// `/health`: each subgraph is asked. Always 200: a subgraph that is down is no reason to end the
/// gateway.
pub(super) async fn health(State(state): State<Arc<ServerState>>) -> Response {
    let services = of_subgraphs(&state).await.into_iter().map(|subgraph| {
        let status = if subgraph.is_healthy { "healthy" } else { "unhealthy" };
        json!({ "service": subgraph.name, "status": status })
    });
    let body = json!({ "services": services.collect::<Vec<Value>>() });
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// `/health/live`: whoever reads this is answered by a living process.
pub(super) async fn live() -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(json!({ "status": "UP" }))).into_response()
}

/// `/ready`: 503 until there is a supergraph, and once the gateway is about to stop.
pub(super) async fn ready(State(state): State<Arc<ServerState>>) -> Response {
    let (status, word) = if state.is_ready() {
        (StatusCode::OK, "UP")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "DOWN")
    };
    (status, [(CACHE_CONTROL, "no-store")], Json(json!({ "status": word }))).into_response()
}

/// How the subgraphs are, in the order of the configuration; none before there is a graph.
pub(super) async fn of_subgraphs(state: &ServerState) -> Vec<SubgraphHealth> {
    state.health.get_or(|| ask_subgraphs(state)).await
}

async fn ask_subgraphs(state: &ServerState) -> Answers {
    let Some(graph) = state.live_graph.current() else { return Vec::new() };
    let names = subgraph_names(&graph, &state.options.subgraph_order);
    let timeout = state.options.health_check_timeout;
    let asking = names.iter().map(|name| ask(graph.subgraphs.as_ref(), name, timeout));
    let answers = join_all(asking).await;
    names.into_iter().map(str::to_owned).zip(answers).collect()
}

/// In the order of the configuration.
fn subgraph_names<'a>(graph: &'a Graph, order: &[String]) -> Vec<&'a str> {
    let subgraphs = graph.supergraph.subgraphs.iter();
    let mut names: Vec<&str> = subgraphs.map(|subgraph| subgraph.name.as_str()).collect();
    names.sort_by_key(|name| order.iter().position(|known| known == name).unwrap_or(order.len()));
    names
}

/// Healthy is who answers the smallest query there is, in time and without an error.
async fn ask(client: &dyn SubgraphClient, subgraph: &str, timeout: Duration) -> Result<(), String> {
    let answer = tokio::time::timeout(timeout, probe(client, subgraph)).await;
    let answer = answer.map_err(|_| format!("no answer within {} ms", timeout.as_millis()))?;
    answer.map_err(|failure| failure.to_string())
}

//! Around every request: its id, the coding in its answer's tag, and the last net under a panic.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use observability::{REQUEST_ID, RequestScope, Route};

use super::conditional_get::tag_with_coding;
use super::graphql_response::internal_error;
use super::state::ServerState;
use crate::config::GRAPHQL_PATH;
use crate::telemetry::Recording;

/// Paths of the gateway's own. Others are the configuration's.
const FIXED: [&str; 13] = [
    GRAPHQL_PATH,
    "/",
    "/ui/config.json",
    "/ui/status.json",
    "/ui/subgraphs.json",
    "/ui/subgraph.graphql",
    "/ui/places.json",
    "/ui/{*path}",
    "/health",
    "/health/live",
    "/health/ready",
    "/ready",
    "/readiness",
];

/// Gives the request an id, and the answer the same one. Whatever is logged meanwhile has it too.
pub(super) async fn run(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let scope = RequestScope::of(method, uri, headers, &state.options.sampling);
    let matched = request.extensions().get::<MatchedPath>();
    if let Some(path) = matched.and_then(|path| FIXED.into_iter().find(|it| *it == path.as_str())) {
        scope.set_route(Route::Fixed(path));
    }
    let _active = state.metrics.as_ref().map(|metrics| metrics.begin());
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let answering = async {
        let response = answering.await.unwrap_or_else(|panic| {
            log_panic(panic.as_ref());
            internal_error().into_http()
        });
        let (status, elapsed) = (response.status().as_u16(), started.elapsed());
        tracing::debug!(status, elapsed_us = elapsed.as_micros(), "answered");
        if let Some(metrics) = &state.metrics {
            metrics.answered(&scope, status, elapsed);
        }
        response
    };
    let answering = Arc::clone(&scope).run(answering);
    let mut response = match &state.options.tracer {
        None => answering.await,
        Some(tracer) => {
            let recording = Recording::default();
            let response = recording.run(answering).await;
            let status = response.status().as_u16();
            tracer.ended(&scope, status, started.elapsed(), &recording);
            response
        }
    };
    tag_with_coding(response.headers_mut());
    response.headers_mut().insert(REQUEST_ID, scope.id.header().clone());
    response
}

/// The details go to the log, under the request's id, and nowhere else.
pub(super) fn log_panic(panic: &(dyn Any + Send)) {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("no message"), "a request panicked");
}

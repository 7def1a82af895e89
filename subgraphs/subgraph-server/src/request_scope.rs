//! Around every request: its id and its trace, for the answer and for the log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use observability::otlp::Span;
use observability::{Ended, REQUEST_ID, RequestScope};

use crate::ServerOptions;

/// Of a response that has status 200 and errors in it.
#[derive(Clone, Copy)]
pub(crate) struct HasErrors;

/// Gives the request the id that the gateway calls it by, and the answer the same one.
pub(crate) async fn run(
    State(options): State<ServerOptions>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let scope = RequestScope::of(method, uri, headers, &options.sampling);
    let answering = async {
        let response = next.run(request).await;
        let elapsed_us = started.elapsed().as_micros();
        tracing::debug!(status = response.status().as_u16(), elapsed_us, "answered");
        response
    };
    let mut response = Arc::clone(&scope).run(answering).await;
    if let Some(spans) = &options.spans {
        let status = response.status().as_u16();
        let has_errors = response.extensions().get::<HasErrors>().is_some();
        let ended = Ended { duration: started.elapsed(), has_failed: status >= 400 || has_errors };
        if options.sampling.keeps(&scope.trace, ended) {
            spans.offer(vec![span(&scope, status, ended)]);
        }
    }
    response.headers_mut().insert(REQUEST_ID, scope.id.header().clone());
    response
}

/// The request, as a part of what the gateway does.
fn span(scope: &RequestScope, status: u16, ended: Ended) -> Span {
    let times = (scope.time_of(scope.began()), ended.duration);
    let error = (status >= 500).then(|| status.to_string());
    Span::of_request(&scope.trace, scope.method().as_str().to_owned(), times)
        .with("http.request.method", scope.method().as_str())
        .with("http.response.status_code", status)
        .with("url.path", scope.path())
        .with("weft.request_id", scope.id.as_str())
        .failed(error.as_deref())
}

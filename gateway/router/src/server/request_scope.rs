//! Around every request: its id, the coding in its answer's tag, and the last net under a panic.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tracing::Instrument;

use super::REQUEST_ID;
use super::conditional_get::tag_with_coding;
use super::graphql_response::internal_error;
use crate::telemetry::{RequestId, with_request_id};

/// Gives the request an id, and the answer the same one. Whatever is logged meanwhile has it too.
pub(super) async fn run(request: Request, next: Next) -> Response {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let id = sent.and_then(RequestId::accept).unwrap_or_else(RequestId::generate);
    // Error level, so that an error's line has its request id however little is logged.
    let span = tracing::error_span!("request", request_id = id.as_str());
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let answering = async {
        answering.await.unwrap_or_else(|panic| {
            log_panic(panic.as_ref());
            internal_error().into_http()
        })
    };
    let mut response = with_request_id(id.clone(), answering.instrument(span)).await;
    tag_with_coding(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The details go to the log, within the request's span, and nowhere else.
pub(super) fn log_panic(panic: &(dyn Any + Send)) {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("no message"), "a request panicked");
}

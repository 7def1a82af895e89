//! Around every request: its id, and the last net under a panic.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;

use super::REQUEST_ID;
use super::graphql_response::internal_error;
use crate::telemetry::{RequestId, with_request_id};

/// Gives the request an id, and the answer the same one.
pub(super) async fn run(request: Request, next: Next) -> Response {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let id = sent.and_then(RequestId::accept).unwrap_or_else(RequestId::generate);
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = with_request_id(id.clone(), async {
        answering.await.unwrap_or_else(|panic| {
            log_panic(panic.as_ref());
            internal_error().into_http()
        })
    })
    .await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The details go to the log under the request's id, and nowhere else.
pub(super) fn log_panic(panic: &(dyn Any + Send)) {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let request_id = crate::telemetry::current_request_id();
    let request_id = request_id.as_ref().map(RequestId::as_str);
    tracing::error!(request_id, panic = message.unwrap_or("no message"), "a request panicked");
}

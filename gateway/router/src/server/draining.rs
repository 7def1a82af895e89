//! While the gateway is about to stop: whoever is answered is told to connect elsewhere.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use axum::response::Response;

use super::state::ServerState;

/// HTTP/1 closes a connection after an answer that says so; HTTP/2 has its own way, at the end.
pub(super) async fn let_go(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let is_http1 = request.version() < Version::HTTP_2;
    let mut response = next.run(request).await;
    if is_http1 && state.is_draining() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

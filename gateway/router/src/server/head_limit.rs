//! How much a client may say in a request's headers. RFC 6585 §5.
//!
//! The HTTP library reads heads of some hundred kilobytes at most; what is configured is less.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::graphql_response::error_response;

/// A refusal, where names and values are longer than `bytes_max` together.
pub(super) fn refusal(headers: &HeaderMap, bytes_max: usize) -> Option<Response> {
    let bytes = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
    if headers.iter().map(bytes).sum::<usize>() <= bytes_max {
        return None;
    }
    let message = format!("the headers of the request are longer than {bytes_max} bytes");
    let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    Some(error_response(status, "REQUEST_HEADERS_TOO_LARGE", &message))
}

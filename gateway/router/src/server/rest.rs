//! Stored operations as plain resources: `GET /bff-mobile/home` is a query of the view, and its
//! answer is the value of the query's one root field.
//!
//! Unlike a query in a GET's parameters this needs no header against forged requests: what is asked
//! is written down beforehand, and such an address is meant to be opened by whoever has it.

use std::collections::BTreeMap;

use apollo_compiler::response::JsonMap;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, IF_NONE_MATCH};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::accept::MediaType;
use super::conditional_get;
use super::execute_request::execute_request;
use super::graphql_request::{GraphQLRequest, OperationsAllowed};
use super::graphql_response::{GraphQLResponse, Outcome, error_response, with_allow};
use super::head_limit;
use super::state::ServerState;
use crate::caller::Caller;
use crate::config::RestForm;
use crate::live_graph::StoredOperation;

/// Says how many parts of an answer are missing because something went wrong.
const ERRORS: HeaderName = HeaderName::from_static("weft-errors");

/// What a query answers, its parts as they were written.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<BTreeMap<String, &'a RawValue>>,
    #[serde(default)]
    errors: Vec<Value>,
}

/// The operation's variables out of the path; none when a text in it cannot be read.
pub(super) fn variables(
    stored: &StoredOperation,
    parameters: &matchit::Params<'_, '_>,
) -> Option<JsonMap> {
    let decoded = |(name, text): (&str, &str)| {
        let text = percent_decode_str(text).decode_utf8().ok()?;
        Some((name.to_owned(), text.into_owned()))
    };
    let texts: BTreeMap<String, String> = parameters.iter().map(decoded).collect::<Option<_>>()?;
    Some(stored.variables(|name| texts.get(name).map(String::as_str)))
}

/// Runs the operation.
pub(super) async fn answer(
    state: &ServerState,
    stored: &StoredOperation,
    variables: Option<JsonMap>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        let message = "this is asked by GET";
        let refusal = error_response(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        return with_allow(refusal, "GET, HEAD");
    }
    if let Some(refusal) =
        head_limit::refusal(&parts.headers, state.options.request_headers_bytes_max)
    {
        return refusal;
    }
    let bad_request = |message: &str| {
        refused(&GraphQLResponse::error(Outcome::BAD_REQUEST, "BAD_REQUEST", message))
    };
    let Some(variables) = variables else { return bad_request("the path is not UTF-8") };
    let caller = match Caller::of(state.options.identity.as_ref(), &parts.headers) {
        Ok(caller) => caller,
        Err(wrong) => return bad_request(&wrong),
    };
    let known = parts.headers.get(IF_NONE_MATCH).cloned();
    let request = GraphQLRequest {
        view: Some(stored.view.clone()),
        variables,
        is_stored: true,
        operations_allowed: OperationsAllowed::Queries,
        headers: parts.headers,
        caller,
        ..GraphQLRequest::new(&stored.query)
    };
    let response = execute_request(state, request).await;
    match response.outcome {
        Outcome::Executed => executed(stored, known.as_ref(), &response.body),
        Outcome::RequestError | Outcome::DocumentUnknown | Outcome::Refused(_) => {
            refused(&response)
        }
    }
}

fn executed(
    stored: &StoredOperation,
    if_none_match: Option<&HeaderValue>,
    body: &Bytes,
) -> Response {
    let Ok(Answer { data, errors }) = serde_json::from_slice::<Answer<'_>>(body) else {
        // An answer is JSON, and a query's `data` an object or null.
        return failed(StatusCode::INTERNAL_SERVER_ERROR, &[]);
    };
    let value = data.and_then(|data| data.into_values().next()).map(RawValue::get);
    let Some(value) = value.filter(|value| *value != "null") else {
        return failed(status_of(&errors), &errors);
    };
    let (content_type, body) = match (stored.form, value) {
        (RestForm::Json, value) => {
            (MediaType::Json.content_type(), Bytes::copy_from_slice(value.as_bytes()))
        }
        (RestForm::Byte, value) => {
            let byte: &'static [u8] = if value == "true" { &[1] } else { &[0] };
            (HeaderValue::from_static("application/octet-stream"), Bytes::from_static(byte))
        }
    };
    if errors.is_empty() {
        return conditional_get::tagged(if_none_match, content_type, body);
    }
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(ERRORS, HeaderValue::from(errors.len()));
    conditional_get::not_kept(response)
}

/// What is not there, and what is somebody else's, is not found; else the first error's own status.
fn status_of(errors: &[Value]) -> StatusCode {
    let Some(first) = errors.first() else { return StatusCode::NOT_FOUND };
    let status = first["extensions"]["status"].as_u64();
    let status = status.and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
    match status {
        Some(StatusCode::FORBIDDEN) => StatusCode::NOT_FOUND,
        Some(status) if status.is_client_error() || status.is_server_error() => status,
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// A request that was not executed, with the status that a resource has then.
fn refused(response: &GraphQLResponse) -> Response {
    let errors: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let errors = errors["errors"].as_array().cloned().unwrap_or_default();
    failed(response.status(MediaType::GraphQLResponse), &errors)
}

/// `{"error": …}` for whoever reads one sentence, and `errors` as GraphQL has them. What is not
/// found is no more than that: an error's path or code would tell that it is somebody else's.
fn failed(status: StatusCode, errors: &[Value]) -> Response {
    let body = match errors.first() {
        Some(first) if status != StatusCode::NOT_FOUND => {
            json!({ "error": first["message"], "errors": errors })
        }
        _ if status == StatusCode::NOT_FOUND => json!({ "error": "Not found" }),
        _ => json!({ "error": "An unexpected error occurred" }),
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, MediaType::Json.content_type());
    conditional_get::not_kept(response)
}

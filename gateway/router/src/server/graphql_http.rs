//! GraphQL over HTTP: GET and POST, every refusal with its own status and code.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_LENGTH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::accept::{MediaType, negotiate};
use super::batch;
use super::conditional_get;
use super::content_type::ContentType;
use super::csrf::is_preflighted;
use super::graphiql;
use super::graphql_request::{GraphQLRequest, Head, RequestDecodeError};
use super::graphql_response::{GraphQLResponse, Outcome, error_response, with_allow};
use super::head_limit;
use super::plan_extension::PlanExtension;
use super::request_body::Asked;
use super::state::ServerState;
use crate::caller::Caller;

/// Why a request never became one; the status is the one of HTTP.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl From<RequestDecodeError> for Refusal {
    fn from(error: RequestDecodeError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code, error.message)
    }
}

/// `/graphql` and `/`: the graph itself.
pub(super) async fn handle(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    answer(&state, None, request).await
}

/// The graph itself, or a view.
pub(super) async fn answer(
    state: &ServerState,
    view: Option<Arc<str>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let is_get = matches!(parts.method, Method::GET | Method::HEAD);
    if !is_get && parts.method != Method::POST {
        let message = "GraphQL is asked by GET or POST";
        let refusal = error_response(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        return with_allow(refusal, "GET, HEAD, POST");
    }
    if let Some(refusal) =
        head_limit::refusal(&parts.headers, state.options.request_headers_bytes_max)
    {
        return refusal;
    }
    let json = [MediaType::Json, MediaType::GraphQLResponse];
    let json_or_page = [MediaType::Json, MediaType::GraphQLResponse, MediaType::Html];
    let offers_page = is_get && state.options.graphiql.is_some();
    let offered: &[MediaType] = if offers_page { &json_or_page } else { &json };
    let media_type = match negotiate(&parts.headers, offered) {
        Some(MediaType::Html) => return graphiql::page(),
        Some(media_type) => media_type,
        None => {
            let message = "answers are application/graphql-response+json or application/json";
            return error_response(StatusCode::NOT_ACCEPTABLE, "INVALID_ACCEPT_HEADER", message);
        }
    };
    let decoded =
        if is_get { decode_get(state, &parts) } else { decode_post(state, &parts, body).await };
    let known = parts.headers.get(IF_NONE_MATCH).cloned();
    let decoded = decoded.and_then(|asked| Ok(asked.with_head(head(state, parts.headers, view)?)));
    let response = match decoded {
        Ok(asked) => batch::execute(state, asked).await,
        Err(refusal) => {
            GraphQLResponse::error(Outcome::Refused(refusal.status), refusal.code, &refusal.message)
        }
    };
    if is_get && response.is_whole {
        return conditional_get::tagged(known.as_ref(), media_type.content_type(), response.body);
    }
    let is_method_refused = response.outcome == Outcome::Refused(StatusCode::METHOD_NOT_ALLOWED);
    let response = response.into_http_as(media_type);
    let response = if is_get { conditional_get::not_kept(response) } else { response };
    if is_method_refused { with_allow(response, "POST") } else { response }
}

fn decode_get(state: &ServerState, parts: &Parts) -> Result<Asked, Refusal> {
    if ContentType::of(&parts.headers) == ContentType::Other {
        return Err(unsupported_media_type());
    }
    let parameters = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|cause| Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", cause.to_string()))?;
    let request = GraphQLRequest::from_parameters(parameters.0)?;
    if !is_preflighted(&state.options.csrf, &parts.headers) {
        let headers = state.options.csrf.required_headers.join("`, `");
        let message = format!(
            "a browser could be made to send this request by a foreign page: add one of the \
             headers `{headers}`, or `content-type: application/json`"
        );
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "CSRF_ERROR", message));
    }
    Ok(Asked::One(request))
}

async fn decode_post(state: &ServerState, parts: &Parts, body: Body) -> Result<Asked, Refusal> {
    if ContentType::of(&parts.headers) != ContentType::Json {
        return Err(unsupported_media_type());
    }
    let bytes_max = state.options.request_body_bytes_max;
    let reading = read_body(&parts.headers, body, bytes_max);
    let body = tokio::time::timeout(state.options.request_timeout, reading).await;
    let body = body.map_err(|_| {
        let message = "the body of the request did not arrive in time";
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message)
    })??;
    Ok(Asked::from_json(&body, state.options.batching)?)
}

/// What the head says; that it asks for the plan only where clients may.
fn head(state: &ServerState, headers: HeaderMap, view: Option<Arc<str>>) -> Result<Head, Refusal> {
    let refuse = |message| Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let plan_extension = match state.options.plan_extension {
        true => PlanExtension::of(&headers).map_err(refuse)?,
        false => None,
    };
    let caller = Caller::of(state.options.identity.as_ref(), &headers).map_err(refuse)?;
    Ok(Head { view, plan_extension, headers, caller })
}

/// The whole body, while it is within the limit.
async fn read_body(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |it| it > bytes_max)) {
        return Err(too_large(bytes_max));
    }
    let mut chunks = body.into_data_stream();
    let mut read = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|cause| {
            let message = format!("the body of the request broke off: {cause}");
            Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
        })?;
        if read.len() + chunk.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.freeze())
}

fn too_large(bytes_max: usize) -> Refusal {
    let message = format!("the body of the request is larger than {bytes_max} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
}

fn unsupported_media_type() -> Refusal {
    let message = "the content type has to be application/json, in UTF-8";
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
}

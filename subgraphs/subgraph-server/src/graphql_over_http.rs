//! GraphQL over HTTP: which requests are accepted, in which media type and with which status they
//! are answered. Knows HTTP and no schema. GraphQL-over-HTTP specification, sections 5 to 7.

use std::sync::Arc;

use async_graphql::{Response as GraphQLResponse, ServerError};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use observability::RequestScope;
use serde_json::{Map, Value, json};

use self::accept::MediaType;
use self::parameters::{GetParameters, Parameters};
use crate::caller::Caller;
use crate::operation::Operation;
use crate::request_scope::HasErrors;
use crate::subgraph::{Subgraph, is_request_error};

mod accept;
mod parameters;

/// `POST /graphql`.
pub(crate) async fn post(
    State(subgraph): State<Arc<Subgraph>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answer(&headers, async |media_type| {
        check_content_type(&headers)?;
        let body = body.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::payload_too_large(),
            _ => Refusal::bad_request("the request body ended early".to_owned()),
        })?;
        let request = Parameters::from_json(&body).map_err(Refusal::bad_request)?;
        let caller = caller(&headers)?;
        Ok(match Operation::parse(request.into()) {
            Ok(operation) => respond(media_type, &subgraph.execute(operation, caller).await),
            Err(error) => respond(media_type, &GraphQLResponse::from_errors(vec![error])),
        })
    })
    .await
}

/// `GET /graphql`: queries only, since a link or an image may cause it.
pub(crate) async fn get(
    State(subgraph): State<Arc<Subgraph>>,
    headers: HeaderMap,
    parameters: Result<Query<GetParameters>, QueryRejection>,
) -> Response {
    answer(&headers, async |media_type| {
        let Query(parameters) =
            parameters.map_err(|rejection| Refusal::bad_request(rejection.body_text()))?;
        let request = Parameters::try_from(parameters).map_err(Refusal::bad_request)?;
        let caller = caller(&headers)?;
        Ok(match Operation::parse(request.into()) {
            Ok(operation) if operation.is_mutation() => return Err(Refusal::mutation_by_get()),
            Ok(operation) => respond(media_type, &subgraph.execute(operation, caller).await),
            Err(error) => respond(media_type, &GraphQLResponse::from_errors(vec![error])),
        })
    })
    .await
}

/// Every other method on `/graphql`.
pub(crate) async fn method_not_allowed() -> Response {
    Refusal {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "METHOD_NOT_ALLOWED",
        message: "only GET and POST are allowed here".to_owned(),
        allow: Some("GET, POST"),
    }
    .into_response()
}

/// Every other path.
pub(crate) async fn not_found() -> Response {
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here".to_owned())
        .into_response()
}

/// What each request goes through, whatever its method: a media type that the client can read.
async fn answer(
    headers: &HeaderMap,
    execute: impl AsyncFnOnce(MediaType) -> Result<Response, Refusal>,
) -> Response {
    let answer = match MediaType::negotiate(headers) {
        Some(media_type) => execute(media_type).await,
        None => Err(Refusal::not_acceptable()),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// Who asks, from here on also in the log.
fn caller(headers: &HeaderMap) -> Result<Caller, Refusal> {
    let caller = Caller::of(headers).map_err(Refusal::bad_request)?;
    RequestScope::with_current(|scope| {
        caller.user_id().into_iter().for_each(|id| scope.set_user_id(id));
    });
    Ok(caller)
}

/// JSON and nothing else, so that no web page can send a request without asking first.
fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    if is_json && is_utf8 { Ok(()) } else { Err(Refusal::unsupported_media_type()) }
}

fn respond(media_type: MediaType, response: &GraphQLResponse) -> Response {
    let refused = is_request_error(response);
    let status = match media_type {
        MediaType::GraphQLResponse if refused => StatusCode::BAD_REQUEST,
        MediaType::GraphQLResponse | MediaType::Json => StatusCode::OK,
    };
    let content_type = [(CONTENT_TYPE, media_type.content_type())];
    if refused {
        // A request error has no `data`, not even null; async-graphql would write one.
        let body = json!({ "errors": response.errors });
        return (status, content_type, body.to_string()).into_response();
    }
    match serde_json::to_string(response) {
        Ok(body) => {
            let mut answer = (status, content_type, body).into_response();
            if !response.errors.is_empty() {
                answer.extensions_mut().insert(HasErrors);
            }
            answer
        }
        Err(cause) => {
            tracing::error!(%cause, "a response cannot be written as JSON");
            Refusal::internal().into_response()
        }
    }
}

/// A request that is no GraphQL request, so that the HTTP status says what is wrong. Its body has
/// the shape of a GraphQL response all the same.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    allow: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: String) -> Refusal {
        Refusal { status, code, message, allow: None }
    }

    fn bad_request(message: String) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    fn not_acceptable() -> Refusal {
        let message =
            "answers are application/graphql-response+json or application/json".to_owned();
        Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    fn unsupported_media_type() -> Refusal {
        let message = "content-type must be application/json in utf-8".to_owned();
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    fn payload_too_large() -> Refusal {
        let message = "the request body is larger than the server accepts".to_owned();
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    }

    fn mutation_by_get() -> Refusal {
        let message = "a mutation must be sent by POST".to_owned();
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Refusal { status, code: "METHOD_NOT_ALLOWED", message, allow: Some("POST") }
    }

    fn internal() -> Refusal {
        let (status, message) = (StatusCode::INTERNAL_SERVER_ERROR, crate::error::UNEXPECTED);
        Refusal::new(status, "INTERNAL_SERVER_ERROR", message.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = ServerError::new(self.message, None);
        crate::error::set_code(&mut error, self.code, self.status.as_u16());
        let body: Map<String, Value> =
            [("errors".to_owned(), json!([error]))].into_iter().collect();
        let mut response = (self.status, Json(body)).into_response();
        if let Some(allow) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

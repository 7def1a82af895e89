//! A finished answer in GraphQL's shape, and how it becomes an HTTP response.

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use observability::RequestScope;
use serde_json::{Value, json};

use super::accept::MediaType;

/// What every transport gets from [`execute_request`](super::execute_request).
#[derive(Debug, Clone)]
pub struct GraphQLResponse {
    /// The JSON body.
    pub body: Bytes,
    /// How far the request came.
    pub outcome: Outcome,
    /// Whether it was executed without an error.
    pub is_whole: bool,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed: there is `data`, possibly null.
    Executed,
    /// It is well-formed but cannot be executed (GraphQL §7.1.2, request errors): no `data`.
    RequestError,
    /// It names its document by a hash that is not known here: no `data`. Clients go on with the
    /// document, and some of them read nothing but a 200.
    DocumentUnknown,
    /// It was refused, or the gateway failed, before execution began: no `data`.
    Refused(StatusCode),
}

impl Outcome {
    pub(super) const BAD_REQUEST: Self = Self::Refused(StatusCode::BAD_REQUEST);
}

/// One entry of `errors` before execution.
#[derive(Debug, Clone)]
pub(super) struct ErrorEntry {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) locations: Vec<(usize, usize)>,
}

impl ErrorEntry {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), locations: Vec::new() }
    }

    fn json(&self) -> Value {
        let mut entry = json!({ "message": self.message });
        if !self.locations.is_empty() {
            let locations = self.locations.iter();
            entry["locations"] =
                locations.map(|(line, column)| json!({ "line": line, "column": column })).collect();
        }
        entry["extensions"] = json!({ "code": self.code });
        entry
    }
}

impl GraphQLResponse {
    /// The answer of an operation that was executed, with so many errors.
    pub(super) fn executed(body: Bytes, errors: usize) -> Self {
        Self { body, outcome: Outcome::Executed, is_whole: errors == 0 }
    }

    /// An answer of nothing but errors: the first `errors_max` of them, and how many more.
    pub(super) fn errors(outcome: Outcome, errors: &[ErrorEntry], errors_max: usize) -> Self {
        let mut entries: Vec<Value> =
            errors.iter().take(errors_max).map(ErrorEntry::json).collect();
        if let Some(left_out @ 1..) = errors.len().checked_sub(errors_max) {
            let message = format!("{left_out} more errors are left out");
            entries.push(ErrorEntry::new("ERRORS_LEFT_OUT", message).json());
        }
        let body = Bytes::from(json!({ "errors": entries }).to_string());
        Self { body, outcome, is_whole: false }
    }

    /// An answer of one error.
    pub(super) fn error(outcome: Outcome, code: &'static str, message: &str) -> Self {
        Self::errors(outcome, &[ErrorEntry::new(code, message)], 1)
    }

    /// The status by GraphQL over HTTP §6.4: on `application/json` every well-formed request is
    /// answered with 200, because old clients read only such bodies.
    pub(super) fn status(&self, media_type: MediaType) -> StatusCode {
        match self.outcome {
            Outcome::Executed | Outcome::DocumentUnknown => StatusCode::OK,
            Outcome::RequestError if media_type == MediaType::GraphQLResponse => {
                StatusCode::BAD_REQUEST
            }
            Outcome::RequestError => StatusCode::OK,
            Outcome::Refused(status) => status,
        }
    }

    /// As `application/json`, for where nothing was negotiated.
    pub(super) fn into_http(self) -> Response {
        self.into_http_as(MediaType::Json)
    }

    pub(super) fn into_http_as(self, media_type: MediaType) -> Response {
        let status = self.status(media_type);
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media_type.content_type());
        headers.insert(VARY, HeaderValue::from_static("accept"));
        if self.outcome == Outcome::DocumentUnknown {
            // A moment later it may be known.
            let never = HeaderValue::from_static("private, no-cache, must-revalidate");
            headers.insert(CACHE_CONTROL, never);
        }
        response
    }
}

/// A refusal as `application/json`, for where nothing was negotiated.
pub(super) fn error_response(status: StatusCode, code: &'static str, message: &str) -> Response {
    GraphQLResponse::error(Outcome::Refused(status), code, message).into_http()
}

/// Says with which methods this would work.
pub(super) fn with_allow(mut response: Response, methods: &'static str) -> Response {
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// A fault of ours: the id to find it by in the log, and nothing else.
pub(super) fn internal_error() -> GraphQLResponse {
    let request_id = RequestScope::with_current(|scope| scope.id.to_string());
    let body = json!({ "errors": [{
        "message": "An unexpected error occurred",
        "extensions": { "code": "INTERNAL_SERVER_ERROR", "request_id": request_id },
    }] });
    GraphQLResponse {
        body: Bytes::from(body.to_string()),
        outcome: Outcome::Refused(StatusCode::INTERNAL_SERVER_ERROR),
        is_whole: false,
    }
}

//! A decoded GraphQL request: the one thing every transport makes. GraphQL over HTTP §5.

use std::sync::Arc;

use apollo_compiler::response::JsonMap;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::plan_extension::PlanExtension;
use crate::caller::Caller;

/// What a client asks.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphQLRequest {
    /// The view it is asked of; none for the graph itself.
    pub view: Option<Arc<str>>,
    /// The document; none when it is named.
    pub query: Option<String>,
    /// Whether the document is one of the gateway's own, written down beforehand.
    pub is_stored: bool,
    /// What a registered document is named by.
    pub document_id: Option<String>,
    /// The document's hash, or what a registered one is named by.
    pub persisted_query: Option<PersistedQuery>,
    /// Which of its operations; none when it has only one.
    pub operation_name: Option<String>,
    /// Values as sent, not yet coerced.
    pub variables: JsonMap,
    /// What the transport lets an operation do.
    pub operations_allowed: OperationsAllowed,
    /// What is to be told of the plan.
    pub plan_extension: Option<PlanExtension>,
    /// What the client has said beside it; labels of overrides may depend on it.
    pub headers: HeaderMap,
    /// On whose behalf it is asked.
    pub caller: Caller,
}

/// `extensions.persistedQuery` of a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PersistedQuery {
    /// Of the protocol; there is only 1.
    pub version: u64,
    /// Of the document, in hexadecimal digits.
    #[serde(rename = "sha256Hash")]
    pub sha256_hash: String,
}

/// What is said of a request beside its body.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) view: Option<Arc<str>>,
    pub(super) plan_extension: Option<PlanExtension>,
    pub(super) headers: HeaderMap,
    pub(super) caller: Caller,
}

/// A transport's promise about side effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationsAllowed {
    /// Queries and mutations.
    All,
    /// Queries: a GET is safe, and may be repeated by anybody on the way.
    Queries,
}

/// Why a request is not one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequestDecodeError {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// The members of a request; those not named here are ignored, and each may be null.
#[derive(Default, Deserialize)]
pub(super) struct Members {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<JsonMap>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    /// As Relay's clients call it.
    doc_id: Option<String>,
    extensions: Option<Extensions>,
}

/// What of a request's extensions is known here.
#[derive(Deserialize)]
struct Extensions {
    #[serde(rename = "persistedQuery")]
    persisted_query: Option<PersistedQuery>,
}

impl GraphQLRequest {
    /// A request of nothing but a query.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            view: None,
            query: Some(query.into()),
            is_stored: false,
            document_id: None,
            persisted_query: None,
            operation_name: None,
            variables: JsonMap::new(),
            operations_allowed: OperationsAllowed::All,
            plan_extension: None,
            headers: HeaderMap::new(),
            caller: Caller::Unknown,
        }
    }

    pub(super) fn with_head(self, head: Head) -> Self {
        let Head { view, plan_extension, headers, caller } = head;
        Self { view, plan_extension, headers, caller, ..self }
    }

    /// From the parameters of a GET, all texts: `variables` and `extensions` are JSON in them.
    pub(super) fn from_parameters(
        parameters: Vec<(String, String)>,
    ) -> Result<Self, RequestDecodeError> {
        let mut members = Members::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in parameters {
            if seen.contains(&name) {
                return Err(bad_request(format!("the parameter `{name}` is there twice")));
            }
            match name.as_str() {
                "query" => members.query = Some(value),
                "documentId" => members.document_id = Some(value),
                "doc_id" => members.doc_id = Some(value),
                "operationName" => members.operation_name = Some(value),
                "variables" => members.variables = object(&name, &value)?,
                "extensions" => members.extensions = object(&name, &value)?,
                _ => continue,
            }
            seen.push(name);
        }
        members.into_request(OperationsAllowed::Queries)
    }
}

impl Members {
    pub(super) fn into_request(
        self,
        operations_allowed: OperationsAllowed,
    ) -> Result<GraphQLRequest, RequestDecodeError> {
        let persisted_query = self.extensions.and_then(|extensions| extensions.persisted_query);
        let document_id = self.document_id.or(self.doc_id);
        if self.query.is_none() && persisted_query.is_none() && document_id.is_none() {
            return Err(bad_request("the request has no `query`".to_owned()));
        }
        Ok(GraphQLRequest {
            view: None,
            query: self.query,
            is_stored: false,
            document_id,
            persisted_query,
            operation_name: self.operation_name.filter(|name| !name.is_empty()),
            variables: self.variables.unwrap_or_default(),
            operations_allowed,
            plan_extension: None,
            headers: HeaderMap::new(),
            caller: Caller::Unknown,
        })
    }
}

fn object<T: DeserializeOwned>(name: &str, text: &str) -> Result<Option<T>, RequestDecodeError> {
    serde_json::from_str(text)
        .map_err(|cause| bad_request(format!("the parameter `{name}` is no JSON object: {cause}")))
}

pub(super) fn bad_request(message: String) -> RequestDecodeError {
    RequestDecodeError { code: "BAD_REQUEST", message }
}

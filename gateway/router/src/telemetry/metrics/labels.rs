//! The labels of each metric. All of them have few values, whatever clients send.

use std::fmt;
use std::sync::Arc;

use axum::http::Method;
use observability::Route;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};

/// A method of HTTP, or `_OTHER`.
pub(in crate::telemetry) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

/// Of a client's request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct HttpLabels {
    pub(super) method: &'static str,
    pub(super) route: Route,
    pub(super) status: u16,
}

impl EncodeLabelSet for HttpLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let (route, status) = (self.route.as_str(), self.status.to_string());
        let labels = [
            ("http_request_method", self.method),
            ("http_route", route),
            ("http_response_status_code", &status),
        ];
        labels.encode(encoder)
    }
}

/// Of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct OperationLabels {
    pub(super) operation_type: &'static str,
    pub(super) view: Option<Arc<str>>,
    pub(super) outcome: &'static str,
}

impl EncodeLabelSet for OperationLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let labels = [
            ("graphql_operation_type", self.operation_type),
            ("weft_view", self.view.as_deref().unwrap_or_default()),
            ("weft_outcome", self.outcome),
        ];
        labels.encode(encoder)
    }
}

/// Of an operation that was not executed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RefusedLabels {
    pub(super) code: &'static str,
    pub(super) view: Option<Arc<str>>,
}

impl EncodeLabelSet for RefusedLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let view = self.view.as_deref().unwrap_or_default();
        [("error_type", self.code), ("weft_view", view)].encode(encoder)
    }
}

/// Of a request to a subgraph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FetchLabels {
    pub(super) subgraph: Arc<str>,
    pub(super) status: Option<u16>,
    pub(super) failed_with: Option<&'static str>,
}

impl EncodeLabelSet for FetchLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        let status = self.status.map(|status| status.to_string()).unwrap_or_default();
        let labels = [
            ("graphql_subgraph_name", &*self.subgraph),
            ("http_response_status_code", &status),
            ("error_type", self.failed_with.unwrap_or_default()),
        ];
        labels.encode(encoder)
    }
}

/// Of a subgraph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SubgraphLabel(pub(super) Arc<str>);

impl EncodeLabelSet for SubgraphLabel {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        [("graphql_subgraph_name", &*self.0)].encode(encoder)
    }
}

/// How something went.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ResultLabel(pub(super) &'static str);

impl EncodeLabelSet for ResultLabel {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        [("result", self.0)].encode(encoder)
    }
}

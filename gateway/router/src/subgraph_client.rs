//! How a subgraph is asked: one trait, and its HTTP implementation.
//!
//! Layers around a call (timeouts, retries, breakers, de-duplication) wrap this trait. It knows
//! nothing of plans: bytes go out, bytes come back.

mod connector;
mod deduplicating_client;
mod http_client;
mod probe;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use observability::SpanId;

pub(crate) use deduplicating_client::DeduplicatingClient;
pub use http_client::{HttpSubgraphClient, HttpSubgraphClientConfig};
pub use probe::probe;

use crate::caller::Caller;

/// One GraphQL request to a subgraph.
#[derive(Debug, Clone)]
pub struct SubgraphRequest {
    /// The subgraph's name.
    pub subgraph: Arc<str>,
    /// The JSON body: `query` and, where there are any, `variables`.
    pub body: Bytes,
    /// On whose behalf.
    pub caller: Caller,
    /// What it is called in the trace of the request it is for.
    pub span_id: SpanId,
    /// Whether the answer to an equal request will do that is under way already. Not for mutations,
    /// and not for what is asked after one: it would be what was true before.
    pub may_be_shared: bool,
}

/// Asks subgraphs.
pub trait SubgraphClient: Send + Sync + 'static {
    /// Sends one request and gives the body of the answer, which may be anything: it is the
    /// executor that reads it. Dropping the future cancels the request.
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>>;
}

/// What a subgraph has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphAnswer {
    /// The body.
    pub body: Bytes,
    /// The HTTP status, where there is one.
    pub status: Option<u16>,
    /// It was said to somebody else who had asked the same.
    pub is_shared: bool,
}

impl From<Bytes> for SubgraphAnswer {
    /// Said without HTTP.
    fn from(body: Bytes) -> Self {
        Self { body, status: None, is_shared: false }
    }
}

/// Why a subgraph gave no answer that can be read. Each variant is a code for clients; the cause
/// goes to the log, never to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubgraphFailure {
    /// It cannot be reached, or the connection broke. `SUBGRAPH_UNAVAILABLE`, 503.
    Unavailable {
        /// What the network said.
        cause: String,
    },
    /// It took longer than the configured time. `SUBGRAPH_REQUEST_TIMEOUT`, 504.
    Timeout {
        /// The configured limit.
        timeout_ms: u64,
    },
    /// It answered with an HTTP status that is no success and a body that is not GraphQL.
    /// `SUBREQUEST_HTTP_ERROR`, 502, with the status in `extensions.http.status`.
    HttpStatus {
        /// The status.
        status: u16,
    },
    /// Its answer is larger than the configured limit. `SUBGRAPH_RESPONSE_TOO_LARGE`, 502.
    TooLarge {
        /// The configured limit.
        bytes_max: usize,
    },
    /// Its answer is not a GraphQL response. `SUBREQUEST_MALFORMED_RESPONSE`, 502.
    Malformed {
        /// What is not right about it.
        cause: String,
    },
}

impl SubgraphFailure {
    /// The code in `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "SUBGRAPH_UNAVAILABLE",
            Self::Timeout { .. } => "SUBGRAPH_REQUEST_TIMEOUT",
            Self::HttpStatus { .. } => "SUBREQUEST_HTTP_ERROR",
            Self::TooLarge { .. } => "SUBGRAPH_RESPONSE_TOO_LARGE",
            Self::Malformed { .. } => "SUBREQUEST_MALFORMED_RESPONSE",
        }
    }

    /// The HTTP status that the subgraph has sent.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::HttpStatus { status } => Some(*status),
            Self::Unavailable { .. }
            | Self::Timeout { .. }
            | Self::TooLarge { .. }
            | Self::Malformed { .. } => None,
        }
    }

    /// The HTTP status that says it to clients, in `extensions.status`.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unavailable { .. } => 503,
            Self::Timeout { .. } => 504,
            Self::HttpStatus { .. } | Self::TooLarge { .. } | Self::Malformed { .. } => 502,
        }
    }

    /// What a client is told: nothing internal.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "Service unavailable",
            Self::Timeout { .. } => "Service timed out",
            Self::HttpStatus { .. } => "Service answered with an HTTP error",
            Self::TooLarge { .. } => "Service answered with too large a body",
            Self::Malformed { .. } => "Service answered with something that is not GraphQL",
        }
    }
}

/// For the log: with the cause.
impl fmt::Display for SubgraphFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable { cause } => write!(f, "cannot be reached: {cause}"),
            Self::Timeout { timeout_ms } => write!(f, "no answer within {timeout_ms} ms"),
            Self::HttpStatus { status } => write!(f, "answered with HTTP status {status}"),
            Self::TooLarge { bytes_max } => write!(f, "answer larger than {bytes_max} bytes"),
            Self::Malformed { cause } => write!(f, "answer is not GraphQL: {cause}"),
        }
    }
}

impl std::error::Error for SubgraphFailure {}

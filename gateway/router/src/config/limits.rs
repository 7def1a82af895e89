//! Every size and every time that has a limit, with its unit and its default.

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use federation::composition::CompositionLimits;
use federation::operation::OperationLimits;
use schemars::JsonSchema;
use serde::Deserialize;

/// Sizes that nothing may exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a client's request body; more is 413. Default 2 000 000.
    pub request_body_bytes_max: NonZeroUsize,
    /// Bytes of names and values of a client's request headers; more is 431. Default 65 536.
    pub request_headers_bytes_max: NonZeroUsize,
    /// Lexical tokens of a client's document, white space among them. Default 15 000.
    pub operation_tokens_max: NonZeroUsize,
    /// Nesting of selection sets, fragments included. Default 100.
    pub operation_depth_max: NonZeroUsize,
    /// Distinct selections after fragments are merged. Default 10 000.
    pub operation_selections_max: NonZeroUsize,
    /// Of these, those under another name than their field's. Default 5 000.
    pub operation_aliases_max: NonZeroUsize,
    /// Of these, those of the root. Default 1 000.
    pub operation_root_fields_max: NonZeroUsize,
    /// Errors in one response; one more says how many were left out. Default 100.
    pub errors_max: NonZeroUsize,
    /// Bytes of one subgraph's answer, after decompression. Default 50 000 000.
    pub subgraph_response_bytes_max: NonZeroUsize,
    /// Bytes of the `data` of an answer to a client: what a subgraph sends once may be told often.
    /// Default 100 000 000.
    pub response_bytes_max: NonZeroUsize,
    /// States that composition may enter to see whether every query can be answered; usual graphs
    /// have a few for each type. Default 1 000 000.
    pub composition_states_max: NonZeroUsize,
    /// Bytes of prepared operations kept for the next request; 0 keeps none. Default 50 000 000.
    pub operation_cache_bytes_max: u64,
    /// Bytes of documents that clients may name by their hash; 0 keeps none. Default 10 000 000.
    pub apq_cache_bytes_max: u64,
    /// Operations that are prepared on a new graph before it replaces the old one: those that were
    /// asked for most; 0 prepares none. Default 1 000.
    pub warm_up_operations_max: usize,
}

/// Times that nothing may exceed, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// One request to a subgraph, connecting included. Default 5 000.
    pub subgraph_request_ms: NonZeroU64,
    /// Connecting to a subgraph. Default 1 000.
    pub subgraph_connect_ms: NonZeroU64,
    /// A whole client request, from its first byte to the answer. Default 30 000.
    pub request_ms: NonZeroU64,
    /// Waiting for a client's next request: from connecting, or from the last answer, to the end of
    /// the request's head. Default 75 000: longer than most proxies keep connections.
    pub client_idle_ms: NonZeroU64,
    /// A subgraph's answer to `/health`. Default 1 000.
    pub health_check_ms: NonZeroU64,
    /// Preparing operations on a new graph; those that are left are prepared when they are asked
    /// for. Default 5 000.
    pub warm_up_ms: NonZeroU64,
    /// From being told to stop, when `/health/ready` begins to say so, to taking no more
    /// connections: for whoever sends requests here to notice. Default 0.
    pub drain_ms: u64,
}

const fn bytes(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("the defaults are not zero")
}

const fn ms(count: u64) -> NonZeroU64 {
    NonZeroU64::new(count).expect("the defaults are not zero")
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_body_bytes_max: bytes(2_000_000),
            request_headers_bytes_max: bytes(65_536),
            operation_tokens_max: bytes(15_000),
            operation_depth_max: bytes(100),
            operation_selections_max: bytes(10_000),
            operation_aliases_max: bytes(5_000),
            operation_root_fields_max: bytes(1_000),
            errors_max: bytes(100),
            subgraph_response_bytes_max: bytes(50_000_000),
            response_bytes_max: bytes(100_000_000),
            composition_states_max: bytes(1_000_000),
            operation_cache_bytes_max: 50_000_000,
            apq_cache_bytes_max: 10_000_000,
            warm_up_operations_max: 1_000,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            subgraph_request_ms: ms(5_000),
            subgraph_connect_ms: ms(1_000),
            request_ms: ms(30_000),
            client_idle_ms: ms(75_000),
            health_check_ms: ms(1_000),
            warm_up_ms: ms(5_000),
            drain_ms: 0,
        }
    }
}

impl Limits {
    /// The part that `federation` checks.
    pub fn operation(&self) -> OperationLimits {
        OperationLimits {
            tokens_max: self.operation_tokens_max.get(),
            depth_max: self.operation_depth_max.get(),
            selections_max: self.operation_selections_max.get(),
            aliases_max: self.operation_aliases_max.get(),
            root_fields_max: self.operation_root_fields_max.get(),
        }
    }

    /// The part that composition keeps to.
    pub fn composition(&self) -> CompositionLimits {
        CompositionLimits { satisfiability_states: self.composition_states_max.get() }
    }
}

impl Timeouts {
    /// `request_ms` as a duration.
    pub fn request(&self) -> Duration {
        Duration::from_millis(self.request_ms.get())
    }

    /// `subgraph_request_ms` as a duration.
    pub fn subgraph_request(&self) -> Duration {
        Duration::from_millis(self.subgraph_request_ms.get())
    }

    /// `subgraph_connect_ms` as a duration.
    pub fn subgraph_connect(&self) -> Duration {
        Duration::from_millis(self.subgraph_connect_ms.get())
    }

    /// `client_idle_ms` as a duration.
    pub fn client_idle(&self) -> Duration {
        Duration::from_millis(self.client_idle_ms.get())
    }

    /// `warm_up_ms` as a duration.
    pub fn warm_up(&self) -> Duration {
        Duration::from_millis(self.warm_up_ms.get())
    }

    /// `drain_ms` as a duration.
    pub fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }

    /// `health_check_ms` as a duration.
    pub fn health_check(&self) -> Duration {
        Duration::from_millis(self.health_check_ms.get())
    }
}

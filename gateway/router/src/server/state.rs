//! What all requests share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use observability::Sampling;

use super::health_memo::HealthMemo;
use super::persisted_queries::PersistedQueries;
use super::sample_tabs::SampleTabs;
use crate::caller::Identity;
use crate::config::{Apq, Batching, Config, Cors, Csrf};
use crate::live_graph::{LiveGraph, Randomness};
use crate::telemetry::{Metrics, OperationObserver, Tracer};

/// The part of the configuration that stays as it is while the gateway runs.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Bytes of a request's body.
    pub request_body_bytes_max: usize,
    /// Names and values of a request's headers, in bytes; more is 431.
    pub request_headers_bytes_max: usize,
    /// A whole request, from its first byte to the answer.
    pub request_timeout: Duration,
    /// Waiting for a client's next request.
    pub client_idle_timeout: Duration,
    /// From being told to stop to taking no more connections.
    pub drain: Duration,
    /// A subgraph's answer to `/health`.
    pub health_check_timeout: Duration,
    /// Subgraphs' names in the order people know them by; others come after them.
    pub subgraph_order: Vec<String>,
    /// Who asks, and whether that is believed.
    pub identity: Option<Identity>,
    /// The rule against requests of foreign pages.
    pub csrf: Csrf,
    /// The rule for foreign pages that may ask.
    pub cors: Option<Cors>,
    /// Whether clients may name documents by their hash, and where these are remembered.
    pub apq: Apq,
    /// Bytes of such documents in memory.
    pub apq_cache_bytes_max: u64,
    /// Whether several requests may come in one.
    pub batching: Batching,
    /// Whether answers are compressed for clients that take it.
    pub compression: bool,
    /// The tabs GraphiQL opens with; none switches GraphiQL off.
    pub graphiql: Option<SampleTabs>,
    /// Whether a request may ask for its plan.
    pub plan_extension: bool,
    /// The service in whose name is counted; none where nobody reads it.
    pub metrics_of: Option<String>,
    /// Which new traces are kept.
    pub sampling: Sampling,
    /// Who makes spans of requests, and sends them.
    pub tracer: Option<Arc<Tracer>>,
    /// What the labels of overrides are drawn with.
    pub randomness: Randomness,
}

impl ServerOptions {
    /// The options a configuration has; GraphiQL without sample tabs.
    pub fn new(config: &Config) -> Self {
        Self {
            request_headers_bytes_max: config.limits.request_headers_bytes_max.get(),
            request_body_bytes_max: config.limits.request_body_bytes_max.get(),
            request_timeout: config.timeouts.request(),
            client_idle_timeout: config.timeouts.client_idle(),
            drain: config.timeouts.drain(),
            subgraph_order: config.subgraphs.iter().map(|subgraph| subgraph.name.clone()).collect(),
            health_check_timeout: config.timeouts.health_check(),
            identity: config.identity.clone(),
            csrf: config.csrf.clone(),
            cors: config.cors.clone(),
            apq: config.apq.clone(),
            apq_cache_bytes_max: config.limits.apq_cache_bytes_max,
            batching: config.batching,
            compression: config.compression,
            graphiql: config.graphiql.then(SampleTabs::default),
            plan_extension: config.plan_extension,
            metrics_of: config
                .telemetry
                .prometheus
                .is_some()
                .then(|| config.telemetry.service_name.clone()),
            sampling: config.telemetry.sampling,
            tracer: None,
            randomness: Randomness::default(),
        }
    }
}

/// Made once at start; every handler has it.
pub struct ServerState {
    /// The graph that answers.
    pub live_graph: Arc<LiveGraph>,
    /// What stays as it is.
    pub options: ServerOptions,
    /// What is counted, where somebody may read it.
    pub metrics: Option<Arc<Metrics>>,
    /// Told after every operation.
    pub observer: OperationObserver,
    pub(super) health: HealthMemo,
    pub(super) persisted_queries: PersistedQueries,
    draining: AtomicBool,
}

impl fmt::Debug for ServerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerState").field("options", &self.options).finish_non_exhaustive()
    }
}

impl ServerState {
    /// A state that is ready as soon as `live_graph` has a graph.
    pub fn new(
        live_graph: Arc<LiveGraph>,
        options: ServerOptions,
        observer: OperationObserver,
    ) -> Arc<Self> {
        let health = HealthMemo::default();
        let draining = AtomicBool::new(false);
        let bytes_max = (options.apq_cache_bytes_max, options.request_body_bytes_max);
        let persisted_queries = PersistedQueries::new(&options.apq, bytes_max.0, bytes_max.1);
        let name = options.metrics_of.as_deref();
        let metrics = name
            .map(|service| Arc::new(Metrics::new(&live_graph, service, options.tracer.as_deref())));
        Arc::new(Self {
            live_graph,
            options,
            metrics,
            observer,
            health,
            persisted_queries,
            draining,
        })
    }

    /// From now on the gateway is not ready, and says so.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The gateway is about to stop.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// How often the Redis of persisted queries has failed since the gateway was started.
    pub fn apq_redis_failures(&self) -> u64 {
        self.persisted_queries.redis_failures()
    }

    /// A graph is loaded, and the gateway is not about to stop.
    pub fn is_ready(&self) -> bool {
        !self.is_draining() && self.live_graph.current().is_some()
    }
}

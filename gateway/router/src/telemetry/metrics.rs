//! Counts and times for Prometheus, under the names of OpenTelemetry's conventions.
//!
//! A label is never a text that a client has chosen: methods are those of HTTP, routes and views
//! those of the configuration, codes our own. To record is a look at a table and some additions.

mod collector;
mod labels;
mod seconds;

use std::sync::Arc;
use std::time::Duration;

use observability::{RequestScope, Route};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::{OperationReport, Tracer};
use crate::executor::FetchReport;
use crate::live_graph::LiveGraph;
use collector::{LiveGraphCollector, ProcessCollector, SpanCollector};
pub(super) use labels::method;
use labels::{FetchLabels, HttpLabels, OperationLabels, RefusedLabels, ResultLabel, SubgraphLabel};
use seconds::Seconds;

/// What one gateway has counted since it started.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    live_graph: Arc<LiveGraph>,
    http_requests: Family<HttpLabels, Seconds>,
    active_requests: Gauge,
    operations: Family<OperationLabels, Seconds>,
    refused: Family<RefusedLabels, Counter>,
    operation_cache_hits: Counter,
    operation_cache_misses: Counter,
    subgraph_requests: Family<FetchLabels, Seconds>,
    subgraph_requests_shared: Family<SubgraphLabel, Counter>,
    reloads: Family<ResultLabel, Counter>,
}

/// A request that has begun and not ended.
#[derive(Debug)]
pub(crate) struct ActiveRequest<'a>(&'a Metrics);

impl Drop for ActiveRequest<'_> {
    fn drop(&mut self) {
        self.0.active_requests.dec();
    }
}

impl Metrics {
    /// Nothing counted yet; what is there of `live_graph` is told when somebody reads.
    pub fn new(live_graph: &Arc<LiveGraph>, service_name: &str, tracer: Option<&Tracer>) -> Self {
        let cache: Family<ResultLabel, Counter> = Family::default();
        let of_cache = |result| cache.get_or_create_owned(&ResultLabel(result));
        let mut metrics = Self {
            registry: Registry::default(),
            live_graph: Arc::clone(live_graph),
            http_requests: Family::default(),
            active_requests: Gauge::default(),
            operations: Family::default(),
            refused: Family::default(),
            operation_cache_hits: of_cache("hit"),
            operation_cache_misses: of_cache("miss"),
            subgraph_requests: Family::default(),
            subgraph_requests_shared: Family::default(),
            reloads: Family::default(),
        };
        for result in ["success", "failure"] {
            drop(metrics.reloads.get_or_create(&ResultLabel(result)));
        }
        metrics.register(cache);
        let registry = &mut metrics.registry;
        let service = [("service_name", service_name), ("service_version", VERSION)];
        let service = service.map(|(key, value)| (key.to_owned(), value.to_owned()));
        registry.register("target", "Who this is", Info::new(service.to_vec()));
        registry.register_collector(Box::new(LiveGraphCollector(Arc::clone(live_graph))));
        if let Some(tracer) = tracer {
            let counts = Arc::clone(tracer.exporter().counts());
            registry.register_collector(Box::new(SpanCollector(counts)));
        }
        registry.register_collector(Box::new(ProcessCollector));
        metrics
    }

    fn register(&mut self, cache: Family<ResultLabel, Counter>) {
        let (registry, seconds) = (&mut self.registry, Unit::Seconds);
        let (name, help) = ("http_server_request_duration", "Requests of clients");
        registry.register_with_unit(name, help, seconds.clone(), self.http_requests.clone());
        let (name, help) = ("http_server_active_requests", "Requests of clients in work");
        registry.register(name, help, self.active_requests.clone());
        let (name, help) = ("graphql_operation_duration", "Operations, refused ones too");
        registry.register_with_unit(name, help, seconds.clone(), self.operations.clone());
        let (name, help) = ("weft_operations_refused", "Operations that were not executed");
        registry.register(name, help, self.refused.clone());
        let (name, help) = ("weft_operation_cache_requests", "Whether operations were prepared");
        registry.register(name, help, cache);
        let (name, help) = ("http_client_request_duration", "Requests to subgraphs");
        registry.register_with_unit(name, help, seconds, self.subgraph_requests.clone());
        let help = "Requests to subgraphs that were under way for somebody else";
        let shared = self.subgraph_requests_shared.clone();
        registry.register("weft_subgraph_requests_shared", help, shared);
        let (name, help) = ("weft_graph_reloads", "Changes that were to become a new graph");
        registry.register(name, help, self.reloads.clone());
    }

    /// As Prometheus reads it (OpenMetrics).
    pub async fn text(&self) -> String {
        if let Some(graph) = self.live_graph.current() {
            graph.settle_caches().await;
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }

    /// A change of files has become a new graph, or has not.
    pub fn reloaded(&self, is_in_place: bool) {
        let result = if is_in_place { "success" } else { "failure" };
        self.reloads.get_or_create(&ResultLabel(result)).inc();
    }

    /// A client's request has begun.
    pub(crate) fn begin(&self) -> ActiveRequest<'_> {
        self.active_requests.inc();
        ActiveRequest(self)
    }

    /// A client's request has been answered.
    pub(crate) fn answered(&self, scope: &RequestScope, status: u16, duration: Duration) {
        let route = scope.route().cloned().unwrap_or(Route::UNKNOWN);
        let labels = HttpLabels { method: method(scope.method()), route, status };
        self.http_requests.get_or_create(&labels).observe(duration);
    }

    /// An operation is over.
    pub(crate) fn operation(&self, report: &OperationReport) {
        let view = report.view.clone();
        let outcome = match (report.refused_with, report.errors) {
            (Some(_), _) => "refused",
            (None, 0) => "success",
            (None, _) => "errors",
        };
        if let Some(code) = report.refused_with {
            self.refused.get_or_create(&RefusedLabels { code, view: view.clone() }).inc();
        }
        if report.operation_type.is_some() {
            let hit = report.plan_cached;
            if hit { &self.operation_cache_hits } else { &self.operation_cache_misses }.inc();
        }
        let operation_type = report.operation_type.map_or("", |operation| operation.name());
        let labels = OperationLabels { operation_type, view, outcome };
        self.operations.get_or_create(&labels).observe(report.duration);
        report.fetches.iter().for_each(|fetch| self.fetch(fetch));
    }

    fn fetch(&self, fetch: &FetchReport) {
        let subgraph = Arc::clone(&fetch.subgraph);
        if fetch.is_shared {
            self.subgraph_requests_shared.get_or_create(&SubgraphLabel(subgraph)).inc();
            return;
        }
        let FetchReport { status, failed_with, .. } = *fetch;
        let labels = FetchLabels { subgraph, status, failed_with };
        self.subgraph_requests.get_or_create(&labels).observe(fetch.duration);
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

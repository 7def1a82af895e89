//! Spans of requests that are over, made of what is known of them anyway.
//!
//! Nothing is made while a request runs: the reports of its operations are kept, and most of them
//! forgotten, for whether a request's spans are wanted is known at its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use observability::otlp::{OtlpConfig, Service, Span, SpanExporter, SpanKind};
use observability::{Ended, RequestScope, Route, Sampling, SpanId};

use super::OperationReport;
use crate::config::Telemetry;
use crate::executor::FetchReport;

tokio::task_local! {
    /// What the running request has done so far, if somebody wants to know.
    static OPERATIONS: Operations;
}

type Operations = Arc<Mutex<Vec<OperationReport>>>;

/// Notes an operation of the running request.
pub(crate) fn note(report: OperationReport) {
    let _ = OPERATIONS.try_with(|operations| {
        operations.lock().unwrap_or_else(PoisonError::into_inner).push(report);
    });
}

/// Chooses requests, and sends their spans.
#[derive(Debug)]
pub struct Tracer {
    exporter: SpanExporter,
    sampling: Sampling,
}

/// What a request's operations leave for its spans.
#[derive(Default)]
pub(crate) struct Recording(Operations);

impl Recording {
    /// Runs `future`, and keeps what it does.
    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        OPERATIONS.scope(Arc::clone(&self.0), future).await
    }
}

impl Tracer {
    /// Begins to send, within a runtime.
    ///
    /// # Errors
    /// TLS is needed and the system has no certificates to trust.
    pub fn start(telemetry: &Telemetry, otlp: &OtlpConfig) -> Result<Self, rustls::Error> {
        let name = telemetry.service_name.clone();
        let service = Service { name, version: env!("CARGO_PKG_VERSION") };
        let exporter = SpanExporter::start(otlp.clone(), &service)?;
        Ok(Self { exporter, sampling: telemetry.sampling })
    }

    /// Who sends them.
    pub fn exporter(&self) -> &SpanExporter {
        &self.exporter
    }

    /// A request is over.
    pub(crate) fn ended(
        &self,
        scope: &RequestScope,
        status: u16,
        duration: Duration,
        recording: &Recording,
    ) {
        let operations = recording.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_failed = status >= 400 || operations.iter().any(|operation| operation.errors > 0);
        if self.sampling.keeps(&scope.trace, Ended { duration, has_failed }) {
            let mut spans = vec![of_request(scope, status, duration)];
            operations.iter().for_each(|report| of_operation(scope, report, &mut spans));
            self.exporter.offer(spans);
        }
    }
}

/// The whole request.
fn of_request(scope: &RequestScope, status: u16, duration: Duration) -> Span {
    let method = super::metrics::method(scope.method());
    let route = scope.route().map_or("", Route::as_str);
    let name = format!("{method} {route}").trim_end().to_owned();
    let error = (status >= 500).then(|| status.to_string());
    let span = Span::of_request(&scope.trace, name, (scope.time_of(scope.began()), duration))
        .with("http.request.method", method)
        .with("http.response.status_code", status)
        .with("url.path", scope.path())
        .with("weft.request_id", scope.id.as_str())
        .failed(error.as_deref());
    let span = if route.is_empty() { span } else { span.with("http.route", route) };
    viewed(span, scope.view())
}

fn viewed(span: Span, view: Option<&str>) -> Span {
    match view {
        Some(view) => span.with("weft.view", view),
        None => span,
    }
}

/// An operation, how it was prepared, and what it asked.
fn of_operation(scope: &RequestScope, report: &OperationReport, spans: &mut Vec<Span>) {
    let id = SpanId::generate();
    let at = |start: Instant, duration| (scope.time_of(start), duration);
    let part = |name: &str, times| {
        Span::part(&scope.trace, (id, SpanId::generate()), name.to_owned(), times)
    };
    let operation_type = report.operation_type.map_or("operation", |one| one.name());
    let ids = (scope.trace.span_id, id);
    let times = at(report.started, report.duration);
    let mut operation = Span::part(&scope.trace, ids, operation_type.to_owned(), times)
        .with("graphql.operation.type", operation_type)
        .with("weft.plan_cached", report.plan_cached)
        .with("weft.errors", report.errors)
        .failed(report.refused_with);
    if let Some(name) = &report.operation_name {
        operation = operation.with("graphql.operation.name", name.as_str());
    }
    spans.push(viewed(operation, report.view.as_deref()));
    for stage in &report.preparation {
        spans.push(part(stage.name, at(stage.started, stage.duration)));
    }
    let Some(executing) = report.executing_since else { return };
    for fetch in report.fetches.iter().filter(|fetch| !fetch.is_shared) {
        let times = at(executing + fetch.start, fetch.duration);
        spans.push(of_fetch(scope, (id, fetch), times));
    }
}

fn of_fetch(
    scope: &RequestScope,
    (operation, fetch): (SpanId, &FetchReport),
    times: (std::time::SystemTime, Duration),
) -> Span {
    let name = format!("fetch {}", fetch.subgraph);
    let mut span = Span::part(&scope.trace, (operation, fetch.span_id), name, times)
        .with("graphql.subgraph.name", &*fetch.subgraph)
        .with("http.request.method", "POST")
        .with("http.response.body.size", fetch.bytes)
        .with("weft.fetch", fetch.fetch.index() + 1)
        .failed(fetch.failed_with);
    span.kind = SpanKind::Client.into();
    if let Some(status) = fetch.status {
        span = span.with("http.response.status_code", status);
    }
    match fetch.representations {
        Some(count) => span.with("weft.batch_size", count),
        None => span,
    }
}

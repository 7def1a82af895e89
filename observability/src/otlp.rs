//! Spans to a collector: OTLP over HTTP, as protobuf.
//!
//! Whoever has spans leaves them in a queue and goes on. A collector that is slow, silent or not
//! there costs the spans that do not fit into the queue, and no request a moment.

mod client;
mod config;
mod message;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prost::Message;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use client::Client;
pub use config::{OtlpConfig, OtlpEndpoint, OtlpHeaders, Service};
pub use message::{
    AnyValue, Attribute, ExportTraceServiceRequest, InstrumentationScope, Resource, ResourceSpans,
    ScopeSpans, Span, SpanKind, Status, StatusCode, Value,
};

/// What became of all spans so far.
#[derive(Debug, Default)]
pub struct SpanCounts {
    /// The collector has them.
    pub exported: AtomicU64,
    /// There was no room for them.
    pub dropped: AtomicU64,
    /// They were sent, and the collector did not say that it has them.
    pub failed: AtomicU64,
}

/// Sends spans to a collector.
#[derive(Debug)]
pub struct SpanExporter {
    queue: UnboundedSender<Queued>,
    queued: Arc<AtomicUsize>,
    queue_spans_max: usize,
    counts: Arc<SpanCounts>,
    sending: Mutex<Option<JoinHandle<()>>>,
}

enum Queued {
    /// Those of one request.
    Spans(Vec<Span>),
    /// There will be no more.
    End,
}

impl SpanExporter {
    /// Begins to send what it will be given, in the name of `service`; within a runtime.
    ///
    /// # Errors
    /// TLS is needed and the system has no certificates to trust.
    pub fn start(config: OtlpConfig, service: &Service) -> Result<Self, rustls::Error> {
        let (sender, queue) = unbounded_channel();
        let (counts, queued) = (Arc::<SpanCounts>::default(), Arc::<AtomicUsize>::default());
        let queue_spans_max = config.queue_spans_max;
        let sender_of = Sending {
            client: Client::new(&config)?,
            config,
            resource: service.resource(),
            counts: Arc::clone(&counts),
            queued: Arc::clone(&queued),
            is_failing: false,
        };
        let sending = Mutex::new(Some(tokio::spawn(sender_of.run(queue))));
        Ok(Self { queue: sender, queued, queue_spans_max, counts, sending })
    }

    /// What became of all spans so far.
    pub fn counts(&self) -> &Arc<SpanCounts> {
        &self.counts
    }

    /// Leaves the spans of a request to be sent, if there is room for them.
    pub fn offer(&self, spans: Vec<Span>) {
        let count = spans.len();
        let before = self.queued.fetch_add(count, Ordering::Relaxed);
        let has_room = before + count <= self.queue_spans_max;
        if !has_room || self.queue.send(Queued::Spans(spans)).is_err() {
            self.queued.fetch_sub(count, Ordering::Relaxed);
            self.counts.dropped.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// Sends what is left, for no longer than `limit`.
    pub async fn shut_down(&self, limit: Duration) {
        let sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(sending) = sending else { return };
        let _ = self.queue.send(Queued::End);
        let abort = sending.abort_handle();
        if tokio::time::timeout(limit, sending).await.is_err() {
            abort.abort();
            tracing::warn!("spans were left when the time to send them was over");
        }
    }
}

/// The task that sends.
struct Sending {
    client: Client,
    config: OtlpConfig,
    resource: Resource,
    counts: Arc<SpanCounts>,
    queued: Arc<AtomicUsize>,
    /// Said once, and not for every batch.
    is_failing: bool,
}

impl Sending {
    async fn run(mut self, mut queue: UnboundedReceiver<Queued>) {
        let mut is_over = false;
        while !is_over {
            let mut batch = Vec::new();
            let Some(Queued::Spans(first)) = queue.recv().await else { return };
            batch.extend(first);
            let deadline = Instant::now() + self.config.interval;
            while batch.len() < self.config.batch_spans_max {
                match tokio::time::timeout_at(deadline, queue.recv()).await {
                    Ok(Some(Queued::Spans(more))) => batch.extend(more),
                    Ok(Some(Queued::End) | None) => {
                        is_over = true;
                        break;
                    }
                    Err(_) => break,
                }
            }
            self.send(batch).await;
        }
    }

    async fn send(&mut self, spans: Vec<Span>) {
        let count = spans.len();
        let scope = InstrumentationScope {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(self.resource.clone()),
                scope_spans: vec![ScopeSpans { scope: Some(scope), spans }],
            }],
        };
        let sent = self.client.post(request.encode_to_vec().into()).await;
        let counter = if sent.is_ok() { &self.counts.exported } else { &self.counts.failed };
        counter.fetch_add(count as u64, Ordering::Relaxed);
        self.queued.fetch_sub(count, Ordering::Relaxed);
        let was_failing = std::mem::replace(&mut self.is_failing, sent.is_err());
        match sent {
            Err(error) if !was_failing => {
                tracing::warn!(error, "the collector does not take spans; requests go on");
            }
            Ok(()) if was_failing => tracing::info!("the collector takes spans again"),
            _ => {}
        }
    }
}

//! `telemetry:` of the configuration: what operators are told, and where.

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use observability::Sampling;
use observability::log::{LogFilter, LogFormat};
use observability::otlp::{OtlpConfig, OtlpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;

use super::reader::Reader;
use super::values::Listen;
use super::written::{Form, Spanned, Written};

/// What operators are told. Read at start.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// What this gateway is called in metrics and traces.
    pub service_name: String,
    /// Where Prometheus reads metrics; nothing is counted without it.
    pub prometheus: Option<Prometheus>,
    /// Which requests' spans are kept.
    pub sampling: Sampling,
    /// Where spans go; none are made without it.
    pub otlp: Option<OtlpConfig>,
    /// The log on standard error.
    pub logs: Logs,
}

/// The log on standard error.
#[derive(Debug, Clone, Default)]
pub struct Logs {
    /// What a line looks like.
    pub format: LogFormat,
    /// What is logged.
    pub level: LogFilter,
}

/// Where Prometheus reads metrics.
#[derive(Debug, Clone)]
pub struct Prometheus {
    /// Not a port of clients.
    pub listen: Listen,
    /// The path there.
    pub path: MetricsPath,
}

/// A path of letters, digits and `-_.~/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsPath(String);

impl MetricsPath {
    /// As it is asked for.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for MetricsPath {
    fn default() -> Self {
        Self("/metrics".to_owned())
    }
}

impl FromStr for MetricsPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
        if text.starts_with('/') && text.bytes().all(is_plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("`{text}` is no path such as /metrics"))
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            service_name: "weft".to_owned(),
            prometheus: None,
            sampling: Sampling::default(),
            otlp: None,
            logs: Logs::default(),
        }
    }
}

impl Form for MetricsPath {
    const PATTERN: Option<&str> = Some("/[A-Za-z0-9_.~/-]*");
    const EXAMPLES: &[&str] = &["/metrics"];
}

impl Form for LogFormat {
    const PATTERN: Option<&str> = Some("text|json");
    const EXAMPLES: &[&str] = &["json"];
}

impl Form for LogFilter {
    const PATTERN: Option<&str> = Some(".*[A-Za-z0-9].*");
    const EXAMPLES: &[&str] = &["info", "warn,router=debug"];
}

impl Form for OtlpEndpoint {
    const PATTERN: Option<&str> = Some("https?://[^?#@]+");
    const EXAMPLES: &[&str] = &["http://localhost:4318"];
}

/// What operators are told, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TelemetryShape {
    /// What this gateway is called in metrics and traces.
    #[schemars(extend("default" = "weft"))]
    service_name: Option<Written<String>>,
    metrics: Option<MetricsShape>,
    tracing: Option<TracingShape>,
    logs: Option<LogsShape>,
}

/// What is counted, and where it is read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MetricsShape {
    prometheus: Option<PrometheusShape>,
}

/// Where Prometheus reads metrics; nothing is counted without it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PrometheusShape {
    /// A host and a port of its own, which clients do not reach.
    #[schemars(extend("default" = "127.0.0.1:9090"))]
    listen: Option<Written<Listen>>,
    /// The path there.
    #[schemars(extend("default" = "/metrics"))]
    path: Option<Written<MetricsPath>>,
}

/// Spans of requests, and whom they are sent.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TracingShape {
    sampling: Option<SamplingShape>,
    otlp: Option<OtlpShape>,
}

/// Which requests' spans are kept, beside those that fail and those whose callers keep them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SamplingShape {
    /// The share of ordinary requests, from 0 to 1.
    #[schemars(extend("default" = 0.1, "minimum" = 0, "maximum" = 1))]
    ratio: Option<Spanned<f64>>,
    /// What takes longer is kept.
    #[schemars(extend("default" = 1000))]
    slow_ms: Option<u64>,
}

/// A collector that is sent spans by OTLP over HTTP; none are made without it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OtlpShape {
    /// The collector's URL, to which /v1/traces is added.
    endpoint: Written<OtlpEndpoint>,
    /// What every request to it has.
    headers: Option<BTreeMap<String, Written<String>>>,
    /// One request to it.
    #[schemars(extend("default" = 5000))]
    timeout_ms: Option<NonZeroU64>,
    /// Spans that wait or are under way; of more none is kept.
    #[schemars(extend("default" = 10000))]
    queue_spans_max: Option<NonZeroUsize>,
    /// Spans in one request.
    #[schemars(extend("default" = 512))]
    batch_spans_max: Option<NonZeroUsize>,
    /// How long a span waits for others.
    #[schemars(extend("default" = 1000))]
    interval_ms: Option<NonZeroU64>,
}

/// The log on standard error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogsShape {
    /// What a line is: `text`, or `json`, one object; `WEFT_LOG_FORMAT` comes first.
    #[schemars(extend("default" = "text"))]
    format: Option<Written<LogFormat>>,
    /// What is logged, also by module: `warn,router=debug`; `WEFT_LOG` comes first.
    #[schemars(extend("default" = "info"))]
    level: Option<Written<LogFilter>>,
}

impl Reader<'_> {
    pub(super) fn telemetry(&mut self, shape: &TelemetryShape) -> Telemetry {
        let nothing = TracingShape::default();
        let name = shape.service_name.as_ref().and_then(|name| self.value(name));
        let tracing = shape.tracing.as_ref().unwrap_or(&nothing);
        let prometheus = shape.metrics.as_ref().and_then(|metrics| metrics.prometheus.as_ref());
        Telemetry {
            service_name: name.unwrap_or_else(|| Telemetry::default().service_name),
            prometheus: prometheus.map(|shape| self.prometheus(shape)),
            sampling: tracing.sampling.as_ref().map(|it| self.sampling(it)).unwrap_or_default(),
            otlp: tracing.otlp.as_ref().and_then(|otlp| self.otlp(otlp)),
            logs: shape.logs.as_ref().map(|logs| self.logs(logs)).unwrap_or_default(),
        }
    }

    fn sampling(&mut self, shape: &SamplingShape) -> Sampling {
        let default = Sampling::default();
        if let Some(ratio) = shape.ratio.as_ref().filter(|it| !(0.0..=1.0).contains(&it.value)) {
            self.error(&ratio.referenced, "a share is a number from 0 to 1".to_owned());
        }
        Sampling {
            ratio: shape.ratio.as_ref().map_or(default.ratio, |ratio| ratio.value),
            slow: shape.slow_ms.map_or(default.slow, Duration::from_millis),
        }
    }

    fn otlp(&mut self, shape: &OtlpShape) -> Option<OtlpConfig> {
        let headers = self.headers(shape.headers.as_ref());
        let default = OtlpConfig::new(self.value(&shape.endpoint)?);
        let milliseconds = |it: Option<NonZeroU64>| it.map(|it| Duration::from_millis(it.get()));
        let size = |it: Option<NonZeroUsize>| it.map(NonZeroUsize::get);
        Some(OtlpConfig {
            headers,
            timeout: milliseconds(shape.timeout_ms).unwrap_or(default.timeout),
            queue_spans_max: size(shape.queue_spans_max).unwrap_or(default.queue_spans_max),
            batch_spans_max: size(shape.batch_spans_max).unwrap_or(default.batch_spans_max),
            interval: milliseconds(shape.interval_ms).unwrap_or(default.interval),
            ..default
        })
    }

    fn prometheus(&mut self, shape: &PrometheusShape) -> Prometheus {
        let listen = shape.listen.as_ref().and_then(|listen| self.value(listen));
        let path = shape.path.as_ref().and_then(|path| self.value(path));
        Prometheus {
            listen: listen.unwrap_or(Listen { host: "127.0.0.1".to_owned(), port: 9090 }),
            path: path.unwrap_or_default(),
        }
    }

    fn logs(&mut self, shape: &LogsShape) -> Logs {
        Logs {
            format: shape.format.as_ref().and_then(|it| self.value(it)).unwrap_or_default(),
            level: shape.level.as_ref().and_then(|it| self.value(it)).unwrap_or_default(),
        }
    }
}

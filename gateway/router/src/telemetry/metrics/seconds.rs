//! A histogram of times that is written to without a lock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Upper bounds in microseconds: OpenTelemetry's for durations of HTTP requests, and two below,
/// where most answers of a gateway are.
const BOUNDS: [u64; 16] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 750_000,
    1_000_000, 2_500_000, 5_000_000, 7_500_000, 10_000_000,
];

/// How often something took how long.
#[derive(Debug, Clone, Default)]
pub(super) struct Seconds(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Each not counted in the one before; the last is for all that took longer.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Seconds {
    pub(super) fn observe(&self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < microseconds);
        self.0.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.0.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a microsecond in a thousand years is not missed")]
fn in_seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

impl EncodeMetric for Seconds {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let counts = self.0.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed));
        let bounds = BOUNDS.iter().map(|bound| in_seconds(*bound)).chain([f64::MAX]);
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = in_seconds(self.0.microseconds.load(Ordering::Relaxed));
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Seconds {
    const TYPE: MetricType = MetricType::Histogram;
}

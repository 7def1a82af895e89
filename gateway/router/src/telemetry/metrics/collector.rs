//! What is looked up when somebody reads the metrics, and counted by nobody.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use observability::otlp::SpanCounts;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use super::labels::ResultLabel;
use crate::live_graph::LiveGraph;

/// What is there of the current graph.
pub(super) struct LiveGraphCollector(pub(super) Arc<LiveGraph>);

impl fmt::Debug for LiveGraphCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LiveGraphCollector")
    }
}

impl Collector for LiveGraphCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(graph) = self.0.current() else { return Ok(()) };
        let (entries, bytes) = graph.operations_kept();
        let help = "Operations that are prepared";
        gauge(&mut encoder, ("weft_operation_cache_entries", help, None), count(entries))?;
        let help = "What they occupy, as it is weighed";
        let name = "weft_operation_cache_size";
        gauge(&mut encoder, (name, help, Some(&Unit::Bytes)), count(bytes))?;
        let since_epoch = graph.made_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let help = "When the graph that answers was made";
        let name = "weft_graph_loaded_timestamp";
        let loaded = since_epoch.as_secs_f64();
        gauge(&mut encoder, (name, help, Some(&Unit::Seconds)), loaded)
    }
}

/// What became of spans.
#[derive(Debug)]
pub(super) struct SpanCollector(pub(super) Arc<SpanCounts>);

impl Collector for SpanCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let SpanCounts { exported, dropped, failed } = &*self.0;
        let (name, help) = ("weft_spans", "Spans that were kept, and what became of them");
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (result, count) in [("exported", exported), ("dropped", dropped), ("failed", failed)] {
            let counter = ConstCounter::new(count.load(Ordering::Relaxed));
            counter.encode(family.encode_family(&ResultLabel(result))?)?;
        }
        Ok(())
    }
}

/// What the system knows of this process, on systems that tell by files.
#[derive(Debug)]
pub(super) struct ProcessCollector;

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        if let Some(bytes) = resident_bytes() {
            let help = "Memory in use";
            let bytes_of = ("process_memory_usage", help, Some(&Unit::Bytes));
            gauge(&mut encoder, bytes_of, count(bytes))?;
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            let name = "process_unix_file_descriptor_count";
            let open = u64::try_from(files.count()).unwrap_or(u64::MAX);
            gauge(&mut encoder, (name, "Files and sockets that are open", None), count(open))?;
        }
        Ok(())
    }
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help, unit): (&str, &str, Option<&Unit>),
    value: f64,
) -> fmt::Result {
    let gauge = ConstGauge::new(value);
    gauge.encode(encoder.encode_descriptor(name, help, unit, gauge.metric_type())?)
}

#[expect(clippy::cast_precision_loss, reason = "nobody has so much that it shows")]
fn count(count: u64) -> f64 {
    count as f64
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

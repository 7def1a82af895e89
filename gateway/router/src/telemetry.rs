//! What is known about requests beside their answers: one report per operation; metrics and spans,
//! which are made of reports.
//!
//! Knows neither where reports go (the `weft` command decides) nor how an answer is made.

mod metrics;
mod metrics_server;
mod operation_report;
mod tracer;

pub use metrics::Metrics;
pub use metrics_server::serve_metrics;
pub use operation_report::{OperationObserver, OperationReport, Stage};
pub use tracer::Tracer;
pub(crate) use tracer::{Recording, note};

//! One operation, as a line for people: `✓ query Flagship  4.1 ms  2 fetches (users 1.2, …)`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::executable::OperationType;

use crate::executor::FetchReport;
use crate::telemetry::RequestId;

/// Told after every operation.
pub type OperationObserver = Arc<dyn Fn(&OperationReport) + Send + Sync>;

/// What one operation did. Made by `execute_request`, read by whoever prints or counts.
#[derive(Debug, Clone)]
pub struct OperationReport {
    /// The request it was.
    pub request_id: Option<RequestId>,
    /// The view it was asked of; none for the graph itself.
    pub view: Option<Arc<str>>,
    /// Query, mutation or subscription; none when the document did not get that far.
    pub operation_type: Option<OperationType>,
    /// The operation's name, when it has one.
    pub operation_name: Option<String>,
    /// From the decoded request to the finished answer.
    pub duration: Duration,
    /// Errors in the answer.
    pub errors: usize,
    /// The first error's code when nothing was executed.
    pub refused_with: Option<&'static str>,
    /// What was asked of the subgraphs.
    pub fetches: Vec<FetchReport>,
    /// Whether the operation had been prepared before.
    pub plan_cached: bool,
}

impl fmt::Display for OperationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.errors == 0 { "✓" } else { "✗" })?;
        let operation_type = self.operation_type.map_or("operation", OperationType::name);
        write!(f, " {operation_type}")?;
        if let Some(name) = &self.operation_name {
            write!(f, " {name}")?;
        }
        if let Some(view) = &self.view {
            write!(f, " on {view}")?;
        }
        write!(f, "  {}", Milliseconds(self.duration))?;
        write!(f, " ms")?;
        if let Some(code) = self.refused_with {
            return write!(f, "  {code}");
        }
        write!(f, "  {}", Count(self.fetches.len(), "fetch", "fetches"))?;
        for (index, fetch) in self.fetches.iter().enumerate() {
            let before = if index == 0 { " (" } else { ", " };
            write!(f, "{before}{} {}", fetch.subgraph, Milliseconds(fetch.duration))?;
        }
        if !self.fetches.is_empty() {
            f.write_str(")")?;
        }
        if self.errors > 0 {
            write!(f, "  {}", Count(self.errors, "error", "errors"))?;
        }
        write!(f, "  plan: {}", if self.plan_cached { "cached" } else { "new" })
    }
}

struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}", self.0.as_secs_f64() * 1000.0)
    }
}

struct Count(usize, &'static str, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { self.1 } else { self.2 })
    }
}

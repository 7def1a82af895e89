//! One operation, as a line for people: `✓ query Flagship  4.1 ms  2 fetches (users 1.2, …)`.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use apollo_compiler::executable::OperationType;
use observability::RequestScope;

use crate::executor::FetchReport;

/// Told after every operation.
pub type OperationObserver = Arc<dyn Fn(&OperationReport) + Send + Sync>;

/// What one operation did. Made by `execute_request`, read by whoever prints or counts.
#[derive(Debug, Clone)]
pub struct OperationReport {
    /// The request it was part of; a batch has several operations.
    pub request: Option<Arc<RequestScope>>,
    /// The view it was asked of; none for the graph itself.
    pub view: Option<Arc<str>>,
    /// Query, mutation or subscription; none when the document did not get that far.
    pub operation_type: Option<OperationType>,
    /// The operation's name, when it has one.
    pub operation_name: Option<String>,
    /// When the request had been decoded.
    pub started: Instant,
    /// How it was prepared, as far as it had not been before.
    pub preparation: Vec<Stage>,
    /// When its execution began, if it did: somebody else's, if it is shared.
    pub executing_since: Option<Instant>,
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

/// A part of what is done for an operation.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// What is done.
    pub name: &'static str,
    /// When that began.
    pub started: Instant,
    /// How long it took.
    pub duration: Duration,
}

impl Stage {
    /// Does it, and takes the time.
    pub(crate) fn time<T>(name: &'static str, work: impl FnOnce() -> T) -> (T, Self) {
        let started = Instant::now();
        let done = work();
        (done, Self { name, started, duration: started.elapsed() })
    }
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

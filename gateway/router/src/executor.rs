//! Plan + variables → response bytes.
//!
//! A fetch starts as soon as the fetches it depends on are done. Answers are read along the plan's
//! shapes straight into the slots that the plan has laid out; the client's answer is written from
//! them once, and there, and only there, nulls and errors find their places (GraphQL §6.4.4).
//!
//! ```text
//! { user(id: 1) { name orders { total } } }
//!
//! bodies 0  {"data":{"user":{"__typename":"User","id":"1","name":"Ada"}}}
//!        1  {"data":{"_entities":[{"orders":[{"total":3},{"total":4}]}]}}
//!
//! slots  0 │ user → 1        Query
//!        1 │ id    0:[42,3]  User      a leaf is a place in a body
//!        2 │ name  0:[53,5]
//!        3 │ orders: items 0, 1        read there by the second fetch
//!        4 │ total 1:[42,1]  Order
//!        5 │ total 1:[54,1]  Order
//! items  0 │ → 4
//!        1 │ → 5
//! ```

mod acceptance;
mod compiled_plan;
mod completion;
mod contexts;
mod errors;
mod failures;
mod fetch;
mod json_text;
mod placed_errors;
#[cfg(test)]
mod planned;
mod representations;
mod schedule;
mod store;
mod subgraph_answer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use bytes::Bytes;
use federation::operation::{ConditionId, Operation};
use federation::query_graph::QueryGraph;
use federation::query_plan::{FetchId, QueryPlan};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use observability::SpanId;

use crate::caller::Caller;
use crate::subgraph_client::{SubgraphAnswer, SubgraphClient, SubgraphFailure};
use failures::Failures;
use fetch::AskedObjects;
use placed_errors::PlacedErrors;
use schedule::Schedule;
use store::Store;
use subgraph_answer::Layout;

pub use compiled_plan::CompiledPlan;

/// What one execution works on.
pub struct Execution<'a> {
    /// The graph the plan was made for.
    pub query_graph: &'a QueryGraph,
    /// What the client asked for, in its own terms: those of the graph or of a view.
    pub operation: &'a Operation,
    /// The types of those terms: `query_graph`, or a view's own.
    pub client_graph: &'a QueryGraph,
    /// Where it comes from.
    pub plan: &'a QueryPlan,
    /// What of the plan has been worked out beforehand.
    pub compiled: &'a CompiledPlan,
    /// Coerced by the operation's variable definitions.
    pub variables: &'a Valid<JsonMap>,
    /// The answer to the operation's `__schema` and `__type` fields, by response key.
    pub introspection: Option<&'a JsonMap>,
    /// On whose behalf.
    pub caller: &'a Caller,
    /// Who asks the subgraphs.
    pub subgraphs: &'a dyn SubgraphClient,
    /// Errors a response may carry; one more says how many were left out.
    pub errors_max: usize,
    /// Bytes of the answer's `data`; if there were more there is an error in its place.
    pub response_bytes_max: usize,
}

/// A finished answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The JSON body: `data`, and `errors` when there are any.
    pub body: Bytes,
    /// How many errors it carries.
    pub errors: usize,
    /// What was asked of the subgraphs, in the order of the answers.
    pub fetches: Vec<FetchReport>,
    /// When the execution began.
    pub started: Instant,
}

/// One request to a subgraph, or the part in one that others were waiting for already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchReport {
    /// Which of the plan's fetches.
    pub fetch: FetchId,
    /// What it is called in the request's trace.
    pub span_id: SpanId,
    /// The subgraph's name.
    pub subgraph: Arc<str>,
    /// From the beginning of the execution to sending.
    pub start: Duration,
    /// From sending to the whole answer.
    pub duration: Duration,
    /// Representations sent; none for a root fetch.
    pub representations: Option<usize>,
    /// Of the answer's body; 0 if there is none.
    pub bytes: usize,
    /// The HTTP status of the answer, where there was one.
    pub status: Option<u16>,
    /// Somebody else had asked the same already, and got the same answer.
    pub is_shared: bool,
    /// The code of what went wrong with the request; errors inside an answer are not counted.
    pub failed_with: Option<&'static str>,
}

/// The state of one execution.
struct Progress {
    started: Instant,
    store: Store,
    errors: PlacedErrors,
    failures: Failures,
    /// By fetch, whether anything has gone wrong with it.
    has_failed: Vec<bool>,
    reports: Vec<FetchReport>,
}

/// A fetch with its answer, or why there is none.
struct Answered {
    id: FetchId,
    asked: AskedObjects,
    span_id: SpanId,
    result: Result<SubgraphAnswer, SubgraphFailure>,
    sent: Instant,
    duration: Duration,
}

impl<'a> Execution<'a> {
    /// Runs the plan. Never fails: what goes wrong is in the answer's `errors`.
    pub async fn run(&self) -> Response {
        let mut progress = Progress {
            started: Instant::now(),
            store: Store::new(self.compiled),
            errors: PlacedErrors::new(self.errors_max),
            failures: Failures::default(),
            has_failed: vec![false; self.plan.fetches.len()],
            reports: Vec::with_capacity(self.plan.fetches.len()),
        };
        let mut schedule = Schedule::new(self.compiled);
        let mut running = FuturesUnordered::new();
        loop {
            while let Some(id) = schedule.next() {
                let before = running.len();
                self.prepare(id, &mut progress, |prepared| running.push(self.send(prepared)));
                schedule.sent(self.compiled, id, running.len() - before);
            }
            let Some(answered) = running.next().await else { break };
            let id = answered.id;
            self.receive(answered, &mut progress);
            schedule.answered(self.compiled, id);
        }
        let Progress { started, store, errors, failures, reports, .. } = progress;
        let (body, errors) = completion::write(self, &store, &errors, &failures);
        Response { body, errors, fetches: reports, started }
    }

    fn layout(&self) -> Layout<'a> {
        Layout { compiled: self.compiled, graph: self.query_graph }
    }

    /// Whether a condition of the operation holds for its variables.
    fn holds(&self, when: ConditionId) -> bool {
        self.operation.condition(when).holds(|variable| self.is_true(variable))
    }

    /// A Boolean variable of `@skip` and `@include`.
    fn is_true(&self, variable: &str) -> bool {
        self.variables.get(variable).and_then(|value| value.as_bool()).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests;

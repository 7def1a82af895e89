//! Plan + variables → response bytes.
//!
//! A fetch starts as soon as the fetches it depends on are done. Answers are read along the plan's
//! shapes into one tree of raw tokens; the client's answer is written from that tree once, and
//! there, and only there, nulls and errors find their places (GraphQL §6.4.4).

mod completion;
mod errors;
mod fetch;
mod representations;
mod response_tree;
mod subgraph_answer;

use std::time::Duration;

use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use bytes::Bytes;
use federation::operation::{ConditionId, Operation};
use federation::query_graph::QueryGraph;
use federation::query_plan::{FetchId, QueryPlan};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::subgraph_client::SubgraphClient;
use errors::ErrorList;
use fetch::{Failure, PreparedFetch};
use response_tree::{Node, Object};

/// What one execution works on.
pub struct Execution<'a> {
    /// The graph the plan was made for.
    pub query_graph: &'a QueryGraph,
    /// What the client asked for.
    pub operation: &'a Operation,
    /// Where it comes from.
    pub plan: &'a QueryPlan,
    /// Coerced by the operation's variable definitions.
    pub variables: &'a Valid<JsonMap>,
    /// The answer to the operation's `__schema` and `__type` fields, by response key.
    pub introspection: Option<&'a JsonMap>,
    /// Who asks the subgraphs.
    pub subgraphs: &'a dyn SubgraphClient,
    /// Errors a response may carry; one more says how many were left out.
    pub errors_max: usize,
}

/// A finished answer.
#[derive(Debug)]
pub struct Response {
    /// The JSON body: `data`, and `errors` when there are any.
    pub body: Bytes,
    /// How many errors it carries.
    pub errors: usize,
    /// What was asked of the subgraphs, in the order of the answers.
    pub fetches: Vec<FetchReport>,
}

/// One request to a subgraph that was really sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchReport {
    /// The subgraph's name.
    pub subgraph: String,
    /// From sending to the whole answer.
    pub duration: Duration,
    /// Representations sent; none for a root fetch.
    pub representations: Option<usize>,
}

/// What has become of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FetchState {
    Waiting,
    Running,
    Done,
}

/// The state of one execution.
struct Progress {
    states: Vec<FetchState>,
    data: Node,
    errors: ErrorList,
    failures: Vec<Failure>,
    reports: Vec<FetchReport>,
}

impl Execution<'_> {
    /// Runs the plan. Never fails: what goes wrong is in the answer's `errors`.
    pub async fn run(&self) -> Response {
        let mut progress = Progress {
            states: vec![FetchState::Waiting; self.plan.fetches.len()],
            data: Node::Object(Object::default()),
            errors: ErrorList::new(self.errors_max),
            failures: Vec::new(),
            reports: Vec::new(),
        };
        let mut running = FuturesUnordered::new();
        loop {
            while let Some(id) = self.next_ready(&progress) {
                match self.prepare(id, &mut progress) {
                    Some(prepared) => {
                        progress.states[id.index()] = FetchState::Running;
                        running.push(self.send(prepared));
                    }
                    None => progress.states[id.index()] = FetchState::Done,
                }
            }
            let Some(answered) = running.next().await else { break };
            let id = answered.prepared.id;
            self.receive(answered, &mut progress);
            progress.states[id.index()] = FetchState::Done;
        }
        let Progress { data, errors, failures, reports, .. } = progress;
        let (body, errors) = completion::write(self, &data, errors, &failures);
        Response { body, errors, fetches: reports }
    }

    fn next_ready(&self, progress: &Progress) -> Option<FetchId> {
        let fetches = (0u32..).map(FetchId).zip(&self.plan.fetches);
        let mut waiting =
            fetches.filter(|(id, _)| progress.states[id.index()] == FetchState::Waiting);
        let ready = waiting.find(|(_, fetch)| {
            let mut dependencies = fetch.depends_on.iter();
            dependencies.all(|one| progress.states[one.index()] == FetchState::Done)
        });
        ready.map(|(id, _)| id)
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

/// A fetch with its answer, or why there is none.
struct Answered {
    prepared: PreparedFetch,
    result: Result<Bytes, crate::subgraph_client::SubgraphFailure>,
    duration: Duration,
}

//! Subgraphs in memory: real GraphQL over a world's rows, and strict about what each may know.
//!
//! A request is parsed and validated against the subgraph's own schema. What no subgraph could
//! answer honestly (an external field that nothing provides, a computed field without what it
//! requires) is noted as a violation, which fails the test.

mod entities;
mod faults;
mod knowledge;
mod resolvers;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use router::subgraph_client::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::world::{World, unmark};
use resolvers::{Call, SubgraphObject};

pub(crate) use faults::{FaultKind, Faults};
pub(crate) use knowledge::Knowledge;

/// What a subgraph was asked.
#[derive(Debug, Clone)]
pub(crate) struct LoggedFetch {
    pub(crate) service: String,
    pub(crate) document: String,
    pub(crate) variables: Option<String>,
}

/// Every subgraph of a world, for one execution.
pub(crate) struct InMemorySubgraphs {
    world: Arc<World>,
    labels: Vec<String>,
    faults: Faults,
    turns: AtomicUsize,
    log: Mutex<Vec<LoggedFetch>>,
    violations: Mutex<Vec<String>>,
}

#[derive(Deserialize)]
struct Body<'b> {
    #[serde(borrow)]
    query: std::borrow::Cow<'b, str>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    #[serde(borrow)]
    variables: Option<&'b RawValue>,
}

impl InMemorySubgraphs {
    /// For a request for which these labels are set.
    pub(crate) fn new(world: &Arc<World>, labels: &[String], faults: Faults) -> Self {
        Self {
            world: Arc::clone(world),
            labels: labels.to_vec(),
            faults,
            turns: AtomicUsize::new(0),
            log: Mutex::default(),
            violations: Mutex::default(),
        }
    }

    /// What was asked, in order.
    pub(crate) fn log(&self) -> Vec<LoggedFetch> {
        self.log.lock().expect("no test panics while it logs").clone()
    }

    /// What should not have been asked.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.violations.lock().expect("no test panics while it logs").clone()
    }

    fn violation(&self, message: String) {
        self.violations.lock().expect("no test panics while it logs").push(message);
    }

    /// The honest answer.
    fn answer(&self, request: &SubgraphRequest) -> Value {
        let Some(knowledge) = self.world.subgraph(&request.subgraph) else {
            self.violation(format!("there is no subgraph `{}`", request.subgraph));
            return json!({ "errors": [{ "message": "no such subgraph" }] });
        };
        let answer = self.executed(knowledge, &request.body);
        answer.unwrap_or_else(|message| {
            self.violation(format!("{}: {message}", knowledge.name));
            json!({ "errors": [{ "message": "invalid request" }] })
        })
    }

    fn executed(&self, knowledge: &Knowledge, body: &Bytes) -> Result<Value, String> {
        let body: Body<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let document = &*body.query;
        self.log.lock().expect("no test panics while it logs").push(LoggedFetch {
            service: knowledge.name.clone(),
            document: document.to_owned(),
            variables: body.variables.map(|variables| variables.get().to_owned()),
        });
        let parsed = knowledge.document(document)?;
        let variables = body.variables.map_or("{}", RawValue::get);
        let variables: JsonMap = serde_json::from_str(variables)
            .map_err(|error| format!("{document}\nvariables {variables}: {error}"))?;
        let operation = parsed
            .operations
            .get(body.operation_name.as_deref())
            .map_err(|_| format!("{document}\nhas no operation {:?}", body.operation_name))?;
        let call = Call {
            knowledge,
            labels: &self.labels,
            world: &self.world,
            turns: &self.turns,
            violations: &self.violations,
        };
        let root = SubgraphObject::root(&call, operation.object_type());
        let executed = Execution::new(&knowledge.schema, &parsed)
            .operation(operation)
            .raw_variable_values(&variables)
            .execute_sync(&root);
        let response = executed.map_err(|error| format!("{document}\n{variables:?}: {error:?}"))?;
        serde_json::to_value(response).map_err(|error| error.to_string())
    }
}

impl SubgraphClient for InMemorySubgraphs {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        let answer = self.answer(&request);
        let (answer, polls) = match self.faults.of(&request.subgraph) {
            None => (Ok(answer.to_string()), 0),
            Some(FaultKind::Late { polls }) => (Ok(answer.to_string()), polls),
            Some(fault) => (self.faults.damaged(&fault, answer), 0),
        };
        async move {
            for _ in 0..polls {
                yield_once().await;
            }
            answer.map(|body| Bytes::from(unmark(&body)).into())
        }
        .boxed()
    }
}

/// Pending once: others go first.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return std::task::Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

//! Executions that are the same at the same time are one.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use observability::RequestScope;

use super::operation_cache::{PreparedOperation, PreparedPlan};
use crate::caller::Caller;
use crate::executor;
use crate::in_flight::InFlight;

/// An answer, or nothing when there is a fault of ours, which the log has.
pub(crate) type Executed = Result<executor::Response, ()>;

/// The executions of one graph that run right now.
pub(crate) struct Executions {
    /// None when each request is executed for itself.
    in_flight: Option<InFlight<ExecutionKey, Arc<Executed>>>,
}

impl Executions {
    pub(crate) fn new(are_shared: bool) -> Self {
        Self { in_flight: are_shared.then(InFlight::default) }
    }

    /// Executes, or waits for who does. Mutations are each executed.
    pub(crate) async fn run(
        &self,
        (prepared, planned): (&Arc<PreparedOperation>, &Arc<PreparedPlan>),
        variables: &Valid<JsonMap>,
        caller: &Caller,
        execution: impl Future<Output = Executed> + Send + 'static,
    ) -> Executed {
        let is_query = prepared.operation.own().definition().is_query();
        let Some(in_flight) = self.in_flight.as_ref().filter(|_| is_query) else {
            return execution.await;
        };
        let variables = serde_json::to_vec(&**variables).expect("variables came as JSON");
        let key = ExecutionKey {
            prepared: Arc::clone(prepared),
            planned: Arc::clone(planned),
            variables: variables.into(),
            caller: caller.clone(),
        };
        let execution = RequestScope::carry(async { Arc::new(execution.await) });
        let (executing, is_shared) = in_flight.run(key, execution);
        let mut executed = Arc::unwrap_or_clone(executing.await)?;
        // What somebody else's execution asked was asked once.
        executed.fetches.iter_mut().for_each(|fetch| fetch.is_shared |= is_shared);
        Ok(executed)
    }
}

/// What an answer depends on. Of the request's head nothing else does: it is not forwarded.
#[derive(Clone)]
struct ExecutionKey {
    /// Of one graph, one text and one name; while it is held here, no other is at its address.
    prepared: Arc<PreparedOperation>,
    /// Of one assignment of the labels.
    planned: Arc<PreparedPlan>,
    /// As text, in which numbers are as they were written and keys in their order.
    variables: Arc<[u8]>,
    /// Whom every subgraph is told, and may answer by.
    caller: Caller,
}

impl PartialEq for ExecutionKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.prepared, &other.prepared)
            && Arc::ptr_eq(&self.planned, &other.planned)
            && self.variables == other.variables
            && self.caller == other.caller
    }
}

impl Eq for ExecutionKey {}

impl Hash for ExecutionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.prepared).hash(state);
        Arc::as_ptr(&self.planned).hash(state);
        self.variables.hash(state);
        self.caller.hash(state);
    }
}

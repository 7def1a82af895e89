//! For tests of the executor: a graph composed from SDL, an operation planned on it, and subgraphs
//! that say what a test has them say.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::{FetchTarget, QueryPlan, ShapeId};
use federation::subgraph::SubgraphSource;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json};

use super::store::{ObjectAt, Store, Value};
use super::subgraph_answer::Layout;
use super::{CompiledPlan, Execution};
use crate::caller::Caller;
use crate::subgraph_client::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};

/// An operation, ready to run.
pub(super) struct Planned {
    pub(super) api_schema: ApiSchema,
    pub(super) graph: QueryGraph,
    pub(super) operation: Operation,
    pub(super) plan: QueryPlan,
    pub(super) compiled: CompiledPlan,
}

/// Says one thing after the other, whoever is asked, and remembers what it was asked.
struct Answers {
    bodies: Mutex<VecDeque<Bytes>>,
    requests: Mutex<Vec<String>>,
}

impl SubgraphClient for Answers {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        let body = String::from_utf8(request.body.to_vec()).expect("requests are UTF-8");
        self.requests.lock().expect("no test panics here").push(body);
        let answer = self.bodies.lock().expect("no test panics here").pop_front();
        let answer = answer.ok_or(SubgraphFailure::Timeout { timeout_ms: 1 });
        async move { answer.map(SubgraphAnswer::from) }.boxed()
    }
}

impl Planned {
    pub(super) fn new(subgraphs: &[&str], query: &str) -> Self {
        let source = |(index, sdl): (usize, &&str)| {
            let name = format!("s{index}");
            let text = format!(
                "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", \
                 import: [\"@key\", \"@shareable\", \"@context\", \"@fromContext\"])\n{sdl}"
            );
            let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text });
            SubgraphSource { url: format!("http://{name}.example"), name, sdl }
        };
        let sources: Vec<SubgraphSource> = subgraphs.iter().enumerate().map(source).collect();
        let supergraph = compose(&sources).expect("the subgraphs compose").supergraph;
        let api_schema = ApiSchema::new(&supergraph).expect("an API");
        let graph = QueryGraph::new(&supergraph).expect("a graph");
        let limits = OperationLimits::default();
        let operation = Operation::parse(&api_schema, &graph, query, None, &limits);
        let operation = operation.expect("a valid operation");
        let plan = planner::plan(&graph, &operation, &[]).expect("a plan");
        let compiled = CompiledPlan::new(&graph, &operation, &plan);
        Self { api_schema, graph, operation, plan, compiled }
    }

    pub(super) fn layout(&self) -> Layout<'_> {
        Layout { compiled: &self.compiled, graph: &self.graph }
    }

    /// How the first fetch's `data` is read.
    pub(super) fn root_shape(&self) -> ShapeId {
        match self.plan.fetches[0].target {
            FetchTarget::Root { shape, .. } => shape,
            FetchTarget::Entities(_) => panic!("the first fetch asks a root"),
        }
    }

    /// The answer when subgraphs say this, and what they were asked.
    pub(super) async fn answer(&self, bodies: &[&str]) -> (String, Vec<String>) {
        let definition = self.operation.definition();
        let variables =
            coerce_variable_values(self.api_schema.schema(), definition, &JsonMap::default());
        let subgraphs = Answers {
            bodies: Mutex::new(bodies.iter().map(|body| Bytes::from((*body).to_owned())).collect()),
            requests: Mutex::default(),
        };
        let execution = Execution {
            query_graph: &self.graph,
            operation: &self.operation,
            client_graph: &self.graph,
            plan: &self.plan,
            compiled: &self.compiled,
            variables: &variables.expect("no variables are needed"),
            introspection: None,
            caller: &Caller::Unknown,
            subgraphs: &subgraphs,
            errors_max: 10,
            response_bytes_max: 1_000_000,
        };
        let body = execution.run().await.body;
        let requests = subgraphs.requests.into_inner().expect("no test panics here");
        (String::from_utf8(body.to_vec()).expect("answers are UTF-8"), requests)
    }

    /// What a store has, by the keys of its slots; what is missing is left out.
    pub(super) fn view(&self, store: &Store, object: ObjectAt) -> Json {
        let slots = self.plan.position(object.position).slots.iter();
        let mut view = Map::new();
        for (slot, id) in slots.zip((0u32..).map(federation::query_plan::SlotId)) {
            let value = store.slot(object.base, id);
            if !value.is_missing() {
                view.insert(slot.response_key.to_string(), self.value(store, value, slot.child));
            }
        }
        Json::Object(view)
    }

    fn value(
        &self,
        store: &Store,
        value: Value,
        child: Option<federation::query_plan::PositionId>,
    ) -> Json {
        match value {
            Value::Missing => panic!("an item is never missing"),
            Value::Null => Json::Null,
            Value::Leaf { body, start, length } => {
                let token = store.token(body, start, length);
                // What is JSON and too large for a value is shown as the text it is.
                let text = || String::from_utf8_lossy(token).into_owned().into();
                serde_json::from_slice(token).unwrap_or_else(|_| text())
            }
            Value::Object(base) => {
                let position = child.expect("an object has a position");
                self.view(store, ObjectAt { position, base })
            }
            Value::List { start, length } => {
                let items = store.items(start, length).iter();
                items.map(|item| self.value(store, *item, child)).collect()
            }
        }
    }
}

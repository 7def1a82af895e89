//! A gateway without sockets: the real routes over one subgraph that a test plays.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use federation::diagnostic::SourceFile;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryFutureExt};
use router::config::{Config, no_environment};
use router::live_graph::{
    Graph, GraphSettings, GraphSource, LiveGraph, SharedComposer, read_operations, read_views,
};
use router::server::{self, ServerOptions, ServerState};
use router::subgraph_client::{
    HttpSubgraphClientConfig, SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest,
};
use router::telemetry::{OperationReport, Tracer};
use serde_json::Value;
use tower::ServiceExt;

/// The subgraph's schema: something to greet, and something to nest.
pub(crate) const SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])

type Query {
  greeting(name: String, times: Int): String
  loud(times: Int): Boolean
  nest: Nest
}

type Mutation {
  greet(name: String!): String
}

type Subscription {
  greetings: String
}

type Nest {
  nest: Nest
  one: Int
  two: Int
}
"#;

/// Answers every query of the tests.
pub(crate) const HELLO: &str = r#"{"data":{"__typename":"Query","greeting":"hello","nest":null}}"#;

/// What a subgraph says.
pub(crate) type Answer = BoxFuture<'static, Result<Bytes, SubgraphFailure>>;

/// A subgraph in memory.
pub(crate) struct FakeSubgraph {
    answer: Box<dyn Fn(SubgraphRequest) -> Answer + Send + Sync>,
    pub(crate) requests: AtomicUsize,
}

impl FakeSubgraph {
    pub(crate) fn new(
        answer: impl Fn(SubgraphRequest) -> Answer + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { answer: Box::new(answer), requests: AtomicUsize::new(0) })
    }

    /// Always says the same.
    pub(crate) fn saying(body: &'static str) -> Arc<Self> {
        Self::new(move |_| async move { Ok(Bytes::from_static(body.as_bytes())) }.boxed())
    }

    /// Never says anything.
    pub(crate) fn silent() -> Arc<Self> {
        Self::new(|_| std::future::pending().boxed())
    }
}

impl SubgraphClient for FakeSubgraph {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        (self.answer)(request).map_ok(SubgraphAnswer::from).boxed()
    }
}

/// The configuration of a gateway with the subgraph `greeter`, and `more` sections.
pub(crate) fn config(more: &str) -> Config {
    let mut text = String::from(
        "subgraphs:\n  greeter:\n    routing_url: http://127.0.0.1:9/graphql\n    \
         schema:\n      sdl: |\n",
    );
    for line in SDL.trim().lines() {
        text.push_str(&format!("        {line}\n"));
    }
    text.push_str(more);
    let source = SourceFile { name: "router.yaml".to_owned(), text };
    Config::parse(source, Path::new(""), &no_environment).expect("a valid configuration")
}

/// The graph of a configuration, asking `subgraph`.
pub(crate) async fn graph(config: &Config, subgraph: Arc<dyn SubgraphClient>) -> Arc<Graph> {
    let source = GraphSource::Subgraphs(config.subgraphs.clone());
    let http = HttpSubgraphClientConfig::new(config);
    let loaded = source
        .load(&http, &no_environment, &SharedComposer::default())
        .await
        .expect("the schema composes");
    let settings = GraphSettings::new(config);
    let graph = Graph::new(loaded.supergraph, subgraph, settings).expect("a usable supergraph");
    let graph = graph.with_sources(loaded.sources);
    let operations = read_operations(config.operations.as_ref(), "the operations");
    let graph = graph.with_operations(&operations.expect("they are there")).expect("they fit");
    let views = read_views(&config.views).expect("the views are there");
    Arc::new(graph.with_views(&views).expect("the views fit").0)
}

/// The routes, and what was reported.
pub(crate) struct Gateway {
    pub(crate) state: Arc<ServerState>,
    pub(crate) live_graph: Arc<LiveGraph>,
    pub(crate) reports: Arc<Mutex<Vec<OperationReport>>>,
    pub(crate) subgraph: Arc<FakeSubgraph>,
}

/// A whole answer.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a readable header"))
    }

    /// The first error's code.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no error").to_owned()
    }
}

impl Gateway {
    /// A gateway that has not loaded anything yet.
    pub(crate) fn without_graph(more: &str, subgraph: Arc<FakeSubgraph>) -> Self {
        let live_graph = Arc::new(LiveGraph::default());
        let reports = Arc::new(Mutex::new(Vec::new()));
        let observer = {
            let reports = Arc::clone(&reports);
            move |report: &OperationReport| {
                reports.lock().expect("no test panics here").push(report.clone());
            }
        };
        let config = config(more);
        let mut options = ServerOptions::new(&config);
        let tracer = |otlp| Tracer::start(&config.telemetry, otlp).expect("no TLS is needed");
        options.tracer = config.telemetry.otlp.as_ref().map(|otlp| Arc::new(tracer(otlp)));
        let state = ServerState::new(Arc::clone(&live_graph), options, Arc::new(observer));
        Self { state, live_graph, reports, subgraph }
    }

    pub(crate) async fn new(more: &str, subgraph: Arc<FakeSubgraph>) -> Self {
        let gateway = Self::without_graph(more, Arc::clone(&subgraph));
        gateway.live_graph.swap(graph(&config(more), subgraph).await);
        gateway
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answered {
        let routes = server::router(Arc::clone(&self.state));
        let response = routes.oneshot(request).await.expect("routes never fail");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body in memory");
        Answered { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answered {
        self.send(request(Method::GET, path, headers, Body::empty())).await
    }

    /// A JSON body by POST, answered as `application/json`.
    pub(crate) async fn post(&self, body: &str) -> Answered {
        let headers = [("content-type", "application/json")];
        self.send(request(Method::POST, "/graphql", &headers, body.to_owned().into())).await
    }

    /// A query by POST.
    pub(crate) async fn query(&self, query: &str) -> Answered {
        self.post(&serde_json::json!({ "query": query }).to_string()).await
    }
}

pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body).expect("a valid request")
}

//! The shop behind the gateway: three subgraphs on real databases, asked over real HTTP, and every
//! request to them written down.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::request::Builder;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use router::caller::Identity;
use router::config::{Config, routing_url_variable};
use router::live_graph::{
    Graph, GraphSettings, GraphSource, LiveGraph, SharedComposer, read_views,
};
use router::server::{self, ServerOptions, ServerState};
use router::subgraph_client::{
    HttpSubgraphClient, HttpSubgraphClientConfig, SubgraphAnswer, SubgraphClient, SubgraphFailure,
    SubgraphRequest,
};
use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Database, Definition, Profile, Server, Subgraph};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;

const DEFINITIONS: [Definition; 3] = [users::DEFINITION, orders::DEFINITION, products::DEFINITION];

/// The header that this gateway believes.
const USER_HEADER: &str = "x-account";

/// One request the gateway has sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) subgraph: String,
    pub(crate) body: Value,
}

impl Sent {
    /// The representations of an entity request.
    pub(crate) fn representations(&self) -> Option<&Vec<Value>> {
        self.body["variables"]["representations"].as_array()
    }
}

/// Asks over HTTP and writes down what it asked.
struct Recorder {
    http: HttpSubgraphClient,
    sent: Arc<Mutex<Vec<Sent>>>,
    /// How many requests there are.
    count: watch::Sender<usize>,
    /// No request goes on before there are so many.
    together: Arc<AtomicUsize>,
}

impl SubgraphClient for Recorder {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        let body = serde_json::from_slice(&request.body).expect("the gateway sends JSON");
        let sent = Sent { subgraph: request.subgraph.to_string(), body };
        let mut all = self.sent.lock().expect("no test panics here");
        all.push(sent);
        self.count.send_replace(all.len());
        drop(all);
        let (mut count, together) = (self.count.subscribe(), self.together.load(Ordering::SeqCst));
        async move {
            let sent = count.wait_for(|count| *count >= together).await;
            drop(sent.expect("the recorder counts as long as it is there"));
            self.http.send(request).await
        }
        .boxed()
    }
}

struct RunningSubgraph {
    name: &'static str,
    subgraph: Arc<Subgraph>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
    _database: TestDatabase,
}

/// The gateway's routes over three running subgraphs.
pub(crate) struct Shop {
    routes: axum::Router,
    subgraphs: Vec<RunningSubgraph>,
    sent: Arc<Mutex<Vec<Sent>>>,
    together: Arc<AtomicUsize>,
}

impl Shop {
    /// Starts everything on databases of the same kind as `database`.
    pub(crate) async fn open(database: TestDatabase, profile: Profile) -> Self {
        let backend = database.backend;
        let mut first = Some(database);
        let mut subgraphs = Vec::new();
        let mut urls = Vec::new();
        for definition in DEFINITIONS {
            let database = match first.take() {
                Some(database) => database,
                None => TestDatabase::new(backend).await,
            };
            let opened = (definition.open)(database.url.clone(), profile).await;
            let opened = opened.expect("the subgraph opens");
            let address = "127.0.0.1:0".parse().expect("an address");
            let server = Server::bind(address, opened, subgraph_server::ServerOptions::default());
            let server = server.await.expect("a free port");
            urls.push((definition.name, format!("http://{}/graphql", server.address())));
            subgraphs.push(serve(definition.name, server, database));
        }
        let sent = Arc::new(Mutex::new(Vec::new()));
        let together = Arc::new(AtomicUsize::new(0));
        let routes = gateway(&urls, Arc::clone(&sent), Arc::clone(&together)).await;
        Self { routes, subgraphs, sent, together }
    }

    /// The gateway's answer to a query.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        self.post(json!({ "query": query })).await
    }

    /// The gateway's answer to the parameters of a GraphQL request.
    pub(crate) async fn post(&self, parameters: Value) -> Value {
        let request = Request::post("/graphql").header("content-type", "application/json");
        json_of(&self.send(request, &parameters).await)
    }

    /// The gateway's answer to this user's query.
    pub(crate) async fn ask_as(&self, user_id: &str, query: &str) -> Value {
        json_of(&self.body_as(user_id, query).await)
    }

    /// The same, as it was sent.
    pub(crate) async fn body_as(&self, user_id: &str, query: &str) -> Bytes {
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.header(USER_HEADER, user_id), &json!({ "query": query })).await
    }

    /// The answer of a view at `path` to this user's GraphQL request, with its plan.
    pub(crate) async fn ask_view(&self, user_id: &str, path: &str, parameters: &Value) -> Value {
        json_of(&self.view_body_as(user_id, path, parameters, Some("json")).await)
    }

    /// The same as it was sent, with the plan only if a form of it is asked for.
    pub(crate) async fn view_body_as(
        &self,
        user_id: &str,
        path: &str,
        parameters: &Value,
        plan: Option<&str>,
    ) -> Bytes {
        let request = Request::post(path).header("content-type", "application/json");
        let request = plan.into_iter().fold(request, |it, form| it.header("weft-plan", form));
        self.send(request.header(USER_HEADER, user_id), parameters).await
    }

    /// The status, the type and the body of a resource, for this user or for nobody.
    pub(crate) async fn get(&self, user_id: Option<&str>, path: &str) -> (u16, String, Bytes) {
        let request = Request::get(path);
        let request = user_id.into_iter().fold(request, |it, user| it.header(USER_HEADER, user));
        let request = request.body(Body::empty()).expect("a request");
        let response = self.routes.clone().oneshot(request).await.expect("routes do not fail");
        let (parts, body) = response.into_parts();
        let content_type = parts.headers.get("content-type").and_then(|it| it.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        (parts.status.as_u16(), content_type, body)
    }

    /// From now on no request to a subgraph goes on before there are so many: an answer proves that
    /// they were under way at the same time.
    pub(crate) fn together(&self, requests: usize) {
        self.together.store(requests, Ordering::SeqCst);
    }

    async fn send(&self, request: Builder, parameters: &Value) -> Bytes {
        let request = request.body(Body::from(parameters.to_string())).expect("a request");
        let response = self.routes.clone().oneshot(request).await.expect("routes do not fail");
        assert_eq!(response.status(), 200);
        to_bytes(response.into_body(), usize::MAX).await.expect("a whole body")
    }

    /// What has been sent to the subgraphs since the last call.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().expect("no test panics here"))
    }

    /// Whom the requests since the last call went to, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.subgraph).collect()
    }

    /// How many SQL statements a subgraph has run so far.
    pub(crate) fn statements(&self, name: &str) -> u64 {
        self.database(name).statements()
    }

    /// A subgraph's database.
    pub(crate) fn database(&self, name: &str) -> &Database {
        self.running(name).subgraph.database()
    }

    /// Ends a subgraph; its port is closed afterwards.
    pub(crate) async fn stop(&mut self, name: &str) {
        let running = self.subgraphs.iter_mut().find(|running| running.name == name);
        let running = running.expect("a subgraph of the shop");
        drop(running.stop.take());
        if let Some(served) = running.served.take() {
            served.await.expect("the server ends");
        }
    }

    fn running(&self, name: &str) -> &RunningSubgraph {
        let running = self.subgraphs.iter().find(|running| running.name == name);
        running.expect("a subgraph of the shop")
    }
}

fn json_of(body: &Bytes) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

fn serve(name: &'static str, server: Server, database: TestDatabase) -> RunningSubgraph {
    let subgraph = Arc::clone(server.subgraph());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(async move {
        let stopped = stopped.map(|_| ());
        server.serve(stopped).await.expect("the listener does not fail");
    });
    RunningSubgraph { name, subgraph, stop: Some(stop), served: Some(served), _database: database }
}

/// The gateway as `schema/router.yaml` describes it, with the URLs of this test. It believes whom
/// this test says it is.
async fn gateway(
    urls: &[(&str, String)],
    sent: Arc<Mutex<Vec<Sent>>>,
    together: Arc<AtomicUsize>,
) -> axum::Router {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/router.yaml");
    let environment = |variable: &str| {
        let url = urls.iter().find(|(name, _)| routing_url_variable(name) == variable);
        url.map(|(_, url)| url.clone())
    };
    let config = Config::load(&path, &environment).expect("the configuration is right");
    let http = HttpSubgraphClientConfig::new(&config);
    let source = GraphSource::Subgraphs(config.subgraphs.clone());
    let loaded = source
        .load(&http, &environment, &SharedComposer::default())
        .await
        .expect("the schemas compose");
    let client_urls = config
        .subgraphs
        .iter()
        .filter_map(|one| one.routing_url.clone().map(|url| (one.name.clone(), url)));
    let client = HttpSubgraphClient::new(client_urls.collect::<Vec<_>>(), &http);
    let (http, count) = (client.expect("an HTTP client"), watch::Sender::new(0));
    let client = Recorder { http, sent, count, together };
    let graph = Graph::new(loaded.supergraph, Arc::new(client), GraphSettings::new(&config));
    let live_graph = Arc::new(LiveGraph::default());
    let views = read_views(&config.views).expect("the views are there");
    let graph = graph.expect("a usable graph").with_views(&views).expect("the views fit");
    live_graph.swap(Arc::new(graph.0));
    let observer = Arc::new(|_: &router::telemetry::OperationReport| {});
    let mut options = ServerOptions::new(&config);
    let header = USER_HEADER.parse().expect("the name of a header");
    options.identity = Some(Identity { header, default: None });
    options.plan_extension = true;
    server::router(ServerState::new(live_graph, options, observer))
}

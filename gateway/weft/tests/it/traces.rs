//! One trace through the command and the subgraphs it asks, as a collector gets it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use observability::otlp::{
    ExportTraceServiceRequest, OtlpConfig, Service, Span, SpanExporter, Value,
};
use prost::Message;
use subgraph_server::testing::{Backend, TestDatabase};
use subgraph_server::{Definition, Profile, Server, ServerOptions};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::running::{Running, ask_with, url_in, weft, write};

/// Longer than anything here takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

const DEFINITIONS: [Definition; 3] = [users::DEFINITION, orders::DEFINITION, products::DEFINITION];

/// A collector, and spans beside the service whose they are.
async fn collector() -> (String, UnboundedReceiver<(String, Span)>) {
    let (sender, received) = unbounded_channel();
    let take = move |body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).expect("protobuf of OTLP");
        for of_service in request.resource_spans {
            let resource = of_service.resource.expect("a resource");
            let name = resource.attributes[0].value.clone().and_then(|value| value.value);
            let Some(Value::Text(service)) = name else { panic!("no name: {resource:?}") };
            for span in of_service.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                sender.send((service.clone(), span)).expect("the test is still there");
            }
        }
    };
    let routes = Router::new().route("/v1/traces", post(take));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, received)
}

/// A subgraph that sends its spans, and its URL.
async fn serve(definition: &Definition, collector: &str, database: &TestDatabase) -> String {
    let config = OtlpConfig {
        interval: Duration::from_millis(1),
        ..OtlpConfig::new(collector.parse().expect("a URL"))
    };
    let service = Service { name: definition.name.to_owned(), version: "1" };
    let spans = SpanExporter::start(config, &service).expect("no TLS is needed");
    let options = ServerOptions { spans: Some(Arc::new(spans)), ..ServerOptions::default() };
    let subgraph = (definition.open)(database.url.clone(), Profile::Course).await;
    let address = "127.0.0.1:0".parse().expect("an address");
    let server = Server::bind(address, subgraph.expect("the subgraph opens"), options).await;
    let server = server.expect("a free port");
    let url = format!("http://{}/graphql", server.address());
    tokio::spawn(server.serve(std::future::pending()));
    url
}

/// AC-J1.1 and AC-J1.3: the subgraphs' spans are parts of the gateway's, in the client's trace.
#[tokio::test(flavor = "multi_thread")]
async fn spans_of_subgraphs_are_parts_of_the_fetches_that_asked_them() {
    let (collector, mut received) = collector().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = format!(
        "supergraph: {{ listen: 127.0.0.1:0 }}\n\
         telemetry: {{ tracing: {{ otlp: {{ endpoint: \"{collector}\" }} }} }}\nsubgraphs:\n"
    );
    let mut databases = Vec::new();
    for definition in &DEFINITIONS {
        let (name, database) = (definition.name, TestDatabase::new(Backend::Sqlite).await);
        let url = serve(definition, &collector, &database).await;
        databases.push(database);
        let file = format!("{name}.graphql");
        write(folder.path(), &file, &(definition.sdl)());
        config += &format!("  {name}: {{ routing_url: {url}, schema: {{ file: ./{file} }} }}\n");
    }
    write(folder.path(), "router.yaml", &config);
    let command = weft(folder.path(), &["serve", "--config", "router.yaml"]);
    let ended = tokio::task::spawn_blocking(move || {
        let mut serving = Running::start(command);
        let url = url_in(&serving.until("serving http://").pop().expect("a line"));
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let query = "{ orders { total user { username } items { product { name } } } }";
        let answer = ask_with(&url, query, &format!("traceparent: {parent}\r\n"));
        assert!(answer.get("errors").is_none(), "{answer}");
        serving.terminate()
    });
    assert_eq!(ended.await.expect("the command runs").code(), Some(0));
    // The gateway has sent what it had before it ended; the subgraphs do by and by.
    let mut spans: Vec<(String, Span)> = std::iter::from_fn(|| received.try_recv().ok()).collect();
    let fetches = |spans: &[(String, Span)]| -> Vec<Span> {
        let fetches = spans.iter().filter(|(_, span)| span.name.starts_with("fetch "));
        fetches.map(|(_, span)| span.clone()).collect()
    };
    let of_subgraphs =
        |spans: &[(String, Span)]| spans.iter().filter(|(service, _)| service != "weft").count();
    assert!(!fetches(&spans).is_empty(), "{spans:#?}");
    while of_subgraphs(&spans) < fetches(&spans).len() {
        let next = tokio::time::timeout(PATIENCE, received.recv()).await;
        spans.push(next.expect("a span in time").expect("the collector is there"));
    }
    let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
    assert!(spans.iter().all(|(_, span)| span.trace_id == trace));
    for fetch in &fetches(&spans) {
        let subgraph = fetch.name.strip_prefix("fetch ").expect("a fetch");
        let parts = spans.iter().filter(|(_, span)| span.parent_span_id == fetch.span_id);
        let services: Vec<&str> = parts.map(|(service, _)| service.as_str()).collect();
        assert_eq!(services, [subgraph]);
    }
    let batches = fetches(&spans).into_iter().filter(|fetch| {
        fetch.attributes.iter().any(|attribute| attribute.key == "weft.batch_size")
    });
    assert!(batches.count() >= 1, "{spans:#?}");
}

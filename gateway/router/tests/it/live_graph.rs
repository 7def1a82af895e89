//! Graphs loaded, swapped and asked for the same operation by many at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::HeaderMap;
use federation::diagnostic::{Diagnostic, SourceFile};
use futures_util::FutureExt;
use futures_util::future::join_all;
use router::config::{Config, RoutingUrl, SchemaLocation, SubgraphConfig, no_environment};
use router::live_graph::{
    Graph, GraphSource, LabelSources, LiveGraph, LoadedSupergraph, Preparation, PrepareError,
    Randomness, SharedComposer, SupergraphFile,
};
use router::subgraph_client::HttpSubgraphClientConfig;
use tokio::sync::Notify;

use crate::gateway::{FakeSubgraph, Gateway, HELLO, config, graph};

/// For a request without headers.
async fn prepare(
    graph: &Arc<Graph>,
    query: &str,
    operation_name: Option<&str>,
) -> Result<Preparation, Arc<PrepareError>> {
    let randomness = Randomness::default();
    let sources = LabelSources { headers: &HeaderMap::new(), randomness: &randomness };
    graph.prepare(&graph.apis()[0], query, operation_name, &sources).await
}

async fn load(source: &GraphSource) -> Result<LoadedSupergraph, Vec<Diagnostic>> {
    let http = HttpSubgraphClientConfig::new(&Config::default());
    source.load(&http, &no_environment, &SharedComposer::default()).await
}

fn messages(loaded: Result<LoadedSupergraph, Vec<Diagnostic>>) -> String {
    let diagnostics = loaded.expect_err("an error");
    diagnostics.iter().map(|it| format!("{it}\n")).collect()
}

#[tokio::test]
async fn an_operation_is_prepared_once_however_many_ask_for_it() {
    let graph = graph(&config(""), FakeSubgraph::saying(HELLO)).await;
    let preparing = (0..50).map(|_| {
        let graph = Arc::clone(&graph);
        tokio::spawn(async move { prepare(&graph, "{ greeting }", None).await.expect("valid") })
    });
    let prepared = join_all(preparing).await;
    let prepared: Vec<_> = prepared.into_iter().map(|it| it.expect("no panic")).collect();
    assert_eq!(prepared.iter().filter(|it| !it.cached).count(), 1);
    let first = &prepared[0].prepared;
    assert!(prepared.iter().all(|it| Arc::ptr_eq(&it.prepared, first)));
}

#[tokio::test]
async fn the_key_is_the_text_and_the_operation_name() {
    let graph = graph(&config(""), FakeSubgraph::saying(HELLO)).await;
    let document = "query A { greeting } query B { nest { one } }";
    for (query, name, cached) in [
        (document, Some("A"), false),
        (document, Some("B"), false),
        (document, Some("A"), true),
        ("query A { greeting }  query B { nest { one } }", Some("A"), false),
    ] {
        let preparation = prepare(&graph, query, name).await.expect("valid");
        assert_eq!(preparation.cached, cached, "{query} {name:?}");
        let operation_name = preparation.prepared.operation.own().definition().name.as_ref();
        assert_eq!(operation_name.map(|it| it.as_str()), name);
    }
}

#[tokio::test]
async fn operation_cache_bytes_max() {
    let none = config("limits: { operation_cache_bytes_max: 0 }\n");
    let none = graph(&none, FakeSubgraph::saying(HELLO)).await;
    let some = config("limits: { operation_cache_bytes_max: 10_000 }\n");
    let some = graph(&some, FakeSubgraph::saying(HELLO)).await;
    for (graph, cached) in [(none, false), (some, true)] {
        prepare(&graph, "{ greeting }", None).await.expect("valid");
        let again = prepare(&graph, "{ greeting }", None).await.expect("valid");
        assert_eq!(again.cached, cached);
    }
}

/// Asks the current graph for some operations, and gives whether each was there.
async fn are_there<const N: usize>(live_graph: &LiveGraph, queries: [&str; N]) -> [bool; N] {
    let graph = live_graph.current().expect("a graph");
    let asking = queries.map(|query| prepare(&graph, query, None));
    let prepared = join_all(asking).await.into_iter();
    let cached: Vec<bool> = prepared.map(|one| one.expect("valid").cached).collect();
    cached.try_into().expect("as many as were asked for")
}

#[tokio::test]
async fn a_new_graph_knows_what_the_old_one_was_asked_for_most() {
    let config = config("limits: { warm_up_operations_max: 2 }\n");
    let new = || graph(&config, FakeSubgraph::saying(HELLO));
    let (often, twice, once) = ("{ nest { one } }", "{ nest { two } }", "{ greeting }");
    let live_graph = LiveGraph::default();
    live_graph.replace(new().await).await;
    for (query, times) in [(once, 1), (twice, 2), (often, 3)] {
        for _ in 0..times {
            are_there(&live_graph, [query]).await;
        }
    }
    live_graph.replace(new().await).await;
    assert_eq!(are_there(&live_graph, [often, twice, once]).await, [true, true, false]);
    // What is asked for now counts more than what was asked for before.
    are_there(&live_graph, [once, twice, once, twice]).await;
    live_graph.replace(new().await).await;
    assert_eq!(are_there(&live_graph, [often, twice, once]).await, [false, true, true]);
}

#[tokio::test]
async fn what_a_new_graph_does_not_have_is_left_out_when_it_takes_over() {
    let live_graph = LiveGraph::default();
    let old = SDL_OF_OTHERS.replace("greeting: String", "greeting: String gone: Int");
    for sdl in [old.as_str(), SDL_OF_OTHERS] {
        let source = SourceFile { name: "router.yaml".to_owned(), text: sdl.to_owned() };
        let config = Config::parse(source, Path::new(""), &no_environment).expect("valid");
        live_graph.replace(graph(&config, FakeSubgraph::saying(HELLO)).await).await;
        if sdl == old {
            are_there(&live_graph, ["{ gone }", "{ greeting }"]).await;
        }
    }
    assert_eq!(are_there(&live_graph, ["{ greeting }"]).await, [true]);
    let graph = live_graph.current().expect("a graph");
    assert!(prepare(&graph, "{ gone }", None).await.is_err());
}

const SDL_OF_OTHERS: &str = "subgraphs:
  others:
    routing_url: http://127.0.0.1:9/graphql
    schema:
      sdl: |
        extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\")
        type Query { greeting: String }
";

#[tokio::test]
async fn nothing_is_prepared_beforehand_where_the_limit_says_so() {
    let config = config("limits: { warm_up_operations_max: 0 }\n");
    let live_graph = LiveGraph::default();
    for _ in 0..2 {
        live_graph.replace(graph(&config, FakeSubgraph::saying(HELLO)).await).await;
        assert_eq!(are_there(&live_graph, ["{ greeting }"]).await, [false]);
    }
}

#[tokio::test]
async fn a_running_request_keeps_its_graph() {
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
        FakeSubgraph::new(move |_| {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            async move {
                asked.notify_one();
                answer.notified().await;
                Ok(r#"{"data":{"greeting":"old"}}"#.into())
            }
            .boxed()
        })
    };
    let gateway = Arc::new(Gateway::new("", slow).await);
    let running = tokio::spawn({
        let gateway = Arc::clone(&gateway);
        async move { gateway.query("{ greeting }").await.json() }
    });
    asked.notified().await;
    let new = FakeSubgraph::saying(r#"{"data":{"greeting":"new"}}"#);
    gateway.live_graph.swap(graph(&config(""), new).await);
    let after = gateway.query("{ greeting }").await.json();
    answer.notify_one();
    assert_eq!(after["data"]["greeting"], "new");
    assert_eq!(running.await.expect("no panic")["data"]["greeting"], "old");
}

fn subgraph(schema: SchemaLocation) -> GraphSource {
    let routing_url = Some("http://127.0.0.1:9/graphql".parse().expect("a URL"));
    GraphSource::Subgraphs(vec![SubgraphConfig { name: "orders".to_owned(), routing_url, schema }])
}

#[tokio::test]
async fn a_missing_schema_is_named_with_its_subgraph() {
    let source = subgraph(SchemaLocation::File(PathBuf::from("nowhere/orders.graphql")));
    assert_eq!(source.files(), [PathBuf::from("nowhere/orders.graphql")]);
    let message = messages(load(&source).await);
    assert!(message.contains("subgraph `orders`"), "{message}");
    assert!(message.contains("nowhere/orders.graphql"), "{message}");
}

#[tokio::test]
async fn a_subgraph_that_is_down_is_named_with_its_url() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/graphql", listener.local_addr().expect("an address"));
    drop(listener);
    let asked: RoutingUrl = url.parse().expect("a URL");
    let source = subgraph(SchemaLocation::SubgraphUrl(asked.into()));
    let message = messages(load(&source).await);
    assert!(message.starts_with("DOWNSTREAM_SERVICE_ERROR"), "{message}");
    assert!(message.contains("subgraph `orders`") && message.contains(&url), "{message}");
}

#[tokio::test]
async fn a_supergraph_that_is_none_is_an_error_with_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("supergraph.graphql");
    let source = GraphSource::Supergraph(SupergraphFile { path: path.clone() });
    let message = messages(load(&source).await);
    assert!(message.contains("supergraph.graphql"), "{message}");
    std::fs::write(&path, "type Query {").expect("a file");
    let message = messages(load(&source).await);
    assert!(message.contains("INVALID_GRAPHQL"), "{message}");
    assert!(message.contains("supergraph.graphql:1:"), "{message}");
}

#[tokio::test]
async fn a_composed_supergraph_reads_back_and_its_url_can_be_overridden() {
    let source = GraphSource::Subgraphs(config("").subgraphs);
    let document = load(&source).await.expect("it composes").supergraph.to_string();
    assert_eq!(document, load(&source).await.expect("it composes").supergraph.to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("supergraph.graphql");
    std::fs::write(&path, document).expect("a file");
    let source = GraphSource::Supergraph(SupergraphFile { path });
    let http = HttpSubgraphClientConfig::new(&Config::default());
    let environment = |name: &str| {
        (name == "WEFT_SUBGRAPH_GREETER_ROUTING_URL").then(|| "http://here:1/g".to_owned())
    };
    for (environment, expected) in [
        (&no_environment as &(dyn Fn(&str) -> Option<String> + Sync), "http://127.0.0.1:9/graphql"),
        (&environment, "http://here:1/g"),
    ] {
        let loaded = source
            .load(&http, environment, &SharedComposer::default())
            .await
            .expect("a supergraph");
        assert_eq!(loaded.supergraph.subgraphs[0].url, expected);
    }
}

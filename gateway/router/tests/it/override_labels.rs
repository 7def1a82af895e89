//! Labels of progressive overrides, request by request: who is asked when which label is set.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, Method};
use federation::diagnostic::SourceFile;
use futures_util::FutureExt;
use futures_util::future::join_all;
use router::config::{Config, no_environment};
use router::live_graph::{Graph, LabelSources, Randomness};
use serde_json::{Value, json};

use crate::gateway::{FakeSubgraph, Gateway, graph, request};
use crate::log::logged;

/// `price` and `tax` move for some requests, `stock` for those that somebody names.
const SUBGRAPHS: &str = r#"
subgraphs:
  old:
    routing_url: http://127.0.0.1:9/old
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7")
        type Query { name: String  price: String  tax: String  stock: String }
  new:
    routing_url: http://127.0.0.1:9/new
    schema:
      sdl: |
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
        type Query {
          price: String @override(from: "old", label: "percent(25)")
          tax: String @override(from: "old", label: "percent(25)")
          stock: String @override(from: "old", label: "stock/moves")
        }
"#;

fn config(more: &str) -> Config {
    let text = format!("{SUBGRAPHS}{more}");
    let source = SourceFile { name: "router.yaml".to_owned(), text };
    Config::parse(source, Path::new(""), &no_environment).expect("a valid configuration")
}

/// Each subgraph answers every field with its own name.
fn named_answers() -> Arc<FakeSubgraph> {
    FakeSubgraph::new(|request| {
        let name = &*request.subgraph;
        let data = json!({ "name": name, "price": name, "tax": name, "stock": name });
        async move { Ok(json!({ "data": data }).to_string().into()) }.boxed()
    })
}

/// Draws one number after the other, again and again, and counts.
fn draws(numbers: &'static [u64]) -> (Randomness, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let drawn = Arc::clone(&count);
    let next = move || numbers[drawn.fetch_add(1, Ordering::SeqCst) % numbers.len()];
    (Randomness::of(next), count)
}

/// The first number that `percent(25)` does not take.
const QUARTER: u64 = u64::MAX / 4 + 1;

async fn gateway(more: &str, randomness: Randomness) -> Gateway {
    let subgraph = named_answers();
    let mut gateway = Gateway::without_graph("extensions: { plan: true }\n", subgraph.clone());
    let state = Arc::get_mut(&mut gateway.state).expect("nobody else has it yet");
    state.options.randomness = randomness;
    gateway.live_graph.swap(graph(&config(more), subgraph).await);
    gateway
}

async fn ask(gateway: &Gateway, query: &str, header: Option<&str>) -> Value {
    let mut headers = vec![("content-type", "application/json"), ("weft-plan", "text")];
    headers.extend(header.map(|value| ("x-beta", value)));
    let body = Body::from(json!({ "query": query }).to_string());
    gateway.send(request(Method::POST, "/graphql", &headers, body)).await.json()
}

#[tokio::test]
async fn a_header_sets_a_label_by_true_or_1() {
    let more = "override_labels: { stock/moves: { header: X-Beta } }\n";
    let gateway = gateway(more, Randomness::default()).await;
    for value in ["true", "TRUE", "1", " true "] {
        let answered = ask(&gateway, "{ stock }", Some(value)).await;
        assert_eq!(answered["data"], json!({ "stock": "new" }), "{value:?}");
    }
    for value in [Some("false"), Some("0"), Some("yes"), Some("11"), Some(""), None] {
        let answered = ask(&gateway, "{ stock }", value).await;
        assert_eq!(answered["data"], json!({ "stock": "old" }), "{value:?}");
    }
}

#[tokio::test]
async fn a_header_sets_a_label_for_get_too() {
    let more = "override_labels: { stock/moves: { header: x-beta } }\n";
    let gateway = gateway(more, Randomness::default()).await;
    let headers = [("content-type", "application/json"), ("x-beta", "1")];
    let answered = gateway.get("/graphql?query=%7Bstock%7D", &headers).await.json();
    assert_eq!(answered["data"], json!({ "stock": "new" }));
}

#[tokio::test]
async fn a_label_is_what_the_configuration_says_for_every_request() {
    for (more, stock, price) in [
        ("", "old", "old"),
        ("override_labels: { stock/moves: true }\n", "new", "old"),
        ("override_labels: { stock/moves: false, percent(25): true }\n", "old", "new"),
        ("override_labels: { stock/moves: { percent: 100 } }\n", "new", "old"),
        ("override_labels: { percent(25): { percent: 100 } }\n", "old", "new"),
        ("override_labels: { percent(25): { percent: 25.00000001 } }\n", "old", "new"),
    ] {
        let gateway = gateway(more, draws(&[QUARTER]).0).await;
        let answered = ask(&gateway, "{ stock price }", None).await;
        assert_eq!(answered["data"], json!({ "stock": stock, "price": price }), "{more:?}");
    }
}

#[tokio::test]
async fn a_percentage_is_drawn_for_each_request() {
    let (randomness, count) = draws(&[0, QUARTER - 1, QUARTER, u64::MAX]);
    let gateway = gateway("", randomness).await;
    for expected in ["new", "new", "old", "old", "new"] {
        let answered = ask(&gateway, "{ price }", None).await;
        assert_eq!(answered["data"], json!({ "price": expected }));
    }
    assert_eq!(count.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn no_label_is_drawn_that_is_certain_or_does_not_matter() {
    let more = "override_labels: { percent(25): { percent: 0 }, stock/moves: { percent: 0.5 } }\n";
    let (randomness, count) = draws(&[0]);
    let gateway = gateway(more, randomness).await;
    for query in ["{ name }", "{ price tax }", "{ __typename }"] {
        ask(&gateway, query, None).await;
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let answered = ask(&gateway, "{ stock price }", None).await;
    assert_eq!(answered["data"], json!({ "stock": "new", "price": "old" }));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn each_label_is_drawn_once_and_for_itself() {
    let more = "override_labels: { stock/moves: { percent: 50 } }\n";
    let (randomness, count) = draws(&[QUARTER, QUARTER, 0, u64::MAX]);
    let gateway = gateway(more, randomness).await;
    let query = "{ price tax stock }";
    let answered = ask(&gateway, query, None).await;
    assert_eq!(answered["data"], json!({ "price": "old", "tax": "old", "stock": "new" }));
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let answered = ask(&gateway, query, None).await;
    assert_eq!(answered["data"], json!({ "price": "new", "tax": "new", "stock": "old" }));
    assert_eq!(count.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn draws_of_its_own_come_near_the_percentage() {
    let gateway = gateway("", Randomness::default()).await;
    let mut moved = 0;
    for _ in 0..2000 {
        moved += usize::from(ask(&gateway, "{ price }", None).await["data"]["price"] == "new");
    }
    // Twelve standard deviations: 2000 × 25 % are 500 ± 19.
    assert!((270..=730).contains(&moved), "{moved} of 2000");
}

#[tokio::test]
async fn the_plan_beside_the_answer_is_the_one_of_the_request() {
    let more = "override_labels: { stock/moves: { header: x-beta } }\n";
    let gateway = gateway(more, Randomness::default()).await;
    for (value, service) in [("1", "new"), ("0", "old"), ("1", "new")] {
        let answered = ask(&gateway, "{ stock }", Some(value)).await;
        let plan = answered["extensions"]["plan"].as_str().expect("a text");
        assert!(plan.contains(&format!("service: \"{service}\"")), "{plan}");
    }
}

#[tokio::test]
async fn a_reload_replaces_what_sets_labels() {
    let gateway = gateway("", Randomness::default()).await;
    assert_eq!(ask(&gateway, "{ stock }", None).await["data"]["stock"], "old");
    let moved = config("override_labels: { stock/moves: true }\n");
    gateway.live_graph.swap(graph(&moved, named_answers()).await);
    assert_eq!(ask(&gateway, "{ stock }", None).await["data"]["stock"], "new");
}

/// Prepares with what the header says.
async fn prepare(graph: &Arc<Graph>, query: &str, is_set: bool) -> router::live_graph::Preparation {
    let randomness = draws(&[u64::MAX]).0;
    let mut headers = HeaderMap::new();
    headers.insert("x-beta", if is_set { "1" } else { "0" }.parse().expect("a value"));
    let sources = LabelSources { headers: &headers, randomness: &randomness };
    graph.prepare(&graph.apis()[0], query, None, &sources).await.expect("valid")
}

#[tokio::test]
async fn each_assignment_is_planned_once_however_many_ask_for_it() {
    let more = "override_labels: { stock/moves: { header: x-beta } }\n";
    let graph = graph(&config(more), named_answers()).await;
    let preparing = (0..60).map(|number| {
        let graph = Arc::clone(&graph);
        tokio::spawn(async move { prepare(&graph, "{ stock }", number % 3 == 0).await })
    });
    let prepared = join_all(preparing).await;
    let prepared: Vec<_> = prepared.into_iter().map(|it| it.expect("no panic")).collect();
    let operations: BTreeSet<_> = prepared.iter().map(|it| Arc::as_ptr(&it.prepared)).collect();
    let plans: BTreeSet<_> = prepared.iter().map(|it| Arc::as_ptr(&it.planned)).collect();
    assert_eq!((operations.len(), plans.len()), (1, 2));
    assert!(prepared.iter().filter(|it| !it.cached).count() >= 2);
    assert!(prepare(&graph, "{ stock }", true).await.cached);
    // The label that is drawn does not matter to this operation.
    assert_eq!(prepare(&graph, "{ stock }", false).await.planned.plan.fetches[0].service, "old");
}

#[tokio::test]
async fn no_plan_is_kept_where_no_operation_is() {
    for (bytes, cached) in [(0, false), (40_000, true)] {
        let more = format!(
            "override_labels: {{ stock/moves: {{ header: x-beta }} }}\n\
             limits: {{ operation_cache_bytes_max: {bytes} }}\n"
        );
        let graph = graph(&config(&more), named_answers()).await;
        for is_set in [true, false] {
            assert!(!prepare(&graph, "{ stock }", is_set).await.cached);
            assert_eq!(prepare(&graph, "{ stock }", is_set).await.cached, cached, "{bytes}");
        }
    }
}

#[tokio::test]
async fn a_label_that_no_override_has_is_a_warning() {
    let more = "override_labels: { stock/moved: true, stock/moves: true }\n";
    let config = config(more);
    let (_, lines) = logged(|| graph(&config, named_answers())).await;
    let labels: Vec<&Value> = lines.iter().map(|line| &line["label"]).collect();
    assert_eq!(labels, [&json!("stock/moved")], "{lines:?}");
}

#[tokio::test]
async fn a_new_graph_knows_the_plans_for_the_labels_that_were_set() {
    let more = "override_labels: { stock/moves: { header: x-beta } }\n";
    let gateway = gateway(more, Randomness::default()).await;
    let old = gateway.live_graph.current().expect("a graph");
    prepare(&old, "{ stock }", true).await;
    gateway.live_graph.replace(graph(&config(more), gateway.subgraph.clone()).await).await;
    let new = gateway.live_graph.current().expect("a graph");
    let cached = async |is_set| prepare(&new, "{ stock }", is_set).await.cached;
    assert!(cached(true).await, "there was a plan for these labels");
    assert!(!cached(false).await, "nobody has asked without");
}

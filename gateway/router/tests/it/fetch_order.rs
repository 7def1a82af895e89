//! Which fetches wait for which, told by who is asked before who has answered, and not by time.

use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use federation::diagnostic::SourceFile;
use futures_util::FutureExt;
use router::config::{Config, no_environment};
use router::subgraph_client::SubgraphFailure;
use serde_json::json;
use tokio::sync::Barrier;

use crate::gateway::{FakeSubgraph, Gateway, graph};

const TWO_SUBGRAPHS: &str = "
subgraphs:
  users:
    routing_url: http://127.0.0.1:9/graphql
    schema:
      sdl: |
        type Query { user(id: ID!): User }
        type User { username: String }
        type Mutation { rename: String }
  products:
    routing_url: http://127.0.0.1:9/graphql
    schema:
      sdl: |
        type Query { products(limit: Int): [Product] }
        type Product { name: String }
        type Mutation { restock: String }
";

async fn gateway(subgraph: Arc<FakeSubgraph>) -> Gateway {
    let source = SourceFile { name: "router.yaml".to_owned(), text: TWO_SUBGRAPHS.to_owned() };
    let config = Config::parse(source, Path::new(""), &no_environment);
    let config = config.expect("a valid configuration");
    let gateway = Gateway::without_graph("", Arc::clone(&subgraph));
    gateway.live_graph.swap(graph(&config, subgraph).await);
    gateway
}

/// Neither answers before both are asked. Were one to wait for the other, the request's time would
/// be over, at once on a clock that stands still.
#[tokio::test(start_paused = true)]
async fn fetches_that_need_nothing_of_each_other_run_together() {
    let both_are_asked = Arc::new(Barrier::new(2));
    let subgraph = FakeSubgraph::new(move |request| {
        let both_are_asked = Arc::clone(&both_are_asked);
        async move {
            both_are_asked.wait().await;
            Ok(Bytes::from_static(match &*request.subgraph {
                "users" => br#"{"data":{"user":{"username":"johndoe"}}}"#,
                _ => br#"{"data":{"products":[{"name":"Laptop"}]}}"#,
            }))
        }
        .boxed()
    });
    let gateway = gateway(subgraph).await;
    let query = r#"{ user(id: "123") { username } products(limit: 1) { name } }"#;
    let data = json!({ "user": { "username": "johndoe" }, "products": [{ "name": "Laptop" }] });
    assert_eq!(gateway.query(query).await.json(), json!({ "data": data }));
}

#[tokio::test]
async fn root_mutations_on_two_subgraphs_run_in_document_order() {
    for [first, second] in [["rename", "restock"], ["restock", "rename"]] {
        let seen = Seen::default();
        let gateway = gateway(noting(seen.clone())).await;
        let answered = gateway.query(&format!("mutation {{ {first} {second} }}")).await;
        assert_eq!(answered.json(), json!({ "data": { first: "done", second: "done" } }));
        let expected = [(first, "begins"), (first, "ends"), (second, "begins"), (second, "ends")];
        assert_eq!(*seen.lock().expect("no test panics here"), expected);
    }
}

/// Which mutation begins and ends, in order.
type Seen = Arc<Mutex<Vec<(&'static str, &'static str)>>>;

/// Takes a while over each mutation, and notes when.
fn noting(seen: Seen) -> Arc<FakeSubgraph> {
    FakeSubgraph::new(move |request| {
        let field = if &*request.subgraph == "users" { "rename" } else { "restock" };
        mutate(field, Arc::clone(&seen)).boxed()
    })
}

async fn mutate(field: &'static str, seen: Seen) -> Result<Bytes, SubgraphFailure> {
    let note = |what| seen.lock().expect("no test panics here").push((field, what));
    note("begins");
    // Whoever else is running comes in between here.
    tokio::task::yield_now().await;
    note("ends");
    Ok(json!({ "data": { field: "done" } }).to_string().into())
}

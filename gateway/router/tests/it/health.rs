//! Health and readiness.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt;
use router::subgraph_client::SubgraphFailure;
use serde_json::{Value, json};

use crate::gateway::{FakeSubgraph, Gateway, HELLO};

async fn health(subgraph: Arc<FakeSubgraph>) -> Value {
    let gateway = Gateway::new("timeouts: { health_check_ms: 20 }\n", subgraph).await;
    let answered = gateway.get("/health", &[]).await;
    assert_eq!(answered.status, 200);
    answered.json()
}

fn services(status: &str) -> Value {
    json!({ "services": [{ "service": "greeter", "status": status }] })
}

#[tokio::test]
async fn health_says_how_each_subgraph_is_and_is_always_200() {
    assert_eq!(health(FakeSubgraph::saying(HELLO)).await, services("healthy"));
    let down = FakeSubgraph::new(|_| {
        async { Err(SubgraphFailure::Unavailable { cause: "refused".to_owned() }) }.boxed()
    });
    assert_eq!(health(down).await, services("unhealthy"));
    let failing =
        FakeSubgraph::new(|_| async { Err(SubgraphFailure::HttpStatus { status: 500 }) }.boxed());
    assert_eq!(health(failing).await, services("unhealthy"));
    for body in [
        r#"{"errors":[{"message":"database down"}]}"#,
        r#"{"data":{"__typename":"Query"},"errors":[{"message":"half"}]}"#,
        r#"{"data":null}"#,
        "<html>",
    ] {
        assert_eq!(health(FakeSubgraph::saying(body)).await, services("unhealthy"), "{body}");
    }
}

#[tokio::test]
async fn health_does_not_wait_for_a_silent_subgraph() {
    assert_eq!(health(FakeSubgraph::silent()).await, services("unhealthy"));
}

#[tokio::test]
async fn many_who_ask_for_health_are_one_question_to_the_subgraph() {
    let gateway = Arc::new(Gateway::new("", FakeSubgraph::saying(HELLO)).await);
    let asking = (0..20).map(|_| gateway.get("/health", &[]));
    futures_util::future::join_all(asking).await;
    assert!(gateway.subgraph.requests.load(Ordering::SeqCst) < 20);
}

#[tokio::test]
async fn ready_is_503_until_a_supergraph_is_loaded_and_again_when_draining() {
    let subgraph = FakeSubgraph::saying(HELLO);
    let empty = Gateway::without_graph("", Arc::clone(&subgraph));
    let loaded = Gateway::new("", Arc::clone(&subgraph)).await;
    let draining = Gateway::new("", subgraph).await;
    draining.state.drain();
    for path in ["/ready", "/health/ready", "/readiness"] {
        assert_eq!(empty.get(path, &[]).await.status, 503, "{path}");
        assert_eq!(loaded.get(path, &[]).await.status, 200, "{path}");
        assert_eq!(draining.get(path, &[]).await.status, 503, "{path}");
    }
    for gateway in [&empty, &loaded, &draining] {
        assert_eq!(gateway.get("/health/live", &[]).await.status, 200);
    }
    assert_eq!(empty.get("/health", &[]).await.json(), json!({ "services": [] }));
    let answered = empty.query("{ greeting }").await;
    assert_eq!(answered.status, 503);
    assert_eq!(answered.code(), "NO_SUPERGRAPH_AVAILABLE");
}

//! A request's id, its end by time-out, panic or disconnection, and what is reported of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::Method;
use futures_util::FutureExt;
use observability::RequestScope;
use tokio::sync::Notify;

use crate::gateway::{FakeSubgraph, Gateway, HELLO, request};
use crate::log::logged;

const QUERY: &str = r#"{"query":"query Hi { greeting }"}"#;

#[tokio::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let long = "a".repeat(128);
    for id in ["abc", "4bf92f35-77b3:1/x_y.z+=@", &long] {
        let answered = gateway.get("/health/live", &[("x-request-id", id)]).await;
        assert_eq!(answered.header("x-request-id"), id);
    }
    let longer = "a".repeat(129);
    for id in ["", "with blank", "\"quoted\"", "a,b", "<script>", &longer] {
        let answered = gateway.get("/health/live", &[("x-request-id", id)]).await;
        let given = answered.header("x-request-id").to_owned();
        assert_ne!(given, id);
        assert_eq!(given.len(), 36, "a UUID: {given}");
        assert_eq!(given.as_bytes()[14], b'7', "of version 7: {given}");
    }
}

#[tokio::test]
async fn subgraphs_and_reports_have_the_request_id() {
    let subgraph = FakeSubgraph::new(|_| {
        let id = RequestScope::with_current(|scope| scope.id.to_string());
        async move { Ok(serde_json::json!({ "data": { "greeting": id } }).to_string().into()) }
            .boxed()
    });
    let gateway = Gateway::new("", subgraph).await;
    let headers = [("content-type", "application/json"), ("x-request-id", "r-1")];
    let answered =
        gateway.send(request(Method::POST, "/graphql", &headers, Body::from(QUERY))).await;
    assert_eq!(answered.json()["data"]["greeting"], "r-1");
    let reports = gateway.reports.lock().expect("no test panics here");
    assert_eq!(reports[0].request.as_ref().map(|scope| scope.id.as_str()), Some("r-1"));
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_when_its_time_is_over() {
    let gateway = Gateway::new("timeouts: { request_ms: 300 }\n", FakeSubgraph::silent()).await;
    let started = tokio::time::Instant::now();
    let answered = gateway.post(QUERY).await;
    assert_eq!(answered.status, 504);
    assert_eq!(answered.code(), "GATEWAY_TIMEOUT");
    assert_eq!(started.elapsed().as_millis(), 300);
    assert!(answered.json().get("data").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_ends_when_its_time_is_over() {
    let gateway =
        Gateway::new("timeouts: { request_ms: 300 }\n", FakeSubgraph::saying(HELLO)).await;
    let never = futures_util::stream::pending::<Result<&'static [u8], std::io::Error>>();
    let headers = [("content-type", "application/json")];
    let body = Body::from_stream(never);
    let answered = gateway.send(request(Method::POST, "/graphql", &headers, body)).await;
    assert_eq!(answered.status, 408);
    assert_eq!(answered.code(), "REQUEST_TIMEOUT");
}

#[tokio::test]
async fn a_panic_tells_the_client_nothing_but_the_request_id() {
    let panicking = FakeSubgraph::new(|_| async { panic!("secret: select * from users") }.boxed());
    let gateway = Gateway::new("", panicking).await;
    let headers = [("content-type", "application/json"), ("x-request-id", "r-2")];
    let ask = || gateway.send(request(Method::POST, "/graphql", &headers, Body::from(QUERY)));
    let (answered, lines) = logged(ask).await;
    assert_eq!(answered.status, 500);
    assert_eq!(answered.code(), "INTERNAL_SERVER_ERROR");
    let body = answered.json();
    assert_eq!(body["errors"][0]["message"], "An unexpected error occurred");
    assert_eq!(body["errors"][0]["extensions"]["request_id"], "r-2");
    assert!(!body.to_string().contains("secret"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["panic"], "secret: select * from users");
    assert_eq!(lines[0]["request_id"], "r-2");
    // The gateway itself is as before.
    assert_eq!(gateway.query("{ __typename }").await.status, 200);
}

#[tokio::test]
async fn a_subgraph_that_talks_nonsense_is_logged_under_the_request_id() {
    let gateway = Gateway::new("", FakeSubgraph::saying("<html>secret: at main.rs:1</html>")).await;
    let headers = [("content-type", "application/json"), ("x-request-id", "r-3")];
    let ask = || gateway.send(request(Method::POST, "/graphql", &headers, Body::from(QUERY)));
    let (answered, lines) = logged(ask).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.code(), "SUBREQUEST_MALFORMED_RESPONSE");
    let body = answered.json();
    assert_eq!(body["data"], serde_json::json!({ "greeting": null }));
    assert_eq!(body["errors"][0]["path"], serde_json::json!(["greeting"]));
    assert!(!body.to_string().contains("secret"), "{body}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["subgraph"], "greeter");
    assert_eq!(lines[0]["request_id"], "r-3");
}

#[tokio::test]
async fn a_client_that_leaves_cancels_what_is_running() {
    struct OnDrop(Arc<AtomicBool>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let (asked, dropped) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let subgraph = {
        let (asked, dropped) = (Arc::clone(&asked), Arc::clone(&dropped));
        FakeSubgraph::new(move |_| {
            let (asked, guard) = (Arc::clone(&asked), OnDrop(Arc::clone(&dropped)));
            async move {
                let _guard = guard;
                asked.notify_one();
                std::future::pending().await
            }
            .boxed()
        })
    };
    let gateway = Gateway::new("", subgraph).await;
    tokio::select! {
        _ = gateway.post(QUERY) => panic!("there is no answer"),
        () = asked.notified() => {}
    }
    assert!(dropped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn each_operation_is_reported_in_one_line() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    gateway.post(QUERY).await;
    gateway.post(QUERY).await;
    gateway.query("{ nope }").await;
    let reports = gateway.reports.lock().expect("no test panics here");
    let lines: Vec<String> = reports.iter().map(ToString::to_string).collect();
    assert!(lines[0].starts_with("✓ query Hi  "), "{}", lines[0]);
    assert!(lines[0].contains(" ms  1 fetch (greeter "), "{}", lines[0]);
    assert!(lines[0].ends_with("plan: new"), "{}", lines[0]);
    assert!(lines[1].ends_with("plan: cached"), "{}", lines[1]);
    assert!(lines[2].starts_with("✗ operation  "), "{}", lines[2]);
    assert!(lines[2].ends_with("GRAPHQL_VALIDATION_FAILED"), "{}", lines[2]);
}

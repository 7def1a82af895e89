//! What went wrong inside is told to the log, under the request's id, and not to the client.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::Request;
use observability::log::{self, LogFormat};
use serde_json::{Value, json};
use subgraph_server::testing::Answer;

use crate::planet::memory_client;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Sends a query under the id `r-1` and returns the answer with the log's error lines.
async fn logged(query: &str) -> (Answer, Vec<Value>) {
    let written = Log::default();
    let writer = written.clone();
    let filter = "error".parse().expect("a filter");
    let subscriber = log::subscriber(LogFormat::Json, &filter, false, move || writer.clone());
    let client = memory_client().await;
    let request = || {
        Request::post("/graphql")
            .header("content-type", "application/json")
            .header("x-request-id", "r-1")
            .header("x-user-id", "user_456")
            .body(Body::from(json!({ "query": query }).to_string()))
            .expect("a request")
    };
    // `tracing` decides at a place's first use whether anybody listens there, and a test on another
    // thread may be just about to decide that nobody does.
    client.send(request()).await;
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::callsite::rebuild_interest_cache();
    let answer = client.send(request()).await;
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    (answer, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[tokio::test]
async fn panic_is_an_error_like_any_other() {
    let (answer, log) = logged("{ hello panic }").await;
    assert_eq!(answer.status, 200);
    let error = json!({
        "message": "An unexpected error occurred",
        "extensions": { "code": "INTERNAL_SERVER_ERROR", "status": 500 },
    });
    assert_eq!(answer.json(), json!({ "data": null, "errors": [error] }));
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0]["panic"].as_str().unwrap().contains("a secret of"), "{log:?}");
    assert_eq!(log[0]["request_id"], "r-1");
    assert_eq!(log[0]["user_id"], "user_456");
    assert_eq!((&log[0]["method"], &log[0]["path"]), (&json!("POST"), &json!("/graphql")));
}

#[tokio::test]
async fn sql_stays_inside() {
    let (answer, log) = logged("{ hello brokenSql }").await;
    assert_eq!(answer.json()["data"], json!({ "hello": "Hello, world!", "brokenSql": null }));
    assert_eq!(answer.json()["errors"][0]["message"], "An unexpected error occurred");
    for secret in ["secret", "nowhere", "select", "table"] {
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0]["detail"].as_str().unwrap().contains("nowhere"), "{log:?}");
    assert_eq!(log[0]["request_id"], "r-1");
}

#[tokio::test]
async fn client_errors_are_not_logged_as_ours() {
    let (_, log) = logged("{ nope }").await;
    assert_eq!(log, [json!(null); 0]);
}

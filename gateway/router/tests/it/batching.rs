//! Several requests in one.

use std::sync::atomic::Ordering;

use axum::http::Method;
use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};
use crate::served_views::views;

const ON: &str = "batching: { enabled: true, maximum_size: 3 }\n";

async fn post(gateway: &Gateway, accept: &str, body: &Value) -> Answered {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    gateway.send(request(Method::POST, "/graphql", &headers, body.to_string().into())).await
}

async fn ask(gateway: &Gateway, body: &Value) -> Answered {
    post(gateway, "application/json", body).await
}

async fn on() -> Gateway {
    Gateway::new(ON, FakeSubgraph::saying(HELLO)).await
}

#[tokio::test]
async fn it_is_off_unless_switched_on() {
    let one = json!([{ "query": "{ greeting }" }]);
    for more in ["", "batching: { maximum_size: 5 }\n"] {
        let gateway = Gateway::new(more, FakeSubgraph::saying(HELLO)).await;
        let answered = ask(&gateway, &one).await;
        assert_eq!(answered.status, 400);
        assert_eq!(answered.code(), "BATCHING_NOT_ENABLED");
    }
}

#[tokio::test]
async fn the_answers_come_in_the_order_of_the_requests() {
    let gateway = on().await;
    let batch = json!([
        { "query": "query A { greeting }" },
        { "query": "query($t: Int!) { greeting(times: $t) }", "variables": { "t": "x" } },
        { "query": "query A { greeting } query B { b: greeting }", "operationName": "B" },
    ]);
    let answered = ask(&gateway, &batch).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.header("content-type"), "application/json; charset=utf-8");
    let answers = answered.json();
    assert_eq!(answers[0], json!({ "data": { "greeting": "hello" } }));
    assert_eq!(answers[1]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert!(answers[2]["data"].get("b").is_some(), "{answers}");
    assert_eq!(answers.as_array().map(Vec::len), Some(3));
    assert_eq!(gateway.reports.lock().expect("no test panics here").len(), 3);
    let alone = json!([{ "query": "{ greeting }" }]);
    assert_eq!(ask(&gateway, &alone).await.json(), json!([{ "data": { "greeting": "hello" } }]));
    // What is no array is answered as ever.
    assert_eq!(gateway.query("{ greeting }").await.json()["data"]["greeting"], "hello");
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_whole() {
    let gateway = on().await;
    let fine = json!({ "query": "{ greeting }" });
    for (batch, code) in [
        (json!([]), "BAD_REQUEST"),
        (json!([fine, 1]), "BAD_REQUEST"),
        (json!([fine, {}]), "BAD_REQUEST"),
        (json!([[fine]]), "BAD_REQUEST"),
        (json!([fine, null]), "BAD_REQUEST"),
        (json!([fine, fine, fine, fine]), "BATCH_LIMIT_EXCEEDED"),
        (json!(vec![Value::from(1); 500_000]), "BAD_REQUEST"),
        (json!(vec![json!({}); 500_000]), "BATCH_LIMIT_EXCEEDED"),
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let answered = post(&gateway, accept, &batch).await;
            assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, code));
        }
    }
    for text in ["[", "[{\"query\":\"{ greeting }\"}", "[{\"query\":\"{ greeting }\"}] 1", "[,]"] {
        let answered = gateway.post(text).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, "BAD_REQUEST"));
    }
    assert_eq!(gateway.subgraph.requests.load(Ordering::SeqCst), 0);
}

/// One status: the one they all have.
#[tokio::test]
async fn the_status_is_the_one_of_all_or_200() {
    let gateway = on().await;
    let (wrong, fine) = (json!({ "query": "{ nope }" }), json!({ "query": "{ greeting }" }));
    let strict = "application/graphql-response+json";
    assert_eq!(post(&gateway, strict, &json!([wrong, wrong])).await.status, 400);
    assert_eq!(post(&gateway, strict, &json!([wrong, fine])).await.status, 200);
    let user = views("    access: user\n") + ON;
    let gateway = Gateway::new(&user, FakeSubgraph::saying(HELLO)).await;
    let headers = [("content-type", "application/json")];
    let batch = json!([fine, fine]).to_string();
    let answered = gateway.send(request(Method::POST, "/web/graphql", &headers, batch.into()));
    let answered = answered.await;
    assert_eq!(answered.status, 401);
    assert_eq!(answered.json()[1]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

/// The subgraph answers nobody before everybody has asked.
#[tokio::test]
async fn requests_run_side_by_side() {
    let (asked, mut all_asked) = watch::channel(0);
    let asked = std::sync::Arc::new(asked);
    all_asked.mark_unchanged();
    let together = FakeSubgraph::new(move |_| {
        let (asked, mut all_asked) = (std::sync::Arc::clone(&asked), all_asked.clone());
        async move {
            asked.send_modify(|count| *count += 1);
            all_asked.wait_for(|count| *count == 3).await.expect("the sender is here");
            Ok(Bytes::from_static(HELLO.as_bytes()))
        }
        .boxed()
    });
    let gateway = Gateway::new(ON, together).await;
    let greet = json!({ "query": "mutation { __typename greet(name: \"a\") }" });
    let batch = json!([{ "query": "{ greeting }" }, { "query": "{ a: greeting }" }, greet]);
    let answered = ask(&gateway, &batch).await;
    assert_eq!(answered.json()[0]["data"]["greeting"], "hello");
    assert_eq!(gateway.subgraph.requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn limits_hold_for_each_and_the_body_for_all() {
    let more = format!("{ON}limits: {{ operation_depth_max: 2, request_body_bytes_max: 100 }}\n");
    let gateway = Gateway::new(&more, FakeSubgraph::saying(HELLO)).await;
    let deep = json!({ "query": "{ nest { nest { one } } }" });
    let answered = ask(&gateway, &json!([{ "query": "{ greeting }" }, deep])).await.json();
    assert_eq!(answered[0]["data"]["greeting"], "hello");
    assert_eq!(answered[1]["errors"][0]["extensions"]["code"], "MAX_DEPTH_EXCEEDED");
    let answered = ask(&gateway, &json!([deep, deep, deep])).await;
    assert_eq!(answered.status, 413);
}

#[tokio::test]
async fn hashes_stand_for_documents_in_a_batch_too() {
    let gateway = on().await;
    let unknown =
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "a" } } });
    let answered = ask(&gateway, &json!([unknown, { "query": "{ greeting }" }])).await;
    assert_eq!(answered.status, 200);
    let answers = answered.json();
    assert_eq!(answers[0]["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(answers[1]["data"]["greeting"], "hello");
}

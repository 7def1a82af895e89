//! `extensions.plan`: for whoever asks for it, where the configuration lets them.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};

const ALLOWED: &str = "extensions: { plan: true }\n";

async fn ask(config: &str, form: &str, query: &str) -> Answered {
    let gateway = Gateway::new(config, FakeSubgraph::saying(HELLO)).await;
    let headers = [("content-type", "application/json"), ("weft-plan", form)];
    let body = Body::from(json!({ "query": query }).to_string());
    gateway.send(request(Method::POST, "/graphql", &headers, body)).await
}

#[tokio::test]
async fn the_plan_comes_beside_the_answer() {
    let answered = ask(ALLOWED, "text", "{ greeting }").await.json();
    assert_eq!(answered["data"], json!({ "greeting": "hello" }));
    let text = answered["extensions"]["plan"].as_str().expect("a text");
    assert!(text.starts_with("QueryPlan {\n  Fetch(service: \"greeter\")"), "{text}");
    let answered = ask(ALLOWED, "json", "{ greeting }").await.json();
    assert_eq!(answered["data"], json!({ "greeting": "hello" }));
    let plan = &answered["extensions"]["plan"];
    assert_eq!(
        (&plan["version"], &plan["requests"], &plan["steps"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(plan["fetches"][0]["document"], "{greeting}");
    let trace = &answered["extensions"]["trace"];
    assert_eq!(trace["planCached"], false);
    let fetch = &trace["fetches"][0];
    assert_eq!((&fetch["fetch"], &fetch["service"]), (&json!(1), &json!("greeter")));
    assert_eq!((&fetch["representations"], &fetch["bytes"]), (&Value::Null, &json!(HELLO.len())));
    assert!(fetch["startMs"].is_f64() && fetch["durationMs"].is_f64(), "{fetch}");
    assert_eq!(fetch["failedWith"], Value::Null);
}

#[tokio::test]
async fn a_failed_fetch_is_traced_with_its_code() {
    let gateway = Gateway::new(ALLOWED, FakeSubgraph::saying("nonsense")).await;
    let headers = [("content-type", "application/json"), ("weft-plan", "json")];
    let body = Body::from(json!({ "query": "{ greeting }" }).to_string());
    let answered = gateway.send(request(Method::POST, "/graphql", &headers, body)).await;
    let answered = answered.json();
    let fetch = &answered["extensions"]["trace"]["fetches"][0];
    assert_eq!(fetch["failedWith"], "SUBREQUEST_MALFORMED_RESPONSE", "{answered}");
}

#[tokio::test]
async fn reasons_come_without_an_execution() {
    let answered = ask(ALLOWED, "why", "query($yes: Boolean!) { greeting @include(if: $yes) }");
    let answered = answered.await.json();
    assert_eq!(answered["data"], Value::Null);
    let why = answered["extensions"]["plan"].as_str().expect("a text");
    assert!(why.contains("greeter") && why.contains("because"), "{why}");
    let refused = ask(ALLOWED, "why", "{ nope }").await.json();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn who_is_not_allowed_gets_the_answer_alone() {
    for config in ["", "extensions: { plan: false }\n"] {
        for form in ["text", "json", "why", "nonsense"] {
            let answered = ask(config, form, "{ greeting }").await.json();
            assert_eq!(answered, json!({ "data": { "greeting": "hello" } }));
        }
    }
}

#[tokio::test]
async fn who_does_not_ask_gets_the_answer_alone() {
    let gateway = Gateway::new(ALLOWED, FakeSubgraph::saying(HELLO)).await;
    let answered = gateway.query("{ greeting }").await.json();
    assert_eq!(answered, json!({ "data": { "greeting": "hello" } }));
}

#[tokio::test]
async fn another_form_is_refused() {
    let answered = ask(ALLOWED, "nonsense", "{ greeting }").await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, "BAD_REQUEST"));
    let refused = ask(ALLOWED, "json", "{ nope }").await.json();
    assert_eq!(refused.get("extensions").map(Value::to_string), None);
}

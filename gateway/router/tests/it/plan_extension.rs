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
}

#[tokio::test]
async fn who_is_not_allowed_gets_the_answer_alone() {
    for config in ["", "extensions: { plan: false }\n"] {
        for form in ["text", "json", "nonsense"] {
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

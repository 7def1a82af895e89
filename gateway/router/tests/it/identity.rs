//! Who asks: what the gateway believes of a request, and what it tells subgraphs.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use futures_util::FutureExt;
use serde_json::json;

use crate::gateway::{Answered, FakeSubgraph, Gateway, request};

const QUERY: &str = r#"{"query":"{ greeting }"}"#;

/// Says which header it was told the caller in.
fn subgraph() -> Arc<FakeSubgraph> {
    FakeSubgraph::new(|request| {
        let header = request.caller.header();
        let told = header.map(|(name, value)| format!("{name} {}", value.to_str().expect("ASCII")));
        async move { Ok(json!({ "data": { "greeting": told } }).to_string().into()) }.boxed()
    })
}

async fn ask(configured: &str, headers: &[(&str, &str)]) -> Answered {
    let gateway = Gateway::new(configured, subgraph()).await;
    let headers = [&[("content-type", "application/json")], headers].concat();
    gateway.send(request(Method::POST, "/graphql", &headers, Body::from(QUERY))).await
}

#[tokio::test]
async fn a_claim_is_worth_nothing_unless_it_is_configured() {
    for headers in [&[][..], &[("x-user-id", "7")], &[("x-default-user-id", "7")]] {
        assert_eq!(ask("", headers).await.json(), json!({ "data": { "greeting": null } }));
    }
    let configured = "identity: { header: x-account }\n";
    let answered = ask(configured, &[("x-user-id", "7"), ("x-default-user-id", "7")]).await;
    assert_eq!(answered.json(), json!({ "data": { "greeting": null } }));
}

#[tokio::test]
async fn subgraphs_are_told_who_asks() {
    let configured = "identity: { header: x-account, default: \"123\" }\n";
    let answered = ask(configured, &[("x-account", "7"), ("x-user-id", "8")]).await;
    assert_eq!(answered.json(), json!({ "data": { "greeting": "x-user-id 7" } }));
    let answered = ask(configured, &[("x-user-id", "8")]).await;
    assert_eq!(answered.json(), json!({ "data": { "greeting": "x-default-user-id 123" } }));
}

#[tokio::test]
async fn a_get_request_has_a_caller_too() {
    let gateway = Gateway::new("identity: { header: x-account }\n", subgraph()).await;
    let headers = [("x-account", "7"), ("apollo-require-preflight", "1")];
    let answered = gateway.get("/graphql?query=%7Bgreeting%7D", &headers).await;
    assert_eq!(answered.json(), json!({ "data": { "greeting": "x-user-id 7" } }));
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_refused() {
    let configured = "identity: { header: x-account, default: \"123\" }\n";
    let long = "a".repeat(257);
    for headers in [
        &[("x-account", "")][..],
        &[("x-account", &long)],
        &[("x-account", "7"), ("x-account", "8")],
    ] {
        let answered = ask(configured, headers).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, "BAD_REQUEST"));
        assert!(answered.json().get("data").is_none());
    }
}

//! Alive is one thing, ready another.

use axum::body::Body;
use http::Request;
use serde_json::json;
use subgraph_server::on_each_database;
use subgraph_server::testing::{Client, TestDatabase};

use crate::planet::client;

on_each_database!(ready_while_the_database_answers);

async fn status(client: &Client, path: &str) -> (u16, serde_json::Value) {
    let answer = client.send(Request::get(path).body(Body::empty()).expect("a request")).await;
    (answer.status.as_u16(), answer.json())
}

async fn ready_while_the_database_answers(database: TestDatabase) {
    let client = client(&database).await;
    let healthy = (200, json!({ "service": "planets", "status": "healthy" }));
    assert_eq!(status(&client, "/health").await, healthy);
    let ready = (200, json!({ "service": "planets", "status": "ready" }));
    assert_eq!(status(&client, "/ready").await, ready);

    client.subgraph.database().close().await;
    assert_eq!(status(&client, "/health").await, healthy);
    let unavailable = json!({ "service": "planets", "status": "database unavailable" });
    assert_eq!(status(&client, "/ready").await, (503, unavailable));
}

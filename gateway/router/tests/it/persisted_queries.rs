//! Automatic persisted queries: a document is sent once, and named by its hash from then on.

use std::sync::atomic::Ordering;

use axum::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, config, graph, request};
use crate::served_views::views;

const QUERY: &str = "query Hi { greeting }";

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `extensions` with a hash.
fn named(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn post(gateway: &Gateway, path: &str, body: &Value, accept: &str) -> Answered {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    gateway.send(request(Method::POST, path, &headers, body.to_string().into())).await
}

async fn ask(gateway: &Gateway, body: Value) -> Answered {
    post(gateway, "/graphql", &body, "application/json").await
}

/// The status, the first error's message and its code.
fn refusal(answered: &Answered) -> (u16, String, String) {
    let message = answered.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    (answered.status.as_u16(), message, answered.code())
}

fn check_refused(answered: &Answered, (status, message, code): (u16, &str, &str)) {
    assert_eq!(refusal(answered), (status, message.to_owned(), code.to_owned()));
    assert_eq!(answered.json().get("data"), None);
}

const NOT_FOUND: (u16, &str, &str) = (200, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND");

fn check_not_found(answered: &Answered) {
    check_refused(answered, NOT_FOUND);
    assert_eq!(answered.header("cache-control"), "private, no-cache, must-revalidate");
}

#[tokio::test]
async fn a_document_is_sent_once() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for accept in ["application/json", "application/graphql-response+json"] {
        let body = json!({ "extensions": named(&hash(QUERY)) });
        check_not_found(&post(&gateway, "/graphql", &body, accept).await);
    }
    assert_eq!(gateway.subgraph.requests.load(Ordering::SeqCst), 0);
    let both = json!({ "query": QUERY, "extensions": named(&hash(QUERY)) });
    assert_eq!(ask(&gateway, both).await.json()["data"]["greeting"], "hello");
    for name in [hash(QUERY), hash(QUERY).to_uppercase()] {
        let answered = ask(&gateway, json!({ "extensions": named(&name) })).await;
        assert_eq!(answered.json()["data"]["greeting"], "hello");
        assert_eq!(answered.header("cache-control"), "");
    }
    let reports = gateway.reports.lock().expect("no test panics here").clone();
    let seen: Vec<_> = reports.iter().map(|it| (it.refused_with, it.plan_cached)).collect();
    let missed = (Some("PERSISTED_QUERY_NOT_FOUND"), false);
    assert_eq!(seen, [missed, missed, (None, false), (None, true), (None, true)]);
}

#[tokio::test]
async fn variables_and_names_go_with_a_hash() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let query = "query A($t: Int!) { greeting(times: $t) } query B { nest { one } }";
    let extensions = named(&hash(query));
    let both = json!({ "query": query, "operationName": "B", "extensions": extensions });
    assert_eq!(ask(&gateway, both).await.code(), "no error");
    let a = json!({ "operationName": "A", "extensions": extensions, "variables": { "t": 1 } });
    assert_eq!(ask(&gateway, a).await.code(), "no error");
    let a = json!({ "operationName": "A", "extensions": extensions });
    assert_eq!(ask(&gateway, a).await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_get_can_name_and_can_send() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let escaped = named(&hash(QUERY)).to_string().replace('{', "%7B").replace('}', "%7D");
    let escaped = escaped.replace('"', "%22");
    let name = format!("/graphql?extensions={escaped}");
    let csrf = [("apollo-require-preflight", "true")];
    check_refused(
        &gateway.get("/graphql?extensions=%7B%7D", &csrf).await,
        (400, "the request has no `query`", "BAD_REQUEST"),
    );
    assert_eq!(gateway.get(&name, &[]).await.code(), "CSRF_ERROR");
    check_not_found(&gateway.get(&name, &csrf).await);
    let both = format!("{name}&query=query+Hi+%7B+greeting+%7D");
    assert_eq!(gateway.get(&both, &csrf).await.json()["data"]["greeting"], "hello");
    assert_eq!(gateway.get(&name, &csrf).await.json()["data"]["greeting"], "hello");

    // What came by POST cannot be done by GET for being named.
    let mutation = "mutation { greet(name: \"a\") }";
    ask(&gateway, json!({ "query": mutation, "extensions": named(&hash(mutation)) })).await;
    let name = name.replace(&hash(QUERY), &hash(mutation));
    let answered = gateway.get(&name, &csrf).await;
    assert_eq!(answered.code(), "MUTATION_NOT_ALLOWED_OVER_HTTP_GET");
}

#[tokio::test]
async fn a_hash_that_is_not_the_documents_is_refused_and_nothing_is_remembered() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let mismatch = (400, "provided sha does not match query", "PERSISTED_QUERY_HASH_MISMATCH");
    let long = "a".repeat(1_000_000);
    let plus = format!("+{}", &hash(QUERY)[1..]);
    for wrong in [&hash("{ other }"), "", "nonsense", &hash(QUERY)[1..], &long, &plus] {
        let body = json!({ "query": QUERY, "extensions": named(wrong) });
        check_refused(&ask(&gateway, body).await, mismatch);
        check_not_found(&ask(&gateway, json!({ "extensions": named(wrong) })).await);
    }
    check_not_found(&ask(&gateway, json!({ "extensions": named(&hash(QUERY)) })).await);
    assert_eq!(gateway.subgraph.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_not_answered_is_not_remembered() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for (query, code) in [("{ nope }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED")]
    {
        let extensions = named(&hash(query));
        let both = json!({ "query": query, "extensions": extensions });
        assert_eq!(ask(&gateway, both).await.code(), code);
        check_not_found(&ask(&gateway, json!({ "extensions": extensions })).await);
    }
}

#[tokio::test]
async fn only_what_the_protocol_says_is_read() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let other = json!({ "persistedQuery": { "version": 2, "sha256Hash": hash(QUERY) } });
    let message = "unsupported persisted query version: it has to be 1";
    for body in [json!({ "extensions": other }), json!({ "query": QUERY, "extensions": other })] {
        check_refused(&ask(&gateway, body).await, (400, message, "BAD_REQUEST"));
    }
    for wrong in [
        json!({ "version": 1 }),
        json!({ "sha256Hash": "a" }),
        json!({ "version": 1, "sha256Hash": 5 }),
        json!({ "version": "1", "sha256Hash": "a" }),
        json!("a"),
    ] {
        let answered = ask(&gateway, json!({ "extensions": { "persistedQuery": wrong } })).await;
        assert_eq!((answered.status.as_u16(), answered.code()), (400, "BAD_REQUEST".to_owned()));
    }
    let more = json!({ "query": QUERY, "extensions": { "persistedQuery": null, "other": 1 } });
    assert_eq!(ask(&gateway, more).await.code(), "no error");
}

#[tokio::test]
async fn switched_off_it_says_so_and_takes_documents() {
    let gateway = Gateway::new("apq: { enabled: false }\n", FakeSubgraph::saying(HELLO)).await;
    let off = (200, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED");
    check_refused(&ask(&gateway, json!({ "extensions": named(&hash(QUERY)) })).await, off);
    let both = json!({ "query": QUERY, "extensions": named(&hash(QUERY)) });
    assert_eq!(ask(&gateway, both).await.code(), "no error");
    check_refused(&ask(&gateway, json!({ "extensions": named(&hash(QUERY)) })).await, off);
}

#[tokio::test]
async fn there_is_room_for_as_much_as_is_configured() {
    let limits = "limits: { apq_cache_bytes_max: 0 }\n";
    let gateway = Gateway::new(limits, FakeSubgraph::saying(HELLO)).await;
    let both = json!({ "query": QUERY, "extensions": named(&hash(QUERY)) });
    assert_eq!(ask(&gateway, both).await.code(), "no error");
    check_not_found(&ask(&gateway, json!({ "extensions": named(&hash(QUERY)) })).await);
}

/// A hash says which text is meant; each path answers it by its own rules.
#[tokio::test]
async fn paths_share_what_is_remembered_and_keep_their_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.graphql"), "query A { box { number } }").expect("a file");
    let operations =
        format!("    operations: {{ folder: {}, mode: safelist }}\n", folder.path().display());
    let gateway = Gateway::new(&views(&operations), FakeSubgraph::saying(HELLO)).await;
    let web = async |body: Value| post(&gateway, "/web/graphql", &body, "application/json").await;
    let query = "query T { __typename }";
    let extensions = named(&hash(query));
    let both = json!({ "query": query, "extensions": extensions });
    assert_eq!(web(both.clone()).await.code(), "OPERATION_NOT_REGISTERED");
    check_not_found(&web(json!({ "extensions": extensions })).await);
    assert_eq!(ask(&gateway, both).await.code(), "no error");
    let known = web(json!({ "extensions": extensions })).await;
    assert_eq!(known.code(), "OPERATION_NOT_REGISTERED");
    let listed = "query A { box { number } }";
    let both = json!({ "query": listed, "extensions": named(&hash(listed)) });
    assert_eq!(web(both).await.code(), "no error");
    assert_eq!(web(json!({ "extensions": named(&hash(listed)) })).await.code(), "no error");
}

#[tokio::test]
async fn a_new_graph_knows_what_the_old_one_was_told() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    ask(&gateway, json!({ "query": QUERY, "extensions": named(&hash(QUERY)) })).await;
    gateway.live_graph.swap(graph(&config(""), FakeSubgraph::saying(HELLO)).await);
    let answered = ask(&gateway, json!({ "extensions": named(&hash(QUERY)) })).await;
    assert_eq!(answered.json()["data"]["greeting"], "hello");
}

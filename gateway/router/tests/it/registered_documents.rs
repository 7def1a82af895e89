//! Registered documents: what clients' tools write down, and what clients name by an id.

use std::path::Path;

use axum::http::Method;
use router::config::{OperationsLocation, OperationsMode, RegisteredOperations};
use router::live_graph::read_operations;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};
use crate::served_views::views;

const GREETING: &str = "query Greeting { greeting }";
const NEST: &str = "query Nest { nest { one } }";

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The three tools' manifests of the same two documents, and another's with ids of its own.
fn manifests() -> [(&'static str, Value); 5] {
    let apollo = |text: &str, name: &str| {
        let id = hash(text);
        json!({ "id": id, "name": name, "type": "query", "body": text })
    };
    let prefixed = |text: &str| format!("sha256:{}", hash(text));
    [
        (
            "apollo",
            json!({
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [apollo(GREETING, "Greeting"), apollo(NEST, "Nest")],
            }),
        ),
        ("relay", json!({ "7d70a1": GREETING, "7d70a2": NEST })),
        ("codegen", json!({ prefixed(GREETING): GREETING, prefixed(NEST): NEST })),
        ("pairs", json!([["7d70a1", GREETING], ["7d70a2", NEST]])),
        ("custom", json!({ "x-ours:1": GREETING, "x-ours:2": NEST })),
    ]
}

/// `operations:` with one manifest in a folder.
fn operations(folder: &Path, manifest: &Value, mode: &str) -> String {
    let path = folder.join("manifest.json");
    std::fs::write(&path, manifest.to_string()).expect("a file");
    format!("operations: {{ manifests: [{}], mode: {mode} }}\n", path.display())
}

async fn gateway(manifest: &Value, mode: &str) -> (Gateway, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let operations = operations(folder.path(), manifest, mode);
    (Gateway::new(&operations, FakeSubgraph::saying(HELLO)).await, folder)
}

async fn ask(gateway: &Gateway, body: Value) -> Answered {
    gateway.post(&body.to_string()).await
}

fn named(id: &str) -> Value {
    json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": id } } })
}

#[tokio::test]
async fn documents_of_each_manifest_are_named_by_their_ids() {
    for (name, manifest) in manifests() {
        let own_id = match name {
            "apollo" | "codegen" => hash(GREETING),
            "custom" => "x-ours:1".to_owned(),
            _ => "7d70a1".to_owned(),
        };
        for mode in ["off", "log", "safelist", "id_only"] {
            let (gateway, _folder) = gateway(&manifest, mode).await;
            for id in [own_id.clone(), format!("sha256:{}", hash(GREETING)), hash(GREETING)] {
                check_named(&gateway, &id, &format!("{name} {mode}")).await;
            }
        }
    }
}

/// The id stands for [`GREETING`], by POST in each form and by GET.
async fn check_named(gateway: &Gateway, id: &str, what: &str) {
    for body in [json!({ "documentId": id }), json!({ "doc_id": id }), named(id)] {
        let answered = ask(gateway, body.clone()).await;
        assert_eq!(answered.json()["data"]["greeting"], "hello", "{what} {body}");
    }
    let get = format!("/graphql?documentId={}", id.replace(':', "%3A"));
    assert_eq!(gateway.get(&get, &[]).await.code(), "CSRF_ERROR");
    let answered = gateway.get(&get, &[("apollo-require-preflight", "1")]).await;
    assert_eq!(answered.json()["data"]["greeting"], "hello", "{what}");
}

#[tokio::test]
async fn what_is_not_registered_is_answered_or_not_as_the_mode_says() {
    let [(_, manifest), ..] = manifests();
    let other = "query Other { greeting }";
    for (mode, listed, unlisted) in [
        ("off", "no error", "no error"),
        ("log", "no error", "no error"),
        ("safelist", "no error", "OPERATION_NOT_REGISTERED"),
        ("id_only", "PERSISTED_QUERY_ID_REQUIRED", "PERSISTED_QUERY_ID_REQUIRED"),
    ] {
        let (gateway, _folder) = gateway(&manifest, mode).await;
        assert_eq!(gateway.query(GREETING).await.code(), listed, "{mode}");
        let blanks = GREETING.replace(' ', "\n ");
        assert_eq!(gateway.query(&blanks).await.code(), listed, "{mode}");
        assert_eq!(gateway.query(other).await.code(), unlisted, "{mode}");
        let both = json!({ "query": other, "extensions": named(&hash(other))["extensions"] });
        assert_eq!(ask(&gateway, both).await.code(), unlisted, "{mode}");
        // A client that is told `PERSISTED_QUERY_NOT_FOUND` sends the document.
        let by_hash = match mode {
            "off" | "log" => "no error",
            "safelist" => "PERSISTED_QUERY_NOT_FOUND",
            _ => "PERSISTED_QUERY_NOT_IN_LIST",
        };
        assert_eq!(ask(&gateway, named(&hash(other))).await.code(), by_hash, "{mode}");
        for id in ["nope", "", "sha256:", &hash(other)] {
            let answered = ask(&gateway, json!({ "documentId": id })).await;
            assert_eq!(answered.status, 400, "{mode}");
            assert_eq!(answered.code(), "PERSISTED_QUERY_NOT_IN_LIST", "{mode}");
        }
    }
}

#[tokio::test]
async fn views_have_their_own_and_rest_routes_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let number = "query Number { box { number } }";
    std::fs::write(folder.path().join("number.graphql"), number).expect("a file");
    let manifest = folder.path().join("web.json");
    let say = "mutation Say { say(name: \"x\") }";
    std::fs::write(&manifest, json!({ "abc": say }).to_string()).expect("a file");
    let keys = format!(
        "    operations:\n      folder: {}\n      manifests: [{}]\n      mode: id_only\n    \
         rest:\n      /number: {{ operation: number }}\n",
        folder.path().display(),
        manifest.display()
    );
    let answer = r#"{"data":{"greet":"done","greeting":"hello","nest":{"one":1,"nest":null}}}"#;
    let gateway = Gateway::new(&views(&keys), FakeSubgraph::saying(answer)).await;
    let web = async |body: Value| {
        let headers = [("content-type", "application/json")];
        let body = body.to_string().into();
        gateway.send(request(Method::POST, "/web/graphql", &headers, body)).await
    };
    let answered = web(json!({ "documentId": hash(number) })).await;
    assert_eq!(answered.json()["data"]["box"]["number"], 1);
    assert_eq!(web(json!({ "doc_id": "abc" })).await.json()["data"]["say"], "done");
    let code = web(json!({ "query": number })).await.code();
    assert_eq!(code, "PERSISTED_QUERY_ID_REQUIRED");
    let answered = ask(&gateway, json!({ "documentId": hash(number) })).await;
    assert_eq!(answered.code(), "PERSISTED_QUERY_NOT_IN_LIST", "the graph has none");
    assert_eq!(gateway.query("{ greeting }").await.code(), "no error");
    assert_eq!(gateway.get("/number", &[]).await.json(), json!({ "number": 1 }));
    let headers = [("content-type", "application/json")];
    let by_get = gateway.get("/web/graphql?doc_id=abc", &headers).await;
    assert_eq!(by_get.code(), "MUTATION_NOT_ALLOWED_OVER_HTTP_GET");
    let tabs = gateway.get("/ui/config.json?path=/web/graphql", &[]).await.json();
    assert_eq!(tabs["tabs"], json!([]), "neither REST's nor a manifest's");
}

/// What reading one manifest says.
fn error_of(manifest: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.json");
    std::fs::write(&path, manifest).expect("a file");
    let location = OperationsLocation::Files { folder: None, manifests: vec![path] };
    let operations = RegisteredOperations { location, mode: OperationsMode::Log };
    read_operations(Some(&operations), "the operations").expect_err("a mistake").to_string()
}

#[test]
fn a_manifest_that_cannot_be_relied_on_is_refused() {
    for (manifest, said) in [
        ("{", "SCHEMA_UNREADABLE: cannot read the operations, "),
        ("3", "it is no manifest of persisted operations"),
        (r#"{"a":1}"#, "it is no manifest of persisted operations"),
        (r#"{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}"#, "no manif"),
        (r#"[["a"]]"#, "it is no manifest of persisted operations"),
        (r#"{"sha256:ab":"{ a }"}"#, "OPERATION_ID_INVALID: `sha256:ab` is not the SHA-256 of"),
        (r#"[["a","{ a }"],["a","{ b }"]]"#, "`a` is the id of `a` and of `a`"),
    ] {
        let error = error_of(manifest);
        assert!(error.contains(said), "{manifest}: {error}");
    }
}

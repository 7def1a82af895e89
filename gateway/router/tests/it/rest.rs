//! Stored operations of a view as plain resources.

use axum::body::Body;
use axum::http::Method;
use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::gateway::{Answered, FakeSubgraph, Gateway, request};
use crate::served_views::views;

const OPERATIONS: [(&str, &str); 3] = [
    ("hello", "query Hello($who: String!) { greeting_of_the_day: hello(who: $who) }"),
    ("box", "query Box { box { the_number: number inner { number } } }"),
    ("loud", "query Loud($times: Int!) { loud(times: $times) }"),
];

/// A gateway with `/hello/{who}`, `/box` and `/loud/{times}`, whose subgraph says `answer`; `WHO`
/// in it is the name that it was asked with.
async fn gateway(more: &str, answer: &'static str) -> (Gateway, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in OPERATIONS {
        std::fs::write(folder.path().join(format!("{name}.graphql")), text).expect("a file");
    }
    let keys = format!(
        "    operations: {{ folder: {}, mode: safelist }}\n    access: user\n    rest:\n      \
         /hello/{{who}}: {{ operation: hello }}\n      /box: {{ operation: box }}\n      \
         /loud/{{times}}: {{ operation: loud, as: byte }}\n",
        folder.path().display()
    );
    let subgraph = FakeSubgraph::new(move |request| {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let answer = answer.replace("WHO", body["variables"]["who"].as_str().unwrap_or("?"));
        async move { Ok(Bytes::from(answer)) }.boxed()
    });
    let identity = "identity: { header: x-account, default: \"123\" }\n";
    (Gateway::new(&(views(&keys) + identity + more), subgraph).await, folder)
}

/// The status and the body as text.
fn pair(answered: &Answered) -> (u16, String) {
    (answered.status.as_u16(), String::from_utf8_lossy(&answered.body).into_owned())
}

#[tokio::test]
async fn the_answer_is_the_value_of_the_one_field() {
    let (gateway, _folder) = gateway("", r#"{"data":{"nest":{"one":100,"nest":null}}}"#).await;
    let answered = gateway.get("/box", &[]).await;
    assert_eq!(pair(&answered), (200, r#"{"the_number":100,"inner":null}"#.to_owned()));
    assert_eq!(answered.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answered.header("cache-control"), "private, no-cache");
    let known = [("if-none-match", answered.header("etag"))];
    assert_eq!(gateway.get("/box", &known).await.status, 304);
    assert_eq!(answered.header("weft-errors"), "");
    let reports = gateway.reports.lock().expect("no test panics here");
    assert_eq!(reports[0].view.as_deref(), Some("web"));
    assert_eq!(reports[0].operation_name.as_deref(), Some("Box"));
}

#[tokio::test]
async fn variables_come_out_of_the_path() {
    let (gateway, _folder) = gateway("", r#"{"data":{"greeting":"WHO"}}"#).await;
    for (path, who) in [("/hello/Ada", "Ada"), ("/hello/a%2Fb%20%C3%A9?who=x", "a/b é")] {
        let answered = gateway.get(path, &[]).await;
        assert_eq!(pair(&answered), (200, format!("\"{who}\"")), "{path}");
    }
    assert_eq!(gateway.get("/hello/%FF", &[]).await.status, 400);
    assert_eq!(gateway.get("/hello/", &[]).await.status, 404);
    assert_eq!(gateway.get("/hello/a/b", &[]).await.status, 404);
}

#[tokio::test]
async fn a_byte_is_one_byte() {
    for (answer, status, body) in [
        (r#"{"data":{"loud":true}}"#, 200, [1].as_slice()),
        (r#"{"data":{"loud":false}}"#, 200, [0].as_slice()),
        (r#"{"data":{"loud":null}}"#, 404, br#"{"error":"Not found"}"#.as_slice()),
    ] {
        let (gateway, _folder) = gateway("", answer).await;
        let answered = gateway.get("/loud/3", &[]).await;
        assert_eq!((answered.status.as_u16(), &*answered.body), (status, body), "{answer}");
    }
    let (gateway, _folder) = gateway("", r#"{"data":{"loud":true}}"#).await;
    let answered = gateway.get("/loud/often", &[]).await;
    assert_eq!((answered.status.as_u16(), answered.code()), (400, "BAD_USER_INPUT".to_owned()));
    assert!(answered.json()["error"].as_str().is_some_and(|it| it.contains("times")));
}

#[tokio::test]
async fn what_went_wrong_is_a_status() {
    let failed = |code: &str, status: u16| {
        format!(
            r#"{{"data":{{"nest":null}},"errors":[{{"message":"no","path":["nest"],
               "extensions":{{"code":"{code}","status":{status}}}}}]}}"#
        )
    };
    for (answer, status, error) in [
        (r#"{"data":{"nest":null}}"#.to_owned(), 404, "Not found"),
        (failed("FORBIDDEN", 403), 404, "Not found"),
        (failed("NOT_FOUND", 404), 404, "Not found"),
        (failed("BUSY", 503), 503, "no"),
        (failed("ODD", 200), 502, "no"),
        ("not JSON".to_owned(), 502, "not GraphQL"),
    ] {
        let answer: &'static str = answer.leak();
        let (gateway, _folder) = gateway("", answer).await;
        let answered = gateway.get("/box", &[]).await;
        assert_eq!(answered.status, status, "{answer}: {:?}", answered.body);
        assert_eq!(answered.header("cache-control"), "no-store", "{answer}");
        let body = answered.json();
        let said = body["error"].as_str().unwrap_or_default();
        assert!(said.contains(error), "{answer}: {said}");
        assert_eq!(body.get("errors").is_some(), status != 404, "{answer}");
    }
}

/// What is there is answered, and a header says how much is not.
#[tokio::test]
async fn a_part_that_is_missing_is_counted() {
    let partial = r#"{"data":{"nest":{"one":null,"nest":null}},"errors":[{"message":"no",
        "path":["nest","one"]}]}"#;
    let (gateway, _folder) = gateway("", partial).await;
    let answered = gateway.get("/box", &[]).await;
    assert_eq!(pair(&answered), (200, r#"{"the_number":null,"inner":null}"#.to_owned()));
    assert_eq!(answered.header("weft-errors"), "1");
    assert_eq!((answered.header("etag"), answered.header("cache-control")), ("", "no-store"));
}

#[tokio::test]
async fn a_resource_is_asked_by_get_by_those_who_may() {
    let (gateway, _folder) = gateway("", r#"{"data":{"nest":{"one":1,"nest":null}}}"#).await;
    let head = request(Method::HEAD, "/box", &[], Body::empty());
    assert_eq!(gateway.send(head).await.status, 200);
    let json = [("content-type", "application/json")];
    let post = request(Method::POST, "/box", &json, Body::from(json!({}).to_string()));
    let answered = gateway.send(post).await;
    assert_eq!((answered.status.as_u16(), answered.header("allow")), (405, "GET, HEAD"));
    let answered = gateway.get("/box", &[("x-account", "")]).await;
    assert_eq!((answered.status.as_u16(), answered.code()), (400, "BAD_REQUEST".to_owned()));
}

//! Each limit on a client's request, on both sides of it.

use std::fmt::Write;

use axum::body::Body;
use axum::http::Method;
use futures_util::stream;

use crate::gateway::{FakeSubgraph, Gateway, HELLO, request};

/// The first error's code for a query under these limits.
async fn code(limits: &str, query: &str) -> String {
    let gateway =
        Gateway::new(&format!("limits: {{ {limits} }}\n"), FakeSubgraph::saying(HELLO)).await;
    gateway.query(query).await.code()
}

#[tokio::test]
async fn request_body_bytes_max() {
    let body = r#"{"query":"{ greeting }"}"#;
    let limits = |bytes: usize| format!("limits: {{ request_body_bytes_max: {bytes} }}\n");
    let enough = Gateway::new(&limits(body.len()), FakeSubgraph::saying(HELLO)).await;
    assert_eq!(enough.post(body).await.status, 200);

    let too_few = Gateway::new(&limits(body.len() - 1), FakeSubgraph::saying(HELLO)).await;
    let answered = too_few.post(body).await;
    assert_eq!(answered.status, 413);
    assert_eq!(answered.code(), "PAYLOAD_TOO_LARGE");

    // In pieces, and without a length that announces it.
    let headers = [("content-type", "application/json")];
    for (gateway, status) in [(&enough, 200), (&too_few, 413)] {
        let pieces = body.as_bytes().chunks(5).map(Ok::<_, std::io::Error>);
        let body = Body::from_stream(stream::iter(pieces.collect::<Vec<_>>()));
        let answered = gateway.send(request(Method::POST, "/graphql", &headers, body)).await;
        assert_eq!(answered.status, status);
    }
}

#[tokio::test]
async fn request_headers_bytes_max() {
    let gateway =
        Gateway::new("limits: { request_headers_bytes_max: 40 }\n", FakeSubgraph::saying(HELLO))
            .await;
    // `content-type: application/json` are 28 bytes, and `x-name` six.
    for (value, status) in [("sixsix", 200), ("seven77", 431)] {
        let headers = [("content-type", "application/json"), ("x-name", value)];
        let body = Body::from(r#"{"query":"{ greeting }"}"#);
        let answered = gateway.send(request(Method::POST, "/graphql", &headers, body)).await;
        assert_eq!(answered.status, status);
        let code = if status == 200 { "no error" } else { "REQUEST_HEADERS_TOO_LARGE" };
        assert_eq!(answered.code(), code);
    }
}

#[tokio::test]
async fn operation_aliases_max() {
    assert_eq!(code("operation_aliases_max: 1", "{ a: greeting greeting }").await, "no error");
    let two = "{ a: greeting b: greeting }";
    assert_eq!(code("operation_aliases_max: 1", two).await, "MAX_ALIASES_EXCEEDED");
}

#[tokio::test]
async fn operation_root_fields_max() {
    let limit = "operation_root_fields_max: 1";
    assert_eq!(code(limit, "{ nest { one two } }").await, "no error");
    assert_eq!(code(limit, "{ greeting a: greeting }").await, "MAX_ROOT_FIELDS_EXCEEDED");
}

#[tokio::test]
async fn operation_tokens_max() {
    // `{`, `greeting`, `}`, and the end of the document.
    assert_eq!(code("operation_tokens_max: 10", "{ greeting }").await, "no error");
    let long = format!("{{ greeting {} }}", "greeting ".repeat(10));
    assert_eq!(code("operation_tokens_max: 10", &long).await, "TOKEN_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn operation_depth_max() {
    let nested = |depth: usize| {
        format!("{{ {} one {} }}", "nest {".repeat(depth - 1), "}".repeat(depth - 1))
    };
    assert_eq!(code("operation_depth_max: 5", &nested(5)).await, "no error");
    assert_eq!(code("operation_depth_max: 5", &nested(6)).await, "MAX_DEPTH_EXCEEDED");
}

#[tokio::test]
async fn operation_selections_max() {
    let wide = |count: usize| {
        let mut query = String::from("{");
        for index in 0..count {
            let _ = write!(query, " a{index}: greeting");
        }
        query + " }"
    };
    assert_eq!(code("operation_selections_max: 8", &wide(8)).await, "no error");
    assert_eq!(code("operation_selections_max: 8", &wide(9)).await, "OPERATION_TOO_COMPLEX");
}

#[tokio::test]
async fn errors_max_of_request_errors() {
    let gateway = Gateway::new("limits: { errors_max: 3 }\n", FakeSubgraph::saying(HELLO)).await;
    for (query, count) in [("{ a b c }", 3), ("{ a b c d }", 4), ("{ a b c d e f }", 4)] {
        let body = gateway.query(query).await.json();
        let errors = body["errors"].as_array().expect("errors");
        assert_eq!(errors.len(), count, "{body}");
        let says_more = errors.iter().any(|it| it["extensions"]["code"] == "ERRORS_LEFT_OUT");
        assert_eq!(says_more, count == 4, "{body}");
    }
}

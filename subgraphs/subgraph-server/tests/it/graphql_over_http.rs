//! Methods, media types and status codes, after the GraphQL-over-HTTP specification.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use subgraph_server::testing::{Answer, Client};
use subgraph_server::{DatabaseUrl, ServerOptions};

use crate::planet::{memory_client, subgraph};

const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

async fn post(accept: &str, content_type: &str, body: &str) -> Answer {
    let mut request = Request::post("/graphql");
    for (name, value) in [("accept", accept), ("content-type", content_type)] {
        if !value.is_empty() {
            request = request.header(name, value);
        }
    }
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    memory_client().await.send(request).await
}

async fn get(path: &str) -> Answer {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    memory_client().await.send(request).await
}

/// Status, media type, the error's code, and whether there is `data`.
#[track_caller]
fn check(answer: &Answer, status: u16, media_type: &str, code: Option<&str>, data: Option<&Value>) {
    let body = answer.json();
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(answer.header("content-type"), media_type, "{answer:?}");
    let said = body["errors"][0]["extensions"]["code"].as_str();
    assert_eq!(said, code, "{answer:?}");
    assert_eq!(body.get("data"), data, "{answer:?}");
    assert!(!answer.header("x-request-id").is_empty(), "{answer:?}");
}

#[tokio::test]
async fn caller_who_cannot_be_read_is_refused() {
    let body = r#"{"query":"{ hello }"}"#;
    for (ids, status) in [(&["7"][..], 200), (&[""], 400), (&["7", "8"], 400)] {
        for method in ["GET", "POST"] {
            let mut request = Request::builder().method(method).uri("/graphql?query=%7Bhello%7D");
            for id in ids {
                request = request.header("x-user-id", *id);
            }
            let request = request.header("content-type", "application/json");
            let request = request.body(Body::from(body)).expect("a request");
            let answer = memory_client().await.send(request).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {ids:?}");
        }
    }
}

#[tokio::test]
async fn media_type_is_negotiated() {
    let hello = Some(json!({ "hello": "Hello, world!" }));
    let query = r#"{"query":"{ hello }"}"#;
    for (accept, expected) in [
        ("", JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE),
    ] {
        let answer = post(accept, "application/json", query).await;
        check(&answer, 200, expected, None, hello.as_ref());
    }
    let answer = post("text/html", "application/json", query).await;
    check(&answer, 406, "application/json", Some("NOT_ACCEPTABLE"), None);
}

#[tokio::test]
async fn request_errors_have_no_data() {
    for (body, code) in [
        (r#"{"query":"{ hello"}"#, "GRAPHQL_PARSE_FAILED"),
        (r#"{"query":""}"#, "GRAPHQL_PARSE_FAILED"),
        (r#"{"query":"{ nope }"}"#, "GRAPHQL_VALIDATION_FAILED"),
        (r#"{"query":"{ hello(name: 1) }"}"#, "GRAPHQL_VALIDATION_FAILED"),
        (
            r#"{"query":"query($n: Int!) { planets(count: $n) { id } }"}"#,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            r#"{"query":"query($n: Int!) { planets(count: $n) { id } }","variables":{"n":"x"}}"#,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (r#"{"query":"query A { hello } query B { hello }"}"#, "OPERATION_RESOLUTION_FAILURE"),
        (r#"{"query":"{ hello }","operationName":"A"}"#, "OPERATION_RESOLUTION_FAILURE"),
        (r#"{"query":"subscription { hello }"}"#, "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answer = post("application/json", "application/json", body).await;
        check(&answer, 200, JSON, Some(code), None);
        let answer = post("application/graphql-response+json", "application/json", body).await;
        check(&answer, 400, GRAPHQL_RESPONSE, Some(code), None);
    }
}

#[tokio::test]
async fn execution_errors_keep_200() {
    let body = r#"{"query":"{ hello brokenSql }"}"#;
    let data = Some(json!({ "hello": "Hello, world!", "brokenSql": null }));
    for (accept, media_type) in
        [("application/json", JSON), ("application/graphql-response+json", GRAPHQL_RESPONSE)]
    {
        let answer = post(accept, "application/json", body).await;
        check(&answer, 200, media_type, Some("INTERNAL_SERVER_ERROR"), data.as_ref());
    }
}

#[tokio::test]
async fn only_json_may_be_posted() {
    let query = r#"{"query":"{ hello }"}"#;
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/graphql",
        "application/json; charset=latin1",
        "application/jsonp",
    ] {
        let answer = post("", content_type, query).await;
        check(&answer, 415, "application/json", Some("UNSUPPORTED_MEDIA_TYPE"), None);
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        assert_eq!(post("", content_type, query).await.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused() {
    for body in [
        "",
        "{",
        "null",
        "7",
        "{}",
        r#"{"query":1}"#,
        r#"{"query":null}"#,
        r#"[{"query":"{ hello }"}]"#,
        r#"{"query":"{ hello }","variables":[1]}"#,
        r#"{"query":"{ hello }","variables":"{}"}"#,
        r#"{"query":"{ hello }","extensions":7}"#,
        r#"{"query":"{ hello }","operationName":{}}"#,
        "{\"query\":\"\u{1}\"}",
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let answer = post(accept, "application/json", body).await;
            check(&answer, 400, "application/json", Some("BAD_REQUEST"), None);
        }
    }
    let deep = format!(
        r#"{{"query":"{{ hello }}","variables":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let answer = post("", "application/json", &deep).await;
    check(&answer, 400, "application/json", Some("BAD_REQUEST"), None);
}

#[tokio::test]
async fn nulls_and_unknown_parameters_are_left_alone() {
    let body =
        r#"{"query":"{ hello }","variables":null,"operationName":null,"extensions":null,"x":1}"#;
    check(
        &post("", "application/json", body).await,
        200,
        JSON,
        None,
        Some(&json!({ "hello": "Hello, world!" })),
    );
}

#[tokio::test]
async fn both_sides_of_the_body_limit() {
    let options = ServerOptions { body_bytes_max: 100, ..Default::default() };
    let client = Client::with_options(subgraph(&DatabaseUrl::sqlite_memory()).await, options);
    let send = async |length: usize, declared: bool| {
        let body = format!("{:<length$}", r#"{"query":"{ hello }"}"#);
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if declared {
            request = request.header("content-length", length);
        }
        client.send(request.body(Body::from(body)).expect("a request")).await
    };
    for declared in [true, false] {
        assert_eq!(send(100, declared).await.status, 200);
        let answer = send(101, declared).await;
        check(&answer, 413, "application/json", Some("PAYLOAD_TOO_LARGE"), None);
    }
}

#[tokio::test]
async fn get_is_for_queries() {
    let document = "query+A($n:String)%7Bhello(name:$n)%7D+query+B%7Bhello%7D";
    let parameters = "operationName=A&variables=%7B%22n%22:%22GET%22%7D";
    let answer = get(&format!("/graphql?query={document}&{parameters}")).await;
    check(&answer, 200, JSON, None, Some(&json!({ "hello": "Hello, GET!" })));

    let answer = get("/graphql?query=mutation%7Brename(name:%22x%22)%7D").await;
    check(&answer, 405, "application/json", Some("METHOD_NOT_ALLOWED"), None);
    assert_eq!(answer.header("allow"), "POST");

    for query in [
        "",
        "?query",
        "?variables={}",
        "?query={hello}&variables=1",
        "?query={hello}&variables={",
        "?query={hello}&extensions=[]",
        "?query=%ff",
    ] {
        if query == "?query" || query == "?query=%ff" {
            // An empty document, and one that is no UTF-8, fail one way or the other.
            assert_ne!(get(&format!("/graphql{query}")).await.json().get("errors"), None);
            continue;
        }
        let query = query.replace('{', "%7B").replace('}', "%7D");
        let answer = get(&format!("/graphql{query}")).await;
        check(&answer, 400, "application/json", Some("BAD_REQUEST"), None);
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_in_json() {
    let client = memory_client().await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let request = Request::builder().method(method).uri("/graphql");
        let answer = client.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), "GET, POST");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
    }
    let answer = get("/nope").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn request_ids_are_kept_if_sane() {
    let client = memory_client().await;
    let send = async |id: &[u8]| {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("x-request-id", http::HeaderValue::from_bytes(id).expect("a header"))
            .body(Body::from(r#"{"query":"{ hello }"}"#))
            .expect("a request");
        client.send(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(send(b"abc-123").await, "abc-123");
    // Whatever the gateway takes is taken here: a request has one id in all logs.
    assert_eq!(send(b"4bf92f35-77b3:1/x_y.z+=@").await, "4bf92f35-77b3:1/x_y.z+=@");
    assert_eq!(send("a".repeat(128).as_bytes()).await, "a".repeat(128));
    for insane in [&b""[..], b"a b", b"a\tb", b"\xff", "a".repeat(129).as_bytes(), b"{}", b"a\"b"] {
        let id = send(insane).await;
        assert_eq!(id.len(), 36, "{id}");
    }
}

#[tokio::test]
async fn hostile_documents_are_refused_in_time() {
    let nested = format!("{{ hello{} }}", "{ a ".repeat(200_000));
    let values = format!("{{ hello(name: {}) }}", "[".repeat(400_000));
    let spread: String = (0..30)
        .map(|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1))
        .collect();
    let doubling = format!("{{ ...F0 }} {spread} fragment F30 on Query {{ hello }}");
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned();
    for query in [nested, values, doubling, cycle] {
        let body = json!({ "query": query }).to_string();
        let answer = post("application/graphql-response+json", "application/json", &body).await;
        assert_eq!(answer.status, 400, "{:.200}", answer.text);
        assert_eq!(answer.json().get("data"), None);
    }
}

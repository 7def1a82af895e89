//! GraphQL over HTTP: every rule of negotiation, methods, content types, bodies and statuses.

use axum::body::Body;
use axum::http::Method;

use crate::gateway::{FakeSubgraph, Gateway, HELLO, request};

const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

/// Sends `body` by POST with `accept`, and checks the status, the content type and the first
/// error's code.
async fn check_post(accept: &str, body: &str, expected: (u16, &str, &str)) {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let mut headers = vec![("content-type", "application/json")];
    if !accept.is_empty() {
        headers.push(("accept", accept));
    }
    let body = Body::from(body.to_owned());
    let answered = gateway.send(request(Method::POST, "/graphql", &headers, body)).await;
    let (status, content_type, code) = expected;
    assert_eq!(answered.status, status, "{:?}", answered.body);
    assert_eq!(answered.header("content-type"), content_type);
    assert_eq!(answered.code(), code);
    let has_data = answered.json().get("data").is_some();
    assert_eq!(has_data, code == "no error", "a request error has no `data`: {:?}", answered.body);
}

const QUERY: &str = r#"{"query":"{ greeting }"}"#;

#[tokio::test]
async fn the_answer_has_the_media_type_the_client_likes_best() {
    for (accept, expected) in [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON; charset=UTF-8", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", JSON),
        ("application/graphql-response+json;q=0.5, application/json;q=0.9", JSON),
        ("application/json;q=0.5, */*", GRAPHQL_RESPONSE),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("multipart/mixed;deferSpec=20220824, application/json", JSON),
        ("text/html, application/json;q=0.1", JSON),
    ] {
        check_post(accept, QUERY, (200, expected, "no error")).await;
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_is_refused() {
    for accept in [
        "text/html",
        "multipart/mixed",
        "application/json;charset=utf-16",
        "application/json;q=0",
        "nonsense",
        "application/json;q=7",
    ] {
        check_post(accept, QUERY, (406, JSON, "INVALID_ACCEPT_HEADER")).await;
    }
}

#[tokio::test]
async fn a_request_error_is_200_on_json_and_400_on_graphql_response() {
    for (body, code) in [
        (r#"{"query":"{"}"#, "GRAPHQL_PARSE_FAILED"),
        (r#"{"query":"{ nope }"}"#, "GRAPHQL_VALIDATION_FAILED"),
        (
            r#"{"query":"query A { greeting } query B { greeting }"}"#,
            "OPERATION_RESOLUTION_FAILURE",
        ),
        (r#"{"query":"{ greeting }","operationName":"C"}"#, "OPERATION_RESOLUTION_FAILURE"),
        (
            r#"{"query":"query($t: Int!) { greeting(times: $t) }","variables":{"t":"x"}}"#,
            "BAD_USER_INPUT",
        ),
        (r#"{"query":"query($t: Int!) { greeting(times: $t) }"}"#, "BAD_USER_INPUT"),
    ] {
        check_post("application/json", body, (200, JSON, code)).await;
        let expected = (400, GRAPHQL_RESPONSE, code);
        check_post("application/graphql-response+json", body, expected).await;
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_400_on_both() {
    for (body, code) in [
        ("", "BAD_REQUEST"),
        ("{", "BAD_REQUEST"),
        ("null", "BAD_REQUEST"),
        ("{}", "BAD_REQUEST"),
        (r#"{"query":null}"#, "BAD_REQUEST"),
        (r#"{"query":1}"#, "BAD_REQUEST"),
        (r#"{"query":{"a":1}}"#, "BAD_REQUEST"),
        (r#"{"query":"{ greeting }","operationName":1}"#, "BAD_REQUEST"),
        (r#"{"query":"{ greeting }","variables":"x"}"#, "BAD_REQUEST"),
        (r#"{"query":"{ greeting }","variables":[]}"#, "BAD_REQUEST"),
        (r#"{"query":"{ greeting }","extensions":3}"#, "BAD_REQUEST"),
        (r#"{"query":"{ greeting }","query":"{ nest { one } }"}"#, "BAD_REQUEST"),
        (r#"{"query":"{ \ud800 }"}"#, "BAD_REQUEST"),
        (r#" [{"query":"{ greeting }"}]"#, "BATCHING_NOT_ENABLED"),
        (r#"{"extensions":{"persistedQuery":{"version":1}}}"#, "BAD_REQUEST"),
    ] {
        check_post("application/json", body, (400, JSON, code)).await;
        let expected = (400, GRAPHQL_RESPONSE, code);
        check_post("application/graphql-response+json", body, expected).await;
    }
    let deep = format!(r#"{{"query":"{{ greeting }}","variables":{{"a":{}"#, "[".repeat(100_000));
    check_post("", &deep, (400, JSON, "BAD_REQUEST")).await;
}

#[tokio::test]
async fn null_and_unknown_members_are_fine() {
    let body = r#"{"query":"{ greeting }","operationName":null,"variables":null,
                   "extensions":null,"more":[1]}"#;
    check_post("", body, (200, JSON, "no error")).await;
}

#[tokio::test]
async fn a_post_needs_json_in_utf_8() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for (content_type, status) in [
        (Some("application/json"), 200),
        (Some("application/json; charset=utf-8"), 200),
        (Some("Application/JSON;charset=\"UTF-8\""), 200),
        (Some("application/json; charset=utf-16"), 415),
        (Some("application/graphql"), 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("multipart/form-data; boundary=x"), 415),
        (None, 415),
    ] {
        let headers: Vec<_> = content_type.map(|it| ("content-type", it)).into_iter().collect();
        let body = Body::from(QUERY);
        let answered = gateway.send(request(Method::POST, "/graphql", &headers, body)).await;
        assert_eq!(answered.status, status, "{content_type:?}");
        if status == 415 {
            assert_eq!(answered.code(), "UNSUPPORTED_MEDIA_TYPE");
        }
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_allow() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answered = gateway.send(request(method, "/graphql", &[], Body::empty())).await;
        assert_eq!(answered.status, 405);
        assert_eq!(answered.header("allow"), "GET, HEAD, POST");
        assert_eq!(answered.code(), "METHOD_NOT_ALLOWED");
    }
}

const PREFLIGHTED: [(&str, &str); 1] = [("apollo-require-preflight", "true")];

#[tokio::test]
async fn a_get_reads_its_parameters_from_the_url() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for (path, status, code) in [
        ("/graphql?query=%7B%20greeting%20%7D", 200, "no error"),
        ("/?query=%7Bgreeting%7D", 200, "no error"),
        (
            "/graphql?query=query+A($t:Int){greeting(times:$t)}&operationName=A&variables=\
             %7B%22t%22:1%7D&extensions=null",
            200,
            "no error",
        ),
        ("/graphql", 400, "BAD_REQUEST"),
        ("/graphql?query=%7Bgreeting%7D&variables=x", 400, "BAD_REQUEST"),
        ("/graphql?query=%7Bgreeting%7D&variables=%5B%5D", 400, "BAD_REQUEST"),
        ("/graphql?query=%7Bgreeting%7D&query=%7Bgreeting%7D", 400, "BAD_REQUEST"),
        ("/graphql?query=%7Bnope%7D", 200, "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answered = gateway.get(path, &PREFLIGHTED).await;
        assert_eq!(answered.status, status, "{path}: {:?}", answered.body);
        assert_eq!(answered.code(), code, "{path}");
    }
}

#[tokio::test]
async fn a_mutation_by_get_is_refused_and_reaches_no_subgraph() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let path = "/graphql?query=mutation%7Bgreet(name:%22a%22)%7D";
    for accept in ["application/json", "application/graphql-response+json"] {
        let headers = [PREFLIGHTED[0], ("accept", accept)];
        let answered = gateway.get(path, &headers).await;
        assert_eq!(answered.status, 405);
        assert_eq!(answered.header("allow"), "POST");
        assert_eq!(answered.code(), "MUTATION_NOT_ALLOWED_OVER_HTTP_GET");
    }
    assert_eq!(gateway.subgraph.requests.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_get_a_foreign_page_could_send_is_refused() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let path = "/graphql?query=%7Bgreeting%7D";
    type Headers = &'static [(&'static str, &'static str)];
    let cases: [(Headers, u16, &str); 8] = [
        (&[], 400, "CSRF_ERROR"),
        (&[("accept", "application/graphql-response+json")], 400, "CSRF_ERROR"),
        (&[("apollo-require-preflight", "")], 400, "CSRF_ERROR"),
        (&[("content-type", "text/plain")], 415, "UNSUPPORTED_MEDIA_TYPE"),
        (&[("content-type", "application/json")], 200, "no error"),
        (&[("x-apollo-operation-name", "A")], 200, "no error"),
        (&[("apollo-require-preflight", "1")], 200, "no error"),
        (&[("graphql-require-preflight", "1")], 200, "no error"),
    ];
    for (headers, status, code) in cases {
        let answered = gateway.get(path, headers).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (status, code));
    }
    let off = Gateway::new("csrf: { enabled: false }\n", FakeSubgraph::saying(HELLO)).await;
    assert_eq!(off.get(path, &[]).await.status, 200);
    let own = "csrf: { required_headers: [X-Ours] }\n";
    let own = Gateway::new(own, FakeSubgraph::saying(HELLO)).await;
    assert_eq!(own.get(path, &PREFLIGHTED).await.status, 400);
    assert_eq!(own.get(path, &[("x-ours", "1")]).await.status, 200);
}

#[tokio::test]
async fn a_subscription_is_refused_clearly() {
    let body = r#"{"query":"subscription { greetings }"}"#;
    check_post("", body, (200, JSON, "SUBSCRIPTIONS_NOT_SUPPORTED")).await;
}

#[tokio::test]
async fn introspection_is_answered_unless_switched_off() {
    let query = "{ __schema { queryType { name } } kind: __type(name: \"Nest\") { kind } }";
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let answered = gateway.query(query).await;
    let expected = serde_json::json!({ "data": {
        "__schema": { "queryType": { "name": "Query" } }, "kind": { "kind": "OBJECT" },
    } });
    assert_eq!(answered.json(), expected);
    let off = Gateway::new("introspection: false\n", FakeSubgraph::saying(HELLO)).await;
    assert_eq!(off.query(query).await.code(), "INTROSPECTION_DISABLED");
    assert_eq!(off.query("{ __typename greeting }").await.code(), "no error");
}

#[tokio::test]
async fn introspection_cannot_be_nested_without_end() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let nested = "fields { type { ".repeat(8) + "name" + &"} }".repeat(8);
    let query = format!("{{ __schema {{ types {{ {nested} }} }} }}");
    assert_eq!(gateway.query(&query).await.code(), "MAX_DEPTH_EXCEEDED");
}

#[tokio::test]
async fn nothing_is_served_elsewhere() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let answered = gateway.get("/graphq", &[]).await;
    assert_eq!(answered.status, 404);
    assert_eq!(answered.code(), "NOT_FOUND");
}

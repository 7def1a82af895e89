//! Pages of other origins: what browsers are told before a request and with its answer.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Method;

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};
use crate::served_views::views;

const OURS: &str = "https://app.example.com";
const THEIRS: &str = "https://evil.example.com";

async fn gateway(cors: &str) -> Gateway {
    let more = if cors.is_empty() { String::new() } else { format!("cors: {cors}\n") };
    Gateway::new(&(views("") + &more), FakeSubgraph::saying(HELLO)).await
}

async fn preflight(gateway: &Gateway, path: &str, origin: &str) -> Answered {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-account"),
    ];
    gateway.send(request(Method::OPTIONS, path, &headers, Body::empty())).await
}

async fn ask(gateway: &Gateway, path: &str, origin: &str) -> Answered {
    let headers = [("content-type", "application/json"), ("origin", origin)];
    let query = r#"{"query":"{ __typename }"}"#;
    gateway.send(request(Method::POST, path, &headers, query.into())).await
}

const ALLOWED: &str = "access-control-allow-origin";

#[tokio::test]
async fn without_a_rule_no_foreign_page_is_answered_to() {
    let gateway = gateway("").await;
    let answered = preflight(&gateway, "/graphql", OURS).await;
    assert_eq!((answered.status.as_u16(), answered.header(ALLOWED)), (405, ""));
    let answered = ask(&gateway, "/graphql", OURS).await;
    assert_eq!((answered.status.as_u16(), answered.header(ALLOWED)), (200, ""));
}

#[tokio::test]
async fn pages_of_named_origins_may_ask_wherever_graphql_is_and_others_nowhere() {
    let gateway = gateway(&format!("{{ origins: ['{OURS}', 'capacitor://localhost'] }}")).await;
    for path in ["/graphql", "/", "/web/graphql", "/web/rest/of/it"] {
        for origin in [OURS, "capacitor://localhost"] {
            let answered = preflight(&gateway, path, origin).await;
            assert_eq!((answered.status.as_u16(), answered.header(ALLOWED)), (200, origin));
            assert_eq!(answered.header("access-control-allow-methods"), "GET,POST");
            let allowed = answered.header("access-control-allow-headers");
            assert_eq!(allowed, "content-type,x-account", "what is asked for");
            assert_eq!(answered.header("access-control-max-age"), "7200");
            assert_eq!(answered.header("access-control-allow-credentials"), "");
            assert!(answered.header("vary").contains("origin"), "{:?}", answered.headers);
        }
        for origin in [THEIRS, "http://app.example.com", "https://app.example.com:444", "null"] {
            let answered = preflight(&gateway, path, origin).await;
            assert_eq!(answered.header(ALLOWED), "", "{path} {origin}");
        }
    }
    assert_eq!(gateway.subgraph.requests.load(Ordering::SeqCst), 0);
    assert!(gateway.reports.lock().expect("no test panics here").is_empty());
    for path in ["/health", "/ui/config.json"] {
        let answered = gateway.get(path, &[("origin", OURS)]).await;
        assert_eq!(answered.header(ALLOWED), "", "{path}");
    }
}

#[tokio::test]
async fn an_answer_says_who_may_read_it_and_which_headers() {
    let gateway = gateway(&format!("{{ origins: ['{OURS}'] }}")).await;
    for path in ["/graphql", "/web/graphql"] {
        let answered = ask(&gateway, path, OURS).await;
        assert_eq!((answered.status.as_u16(), answered.header(ALLOWED)), (200, OURS));
        let exposed = answered.header("access-control-expose-headers");
        assert_eq!(exposed, "weft-errors,x-request-id");
        assert_ne!(answered.header("x-request-id"), "");
        let varies: Vec<_> = answered.headers.get_all("vary").iter().collect();
        assert!(format!("{varies:?}").contains("accept"), "{varies:?}");
        assert!(format!("{varies:?}").contains("origin"), "{varies:?}");
        // It is the browser that keeps what it got from a page that may not have it.
        let answered = ask(&gateway, path, THEIRS).await;
        assert_eq!((answered.status.as_u16(), answered.header(ALLOWED)), (200, ""));
    }
    // Refusals can be read, too.
    let headers = [("origin", OURS)];
    let answered = gateway.get("/graphql?query=%7Bgreeting%7D", &headers).await;
    assert_eq!((answered.code(), answered.header(ALLOWED)), ("CSRF_ERROR".to_owned(), OURS));
}

#[tokio::test]
async fn everything_about_the_rule_can_be_said() {
    let cors = format!(
        "{{ origins: ['{OURS}'], methods: [POST], allow_headers: [Content-Type], \
         expose_headers: [x-trace], allow_credentials: true, max_age_seconds: 5 }}"
    );
    let gateway = gateway(&cors).await;
    let answered = preflight(&gateway, "/graphql", OURS).await;
    assert_eq!(answered.header("access-control-allow-methods"), "POST");
    assert_eq!(answered.header("access-control-allow-headers"), "content-type");
    assert_eq!(answered.header("access-control-allow-credentials"), "true");
    assert_eq!(answered.header("access-control-max-age"), "5");
    let answered = ask(&gateway, "/graphql", OURS).await;
    assert_eq!(answered.header("access-control-expose-headers"), "x-trace");
    assert_eq!(answered.header("access-control-allow-credentials"), "true");
}

#[tokio::test]
async fn any_origin_is_any_origin() {
    let gateway = gateway("{ origins: ['*'] }").await;
    assert_eq!(preflight(&gateway, "/graphql", THEIRS).await.header(ALLOWED), "*");
    assert_eq!(ask(&gateway, "/graphql", "null").await.header(ALLOWED), "*");
}

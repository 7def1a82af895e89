//! What Prometheus reads: names that the documentation has, and labels that no client can choose.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Method;
use futures_util::FutureExt;
use router::subgraph_client::SubgraphFailure;
use serde_json::json;

use crate::gateway::{FakeSubgraph, Gateway, HELLO, request};
use crate::served_views::views;

const METRICS: &str = "telemetry: { service_name: shop, metrics: { prometheus: {} } }\n";

/// The value of one line of the text, by its name and labels.
fn value(text: &str, line: &str) -> Option<f64> {
    let rest = text.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(' '))?;
    Some(rest.parse().expect("a number"))
}

async fn text(gateway: &Gateway) -> String {
    gateway.state.metrics.as_ref().expect("they are on").text().await
}

/// A gateway with a view, whose subgraph can be made to fail.
async fn gateway() -> Gateway {
    let subgraph = FakeSubgraph::new(|request| {
        let fails = request.body.windows(6).any(|part| part == b"to_die");
        async move {
            let failure = SubgraphFailure::HttpStatus { status: 503 };
            if fails { Err(failure) } else { Ok(HELLO.into()) }
        }
        .boxed()
    });
    Gateway::new(&format!("{METRICS}{}", views("")), subgraph).await
}

async fn ask(gateway: &Gateway, path: &str, query: &str) {
    let headers = [("content-type", "application/json")];
    let body = Body::from(json!({ "query": query }).to_string());
    gateway.send(request(Method::POST, path, &headers, body)).await;
}

#[tokio::test]
async fn requests_operations_and_fetches_are_counted_by_what_became_of_them() {
    let gateway = gateway().await;
    for query in ["{ greeting }", "{ greeting }", "{ greeting(name: \"to_die\") }", "{ nope }"] {
        ask(&gateway, "/graphql", query).await;
    }
    ask(&gateway, "/web/graphql", "{ hello(who: \"you\") }").await;
    let text = text(&gateway).await;
    let operations = |labels: &str| {
        value(&text, &format!("graphql_operation_duration_seconds_count{{{labels}}}"))
    };
    let of = |kind: &str, view: &str, outcome: &str| {
        format!("graphql_operation_type=\"{kind}\",weft_view=\"{view}\",weft_outcome=\"{outcome}\"")
    };
    assert_eq!(operations(&of("query", "", "success")), Some(2.0), "{text}");
    assert_eq!(operations(&of("query", "", "errors")), Some(1.0), "{text}");
    assert_eq!(operations(&of("", "", "refused")), Some(1.0), "{text}");
    assert_eq!(operations(&of("query", "web", "success")), Some(1.0), "{text}");
    let count =
        |line: &str, expected: f64| assert_eq!(value(&text, line), Some(expected), "{text}");
    count(
        "weft_operations_refused_total{error_type=\"GRAPHQL_VALIDATION_FAILED\",weft_view=\"\"}",
        1.0,
    );
    count("weft_operation_cache_requests_total{result=\"hit\"}", 1.0);
    count("weft_operation_cache_requests_total{result=\"miss\"}", 3.0);
    let requests = "http_server_request_duration_seconds_count{http_request_method=\"POST\",";
    count(&format!("{requests}http_route=\"/graphql\",http_response_status_code=\"200\"}}"), 4.0);
    count(
        &format!("{requests}http_route=\"/web/graphql\",http_response_status_code=\"200\"}}"),
        1.0,
    );
    let asked = "http_client_request_duration_seconds_count{graphql_subgraph_name=\"greeter\",";
    count(&format!("{asked}http_response_status_code=\"\",error_type=\"\"}}"), 3.0);
    let failed = "http_response_status_code=\"503\",error_type=\"SUBREQUEST_HTTP_ERROR\"}";
    count(&format!("{asked}{failed}"), 1.0);
    count("http_server_active_requests", 0.0);
    count("weft_operation_cache_entries", 3.0);
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn nothing_that_a_client_has_chosen_is_a_label() {
    let gateway = gateway().await;
    let odd = Method::from_bytes(b"CHOSEN").expect("a method");
    gateway.send(request(odd, "/chosen", &[], Body::empty())).await;
    ask(&gateway, "/chosen/path", "query Chosen { greeting(name: \"chosen\") }").await;
    ask(&gateway, "/graphql", "query Chosen { chosen }").await;
    let headers = [("x-request-id", "chosen"), ("host", "chosen")];
    gateway.get("/health/chosen?chosen=1", &headers).await;
    let text = text(&gateway).await;
    assert!(!text.to_lowercase().contains("chosen"), "{text}");
    assert!(text.contains("http_request_method=\"_OTHER\",http_route=\"\""), "{text}");
    assert!(text.contains("target_info{service_name=\"shop\",service_version=\""), "{text}");
}

/// A gateway that has sent one request to its subgraph for two of its clients.
async fn gateway_that_has_shared() -> Gateway {
    let (answer, may_answer) = tokio::sync::watch::channel(false);
    let subgraph = FakeSubgraph::new(move |_| {
        let mut may_answer = may_answer.clone();
        async move {
            may_answer.wait_for(|may| *may).await.expect("the test is still there");
            Ok(HELLO.into())
        }
        .boxed()
    });
    let gateway = Gateway::new(METRICS, subgraph).await;
    let one = || ask(&gateway, "/graphql", "{ greeting }");
    let (mut first, mut second) = (Box::pin(one()), Box::pin(one()));
    while gateway.subgraph.requests.load(std::sync::atomic::Ordering::SeqCst) == 0 {
        assert!(futures_util::poll!(&mut first).is_pending());
        tokio::task::yield_now().await;
    }
    assert!(futures_util::poll!(&mut second).is_pending());
    assert_eq!(value(&text(&gateway).await, "http_server_active_requests"), Some(2.0));
    answer.send_replace(true);
    tokio::join!(first, second);
    gateway
}

#[tokio::test]
async fn requests_that_somebody_else_has_under_way_are_counted_apart() {
    let text = text(&gateway_that_has_shared().await).await;
    let shared = "weft_subgraph_requests_shared_total{graphql_subgraph_name=\"greeter\"}";
    assert_eq!(value(&text, shared), Some(1.0), "{text}");
    let asked = "http_client_request_duration_seconds_count{graphql_subgraph_name=\"greeter\",\
                 http_response_status_code=\"\",error_type=\"\"}";
    assert_eq!(value(&text, asked), Some(1.0), "{text}");
}

#[tokio::test]
async fn the_documentation_has_every_metric_and_no_other() {
    let gateway = gateway_that_has_shared().await;
    ask(&gateway, "/graphql", "{ nope }").await;
    let text = text(&gateway).await;
    let named = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let is: BTreeSet<&str> = named.filter_map(|line| line.split(' ').next()).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(folder.join("../../docs/telemetry.md"));
    let document = document.expect("the documentation");
    let (_, table) = document.split_once("| metric |").expect("the table of metrics");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let told: BTreeSet<&str> = lines.filter_map(|line| line.split('`').nth(1)).collect();
    // What the system does not tell is not there, nor what is about spans where none are made.
    let of_the_system = |name: &&str| name.starts_with("process_") || *name == "weft_spans";
    assert!(is.is_subset(&told), "{:?}", is.difference(&told));
    let others: Vec<_> = told.difference(&is).filter(|name| !of_the_system(name)).collect();
    assert_eq!(others, [&""; 0]);
}

#[tokio::test]
async fn nothing_is_counted_where_nobody_reads_it() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    assert!(gateway.state.metrics.is_none());
}

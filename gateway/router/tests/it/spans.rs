//! Spans of requests, as a collector gets them, and collectors that are no help.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use futures_util::FutureExt;
use observability::otlp::{ExportTraceServiceRequest, Span, SpanCounts, SpanKind, Value};
use prost::Message;
use router::subgraph_client::SubgraphFailure;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::gateway::{FakeSubgraph, Gateway, HELLO, request};
use crate::served_views::views;

/// Longer than anything here takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

type Received = UnboundedReceiver<(HeaderMap, ExportTraceServiceRequest)>;

/// A collector, and what it is sent.
async fn collector() -> (String, Received) {
    let (sender, received) = unbounded_channel();
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).expect("protobuf of OTLP");
        sender.send((headers, request)).expect("the test is still there");
        StatusCode::OK
    };
    let routes = Router::new().route("/v1/traces", post(take));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, received)
}

/// `telemetry:` with a collector, and nothing kept that need not be.
fn telemetry(url: &str, more: &str) -> String {
    format!(
        "telemetry:\n  service_name: shop\n  tracing:\n    sampling: {{ ratio: 0 }}\n    \
         otlp: {{ endpoint: \"{url}\", headers: {{ x-key: secret }}{more} }}\n"
    )
}

async fn ask(gateway: &Gateway, path: &str, query: &str, headers: &[(&str, &str)]) -> StatusCode {
    let json = [("content-type", "application/json")];
    let headers: Vec<_> = headers.iter().chain(&json).copied().collect();
    let body = Body::from(json!({ "query": query }).to_string());
    gateway.send(request(Method::POST, path, &headers, body)).await.status
}

async fn shut_down(gateway: &Gateway) {
    let tracer = gateway.state.options.tracer.as_ref().expect("it is on");
    tracer.exporter().shut_down(PATIENCE).await;
}

fn counts(gateway: &Gateway) -> [u64; 3] {
    let tracer = gateway.state.options.tracer.as_ref().expect("it is on");
    let SpanCounts { exported, dropped, failed } = &**tracer.exporter().counts();
    [exported, dropped, failed].map(|count| count.load(Ordering::SeqCst))
}

/// All spans of what has been received by now.
fn spans(received: &mut Received) -> Vec<Span> {
    let mut spans = Vec::new();
    while let Some(Some((_, request))) = received.recv().now_or_never() {
        let scopes = request.resource_spans.into_iter().flat_map(|it| it.scope_spans);
        spans.extend(scopes.flat_map(|scope| scope.spans));
    }
    spans
}

fn attribute(span: &Span, key: &str) -> Option<Value> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
    attribute.value.clone()?.value
}

/// A subgraph that fails when it is told to.
fn subgraph() -> Arc<FakeSubgraph> {
    FakeSubgraph::new(|request| {
        let fails = request.body.windows(6).any(|part| part == b"to_die");
        async move {
            let failure = SubgraphFailure::HttpStatus { status: 503 };
            if fails { Err(failure) } else { Ok(HELLO.into()) }
        }
        .boxed()
    })
}

/// AC-J1.3.
#[tokio::test]
async fn a_request_is_a_tree_of_what_was_done_for_it() {
    let (url, mut received) = collector().await;
    let more = telemetry(&url, ", interval_ms: 60000") + &views("");
    let gateway = Gateway::new(&more, subgraph()).await;
    let headers = [("traceparent", SAMPLED), ("tracestate", "a=b"), ("x-request-id", "r-1")];
    ask(&gateway, "/web/graphql", "query Hi { hello(who: \"secret\") }", &headers).await;
    // What waits for others is sent at the end.
    shut_down(&gateway).await;
    let (sent_with, request) = received.recv().await.expect("it is sent");
    assert_eq!(sent_with["x-key"], "secret");
    assert_eq!(sent_with["content-type"], "application/x-protobuf");
    assert!(!format!("{request:?}").contains("secret"), "{request:?}");
    let of = request.resource_spans[0].resource.as_ref().expect("a resource");
    assert_eq!(of.attributes[0].key, "service.name");
    let spans = &request.resource_spans[0].scope_spans[0].spans;
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    let stages = [
        "POST /web/graphql",
        "query",
        "graphql.parse",
        "graphql.validate",
        "graphql.plan",
        "fetch greeter",
    ];
    assert_eq!(names, stages);
    let [root, operation, parts @ ..] = spans.as_slice() else { panic!("{names:?}") };
    assert_eq!(root.parent_span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
    assert_eq!((root.kind(), parts[3].kind()), (SpanKind::Server, SpanKind::Client));
    assert_eq!(operation.parent_span_id, root.span_id);
    for span in spans {
        let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
        assert_eq!((span.trace_id.as_slice(), span.trace_state.as_str()), (&trace[..], "a=b"));
        assert!(span.start_time_unix_nano >= root.start_time_unix_nano, "{span:?}");
        assert!(span.end_time_unix_nano <= root.end_time_unix_nano, "{span:?}");
        assert_eq!(span.status, None);
    }
    assert!(parts.iter().all(|part| part.parent_span_id == operation.span_id));
    let expected = [
        (root, "http.route", Value::from("/web/graphql")),
        (root, "http.response.status_code", Value::Int(200)),
        (root, "weft.request_id", Value::from("r-1")),
        (root, "weft.view", Value::from("web")),
        (operation, "graphql.operation.type", Value::from("query")),
        (operation, "graphql.operation.name", Value::from("Hi")),
        (operation, "weft.view", Value::from("web")),
        (operation, "weft.plan_cached", Value::Bool(false)),
        (&parts[3], "graphql.subgraph.name", Value::from("greeter")),
    ];
    for (span, key, value) in expected {
        assert_eq!(attribute(span, key), Some(value), "{key} of {}", span.name);
    }
}

/// AC-J2.1.
#[tokio::test]
async fn whether_spans_are_kept_is_known_at_the_end() {
    let (url, mut received) = collector().await;
    let gateway = Gateway::new(&telemetry(&url, ""), subgraph()).await;
    let unsampled = SAMPLED.replace("-01", "-00");
    for headers in [&[][..], &[("traceparent", unsampled.as_str())]] {
        ask(&gateway, "/graphql", "{ greeting }", headers).await;
    }
    ask(&gateway, "/graphql", "{ greeting(name: \"to_die\") }", &[]).await;
    gateway.get("/nothing", &[]).await;
    shut_down(&gateway).await;
    let spans = spans(&mut received);
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    let failed = [
        "POST /graphql",
        "query",
        "graphql.parse",
        "graphql.validate",
        "graphql.plan",
        "fetch greeter",
    ];
    assert_eq!(names, [&failed[..], &["GET"]].concat());
    assert_eq!(attribute(&spans[5], "error.type"), Some(Value::from("SUBREQUEST_HTTP_ERROR")));
    assert_eq!(attribute(&spans[5], "http.response.status_code"), Some(Value::Int(503)));
    assert_eq!(attribute(&spans[1], "weft.errors"), Some(Value::Int(1)));
    assert_eq!(attribute(&spans[6], "http.response.status_code"), Some(Value::Int(404)));
    assert_eq!(counts(&gateway), [7, 0, 0]);
}

/// AC-J1.3: it never slows a request.
#[tokio::test]
async fn a_collector_that_hangs_costs_spans_and_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (accepted, mut is_accepted) = unbounded_channel();
    tokio::spawn(async move {
        loop {
            // Kept open, and never answered.
            let connection = listener.accept().await.expect("somebody connects");
            accepted.send(connection).expect("the test is still there");
        }
    });
    let more = ", queue_spans_max: 20, batch_spans_max: 5, interval_ms: 1, timeout_ms: 600000";
    let metrics = "  metrics: { prometheus: {} }\n";
    let gateway = Gateway::new(&(telemetry(&url, more) + metrics), subgraph()).await;
    for _ in 0..100 {
        let status = ask(&gateway, "/graphql", "{ greeting }", &[("traceparent", SAMPLED)]).await;
        assert_eq!(status, 200);
    }
    let _hanging = is_accepted.recv().await.expect("it is asked");
    // The first request has six spans, of which three are of its preparation; all others three.
    // After four of those there is no room for all of another one's.
    let [exported, dropped, failed] = counts(&gateway);
    assert_eq!((exported, failed), (0, 0));
    assert_eq!(dropped, (6 + 99 * 3) - (6 + 4 * 3));
    let text = gateway.state.metrics.as_ref().expect("they are on").text().await;
    assert!(text.contains(&format!("weft_spans_total{{result=\"dropped\"}} {dropped}")), "{text}");
    // Nor does it keep the gateway from ending.
    let tracer = gateway.state.options.tracer.as_ref().expect("it is on");
    tracer.exporter().shut_down(Duration::from_millis(1)).await;
}

#[tokio::test]
async fn a_collector_that_is_not_there_or_refuses_costs_spans_and_no_request() {
    let refusing = Router::new().route("/v1/traces", post(|| async { StatusCode::FORBIDDEN }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let refusal = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, refusing).await });
    for url in ["http://127.0.0.1:9", refusal.as_str()] {
        let gateway = Gateway::new(&telemetry(url, ""), subgraph()).await;
        let status = ask(&gateway, "/graphql", "{ greeting }", &[("traceparent", SAMPLED)]).await;
        assert_eq!(status, 200);
        shut_down(&gateway).await;
        assert_eq!(counts(&gateway), [0, 0, 6], "{url}");
    }
}

//! The HTTP client against servers that misbehave, each on a loopback port of its own.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use observability::{RequestScope, Sampling, SpanId};
use router::caller::Caller;
use router::config::Config;
use router::subgraph_client::{
    HttpSubgraphClient, HttpSubgraphClientConfig, SubgraphClient, SubgraphFailure, SubgraphRequest,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Asks a server that sends these bytes to whoever has asked, and closes.
async fn ask(answer: impl Into<Vec<u8>>) -> Result<Bytes, SubgraphFailure> {
    ask_with(answer, config()).await.0
}

fn config() -> HttpSubgraphClientConfig {
    let default = HttpSubgraphClientConfig::new(&Config::default());
    HttpSubgraphClientConfig { response_bytes_max: 1000, ..default }
}

async fn ask_with(
    answer: impl Into<Vec<u8>>,
    config: HttpSubgraphClientConfig,
) -> (Result<Bytes, SubgraphFailure>, String) {
    ask_as("", Caller::Unknown, answer, config).await
}

/// On somebody's behalf, with a name and a password in the URL.
async fn ask_as(
    credentials: &str,
    caller: Caller,
    answer: impl Into<Vec<u8>>,
    config: HttpSubgraphClientConfig,
) -> (Result<Bytes, SubgraphFailure>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let url = format!("http://{credentials}{address}/graphql?a=b#c");
    let (asked, request) = oneshot::channel();
    let answer = answer.into();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = asked.send(read_request(&mut stream).await);
        stream.write_all(&answer).await.expect("the client reads");
        stream.shutdown().await.expect("the client reads");
    });
    let answered = send_for(caller, &url, config).await;
    let request = request.await.expect("the server was asked");
    server.abort();
    (answered, request)
}

async fn send(url: &str, config: HttpSubgraphClientConfig) -> Result<Bytes, SubgraphFailure> {
    send_for(Caller::Unknown, url, config).await
}

async fn send_for(
    caller: Caller,
    url: &str,
    config: HttpSubgraphClientConfig,
) -> Result<Bytes, SubgraphFailure> {
    let urls = [("orders".to_owned(), url.parse().expect("a URL"))];
    let client = HttpSubgraphClient::new(urls, &config).expect("a client");
    let body = Bytes::from_static(b"{\"query\":\"{ a }\"}");
    let (subgraph, span_id) = (Arc::from("orders"), SpanId::generate());
    let request = SubgraphRequest { subgraph, body, caller, span_id, may_be_shared: true };
    client.send(request).await.map(|answer| answer.body)
}

/// Head and body of one request.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"{ a }\"}") {
        let mut chunk = [0; 1024];
        let length = stream.read(&mut chunk).await.expect("the client writes");
        if length == 0 {
            break;
        }
        read.extend_from_slice(&chunk[..length]);
    }
    String::from_utf8(read).expect("text")
}

fn response(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n\
         {body}"
    )
}

/// Runs `future` for a request with these headers.
async fn for_request<T>(headers: &[(&'static str, &str)], future: impl Future<Output = T>) -> T {
    let value = |value: &str| HeaderValue::from_str(value).expect("a header value");
    let headers = headers.iter().map(|(name, text)| (HeaderName::from_static(name), value(text)));
    let (headers, uri) = (headers.collect(), Uri::from_static("/graphql"));
    RequestScope::of(&Method::POST, &uri, &headers, &Sampling::default()).run(future).await
}

#[tokio::test]
async fn the_request_says_what_it_is_and_forwards_nothing_but_the_id_and_the_trace() {
    let headers = [("x-request-id", "r-7"), ("authorization", "secret"), ("baggage", "a=b")];
    let answer = response("200 OK", "application/json", "{}");
    let (answered, request) = for_request(&headers, ask_with(answer, config())).await;
    assert_eq!(answered.expect("an answer"), "{}");
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body, "{\"query\":\"{ a }\"}");
    let mut names: Vec<&str> =
        head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    names.sort_unstable();
    let own = ["accept", "accept-encoding", "content-length", "content-type", "host"];
    let of_the_request = ["traceparent", "x-request-id"];
    assert_eq!(names, [own.as_slice(), &of_the_request].concat());
    assert!(head.starts_with("POST /graphql?a=b HTTP/1.1"), "{head}");
    assert!(head.contains("accept: application/graphql-response+json, application/json"), "{head}");
    assert!(head.contains("gzip") && head.contains("br"), "{head}");
    assert!(head.contains("x-request-id: r-7"), "{head}");
}

/// AC-J1.1.
#[tokio::test]
async fn the_trace_goes_on_under_a_new_span() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("traceparent", parent), ("tracestate", "congo=t61rcWkgMzE")];
    let mut spans = Vec::new();
    for _ in 0..2 {
        let answer = response("200 OK", "application/json", "{}");
        let (_, request) = for_request(&headers, ask_with(answer, config())).await;
        let told = request.lines().find_map(|line| line.strip_prefix("traceparent: "));
        let told = told.expect("it is told").to_owned();
        assert!(told.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{told}");
        assert!(told.ends_with("-01") && !told.contains("00f067aa0ba902b7"), "{told}");
        assert!(request.contains("tracestate: congo=t61rcWkgMzE\r\n"), "{request}");
        spans.push(told);
    }
    assert_ne!(spans[0], spans[1]);
    // Without a trace one begins, and outside of requests there is none.
    let answer = || response("200 OK", "application/json", "{}");
    let (_, request) = for_request(&[], ask_with(answer(), config())).await;
    assert!(request.contains("\r\ntraceparent: 00-"), "{request}");
    assert!(!request.contains("4bf92f3577b34da6a3ce929d0e0e4736"), "{request}");
    let (_, request) = ask_with(answer(), config()).await;
    assert!(!request.contains("traceparent") && !request.contains("x-request-id"), "{request}");
}

#[tokio::test]
async fn a_name_and_a_password_in_the_url_are_a_header() {
    for (credentials, header) in [("me:p%40ss@", "bWU6cEBzcw=="), ("me@", "bWU6")] {
        let answer = response("200 OK", "application/json", "{}");
        let (answered, request) = ask_as(credentials, Caller::Unknown, answer, config()).await;
        assert_eq!(answered.expect("an answer"), "{}");
        assert!(request.contains(&format!("authorization: Basic {header}\r\n")), "{request}");
        assert!(!request.contains("me:") && !request.contains("me@"), "{request}");
    }
}

#[tokio::test]
async fn a_caller_who_is_known_is_told_in_a_header() {
    let id = || "123".parse().expect("an id");
    for (caller, told) in
        [(Caller::User(id()), "x-user-id: 123"), (Caller::Default(id()), "x-default-user-id: 123")]
    {
        let answer = response("200 OK", "application/json", "{}");
        let (_, request) = ask_as("", caller, answer, config()).await;
        let headers = request.lines().filter(|line| line.contains("user-id"));
        assert_eq!(headers.collect::<Vec<_>>(), [told]);
    }
}

#[tokio::test]
async fn a_success_is_the_executors_to_judge() {
    for body in ["{\"data\":null}", "<html>", ""] {
        let answered = ask(response("200 OK", "text/html", body)).await;
        assert_eq!(answered.expect("an answer"), body);
    }
}

#[tokio::test]
async fn an_http_error_with_graphql_in_it_is_told_by_that() {
    for body in ["{\"errors\":[{\"message\":\"no\"}]}", "{\"data\":{\"a\":1}}"] {
        for status in ["400 Bad Request", "500 Internal Server Error"] {
            let answered = ask(response(status, "application/json", body)).await;
            assert_eq!(answered.expect("an answer"), body);
        }
    }
}

#[tokio::test]
async fn any_other_http_error_is_told_by_its_status() {
    for (status, body) in [
        (500, "<html>oops</html>"),
        (502, ""),
        (404, "{\"error\":\"not found\"}"),
        (500, "{\"data\":null}"),
        (500, "{\"errors\":[]}"),
        (302, "moved"),
    ] {
        let answered = ask(response(&format!("{status} X"), "text/html", body)).await;
        assert_eq!(answered, Err(SubgraphFailure::HttpStatus { status }), "{body}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer = "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(ask(answer).await, Err(SubgraphFailure::HttpStatus { status: 307 }));
}

#[tokio::test]
async fn what_breaks_off_is_unavailable() {
    for answer in [
        "",
        "HTTP/1.1 2",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\"",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"dat",
    ] {
        let answered = ask(answer).await;
        assert!(
            matches!(&answered, Err(SubgraphFailure::Unavailable { cause }) if !cause.is_empty()),
            "{answer}: {answered:?}"
        );
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_the_cause_has_no_url() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let answered = send(&format!("http://me:secret@127.0.0.1:{port}/"), config()).await;
    let Err(SubgraphFailure::Unavailable { cause }) = answered else { panic!("{answered:?}") };
    assert!(!cause.contains("secret"), "{cause}");
}

#[tokio::test]
async fn subgraph_response_bytes_max() {
    let chunked = |length: usize| {
        let body = "x".repeat(length);
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked";
        format!("{head}\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n")
    };
    let announced = |length: usize| response("200 OK", "text/plain", &"x".repeat(length));
    for answer in [chunked(1000), announced(1000)] {
        assert_eq!(ask(answer).await.expect("an answer").len(), 1000);
    }
    for answer in [chunked(1001), announced(1001)] {
        assert_eq!(ask(answer).await, Err(SubgraphFailure::TooLarge { bytes_max: 1000 }));
    }
}

#[tokio::test]
async fn the_limit_counts_what_was_unpacked() {
    let zeros = vec![b'0'; 100_000];
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &zeros).expect("in memory");
    let packed = packer.finish().expect("in memory");
    assert!(packed.len() < 1000, "small on the wire: {}", packed.len());
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        packed.len()
    );
    let answer = [head.as_bytes(), &packed].concat();
    assert_eq!(ask(answer).await, Err(SubgraphFailure::TooLarge { bytes_max: 1000 }));
}

#[tokio::test]
async fn subgraph_request_ms() {
    let request_timeout = Duration::from_millis(30);
    let config = HttpSubgraphClientConfig { request_timeout, ..config() };
    // Connections are accepted by the system; nobody ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    assert_eq!(send(&url, config).await, Err(SubgraphFailure::Timeout { timeout_ms: 30 }));
}

#[tokio::test]
async fn half_a_body_and_then_silence_is_a_timeout() {
    let request_timeout = Duration::from_millis(50);
    let config = HttpSubgraphClientConfig { request_timeout, ..config() };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await.expect("written");
        std::future::pending::<()>().await;
    });
    assert_eq!(send(&url, config).await, Err(SubgraphFailure::Timeout { timeout_ms: 50 }));
    server.abort();
}

/// Answers one connection's requests in HTTP/2, and nothing else, with what it was asked.
async fn speak_http2(listener: TcpListener) {
    let (stream, _) = listener.accept().await.expect("a connection");
    let answer = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let said = format!("{:?} {} {}", head.version, head.method, head.uri);
        let body = body.collect().await?.to_bytes();
        let said = [said.as_bytes(), b" ", &body].concat();
        Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from(said))))
    });
    let builder = http2::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), answer).await;
}

#[tokio::test]
async fn an_h2c_url_is_asked_in_http_2_without_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(speak_http2(listener));
    let url = format!("h2c://{address}/graphql");
    let urls = [("orders".to_owned(), url.parse().expect("a URL"))];
    let client = HttpSubgraphClient::new(urls, &config()).expect("a client");
    let asked = || {
        let (subgraph, body) = (Arc::from("orders"), Bytes::from_static(b"{}"));
        client.send(SubgraphRequest {
            subgraph,
            body,
            caller: Caller::Unknown,
            span_id: SpanId::generate(),
            may_be_shared: true,
        })
    };
    // Two at the same time, on the one connection that is accepted.
    let (one, other) = tokio::join!(asked(), asked());
    let expected = format!("HTTP/2.0 POST http://{address}/graphql {{}}");
    assert_eq!(one.expect("an answer").body, expected);
    assert_eq!(other.expect("an answer").body, expected);
    server.abort();
}

#[tokio::test]
async fn an_unknown_subgraph_is_unavailable() {
    let client = HttpSubgraphClient::new([], &config()).expect("a client");
    let request = SubgraphRequest {
        subgraph: Arc::from("nobody"),
        body: Bytes::new(),
        caller: Caller::Unknown,
        span_id: SpanId::generate(),
        may_be_shared: true,
    };
    let answered = client.send(request).await;
    assert!(matches!(answered, Err(SubgraphFailure::Unavailable { .. })), "{answered:?}");
}

//! Persisted queries that several gateways remember together: in a real Redis, and in servers that
//! fail in every way there is. Whatever they do, requests are answered, and in time.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};
use crate::log::logged;

const QUERY: &str = "query Hi { greeting }";
/// Longer than anything here takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named(text: &str) -> Value {
    json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash(text) } } })
}

fn sent(text: &str) -> Value {
    let mut body = named(text);
    body["query"] = text.into();
    body
}

async fn gateway(url: &str, more: &str) -> Gateway {
    let config = format!("apq: {{ redis: {{ url: \"{url}\"{more} }} }}\n");
    Gateway::new(&config, FakeSubgraph::saying(HELLO)).await
}

async fn ask(gateway: &Gateway, body: Value) -> Answered {
    let headers = [("content-type", "application/json")];
    gateway.send(request(Method::POST, "/graphql", &headers, body.to_string().into())).await
}

async fn is_known(gateway: &Gateway, text: &str) -> bool {
    match ask(gateway, named(text)).await.code().as_str() {
        "PERSISTED_QUERY_NOT_FOUND" => false,
        "no error" => true,
        other => panic!("{other}"),
    }
}

/// Asks again and again, until the document is known.
async fn until_known(gateway: &Gateway, text: &str) {
    let started = Instant::now();
    while !is_known(gateway, text).await {
        assert!(started.elapsed() < PATIENCE, "`{text}` is not known");
        tokio::task::yield_now().await;
    }
}

/// A Redis of the test's own, on a socket; it is stopped when the test is over.
struct Redis {
    process: Child,
    folder: tempfile::TempDir,
}

impl Redis {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let process = Self::process(&folder);
        Self { process, folder }
    }

    fn process(folder: &tempfile::TempDir) -> Child {
        let socket = folder.path().join("redis.sock");
        let mut process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server is installed; ./test does that");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut lines = output.lines().map_while(Result::ok);
        let is_ready = lines.any(|line| line.contains("ready to accept connections"));
        assert!(is_ready, "redis-server has ended");
        // Nobody may write to a pipe that nobody reads.
        std::thread::spawn(move || lines.for_each(drop));
        process
    }

    fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("redis.sock").display())
    }

    fn stop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    fn start_again(&mut self) {
        self.process = Self::process(&self.folder);
    }

    async fn ask<T: redis::FromRedisValue>(&self, command: &[&str]) -> T {
        let client = redis::Client::open(self.url()).expect("a URL");
        let mut connection =
            client.get_multiplexed_async_connection().await.expect("it takes connections");
        let mut asked = redis::cmd(command[0]);
        asked.arg(&command[1..]).query_async(&mut connection).await.expect("it answers")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn what_one_gateway_was_sent_all_know() {
    let redis = Redis::start();
    let (one, other) = (gateway(&redis.url(), "").await, gateway(&redis.url(), "").await);
    assert!(!is_known(&one, QUERY).await && !is_known(&other, QUERY).await);
    assert_eq!(ask(&one, sent(QUERY)).await.code(), "no error");
    until_known(&other, QUERY).await;
    let key = format!("weft:apq:{}", hash(QUERY));
    assert_eq!(redis.ask::<String>(&["GET", &key]).await, QUERY);
    let ttl: i64 = redis.ask(&["TTL", &key]).await;
    assert!((604_700..=604_800).contains(&ttl), "{ttl}");
    // Once it is in memory, Redis is not asked.
    let _: () = redis.ask(&["FLUSHALL"]).await;
    assert!(is_known(&one, QUERY).await && is_known(&other, QUERY).await);
    assert!(!is_known(&gateway(&redis.url(), "").await, QUERY).await);
    assert_eq!((one.state.apq_redis_failures(), other.state.apq_redis_failures()), (0, 0));
    // What is refused anyway takes no room.
    assert_eq!(ask(&one, sent("{ none }")).await.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(redis.ask::<i64>(&["DBSIZE"]).await, 0);
}

#[tokio::test]
async fn keys_and_times_are_as_configured() {
    let redis = Redis::start();
    let more = ", prefix: \"shop/\", ttl_s: 60";
    let one = gateway(&redis.url(), more).await;
    assert_eq!(ask(&one, sent(QUERY)).await.code(), "no error");
    until_known(&gateway(&redis.url(), more).await, QUERY).await;
    assert!(!is_known(&gateway(&redis.url(), "").await, QUERY).await, "another prefix");
    let ttl: i64 = redis.ask(&["TTL", &format!("shop/{}", hash(QUERY))]).await;
    assert!((1..=60).contains(&ttl), "{ttl}");
}

#[tokio::test]
async fn what_is_no_document_is_not_believed() {
    let redis = Redis::start();
    let key = format!("weft:apq:{}", hash(QUERY));
    let long = "#".repeat(3_000_000);
    for wrong in ["{ nest { one } }", &format!("{QUERY} "), &long] {
        let _: () = redis.ask(&["SET", &key, wrong]).await;
        let gateway = gateway(&redis.url(), ", timeout_ms: 10000").await;
        assert!(!is_known(&gateway, QUERY).await);
        assert_eq!(gateway.state.apq_redis_failures(), 1);
        // The client sends it then, and is answered.
        assert_eq!(ask(&gateway, sent(QUERY)).await.json()["data"]["greeting"], "hello");
        assert!(is_known(&gateway, QUERY).await);
    }
    let _: () = redis.ask(&["DEL", &key]).await;
    let _: i64 = redis.ask(&["LPUSH", &key, "a"]).await;
    let gateway = gateway(&redis.url(), "").await;
    assert!(!is_known(&gateway, QUERY).await, "a list is no text");
}

#[tokio::test]
async fn a_redis_that_comes_back_is_asked_again() {
    let mut redis = Redis::start();
    let gateway = gateway(&redis.url(), "").await;
    assert!(!is_known(&gateway, QUERY).await);
    redis.stop();
    assert!(!is_known(&gateway, QUERY).await);
    assert_eq!(ask(&gateway, sent(QUERY)).await.code(), "no error");
    assert!(is_known(&gateway, QUERY).await, "memory knows");
    assert!(gateway.state.apq_redis_failures() > 0);
    redis.start_again();
    let other = "{ greeting }";
    let key = format!("weft:apq:{}", hash(other));
    let _: () = redis.ask(&["SET", &key, other]).await;
    until_known(&gateway, other).await;
}

/// A server that says `answer` to each command, or nothing at all. Counts the commands that are
/// about documents.
struct Scripted {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    async fn answering(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("redis://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let (counted, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&answer), Arc::clone(&counted)));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Reads commands: arrays of texts, each with its length before it.
async fn talk(
    mut stream: TcpStream,
    answer: Arc<impl Fn(&str) -> Option<Vec<u8>>>,
    asked: Arc<AtomicUsize>,
) {
    let mut read = Vec::new();
    loop {
        while let Some((command, length)) = command(&read) {
            read.drain(..length);
            let is_about_documents = ["GETRANGE", "SET"].contains(&command.as_str());
            let said = if is_about_documents {
                asked.fetch_add(1, Ordering::SeqCst);
                answer(&command)
            } else {
                Some(b"+OK\r\n".to_vec())
            };
            if let Some(said) = said
                && stream.write_all(&said).await.is_err()
            {
                return;
            }
        }
        match stream.read_buf(&mut read).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// The name of the first whole command, and its bytes.
fn command(read: &[u8]) -> Option<(String, usize)> {
    let mut at = 0;
    let mut line = || {
        let end = read[at..].windows(2).position(|two| two == b"\r\n")? + at;
        let text = std::str::from_utf8(&read[at..end]).ok()?.to_owned();
        at = end + 2;
        Some((text, at))
    };
    let (count, _) = line()?;
    let mut name = None;
    for _ in 0..count.strip_prefix('*')?.parse::<usize>().ok()? {
        line()?;
        let (text, _) = line()?;
        name.get_or_insert(text);
    }
    Some((name?, at))
}

#[tokio::test]
async fn one_that_never_answers_costs_the_time_out_once() {
    let silent = Scripted::answering(|_| None).await;
    let gateway = gateway(&silent.url, ", timeout_ms: 200").await;
    let started = Instant::now();
    assert!(!is_known(&gateway, QUERY).await);
    assert!(started.elapsed() >= Duration::from_millis(200), "it has been asked");
    // While it is left alone nobody waits for it. The pause is over after a second at the earliest.
    for _ in 0..20 {
        assert!(!is_known(&gateway, QUERY).await);
    }
    assert_eq!(ask(&gateway, sent(QUERY)).await.code(), "no error");
    assert!(is_known(&gateway, QUERY).await);
    if started.elapsed() < Duration::from_secs(1) {
        assert_eq!((silent.asked(), gateway.state.apq_redis_failures()), (1, 1));
    }
}

/// However many requests meet an outage, it is one line in the log.
#[tokio::test]
async fn an_outage_is_said_once() {
    let (failures, lines) = logged(async || {
        let silent = Scripted::answering(|_| Some(b"-ERR no\r\n".to_vec())).await;
        let gateway = gateway(&silent.url, "").await;
        for text in [QUERY, "{ greeting }", "{ __typename }", QUERY] {
            assert!(!is_known(&gateway, text).await);
        }
        gateway.state.apq_redis_failures()
    })
    .await;
    let is_about_redis = |text: &str| text.contains("redis");
    let said = |line: &&Value| line["event"].as_str().is_some_and(is_about_redis);
    let lines: Vec<&Value> = lines.iter().filter(said).collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["level"], "warning");
    assert!(lines[0]["cause"].as_str().expect("a cause").contains("no"), "{lines:?}");
    assert!(failures >= 1);
}

/// Those who ask for the same document at the same time wait for one answer.
#[tokio::test]
async fn many_who_ask_for_one_ask_once() {
    let server = Scripted::answering(|_| Some(b"$0\r\n\r\n".to_vec())).await;
    let gateway = gateway(&server.url, ", timeout_ms: 10000").await;
    let asking = (0..20).map(|_| is_known(&gateway, QUERY));
    let known = futures_util::future::join_all(asking).await;
    assert!(known.iter().all(|known| !known));
    assert!(server.asked() < 20, "{} questions", server.asked());
    assert_eq!(gateway.state.apq_redis_failures(), 0);
}

#[tokio::test]
async fn answers_that_make_no_sense_are_none() {
    let of = |text: &str| format!("${}\r\n{text}\r\n", text.len());
    for (said, failures) in [
        ("-ERR no\r\n".to_owned(), 1),
        ("-LOADING Redis is loading the dataset in memory\r\n".to_owned(), 1),
        ("-NOAUTH Authentication required.\r\n".to_owned(), 1),
        (":5\r\n".to_owned(), 1),
        ("$5\r\nabc".to_owned(), 1),
        ("$-7\r\n".to_owned(), 0),
        ("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned(), 1),
        (of("{ other }"), 1),
        ("$2\r\n\u{c3}\u{28}\r\n".to_owned(), 1),
        ("$-1\r\n".to_owned(), 0),
        ("$0\r\n\r\n".to_owned(), 0),
    ] {
        let answer = said.clone().into_bytes();
        let server = Scripted::answering(move |_| Some(answer.clone())).await;
        let gateway = gateway(&server.url, ", timeout_ms: 300").await;
        let started = Instant::now();
        assert!(!is_known(&gateway, QUERY).await, "{said:?}");
        assert!(started.elapsed() < PATIENCE, "{said:?}");
        assert_eq!(gateway.state.apq_redis_failures(), failures, "{said:?}");
        assert_eq!(ask(&gateway, sent(QUERY)).await.code(), "no error", "{said:?}");
        assert!(is_known(&gateway, QUERY).await, "{said:?}");
    }
}

/// One answer too many, and every answer is that to the question before: it is found out by the
/// hash, and the connection is given up.
#[tokio::test]
async fn answers_to_other_questions_are_not_believed() {
    let of = |text: &str| format!("${}\r\n{text}\r\n", text.len()).into_bytes();
    let server = Scripted::answering(move |_| Some(of("{ greeting }").repeat(2))).await;
    let gateway = gateway(&server.url, "").await;
    assert!(is_known(&gateway, "{ greeting }").await);
    assert!(!is_known(&gateway, QUERY).await);
    assert_eq!(gateway.state.apq_redis_failures(), 1);
}

#[tokio::test]
async fn one_that_is_not_there_changes_nothing() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("redis://{}", gone.local_addr().expect("an address"));
    drop(gone);
    let gateway = gateway(&url, "").await;
    assert!(!is_known(&gateway, QUERY).await);
    assert_eq!(ask(&gateway, sent(QUERY)).await.code(), "no error");
    assert!(is_known(&gateway, QUERY).await);
    assert!(gateway.state.apq_redis_failures() > 0);
}

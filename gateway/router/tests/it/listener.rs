//! The real listener: how it ends, and clients that take too long.

use std::io::ErrorKind;
use std::sync::Arc;

use futures_util::FutureExt;
use router::config::Listen;
use router::server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::gateway::{FakeSubgraph, Gateway, HELLO};

/// A served gateway: where it listens, how it is told to stop, and its end.
struct Served {
    address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn serve(more: &str, subgraph: Arc<FakeSubgraph>) -> Served {
    let gateway = Gateway::new(more, subgraph).await;
    let listen = Listen { host: "127.0.0.1".to_owned(), port: 0 };
    let listener = server::bind(&listen).await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = stopped.map(|_| ());
    let ended = tokio::spawn(server::serve(listener, gateway.state, shutdown));
    Served { address, stop, ended }
}

/// Everything a server sends to somebody who sends this.
async fn exchange(address: &str, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    stream.write_all(sent.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it closes");
    answer
}

const BODY: &str = r#"{"query":"{ greeting }"}"#;

fn post() -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
}

#[tokio::test]
async fn client_idle_ms() {
    let served = serve("timeouts: { client_idle_ms: 50 }\n", FakeSubgraph::saying(HELLO)).await;
    let answer = exchange(&served.address, &post()).await;
    assert!(answer.ends_with("{\"data\":{\"greeting\":\"hello\"}}"), "{answer}");
    // The connection is closed on those who never finish, or never begin: else this would hang.
    for sent in ["POST /graphql HTTP/1.1\r\nhost:", "P", ""] {
        let mut stream = TcpStream::connect(&served.address).await.expect("somebody listens");
        stream.write_all(sent.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        // A close with bytes unread is a reset on this side.
        let closed = stream.read_to_end(&mut answer).await.map_err(|error| error.kind());
        assert!(matches!(closed, Ok(_) | Err(ErrorKind::ConnectionReset)), "{closed:?}");
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
    }
}

#[tokio::test]
async fn who_leaves_before_the_first_word_is_over_is_let_go_at_once() {
    let served =
        serve("timeouts: { client_idle_ms: 3600000 }\n", FakeSubgraph::saying(HELLO)).await;
    for sent in ["", "P", "PR"] {
        let mut stream = TcpStream::connect(&served.address).await.expect("somebody listens");
        stream.write_all(sent.as_bytes()).await.expect("it reads");
        stream.shutdown().await.expect("it reads");
        // It would hang for an hour otherwise.
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_running_is_finished_and_nothing_new_is_begun() {
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
        FakeSubgraph::new(move |_| {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            async move {
                asked.notify_one();
                answer.notified().await;
                Ok(HELLO.into())
            }
            .boxed()
        })
    };
    let served = serve("", slow).await;
    let address = served.address.clone();
    let running = tokio::spawn(async move { exchange(&address, &post()).await });
    // A connection that has nothing running is no reason to stay.
    let idle = TcpStream::connect(&served.address).await.expect("somebody listens");
    asked.notified().await;
    served.stop.send(()).expect("it is served");
    while TcpStream::connect(&served.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!served.ended.is_finished());
    answer.notify_one();
    let answer = running.await.expect("no panic");
    assert!(answer.ends_with("{\"data\":{\"greeting\":\"hello\"}}"), "{answer}");
    served.ended.await.expect("no panic");
    drop(idle);
}

#[tokio::test]
async fn while_it_drains_it_is_not_ready_and_answers_all_the_same() {
    let more = "timeouts: { drain_ms: 60000, client_idle_ms: 60000 }\n";
    let served = serve(more, FakeSubgraph::saying(HELLO)).await;
    // A connection from before: it is kept, until an answer says that it is not.
    let mut kept = TcpStream::connect(&served.address).await.expect("somebody listens");
    let ready = "GET /health/ready HTTP/1.1\r\nhost: here\r\n\r\n";
    kept.write_all(ready.as_bytes()).await.expect("it reads");
    let mut first = [0; 12];
    kept.read_exact(&mut first).await.expect("it answers");
    assert_eq!(&first, b"HTTP/1.1 200");

    served.stop.send(()).expect("it is served");
    // Asked on new connections, which are taken.
    loop {
        let answer = exchange(&served.address, &ready.replace("\r\n\r\n", CLOSE)).await;
        if answer.starts_with("HTTP/1.1 503") {
            break;
        }
        tokio::task::yield_now().await;
    }
    let answer = exchange(&served.address, &post()).await;
    assert!(answer.ends_with("{\"data\":{\"greeting\":\"hello\"}}"), "{answer}");
    kept.write_all(ready.as_bytes()).await.expect("it reads");
    let mut last = String::new();
    kept.read_to_string(&mut last).await.expect("it closes");
    assert!(last.contains("HTTP/1.1 503") && last.contains("connection: close"), "{last}");
    assert!(!served.ended.is_finished());
    served.ended.abort();
}

const CLOSE: &str = "\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_port_in_use_is_said_with_its_number() {
    let served = serve("", FakeSubgraph::saying(HELLO)).await;
    let listen: Listen = served.address.parse().expect("an address");
    let error = server::bind(&listen).await.expect_err("it is taken").to_string();
    assert!(error.starts_with(&format!("cannot listen on {}: ", served.address)), "{error}");
    assert!(error.contains("--port"), "{error}");
}

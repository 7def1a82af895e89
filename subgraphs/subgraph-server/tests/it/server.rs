//! A server on a real socket, as it is embedded.

use std::net::SocketAddr;
use std::time::Duration;

use subgraph_server::{DatabaseUrl, Server, ServerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::planet::subgraph;

const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

async fn bind(address: SocketAddr) -> anyhow::Result<Server> {
    let subgraph = subgraph(&DatabaseUrl::sqlite_memory()).await;
    Server::bind(address, subgraph, ServerOptions::default()).await
}

#[tokio::test]
async fn server_answers_until_it_is_told_to_stop() {
    let server = bind(ANY_PORT).await.expect("bound");
    let address = server.address();
    assert_ne!(address.port(), 0);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async move {
        let _ = stopped.await;
    }));

    let mut connection = TcpStream::connect(address).await.expect("connected");
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        content-length: 21\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n";
    connection.write_all(head.as_bytes()).await.expect("half a request");
    connection.write_all(b"{\"query\":").await.expect("half a body");
    let mut go_on = [0; 25];
    connection.read_exact(&mut go_on).await.expect("the server waits for the body");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    // What has begun is answered; what has not is refused.
    stop.send(()).expect("the server listens");
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    connection.write_all(b"\"{ hello }\"}").await.expect("the rest of the body");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(r#"{"data":{"hello":"Hello, world!"}}"#), "{answer}");
    serving.await.expect("no panic").expect("a clean end");
}

#[tokio::test]
async fn requests_that_never_end_are_cut_off() {
    let subgraph = subgraph(&DatabaseUrl::sqlite_memory()).await;
    let options =
        ServerOptions { shutdown_max: Duration::from_millis(20), ..ServerOptions::default() };
    let server = Server::bind(ANY_PORT, subgraph, options).await.expect("bound");
    let mut connection = TcpStream::connect(server.address()).await.expect("connected");
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        content-length: 99\r\n\r\n";
    connection.write_all(head.as_bytes()).await.expect("half a request");
    server.serve(async {}).await.expect("a clean end");
}

#[tokio::test]
async fn taken_address_is_named() {
    let first = bind(ANY_PORT).await.expect("bound");
    let error = bind(first.address()).await.err().expect("taken");
    let address = first.address();
    let expected = format!("cannot listen on {address}: another program does already");
    assert_eq!(format!("{error:#}"), expected);
}

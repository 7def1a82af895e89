//! Answers in the coding that a client takes.

use std::io::Read;

use axum::http::Method;
use flate2::read::GzDecoder;

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};

const LARGE: &str = r#"{"query":"{ __schema { types { name fields { name type { name } } } } }"}"#;
const SMALL: &str = r#"{"query":"{ greeting }"}"#;

async fn ask(gateway: &Gateway, query: &'static str, accept: &str) -> Answered {
    let headers = [("content-type", "application/json"), ("accept-encoding", accept)];
    gateway.send(request(Method::POST, "/graphql", &headers, query.into())).await
}

#[tokio::test]
async fn large_answers_are_compressed_in_the_coding_that_is_liked_best() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let plain = ask(&gateway, LARGE, "identity").await;
    assert_eq!(plain.header("content-encoding"), "");
    for (accept, coding) in [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("zstd;q=0.1, gzip;q=0.9, br;q=0", "gzip"),
        ("deflate", ""),
        ("gzip;q=0", ""),
        ("", ""),
    ] {
        let answered = ask(&gateway, LARGE, accept).await;
        assert_eq!(answered.header("content-encoding"), coding, "{accept}");
        assert_eq!(answered.body.len() < plain.body.len() / 2, !coding.is_empty(), "{accept}");
        let vary = format!("{:?}", answered.headers.get_all("vary").iter().collect::<Vec<_>>());
        assert!(vary.contains("\"accept\"") && vary.contains("accept-encoding"), "{vary}");
    }
    let answered = ask(&gateway, LARGE, "gzip").await;
    let mut read = Vec::new();
    GzDecoder::new(&*answered.body).read_to_end(&mut read).expect("gzip");
    assert_eq!(read, plain.body);
    let answered = ask(&gateway, LARGE, "zstd").await;
    assert_eq!(answered.body[..4], [0x28, 0xB5, 0x2F, 0xFD], "the magic number of RFC 8878");
}

#[tokio::test]
async fn small_answers_are_sent_as_they_are() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let answered = ask(&gateway, SMALL, "gzip, br, zstd").await;
    assert_eq!(answered.header("content-encoding"), "");
    assert_eq!(answered.json()["data"]["greeting"], "hello");
}

#[tokio::test]
async fn compression_can_be_switched_off() {
    let gateway = Gateway::new("compression: false\n", FakeSubgraph::saying(HELLO)).await;
    let answered = ask(&gateway, LARGE, "gzip, br, zstd").await;
    assert_eq!(answered.header("content-encoding"), "");
    assert!(answered.json()["data"]["__schema"]["types"][0]["name"].is_string());
}

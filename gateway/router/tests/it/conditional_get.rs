//! Answers to GET that a client keeps, and asks for again.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::Method;
use bytes::Bytes;
use futures_util::FutureExt;

use crate::gateway::{Answered, FakeSubgraph, Gateway, HELLO, request};

const GET: &str = "/graphql?query=%7Bgreeting%7D";
const LARGE: &str = "/graphql?query=%7B__schema%7Btypes%7Bname%20fields%7Bname%20type%7Bname\
                     %7D%7D%7D%7D%7D";

async fn get(gateway: &Gateway, path: &str, headers: &[(&str, &str)]) -> Answered {
    let headers: Vec<_> =
        headers.iter().copied().chain([("apollo-require-preflight", "1")]).collect();
    gateway.get(path, &headers).await
}

fn check_not_modified(answered: &Answered, tag: &str) {
    assert_eq!((answered.status.as_u16(), answered.header("etag")), (304, tag));
    assert!(answered.body.is_empty());
    assert_eq!(answered.header("cache-control"), "private, no-cache");
    assert_eq!(answered.header("vary"), "accept, accept-encoding");
    assert_eq!(answered.header("content-type"), "");
}

#[tokio::test]
async fn who_has_an_answer_is_not_sent_it_again() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let first = get(&gateway, GET, &[]).await;
    assert_eq!(first.json()["data"]["greeting"], "hello");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    assert_eq!(first.header("vary"), "accept, accept-encoding");
    let tag = first.header("etag");
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() == 34, "{tag}");
    let (weak, second) = (format!("W/{tag}"), format!("\"other\", {tag}"));
    for known in [tag, "*", &weak, &second, &format!("{tag},\"\"")] {
        let again = get(&gateway, GET, &[("if-none-match", known)]).await;
        check_not_modified(&again, tag);
    }
    let bare = tag.trim_matches('"');
    for known in ["\"other\"", "", bare, &format!("\"{bare}x\""), &format!("\"{bare}-lzma\"")] {
        let again = get(&gateway, GET, &[("if-none-match", known)]).await;
        assert_eq!((again.status.as_u16(), again.header("etag")), (200, tag), "{known}");
    }
    let head = [("apollo-require-preflight", "1")];
    let head = gateway.send(request(Method::HEAD, GET, &head, Body::empty())).await;
    assert_eq!((head.status.as_u16(), head.header("etag")), (200, tag));
    let other = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    assert_eq!(get(&other, GET, &[]).await.header("etag"), tag, "whoever answers");
}

#[tokio::test]
async fn another_answer_has_another_tag() {
    let has_changed = std::sync::Arc::new(AtomicBool::new(false));
    let changed = std::sync::Arc::clone(&has_changed);
    let subgraph = FakeSubgraph::new(move |_| {
        let greeting = if changed.load(Ordering::SeqCst) { "bye" } else { "hello" };
        let answer = HELLO.replace("hello", greeting);
        async move { Ok(Bytes::from(answer)) }.boxed()
    });
    let gateway = Gateway::new("", subgraph).await;
    let first = get(&gateway, GET, &[]).await;
    let tag = first.header("etag");
    let accept = ("accept", "application/graphql-response+json");
    let other_type = get(&gateway, GET, &[accept, ("if-none-match", tag)]).await;
    assert_eq!(other_type.status, 200, "another media type is another answer");
    has_changed.store(true, Ordering::SeqCst);
    let again = get(&gateway, GET, &[("if-none-match", tag)]).await;
    assert_eq!(again.json()["data"]["greeting"], "bye");
    assert_ne!(again.header("etag"), tag);
}

#[tokio::test]
async fn each_coding_has_its_own_tag() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let plain = get(&gateway, LARGE, &[]).await;
    let bare = plain.header("etag").trim_matches('"');
    for coding in ["gzip", "br", "zstd"] {
        let sent = get(&gateway, LARGE, &[("accept-encoding", coding)]).await;
        let tag = format!("\"{bare}-{coding}\"");
        assert_eq!((sent.header("content-encoding"), sent.header("etag")), (coding, &*tag));
        let headers = [("accept-encoding", coding), ("if-none-match", &*tag)];
        check_not_modified(&get(&gateway, LARGE, &headers).await, &tag);
    }
}

#[tokio::test]
async fn what_went_wrong_is_not_kept() {
    let failing = r#"{"data":{"greeting":null},"errors":[{"message":"no","path":["greeting"]}]}"#;
    let gateway = Gateway::new("", FakeSubgraph::saying(failing)).await;
    for path in [GET, "/graphql?query=%7Bnope%7D", "/graphql"] {
        let answered = get(&gateway, path, &[("if-none-match", "*")]).await;
        assert_ne!(answered.status, 304, "{path}");
        assert_eq!((answered.header("etag"), answered.header("cache-control")), ("", "no-store"));
    }
}

#[tokio::test]
async fn a_post_has_no_tag() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let answered = gateway.query("{ greeting }").await;
    assert_eq!((answered.header("etag"), answered.header("cache-control")), ("", ""));
}

//! The GraphiQL page and its files.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::gateway::{FakeSubgraph, Gateway, HELLO};

const BROWSER: [(&str, &str); 1] =
    [("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8")];

#[tokio::test]
async fn a_browser_gets_the_page_and_nothing_from_elsewhere() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for path in ["/", "/graphql", "/graphql?query=%7Bgreeting%7D"] {
        let answered = gateway.get(path, &BROWSER).await;
        assert_eq!(answered.status, 200, "{path}");
        assert_eq!(answered.header("content-type"), "text/html; charset=utf-8");
        let policy = answered.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'; worker-src 'self' blob:;"), "{policy}");
        assert!(!policy.contains("http"), "{policy}");
        assert_eq!(answered.header("x-frame-options"), "DENY");
        assert_eq!(answered.header("x-content-type-options"), "nosniff");
        let page = String::from_utf8(answered.body.to_vec()).expect("text");
        assert!(page.contains("<div id=\"root\">"), "{page}");
        assert!(!page.contains("//unpkg") && !page.contains("https://"), "{page}");
    }
    // A program that takes anything is no browser.
    let answered = gateway.get("/graphql", &[("accept", "*/*")]).await;
    assert_eq!(answered.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn every_file_the_page_names_is_there_compressed_or_not() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    let page = gateway.get("/", &BROWSER).await;
    let page = String::from_utf8(page.body.to_vec()).expect("text");
    let paths: Vec<&str> = page.split('"').filter(|it| it.starts_with("/ui/")).collect();
    assert!(paths.iter().any(|it| it.ends_with(".js")), "{page}");
    for path in paths {
        let gzip = gateway.get(path, &[("accept-encoding", "br;q=1.0, gzip;q=0.8")]).await;
        assert_eq!(gzip.header("content-encoding"), "gzip", "{path}");
        let plain = gateway.get(path, &[("accept-encoding", "gzip;q=0")]).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        assert_eq!(plain.header("content-type"), gzip.header("content-type"));
        assert_ne!(plain.header("content-type"), "application/octet-stream", "{path}");
        let immutable = plain.header("cache-control").contains("immutable");
        assert_eq!(immutable, path.starts_with("/ui/assets/"), "{path}");
        let mut unpacked = Vec::new();
        GzDecoder::new(gzip.body.as_ref()).read_to_end(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, plain.body, "{path}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_found() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for path in ["/ui/nope.js", "/ui/../Cargo.toml", "/ui/%2e%2e/%2e%2e/package.json", "/ui/"] {
        assert_eq!(gateway.get(path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_page_is_told_where_graphql_is() {
    for plan in [false, true] {
        let config = format!("extensions: {{ plan: {plan} }}\n");
        let gateway = Gateway::new(&config, FakeSubgraph::saying(HELLO)).await;
        let config = gateway.get("/ui/config.json", &[]).await;
        let expected = serde_json::json!({
            "endpoint": "/graphql", "title": "Weft", "tabs": [], "plan": plan,
        });
        assert_eq!(config.json(), expected);
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let gateway = Gateway::new("graphiql: false\n", FakeSubgraph::saying(HELLO)).await;
    let answered = gateway.get("/graphql", &[("accept", "text/html")]).await;
    assert_eq!(answered.status, 406);
    let panels = ["status.json", "subgraphs.json", "subgraph.graphql?name=greeter", "places.json"];
    for path in ["config.json", "weft.svg"].into_iter().chain(panels) {
        let path = format!("/ui/{path}");
        assert_eq!(gateway.get(&path, &BROWSER).await.status, 404, "{path}");
    }
    assert_eq!(gateway.query("{ greeting }").await.status, 200);
}

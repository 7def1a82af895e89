//! What GraphiQL's panels are told of the graph: how it is, where its parts are, what is wrong with
//! the change that came last.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use federation::diagnostic::{Diagnostic, SourceFile};
use futures_util::FutureExt;
use router::config::{Config, no_environment};
use router::live_graph::LiveGraph;
use router::server::{ServerOptions, ServerState};
use router::subgraph_client::SubgraphFailure;
use serde_json::{Value, json};

use crate::gateway::{FakeSubgraph, Gateway, HELLO, SDL, config, graph};
use crate::served_views::views;

/// Where clients may see plans they may see what is behind the graph.
const SHOWN: &str = "extensions: { plan: true }\n";

#[tokio::test]
async fn nothing_behind_the_graph_is_told_where_no_plans_are_shown() {
    let gateway = Gateway::new("", FakeSubgraph::saying(HELLO)).await;
    for path in ["/ui/subgraphs.json", "/ui/subgraph.graphql?name=greeter", "/ui/places.json"] {
        assert_eq!(gateway.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    gateway.live_graph.refuse(vec![Diagnostic::error("INVALID_GRAPHQL", "no such luck")]);
    let status = gateway.get("/ui/status.json", &[]).await.json();
    assert_eq!(status["refused"], Value::Null);
}

#[tokio::test]
async fn subgraphs_have_their_place_and_their_health_and_no_secret() {
    let is_down = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_down);
    let subgraph = FakeSubgraph::new(move |_| {
        let answer = if switch.load(Ordering::SeqCst) {
            Err(SubgraphFailure::Unavailable { cause: "connection refused".to_owned() })
        } else {
            Ok(HELLO.into())
        };
        async move { answer }.boxed()
    });
    let gateway = Gateway::new(SHOWN, subgraph).await;
    let up = gateway.get("/ui/subgraphs.json", &[]).await;
    assert_eq!(up.header("cache-control"), "no-store");
    let up = up.json()["subgraphs"][0].clone();
    assert_eq!(up["name"], "greeter");
    assert_eq!(up["url"], "http://127.0.0.1:9/graphql");
    assert_eq!((&up["healthy"], &up["hasSdl"]), (&json!(true), &json!(true)));
    assert_eq!(up["lastFailure"], Value::Null);

    is_down.store(true, Ordering::SeqCst);
    let down = loop {
        // What was asked a moment ago is good for a moment.
        let subgraph = gateway.get("/ui/subgraphs.json", &[]).await.json()["subgraphs"][0].clone();
        if subgraph["healthy"] == json!(false) {
            break subgraph;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(down["lastFailure"]["cause"], "cannot be reached: connection refused");
    assert!(down["since"].as_u64() >= up["since"].as_u64(), "{down} {up}");
}

#[tokio::test]
async fn a_url_is_shown_without_what_may_be_a_secret() {
    let url = "http://ann:secret@h:9/graphql?token=secret#x";
    let schema = "schema: { sdl: \"type Query { a: Int }\" }";
    let text = format!("subgraphs:\n  a:\n    routing_url: {url}\n    {schema}\n{SHOWN}");
    let source = SourceFile { name: "router.yaml".to_owned(), text };
    let config = Config::parse(source, Path::new(""), &no_environment).expect("it is valid");
    let live_graph = Arc::new(LiveGraph::default());
    let subgraph = FakeSubgraph::saying(HELLO);
    live_graph.swap(graph(&config, subgraph.clone()).await);
    let options = ServerOptions::new(&config);
    let state = ServerState::new(Arc::clone(&live_graph), options, Arc::new(|_: &_| {}));
    let gateway = Gateway { state, live_graph, reports: Arc::default(), subgraph };
    let answered = gateway.get("/ui/subgraphs.json", &[]).await;
    assert_eq!(answered.json()["subgraphs"][0]["url"], "http://h:9/graphql?…");
    let body = String::from_utf8(answered.body.to_vec()).expect("text");
    assert!(!body.contains("secret") && !body.contains("ann"), "{body}");
}

#[tokio::test]
async fn the_sdl_of_a_subgraph_is_what_was_composed_and_is_sent_once() {
    let gateway = Gateway::new(SHOWN, FakeSubgraph::saying(HELLO)).await;
    let path = "/ui/subgraph.graphql?name=greeter";
    let answered = gateway.get(path, &[]).await;
    assert_eq!(String::from_utf8_lossy(&answered.body).trim(), SDL.trim());
    let tag = answered.header("etag").to_owned();
    let again = gateway.get(path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    for path in ["/ui/subgraph.graphql?name=nobody", "/ui/subgraph.graphql?name=../greeter"] {
        assert_eq!(gateway.get(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(gateway.get("/ui/subgraph.graphql", &[]).await.status, 400);
}

/// Two subgraphs with everything that can be said of a field.
const PLACES: &str = r#"
subgraphs:
  accounts:
    routing_url: http://127.0.0.1:9/graphql
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
          import: ["@key", "@shareable", "@inaccessible"])
        type Query { me: User }
        type User @key(fields: "id") @key(fields: "email", resolvable: false) {
          id: ID!
          email: String!
          name: String @shareable
          internal: Int @inaccessible
          karma: Int
        }
  forum:
    routing_url: http://127.0.0.1:9/graphql
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
          import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override"])
        type Query { best: User @provides(fields: "email") }
        type User @key(fields: "id") {
          id: ID!
          email: String! @external
          name: String @shareable
          badge: String @requires(fields: "email")
          karma: Int @override(from: "accounts", label: "percent(30)")
        }
"#;

async fn with_places() -> Gateway {
    let source = SourceFile { name: "router.yaml".to_owned(), text: PLACES.to_owned() };
    let config = Config::parse(source, Path::new(""), &no_environment).expect("it is valid");
    let gateway = Gateway::without_graph(SHOWN, FakeSubgraph::saying(HELLO));
    gateway.live_graph.swap(graph(&config, gateway.subgraph.clone()).await);
    gateway
}

#[tokio::test]
async fn places_say_which_field_is_where_and_how() {
    let gateway = with_places().await;
    let places = gateway.get("/ui/places.json", &[]).await.json();
    assert_eq!(places["view"], Value::Null);
    let types = places["types"].as_array().expect("a list");
    let user = types.iter().find(|ty| ty["name"] == "User").expect("it is in the graph");
    assert_eq!(user["kind"], "type");
    let keys = |subgraph: usize| user["in"][subgraph]["keys"].clone();
    let email = json!({ "fields": "email", "resolvable": false });
    assert_eq!(keys(0), json!([{ "fields": "id", "resolvable": true }, email]));
    assert_eq!(keys(1), json!([{ "fields": "id", "resolvable": true }]));

    let field = |name: &str| {
        let mut fields = user["fields"].as_array().expect("a list").iter();
        fields.find(|field| field["name"] == name).expect("it is in the type").clone()
    };
    let (accounts, forum) = (json!({ "subgraph": "accounts" }), json!({ "subgraph": "forum" }));
    assert_eq!(field("name"), json!({ "name": "name", "type": "String", "in": [accounts, forum] }));
    let external = json!({ "subgraph": "forum", "external": true });
    assert_eq!(field("email")["in"], json!([accounts, external]));
    let requires = json!([{ "subgraph": "forum", "requires": "email" }]);
    assert_eq!(field("badge")["in"], requires);
    let overrides =
        json!({ "subgraph": "forum", "overrides": "accounts", "overrideLabel": "percent(30)" });
    assert_eq!(field("karma")["in"][1], overrides);
    assert_eq!(field("internal")["hidden"], true);
    let query = types.iter().find(|ty| ty["name"] == "Query").expect("it is in the graph");
    let best = json!([{ "subgraph": "forum", "provides": "email" }]);
    assert_eq!(query["fields"][1]["in"], best);
}

#[tokio::test]
async fn the_page_of_a_view_is_told_what_its_fields_read() {
    let gateway = Gateway::new(&format!("{}{SHOWN}", views("")), FakeSubgraph::saying(HELLO)).await;
    let places = gateway.get("/ui/places.json?path=/web/graphql", &[]).await.json();
    assert_eq!(places["view"]["name"], "web");
    let fields = places["view"]["fields"].as_array().expect("a list");
    let lines: Vec<String> = fields
        .iter()
        .map(|it| format!("{}.{} of {}: {}", it["type"], it["field"], it["of"], it["reads"]))
        .map(|line| line.replace('"', ""))
        .collect();
    let expected = [
        "Query.hello of Query: [Query.greeting]",
        "Query.loud of Query: [Query.loud]",
        "Query.box of Query: [Query.nest]",
        "Box.inner of Nest: [Nest.nest]",
        "Box.number of Nest: [Nest.one]",
        "Mutation.say of Mutation: [Mutation.greet]",
    ];
    assert_eq!(lines, expected);
    let unknown = gateway.get("/ui/places.json?path=/elsewhere", &[]).await.json();
    assert_eq!(unknown["view"], Value::Null);
}

#[tokio::test]
async fn a_change_that_is_refused_is_told_until_one_is_taken_over() {
    let gateway = Gateway::new(SHOWN, FakeSubgraph::saying(HELLO)).await;
    let good = gateway.get("/ui/status.json", &[]).await;
    assert_eq!(good.json()["refused"], Value::Null);
    assert!(good.json()["graph"]["since"].as_u64() > Some(1_600_000_000_000));
    let tag = good.header("etag").to_owned();
    let again = gateway.get("/ui/status.json", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);

    let text = "type Query {\n  greeting: Strin\n}\n".to_owned();
    let source = Arc::new(SourceFile { name: "greeter.graphql".to_owned(), text });
    let broken = Diagnostic::error("INVALID_GRAPHQL", "cannot find type `Strin`")
        .with_coordinate("Query.greeting")
        .with_label(&source, 25..30, "not found");
    gateway.live_graph.refuse(vec![broken; 30]);
    let bad = gateway.get("/ui/status.json", &[("if-none-match", &tag)]).await;
    assert_eq!(bad.status, StatusCode::OK);
    let refused = bad.json()["refused"].clone();
    assert_eq!(refused["count"], 30);
    assert_eq!(refused["diagnostics"].as_array().map(Vec::len), Some(20));
    let first = &refused["diagnostics"][0];
    assert_eq!(first["code"], "INVALID_GRAPHQL");
    assert_eq!(first["coordinate"], "Query.greeting");
    assert_eq!(first["message"], "cannot find type `Strin`");
    assert_eq!(first["place"], "greeter.graphql:2:13");
    let text = first["text"].as_str().expect("a text");
    assert!(text.contains("greeting: Strin") && text.contains("^^^^^ not found"), "{text}");
    // The last good graph goes on.
    assert_eq!(gateway.query("{ greeting }").await.status, 200);

    gateway.live_graph.swap(graph(&config(""), gateway.subgraph.clone()).await);
    assert_eq!(gateway.get("/ui/status.json", &[]).await.json()["refused"], Value::Null);
}

#[tokio::test]
async fn of_a_wrong_configuration_only_the_place_is_told() {
    let gateway = Gateway::new(SHOWN, FakeSubgraph::saying(HELLO)).await;
    let text = "listen: \"http://ann:secret@h\"\n".to_owned();
    let source = Arc::new(SourceFile { name: "router.yaml".to_owned(), text });
    let wrong = Diagnostic::error("CONFIG_INVALID", "`http://ann:secret@h` is no address");
    gateway.live_graph.refuse(vec![wrong.with_label(&source, 8..29, "")]);
    let answered = gateway.get("/ui/status.json", &[]).await;
    let body = String::from_utf8(answered.body.to_vec()).expect("text");
    assert!(!body.contains("secret"), "{body}");
    let told = &answered.json()["refused"]["diagnostics"][0];
    assert_eq!(told["code"], "CONFIG_INVALID");
    assert_eq!(told["place"], "router.yaml:1:9");
}

//! Views beside the graph: each at its path, with everything that the graph's own path has.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Method;
use futures_util::FutureExt;
use router::config::no_environment;
use router::live_graph::{Graph, GraphSettings, GraphSource, SharedComposer, read_views};
use router::subgraph_client::HttpSubgraphClientConfig;
use serde_json::{Value, json};

use crate::gateway::{Answered, FakeSubgraph, Gateway, config, graph, request};

/// A view onto the one subgraph.
pub(crate) const VIEW: &str = r#"
      extend schema @link(url: "https://specs.weft.example/view/v1.0", import: ["@of", "@from"])
      type Query {
        hello(who: String!): String @from(fields: "greeting(name: $who)")
        loud(times: Int!): Boolean
        box: Box @from(fields: "nest")
      }
      type Box @of(type: "Nest") {
        inner: Box @from(fields: "nest")
        number: Int @from(fields: "one")
      }
      type Mutation {
        say(name: String!): String @from(fields: "greet(name: $name)")
      }
"#;

/// What the subgraph answers whatever it is asked.
const ANSWER: &str = r#"{"data":{"__typename":"Query","greeting":"hello","greet":"done",
    "nest":{"__typename":"Nest","one":1,"nest":null}}}"#;

/// `views:` with the one view `web` at `/web/graphql`, and more keys of it.
pub(crate) fn views(more: &str) -> String {
    let sdl = VIEW.replace("\n      ", "\n        ");
    format!("views:\n  web:\n    path: /web/graphql\n{more}    schema:\n      sdl: |{sdl}\n")
}

async fn gateway(more: &str) -> Gateway {
    Gateway::new(&views(more), FakeSubgraph::saying(ANSWER)).await
}

async fn ask(gateway: &Gateway, body: &Value, headers: &[(&str, &str)]) -> Answered {
    let headers: Vec<_> =
        headers.iter().copied().chain([("content-type", "application/json")]).collect();
    let body = Body::from(body.to_string());
    gateway.send(request(Method::POST, "/web/graphql", &headers, body)).await
}

async fn query(gateway: &Gateway, query: &str) -> Answered {
    ask(gateway, &json!({ "query": query }), &[]).await
}

#[tokio::test]
async fn a_view_answers_in_its_own_terms_and_nothing_else() {
    let gateway = gateway("").await;
    let body = json!({
        "query": "query Q($who: String!) { hi: hello(who: $who) box { number __typename } }",
        "variables": { "who": "Ada" },
    });
    let answered = ask(&gateway, &body, &[]).await;
    let expected = json!({ "hi": "hello", "box": { "number": 1, "__typename": "Box" } });
    assert_eq!(answered.json(), json!({ "data": expected }));

    let answered = query(&gateway, "{ greeting }").await;
    assert_eq!(answered.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(gateway.query("{ hello(who: \"x\") }").await.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(gateway.query("{ greeting }").await.json()["data"]["greeting"], "hello");

    let bad = json!({ "query": "query Q($who: String!) { hello(who: $who) }" });
    assert_eq!(ask(&gateway, &bad, &[]).await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn introspection_shows_the_view_and_nothing_else() {
    let gateway = gateway("").await;
    let answered =
        query(&gateway, "{ __schema { types { name } } hello(who: \"x\") }").await.json();
    assert_eq!(answered["data"]["hello"], "hello");
    let types = answered["data"]["__schema"]["types"].as_array().expect("types").clone();
    let names: Vec<&str> = types.iter().filter_map(|it| it["name"].as_str()).collect();
    assert!(names.contains(&"Box") && !names.contains(&"Nest"), "{names:?}");
    assert!(!names.contains(&"Subscription"), "{names:?}");
    assert_eq!(query(&gateway, "{ __typename }").await.json()["data"]["__typename"], "Query");
    assert_eq!(
        query(&gateway, "{ __type(name: \"Nest\") { name } }").await.json()["data"]["__type"],
        json!(null)
    );

    let hidden = views("") + "introspection: false\n";
    let hidden = Gateway::new(&hidden, FakeSubgraph::saying(ANSWER)).await;
    assert_eq!(
        query(&hidden, "{ __schema { types { name } } }").await.code(),
        "INTROSPECTION_DISABLED"
    );
}

#[tokio::test]
async fn reports_name_the_view() {
    let gateway = gateway("").await;
    for _ in 0..2 {
        query(&gateway, "query A { box { number } }").await;
    }
    gateway.query("query B { greeting }").await;
    query(&gateway, "{ nope }").await;
    let reports = gateway.reports.lock().expect("no test panics here").clone();
    let seen: Vec<_> =
        reports.iter().map(|it| (it.view.as_deref(), it.operation_name.as_deref())).collect();
    let web = Some("web");
    assert_eq!(seen, [(web, Some("A")), (web, Some("A")), (None, Some("B")), (web, None)]);
    assert_eq!([reports[0].plan_cached, reports[1].plan_cached], [false, true]);
    assert!(reports[0].to_string().starts_with("✓ query A on web  "), "{}", reports[0]);
}

/// The same text of two APIs is two operations.
#[tokio::test]
async fn what_is_prepared_for_the_graph_is_not_the_views() {
    let gateway = gateway("").await;
    let text = "{ __type(name: \"Nest\") { name } }";
    assert_eq!(gateway.query(text).await.json()["data"]["__type"]["name"], "Nest");
    assert_eq!(query(&gateway, text).await.json()["data"]["__type"], json!(null));
    assert_eq!(gateway.query(text).await.json()["data"]["__type"]["name"], "Nest");
}

#[tokio::test]
async fn get_and_post_have_the_graphs_rules() {
    let gateway = gateway("").await;
    let get = |query: &'static str| format!("/web/graphql?query={query}");
    let answered = gateway.get(&get("%7Bbox%7Bnumber%7D%7D"), &[]).await;
    assert_eq!((answered.status.as_u16(), answered.code()), (400, "CSRF_ERROR".to_owned()));
    let json = [("content-type", "application/json")];
    let answered = gateway.get(&get("%7Bbox%7Bnumber%7D%7D"), &json).await;
    assert_eq!(answered.json()["data"]["box"]["number"], 1);
    let answered = gateway.get(&get("mutation%7Bsay(name:%22x%22)%7D"), &json).await;
    assert_eq!((answered.status.as_u16(), answered.header("allow")), (405, "POST"));
    let mutation = query(&gateway, "mutation { say(name: \"x\") }").await;
    assert_eq!(mutation.json()["data"]["say"], "done");
    let put = request(Method::PUT, "/web/graphql", &json, Body::empty());
    assert_eq!(gateway.send(put).await.status, 405);
    for path in ["/web", "/web/graphql/", "/web/Graphql", "/web%2Fgraphql"] {
        assert_eq!(gateway.get(path, &json).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_browser_gets_graphiql_for_the_view_with_its_operations_in_tabs() {
    let folder = tempfile::tempdir().expect("a folder");
    let hello =
        "# variables: {\"who\": \"Ada\"}\nquery Hello($who: String!) { hello(who: $who) }\n";
    std::fs::write(folder.path().join("hello.graphql"), hello).expect("a file");
    let operations = format!("    operations: {{ folder: {} }}\n", folder.path().display());
    let gateway = gateway(&operations).await;
    let page = gateway.get("/web/graphql", &[("accept", "text/html")]).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let told = gateway.get("/ui/config.json?path=/web/graphql", &[]).await.json();
    let tab = json!({ "query": hello.trim_end(), "variables": "{\"who\": \"Ada\"}" });
    let expected = json!({
        "endpoint": "/web/graphql", "title": "Weft · web", "tabs": [tab], "plan": false,
    });
    assert_eq!(told, expected);
    for path in ["/ui/config.json", "/ui/config.json?path=/", "/ui/config.json?path=/nope"] {
        assert_eq!(gateway.get(path, &[]).await.json()["endpoint"], "/graphql", "{path}");
    }
}

#[tokio::test]
async fn limits_are_the_views_own() {
    let deep = "{ box { inner { inner { number } } } }";
    let gateway = gateway("    limits: { operation_depth_max: 3 }\n").await;
    assert_eq!(query(&gateway, deep).await.code(), "MAX_DEPTH_EXCEEDED");
    let graphs = gateway.query("{ nest { nest { nest { one } } } }").await;
    assert_eq!(graphs.code(), "no error", "the graph has its own");
    let small = views("    limits: { operation_tokens_max: 100 }\n")
        + "limits: { operation_tokens_max: 3 }\n";
    let small = Gateway::new(&small, FakeSubgraph::saying(ANSWER)).await;
    assert_eq!(small.query("{ nest { one } }").await.code(), "TOKEN_LIMIT_EXCEEDED");
    assert_eq!(query(&small, "{ box { number } }").await.code(), "no error");
}

#[tokio::test]
async fn a_view_may_be_for_users_alone() {
    let identity = "identity: { header: x-account }\n";
    let subgraph = FakeSubgraph::saying(ANSWER);
    let only_users = views("    access: user\n");
    let gateway = Gateway::new(&(only_users.clone() + identity), Arc::clone(&subgraph)).await;
    let nobody = query(&gateway, "{ box { number } }").await;
    assert_eq!((nobody.status.as_u16(), nobody.code()), (401, "UNAUTHENTICATED".to_owned()));
    assert_eq!(subgraph.requests.load(Ordering::SeqCst), 0);
    let body = json!({ "query": "{ box { number } }" });
    let somebody = ask(&gateway, &body, &[("x-account", "7")]).await;
    assert_eq!(somebody.json()["data"]["box"]["number"], 1);
    assert_eq!(gateway.query("{ greeting }").await.status, 200, "the graph is for everybody");

    // Where no header is believed, none helps.
    let gateway = Gateway::new(&only_users, Arc::clone(&subgraph)).await;
    for header in ["x-account", "x-user-id", "x-default-user-id"] {
        assert_eq!(ask(&gateway, &body, &[(header, "7")]).await.status, 401, "{header}");
    }
    // Whoever is taken for a user is one here.
    let default = "identity: { header: x-account, default: \"123\" }\n";
    let gateway = Gateway::new(&(only_users + default), subgraph).await;
    assert_eq!(query(&gateway, "{ box { number } }").await.status, 200);
}

#[tokio::test]
async fn only_registered_operations_where_that_is_the_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("more")).expect("a folder");
    let number = "query Number { box { ...Of } } fragment Of on Box { number }";
    std::fs::write(folder.path().join("more/number.graphql"), number).expect("a file");
    let mode = |mode: &str| {
        let folder = folder.path().display();
        format!("    operations: {{ folder: {folder}, mode: {mode} }}\n")
    };
    let other = "query Number { box { number } }";
    for (name, code) in
        [("off", "no error"), ("log", "no error"), ("safelist", "OPERATION_NOT_REGISTERED")]
    {
        let gateway = gateway(&mode(name)).await;
        assert_eq!(query(&gateway, number).await.code(), "no error", "{name}");
        let blanks = number.replace(' ', "\n  ") + "# the same";
        assert_eq!(query(&gateway, &blanks).await.code(), "no error", "{name}");
        assert_eq!(query(&gateway, other).await.code(), code, "{name}");
        assert_eq!(query(&gateway, "{ __schema { types { name } } }").await.code(), code, "{name}");
        assert_eq!(gateway.query("{ greeting }").await.code(), "no error", "{name}");
    }
    let requests = {
        let gateway = gateway(&mode("safelist")).await;
        query(&gateway, other).await;
        gateway.subgraph.requests.load(Ordering::SeqCst)
    };
    assert_eq!(requests, 0);
}

#[tokio::test]
async fn a_plan_comes_with_the_answer_as_it_does_for_the_graph() {
    let more = views("") + "extensions: { plan: true }\n";
    let gateway = Gateway::new(&more, FakeSubgraph::saying(ANSWER)).await;
    let body = json!({ "query": "{ box { number } }" });
    let answered = ask(&gateway, &body, &[("weft-plan", "json")]).await.json();
    assert_eq!(answered["data"]["box"]["number"], 1);
    assert_eq!(answered["extensions"]["plan"]["fetches"][0]["document"], "{nest{one}}");
}

#[tokio::test]
async fn requests_of_a_view_at_the_same_time_are_one() {
    let (answer, may_answer) = tokio::sync::watch::channel(false);
    let slow = FakeSubgraph::new(move |_| {
        let mut may_answer = may_answer.clone();
        async move {
            may_answer.wait_for(|may| *may).await.expect("the test is still there");
            Ok(ANSWER.into())
        }
        .boxed()
    });
    let more = views("") + "deduplicate: { client_requests: true, subgraph_requests: false }\n";
    let gateway = Gateway::new(&more, slow).await;
    let one = || query(&gateway, "{ box { number } }");
    let (mut first, mut second) = (Box::pin(one()), Box::pin(one()));
    // Preparing is done elsewhere: they are asked until the subgraph has been.
    while gateway.subgraph.requests.load(Ordering::SeqCst) == 0 {
        assert!(futures_util::poll!(&mut first).is_pending());
        tokio::task::yield_now().await;
    }
    // What is prepared is found at once, and so is the execution that runs.
    assert!(futures_util::poll!(&mut second).is_pending());
    answer.send_replace(true);
    for answered in [first.await, second.await] {
        assert_eq!(answered.json()["data"]["box"]["number"], 1);
    }
    assert_eq!(gateway.subgraph.requests.load(Ordering::SeqCst), 1);
}

/// Paths come and go with graphs; nobody starts anew.
#[tokio::test]
async fn a_new_graph_brings_its_own_views() {
    let gateway = Gateway::new("", FakeSubgraph::saying(ANSWER)).await;
    assert_eq!(query(&gateway, "{ box { number } }").await.status, 404);
    let with_view = config(&views(""));
    gateway.live_graph.swap(graph(&with_view, FakeSubgraph::saying(ANSWER)).await);
    assert_eq!(query(&gateway, "{ box { number } }").await.status, 200);
    gateway.live_graph.swap(graph(&config(""), FakeSubgraph::saying(ANSWER)).await);
    assert_eq!(query(&gateway, "{ box { number } }").await.status, 404);
}

/// Warming up knows which API an operation is of, and leaves out what is gone.
#[tokio::test]
async fn a_new_graph_knows_what_its_views_were_asked_for_most() {
    let gateway = gateway("").await;
    query(&gateway, "{ box { number } }").await;
    gateway.query("{ greeting }").await;
    for (more, is_view_there) in [(views(""), true), (String::new(), false), (views(""), false)] {
        let new = graph(&config(&more), FakeSubgraph::saying(ANSWER)).await;
        gateway.live_graph.replace(new).await;
        gateway.reports.lock().expect("no test panics here").clear();
        query(&gateway, "{ box { number } }").await;
        gateway.query("{ greeting }").await;
        let reports = gateway.reports.lock().expect("no test panics here").clone();
        let cached = |view: Option<&str>| {
            let report = reports.iter().find(|report| report.view.as_deref() == view);
            report.is_some_and(|report| report.plan_cached)
        };
        assert_eq!((cached(Some("web")), cached(None)), (is_view_there, true), "{reports:?}");
    }
}

/// Nothing is there before the first graph, and health says so as always.
#[tokio::test]
async fn without_a_graph_there_is_no_view() {
    let gateway = Gateway::without_graph(&views(""), FakeSubgraph::saying(ANSWER));
    assert_eq!(query(&gateway, "{ box { number } }").await.status, 404);
    assert_eq!(gateway.get("/health/ready", &[]).await.status, 503);
    gateway.live_graph.swap(graph(&config(&views("")), FakeSubgraph::saying(ANSWER)).await);
    assert_eq!(gateway.get("/health/ready", &[]).await.status, 200);
}

/// What a configuration with this text says when its graph is made.
async fn errors(more: &str) -> Vec<String> {
    let config = config(more);
    let source = GraphSource::Subgraphs(config.subgraphs.clone());
    let http = HttpSubgraphClientConfig::new(&config);
    let loaded = source.load(&http, &no_environment, &SharedComposer::default()).await;
    let supergraph = loaded.expect("it composes").supergraph;
    let subgraph = FakeSubgraph::saying(ANSWER);
    let graph = Graph::new(supergraph, subgraph, GraphSettings::new(&config)).expect("a graph");
    let found = match read_views(&config.views) {
        Ok(views) => graph.with_views(&views).expect_err("a mistake"),
        Err(found) => found,
    };
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_view_that_does_not_fit_is_said_with_its_line() {
    let wrong = views("").replace("greeting(name", "salutation(name");
    let found = errors(&wrong).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("VIEW_FIELD_UNKNOWN") && found[0].contains("view web:3:46"),
        "{found:?}"
    );

    let folder = tempfile::tempdir().expect("a folder");
    let folder_of = |rest: &str| {
        views(&format!("    operations: {{ folder: {} }}\n{rest}", folder.path().display()))
    };
    std::fs::write(folder.path().join("a.graphql"), "{ box { nope } }").expect("a file");
    let found = errors(&folder_of("")).await;
    assert!(found[0].starts_with("GRAPHQL_VALIDATION_FAILED"), "{found:?}");
    assert!(found[0].contains("a.graphql:1:9"), "{found:?}");
    let missing = views("    operations: { folder: /nowhere/at/all }\n");
    let found = errors(&missing).await;
    assert!(found[0].contains("the operations of view `web`, /nowhere/at/all"), "{found:?}");

    std::fs::write(folder.path().join("a.graphql"), "query($who: String!) { hello(who: $who) }")
        .expect("a file");
    let two = "{ one: box { number } two: box { number } }";
    std::fs::write(folder.path().join("two.graphql"), two).expect("a file");
    std::fs::write(folder.path().join("say.graphql"), "mutation { say(name: \"x\") }")
        .expect("a file");
    for (path, route, said) in [
        ("/x", "{ operation: b }", "view `web` has no operation `b`, which `/x` needs"),
        ("/x", "{ operation: a }", "`$who` is not in the path"),
        ("/x/{whom}", "{ operation: a }", "the operation has no variable `$whom`"),
        ("/x", "{ operation: two }", "the operation needs exactly one root field"),
        ("/x", "{ operation: say }", "the operation is no query"),
        ("/x/{who}", "{ operation: a, as: byte }", "a byte is made of a Boolean"),
    ] {
        let rest = format!("    rest:\n      {path}: {route}\n");
        let found = errors(&folder_of(&rest)).await;
        assert!(found.len() == 1 && found[0].contains(said), "{said}: {found:?}");
    }
}

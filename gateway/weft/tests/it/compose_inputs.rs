//! What `weft compose` composes: files by name, running subgraphs, standard input, the
//! `supergraph.yaml` of other composers; and for whom.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::http::HeaderMap;
use serde_json::json;

use crate::checkout::Checkout;
use crate::running::Finished;

const A: &str = "type Query {\n  a: Int\n}\n";
const B: &str = "type Query {\n  b: Int\n}\n";

fn folder() -> Checkout {
    let checkout = Checkout::new();
    checkout.write("a.graphql", A);
    checkout.write("sub/b.graphql", B);
    checkout
}

#[test]
fn plain_files_are_subgraphs_by_their_names() {
    let folder = folder();
    let finished = folder.run(&["compose", "a.graphql", "sub/b.graphql"]);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    let document = finished.stdout();
    for graph in ["@join__graph(name: \"a\", url: \"\")", "@join__graph(name: \"b\", url: \"\")"] {
        assert!(document.contains(graph), "{graph} in {document}");
    }
    let named = folder.run(&["compose", "--subgraph", "a=a.graphql", "--subgraph=b=sub/b.graphql"]);
    assert_eq!(named.stdout(), document);
    let twice = folder.run(&["compose", "a.graphql", "--subgraph", "a=sub/b.graphql"]);
    twice.assert_failure(1, &["two subgraphs are called `a`"]);
    folder.run(&["compose", "-"]).assert_failure(2, &["--subgraph NAME=-"]);
    folder.run(&["compose", "http://a/"]).assert_failure(2, &["--subgraph NAME=http://a/"]);
    folder.run(&["compose", "none.graphql"]).assert_failure(2, &["none.graphql", "`none`"]);
}

#[test]
fn standard_input_is_read_once() {
    let folder = folder();
    let command = folder.command(&["compose", "--subgraph", "a=-", "sub/b.graphql"]);
    let finished = Finished::with_input(command, A);
    let files = folder.run(&["compose", "a.graphql", "sub/b.graphql"]);
    assert_eq!((finished.code(), finished.stdout()), (0, files.stdout()));
    let config = "subgraphs:\n  a: { routing_url: \"http://a/\", schema: { file: a.graphql } }\n";
    let finished = Finished::with_input(folder.command(&["compose", "--config", "-"]), config);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    assert!(finished.stdout().contains("url: \"http://a/\""), "{}", finished.stdout());
    let broken = Finished::with_input(folder.command(&["compose", "--config", "-"]), "a: 1\n");
    broken.assert_failure(2, &["standard input:1:1"]);
    let command = folder.command(&["check", "--subgraph", "a=-", "--baseline", "-"]);
    let twice = Finished::with_input(command, A);
    twice.assert_failure(2, &["standard input, which has been read before"]);
}

/// What another composer's file says is understood as it is.
#[test]
fn the_supergraph_yaml_of_rover_composes() {
    let folder = folder();
    let text = "federation_version: =2.9.0\nsubgraphs:\n  a:\n    routing_url: ${env.A_URL}\n    \
                schema:\n      file: ./a.graphql\n  c:\n    routing_url: http://c/\n    \
                schema:\n      sdl: |\n        type Query { c: Int }\n";
    folder.write("supergraph.yaml", text);
    let mut command = folder.command(&["compose", "--config", "supergraph.yaml"]);
    command.env("A_URL", "http://a:1/graphql");
    let finished = Finished::of(&mut command);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    assert!(finished.stdout().contains("name: \"a\", url: \"http://a:1/graphql\""));
    let finished = folder.run(&["compose", "--config", "supergraph.yaml"]);
    finished.assert_failure(2, &["A_URL", "supergraph.yaml:4:18"]);
    folder.write("supergraph.yaml", &text.replace("file: ./a.graphql", "graphref: shop@main"));
    let finished = folder.run(&["compose", "--config", "supergraph.yaml"]);
    finished.assert_failure(2, &["GraphOS", "rover subgraph fetch shop@main --name a"]);
}

/// A running subgraph is asked for its schema, with the headers it wants.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_subgraph_is_asked_for_its_schema() {
    let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let answering = {
        let seen = Arc::clone(&seen);
        async move |headers: HeaderMap, body: String| {
            let header = headers.get("authorization").and_then(|it| it.to_str().ok());
            let header = header.unwrap_or_default().to_owned();
            seen.lock().expect("no panic").push((header, body));
            Json(json!({ "data": { "_service": { "sdl": A } } }))
        }
    };
    let app = axum::Router::new().route("/graphql", axum::routing::post(answering));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/graphql", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });

    let folder = folder();
    let finished = folder.run(&["compose", "--subgraph", &format!("a={url}"), "sub/b.graphql"]);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    assert!(finished.stdout().contains(&format!("name: \"a\", url: \"{url}\"")));
    let config = format!(
        "subgraphs:\n  a:\n    schema:\n      subgraph_url: {url}\n      \
         introspection_headers:\n        Authorization: Bearer ${{env.TOKEN}}\n"
    );
    folder.write("supergraph.yaml", &config);
    let mut command = folder.command(&["compose", "--config", "supergraph.yaml"]);
    let finished = Finished::of(command.env("TOKEN", "secret"));
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    let seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen[0].0, "");
    assert_eq!(seen[1].0, "Bearer secret");
    assert!(seen.iter().all(|(_, body)| body.contains("_service")), "{seen:?}");
}

#[test]
fn a_subgraph_that_does_not_answer_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/graphql", listener.local_addr().expect("an address"));
    drop(listener);
    let finished = folder().run(&["compose", "--subgraph", &format!("a={url}")]);
    finished.assert_failure(2, &["DOWNSTREAM_SERVICE_ERROR", "`a`", &url]);
}

/// AC of contracts: the documents for an audience.
#[test]
fn contracts_choose_by_tag() {
    let folder = Checkout::new();
    folder.write(
        "a.graphql",
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", \
         import: [\"@tag\"])\ntype Query {\n  open: Int @tag(name: \"public\")\n  \
         inner: Int @tag(name: \"internal\")\n  rest: Rest\n}\n\
         type Rest {\n  id: ID\n}\ntype Lost {\n  id: ID\n}\n",
    );
    let api = |arguments: &[&str]| {
        let all = [&["compose", "a.graphql", "--api-schema"], arguments].concat();
        let finished = folder.run(&all);
        assert_eq!(finished.code(), 0, "{}", finished.stderr());
        (finished.stdout(), finished.stderr())
    };
    let (all, _) = api(&[]);
    assert!(all.contains("inner") && all.contains("Lost"), "{all}");
    let (excluded, _) = api(&["--exclude-tag", "internal"]);
    assert!(!excluded.contains("inner") && excluded.contains("open"), "{excluded}");
    let (included, _) = api(&["--include-tag", "public"]);
    assert!(!included.contains("rest") && included.contains("open"), "{included}");
    let (reachable, _) = api(&["--hide-unreachable-types"]);
    assert!(reachable.contains("Rest") && !reachable.contains("Lost"), "{reachable}");
    let (_, said) = api(&["--exclude-tag", "intenal"]);
    assert!(said.contains("nothing in the graph has the tag `intenal`"), "{said}");
    let none = folder.run(&["compose", "a.graphql", "--include-tag", "nope"]);
    none.assert_failure(1, &["Query"]);
}

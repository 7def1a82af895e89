//! `weft serve`.

use std::net::TcpListener;

use serde_json::json;

use crate::running::{Running, ask, folder_with_config, run, url_in, weft, write};

const NOBODY: &str = "http://127.0.0.1:9/graphql";

#[test]
fn it_serves_a_configuration_and_ends_well_when_told_to() {
    let folder = folder_with_config(NOBODY);
    let mut serving =
        Running::start(weft(folder.path(), &["serve", "--config", "router.yaml", "--port", "0"]));
    let line = serving.until("serving http://").pop().expect("a line");
    let url = url_in(&line);
    let answer = ask(&url, "{ __schema { queryType { name } } }");
    assert_eq!(answer, json!({ "data": { "__schema": { "queryType": { "name": "Query" } } } }));
    let answer = ask(&url, "{ greeting }");
    assert_eq!(answer["data"], json!({ "greeting": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "SUBGRAPH_UNAVAILABLE");
    assert_eq!(answer["errors"][0]["path"], json!(["greeting"]));
    serving.until("operation");
    assert_eq!(serving.terminate().code(), Some(0));
}

/// AC-A4.1: the configuration as the course prints it, with three schemas beside it. It is the
/// beginning of the committed one; what follows is about views.
#[test]
fn the_configuration_of_the_course_is_served_unchanged() {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["users", "orders", "products"].map(|name| format!("{name}-schema.graphql")) {
        std::fs::copy(schema.join(&name), folder.path().join(name)).expect("a file of the schema");
    }
    let config = std::fs::read_to_string(schema.join("router.yaml")).expect("the configuration");
    let (course, _views) = config.split_once("\n# What each client").expect("the course's part");
    assert!(course.ends_with("# Unified schema automáticamente compuesto\n"), "{course}");
    write(folder.path(), "router.yaml", course);
    let arguments = ["serve", "--config", "router.yaml", "--port", "0"];
    let serving = Running::start(weft(folder.path(), &arguments));
    let line = serving.until("serving http://0.0.0.0:").pop().expect("a line");
    let url = url_in(&line).replace("0.0.0.0", "127.0.0.1");
    for (ty, field) in [("User", "orders"), ("Order", "user"), ("OrderItem", "product")] {
        let answer = ask(&url, &format!("{{ __type(name: \"{ty}\") {{ fields {{ name }} }} }}"));
        let fields = answer["data"]["__type"]["fields"].as_array().expect("fields");
        assert!(fields.contains(&json!({ "name": field })), "{ty}.{field}: {fields:?}");
    }
}

#[test]
fn a_health_check_asks_whether_it_is_ready() {
    let folder = folder_with_config(NOBODY);
    let arguments = ["serve", "--config", "router.yaml", "--port", "0"];
    let serving = Running::start(weft(folder.path(), &arguments));
    let line = serving.until("serving http://").pop().expect("a line");
    let (origin, _) = url_in(&line)
        .rsplit_once('/')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("an address with a path");
    let check = |url: &str| run(folder.path(), &["healthcheck", "--url", url]);
    assert_eq!(check(&format!("{origin}/health/ready")).code(), 0);
    check(&format!("{origin}/nothing")).assert_failure(1, &["404"]);
    check("https://127.0.0.1/").assert_failure(1, &["http://HOST:PORT/PATH"]);
    drop(serving);
    check(&format!("{origin}/health/ready")).assert_failure(1, &["no answer"]);
}

#[test]
fn it_serves_a_supergraph() {
    let folder = folder_with_config(NOBODY);
    let composed = run(folder.path(), &["compose", "--config", "router.yaml"]);
    write(folder.path(), "supergraph.graphql", &composed.stdout());
    let arguments = ["serve", "--supergraph", "supergraph.graphql", "--port", "0"];
    let serving = Running::start(weft(folder.path(), &arguments));
    let line = serving.until("serving http://127.0.0.1:").pop().expect("a line");
    assert_eq!(ask(&url_in(&line), "{ __typename }")["data"]["__typename"], "Query");
}

#[test]
fn a_port_in_use_is_said_and_is_a_failure() {
    let folder = folder_with_config(NOBODY);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for arguments in
        [&["serve", "--config", "router.yaml", "--port", &port][..], &["dev", "--port", &port]]
    {
        let finished = run(folder.path(), arguments);
        finished.assert_failure(1, &[&format!("cannot listen on 127.0.0.1:{port}"), "--port"]);
    }
}

//! Lines of the log, of the gateway and of the subgraphs it asks.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::running::{Running, ask, folder_with_config, run, url_in, weft, write};

/// A client's request with something secret wherever there is room for it.
fn ask_in_secret(url: &str) {
    let (host, path) = url.strip_prefix("http://").and_then(|it| it.split_once('/')).expect("URL");
    let query = r"query Who($id: ID!) { user(id: $id) { username orders { total } } }";
    let body = serde_json::json!({ "query": query, "variables": { "id": "secret-variable" } });
    for body in [body.to_string(), "{ secret-variable".to_owned()] {
        let mut stream = TcpStream::connect(host).expect("somebody listens");
        let length = body.len();
        write!(
            stream,
            "POST /{path}?token=secret-parameter HTTP/1.1\r\nhost: {host}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\
             authorization: Bearer secret-token\r\ncookie: session=secret-cookie\r\n\
             traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
             x-request-id: abc-123-def\r\nconnection: close\r\n\r\n{body}"
        )
        .expect("it reads");
        stream.read_to_string(&mut String::new()).expect("it answers");
    }
}

/// AC-J3.1 and AC-J4.4: whatever is logged for a request, here and in the subgraphs, has its id,
/// and nothing of what it was sent with.
#[test]
fn lines_of_gateway_and_subgraphs_have_the_request_and_nothing_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = weft(folder.path(), &["dev", "--port", "0"]);
    command.env("WEFT_LOG", "debug").env("WEFT_LOG_FORMAT", "json");
    let running = Running::start(command);
    let line = running.until("GraphQL").pop().expect("a line");
    ask_in_secret(&url_in(&line));
    // The gateway answers last.
    let mut lines = running.until(r#""target":"router::server::request_scope""#);
    lines.extend(running.until(r#""target":"router::server::request_scope""#));
    assert!(!lines.iter().any(|line| line.contains("secret")), "{lines:#?}");
    let objects = lines.iter().filter(|line| line.starts_with('{'));
    let objects: Vec<Value> =
        objects.map(|line| serde_json::from_str(line).expect("an object")).collect();
    let answered: Vec<&Value> = objects.iter().filter(|line| line["event"] == "answered").collect();
    for target in ["router::server::request_scope", "subgraph_server::request_scope"] {
        assert!(answered.iter().any(|line| line["target"] == target), "{target}: {lines:#?}");
    }
    for line in answered {
        assert_eq!(line["request_id"], "abc-123-def", "{line}");
        assert_eq!(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736", "{line}");
        let told = (&line["method"], &line["path"], &line["level"]);
        assert_eq!(told, (&"POST".into(), &"/graphql".into(), &"debug".into()), "{line}");
    }
}

#[test]
fn the_configuration_says_what_a_line_is() {
    let folder = folder_with_config("http://127.0.0.1:9/graphql");
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    let telemetry = "telemetry: { logs: { format: json, level: info } }\n";
    write(folder.path(), "router.yaml", &format!("{config}{telemetry}"));
    let arguments = ["serve", "--config", "router.yaml", "--port", "0"];
    let serving = Running::start(weft(folder.path(), &arguments));
    let line = serving.until("serving http://").pop().expect("a line");
    let event: Value = serde_json::from_str(&line).expect("an object from the first line on");
    let url = url_in(event["event"].as_str().expect("a text"));
    ask(&url, "query Hi { greeting }");
    for line in serving.until(r#""event":"operation""#) {
        let line: Value = serde_json::from_str(&line).expect("an object");
        assert_eq!((&line["method"], &line["path"]), (&"POST".into(), &"/graphql".into()));
        assert!(line["request_id"].as_str().is_some_and(|id| id.len() == 36), "{line}");
    }
    // The environment comes first.
    let mut command = weft(folder.path(), &arguments);
    command.env("WEFT_LOG_FORMAT", "text").env("WEFT_LOG", "debug");
    Running::start(command).until("weft 0.1.0 serving http://");
}

#[test]
fn metrics_are_on_a_port_of_their_own() {
    let folder = folder_with_config("http://127.0.0.1:9/graphql");
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    let prometheus = "prometheus: { listen: 127.0.0.1:0, path: /told }";
    let telemetry = format!("telemetry: {{ metrics: {{ {prometheus} }} }}\n");
    write(folder.path(), "router.yaml", &format!("{config}{telemetry}"));
    let arguments = ["serve", "--config", "router.yaml", "--port", "0"];
    let serving = Running::start(weft(folder.path(), &arguments));
    let url = url_in(&serving.until("serving http://").pop().expect("a line"));
    let metrics = url_in(&serving.until("metrics at http://").pop().expect("a line"));
    ask(&url, "{ greeting }");
    let get = |url: &str| {
        let (host, path) = url.strip_prefix("http://").and_then(|it| it.split_once('/'))?;
        let mut stream = TcpStream::connect(host).ok()?;
        write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    let answer = get(&metrics).expect("it answers");
    assert!(answer.contains("content-type: application/openmetrics-text"), "{answer}");
    assert!(answer.contains("error_type=\"SUBGRAPH_UNAVAILABLE\"} 1"), "{answer}");
    let on_the_port_of_clients = get(&url.replace("/graphql", "/told")).expect("it answers");
    assert!(on_the_port_of_clients.starts_with("HTTP/1.1 404"), "{on_the_port_of_clients}");
    write(folder.path(), "greeter.graphql", "type Query {\n  other: String\n}\n");
    serving.until("a new graph is in place");
    let answer = get(&metrics).expect("it answers");
    assert!(answer.contains("weft_graph_reloads_total{result=\"success\"} 1"), "{answer}");
    write(folder.path(), "greeter.graphql", "type Query {\n");
    serving.until("the last good graph");
    let answer = get(&metrics).expect("it answers");
    assert!(answer.contains("weft_graph_reloads_total{result=\"failure\"} 1"), "{answer}");
}

#[test]
fn what_the_environment_says_wrongly_is_said() {
    let folder = folder_with_config("http://127.0.0.1:9/graphql");
    for (name, value) in [("WEFT_LOG_FORMAT", "xml"), ("WEFT_LOG", "router=loud")] {
        let arguments = ["serve", "--config", "router.yaml", "--port", "0"];
        let mut command = weft(folder.path(), &arguments);
        command.env(name, value);
        let finished = crate::running::Finished::of(&mut command);
        finished.assert_failure(1, &[name, value]);
    }
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    write(
        folder.path(),
        "router.yaml",
        &format!("{config}telemetry: {{ logs: {{ format: xml }} }}\n"),
    );
    let finished = run(folder.path(), &["serve", "--config", "router.yaml", "--port", "0"]);
    finished.assert_failure(2, &["`xml` is no format", "router.yaml:8:"]);
}

//! `weft doctor`: beside subgraphs that live, that are gone, that never answer, and that are not
//! what their file says.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Json;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::running::{Finished, Running, run, url_in, weft, write};

const SDL: &str = "type Query {\n  greeting: String\n}\n";

/// A subgraph that says this is its schema; none does not tell.
async fn subgraph(sdl: Option<&'static str>) -> SocketAddr {
    let answering = move |Json(body): Json<Value>| async move {
        let query = body["query"].as_str().unwrap_or_default();
        Json(match (query.contains("_service"), sdl) {
            (true, Some(sdl)) => json!({ "data": { "_service": { "sdl": sdl } } }),
            (true, None) => json!({ "errors": [{ "message": "no" }] }),
            (false, _) => json!({ "data": { "__typename": "Query" } }),
        })
    };
    serve(axum::Router::new().route("/graphql", axum::routing::post(answering))).await
}

async fn serve(app: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A folder with a configuration that listens and has the subgraph `greeter` at these places.
fn folder(listen: &str, greeter: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!(
        "supergraph: {{ listen: \"{listen}\" }}\nsubgraphs:\n  greeter:\n    \
         routing_url: \"{greeter}\"\n    schema: {{ file: greeter.graphql }}\n"
    );
    write(folder.path(), "router.yaml", &config);
    write(folder.path(), "greeter.graphql", SDL);
    folder
}

/// Exit code and checks, as `status check subject: message`.
fn checks(folder: &Path, arguments: &[&str]) -> (i32, Vec<String>, Value) {
    let finished = run(folder, &[&["doctor", "--format", "json"], arguments].concat());
    assert_eq!(finished.stderr(), "");
    let verdict: Value = serde_json::from_str(&finished.stdout()).expect("JSON");
    assert_eq!(verdict["exit_code"], finished.code());
    let checks = verdict["checks"].as_array().expect("checks").iter();
    let lines = checks.map(|it| {
        let text = |member: &str| it[member].as_str().expect("a text").to_owned();
        assert_eq!(it["help"].is_null(), it["status"] == "ok", "{it}");
        format!("{} {} {}: {}", text("status"), text("check"), text("subject"), text("message"))
    });
    (finished.code(), lines.collect(), verdict)
}

fn assert_has(checks: &[String], start: &str) {
    assert!(checks.iter().any(|it| it.starts_with(start)), "`{start}` in {checks:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_can_be_started_is_well() {
    let address = subgraph(Some("\"All.\" type Query { greeting: String }")).await;
    let folder = folder("127.0.0.1:0", &format!("http://{address}/graphql"));
    let (code, found, verdict) = checks(folder.path(), &[]);
    assert_eq!(code, 0, "{found:#?}");
    assert_eq!((&verdict["version"], &verdict["result"]), (&json!(1), &json!("ok")));
    assert_eq!(verdict["counts"]["errors"], 0);
    for expected in [
        "ok version weft: ",
        "ok configuration router.yaml: 1 subgraph, 0 views",
        "ok listen 127.0.0.1:0: free",
        &format!("ok subgraph greeter: http://{address}/graphql answers in "),
        "ok schema greeter: greeter.graphql is what it says",
        "ok graph graph: 1 subgraph and 0 views make a graph in ",
    ] {
        assert_has(&found, expected);
    }
    let human = run(folder.path(), &["doctor"]);
    let lines = human.stdout();
    assert_eq!((human.code(), human.stderr().as_str()), (0, ""));
    assert!(lines.contains("ok       schema greeter"), "{lines}");
    assert!(!lines.contains('\u{1b}'), "no colours off a terminal: {lines:?}");
    let summary = lines.lines().last().expect("a line");
    assert!(summary.contains(" checks: 0 errors, "), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subgraph_that_is_gone_is_an_error() {
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/graphql", gone.local_addr().expect("an address"));
    drop(gone);
    let folder = folder("127.0.0.1:0", &url);
    let (code, found, verdict) = checks(folder.path(), &[]);
    assert_eq!((code, &verdict["result"]), (1, &json!("failed")));
    assert_has(&found, &format!("error subgraph greeter: {url}: cannot be reached: "));
    // Its file is there, so that there would be a graph.
    assert_has(&found, "ok graph graph: ");
    let help = run(folder.path(), &["doctor"]).stdout();
    assert!(
        help.contains("help: is it running, and is that where? WEFT_SUBGRAPH_GREETER"),
        "{help}"
    );
}

/// A server that takes connections and says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/graphql", silent.local_addr().expect("an address"));
    let folder = folder("127.0.0.1:0", &url);
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    let asked =
        config.replace("{ file: greeter.graphql }", &format!("{{ subgraph_url: \"{url}\" }}"));
    for text in [config, asked] {
        write(folder.path(), "router.yaml", &text);
        let started = Instant::now();
        let (code, found, _) = checks(folder.path(), &["--timeout-ms", "200"]);
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        assert_eq!(code, 1);
        assert_has(&found, &format!("error subgraph greeter: {url}: no answer within 200 ms"));
    }
    run(folder.path(), &["doctor", "--timeout-ms", "0"])
        .assert_failure(2, &["invalid value '0' for '--timeout-ms <MS>'"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_something_else_is_no_subgraph() {
    let page = axum::Router::new().fallback(|| async { "<html>" });
    let broken = axum::Router::new()
        .fallback(|| async { Json(json!({ "errors": [{ "message": "who are you?" }] })) });
    for (app, said) in [
        (page, "answer is not GraphQL: "),
        (
            broken,
            "answer is not GraphQL: `{ __typename }` has errors: [{\"message\":\"who are you?\"}]",
        ),
    ] {
        let url = format!("http://{}/", serve(app).await);
        let folder = folder("127.0.0.1:0", &url);
        let (code, found, _) = checks(folder.path(), &[]);
        assert_eq!(code, 1);
        assert_has(&found, &format!("error subgraph greeter: {url}: {said}"));
        assert!(!found.iter().any(|it| it.contains(" schema ")), "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_runs_is_an_error() {
    for (live, status, said) in [
        (
            Some("type Query { hello: Int }"),
            "error",
            "it lacks `Query.greeting`; it has also `Query.hello`",
        ),
        (Some("type Query { greeting: Int }"), "error", "it has another `Query.greeting`"),
        (
            Some("type Query { greeting: String a: A } type A { b: Int }"),
            "warning",
            "it has also `A`, `Query.a`",
        ),
        (None, "warning", "it does not tell its schema"),
        (Some("type {"), "error", ""),
    ] {
        let address = subgraph(live).await;
        let folder = folder("127.0.0.1:0", &format!("http://{address}/graphql"));
        let (code, found, _) = checks(folder.path(), &[]);
        assert_eq!(code, i32::from(status == "error"), "{live:?}: {found:#?}");
        let line = found.iter().find(|it| it.contains(" schema greeter: ")).expect("a check");
        assert!(line.starts_with(status) && line.contains(said), "{live:?}: {line}");
    }
}

#[test]
fn what_does_not_make_a_graph_is_said_with_its_place() {
    let folder = folder("127.0.0.1:0", "http://127.0.0.1:1/");
    write(folder.path(), "greeter.graphql", "type Query {\n  greeting: Strin\n}\n");
    let (code, found, _) = checks(folder.path(), &["--timeout-ms", "1000"]);
    assert_eq!(code, 1);
    assert_has(&found, "error graph graph: INVALID_GRAPHQL");
    assert!(found.iter().any(|it| it.contains("greeter.graphql:2:13")), "{found:#?}");
    write(folder.path(), "router.yaml", "subgraph: {}\n");
    let (code, found, verdict) = checks(folder.path(), &[]);
    assert_eq!(code, 1);
    assert_has(&found, "error configuration router.yaml: CONFIG_INVALID: unknown key `subgraph`");
    let helps = verdict["checks"].as_array().expect("checks").iter();
    assert!(helps.clone().any(|it| it["help"] == "did you mean `subgraphs`?"), "{verdict:#}");
    let (code, found, _) = checks(folder.path(), &["--config", "none.yaml"]);
    assert_eq!(code, 1);
    assert_has(&found, "error configuration none.yaml: CONFIG_UNREADABLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_said_with_who_has_it() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let at_greeter = format!("http://{}/graphql", subgraph(Some(SDL)).await);
    let (code, found, _) = checks(folder(&address, &at_greeter).path(), &["--timeout-ms", "500"]);
    assert_eq!(code, 1);
    assert_has(&found, &format!("error listen {address}: cannot listen: "));
    drop(taken);
    // The gateway itself is no fault.
    let folder = folder(&address, &at_greeter);
    let gateway = Running::start(weft(folder.path(), &["serve", "--config", "router.yaml"]));
    let lines = gateway.until(" serving http://");
    assert!(url_in(lines.last().expect("a line")).contains(&address));
    let (code, found, _) = checks(folder.path(), &[]);
    assert_eq!(code, 0, "{found:#?}");
    assert_has(&found, &format!("warning listen {address}: a gateway is serving there"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supergraph_has_its_subgraphs_checked() {
    let url = format!("http://{}/graphql", subgraph(Some(SDL)).await);
    let folder = folder("127.0.0.1:0", &url);
    let output = ["compose", "--config", "router.yaml", "--output", "supergraph.graphql"];
    assert_eq!(run(folder.path(), &output).code(), 0);
    let (_, found, _) = checks(folder.path(), &["--supergraph", "supergraph.graphql"]);
    assert_has(&found, &format!("ok subgraph greeter: {url} answers in "));
    assert_has(&found, "ok graph graph: 1 subgraph");
    let (code, found, _) = checks(folder.path(), &["--supergraph", "greeter.graphql"]);
    assert_eq!(code, 1);
    assert_has(&found, "error graph graph: ");
    run(folder.path(), &["doctor", "--supergraph", "a", "--config", "b"])
        .assert_failure(2, &["cannot be used with"]);
}

/// A gateway works without its Redis, so that a dead one is no error.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_does_not_help_is_a_warning() {
    let live = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at_live = live.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = live.accept().await {
            let mut read = [0; 1024];
            while let Ok(length @ 1..) = stream.read(&mut read).await {
                // One answer for each command: each begins with the number of its words.
                let commands = read[..length].split(|byte| *byte == b'\n');
                let count = commands.filter(|line| line.starts_with(b"*")).count();
                stream.write_all(&b"+OK\r\n".repeat(count)).await.expect("it reads");
            }
        }
    });
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at_silent = silent.local_addr().expect("an address");
    let address = subgraph(Some(SDL)).await;
    let folder = folder("127.0.0.1:0", &format!("http://{address}/graphql"));
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    for (at, status, said) in
        [(at_live, "ok", "answers in "), (at_silent, "warning", "no answer within 300 ms")]
    {
        let url = format!("redis://:secret@{at}");
        let redis = format!("apq: {{ redis: {{ url: \"{url}\", timeout_ms: 300 }} }}\n");
        write(folder.path(), "router.yaml", &format!("{config}{redis}"));
        let (code, found, verdict) = checks(folder.path(), &[]);
        assert_eq!(code, 0, "{found:#?}");
        assert_has(&found, &format!("{status} redis apq: {said}"));
        assert!(!verdict.to_string().contains("secret"), "{verdict:#}");
    }
}

/// How many files may be open is what the shell said.
#[cfg(target_os = "linux")]
#[test]
fn too_few_open_files_are_said() {
    let folder = folder("127.0.0.1:0", "http://127.0.0.1:1/");
    let weft = assert_cmd::cargo::cargo_bin!("weft");
    for (limit, status) in [("100", "error"), ("1000", "warning")] {
        let script = format!("ulimit -n {limit}; \"$WEFT\" doctor --format json --timeout-ms 500");
        let mut command = std::process::Command::new("bash");
        command.args(["-c", &script]).current_dir(folder.path()).env("WEFT", weft);
        let verdict: Value =
            serde_json::from_str(&Finished::of(&mut command).stdout()).expect("JSON");
        let checks = verdict["checks"].as_array().expect("checks").iter();
        let check = checks.clone().find(|it| it["check"] == "open_files").expect("a check");
        assert_eq!(check["status"], status, "{check}");
        assert!(check["message"].as_str().expect("a text").starts_with(limit), "{check}");
    }
}

#[cfg(unix)]
#[test]
fn secrets_that_everybody_can_read_are_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("127.0.0.1:0", "http://me:secret@127.0.0.1:1/");
    let file = folder.path().join("router.yaml");
    let of = |mode: u32| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&file, permissions).expect("our file");
        let (_, found, verdict) = checks(folder.path(), &["--timeout-ms", "500"]);
        assert!(!verdict.to_string().contains("me:secret"), "{verdict:#}");
        found.into_iter().find(|it| it.contains(" secrets "))
    };
    let warned = of(0o644).expect("a check");
    assert!(warned.starts_with("warning secrets router.yaml: it has secrets, and "), "{warned}");
    assert_eq!(of(0o640).as_deref(), Some("ok secrets router.yaml: others cannot read it"));
    let text = std::fs::read_to_string(&file).expect("a file");
    std::fs::write(&file, text.replace("me:secret", "${env.CREDENTIALS}")).expect("a file");
    let mut command = weft(folder.path(), &["doctor", "--timeout-ms", "500"]);
    let said = Finished::of(command.env("CREDENTIALS", "me:secret")).stdout();
    assert!(said.contains("1 subgraph, 0 views") && !said.contains("secrets"), "{said}");
}

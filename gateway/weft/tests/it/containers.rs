//! `docker-compose.yml` and the Dockerfile, as far as they can be checked without an engine: the
//! file parses, its services are complete, and every command and health check in it is one that
//! the binaries really have.

use std::fs;
use std::path::Path;

use serde_json::Value;
use subgraph_server::Definition;

use crate::running::run;

const SUBGRAPHS: [Definition; 3] = [users::DEFINITION, orders::DEFINITION, products::DEFINITION];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(path).expect("a file of the repository")
}

fn compose_file() -> Value {
    serde_saphyr::from_str(&read("docker-compose.yml")).expect("YAML")
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// A health check's command without `CMD` and the path of the binary, which must be `binary`.
fn health_check(service: &Value, binary: &str) -> Vec<String> {
    let words = texts(&service["healthcheck"]["test"]);
    assert_eq!(words[..2], ["CMD".to_owned(), format!("/usr/local/bin/{binary}")]);
    words[2..].to_vec()
}

#[test]
fn services_are_complete() {
    let file = compose_file();
    let services = file["services"].as_object().expect("services");
    let names: Vec<&str> = services.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["gateway", "users-service", "orders-service", "products-service", "postgres"]
    );
    for (name, service) in services {
        assert!(service["healthcheck"]["test"].is_array(), "{name} has a health check");
        let waits_for = service["depends_on"].as_object();
        for (other, condition) in waits_for.into_iter().flatten() {
            assert!(services.contains_key(other), "{name} waits for {other}");
            assert_eq!(condition["condition"], "service_healthy", "{name} waits for {other}");
        }
    }
    assert_eq!(services["postgres"]["image"], "postgres:15");
    assert_eq!(services["gateway"]["ports"], serde_json::json!(["4000:4000"]));
}

#[test]
fn commands_of_the_subgraphs_are_real() {
    let file = compose_file();
    for definition in SUBGRAPHS {
        let service = &file["services"][format!("{}-service", definition.name)];
        assert_eq!(service["build"]["args"]["BINARY"], definition.name);
        let health_check = health_check(service, definition.name);
        for words in [texts(&service["command"]), health_check] {
            let words = [definition.name.to_owned()].into_iter().chain(words);
            let parsed = subgraph_server::command(&definition).try_get_matches_from(words);
            parsed.unwrap_or_else(|error| panic!("{}: {error}", definition.name));
        }
        let url = service["environment"]["DATABASE_URL"].as_str().expect("a database");
        let url = url.replace("${POSTGRES_PASSWORD:-weft}", "weft");
        url.parse::<subgraph_server::DatabaseUrl>().expect("a URL the subgraph understands");
        let database = format!("create database {};", definition.name);
        let made = file["configs"]["databases"]["content"].as_str().unwrap_or_default();
        assert!(made.contains(&database) && url.ends_with(definition.name), "{url}");
    }
}

/// `--help` is obeyed only after every word before it has been understood.
#[test]
fn commands_of_the_gateway_are_real() {
    let file = compose_file();
    let gateway = &file["services"]["gateway"];
    assert_eq!(gateway["build"]["args"]["BINARY"], "weft");
    let folder = tempfile::tempdir().expect("a folder");
    for words in [texts(&gateway["command"]), health_check(gateway, "weft")] {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.push("--help");
        let finished = run(folder.path(), &words);
        assert_eq!(finished.code(), 0, "{words:?}: {}", finished.stderr());
    }
}

#[test]
fn the_image_is_small_and_not_root() {
    let dockerfile = read("Dockerfile");
    let stages: Vec<&str> = dockerfile.split("\nFROM ").collect();
    assert_eq!(stages.len(), 3, "one stage builds, one runs");
    let runtime = stages[2];
    assert!(runtime.starts_with("gcr.io/distroless/"), "{runtime}");
    assert!(runtime.contains("USER 65532:65532") && !runtime.contains("RUN "), "{runtime}");
    assert!(runtime.contains("COPY schema /etc/weft"), "the gateway's configuration");
}

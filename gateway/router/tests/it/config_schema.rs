//! The JSON Schema of `router.yaml`: it is the committed one, and it says of a file what the reader
//! says. `UPDATE_EXPECT=1` writes it.

use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use federation::diagnostic::{Diagnostic, SourceFile};
use router::config::{Config, json_schema};
use serde_json::{Value, json};

const ONE: &str = "subgraphs: { users: { routing_url: \"http://users/\", schema: { file: a } } }\n";

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn read(text: &str) -> Result<Config, Vec<Diagnostic>> {
    let source = SourceFile { name: "router.yaml".to_owned(), text: text.to_owned() };
    // What our files say is set; nothing is overridden.
    let environment = |name: &str| (!name.starts_with("WEFT_")).then(|| "set".to_owned());
    Config::parse(source, Path::new(""), &environment)
}

fn schema() -> Value {
    serde_json::from_str(&json_schema()).expect("JSON")
}

/// An editor that knows the schema.
struct Editor {
    schemas: Schemas,
    schema: SchemaIndex,
}

impl Editor {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("router.schema.json", schema()).expect("a document");
        let schema = compiler.compile("router.schema.json", &mut schemas).expect("a JSON Schema");
        Self { schemas, schema }
    }

    /// What is wrong with a file.
    fn wrong(&self, text: &str) -> Option<String> {
        let file: Value = serde_saphyr::from_str(text).expect("YAML");
        self.schemas.validate(&file, self.schema).err().map(|error| error.to_string())
    }
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = repository("schema/router.schema.json");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, json_schema()).expect("the schema is written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == json_schema(), "schema/router.schema.json is stale: UPDATE_EXPECT=1");
}

#[test]
fn our_own_files_are_right() {
    let editor = Editor::new();
    let text = |path: &str| std::fs::read_to_string(repository(path)).expect("a file");
    let mut files = vec![("schema/router.yaml".to_owned(), text("schema/router.yaml"))];
    for page in ["docs/configuration.md", "docs/views.md"] {
        let blocks = text(page);
        let blocks = blocks.split("```yaml\n").skip(1).filter_map(|it| it.split("```").next());
        files.extend(blocks.enumerate().map(|(index, block)| {
            // Parts of a file are shown without its subgraphs.
            let rest = if block.contains("subgraphs:") { "" } else { ONE };
            (format!("{page}, block {index}"), format!("{block}{rest}"))
        }));
    }
    assert!(files.len() >= 5, "{}", files.len());
    for (name, text) in files {
        assert_eq!(editor.wrong(&text), None, "{name}");
        assert!(read(&text).is_ok(), "{name}: {:?}", read(&text).err());
    }
    let first = text("schema/router.yaml").lines().next().map(str::to_owned);
    assert_eq!(first.as_deref(), Some("# yaml-language-server: $schema=router.schema.json"));
}

#[test]
fn what_the_reader_takes_the_schema_takes() {
    let editor = Editor::new();
    for more in [
        "",
        "limits:\n",
        "limits: { operation_cache_bytes_max: 0 }",
        "federation_version: 2.9",
        "federation_version: =2.9.0",
        "supergraph: { listen: \"${env.HOST:here}:4000\" }",
        "supergraph: { listen: \"[::1]:0\" }",
        "identity: { header: x-account, default: 123 }",
        "cors: { origins: [\"*\"], allow_headers: [x-ours], max_age_seconds: 0 }",
        "cors: { origins: [\"https://app.example.com\", \"app://x\"], allow_credentials: true }",
        "override_labels: { a: true, b: { header: x-b }, c: { percent: 30.5 } }",
        "override_labels: { a: { percent: \"1\" } }",
        "apq: { redis: { url: \"${env.WEFT_REDIS:redis://a}\", timeout_ms: 1, ttl_s: 1 } }",
        "apq: { redis: { url: \"rediss://:secret@a:1/2\" } }",
        "apq: { redis: { url: \"redis+unix:///run/redis.sock\" } }",
        "operations: { manifests: [a.json], mode: id_only }",
        "views: { v-1: { schema: { sdl: x }, path: /v, operations: { folder: v }, \
         rest: { \"/v/{id}\": { operation: a, as: byte } } } }",
    ] {
        let text = format!("{ONE}{more}\n");
        assert!(read(&text).is_ok(), "{more}: {:?}", read(&text).err());
        assert_eq!(editor.wrong(&text), None, "{more}");
    }
}

#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    let editor = Editor::new();
    let subgraph = |text: &str| format!("subgraphs: {{ a: {{ {text} }} }}");
    let schema =
        |text: &str| subgraph(&format!("routing_url: \"http://a/\", schema: {{ {text} }}"));
    let with = |text: &str| format!("{ONE}{text}");
    for text in [
        "limits: {}".to_owned(),
        "subgraphs: {}".to_owned(),
        subgraph("routing_url: \"http://a/\""),
        subgraph("routing_url: \"ftp://a/\", schema: { file: a }"),
        subgraph("schema: { file: a }, url: b"),
        schema(""),
        schema("file: a, sdl: b"),
        schema("file: a, introspection_headers: { a: b }"),
        schema("graphref: a"),
        schema("file: a, subgraph: b"),
        with("limit: {}"),
        with("limits: { errors_max: 0 }"),
        with("limits: { errors_max: -1 }"),
        with("limits: { errors_max: many }"),
        with("limits: { operation_cache_bytes_max: -1 }"),
        with("timeouts: { request_ms: 0 }"),
        with("timeouts: { request: 1 }"),
        with("graphiql: often"),
        with("federation_version: 1"),
        with("federation_version: =3.0"),
        with("supergraph: { listen: 4000 }"),
        with("supergraph: { listen: \"here\" }"),
        with("identity: {}"),
        with("identity: { header: \"a b\" }"),
        with("csrf: { required_headers: [\"a b\"] }"),
        with("cors: { origins: [] }"),
        with("cors: { origins: [\"app.example.com\"] }"),
        with("cors: { origins: [\"https://a/\"] }"),
        with("cors: { origins: [\"*\"], methods: [\"a b\"] }"),
        with("cors: { origins: [\"*\"], max_age_seconds: 4294967296 }"),
        with("apq: { redis: { url: \"http://a/\" } }"),
        with("apq: { redis: { timeout_ms: 5 } }"),
        with("apq: { redis: { url: \"redis://a\", timeout_ms: 10001 } }"),
        with("apq: { redis: { url: \"redis://a\", ttl_s: 0 } }"),
        with("batching: { maximum_size: 0 }"),
        with("override_labels: { a: { percent: 101 } }"),
        with("override_labels: { a: { percent: \"1e1\" } }"),
        with("override_labels: { a: { header: x, percent: 1 } }"),
        with("override_labels: { a: {} }"),
        with("override_labels: { a: often }"),
        with("operations: {}"),
        with("operations: { folder: a, mode: loud }"),
        with("views: { \"v 1\": { schema: { sdl: x }, path: /v } }"),
        with("views: { v: { schema: { sdl: x } } }"),
        with("views: { v: { schema: {}, path: /v } }"),
        with("views: { v: { schema: { sdl: x }, path: v } }"),
        with("views: { v: { schema: { sdl: x }, path: \"/v/\" } }"),
        with("views: { v: { schema: { sdl: x }, path: /v, access: nobody } }"),
        with("views: { v: { schema: { sdl: x }, path: /v, limits: { errors_max: 1 } } }"),
        with(
            "views: { v: { schema: { sdl: x }, path: /v, operations: { folder: v }, \
             rest: { v: { operation: a } } } }",
        ),
    ] {
        assert!(read(&text).is_err(), "the reader takes {text}");
        assert!(editor.wrong(&text).is_some(), "the schema takes {text}");
    }
}

/// Every key with its path and its schema.
fn keys(schema: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    for (name, of_key) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        keys(of_key, &path, found);
        found.push((path, of_key.clone()));
    }
    for inner in schema["anyOf"].as_array().into_iter().flatten() {
        keys(inner, path, found);
    }
    if schema["additionalProperties"].is_object() {
        keys(&schema["additionalProperties"], &format!("{path}/*"), found);
    }
}

#[test]
fn every_key_is_described() {
    let mut found = Vec::new();
    keys(&schema(), "", &mut found);
    assert!(found.len() > 60, "{}", found.len());
    for (path, schema) in found {
        let described = |schema: &Value| schema["description"].is_string();
        let forms = schema["anyOf"].as_array();
        let inside = forms.is_some_and(|forms| forms.iter().any(described));
        assert!(described(&schema) || inside, "{path}");
    }
}

/// Whoever writes down what the schema says is the default changes nothing.
#[test]
fn the_defaults_are_the_readers() {
    let mut found = Vec::new();
    keys(&schema(), "", &mut found);
    let mut file = json!({ "subgraphs": { "users": { "routing_url": "http://users/" } } });
    file["subgraphs"]["users"]["schema"] = json!({ "file": "a" });
    // Sections that are off where they are left out, with what they need.
    file["cors"] = json!({ "origins": ["*"] });
    file["apq"] = json!({ "redis": { "url": "redis://a" } });
    let otlp = json!({ "endpoint": "http://a" });
    file["telemetry"] = json!({ "metrics": { "prometheus": {} }, "tracing": { "otlp": otlp } });
    let plain = read(&file.to_string()).expect("a valid configuration");
    let mut count = 0;
    for (path, schema) in found.iter().filter(|(path, _)| !path.contains('*')) {
        let default = &schema["default"];
        if path.starts_with("/operations") || default.is_object() || default.is_null() {
            continue;
        }
        let mut place = &mut file;
        for key in path[1..].split('/') {
            place = &mut place[key];
        }
        *place = default.clone();
        count += 1;
    }
    assert!(count > 25, "{count}: {file}");
    let config = read(&file.to_string()).expect("a valid configuration");
    assert_eq!(format!("{config:?}"), format!("{plain:?}"));
}

//! `router.yaml`: the contract's own file, defaults, the environment, and what is said of mistakes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use federation::diagnostic::{Diagnostic, SourceFile};
use observability::Sampling;
use observability::otlp::OtlpConfig;
use router::config::{
    Config, Deduplicate, Limits, OverrideLabel, RoutingUrl, SchemaLocation, SubgraphConfig,
    Telemetry, Timeouts, no_environment, routing_url_variable,
};

fn parse(text: &str) -> Result<Config, Vec<Diagnostic>> {
    parse_in(text, &no_environment)
}

fn parse_in(
    text: &str,
    environment: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Config, Vec<Diagnostic>> {
    let source = SourceFile { name: "conf/router.yaml".to_owned(), text: text.to_owned() };
    Config::parse(source, Path::new("conf"), environment)
}

const ONE: &str = "subgraphs:\n  users:\n    routing_url: http://users:8000/graphql\n    \
                   schema:\n      file: ./users.graphql\n";

fn url(subgraph: &SubgraphConfig) -> &str {
    subgraph.routing_url.as_ref().expect("a file has one for each").as_str()
}

/// The one error of a text must be this line.
fn check_error(text: &str, expected: &str) {
    let errors = parse(text).expect_err("a mistake");
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(lines, [expected]);
}

#[test]
fn the_committed_file_is_read_unchanged() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/router.yaml");
    let config = Config::load(&path, &no_environment).expect("a valid configuration");
    assert_eq!(config.listen.to_string(), "0.0.0.0:4000");
    let read: Vec<(&str, &str)> =
        config.subgraphs.iter().map(|subgraph| (subgraph.name.as_str(), url(subgraph))).collect();
    let expected = [
        ("users", "http://users-service:8000/graphql"),
        ("orders", "http://orders-service:8000/graphql"),
        ("products", "http://products-service:8000/graphql"),
    ];
    assert_eq!(read, expected);
    for subgraph in &config.subgraphs {
        let SchemaLocation::File(file) = &subgraph.schema else { panic!("a file") };
        assert!(file.ends_with(format!("schema/{}-schema.graphql", subgraph.name)), "{file:?}");
    }
}

/// The user's guide shows every key with its default.
#[test]
fn the_documented_file_is_read_and_says_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = std::fs::read_to_string(path).expect("the guide");
    let block = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let block = block.expect("a block of YAML");
    let config = parse(block).expect("a valid configuration");
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.timeouts, Timeouts::default());
    assert_eq!(config.deduplicate, Deduplicate::default());
    let mut documented = config.csrf.required_headers.clone();
    let mut defaults = parse(ONE).expect("a valid configuration").csrf.required_headers;
    documented.sort();
    defaults.sort();
    assert_eq!((config.csrf.enabled, documented), (true, defaults));
    let keys = |text: &str| text.matches("_max: ").count() + text.matches("_ms: ").count();
    let fields = include_str!("../../src/config/limits.rs").lines();
    let fields: String = fields.filter(|line| line.starts_with("    pub ")).collect();
    assert_eq!(keys(block), keys(&fields), "every limit is documented");
}

/// The page about telemetry shows its keys with their defaults, too.
#[test]
fn the_documented_telemetry_is_read_and_says_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/telemetry.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks: Vec<&str> = blocks.collect();
    assert_eq!(blocks.len(), 2);
    let environment = |name: &str| (name == "COLLECTOR_TOKEN").then(|| "token".to_owned());
    let telemetry = |block: &str| {
        let source = SourceFile { name: "router.yaml".to_owned(), text: format!("{ONE}{block}") };
        let config = Config::parse(source, Path::new(""), &environment);
        config.expect("a valid configuration").telemetry
    };
    let prometheus = telemetry(blocks[0]).prometheus.expect("metrics");
    let default = telemetry("telemetry: { metrics: { prometheus: {} } }\n").prometheus;
    let default = default.expect("metrics");
    assert_eq!(prometheus.path, default.path);
    assert_eq!(prometheus.listen.to_string(), default.listen.to_string());
    let documented = telemetry(blocks[1]);
    assert_eq!(documented.sampling, Sampling::default());
    assert_eq!(documented.service_name, Telemetry::default().service_name);
    let otlp = documented.otlp.expect("a collector");
    assert_eq!(otlp.headers["authorization"], "Bearer token");
    assert!(!format!("{otlp:?}").contains("token"), "{otlp:?}");
    let default = OtlpConfig::new(otlp.endpoint.clone());
    assert_eq!((otlp.timeout, otlp.interval), (default.timeout, default.interval));
    assert_eq!(otlp.queue_spans_max, default.queue_spans_max);
    assert_eq!(otlp.batch_spans_max, default.batch_spans_max);
}

#[test]
fn telemetry_that_cannot_be_used_is_said_with_its_place() {
    let wrong = [
        ("logs: { format: xml }", "`xml` is no format of logs"),
        ("logs: { level: router=loud }", "says not what is logged"),
        ("logs: { colour: true }", "unknown key `colour`"),
        ("metrics: { prometheus: { listen: here } }", "`here`"),
        ("metrics: { prometheus: { path: metrics } }", "`metrics` is no path"),
        ("tracing: { sampling: { ratio: 1.5 } }", "from 0 to 1"),
        ("tracing: { otlp: { endpoint: \"localhost:4318\" } }", "is no URL of a collector"),
        ("tracing: { otlp: { endpoint: \"http://me:secret@host\" } }", "no name and password"),
        ("tracing: { otlp: { endpoint: \"http://host\", queue_spans_max: 0 } }", "zero"),
    ];
    for (written, message) in wrong {
        let errors = parse(&format!("{ONE}telemetry: {{ {written} }}\n")).expect_err(written);
        let said = errors[0].to_string();
        assert!(said.contains(message) && said.contains("router.yaml:"), "{written}: {said}");
    }
}

#[test]
fn what_is_left_out_has_its_documented_default() {
    let config = parse(ONE).expect("a valid configuration");
    assert_eq!(config.listen.to_string(), "127.0.0.1:4000");
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.timeouts, Timeouts::default());
    assert_eq!(config.timeouts.subgraph_request().as_millis(), 5_000);
    assert_eq!(config.timeouts.request().as_millis(), 30_000);
    assert!(config.graphiql && config.introspection && config.csrf.enabled);
    let file = PathBuf::from("conf/users.graphql");
    assert_eq!(config.subgraphs[0].schema, SchemaLocation::File(file));
}

#[test]
fn every_section_is_read() {
    let config = parse(&format!(
        "{ONE}supergraph: {{ listen: \"[::1]:0\" }}\n\
         limits:\n  request_body_bytes_max: 1\n  operation_tokens_max: 2\n  \
         operation_depth_max: 3\n  operation_selections_max: 4\n  operation_aliases_max: 19\n  \
         operation_root_fields_max: 20\n  request_headers_bytes_max: 21\n  errors_max: 5\n  \
         subgraph_response_bytes_max: 6\n  operation_cache_bytes_max: 7\n  \
         apq_cache_bytes_max: 17\n  composition_states_max: 13\n  \
         warm_up_operations_max: 14\n  response_bytes_max: 16\n\
         timeouts:\n  subgraph_request_ms: 8\n  subgraph_connect_ms: 9\n  request_ms: 10\n  \
         health_check_ms: 11\n  client_idle_ms: 12\n  warm_up_ms: 15\n  \
         drain_ms: 18\n\
         graphiql: false\nintrospection: false\n\
         csrf:\n  enabled: false\n  required_headers: [X-Ours]\n"
    ))
    .expect("a valid configuration");
    assert_eq!(config.listen.to_string(), "[::1]:0");
    let limits = config.limits.operation();
    assert_eq!((limits.tokens_max, limits.depth_max, limits.selections_max), (2, 3, 4));
    assert_eq!((limits.aliases_max, limits.root_fields_max), (19, 20));
    assert_eq!(config.limits.request_headers_bytes_max.get(), 21);
    assert_eq!(config.limits.request_body_bytes_max.get(), 1);
    assert_eq!(config.limits.errors_max.get(), 5);
    assert_eq!(config.limits.subgraph_response_bytes_max.get(), 6);
    assert_eq!(config.limits.operation_cache_bytes_max, 7);
    assert_eq!(config.limits.apq_cache_bytes_max, 17);
    assert_eq!(config.limits.composition().satisfiability_states, 13);
    assert_eq!(config.limits.response_bytes_max.get(), 16);
    assert_eq!(config.limits.warm_up_operations_max, 14);
    assert_eq!(config.timeouts.warm_up().as_millis(), 15);
    assert_eq!(config.timeouts.subgraph_request().as_millis(), 8);
    assert_eq!(config.timeouts.subgraph_connect().as_millis(), 9);
    assert_eq!(config.timeouts.request().as_millis(), 10);
    assert_eq!(config.timeouts.health_check().as_millis(), 11);
    assert_eq!(config.timeouts.client_idle().as_millis(), 12);
    assert_eq!(config.timeouts.drain().as_millis(), 18);
    assert!(!config.graphiql && !config.introspection && !config.csrf.enabled);
    assert_eq!(config.csrf.required_headers, ["x-ours"]);
}

#[test]
fn identity_is_believed_only_when_it_is_configured() {
    assert_eq!(parse(ONE).expect("a valid configuration").identity, None);
    let read = |text: &str| {
        let config = parse(&format!("{ONE}identity: {text}\n")).expect("a valid configuration");
        let identity = config.identity.expect("it is configured");
        (identity.header.to_string(), identity.default)
    };
    let header = || "x-account".to_owned();
    assert_eq!(read("{ header: X-Account }"), (header(), None));
    let default = || Some("123".parse().expect("an id"));
    assert_eq!(read("{ header: x-account, default: 123 }"), (header(), default()));
    assert_eq!(
        read("{ header: x-account, default: \"${env.USER_ID:123}\" }"),
        (header(), default())
    );
    check_error(
        &format!("{ONE}identity: {{ header: \"two words\" }}\n"),
        "CONFIG_INVALID: `two words` cannot be the name of a header (conf/router.yaml:6:21)",
    );
    check_error(
        &format!("{ONE}identity: {{ header: x-account, default: \"\" }}\n"),
        "CONFIG_INVALID: an id has 1 to 256 bytes (conf/router.yaml:6:41)",
    );
    check_error(
        &format!("{ONE}identity: {{ default: a }}\n"),
        "CONFIG_INVALID: the key `header` is missing (conf/router.yaml:6:11)",
    );
}

#[test]
fn a_mistake_is_named_with_file_line_and_column() {
    check_error(
        &format!("{ONE}limit:\n  errors_max: 5\n"),
        "CONFIG_INVALID: unknown key `limit` (conf/router.yaml:6:1)",
    );
    check_error(
        &format!("{ONE}limits:\n  errors_max: 5\n  depth: 1\n"),
        "CONFIG_INVALID: unknown key `depth` (conf/router.yaml:8:3)",
    );
    check_error(
        &ONE.replace("routing_url", "routing_ur"),
        "CONFIG_INVALID: unknown key `routing_ur` (conf/router.yaml:3:5)",
    );
    check_error(
        &ONE.replace("http://users", "ftp://users"),
        "CONFIG_INVALID: `ftp://users:8000/graphql` has the scheme ftp, not http, https or h2c \
         (conf/router.yaml:3:18)",
    );
    check_error(
        &format!("{ONE}supergraph:\n  listen: 4000\n"),
        "CONFIG_INVALID: `4000` is no address to listen on, such as 127.0.0.1:4000 \
         (conf/router.yaml:7:11)",
    );
    check_error(
        &format!("{ONE}timeouts: {{ request_ms: 0 }}\n"),
        "CONFIG_INVALID: invalid value: integer `0`, expected a nonzero u64 \
         (conf/router.yaml:6:13)",
    );
    check_error(
        &format!("{ONE}operations: {{ folder: a, mode: loged }}\n"),
        "CONFIG_INVALID: `loged` is none of `off`, `log`, `safelist`, `id_only` \
         (conf/router.yaml:6:32)",
    );
    check_error("subgraphs: {}\n", "CONFIG_INVALID: there is no subgraph (conf/router.yaml:1:12)");
}

/// Keys before values: of a key that is not known nobody knows what its value should be.
#[test]
fn all_mistakes_of_a_kind_are_named_at_once() {
    let said = |text: &str| {
        let errors = parse(text).expect_err("mistakes");
        errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let keys = "subgraphs: { a: { schema: { fil: b }, rooting_url: c } }\n\
                views: { v: { path: v, rest: { /a: { as: json } } } }\n\
                override_labels: { a: { headr: x } }\n\
                limits: { errors: 1 }\ncors: { methods: [{ a: b }] }\nbanana: [1]\n";
    let expected = [
        "unknown key `fil` (conf/router.yaml:1:29)",
        "unknown key `rooting_url` (conf/router.yaml:1:39)",
        "the key `schema` is missing (conf/router.yaml:2:13)",
        "the key `operation` is missing (conf/router.yaml:2:36)",
        "unknown key `headr` (conf/router.yaml:3:25)",
        "unknown key `errors` (conf/router.yaml:4:11)",
        "the key `origins` is missing (conf/router.yaml:5:7)",
        "unknown key `banana` (conf/router.yaml:6:1)",
    ];
    assert_eq!(said(keys), expected.map(|it| format!("CONFIG_INVALID: {it}")));
    let values = format!(
        "{ONE}supergraph: {{ listen: here }}\nidentity: {{ header: \"a b\" }}\n\
         csrf: {{ required_headers: [\"c d\"] }}\n"
    );
    let expected = [
        "`here` is no address to listen on, such as 127.0.0.1:4000 (conf/router.yaml:6:23)",
        "`a b` cannot be the name of a header (conf/router.yaml:7:21)",
        "`c d` cannot be the name of a header (conf/router.yaml:8:28)",
    ];
    assert_eq!(said(&values), expected.map(|it| format!("CONFIG_INVALID: {it}")));
}

#[test]
fn a_subgraph_that_is_there_twice_is_a_mistake() {
    let twice = format!("{ONE}{}", &ONE["subgraphs:\n".len()..]);
    let errors = parse(&twice).expect_err("a mistake");
    let message = errors[0].to_string();
    assert!(message.contains("duplicate") && message.contains("router.yaml:6:3"), "{message}");
}

#[test]
fn a_key_that_is_nearly_right_is_suggested() {
    let errors = parse(&format!("{ONE}timeout: {{}}\n")).expect_err("a mistake");
    assert_eq!(errors[0].help.as_deref(), Some("did you mean `timeouts`?"));
    let errors = parse(&format!("{ONE}banana: 1\n")).expect_err("a mistake");
    let help = errors[0].help.as_deref().expect("help");
    assert!(
        help.starts_with("the keys here are `apq`, `batching`, `compression`, `cors`, `cs"),
        "{help}"
    );
    assert!(errors[0].render(false).contains("^"), "a caret: {}", errors[0].render(false));
}

#[test]
fn a_schema_is_in_exactly_one_place() {
    for schema in ["{}", "{ file: a, sdl: b }", "{ subgraph_url: \"http://a/\", file: b }"] {
        let text = format!("subgraphs:\n  a: {{ routing_url: \"http://a/\", schema: {schema} }}\n");
        let errors = parse(&text).expect_err("a mistake");
        assert!(errors[0].message.contains("exactly one of"), "{}", errors[0]);
    }
    let inline = "subgraphs:\n  a:\n    routing_url: http://a/\n    schema:\n      \
                  sdl: \"type Query { a: Int }\"\n";
    let config = parse(inline).expect("a valid configuration");
    let SchemaLocation::Sdl(sdl) = &config.subgraphs[0].schema else { panic!("SDL") };
    assert_eq!((sdl.name.as_str(), sdl.text.as_str()), ("subgraph a", "type Query { a: Int }"));
}

/// The forms that Rover reads are read as they are.
#[test]
fn a_supergraph_yaml_of_rover_is_read() {
    let text = "federation_version: =2.9.0\nsubgraphs:\n  films:\n    \
                routing_url: https://films.example.com\n    schema:\n      \
                file: ./films.graphql\n  people:\n    schema:\n      \
                subgraph_url: http://people/graphql\n      introspection_headers:\n        \
                Authorization: Bearer ${env.TOKEN}\n";
    let set = |name: &str| (name == "TOKEN").then(|| "secret".to_owned());
    let config = parse_in(text, &set).expect("a valid configuration");
    assert_eq!(url(&config.subgraphs[0]), "https://films.example.com/");
    assert_eq!(url(&config.subgraphs[1]), "http://people/graphql");
    let SchemaLocation::SubgraphUrl(asked) = &config.subgraphs[1].schema else { panic!("a URL") };
    assert_eq!(asked.introspection_headers["authorization"], "Bearer secret");
    assert!(!format!("{config:?}").contains("secret"), "headers are secrets");
    for version in ["2", "\"2\"", "2.9", "=2.3.1", "\"=2.14.0\""] {
        let config = parse(&format!("federation_version: {version}\n{ONE}"));
        assert!(config.is_ok(), "{version}: {config:?}");
    }
}

#[test]
fn what_rover_reads_and_we_do_not_is_said() {
    for version in ["1", "=1.0.0", "=3.0", "2.", "=2.x", "latest"] {
        let text = format!("federation_version: {version}\n{ONE}");
        let errors = parse(&text).expect_err("a mistake");
        let message = errors[0].to_string();
        assert!(message.contains("is no version that can be composed"), "{version}: {message}");
        assert!(message.contains("router.yaml:1:21"), "{message}");
    }
    let schema = |text: &str| {
        format!("subgraphs:\n  a: {{ routing_url: \"http://a/\", schema: {{ {text} }} }}\n")
    };
    let errors = parse(&schema("graphref: shop@main, subgraph: a")).expect_err("a mistake");
    assert!(errors[0].message.contains("GraphOS"), "{}", errors[0]);
    let help = errors[0].help.as_deref().expect("help");
    assert!(help.contains("rover subgraph fetch shop@main --name a"), "{help}");
    for (written, said) in [
        ("file: a, introspection_headers: { a: b }", "go with `subgraph_url`"),
        ("subgraph_url: \"http://a/\", introspection_headers: { \"a b\": c }", "name of a header"),
        ("subgraph_url: \"http://a/\", introspection_headers: { a: \"\\n\" }", "value of `a`"),
        ("file: a, subgraph: b", "without `graphref`"),
    ] {
        let errors = parse(&schema(written)).expect_err("a mistake");
        assert!(errors[0].message.contains(said), "{written}: {}", errors[0]);
    }
    let errors = parse(&schema("url: \"http://a/\"")).expect_err("a mistake");
    assert_eq!(errors[0].help.as_deref(), Some("did you mean `subgraph_url`?"));
    let errors = parse("subgraphs:\n  a:\n    schema: { file: a }\n").expect_err("a mistake");
    assert!(errors[0].message.contains("`routing_url` is missing"), "{}", errors[0]);
}

#[test]
fn a_routing_url_says_which_http_is_spoken() {
    let read = |text: &str| text.parse::<RoutingUrl>().expect("a URL");
    for (text, uri, is_h2c) in [
        ("http://users", "http://users/", false),
        ("https://users/graphql", "https://users/graphql", false),
        ("h2c://users", "http://users/", true),
        ("H2C://me:secret@Users:80/graphql?a#b", "http://users/graphql?a", true),
    ] {
        let url = read(text);
        assert_eq!((url.uri().to_string().as_str(), url.is_h2c()), (uri, is_h2c), "{text}");
        assert_eq!(read(url.as_str()), url, "what is written is read again");
    }
    assert_eq!(read("h2c://users").as_str(), "h2c://users/");
}

#[test]
fn the_environment_overrides_a_routing_url() {
    assert_eq!(routing_url_variable("users"), "WEFT_SUBGRAPH_USERS_ROUTING_URL");
    assert_eq!(routing_url_variable("my-users.2"), "WEFT_SUBGRAPH_MY_USERS_2_ROUTING_URL");
    let here = |name: &str| {
        (name == "WEFT_SUBGRAPH_USERS_ROUTING_URL").then(|| "http://127.0.0.1:1/g".to_owned())
    };
    let config = parse_in(ONE, &here).expect("a valid configuration");
    assert_eq!(url(&config.subgraphs[0]), "http://127.0.0.1:1/g");
    let wrong = |_: &str| Some("nonsense".to_owned());
    let errors = parse_in(ONE, &wrong).expect_err("a mistake");
    let message = errors[0].to_string();
    assert!(message.contains("WEFT_SUBGRAPH_USERS_ROUTING_URL"), "{message}");
}

#[test]
fn values_take_variables_of_the_environment() {
    let set = |name: &str| (name == "HOST").then(|| "here".to_owned());
    for (written, read) in [
        ("http://${env.HOST}:1/", "http://here:1/"),
        ("http://${env.OTHER:there}/", "http://there/"),
        ("http://${env.OTHER:-there}/${env.HOST:x}", "http://there/here"),
    ] {
        let text = ONE.replace("http://users:8000/graphql", &format!("\"{written}\""));
        let config = parse_in(&text, &set).expect("a valid configuration");
        assert_eq!(url(&config.subgraphs[0]), read);
    }
    let text = ONE.replace("http://users:8000/graphql", "\"http://${env.OTHER}/\"");
    let errors = parse_in(&text, &set).expect_err("a mistake");
    assert_eq!(
        errors[0].to_string(),
        "CONFIG_INVALID: the environment variable OTHER is not set and has no default \
         (conf/router.yaml:3:18)"
    );
}

#[test]
fn labels_of_overrides_are_set_in_four_ways() {
    let more = "override_labels:\n  on: true\n  off: false\n  rollout:/api/orders: \
                { header: X-Beta }\n  percent(5): { percent: 12.5 }\n  \
                named: { percent: \"${env.SHARE:30}\" }\n";
    let config = parse(&format!("{ONE}{more}")).expect("a valid configuration");
    let percent = |text: &str| OverrideLabel::Percent(text.parse().expect("a percentage"));
    let expected = [
        ("named", percent("30")),
        ("off", OverrideLabel::Fixed(false)),
        ("on", OverrideLabel::Fixed(true)),
        ("percent(5)", percent("12.5")),
        ("rollout:/api/orders", OverrideLabel::Header("x-beta".parse().expect("a name"))),
    ];
    let expected = expected.map(|(label, setting)| (label.to_owned(), setting));
    assert_eq!(config.override_labels, BTreeMap::from(expected));
}

#[test]
fn a_label_that_cannot_be_set_so_is_refused() {
    for (setting, wrong) in [
        ("{ percent: 101 }", "`101` is no number from 0 to 100 with up to 8 decimals"),
        ("{ percent: -1 }", "`-1` is no number from 0 to 100 with up to 8 decimals"),
        ("{ header: 'x beta' }", "`x beta` cannot be the name of a header"),
        ("{ header: x-beta, percent: 5 }", "a label needs exactly one of `header` and `percent`"),
        ("{}", "a label needs exactly one of `header` and `percent`"),
        ("{ percentage: 5 }", "unknown key `percentage`"),
        ("maybe", "`true`, `false`, `{ header: NAME }` or `{ percent: NUMBER }`"),
        ("30", "`true`, `false`, `{ header: NAME }` or `{ percent: NUMBER }`"),
    ] {
        let errors = parse(&format!("{ONE}override_labels:\n  beta: {setting}\n"));
        let errors = errors.expect_err(setting);
        let text: String = errors.iter().map(ToString::to_string).collect();
        assert!(text.contains(wrong), "{setting}: {text}");
        assert!(text.contains("router.yaml:7:"), "{setting}: {text}");
    }
}

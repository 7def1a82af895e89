//! What `router.yaml` says of HTTP: `cors:`, and how answers are sent.

use std::path::Path;
use std::time::Duration;

use federation::diagnostic::{Diagnostic, SourceFile};
use router::config::{Apq, Batching, Config, CorsOrigins, no_environment};

const SUBGRAPH: &str = "subgraphs:\n  users:\n    routing_url: http://users:8000/graphql\n    \
                        schema: { file: ./users.graphql }\n";

fn parse(more: &str) -> Result<Config, Vec<Diagnostic>> {
    let text = format!("{SUBGRAPH}{more}\n");
    let source = SourceFile { name: "router.yaml".to_owned(), text };
    Config::parse(source, Path::new(""), &no_environment)
}

fn check_error(more: &str, expected: &str) {
    let errors = parse(more).expect_err(more);
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(lines, [format!("CONFIG_INVALID: {expected}")], "{more}");
}

#[test]
fn persisted_queries_are_known_unless_switched_off() {
    let apq = |text: &str| parse(text).expect("a valid configuration").apq;
    assert_eq!((apq(""), apq("apq: {}")), (Apq::default(), Apq::default()));
    assert!(apq("").enabled && !apq("apq: { enabled: false }").enabled);
    check_error("apq: { on: true }", "unknown key `on` (router.yaml:5:8)");
    let redis = |more: &str| format!("apq: {{ redis: {{ url: \"redis://:secret@a/1\"{more} }} }}");
    let read = apq(&redis("")).redis.expect("it is configured");
    let times = (read.timeout.as_millis(), read.ttl.as_secs());
    assert_eq!((times, read.prefix.as_str()), ((100, 604_800), "weft:apq:"));
    assert!(!format!("{read:?}").contains("secret"), "{read:?}");
    let read = apq(&redis(", timeout_ms: 5, ttl_s: 60, prefix: \"\"")).redis.expect("a Redis");
    let times = (read.timeout.as_millis(), read.ttl.as_secs());
    assert_eq!((times, read.prefix.as_str()), ((5, 60), ""));
    for (more, wrong) in [
        (", timeout_ms: 0", "0 is not between 1 and 10000 (router.yaml:5:57)"),
        (", ttl_s: 31536001", "31536001 is not between 1 and 31536000 (router.yaml:5:52)"),
    ] {
        check_error(&redis(more), wrong);
    }
    let long = "p".repeat(129);
    let wrong = "a prefix has no more than 128 bytes (router.yaml:5:53)";
    check_error(&redis(&format!(", prefix: {long}")), wrong);
    check_error(
        "apq: { redis: { url: \"http://:secret@a/\" } }",
        "this is no URL of a Redis, such as redis://127.0.0.1:6379/0 (router.yaml:5:22)",
    );
}

#[test]
fn batches_are_refused_unless_switched_on() {
    assert!(!parse("").expect("a valid configuration").batching.enabled);
    let read = |text: &str| {
        let Batching { enabled, maximum_size } = parse(text).expect("a valid one").batching;
        (enabled, maximum_size.get())
    };
    assert_eq!(read("batching: { enabled: true }"), (true, 10));
    assert_eq!(read("batching: { enabled: true, maximum_size: 5 }"), (true, 5));
    check_error("batching: { max_size: 1 }", "unknown key `max_size` (router.yaml:5:13)");
    assert!(parse("batching: { maximum_size: 0 }").is_err());
}

#[test]
fn cors_is_off_and_has_defaults_for_all_but_the_origins() {
    assert_eq!(parse("").expect("a valid configuration").cors, None);
    let read = |text: &str| {
        let config = parse(text).expect("a valid configuration");
        config.cors.expect("it is configured")
    };
    let cors = read("cors: { origins: ['*'], allow_credentials: false }");
    assert_eq!((cors.origins, cors.allow_headers), (CorsOrigins::Any, None));
    assert!(!cors.allow_credentials);
    assert_eq!(cors.max_age, Duration::from_secs(7200));
    let origins = ["https://app.example.com", "http://localhost:3000", "capacitor://localhost"];
    let cors = read(&format!("cors: {{ origins: {origins:?}, allow_credentials: true }}"));
    let CorsOrigins::These(these) = cors.origins else { panic!("a list") };
    assert_eq!(these, origins);
    assert!(cors.allow_credentials);
}

#[test]
fn a_rule_that_browsers_would_not_follow_is_a_mistake() {
    check_error("cors: {}", "the key `origins` is missing (router.yaml:5:7)");
    check_error("cors: { origins: [] }", "there is no origin (router.yaml:5:18)");
    check_error(
        "cors: { origins: ['*'], allow_credentials: true }",
        "credentials are not for pages of any origin (`*`): name the origins (router.yaml:5:44)",
    );
    check_error(
        "cors: { origins: ['http://a', '*'] }",
        "`*` is every origin: there is no other one beside it (router.yaml:5:31)",
    );
    for (origin, wrong) in [
        ("https://a.com/", "`https://a.com/` is no origin; browsers write `https://a.com`"),
        ("https://A.com", "`https://A.com` is no origin; browsers write `https://a.com`"),
        ("https://a.com:443", "`https://a.com:443` is no origin; browsers write `https://a.com`"),
        ("null", "`null` is no origin, such as https://app.example.com, nor `*`"),
        ("a.com", "`a.com` is no origin, such as https://app.example.com, nor `*`"),
        (
            "https://u:p@a.com",
            "`https://u:p@a.com` is no origin, such as https://app.example.com, \
                               nor `*`",
        ),
    ] {
        let text = format!("cors: {{ origins: ['{origin}'] }}");
        check_error(&text, &format!("{wrong} (router.yaml:5:19)"));
    }
    check_error(
        "cors: { origins: ['*'], allow_headers: ['a b'] }",
        "`a b` cannot be the name of a header (router.yaml:5:41)",
    );
    check_error(
        "cors: { origins: ['*'], methods: ['?'] }",
        "`?` cannot be a method of HTTP (router.yaml:5:35)",
    );
    let unknown = parse("cors: { origin: ['*'] }").expect_err("an unknown key");
    assert_eq!(unknown[0].help.as_deref(), Some("did you mean `origins`?"));
}

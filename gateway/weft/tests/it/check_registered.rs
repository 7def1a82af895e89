//! `weft compose` and `weft check` of a configuration that registers operations for the graph.

use serde_json::{Value, json};

use crate::checkout::{Checkout, finding, findings};

const USERS: &str = "schema/users-schema.graphql";
const EMAIL: &str = "  \"The e-mail address, unique among users.\"\n  email: String!\n";
const PROFILE: &str = "schema/registered/web/profile.graphql";

/// The shop, with a folder and a manifest of operations, on the branch `main`. No views: they need
/// the address, too.
fn checkout() -> Checkout {
    let checkout = Checkout::new();
    let config = checkout.read("schema/router.yaml");
    let (config, _) = config.split_once("\n# What each client sees").expect("views");
    let operations = "operations: { folder: ./registered, manifests: [./ios.json] }\n";
    checkout.write("schema/router.yaml", &format!("{config}\n{operations}"));
    checkout.write(PROFILE, "query Profile {\n  me {\n    email\n  }\n}\n");
    checkout.write("schema/registered/name.graphql", "query Name { me { username } }\n");
    let manifest = json!({ "a": "query Phone { me { phone } }" });
    checkout.write("schema/ios.json", &manifest.to_string());
    checkout.git(&["init", "--quiet", "--initial-branch", "main"]);
    checkout.commit();
    checkout
}

fn compose_json(checkout: &Checkout) -> (i32, Value) {
    let arguments = ["compose", "--config", "schema/router.yaml", "--format", "json"];
    let finished = checkout.run(&[&arguments[..], &["--output", "out.graphql"]].concat());
    let report = serde_json::from_str(&finished.stdout());
    (finished.code(), report.unwrap_or_else(|_| panic!("JSON: {}", finished.stderr())))
}

#[test]
fn operations_that_fit_are_counted() {
    let checkout = checkout();
    let (code, report) = compose_json(&checkout);
    assert_eq!((code, &report["operations"]), (0, &json!(3)), "{report:#}");
    let checked = checkout.check(&["--against", "main"]);
    let said = "check ok: no changes against main; 3 operations of clients: all valid\n";
    assert_eq!((checked.code(), checked.stderr().as_str()), (0, said));
}

#[test]
fn what_a_registered_operation_needs_cannot_be_removed() {
    let checkout = checkout();
    checkout.edit(USERS, EMAIL, "");
    let user_line = checkout.line(USERS, "type User ");
    let composed = checkout.run(&["compose", "--config", "schema/router.yaml"]);
    assert_eq!((composed.code(), composed.stdout().as_str()), (1, ""));
    for part in [
        "error[OPERATION_INVALID]: type `User` does not have a field `email`".to_owned(),
        format!("{PROFILE}:3:5"),
        format!("users-schema.graphql:{user_line}:"),
        "has no `User.email`".to_owned(),
        "compose failed (1 failure): 3 operations of clients: 1 fault".to_owned(),
    ] {
        assert!(composed.stderr().contains(&part), "`{part}` is not in\n{}", composed.stderr());
    }
    assert!(!checkout.file("out.graphql").exists());
    let (code, report) = compose_json(&checkout);
    assert_eq!((code, checkout.file("out.graphql").exists()), (1, false));
    let fault = finding(&report, "OPERATION_INVALID", "User.email");
    assert_eq!((&fault["kind"], &fault["fails"]), (&json!("operation"), &json!(true)));
    let place = |index: usize| (&fault["places"][index]["file"], &fault["places"][index]["line"]);
    assert_eq!(place(0), (&json!(PROFILE), &json!(3)));
    assert_eq!(place(1), (&json!(USERS), &json!(user_line)));

    let (code, report) = checkout.check_json(&["--against", "main"]);
    assert_eq!(code, 1);
    let found = findings(&report);
    let expected = ["breaking FIELD_REMOVED User.email", "operation OPERATION_INVALID User.email"];
    assert_eq!(found, expected, "each once");
    let used = &finding(&report, "FIELD_REMOVED", "User.email")["used_by"][0];
    assert_eq!((&used["client"], &used["operation"]), (&json!("registered"), &json!("Profile")));
    for format in ["github", "sarif", "junit", "markdown"] {
        let report = checkout.check(&["--against", "main", "--format", format]).stdout();
        for part in ["OPERATION_INVALID", PROFILE] {
            assert!(report.contains(part), "{format}: `{part}` is not in\n{report}");
        }
    }
    let annotated = format!("::error file={PROFILE},line=3,endLine=3,col=5,endColumn=9,");
    let github = checkout.check(&["--against", "main", "--format", "github"]).stdout();
    assert!(github.contains(&annotated), "{github}");
}

#[test]
fn documents_of_a_manifest_are_named_with_it() {
    let checkout = checkout();
    checkout.edit(USERS, "  phone: String\n", "");
    let (code, report) = compose_json(&checkout);
    assert_eq!(code, 1);
    let fault = finding(&report, "OPERATION_INVALID", "User.phone");
    let file = fault["places"][0]["file"].as_str().expect("a place");
    assert!(file.ends_with("schema/ios.json#a"), "{file}");
}

/// What the gateway would not start with is no graph to ship.
#[test]
fn what_the_gateway_refuses_is_a_fault() {
    for (text, code) in [
        ("query {\n", "GRAPHQL_PARSE_FAILED"),
        ("query A { me { id } } query B { me { id } }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ me { ...F } }", "OPERATION_INVALID"),
        ("{ product(id: 1) { id } }", ""),
    ] {
        let checkout = checkout();
        checkout.write(PROFILE, text);
        let (exit_code, report) = compose_json(&checkout);
        if code.is_empty() {
            assert_eq!(exit_code, 0, "{report:#}");
            continue;
        }
        assert_eq!(exit_code, 1, "{text}");
        assert_eq!(report["findings"][0]["code"], code, "{report:#}");
        assert_eq!(report["findings"][0]["kind"], "operation");
    }
    let checkout = checkout();
    checkout.edit("schema/router.yaml", "./ios.json", "./none.json");
    let composed = checkout.run(&["compose", "--config", "schema/router.yaml"]);
    composed.assert_failure(2, &["SCHEMA_UNREADABLE", "none.json"]);
}

//! Operations of clients: which changes concern them, and the forms they come in.

use serde_json::json;

use crate::checkout::{Checkout, finding, findings};

const USERS: &str = "schema/users-schema.graphql";
const ADDRESS: &str = "  \"The postal address: street, city and zip.\"\n  address: JSON\n";

#[test]
fn a_breaking_change_names_the_operations_it_breaks() {
    let checkout = Checkout::new();
    let avatar = "  phone: String\n  \"The postal";
    checkout.edit(USERS, avatar, "  \"The postal");
    let (code, report) = checkout.check_json(&["--operations", "operations"]);
    assert_eq!(code, 1, "{report:#}");
    let change = finding(&report, "FIELD_REMOVED", "User.phone");
    let line = checkout.line("operations/web/dashboard.graphql", "  phone");
    let uses = json!([{
        "client": "web",
        "operation": "Dashboard",
        "document": "operations/web/dashboard.graphql",
        "file": "operations/web/dashboard.graphql",
        "line": line,
        "column": 3,
    }]);
    assert_eq!(change["used_by"], uses);
    let fault = finding(&report, "OPERATION_INVALID", "User.phone");
    assert_eq!((&fault["kind"], &fault["fails"]), (&json!("operation"), &json!(true)));
    assert_eq!(fault["places"][0]["line"], line);
}

#[test]
fn what_nobody_uses_is_told_apart() {
    let checkout = Checkout::new();
    checkout.edit(USERS, ADDRESS, "");
    let known = ["--operations", "operations"];
    let (code, report) = checkout.check_json(&known);
    let change = finding(&report, "FIELD_REMOVED", "User.address");
    assert_eq!((code, &change["used_by"]), (1, &json!([])), "{report:#}");
    let (code, report) = checkout.check_json(&[&known[..], &["--allow-unused"]].concat());
    let change = finding(&report, "FIELD_REMOVED", "User.address");
    assert_eq!((code, &change["fails"]), (0, &json!(false)), "{report:#}");
    let denied = [&known[..], &["--allow-unused", "--deny-dangerous"]].concat();
    assert_eq!(checkout.check_json(&denied).0, 0, "it is allowed by name");
    // What is used stays broken, whatever is allowed.
    checkout.edit(USERS, "  avatarUrl: String\n  loyalty", "  loyalty");
    let (code, report) = checkout.check_json(&[&known[..], &["--allow-unused"]].concat());
    assert_eq!(code, 1, "{report:#}");
    assert!(findings(&report).contains(&"breaking FIELD_REMOVED User.avatarUrl".to_owned()));
}

/// AC-A7.5: expand and contract.
#[test]
fn a_deprecated_field_may_go_when_nobody_uses_it() {
    let checkout = Checkout::new();
    let full_name = "  fullName: String @deprecated(reason: \"Use 'name' instead\")\n";
    checkout.edit(USERS, full_name, "");
    let (code, report) = checkout.check_json(&[]);
    assert_eq!((code, findings(&report)), (1, vec!["breaking FIELD_REMOVED User.fullName".into()]));
    let (code, report) = checkout.check_json(&["--operations", "operations"]);
    assert_eq!((code, findings(&report)), (0, vec!["safe FIELD_REMOVED User.fullName".into()]));
    let notes = report["findings"][0]["notes"].to_string();
    assert!(notes.contains("contract"), "{notes}");
    // Somebody still uses it.
    checkout.write("operations/tv/name.graphql", "query Name { getUser(id: 1) { fullName } }");
    let (code, report) = checkout.check_json(&["--operations", "operations"]);
    assert_eq!(code, 1, "{report:#}");
    let change = finding(&report, "FIELD_REMOVED", "User.fullName");
    assert_eq!(change["used_by"][0]["client"], "tv");
}

/// AC-A7.6: an operation that was never right fails too, and is said to have been wrong before.
#[test]
fn an_operation_that_is_not_valid_fails() {
    let checkout = Checkout::new();
    checkout.write("operations/web/wrong.gql", "query Wrong {\n  nothing\n}\n");
    let (code, report) = checkout.check_json(&["--operations", "operations"]);
    assert_eq!(code, 1, "{report:#}");
    let fault = &report["findings"][0];
    assert_eq!(
        (&fault["kind"], &fault["code"]),
        (&json!("operation"), &json!("OPERATION_INVALID"))
    );
    assert_eq!(fault["places"][0]["file"], "operations/web/wrong.gql");
    assert_eq!(
        (&fault["places"][0]["line"], &fault["places"][0]["column"]),
        (&json!(2), &json!(3))
    );
    let notes = fault["notes"].to_string();
    assert!(notes.contains("nor is it valid against schema/supergraph.graphql"), "{notes}");
    checkout.write("operations/web/wrong.gql", "query {");
    let (code, report) = checkout.check_json(&["--operations", "operations"]);
    assert_eq!((code, &report["findings"][0]["code"]), (1, &json!("GRAPHQL_PARSE_FAILED")));
}

/// Two applications may call different fragments by one name.
#[test]
fn each_client_has_its_own_fragments() {
    let checkout = Checkout::new();
    let query = |fields: &str| {
        format!("query Q {{ getUser(id: 1) {{ ...F }} }} fragment F on User {{ {fields} }}")
    };
    checkout.write("operations/one/q.graphql", "query Q { getUser(id: 1) { ...F } }");
    checkout.write("operations/one/f.graphql", "fragment F on User { id }");
    checkout.write("operations/two/q.graphql", "query Q { getUser(id: 1) { ...F } }");
    checkout.write("operations/two/f.graphql", "fragment F on User { address }");
    checkout.write("operations/three/q.graphql", &query("name"));
    checkout.edit(USERS, ADDRESS, "");
    let (_, report) = checkout.check_json(&["--operations", "operations"]);
    let uses = &finding(&report, "FIELD_REMOVED", "User.address")["used_by"];
    assert_eq!(uses.as_array().map(Vec::len), Some(1), "{uses}");
    assert_eq!(
        (&uses[0]["client"], &uses[0]["file"]),
        (&json!("two"), &json!("operations/two/f.graphql"))
    );
}

#[test]
fn manifests_are_read() {
    let checkout = Checkout::new();
    checkout.edit(USERS, ADDRESS, "");
    let body = "query Where { getUser(id: 1) { address } }";
    let manifests = [
        json!({
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [{ "id": "8223", "name": "Where", "type": "query", "body": body }],
        }),
        json!({ "7d70": body }),
        json!({ "sha256:60ef": body }),
        json!([["7d70", body]]),
    ];
    for (argument, client) in [("apps/ios/m.json", "ios"), ("phone=apps/ios/m.json", "phone")] {
        for manifest in &manifests {
            checkout.write("apps/ios/m.json", &manifest.to_string());
            let (code, report) = checkout.check_json(&["--operations", argument]);
            assert_eq!((code, &report["operations"]), (1, &json!(1)), "{report:#}");
            let uses = &finding(&report, "FIELD_REMOVED", "User.address")["used_by"];
            assert_eq!(uses[0]["client"], client);
            assert_eq!(uses[0]["operation"], "Where");
            let document = uses[0]["document"].as_str().expect("a name");
            assert!(document.starts_with("apps/ios/m.json#"), "{document}");
        }
    }
    let unknown = json!({ "format": "apollo-persisted-query-manifest", "version": 2 });
    let unknown_version = json!({ "format": "a", "version": 1, "operations": [] });
    for manifest in [json!({}), json!([]), json!({ "a": 1 }), json!(1), unknown, unknown_version] {
        checkout.write("apps/ios/m.json", &manifest.to_string());
        checkout.check(&["--operations", "apps/ios/m.json"]).assert_failure(2, &["m.json"]);
    }
    checkout.write("apps/ios/m.json", "{");
    checkout.check(&["--operations", "apps/ios/m.json"]).assert_failure(2, &["m.json"]);
    checkout.write("empty/readme.md", "nothing");
    checkout.check(&["--operations", "empty"]).assert_failure(2, &["there are no documents"]);
}

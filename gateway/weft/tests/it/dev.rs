//! `weft dev`: the first five minutes.

use std::path::Path;

use serde_json::json;

use crate::running::{Running, ask, ask_with, run, url_in, weft, write};

/// The first query of the documentation.
const FLAGSHIP: &str =
    r#"query Flagship { user(id: "123") { username email orders { total created_at } } }"#;

/// Starts `weft dev` in a folder, and gives what it printed up to its last line.
fn dev(folder: &Path) -> (Running, Vec<String>) {
    let running = Running::start(weft(folder, &["dev", "--port", "0"]));
    let banner = running.until("schema      composed in");
    (running, banner)
}

fn graphql_url(banner: &[String]) -> String {
    let line = banner.iter().find(|line| line.contains("➜  GraphQL    ")).expect("the line");
    url_in(line)
}

#[test]
fn in_an_empty_folder_the_first_query_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut running, banner) = dev(folder.path());
    let text = banner.join("\n");
    assert!(text.contains("  weft 0.1.0   dev   ready in "), "{text}");
    assert!(text.contains("3 sample tabs"), "{text}");
    assert!(text.contains("sqlite .weft/course/users.db"), "{text}");
    assert!(text.contains(" · 3 subgraphs · "), "{text}");

    let url = graphql_url(&banner);
    for plan in ["new", "cached"] {
        let answer = ask(&url, FLAGSHIP);
        let expected = json!({ "data": { "user": {
            "username": "johndoe",
            "email": "john@example.com",
            "orders": [{ "total": 99.99, "created_at": "2024-01-15T00:00:00Z" }],
        } } });
        assert_eq!(answer, expected);
        let line = running.until("Flagship").pop().expect("a line");
        assert!(line.contains("✓ query Flagship"), "{line}");
        assert!(line.contains("2 fetches (users "), "{line}");
        assert!(line.ends_with(&format!("plan: {plan}")), "{line}");
    }
    assert_eq!(running.terminate().code(), Some(0));
}

#[test]
fn whoever_tries_it_is_john_unless_they_say_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_running, banner) = dev(folder.path());
    let url = graphql_url(&banner);
    let query = r#"{ me { name orders { id } } order(id: "1") { id } }"#;
    let me = json!({ "name": "John Doe", "orders": [{ "id": "order_1" }] });
    let expected = json!({ "data": { "me": me, "order": { "id": "1" } } });
    assert_eq!(ask(&url, query), expected, "who is assumed to be John may see all orders");

    let answer = ask_with(&url, query, "x-user-id: user_456\r\n");
    let me = json!({ "name": "Bob", "orders": [] });
    assert_eq!(answer["data"], json!({ "me": me, "order": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

/// The views of the shop are inside the binary, as `schema/` has them.
#[test]
fn in_an_empty_folder_the_views_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, banner) = dev(folder.path());
    let view = |name: &str| {
        let line = banner.iter().find(|line| line.contains(&format!("➜  {name} ")));
        url_in(line.unwrap_or_else(|| panic!("{name} in {banner:#?}")))
    };
    let mobile = view("mobile");
    assert!(mobile.ends_with("/bff-mobile/graphql"), "{mobile}");
    let home = "query Home { home { user { name } quickActions { type } } }";
    let actions = json!([{ "type": "reorder" }, { "type": "track" }]);
    let expected = json!({ "home": { "user": { "name": "John Doe" }, "quickActions": actions } });
    assert_eq!(ask(&mobile, home), json!({ "data": expected }));
    let line = running.until("Home").pop().expect("a line");
    assert!(line.contains("✓ query Home on mobile") && line.contains("2 fetches"), "{line}");
    let dashboard =
        ask_with(&view("web"), "{ dashboard { user { name } } }", "x-user-id: user_456\r\n");
    assert_eq!(dashboard["data"]["dashboard"]["user"]["name"], "Bob");
    let refused = ask(&view("iot"), "{ a: inStock(id: 1) }");
    assert_eq!(refused["errors"][0]["extensions"]["code"], "OPERATION_NOT_REGISTERED");
}

#[test]
fn a_schema_folder_is_used_and_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = folder.path().join("schema");
    std::fs::create_dir(&schema).expect("a folder");
    let config = "subgraphs:\n  users:\n    routing_url: http://users-service:8000/graphql\n    \
                  schema:\n      file: ./users.graphql\n";
    write(&schema, "router.yaml", config);
    let users = |more: &str| {
        format!(
            "type Query {{ user(id: ID!): User }}\n\
                                      type User {{ username: String! {more} }}\n"
        )
    };
    write(&schema, "users.graphql", &users(""));
    let (running, banner) = dev(folder.path());
    running.until("watching    schema/");
    let url = graphql_url(&banner);
    let query = r#"{ user(id: "123") { username } }"#;
    let expected = json!({ "data": { "user": { "username": "johndoe" } } });
    assert_eq!(ask(&url, query), expected);

    write(&schema, "users.graphql", &users("email: Strin"));
    let said = running.until("the last good one goes on serving");
    assert!(said.iter().any(|line| line.contains("users.graphql:2:")), "{said:#?}");
    assert_eq!(ask(&url, query), expected);

    write(&schema, "users.graphql", &users("email: String!"));
    running.until("schema      composed in");
    let answer = ask(&url, r#"{ user(id: "123") { email } }"#);
    assert_eq!(answer["data"]["user"]["email"], "john@example.com");
}

#[test]
fn what_goes_wrong_at_start_is_one_clear_message() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "file", "not a folder");
    let arguments = ["dev", "--port", "0", "--data-dir", "file/below"];
    run(folder.path(), &arguments).assert_failure(1, &["cannot open the database of users"]);

    let schema = folder.path().join("schema");
    std::fs::create_dir(&schema).expect("a folder");
    let config = "subgraphs:\n  users:\n    routing_url: http://users-service:8000/graphql\n    \
                  schema:\n      file: ./users.graphql\n";
    write(&schema, "router.yaml", config);
    write(&schema, "users.graphql", "type Query {");
    let finished = run(folder.path(), &["dev", "--port", "0"]);
    finished.assert_failure(1, &["INVALID_GRAPHQL", "schema/users.graphql:"]);
}

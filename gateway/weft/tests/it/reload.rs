//! A running gateway follows its files, and survives what is wrong in them.

use crate::running::{Running, ask, folder_with_config, get, run, url_in, weft, write};

const NOBODY: &str = "http://127.0.0.1:9/graphql";

#[test]
fn an_edit_is_served_and_a_broken_edit_is_not() {
    let folder = folder_with_config(NOBODY);
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("the file");
    write(folder.path(), "router.yaml", &(config + "extensions: { plan: true }\n"));
    let serving = Running::start(weft(folder.path(), &["serve", "--config", "router.yaml"]));
    let url = url_in(&serving.until("serving http://").pop().expect("a line"));
    let fields = || {
        let answer = ask(&url, "{ __type(name: \"Query\") { fields { name } } }");
        answer["data"]["__type"]["fields"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(fields(), 1);

    write(folder.path(), "greeter.graphql", "type Query { greeting: String more: Int }");
    serving.until("a new graph is in place");
    assert_eq!(fields(), 2);

    write(folder.path(), "greeter.graphql", "type Query { greeting: ");
    let said = serving.until("the last good graph goes on serving");
    assert!(said.iter().any(|line| line.contains("greeter.graphql:1")), "{said:#?}");
    assert_eq!(fields(), 2);
    let refused = || get(&url.replace("/graphql", "/ui/status.json"))["refused"].take();
    let told = &refused()["diagnostics"][0];
    assert_eq!(told["code"], "INVALID_GRAPHQL");
    let text = told["text"].as_str().unwrap_or_default();
    assert!(text.contains("greeter.graphql:1") && text.contains('^'), "{text}");

    write(folder.path(), "greeter.graphql", "type Query { a: Int b: Int c: Int }");
    serving.until("a new graph is in place");
    assert_eq!(fields(), 3);
    assert!(refused().is_null());
}

#[test]
fn a_file_replaced_by_another_is_an_edit_too() {
    let folder = folder_with_config(NOBODY);
    let serving = Running::start(weft(folder.path(), &["serve", "--config", "router.yaml"]));
    let url = url_in(&serving.until("serving http://").pop().expect("a line"));
    write(folder.path(), "new", "type Query { replaced: Int }");
    let (from, to) = (folder.path().join("new"), folder.path().join("greeter.graphql"));
    std::fs::rename(from, to).expect("the same folder");
    serving.until("a new graph is in place");
    let answer = ask(&url, "{ __type(name: \"Query\") { fields { name } } }");
    assert_eq!(answer["data"]["__type"]["fields"][0]["name"], "replaced");
}

#[test]
fn a_new_subgraph_in_the_configuration_is_an_edit_too() {
    let folder = folder_with_config(NOBODY);
    let serving = Running::start(weft(folder.path(), &["serve", "--config", "router.yaml"]));
    let url = url_in(&serving.until("serving http://").pop().expect("a line"));
    write(folder.path(), "second.graphql", "type Query { second: Int }");
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("the file");
    let second = "  second:\n    routing_url: http://127.0.0.1:9/\n    \
                  schema: { file: second.graphql }\n";
    write(folder.path(), "router.yaml", &(config + second));
    serving.until("a new graph is in place");
    let answer = ask(&url, "{ __type(name: \"Query\") { fields { name } } }");
    assert_eq!(answer["data"]["__type"]["fields"].as_array().map(Vec::len), Some(2));
    // And the new subgraph's own file is followed from now on.
    write(folder.path(), "second.graphql", "type Query { second: Int third: Int }");
    serving.until("a new graph is in place");
    let answer = ask(&url, "{ __type(name: \"Query\") { fields { name } } }");
    assert_eq!(answer["data"]["__type"]["fields"].as_array().map(Vec::len), Some(3));
}

const VIEW_LINK: &str =
    r#"extend schema @link(url: "https://specs.weft.example/view/v1.0", import: ["@of", "@from"])"#;

/// A folder with the subgraph `greeter` and the views `web` and `phone`.
fn folder_with_views() -> tempfile::TempDir {
    let folder = folder_with_config(NOBODY);
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("the file");
    let views = "views:\n  web:\n    schema: { file: web.graphql }\n    path: /web/graphql\n    \
                 operations: { folder: ./web, mode: safelist }\n  phone:\n    schema: { file: \
                 phone.graphql }\n    path: /phone/graphql\n";
    write(folder.path(), "router.yaml", &(config + views));
    let field = "hello: String @from(fields: \"greeting\")";
    write(folder.path(), "web.graphql", &format!("{VIEW_LINK}\ntype Query {{ {field} }}\n"));
    write(folder.path(), "phone.graphql", &format!("{VIEW_LINK}\ntype Query {{ {field} }}\n"));
    std::fs::create_dir(folder.path().join("web")).expect("a folder");
    write(&folder.path().join("web"), "hello.graphql", "{ hello }");
    folder
}

/// AC-B0.3: what changes one view changes no other.
#[test]
fn views_follow_their_files_and_a_wrong_one_changes_nothing() {
    let folder = folder_with_views();
    let serving = Running::start(weft(folder.path(), &["serve", "--config", "router.yaml"]));
    let url = url_in(&serving.until("serving http://").pop().expect("a line"));
    serving.until("view phone at http://");
    let (web, phone) =
        (url.replace("/graphql", "/web/graphql"), url.replace("/graphql", "/phone/graphql"));
    // Nobody answers, but whether a query is one of the view can be seen.
    let code = |url: &str, query: &str| {
        let answer = ask(url, query);
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(code(&web, "{ hello }"), "SUBGRAPH_UNAVAILABLE");
    let line = serving.until("operation_type").pop().expect("a line");
    assert!(line.contains("view=\"web\""), "{line}");
    assert_eq!(code(&web, "{ hi: hello }"), "OPERATION_NOT_REGISTERED");

    write(&folder.path().join("web"), "hi.graphql", "{ hi: hello }");
    serving.until("a new graph is in place");
    assert_eq!(code(&web, "{ hi: hello }"), "SUBGRAPH_UNAVAILABLE", "a new file counts");

    let more = "type Query { hello: String @from(fields: \"greeting\")\n  \
                a: String @from(fields: \"greeting\") }\n";
    let renamed = format!("{VIEW_LINK}\n{more}");
    write(folder.path(), "phone.graphql", &renamed);
    serving.until("a new graph is in place");
    assert_eq!(code(&phone, "{ a }"), "SUBGRAPH_UNAVAILABLE");
    assert_eq!(code(&web, "{ hello }"), "SUBGRAPH_UNAVAILABLE");

    // A subgraph that takes away what a view shows: the last good of everything stays.
    write(folder.path(), "greeter.graphql", "type Query { salutation: String }");
    let said = serving.until("the last good graph goes on serving").join("\n");
    assert!(said.contains("VIEW_FIELD_UNKNOWN") && said.contains("web.graphql:2:"), "{said}");
    assert!(said.contains("greeter.graphql:1:"), "{said}");
    assert_eq!(code(&phone, "{ a }"), "SUBGRAPH_UNAVAILABLE");
    assert_eq!(code(&url, "{ greeting }"), "SUBGRAPH_UNAVAILABLE");
    assert_eq!(code(&url, "{ salutation }"), "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn a_wrong_view_is_an_error_at_start() {
    let folder = folder_with_views();
    write(
        folder.path(),
        "phone.graphql",
        &format!("{VIEW_LINK}\ntype Query {{ hullo: String }}\n"),
    );
    let finished = run(folder.path(), &["serve", "--config", "router.yaml"]);
    finished.assert_failure(1, &["VIEW_FIELD_UNKNOWN", "phone.graphql:2:", "Query.hullo"]);
    std::fs::remove_file(folder.path().join("phone.graphql")).expect("the file");
    let finished = run(folder.path(), &["serve", "--config", "router.yaml"]);
    finished.assert_failure(2, &["cannot read view `phone`, phone.graphql"]);
}

/// A release of an app brings a new manifest; one that is broken registers nothing, and takes
/// nothing away.
#[test]
fn registered_operations_follow_their_manifest() {
    let folder = folder_with_config(NOBODY);
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("the file");
    let operations = "operations: { manifests: [app.json], mode: safelist }\n";
    write(folder.path(), "router.yaml", &(config + operations));
    write(folder.path(), "app.json", r#"{ "1": "{ greeting }" }"#);
    let serving = Running::start(weft(folder.path(), &["serve", "--config", "router.yaml"]));
    let url = url_in(&serving.until("serving http://").pop().expect("a line"));
    let code = |query: &str| {
        let answer = ask(&url, query);
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    let (old, new) = ("{ greeting }", "{ hi: greeting }");
    assert_eq!([code(old), code(new)], ["SUBGRAPH_UNAVAILABLE", "OPERATION_NOT_REGISTERED"]);

    write(folder.path(), "app.json", r#"{ "1": "{ greeting }", "2": "{ hi: greeting }" }"#);
    serving.until("a new graph is in place");
    assert_eq!([code(old), code(new)], ["SUBGRAPH_UNAVAILABLE", "SUBGRAPH_UNAVAILABLE"]);

    for broken in ["{", r#"{ "1": "{ nope }" }"#, r#"{ "sha256:1": "{ greeting }" }"#] {
        write(folder.path(), "app.json", broken);
        let said = serving.until("the last good graph goes on serving").join("\n");
        assert!(said.contains("app.json"), "{said}");
        assert_eq!([code(old), code(new)], ["SUBGRAPH_UNAVAILABLE", "SUBGRAPH_UNAVAILABLE"]);
    }
}

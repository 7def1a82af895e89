//! A running gateway follows its files, and survives what is wrong in them.

use crate::running::{Running, ask, folder_with_config, url_in, weft, write};

const NOBODY: &str = "http://127.0.0.1:9/graphql";

#[test]
fn an_edit_is_served_and_a_broken_edit_is_not() {
    let folder = folder_with_config(NOBODY);
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

    write(folder.path(), "greeter.graphql", "type Query { a: Int b: Int c: Int }");
    serving.until("a new graph is in place");
    assert_eq!(fields(), 3);
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

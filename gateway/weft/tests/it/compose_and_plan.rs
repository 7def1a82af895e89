//! `weft compose` and `weft plan`, and the exit codes of all commands.

use crate::running::{folder_with_config, run, weft, write};

const URL: &str = "http://127.0.0.1:9/graphql";

#[test]
fn usage_errors_are_2_and_help_is_0() {
    let folder = folder_with_config(URL);
    for arguments in [
        &["--nope"][..],
        &[],
        &["plan", "query.graphql"],
        &["compose"],
        &["compose", "--config", "router.yaml", "greeter.graphql"],
        &["compose", "--subgraph", "greeter"],
        &["compose", "--config", "router.yaml", "--report", "xml=a"],
        &["check", "--config", "router.yaml", "--format", "xml"],
        &["check", "--config", "router.yaml", "--allow-unused"],
        &["serve"],
        &["serve", "--config", "a", "--supergraph", "b"],
        &["dev", "--profile", "nope"],
        &["dev", "--port", "70000"],
    ] {
        let finished = run(folder.path(), arguments);
        assert_eq!(finished.code(), 2, "{arguments:?}: {}", finished.stderr());
    }
    for arguments in [&["--help"][..], &["--version"], &["dev", "--help"]] {
        let finished = run(folder.path(), arguments);
        assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn compose_prints_the_same_supergraph_each_time() {
    let folder = folder_with_config(URL);
    let first = run(folder.path(), &["compose", "--config", "router.yaml"]);
    assert_eq!((first.code(), first.stderr().as_str()), (0, ""));
    assert!(first.stdout().contains("@join__graph(name: \"greeter\""), "{}", first.stdout());
    let arguments = ["compose", "--config", "router.yaml", "--output", "supergraph.graphql"];
    let second = run(folder.path(), &arguments);
    assert_eq!((second.code(), second.stdout().as_str()), (0, ""));
    let written = std::fs::read_to_string(folder.path().join("supergraph.graphql"));
    assert_eq!(written.expect("the file"), first.stdout());
}

#[test]
fn composition_states_max() {
    let folder = folder_with_config(URL);
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a config");
    for (states, code) in [(1_000, 0), (1, 1)] {
        let limited = format!("{config}\nlimits: {{ composition_states_max: {states} }}\n");
        write(folder.path(), "limited.yaml", &limited);
        write(
            folder.path(),
            "greeter.graphql",
            "type Query { a: A }\ntype A { b: B }\ntype B { c: Int }\n",
        );
        let finished = run(folder.path(), &["compose", "--config", "limited.yaml"]);
        assert_eq!(finished.code(), code, "{}", finished.stderr());
        let is_said = finished.stderr().contains("MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED");
        assert_eq!(is_said, code == 1, "{}", finished.stderr());
    }
}

#[test]
fn the_committed_supergraph_is_fresh() {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let composed = run(&schema, &["compose", "--config", "router.yaml"]);
    assert_eq!((composed.code(), composed.stderr().as_str()), (0, ""));
    let file = schema.join("supergraph.graphql");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, composed.stdout()).expect("the schema folder can be written to");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == composed.stdout(), "stale: run with UPDATE_EXPECT=1 and review");
}

#[test]
fn compose_takes_the_routing_url_of_the_environment() {
    let folder = folder_with_config(URL);
    let mut command = weft(folder.path(), &["compose", "--config", "router.yaml"]);
    command.env("WEFT_SUBGRAPH_GREETER_ROUTING_URL", "http://elsewhere:1/graphql");
    let output = command.output().expect("the command starts");
    let supergraph = String::from_utf8(output.stdout).expect("text");
    assert!(supergraph.contains("url: \"http://elsewhere:1/graphql\""), "{supergraph}");
}

#[test]
fn a_missing_schema_fails_and_names_file_and_subgraph() {
    let folder = folder_with_config(URL);
    std::fs::remove_file(folder.path().join("greeter.graphql")).expect("it was there");
    for arguments in
        [&["compose", "--config", "router.yaml"][..], &["serve", "--config", "router.yaml"]]
    {
        run(folder.path(), arguments).assert_failure(2, &["greeter.graphql", "`greeter`"]);
    }
}

#[test]
fn a_broken_schema_fails_with_the_place() {
    let folder = folder_with_config(URL);
    write(folder.path(), "greeter.graphql", "type Query {\n  greeting: Strin\n}\n");
    let finished = run(folder.path(), &["compose", "--config", "router.yaml"]);
    finished.assert_failure(1, &["INVALID_GRAPHQL", "greeter.graphql:2:13", "^^^^^"]);
}

#[test]
fn a_broken_configuration_fails_with_the_place() {
    let folder = folder_with_config(URL);
    write(folder.path(), "router.yaml", "subgraph: {}\n");
    let finished = run(folder.path(), &["compose", "--config", "router.yaml"]);
    finished.assert_failure(2, &["unknown key `subgraph`", "router.yaml:1:1", "`subgraphs`?"]);
    let finished = run(folder.path(), &["compose", "--config", "nowhere.yaml"]);
    finished.assert_failure(2, &["nowhere.yaml"]);
}

#[test]
fn plan_prints_the_plan_of_one_operation() {
    let folder = folder_with_config(URL);
    write(folder.path(), "q.graphql", "query A { greeting } query B { b: greeting }");
    let arguments = ["plan", "--config", "router.yaml", "q.graphql", "--operation", "B"];
    let finished = run(folder.path(), &arguments);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    let plan = finished.stdout();
    assert!(plan.starts_with("QueryPlan {") && plan.ends_with("}\n"), "{plan}");
    assert!(plan.contains("Fetch(service: \"greeter\")"), "{plan}");
    assert!(plan.contains("b: greeting"), "{plan}");
    let finished = run(folder.path(), &["plan", "--config", "router.yaml", "q.graphql"]);
    finished.assert_failure(1, &["OPERATION_RESOLUTION_FAILURE"]);
}

/// AC-A5.1.
#[test]
fn plan_of_the_flagship_asks_users_and_then_orders() {
    let folder = tempfile::tempdir().expect("a folder");
    let flagship = r#"{ user(id: "123") { username email orders { total created_at } } }"#;
    write(folder.path(), "flagship.graphql", flagship);
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let config = schema.join("router.yaml").display().to_string();
    let finished = run(folder.path(), &["plan", "--config", &config, "flagship.graphql"]);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    let expected = r#"QueryPlan {
  Sequence {
    Fetch(service: "users") {
      {
        user(id: "123") {
          id
          username
          email
        }
      }
    },
    Flatten(path: "user") {
      Fetch(service: "orders") {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            orders {
              total
              created_at
            }
          }
        }
      },
    },
  },
}
"#;
    assert_eq!(finished.stdout(), expected);
}

#[test]
fn plan_reads_a_supergraph_too() {
    let folder = folder_with_config(URL);
    let composed = run(folder.path(), &["compose", "--config", "router.yaml"]);
    write(folder.path(), "supergraph.graphql", &composed.stdout());
    write(folder.path(), "q.graphql", "{ greeting }");
    let from_config = run(folder.path(), &["plan", "--config", "router.yaml", "q.graphql"]);
    let arguments = ["plan", "--supergraph", "supergraph.graphql", "q.graphql"];
    let from_supergraph = run(folder.path(), &arguments);
    assert_eq!(from_supergraph.code(), 0, "{}", from_supergraph.stderr());
    assert_eq!(from_supergraph.stdout(), from_config.stdout());
}

#[test]
fn plan_shows_where_an_operation_is_wrong() {
    let folder = folder_with_config(URL);
    write(folder.path(), "q.graphql", "{\n  greeting\n  nope\n}\n");
    let finished = run(folder.path(), &["plan", "--config", "router.yaml", "q.graphql"]);
    finished.assert_failure(1, &["GRAPHQL_VALIDATION_FAILED", "q.graphql:3:3", "^^^^"]);
    let finished = run(folder.path(), &["plan", "--config", "router.yaml", "none.graphql"]);
    finished.assert_failure(1, &["none.graphql"]);
}

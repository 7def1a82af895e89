//! `weft config`: the schema as it is committed, and what is said of a configuration.

use serde_json::Value;

use crate::running::{Finished, folder_with_config, run, weft, write};

#[test]
fn the_schema_is_the_committed_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let finished = run(folder.path(), &["config", "schema"]);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    assert_eq!(finished.stdout(), include_str!("../../../../schema/router.schema.json"));
}

#[test]
fn a_configuration_that_is_right_is_fine() {
    let folder = folder_with_config("http://127.0.0.1:1/graphql");
    for arguments in [&["config", "validate"][..], &["config", "validate", "router.yaml"]] {
        let finished = run(folder.path(), arguments);
        assert_eq!((finished.code(), finished.stdout(), finished.stderr()), Default::default());
    }
    let text = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    let finished = Finished::with_input(weft(folder.path(), &["config", "validate", "-"]), &text);
    assert_eq!((finished.code(), finished.stdout(), finished.stderr()), Default::default());
}

const WRONG: &str = "\
subgraphs:
  users:
    routing_ur: http://users/
    schema: { file: users.graphql }
limit: {}
";

#[test]
fn everything_that_is_wrong_is_said_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "router.yaml", WRONG);
    let finished = run(folder.path(), &["config", "validate"]);
    let first = "error[CONFIG_INVALID]: unknown key `routing_ur`\n --> router.yaml:3:5\n  |\n\
                 3 |     routing_ur: http://users/\n  |     ^^^^^^^^^^^^^^^^^^^^^^^^^\n  |\n  \
                 = help: did you mean `routing_url`?\n";
    let second = "error[CONFIG_INVALID]: unknown key `limit`\n --> router.yaml:5:1\n";
    let summary = "config validate failed (2 failures): 2 errors\n";
    finished.assert_failure(1, &[first, second, "did you mean `limits`?", summary]);
    // Whoever serves is told the same.
    let served = run(folder.path(), &["serve", "--config", "router.yaml"]);
    served.assert_failure(2, &[first, second]);
}

#[test]
fn programs_are_told_in_their_forms() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "router.yaml", WRONG);
    let json = run(folder.path(), &["config", "validate", "--format", "json"]);
    let report: Value = serde_json::from_str(&json.stdout()).expect("JSON");
    assert_eq!((json.code(), &report["result"]), (1, &Value::from("failed")));
    let places: Vec<&Value> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|it| &it["places"][0])
        .collect();
    assert_eq!((&places[0]["line"], &places[1]["line"]), (&Value::from(3), &Value::from(5)));
    let github = run(folder.path(), &["config", "validate", "--format", "github"]);
    let stdout = github.stdout();
    assert!(stdout.starts_with("::error file=router.yaml,line=3,"), "{stdout}");
}

#[test]
fn what_cannot_be_read_stops_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let finished = run(folder.path(), &["config", "validate", "none.yaml"]);
    finished.assert_failure(2, &["error[CONFIG_UNREADABLE]: cannot read", "none.yaml"]);
    write(folder.path(), "router.yaml", "subgraphs: [\n");
    let finished = run(folder.path(), &["config", "validate"]);
    finished.assert_failure(1, &["error[CONFIG_INVALID]", "router.yaml:"]);
    run(folder.path(), &["config"]).assert_failure(2, &["Usage: weft config <COMMAND>"]);
}

//! docs/checks.md, and the files that run the checks elsewhere: what they say is what happens.

use std::path::Path;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::running::Finished;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read_to_string(path).expect("a file of the repository")
}

/// The page's commands, run where somebody has removed `User.email` and added `User.nickname`, say
/// what the page shows.
#[test]
fn the_page_shows_what_is_said() {
    let checkout = Checkout::committed();
    let users = "schema/users-schema.graphql";
    let email = "  \"The e-mail address, unique among users.\"\n  email: String!\n";
    checkout.edit(users, email, "");
    checkout.edit(users, "  phone: String\n", "  phone: String\n  nickname: String\n");
    let page = read("docs/checks.md");
    let mut parts = page.split("```console\n$ weft ");
    let mut said = parts.next().expect("split gives one").to_owned();
    let mut shown = 0;
    for part in parts {
        let (example, rest) = part.split_once("\n```\n").expect("a block ends");
        let command = example.lines().next().expect("a line");
        let finished = checkout.run(&command.split(' ').collect::<Vec<_>>());
        let answer = finished.stdout() + &finished.stderr();
        let answer = answer.trim_end();
        said.push_str(&format!("```console\n$ weft {command}\n{answer}\n```\n{rest}"));
        shown += 1;
    }
    assert!(shown >= 4, "{shown} examples");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks.md");
        std::fs::write(path, &said).expect("the page can be written to");
    }
    assert_eq!(read("docs/checks.md"), said, "stale: run with UPDATE_EXPECT=1 and review");
}

/// Every `weft …` of a script has arguments the command knows, and inputs that are there.
#[test]
fn the_action_is_one_the_command_understands() {
    let action: Value =
        serde_saphyr::from_str(&read(".github/actions/weft-check/action.yml")).expect("YAML");
    assert_eq!(action["runs"]["using"], "composite");
    let inputs = action["inputs"].as_object().expect("inputs");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let script = steps.iter().find_map(|step| step["run"].as_str()).expect("a script");
    let environment = steps.iter().find_map(|step| step["env"].as_object()).expect("an env");
    for input in inputs.keys() {
        let expression = format!("${{{{ inputs.{input} }}}}");
        let is_used = environment.values().any(|value| value == &Value::from(expression.as_str()));
        assert!(is_used, "{input} reaches the script, by the environment");
        assert!(!script.contains("${{"), "nothing is pasted into the script");
    }
    let checkout = Checkout::committed();
    checkout.edit("schema/users-schema.graphql", "  phone: String\n", "");
    let weft = assert_cmd::cargo::cargo_bin!("weft").display().to_string();
    for (operations, against, code) in [
        ("operations", "main", 1),
        ("operations\nmobile=operations/mobile\n", "main", 1),
        ("", "main", 1),
        ("", "", 1),
        ("", "nosuch", 2),
    ] {
        let mut command = std::process::Command::new("bash");
        command.args(["-euo", "pipefail", "-c", script]).current_dir(checkout.path());
        for (name, value) in environment {
            let value = value.as_str().expect("a text").to_owned();
            let input = value.strip_prefix("${{ inputs.").and_then(|it| it.strip_suffix(" }}"));
            let default = input.and_then(|input| inputs[input]["default"].as_str());
            command.env(name, default.unwrap_or_default());
        }
        command.env("WEFT", &weft).env("CONFIG", "schema/router.yaml");
        command.env("OPERATIONS", operations).env("AGAINST", against);
        command.env("SARIF", "weft.sarif").env_remove("GITHUB_STEP_SUMMARY");
        let finished = Finished::of(&mut command);
        assert_eq!(finished.code(), code, "{}", finished.stderr());
        assert!(finished.stdout().contains("::error "), "{}", finished.stdout());
        let log: Value = serde_json::from_str(&checkout.read("weft.sarif")).expect("JSON");
        assert_eq!(log["version"], "2.1.0");
    }
}

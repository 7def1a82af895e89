//! The forms of a report: each is what other programs take it for.

use serde_json::{Value, json};

use crate::checkout::Checkout;
use crate::running::Finished;

const USERS: &str = "schema/users-schema.graphql";
const ORDERS: &str = "schema/orders-schema.graphql";

/// One change of each class, and an operation that breaks.
fn changed() -> Checkout {
    let checkout = Checkout::committed();
    let email = "  \"The e-mail address, unique among users.\"\n  email: String!\n";
    checkout.edit(USERS, email, "");
    checkout.edit(USERS, "  phone: String\n", "  phone: String\n  nickname: String\n");
    checkout.edit(ORDERS, "  CANCELLED\n", "  CANCELLED\n  RETURNED\n");
    checkout
}

fn check(checkout: &Checkout, format: &str) -> String {
    let finished = checkout.check(&["--operations", "operations", "--format", format]);
    assert_eq!(finished.code(), 1, "{}", finished.stderr());
    finished.stdout()
}

#[test]
fn github_annotates_the_line_of_the_subgraph() {
    let checkout = changed();
    let annotations = check(&checkout, "github");
    let line = |file: &str, part: &str| checkout.line(file, part);
    let dashboard = "operations/web/dashboard.graphql";
    for expected in [
        // What was removed: at what it was a part of.
        format!(
            "::error file={USERS},line={0},endLine={0},col=6,endColumn=9,\
                 title=FIELD_REMOVED::breaking: field `User.email` was removed; used by \
                 `Dashboard` of web ({dashboard}:{1})",
            line(USERS, "type User "),
            line(dashboard, "  email")
        ),
        format!(
            "::warning file={ORDERS},line={0},endLine={0},col=3,endColumn=10,\
                 title=ENUM_VALUE_ADDED::dangerous: ",
            line(ORDERS, "  RETURNED")
        ),
        format!(
            "::notice file={USERS},line={0},endLine={0},col=3,endColumn=10,\
                 title=FIELD_ADDED::safe: ",
            line(USERS, "  nickname")
        ),
        format!(
            "::error file={dashboard},line={0},endLine={0},col=3,endColumn=7,\
                 title=OPERATION_INVALID::operation: ",
            line(dashboard, "  email")
        ),
    ] {
        let found = annotations.lines().any(|line| line.starts_with(&expected));
        assert!(found, "{expected}\nin\n{annotations}");
    }
    for line in annotations.lines() {
        assert!(line.starts_with("::"), "one line for each: {line}");
    }
}

#[test]
fn github_escapes_what_has_a_meaning() {
    let checkout = Checkout::new();
    checkout.write("100%, a:b/users.graphql", "type Query {\n  a: Nope\n  # 100%\n}\n");
    let arguments = ["compose", "--subgraph", "u=100%, a:b/users.graphql", "--format", "github"];
    let finished = checkout.run(&arguments);
    assert_eq!((finished.code(), finished.stdout().as_str()), (1, ""), "{}", finished.stderr());
    let said = finished.stderr();
    let expected = "::error file=100%25%2C a%3Ab/users.graphql,line=2,endLine=2,col=6,endColumn=9,\
                    title=INVALID_GRAPHQL::error: ";
    assert!(said.starts_with(expected), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn the_step_summary_of_github_has_the_table() {
    let checkout = changed();
    checkout.write("summary.md", "before\n");
    let arguments = ["check", "--config", "schema/router.yaml", "--format", "github"];
    let mut command = checkout.command(&arguments);
    command.env("GITHUB_STEP_SUMMARY", checkout.file("summary.md"));
    assert_eq!(Finished::of(&mut command).code(), 1);
    let summary = checkout.read("summary.md");
    assert!(summary.starts_with("before\n### ❌ weft check\n"), "{summary}");
    assert!(summary.contains("| **BREAKING** `FIELD_REMOVED` | `User.email`<br>"), "{summary}");
}

#[test]
fn sarif_has_a_rule_and_a_region_for_each_result() {
    let checkout = changed();
    let log: Value = serde_json::from_str(&check(&checkout, "sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "weft");
    assert_eq!(driver["version"], env!("CARGO_PKG_VERSION"));
    let results = run["results"].as_array().expect("results");
    for result in results {
        let rule = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok());
        let rule = &driver["rules"][rule.expect("an index")];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["shortDescription"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        assert!(place["region"]["startLine"].as_u64() > Some(0), "{result:#}");
        assert!(result["partialFingerprints"]["weft/v1"].is_string());
    }
    let prints = results.iter().map(|it| it["partialFingerprints"]["weft/v1"].to_string());
    let prints: std::collections::BTreeSet<String> = prints.collect();
    assert_eq!(prints.len(), results.len(), "each its own: {prints:?}");
    let removed = results.iter().find(|it| it["ruleId"] == "FIELD_REMOVED").expect("it is there");
    let place = &removed["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], USERS);
    let region = &place["physicalLocation"]["region"];
    assert_eq!(region["startLine"], checkout.line(USERS, "type User "));
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&json!(6), &json!(10)));
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "User.email");
    assert_eq!(
        (&removed["level"], &run["invocations"][0]["exitCode"]),
        (&json!("error"), &json!(1))
    );
}

/// The rules of composition have the registry's meanings.
#[test]
fn sarif_explains_composition_codes() {
    let checkout = Checkout::new();
    checkout.edit(ORDERS, "  user: User\n", "  user: User\n  user: User\n");
    let arguments = ["compose", "--config", "schema/router.yaml", "--output", "out.graphql"];
    let finished = checkout.run(&[&arguments[..], &["--format", "sarif"]].concat());
    assert_eq!(finished.code(), 1);
    assert!(!checkout.file("out.graphql").exists(), "there is no supergraph");
    let log: Value = serde_json::from_str(&finished.stdout()).expect("it has standard output");
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "INVALID_GRAPHQL");
    let meaning = rule["shortDescription"]["text"].as_str().expect("a text");
    assert_ne!(meaning, "invalid graphql");
}

#[test]
fn junit_is_xml_with_a_case_for_each_finding() {
    let checkout = changed();
    let (_, report) = checkout.check_json(&["--operations", "operations"]);
    let findings = report["findings"].as_array().expect("findings").len();
    let text = check(&checkout, "junit");
    let elements = xml_elements(&text);
    let count = |name: &str| elements.iter().filter(|element| element.starts_with(name)).count();
    assert_eq!(count("testcase "), findings, "{text}");
    assert_eq!(count("failure "), 4, "{text}");
    let line = checkout.line(USERS, "type User ");
    let case = format!(
        "testcase name=\"FIELD_REMOVED User.email\" classname=\"weft check.breaking\" \
         file=\"{USERS}\" line=\"{line}\""
    );
    assert!(elements.contains(&case), "{text}");
    let counts = format!("tests=\"{findings}\" failures=\"4\" errors=\"0\"");
    assert!(elements.iter().any(|it| it.starts_with("testsuite ") && it.contains(&counts)));

    let fine = Checkout::new().check(&["--format", "junit"]);
    assert_eq!(fine.code(), 0);
    let elements = xml_elements(&fine.stdout());
    assert!(elements.iter().any(|it| it.starts_with("testcase ")), "never empty: {elements:?}");
    let stopped = Checkout::new().check(&["--format", "junit", "--baseline", "<&\">\u{1}"]);
    assert_eq!(stopped.code(), 2);
    let elements = xml_elements(&stopped.stdout());
    let error = elements.iter().find(|it| it.starts_with("error ")).expect("an error");
    assert!(error.contains("&lt;&amp;&quot;&gt;\u{fffd}"), "{error}");
}

/// The start tags of a document, after a look at whether it is well-formed.
fn xml_elements(text: &str) -> Vec<String> {
    let mut rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("XML");
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    while let Some(start) = rest.find('<') {
        assert_references(&rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags nest");
            continue;
        }
        assert_references(tag);
        let plain = tag.trim_end_matches('/');
        assert_eq!(plain.matches('"').count() % 2, 0, "quotes: {plain}");
        found.push(plain.to_owned());
        if plain == tag {
            open.push(tag.split(' ').next().expect("a name").to_owned());
        }
    }
    assert!(open.is_empty(), "all tags end: {open:?}");
    found
}

fn assert_references(text: &str) {
    for after in text.split('&').skip(1) {
        let name = after.split(';').next().expect("split gives one");
        assert!(["amp", "lt", "gt", "quot", "#10", "#9"].contains(&name), "&{name};");
    }
    let is_control = |it: char| it.is_control() && it != '\n';
    assert!(!text.contains(is_control), "{text:?}");
}

#[test]
fn markdown_is_a_table() {
    let checkout = changed();
    let text = check(&checkout, "markdown");
    assert!(
        text.starts_with(
            "### ❌ weft check\n\n1 error; 1 hint; 1 breaking, 1 dangerous, 1 safe changes"
        ),
        "{text}"
    );
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    for row in &rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
    assert!(rows[2].contains("❌"), "what fails comes first: {}", rows[2]);
    let fine = Checkout::new().check(&["--format", "markdown"]).stdout();
    let expected = "### ✅ weft check\n\nno changes against schema/supergraph.graphql\n";
    assert_eq!(fine, expected);
}

/// One run, several reports: annotations for people, a file for code scanning.
#[test]
fn reports_go_to_files_too() {
    let checkout = changed();
    let finished = checkout.check(&["--report", "sarif=a.sarif", "--report", "human=a.txt"]);
    assert_eq!((finished.code(), finished.stdout().as_str()), (1, ""));
    let log: Value = serde_json::from_str(&checkout.read("a.sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(checkout.read("a.txt"), finished.stderr());
    let finished = checkout.check(&["--report", "json=none/a.json"]);
    assert_eq!(finished.code(), 2);
    assert!(finished.stderr().contains("cannot write the report none/a.json"));
}

#[test]
fn json_has_its_documented_members() {
    let (_, report) = changed().check_json(&["--operations", "operations"]);
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let top = ["version", "command", "result", "exit_code", "baseline", "operations", "counts"];
    assert_eq!(keys(&report), [&top[..], &["findings"]].concat());
    let members =
        ["kind", "fails", "code", "coordinate", "message", "notes", "help", "places", "used_by"];
    assert_eq!(keys(&report["findings"][0]), members);
    let place = ["file", "line", "column", "end_line", "end_column", "text"];
    assert_eq!(keys(&report["findings"][0]["places"][0]), place);
    let counts = json!({
        "failures": 4, "errors": 1, "hints": 1, "operation_errors": 2, "breaking": 1,
        "dangerous": 1, "safe": 1,
    });
    assert_eq!(report["counts"], counts);
    let page = include_str!("../../../../docs/checks.md");
    for member in top.iter().chain(&members).chain(&place) {
        assert!(page.contains(&format!("`{member}`")), "docs/checks.md tells of `{member}`");
    }
}

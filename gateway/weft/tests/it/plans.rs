//! `weft plan` as JSON and over many operations, and `weft explain`.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::running::{run, write};

const FLAGSHIP: &str = "{ user(id: \"123\") { username email orders { total created_at } } }";

fn folder_with(name: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), name, text);
    folder
}

fn shop() -> String {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/router.yaml");
    config.display().to_string()
}

#[test]
fn a_newcomer_is_told_why_there_are_two_fetches() {
    let folder = folder_with("flagship.graphql", FLAGSHIP);
    let finished = run(folder.path(), &["explain", "--config", &shop(), "flagship.graphql"]);
    assert_eq!((finished.code(), finished.stderr().as_str()), (0, ""));
    let text = finished.stdout();
    for said in [
        "2 requests in 2 steps. `users` and `orders` each have something that the other has not",
        "because  user: only `users` can answer `Query.user`",
        "gives    the key `id` of `User`, by which #2 finds it",
        "about    user: `User`, found by its key `id` from #1",
        "because  user.orders: only `orders` can answer `User.orders`",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn explain_says_what_is_wrong_with_an_operation() {
    let folder = folder_with("wrong.graphql", "{ nope }");
    let finished = run(folder.path(), &["explain", "--config", &shop(), "wrong.graphql"]);
    finished.assert_failure(1, &["GRAPHQL_VALIDATION_FAILED", "wrong.graphql:1:3"]);
}

#[test]
fn a_plan_is_json_for_programs() {
    let folder = folder_with("flagship.graphql", FLAGSHIP);
    let arguments = ["plan", "--config", &shop(), "flagship.graphql", "--format", "json"];
    let finished = run(folder.path(), &arguments);
    let plan: Value = serde_json::from_str(&finished.stdout()).expect("JSON");
    assert_eq!((&plan["requests"], &plan["steps"]), (&json!(2), &json!(2)));
    let orders = &plan["fetches"][1];
    assert_eq!((&orders["service"], &orders["kind"]), (&json!("orders"), &json!("entities")));
    assert_eq!((&orders["step"], &orders["dependsOn"]), (&json!(2), &json!([1])));
    let target = &orders["entities"][0]["targets"][0];
    assert_eq!(target["path"], json!(["user"]));
    let key = json!([{ "typeName": "User", "fields": [{ "name": "id", "isKey": true }] }]);
    assert_eq!(target["representations"], key);
    let arguments = ["plan", "--config", &shop(), "flagship.graphql", "--format", "sarif"];
    run(folder.path(), &arguments).assert_failure(1, &["`text` and `json`"]);
}

/// `User.name` is in `people`, and, after the change, provided where reviews are.
fn two_graphs() -> TempDir {
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", \
                import: [\"@key\", \"@shareable\", \"@external\", \"@provides\"])\n";
    let people = "type User @key(fields: \"id\") { id: ID! name: String @shareable }\n";
    let before = "type Query { reviews: [Review] }\ntype Review { stars: Int author: User }\n\
                  type User @key(fields: \"id\") { id: ID! }\n";
    let after = before
        .replace("author: User", "author: User @provides(fields: \"name\")")
        .replace("id: ID!", "id: ID! name: String @external");
    let folder = folder_with("people.graphql", &format!("{link}{people}"));
    for (name, reviews) in [("before", before), ("after", after.as_str())] {
        write(folder.path(), &format!("{name}.graphql"), &format!("{link}{reviews}"));
        let config = format!(
            "subgraphs:\n  people: {{ routing_url: 'http://people/', \
             schema: {{ file: people.graphql }} }}\n  \
             reviews: {{ routing_url: 'http://reviews/', schema: {{ file: {name}.graphql }} }}\n"
        );
        write(folder.path(), &format!("{name}.yaml"), &config);
    }
    std::fs::create_dir_all(folder.path().join("operations/web")).expect("a folder");
    let fragment = "fragment Author on User { name }\n";
    write(folder.path(), "operations/web/author.graphql", fragment);
    let names = "query Names { reviews { author { ...Author } } }\n";
    write(folder.path(), "operations/web/names.graphql", names);
    write(folder.path(), "operations/web/stars.graphql", "query Stars { reviews { stars } }\n");
    folder
}

#[test]
fn plans_that_a_change_makes_others_are_named() {
    let folder = two_graphs();
    let compare = ["plan", "--operations", "operations", "--config", "after.yaml", "--against"];
    let finished = run(folder.path(), &[&compare[..], &["before.yaml"]].concat());
    assert_eq!((finished.code(), finished.stdout().as_str()), (0, ""), "{}", finished.stderr());
    let report = finished.stderr();
    for said in [
        "plan[PLAN_CHANGED]: the plan of `Names` of web has changed: \
         2 requests in 2 steps → 1 request in 1 step",
        "operations/web/names.graphql:1:7",
        "-     Flatten(path: \"reviews.@.author\") {",
        "+           name",
        "plan ok: 1 plan changed, 1 unchanged against before.yaml; 2 operations of clients",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let failing =
        run(folder.path(), &[&compare[..], &["before.yaml", "--fail-on-change"]].concat());
    assert_eq!(failing.code(), 1, "{}", failing.stderr());
    let same = run(folder.path(), &[&compare[..], &["after.yaml", "--fail-on-change"]].concat());
    assert_eq!(same.code(), 0, "{}", same.stderr());
    let said = "plan ok: 0 plans changed, 2 unchanged against after.yaml";
    assert!(same.stderr().contains(said), "{}", same.stderr());
}

#[test]
fn changed_plans_for_programs_and_pull_requests() {
    let folder = two_graphs();
    let compare = [
        "plan",
        "--operations",
        "operations",
        "--config",
        "after.yaml",
        "--against",
        "before.yaml",
    ];
    let json = run(folder.path(), &[&compare[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&json.stdout()).expect("JSON");
    assert_eq!(report["counts"]["plans_changed"], 1, "{report}");
    assert_eq!((&report["plans_unchanged"], &report["result"]), (&json!(1), &json!("ok")));
    let markdown = run(folder.path(), &[&compare[..], &["--format", "markdown"]].concat());
    let text = markdown.stdout();
    assert!(text.contains("| ⚠️ | `PLAN_CHANGED` |"), "{text}");
    assert!(text.contains("```diff\n") && text.contains("\n-     Flatten("), "{text}");
}

#[test]
fn what_cannot_be_planned_any_more_fails() {
    let folder = two_graphs();
    write(folder.path(), "operations/web/gone.graphql", "query Gone { gone }\n");
    let before = std::fs::read_to_string(folder.path().join("before.graphql")).expect("a schema");
    let before = before.replace("reviews: [Review]", "reviews: [Review] gone: Int");
    write(folder.path(), "before.graphql", &before);
    let compare = ["plan", "--operations", "operations", "--config", "after.yaml", "--against"];
    let finished = run(folder.path(), &[&compare[..], &["before.yaml"]].concat());
    finished.assert_failure(1, &["`Gone` of web cannot be planned any more", "gone.graphql:1:7"]);
    let finished = run(folder.path(), &[&compare[..], &["nowhere.graphql"]].concat());
    finished.assert_failure(2, &["nowhere.graphql"]);
}

#[test]
fn a_plan_is_split_where_the_client_lets_parts_come_later() {
    let query = "query ($if: Boolean = true) { user(id: \"123\") { username \
                 ... @defer(if: $if, label: \"late\") { orders { total } } } }";
    let folder = folder_with("deferred.graphql", query);
    let plan = ["plan", "--config", &shop(), "deferred.graphql"];
    run(folder.path(), &plan).assert_failure(1, &["GRAPHQL_VALIDATION_FAILED", "@defer"]);
    let text = run(folder.path(), &[&plan[..], &["--defer"]].concat()).stdout();
    for said in [
        "  Defer {\n    Primary {\n      Fetch(service: \"users\", id: 1) {",
        "    }, [\n      Deferred(depends: [1], path: \"user\", label: \"late\", if: $if) {",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let json = run(folder.path(), &[&plan[..], &["--defer", "--format", "json"]].concat());
    let plan: Value = serde_json::from_str(&json.stdout()).expect("JSON");
    let part = json!({ "label": "late", "if": "if" });
    let delivery = json!({ "id": 1, "within": null, "path": ["user"], "parts": [part] });
    assert_eq!(plan["deliveries"], json!([delivery]));
    let of: Vec<&Value> = [0, 1].iter().map(|fetch| &plan["fetches"][fetch]["delivery"]).collect();
    assert_eq!(of, [&Value::Null, &json!(1)]);
}

/// `Query.price` moves from `old` to `new` where `beta` is set, `Query.tax` for a tenth.
fn labelled_graph(more: &str) -> TempDir {
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", \
                import: [\"@override\"])\n";
    let old = format!("{link}type Query {{ name: Int price: Int tax: Int }}\n");
    let new = format!(
        "{link}type Query {{\n  price: Int @override(from: \"old\", label: \"beta\")\n  \
         tax: Int @override(from: \"old\", label: \"percent(10)\")\n}}\n"
    );
    let folder = folder_with("prices.graphql", "{ price tax }");
    write(folder.path(), "old.graphql", &old);
    write(folder.path(), "new.graphql", &new);
    let subgraph = |name: &str| {
        format!(
            "  {name}: {{ routing_url: 'http://{name}/', schema: {{ file: {name}.graphql }} }}\n"
        )
    };
    let config = format!("subgraphs:\n{}{}{more}", subgraph("old"), subgraph("new"));
    write(folder.path(), "router.yaml", &config);
    folder
}

#[test]
fn a_plan_is_the_one_for_the_labels_that_are_named() {
    let tenth = "percent(10)";
    for (more, labels, services) in [
        ("", &[][..], &["old"][..]),
        ("", &["beta"], &["new", "old"]),
        ("", &["beta", tenth], &["new"]),
        ("override_labels: { beta: true }\n", &[], &["new", "old"]),
        ("override_labels: { beta: true }\n", &[tenth], &["new"]),
        ("override_labels: { beta: { percent: 99 } }\n", &[], &["old"]),
    ] {
        let folder = labelled_graph(more);
        let mut arguments = vec!["--config", "router.yaml", "prices.graphql"];
        arguments.extend(labels.iter().flat_map(|label| ["--label", label]));
        let json = [&["plan", "--format", "json"], &arguments[..]].concat();
        let plan = run(folder.path(), &json).stdout();
        let plan: Value = serde_json::from_str(&plan).expect("JSON");
        let fetches = plan["fetches"].as_array().expect("fetches").iter();
        let mut asked: Vec<&str> = fetches.filter_map(|fetch| fetch["service"].as_str()).collect();
        asked.sort_unstable();
        assert_eq!(asked, services, "{more} {labels:?}");
        let explained = run(folder.path(), &[&["explain"], &arguments[..]].concat()).stdout();
        for service in services {
            assert!(explained.contains(service), "{more} {labels:?}: {explained}");
        }
    }
}

#[test]
fn a_label_that_nothing_has_is_refused() {
    let folder = labelled_graph("");
    for command in ["plan", "explain"] {
        let arguments = [command, "--config", "router.yaml", "prices.graphql", "--label", "betta"];
        let said = ["OVERRIDE_LABEL_UNKNOWN", "`betta`", "there are `beta`, `percent(10)`"];
        run(folder.path(), &arguments).assert_failure(1, &said);
    }
}

#[test]
fn plans_are_compared_for_labels() {
    let folder = labelled_graph("");
    std::fs::create_dir(folder.path().join("operations")).expect("a folder");
    write(folder.path(), "operations/prices.graphql", "query Prices { price }\n");
    let config = std::fs::read_to_string(folder.path().join("router.yaml")).expect("a file");
    write(folder.path(), "moved.yaml", &format!("{config}override_labels: {{ beta: true }}\n"));
    for (label, said) in [
        (None, "1 plan changed, 0 unchanged"),
        (Some("beta"), "0 plans changed, 1 unchanged"),
        (Some("betta"), "OVERRIDE_LABEL_UNKNOWN"),
    ] {
        let arguments = "plan --config moved.yaml --against router.yaml --operations operations";
        let mut arguments: Vec<&str> = arguments.split(' ').collect();
        arguments.extend(label.into_iter().flat_map(|label| ["--label", label]));
        let report = run(folder.path(), &arguments).stderr();
        assert!(report.contains(said), "{label:?}: {report}");
    }
}

#[test]
fn a_views_operation_is_planned_and_explained() {
    let view = "query Home { home { user { name } recentOrders { id } } }";
    let folder = folder_with("home.graphql", view);
    let planned = |command: &str, more: &[&str]| {
        let shop = shop();
        let mut arguments = vec![command, "--config", &shop, "home.graphql"];
        arguments.extend(more);
        run(folder.path(), &arguments)
    };
    let plan = planned("plan", &["--view", "mobile"]).stdout();
    assert!(plan.contains("Fetch(service: \"orders\")") && plan.contains("limit: 5"), "{plan}");
    let reasons = planned("explain", &["--view", "mobile"]).stdout();
    assert!(reasons.contains("2 requests in 1 step"), "{reasons}");
    // The graph itself has no screens, and there is no such view.
    planned("plan", &[]).assert_failure(1, &["GRAPHQL_VALIDATION_FAILED", "home"]);
    planned("explain", &["--view", "watch"]).assert_failure(1, &["VIEW_UNKNOWN", "mobile"]);
}

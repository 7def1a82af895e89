//! What `weft check` compares with: documents, the files of a revision, and what of it is told.

use serde_json::json;

use crate::checkout::{Checkout, finding, findings};
use crate::running::Finished;

const USERS: &str = "schema/users-schema.graphql";
const EMAIL: &str = "  \"The e-mail address, unique among users.\"\n  email: String!\n";
const REMOVED: &str = "breaking FIELD_REMOVED User.email";
/// The view of the web shows it.
const BROKEN: &str = "error VIEW_FIELD_UNKNOWN WebUser.email";

fn without_email() -> Checkout {
    let checkout = Checkout::committed();
    checkout.edit(USERS, EMAIL, "");
    checkout
}

/// The committed supergraph, an API schema, standard input, a revision, a file of a revision: all
/// say the same.
#[test]
fn baselines_have_many_forms() {
    let checkout = without_email();
    let old = Checkout::new();
    let arguments = ["compose", "--config", "schema/router.yaml", "--api-schema"];
    let api_schema = old.run(&arguments);
    assert_eq!((api_schema.code(), api_schema.stderr().as_str()), (0, ""));
    assert!(!api_schema.stdout().contains("join__"), "{}", api_schema.stdout());
    checkout.write("api.graphql", &api_schema.stdout());
    let api = old.file("schema/supergraph.graphql").display().to_string();
    for (arguments, baseline) in [
        (&[][..], "schema/supergraph.graphql"),
        (&["--baseline", "schema/supergraph.graphql"], "schema/supergraph.graphql"),
        (&["--baseline", &api], &api),
        (&["--baseline", "api.graphql"], "api.graphql"),
        (&["--against", "main"], "main"),
        (&["--against", "HEAD~0"], "HEAD~0"),
        (
            &["--baseline", "schema/supergraph.graphql", "--against", "HEAD"],
            "HEAD:schema/supergraph.graphql",
        ),
    ] {
        let (code, report) = checkout.check_json(arguments);
        assert_eq!((code, findings(&report)), (1, [BROKEN, REMOVED].map(String::from).to_vec()));
        assert_eq!(report["baseline"], baseline);
        let place = &report["findings"][1]["places"][0];
        assert_eq!(place["file"], USERS, "{arguments:?}");
        assert_eq!(place["line"], checkout.line(USERS, "type User "), "{arguments:?}");
    }
    let arguments = ["check", "--config", "schema/router.yaml", "--baseline", "-"];
    let command = checkout.command(&[&arguments[..], &["--format", "json"]].concat());
    let finished = Finished::with_input(command, &api_schema.stdout());
    assert_eq!(finished.code(), 1, "{}", finished.stderr());
    let report: serde_json::Value = serde_json::from_str(&finished.stdout()).expect("JSON");
    assert_eq!(report["baseline"], "standard input");
}

/// Before there was a line for it; people see both.
#[test]
fn a_revision_shows_the_line_as_it_was() {
    let checkout = without_email();
    let was = Checkout::new().line(USERS, "  email: String!");
    checkout
        .check(&["--against", "main"])
        .assert_failure(1, &[&format!("main:{USERS}:{was}:3"), "before"]);
}

/// The working folder need not be the repository's root.
#[test]
fn revisions_are_found_from_anywhere() {
    let checkout = without_email();
    let mut command = checkout.command(&["check", "--config", "../schema/router.yaml"]);
    command.args(["--against", "main", "--format", "github"]);
    command.current_dir(checkout.file("operations"));
    let finished = Finished::of(&mut command);
    assert_eq!(finished.code(), 1, "{}", finished.stderr());
    let line = checkout.line(USERS, "type User ");
    let annotation = format!("::error file={USERS},line={line},");
    assert!(finished.stdout().contains(&annotation), "{}", finished.stdout());
}

#[test]
fn subgraphs_on_the_command_line_have_a_past_too() {
    let checkout = without_email();
    checkout.write("schema/reviews.graphql", "type Query {\n  reviews: [String!]\n}\n");
    let schemas = ["users-schema", "orders-schema", "products-schema", "reviews"];
    let schemas = schemas.map(|name| format!("schema/{name}.graphql"));
    let mut arguments = vec!["check", "--against", "main", "--format", "json"];
    arguments.extend(schemas.iter().map(String::as_str));
    let finished = checkout.run(&arguments);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout()).expect("JSON");
    let expected = [REMOVED, "safe FIELD_ADDED Query.reviews"];
    assert_eq!((finished.code(), findings(&report)), (1, expected.map(String::from).to_vec()));
    let added = finding(&report, "FIELD_ADDED", "Query.reviews");
    assert_eq!(added["places"][0]["file"], "schema/reviews.graphql");
    assert_eq!(added["places"][0]["line"], 2);
    checkout
        .run(&["check", "--against", "main", "schema/reviews.graphql"])
        .assert_failure(2, &["none of the subgraphs was there at main"]);
}

/// A subgraph that is gone leaves no file to point into; one that is left has the parent.
#[test]
fn what_went_with_a_subgraph_is_shown_where_its_parent_is() {
    let checkout = Checkout::committed();
    let products = "  products:\n    routing_url: http://products-service:8000/graphql\n    \
                    schema:\n      file: ./products-schema.graphql\n";
    checkout.edit("schema/router.yaml", products, "");
    checkout.edit(
        "schema/orders-schema.graphql",
        "@key(fields: \"id\", resolvable: false)",
        "@key(fields: \"id\")",
    );
    let (code, report) = checkout.check_json(&["--against", "main"]);
    assert_eq!(code, 1, "{report:#}");
    let name = finding(&report, "FIELD_REMOVED", "Product.name");
    assert_eq!(name["places"][0]["file"], "schema/orders-schema.graphql");
    let gone = finding(&report, "TYPE_REMOVED", "ProductPage");
    assert_eq!(gone["places"][0]["file"], "main:schema/products-schema.graphql", "{gone:#}");
    let types = finding(&report, "TYPE_REMOVED", "ProductPage");
    assert_eq!(types["kind"], json!("breaking"));
}

#[test]
fn a_baseline_that_cannot_be_had_is_explained() {
    let checkout = without_email();
    checkout.write(USERS, "type Query {");
    checkout.commit();
    checkout.git(&["checkout", "--quiet", "HEAD~1", "--", USERS]);
    let finished = checkout.check(&["--against", "HEAD"]);
    finished.assert_failure(2, &["the baseline HEAD cannot be used", "HEAD:schema/users-schema"]);
    checkout.check(&["--against", "main~5"]).assert_failure(2, &["`main~5`", "fetch-depth"]);
    let asked = "subgraphs:\n  a:\n    schema:\n      subgraph_url: http://127.0.0.1:9/\n";
    checkout.write("asked.yaml", asked);
    checkout.commit();
    checkout.write(
        "asked.yaml",
        "subgraphs:\n  a:\n    routing_url: http://127.0.0.1:9/\n    \
                                  schema:\n      sdl: \"type Query { a: Int }\"\n",
    );
    checkout
        .run(&["check", "--config", "asked.yaml", "--against", "main"])
        .assert_failure(2, &["git cannot tell", "--baseline supergraph.graphql --against main"]);
    let outside = Checkout::new();
    let finished = outside.check(&["--against", "main"]);
    finished.assert_failure(2, &["cannot read the baseline"]);
}

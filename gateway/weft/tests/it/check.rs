//! `weft check`: each class of change with its code, its coordinate and the exit code; composition
//! errors; what is denied and what is allowed.

use serde_json::json;

use crate::checkout::{Checkout, finding, findings};

const USERS: &str = "schema/users-schema.graphql";
const ORDERS: &str = "schema/orders-schema.graphql";
const PRODUCTS: &str = "schema/products-schema.graphql";

/// AC-A7.1.
#[test]
fn nothing_changed_is_fine() {
    let checkout = Checkout::new();
    let finished = checkout.check(&[]);
    assert_eq!(finished.code(), 0, "{}", finished.stderr());
    assert_eq!(finished.stdout(), "");
    let said = "check ok: no changes against schema/supergraph.graphql\n";
    assert_eq!(finished.stderr(), said);
}

/// AC-A7.6: the repository's own check, with the operations of its clients.
#[test]
fn the_repository_checks_itself() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let arguments = ["check", "--config", "schema/router.yaml", "--format", "json"];
    let arguments = [&arguments[..], &["--operations", "client-tests/operations"]].concat();
    let finished = crate::running::run(&root, &arguments);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout()).expect("JSON");
    assert_eq!(finished.code(), 0, "{report:#}");
    assert_eq!(report["findings"], json!([]));
    assert!(report["operations"].as_u64() >= Some(8), "{report:#}");
}

/// One edit of one file must be this finding alone, beside others that are safe.
fn check_change(file: &str, (from, to): (&str, &str), expected: &str, code: i32) {
    let checkout = Checkout::new();
    checkout.edit(file, from, to);
    let (exit_code, report) = checkout.check_json(&[]);
    assert_eq!(exit_code, code, "{expected}: {report:#}");
    let found = findings(&report);
    // What views have to say is in `check_views`.
    let is_safe_beside =
        |it: &String| it != expected && (it.starts_with("safe ") || it.contains(" VIEW_"));
    let telling: Vec<&String> = found.iter().filter(|it| !is_safe_beside(it)).collect();
    assert_eq!(telling, [expected], "{found:?}");
}

/// AC-A7.2.
#[test]
fn additions_and_deprecations_are_safe() {
    check_change(
        USERS,
        ("  phone: String\n", "  phone: String\n  nickname: String\n"),
        "safe FIELD_ADDED User.nickname",
        0,
    );
    check_change(
        USERS,
        ("  phone: String\n", "  phone: String @deprecated(reason: \"gone soon\")\n"),
        "safe FIELD_DEPRECATION_ADDED User.phone",
        0,
    );
}

/// AC-A7.3.
#[test]
fn what_breaks_clients_fails_with_its_coordinate() {
    check_change(
        USERS,
        ("  \"The e-mail address, unique among users.\"\n  email: String!\n", ""),
        "breaking FIELD_REMOVED User.email",
        1,
    );
    check_change(
        PRODUCTS,
        ("products(category: String,", "products(shop: ID!, category: String,"),
        "breaking FIELD_ARGUMENT_ADDED Query.products(shop:)",
        1,
    );
    check_change(
        ORDERS,
        ("  total: Float!\n", "  total: String!\n"),
        "breaking FIELD_TYPE_CHANGED Order.total",
        1,
    );
    // Renamed without an alias.
    check_change(
        USERS,
        ("  loyaltyPoints: Int!\n", "  points: Int!\n"),
        "breaking FIELD_REMOVED User.loyaltyPoints",
        1,
    );
    check_change(
        ORDERS,
        ("  \"On its way.\"\n  SHIPPED\n", ""),
        "breaking ENUM_VALUE_REMOVED OrderStatus.SHIPPED",
        1,
    );
}

/// AC-A7.3: the shop has no input object, so the baseline gets one.
#[test]
fn an_input_field_that_becomes_required_breaks() {
    let checkout = Checkout::committed();
    let filter = "input ProductFilter {\n  name: String\n}\n\nextend type Query {\n  \
                  search(filter: ProductFilter): [Product!]!\n}\n";
    let schema = checkout.read(PRODUCTS);
    checkout.write(PRODUCTS, &format!("{schema}\n{filter}"));
    checkout.commit();
    checkout.edit(PRODUCTS, "  name: String\n}\n\nextend", "  name: String!\n}\n\nextend");
    let (code, report) = checkout.check_json(&["--against", "main"]);
    let found = findings(&report);
    assert_eq!((code, found.len()), (1, 1), "{report:#}");
    assert_eq!(found, ["breaking INPUT_FIELD_TYPE_CHANGED ProductFilter.name"]);
    let place = &report["findings"][0]["places"][0];
    assert_eq!(place["file"], PRODUCTS);
    assert_eq!(place["line"], checkout.line(PRODUCTS, "input ProductFilter") + 1, "{place}");
}

#[test]
fn dangerous_changes_fail_when_denied() {
    let checkout = Checkout::new();
    checkout.edit(ORDERS, "  CANCELLED\n", "  CANCELLED\n  RETURNED\n");
    let (code, report) = checkout.check_json(&[]);
    assert_eq!(code, 0, "{report:#}");
    let missing = "hint VIEW_ENUM_VALUE_MISSING OrderStatus";
    let expected = ["dangerous ENUM_VALUE_ADDED OrderStatus.RETURNED", missing, missing];
    assert_eq!(findings(&report), expected);
    let (code, report) = checkout.check_json(&["--deny-dangerous"]);
    assert_eq!((code, &report["result"]), (1, &json!("failed")));
}

/// AC-A7.4: the code, the subgraph's file and the coordinate, and exit code 1.
#[test]
fn composition_errors_fail() {
    for (file, (from, to), code, coordinate) in [
        (
            ORDERS,
            ("  orderStats: OrderStats\n", "  orderStats: OrderStats\n  email: String!\n"),
            "INVALID_FIELD_SHARING",
            "User.email",
        ),
        (
            PRODUCTS,
            ("type Product @key(fields: \"id\")", "type Product @key(fields: \"sku\")"),
            "KEY_INVALID_FIELDS",
            "Product",
        ),
        (
            ORDERS,
            ("\"@shareable\"])", "\"@shareable\", \"@requires\"])"),
            "REQUIRES_FIELDS_MISSING_EXTERNAL",
            "Order.status",
        ),
    ] {
        let checkout = Checkout::new();
        checkout.edit(file, from, to);
        if code == "REQUIRES_FIELDS_MISSING_EXTERNAL" {
            let required = "  status: OrderStatus! @requires(fields: \"total\")\n";
            checkout.edit(file, "  status: OrderStatus!\n", required);
        }
        let (exit_code, report) = checkout.check_json(&[]);
        assert_eq!((exit_code, &report["result"]), (1, &json!("failed")), "{report:#}");
        let found = finding(&report, code, coordinate);
        assert_eq!(found["kind"], "error");
        let files: Vec<&str> = found["places"]
            .as_array()
            .expect("places")
            .iter()
            .map(|place| place["file"].as_str().expect("a file"))
            .collect();
        assert!(files.contains(&file), "{files:?}");
        checkout.run(&["compose", "--config", "schema/router.yaml"]).assert_failure(1, &[code]);
    }
}

/// AC-A7.4: a hint is a hint, unless it is told to be more.
#[test]
fn hints_fail_when_denied() {
    let checkout = Checkout::new();
    checkout.edit(ORDERS, "\"@shareable\"])", "\"@shareable\", \"@override\"])");
    let from_nobody = "  total: Float! @override(from: \"nosuch\")\n";
    checkout.edit(ORDERS, "  total: Float!\n", from_nobody);
    let (code, report) = checkout.check_json(&[]);
    assert_eq!(code, 0, "{report:#}");
    let hint = finding(&report, "FROM_SUBGRAPH_DOES_NOT_EXIST", "Order.total");
    assert_eq!((&hint["kind"], &hint["fails"]), (&json!("hint"), &json!(false)));
    let (code, report) = checkout.check_json(&["--deny-hints"]);
    let hint = finding(&report, "FROM_SUBGRAPH_DOES_NOT_EXIST", "Order.total");
    assert_eq!((code, &hint["fails"]), (1, &json!(true)));

    let compose = ["compose", "--config", "schema/router.yaml"];
    let finished = checkout.run(&compose);
    assert_eq!(finished.code(), 0, "{}", finished.stderr());
    assert!(finished.stdout().contains("@join__graph"), "the document is printed");
    assert!(finished.stderr().contains("FROM_SUBGRAPH_DOES_NOT_EXIST"), "{}", finished.stderr());
    let denied = checkout.run(&[&compose[..], &["--deny-hints"]].concat());
    denied.assert_failure(1, &["FROM_SUBGRAPH_DOES_NOT_EXIST"]);
}

#[test]
fn what_cannot_be_read_is_2() {
    let checkout = Checkout::committed();
    for (arguments, said) in [
        (&["--baseline", "none.graphql"][..], "none.graphql"),
        (&["--against", "nosuch"], "git knows no revision `nosuch`"),
        (&["--against=-x"], "git knows no revision `-x`"),
        (&["--operations", "none"], "none"),
        (&["--operations", "schema/router.yaml"], "router.yaml"),
        (&["--baseline", "schema/router.yaml"], "the baseline schema/router.yaml cannot be used"),
    ] {
        let finished = checkout.check(arguments);
        finished.assert_failure(2, &[said, "check stopped"]);
        let (code, report) = checkout.check_json(arguments);
        assert_eq!((code, &report["result"]), (2, &json!("stopped")), "{arguments:?}");
    }
    std::fs::remove_file(checkout.file("schema/supergraph.graphql")).expect("it was there");
    checkout.check(&[]).assert_failure(2, &["there is nothing to compare with", "--against"]);
    std::fs::remove_file(checkout.file(ORDERS)).expect("it was there");
    checkout.check(&[]).assert_failure(2, &["orders-schema.graphql", "`orders`"]);
    checkout.write("schema/router.yaml", "subgraphs: 1\n");
    checkout.check(&[]).assert_failure(2, &["router.yaml:1:12"]);
}

/// People see the lines of the schema, and of the operation that breaks.
#[test]
fn people_see_the_source() {
    let checkout = Checkout::new();
    let email = "  \"The e-mail address, unique among users.\"\n  email: String!\n";
    checkout.edit(USERS, email, "");
    let finished = checkout.check(&["--operations", "operations"]);
    let user = format!("schema/users-schema.graphql:{}:6", checkout.line(USERS, "type User "));
    finished.assert_failure(
        1,
        &[
            "breaking[FIELD_REMOVED]: ",
            &user,
            "`User.email` was defined here",
            "operations/web/flagship.graphql:5:5",
            "used by `Flagship` of web",
            "error[OPERATION_INVALID]",
            "check failed (",
        ],
    );
}

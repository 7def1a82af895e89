//! `weft check` and `weft compose` of a configuration that names views.

use crate::checkout::{Checkout, finding, findings};

const PRODUCTS: &str = "schema/products-schema.graphql";
const MOBILE: &str = "schema/views/mobile.graphql";

#[test]
fn what_a_view_needs_cannot_be_removed() {
    let checkout = Checkout::committed();
    let line = checkout.line(MOBILE, "thumbnailUrl");
    checkout.edit(PRODUCTS, "  \"A small image.\"\n  thumbnailUrl: String\n", "");
    let checked = checkout.check(&["--against", "main"]);
    assert_eq!(checked.code(), 1);
    let said = checked.stderr();
    let type_line = checkout.line(PRODUCTS, "type Product ");
    for part in [
        "VIEW_FIELD_UNKNOWN".to_owned(),
        "`MobileProduct.image` needs `Product.thumbnailUrl`".to_owned(),
        format!("views/mobile.graphql:{line}:"),
        format!("products-schema.graphql:{type_line}:"),
        "in the view `mobile`".to_owned(),
    ] {
        assert!(said.contains(&part), "`{part}` is not in\n{said}");
    }
    let composed = checkout.run(&["compose", "--config", "schema/router.yaml"]);
    assert_eq!(composed.code(), 1);
    assert_eq!(composed.stdout(), "", "no document for a graph whose views do not fit");
    assert!(composed.stderr().contains("VIEW_FIELD_UNKNOWN"), "{}", composed.stderr());
    for format in ["json", "github", "sarif", "junit", "markdown"] {
        let checked = checkout.check(&["--against", "main", "--format", format]);
        assert_eq!(checked.code(), 1);
        let report = checked.stdout();
        for part in ["VIEW_FIELD_UNKNOWN", "views/mobile.graphql"] {
            assert!(report.contains(part), "{format}: `{part}` is not in\n{report}");
        }
    }
}

#[test]
fn what_a_view_needs_cannot_become_something_else() {
    let checkout = Checkout::committed();
    let (line, theirs) =
        (checkout.line(MOBILE, "image: String"), checkout.line(PRODUCTS, "thumbnailUrl"));
    checkout.edit(PRODUCTS, "  thumbnailUrl: String\n", "  thumbnailUrl: Boolean\n");
    let checked = checkout.check(&["--against", "main"]);
    assert_eq!(checked.code(), 1);
    let said = checked.stderr();
    for part in [
        "VIEW_TYPE_MISMATCH".to_owned(),
        format!("views/mobile.graphql:{line}:"),
        format!("products-schema.graphql:{theirs}:"),
    ] {
        assert!(said.contains(&part), "`{part}` is not in\n{said}");
    }
}

#[test]
fn a_field_that_becomes_nullable_or_deprecated_below_a_view_is_a_hint() {
    let checkout = Checkout::committed();
    checkout.edit(
        PRODUCTS,
        "  thumbnailUrl: String\n",
        "  thumbnailUrl: String @deprecated(reason: \"use images\")\n",
    );
    let (code, report) = checkout.check_json(&["--against", "main"]);
    assert_eq!(code, 0, "{report:#}");
    let hint = finding(&report, "VIEW_READS_DEPRECATED", "MobileProduct.image");
    assert_eq!(hint["kind"], "hint");
}

#[test]
fn a_views_own_schema_is_compared_with_what_it_was() {
    let checkout = Checkout::committed();
    checkout.edit(MOBILE, "  type: QuickActionType!\n", "  type: QuickActionType\n");
    checkout.edit(
        MOBILE,
        "  name: String!\n  avatarUrl: String\n",
        "  name: String!\n  avatarUrl: String\n  email: String!\n",
    );
    let (code, report) = checkout.check_json(&["--against", "main"]);
    assert_eq!(code, 1, "{report:#}");
    let found = findings(&report);
    let is_there = |wanted: &str| found.iter().any(|it| it == wanted);
    assert!(is_there("breaking FIELD_TYPE_CHANGED QuickAction.type"), "{found:?}");
    assert!(is_there("safe FIELD_ADDED MobileUser.email"), "{found:?}");
}

#[test]
fn a_registered_operation_that_its_view_does_not_take_is_an_error() {
    let checkout = Checkout::committed();
    checkout.write("schema/views/mobile/wrong.graphql", "{ home { weather } }\n");
    let (code, report) = checkout.check_json(&["--against", "main"]);
    assert_eq!(code, 1, "{report:#}");
    assert!(report.to_string().contains("wrong.graphql"), "{report:#}");
}

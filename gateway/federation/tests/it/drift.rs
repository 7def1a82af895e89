//! What a file says of a subgraph, beside what the subgraph says of itself.

use std::sync::Arc;

use federation::diagnostic::SourceFile;
use federation::subgraph::Drift;

fn between(before: &str, after: &str) -> Drift {
    let source = |name: &str, text: &str| {
        Arc::new(SourceFile { name: name.to_owned(), text: text.to_owned() })
    };
    Drift::between(&source("file", before), &source("live", after)).expect("SDL")
}

const SDL: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    "A user."
    type User @key(fields: "id") @key(fields: "email") {
        id: ID! "His." email(a: Int, b: Int = 1): String!
    }
    type Query { me: User }
    enum Role { ADMIN USER }
    union Any = User | Query
    input Filter { role: Role = ADMIN @deprecated(reason: "x") }
    scalar Date
"#;

#[test]
fn what_means_the_same_is_the_same() {
    let printed = r#"
        schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"]) {
            query: Root
        }
        directive @key(fields: String!) repeatable on OBJECT
        scalar Date
        scalar _Any
        union _Entity = User
        type _Service { sdl: String }
        input Filter { "Who." role: Role = ADMIN @deprecated(reason: "x") }
        enum Role { USER "All." ADMIN }
        union Any = Root | User
        type Root {
            _entities(representations: [_Any!]!): [_Entity]! _service: _Service! me: User
        }
        type User @key(fields: "email") { email(b: Int = 1, a: Int): String! }
        extend type User @key(fields: "id") { id: ID! }
    "#;
    let drift = between(SDL, printed);
    assert!(drift.is_none(), "{drift:?}");
}

#[test]
fn what_differs_is_named_by_its_coordinate() {
    let check = |from: &str, to: &str, expected: [&[&str]; 3]| {
        assert_eq!(SDL.matches(from).count(), 1, "{from}");
        let drift = between(SDL, &SDL.replace(from, to));
        let found = [drift.only_before, drift.only_after, drift.changed];
        assert_eq!(
            found,
            expected.map(|it| it.iter().map(ToString::to_string).collect::<Vec<_>>())
        );
    };
    check("id: ID! ", "id: ID ", [&[], &[], &["User.id"]]);
    check("id: ID! ", "id: ID! @shareable ", [&[], &[], &["User.id"]]);
    check("id: ID! ", "", [&["User.id"], &[], &[]]);
    check("{ me: User }", "{ me: User you: User }", [&[], &["Query.you"], &[]]);
    check(" @key(fields: \"email\")", "", [&[], &[], &["User"]]);
    check("b: Int = 1", "b: Int = 2", [&[], &[], &["User.email"]]);
    check("ADMIN USER", "USER", [&["Role.ADMIN"], &[], &[]]);
    check(
        "enum Role { ADMIN USER }",
        "scalar Role",
        [&["Role.ADMIN", "Role.USER"], &[], &["Role"]],
    );
    check("User | Query", "User", [&["Any.Query"], &[], &[]]);
    check("role: Role = ADMIN", "role: Role = USER", [&[], &[], &["Filter.role"]]);
    // A type that is new is one thing that is new.
    check("scalar Date", "scalar Date type New { a: Int b: Int }", [&[], &["New"], &[]]);
}

#[test]
fn what_is_no_sdl_is_said() {
    let source =
        |text: &str| Arc::new(SourceFile { name: "live".to_owned(), text: text.to_owned() });
    let errors = Drift::between(&source(SDL), &source("type {")).expect_err("no SDL");
    assert!(errors[0].to_string().contains("live"), "{}", errors[0]);
}

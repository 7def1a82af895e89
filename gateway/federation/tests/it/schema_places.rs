//! `SchemaPlaces`: each kind of element is found at its name, whatever the root types are called.

use std::sync::Arc;

use federation::diagnostic::SourceFile;
use federation::subgraph::{SchemaPlaces, parent_coordinate};

const SDL: &str = "schema { query: Root }
extend type User @key(fields: \"id\") { age: Int }
type User { id: ID! }
type Root { user(id: ID!): User }
interface Named { name(short: Boolean): String }
input Filter { text: String }
enum Status { ON OFF }
union Any = User
scalar Date
directive @auth(role: String) on FIELD_DEFINITION
";

/// Line, column and text of a place.
fn found(coordinate: &str) -> Option<(usize, usize, &'static str)> {
    let source = Arc::new(SourceFile { name: "a.graphql".to_owned(), text: SDL.to_owned() });
    let label = SchemaPlaces::read(&source).find(coordinate)?;
    let (line, column) = source.line_column(label.span.start);
    Some((line, column, &SDL[label.span]))
}

#[test]
fn every_element_is_found_at_its_name() {
    for (coordinate, expected) in [
        // The definition, though an extension comes first.
        ("User", (3, 6, "User")),
        ("User.age", (2, 39, "age")),
        ("User.id", (3, 13, "id")),
        ("Query.user", (4, 13, "user")),
        ("Query.user(id:)", (4, 18, "id")),
        ("Named.name(short:)", (5, 24, "short")),
        ("Filter.text", (6, 16, "text")),
        ("Status.OFF", (7, 18, "OFF")),
        ("Any.User", (8, 13, "User")),
        ("Date", (9, 8, "Date")),
        ("@auth", (10, 12, "auth")),
        ("@auth(role:)", (10, 17, "role")),
    ] {
        assert_eq!(found(coordinate), Some(expected), "{coordinate}");
    }
    assert_eq!(found("Query").map(|(line, ..)| line), Some(4), "the root by its common name");
    for unknown in ["Nobody", "User.name", "Query.user(name:)", "@auth(x:)", ""] {
        assert_eq!(found(unknown), None, "{unknown}");
    }
}

#[test]
fn text_that_is_no_sdl_has_no_places() {
    let source = Arc::new(SourceFile { name: "a".to_owned(), text: "type User {".to_owned() });
    let places = SchemaPlaces::read(&source);
    assert!(places.find("User").is_none());
    assert_eq!(places.beginning().span, 0..0);
}

#[test]
fn parents_are_what_an_element_is_a_part_of() {
    assert_eq!(parent_coordinate("Query.user(id:)"), Some("Query.user"));
    assert_eq!(parent_coordinate("@auth(role:)"), Some("@auth"));
    assert_eq!(parent_coordinate("User.id"), Some("User"));
    assert_eq!(parent_coordinate("User"), None);
    assert_eq!(parent_coordinate("@auth"), None);
}

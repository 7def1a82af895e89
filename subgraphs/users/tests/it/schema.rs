//! The schema as text.

use std::path::Path;

use serde_json::json;
use subgraph_server::on_each_database;
use subgraph_server::testing::{TestDatabase, assert_sdl_is_fresh};

use crate::course;

#[test]
fn schema_file_is_fresh() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/users-schema.graphql");
    assert_sdl_is_fresh(&users::sdl(), Path::new(file));
}

#[test]
fn user_is_an_entity() {
    let sdl = users::sdl();
    assert!(sdl.contains(r#"type User @key(fields: "id") {"#), "{sdl}");
    let user = r#"user(id: ID!): User @deprecated(reason: "Use 'getUser' instead")"#;
    assert!(sdl.contains(user), "{sdl}");
    let full_name = r#"fullName: String @deprecated(reason: "Use 'name' instead")"#;
    assert!(sdl.contains(full_name), "{sdl}");
}

on_each_database!(service_sdl_is_the_file);

async fn service_sdl_is_the_file(database: TestDatabase) {
    let client = course(&database).await;
    let data = client.data("{ _service { sdl } other: _service { text: sdl } }").await;
    let sdl = users::sdl();
    assert_eq!(data, json!({ "_service": { "sdl": sdl }, "other": { "text": sdl } }));
}

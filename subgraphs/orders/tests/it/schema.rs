//! The schema as text.

use std::path::Path;

use serde_json::json;
use subgraph_server::on_each_database;
use subgraph_server::testing::{TestDatabase, assert_sdl_is_fresh};

use crate::course;

#[test]
fn schema_file_is_fresh() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/orders-schema.graphql");
    assert_sdl_is_fresh(&orders::sdl(), Path::new(file));
}

#[test]
fn users_are_extended_and_products_referred_to() {
    let sdl = orders::sdl();
    for part in [
        r#"type Order @key(fields: "id") {"#,
        r#"type User @key(fields: "id") {"#,
        r#"type Product @key(fields: "id", resolvable: false) {"#,
        "orders(limit: Int): [Order!]\n",
        "orders(limit: Int = 10): [Order!]!\n",
        "  user: User\n",
        "  product: Product\n",
        r#"created_at: DateTime! @deprecated(reason: "Use 'createdAt' instead")"#,
    ] {
        assert!(sdl.contains(part), "{part} is missing in {sdl}");
    }
}

on_each_database!(service_sdl_is_the_file);

async fn service_sdl_is_the_file(database: TestDatabase) {
    let client = course(&database).await;
    let data = client.data("{ _service { sdl } }").await;
    assert_eq!(data, json!({ "_service": { "sdl": orders::sdl() } }));
}

//! The schema as text.

use std::path::Path;

use serde_json::json;
use subgraph_server::on_each_database;
use subgraph_server::testing::{TestDatabase, assert_sdl_is_fresh};

use crate::course;

#[test]
fn schema_file_is_fresh() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/products-schema.graphql");
    assert_sdl_is_fresh(&products::sdl(), Path::new(file));
}

#[test]
fn fields_of_the_cookbook() {
    let sdl = products::sdl();
    for part in [
        r#"type Product @key(fields: "id") {"#,
        "product(id: ID!): Product\n",
        "products(category: String, priceMin: Float, priceMax: Float, limit: Int = 10)",
        "createProduct(name: String!, price: Float!, stock: Int = 0): CreateProductPayload\n",
        "updateProduct(id: ID!, name: String, price: Float, stock: Int, expectedVersion: Int)",
    ] {
        assert!(sdl.contains(part), "{part} is missing in {sdl}");
    }
}

on_each_database!(service_sdl_is_the_file);

async fn service_sdl_is_the_file(database: TestDatabase) {
    let client = course(&database).await;
    let data = client.data("{ _service { sdl } }").await;
    assert_eq!(data, json!({ "_service": { "sdl": products::sdl() } }));
}

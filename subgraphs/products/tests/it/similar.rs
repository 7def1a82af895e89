//! `Product.similar`.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(nearest_price_of_the_category_comes_first, many_products_take_one_statement);

fn ids(products: &Value) -> Vec<&str> {
    products.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap()).collect()
}

async fn nearest_price_of_the_category_comes_first(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{
        laptop: product(id: "1") { similar { id } }
        folder: product(id: "203") { similar { id } one: similar(limit: 1) { id } }
        mouse: product(id: "2") { similar { id } }
    }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    let data = &answer["data"];
    assert_eq!(ids(&data["laptop"]["similar"]), ["789", "10"]);
    assert_eq!(ids(&data["folder"]["similar"]), ["201", "202"]);
    assert_eq!(ids(&data["folder"]["one"]), ["201"]);
    assert_eq!(ids(&data["mouse"]["similar"]), [""; 0]);
    assert_eq!(statements, 2);
}

async fn many_products_take_one_statement(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let query = "{ products(limit: 100) { category similar(limit: 3) { category price } } }";
    let (statements, answer) = client.counted(query, json!({})).await;
    for product in answer["data"]["products"].as_array().unwrap() {
        for similar in product["similar"].as_array().unwrap() {
            assert_eq!(similar["category"], product["category"]);
        }
    }
    assert_eq!(statements, 2);
}

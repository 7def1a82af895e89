//! `_entities`: order kept, one statement.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(keys_keep_their_order, two_hundred_keys_take_one_statement);

const QUERY: &str =
    "query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { id name price } } }";

fn product(id: &str) -> Value {
    json!({ "__typename": "Product", "id": id })
}

async fn keys_keep_their_order(database: TestDatabase) {
    let client = course(&database).await;
    let representations = ["2", "laptop", "1", "2"].map(product);
    let (statements, answer) = client.counted(QUERY, json!({ "r": representations })).await;
    let mouse = json!({ "id": "2", "name": "Mouse", "price": 29.99 });
    let laptop = json!({ "id": "1", "name": "Laptop", "price": 999.99 });
    assert_eq!(answer, json!({ "data": { "_entities": [mouse, null, laptop, mouse] } }));
    assert_eq!(statements, 1);
}

async fn two_hundred_keys_take_one_statement(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let ids = (1..=200).map(|number| format!("demo_product_{number:03}"));
    let representations: Vec<Value> = ids.map(|id| product(&id)).collect();
    let (statements, answer) = client.counted(QUERY, json!({ "r": representations })).await;
    for (found, wanted) in
        answer["data"]["_entities"].as_array().unwrap().iter().zip(representations)
    {
        assert_eq!(found["id"], wanted["id"]);
    }
    assert_eq!(statements, 1);
}

//! `_entities` of two types in one list.

use serde_json::json;
use subgraph_server::on_each_database;
use subgraph_server::testing::TestDatabase;

use crate::course;

on_each_database!(types_may_be_mixed, products_cannot_be_asked_for);

const QUERY: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
    ... on Order { total }
    ... on User { id }
} }";

async fn types_may_be_mixed(database: TestDatabase) {
    let client = course(&database).await;
    let representations = json!([
        { "__typename": "Order", "id": "1" },
        { "__typename": "User", "id": "123" },
        { "__typename": "Order", "id": "nope" },
        { "__typename": "Order", "id": "\u{0}" },
        { "__typename": "Order", "id": "order_1" },
    ]);
    let (statements, answer) = client.counted(QUERY, json!({ "r": representations })).await;
    let expected = json!([{ "total": 1059.97 }, { "id": "123" }, null, null, { "total": 99.99 }]);
    assert_eq!(answer, json!({ "data": { "_entities": expected } }));
    assert_eq!(statements, 1);
}

/// A product is a reference here and no more.
async fn products_cannot_be_asked_for(database: TestDatabase) {
    let client = course(&database).await;
    let representations = json!([
        { "__typename": "Product", "id": "1" },
        { "__typename": "Order", "id": "1" },
    ]);
    let answer = client.graphql(QUERY, json!({ "r": representations })).await;
    assert_eq!(answer["data"], json!({ "_entities": [null, { "total": 1059.97 }] }));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(answer["errors"][0]["path"], json!(["_entities", 0]));
}

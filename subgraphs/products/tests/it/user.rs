//! `User.recommendations`, and "me".

use serde_json::{Value, json};
use subgraph_server::testing::{Client, TestDatabase};
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(
    me_is_whoever_asks,
    best_rated_come_first_without_what_was_reviewed,
    what_is_sold_out_is_not_recommended,
    limit_is_ten_unless_given,
    fifty_users_take_one_statement,
);

fn ids(products: &Value) -> Vec<&str> {
    products.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap()).collect()
}

async fn recommended(client: &Client) -> Value {
    client.data("{ me { recommendations { id averageRating } } }").await["me"]["recommendations"]
        .take()
}

async fn me_is_whoever_asks(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(client.data("{ me { id } }").await, json!({ "me": null }));
    let data = client.of_user("123").data("{ me { id } }").await;
    assert_eq!(data, json!({ "me": { "id": "123" } }));
}

async fn best_rated_come_first_without_what_was_reviewed(database: TestDatabase) {
    let client = course(&database).await;
    let john = recommended(&client.of_user("123")).await;
    assert_eq!(ids(&john), ["789", "1", "2", "201", "202", "203"]);
    let alice = recommended(&client.of_user("user_123")).await;
    assert_eq!(ids(&alice), ["10", "789", "201", "202", "203"]);
    assert_eq!(recommended(&client.of_user("123")).await, john);
}

async fn what_is_sold_out_is_not_recommended(database: TestDatabase) {
    let client = course(&database).await;
    let sold = client.subgraph.database().sql("update products set stock = 0 where id = '789'");
    sold.execute().await.unwrap();
    let john = recommended(&client.of_user("123")).await;
    assert_eq!(ids(&john), ["1", "2", "201", "202", "203"]);
}

async fn limit_is_ten_unless_given(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await.of_user("demo_user");
    let query = "{ me { recommendations { id } none: recommendations(limit: 0) { id }
        three: recommendations(limit: 3) { id } all: recommendations(limit: null) { id } } }";
    let (statements, answer) = client.counted(query, json!({})).await;
    let me = &answer["data"]["me"];
    let ten = ids(&me["recommendations"]);
    assert_eq!(ten.len(), 10);
    assert_eq!((ids(&me["all"]), ids(&me["none"])), (ten.clone(), vec![]));
    assert_eq!(ids(&me["three"]), ten[..3]);
    assert_eq!(statements, 1);
    for limit in [-1, 1001] {
        let query = format!("{{ me {{ recommendations(limit: {limit}) {{ id }} }} }}");
        assert_eq!(client.error(&query).await.1, "BAD_USER_INPUT");
    }
}

async fn fifty_users_take_one_statement(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let users =
        (1..=50).map(|n| json!({ "__typename": "User", "id": format!("demo_user_{n:03}") }));
    let query = "query($r: [_Any!]!) { _entities(representations: $r) {
        ... on User { recommendations(limit: 5) { inStock } }
    } }";
    let variables = json!({ "r": users.collect::<Vec<_>>() });
    let (statements, answer) = client.counted(query, variables).await;
    for user in answer["data"]["_entities"].as_array().unwrap() {
        assert_eq!(user["recommendations"], json!(vec![json!({ "inStock": true }); 5]));
    }
    assert_eq!(statements, 1);
}

//! `User.orders`, reached as the gateway reaches it.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(
    orders_of_the_flagship,
    limit_keeps_the_newest,
    fifty_users_take_one_statement,
    limits_may_differ_in_one_request,
    limits_are_checked,
    same_time_is_ordered_by_id,
);

fn query(selection: &str) -> String {
    format!(
        "query($r: [_Any!]!) {{
            _entities(representations: $r) {{ ... on User {{ {selection} }} }}
        }}"
    )
}

fn users<I: IntoIterator<Item = String>>(ids: I) -> Value {
    let representations = ids.into_iter().map(|id| json!({ "__typename": "User", "id": id }));
    json!({ "r": representations.collect::<Vec<_>>() })
}

async fn orders_of_the_flagship(database: TestDatabase) {
    let client = course(&database).await;
    let ids = ["123", "nope"].map(str::to_owned);
    let (statements, answer) =
        client.counted(&query("orders { total created_at }"), users(ids)).await;
    let orders = json!([{ "total": 99.99, "created_at": "2024-01-15T00:00:00Z" }]);
    let expected = json!({ "_entities": [{ "orders": orders }, { "orders": [] }] });
    assert_eq!(answer, json!({ "data": expected }));
    assert_eq!(statements, 1);
}

async fn limit_keeps_the_newest(database: TestDatabase) {
    let client = course(&database).await;
    let alice = || users(["user_123".to_owned()]);
    let answer = client.graphql(&query("orders(limit: 2) { id }"), alice()).await;
    let newest = json!([{ "id": "1" }, { "id": "order_001" }]);
    assert_eq!(answer["data"]["_entities"][0]["orders"], newest);
    let answer = client.graphql(&query("orders { id }"), alice()).await;
    let all = json!([{ "id": "1" }, { "id": "order_001" }, { "id": "ord_2" }, { "id": "ord_1" }]);
    assert_eq!(answer["data"]["_entities"][0]["orders"], all);
}

async fn fifty_users_take_one_statement(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let ids = || (1..=50).map(|number| format!("demo_user_{number:03}"));
    let (statements, answer) = client.counted(&query("orders { userId }"), users(ids())).await;
    for (user, id) in answer["data"]["_entities"].as_array().unwrap().iter().zip(ids()) {
        assert_eq!(user["orders"], json!([{ "userId": id }]));
    }
    assert_eq!(statements, 1);
    let with_items = query("orders { items { quantity } }");
    let (statements, _) = client.counted(&with_items, users(ids())).await;
    assert_eq!(statements, 2);
}

async fn limits_may_differ_in_one_request(database: TestDatabase) {
    let client = course(&database).await;
    let query = query(
        "one: orders(limit: 1) { id } three: orders(limit: 3) { id }
        none: orders(limit: 0) { id } all: orders { id }",
    );
    let (statements, answer) = client.counted(&query, users(["user_123".to_owned()])).await;
    let lengths = ["one", "three", "none", "all"]
        .map(|name| answer["data"]["_entities"][0][name].as_array().unwrap().len());
    assert_eq!(lengths, [1, 3, 0, 4]);
    assert_eq!(statements, 1);
}

async fn limits_are_checked(database: TestDatabase) {
    let client = course(&database).await;
    for limit in [-1, 1001] {
        let query = query(&format!("id orders(limit: {limit}) {{ id }}"));
        let answer = client.graphql(&query, users(["123".to_owned()])).await;
        assert_eq!(answer["data"]["_entities"], json!([{ "id": "123", "orders": null }]));
        assert_eq!(answer["errors"][0]["path"], json!(["_entities", 0, "orders"]));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}

async fn same_time_is_ordered_by_id(database: TestDatabase) {
    let client = course(&database).await;
    for id in ["c", "a", "b"] {
        let add = client.subgraph.database().sql(
            "insert into orders (id, user_id, status, total_cents, created_at)
            values ($1, 'eve', 'paid', 100, '2024-01-01T00:00:00Z')",
        );
        add.bind(id).execute().await.unwrap();
    }
    let eve = users(["eve".to_owned()]);
    let answer = client.graphql(&query("orders(limit: 2) { id }"), eve).await;
    let expected = json!([{ "id": "a" }, { "id": "b" }]);
    assert_eq!(answer["data"]["_entities"][0]["orders"], expected);
}

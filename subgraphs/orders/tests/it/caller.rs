//! Who asks: "me", and what somebody else may not see.

use serde_json::{Value, json};
use subgraph_server::on_each_database;
use subgraph_server::testing::{Client, TestDatabase};

use crate::course;

on_each_database!(
    me_is_whoever_asks,
    own_orders_are_seen,
    orders_of_somebody_else_are_forbidden,
    entities_are_no_way_around,
    lists_have_own_orders_only,
);

const ORDERS: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
    ... on User { id orders { id } orderStats { orderCount } } ... on Order { total }
} }";

/// John's one order and Alice's newest, as entities; and both users.
fn representations() -> Value {
    let of = |type_name: &str, id: &str| json!({ "__typename": type_name, "id": id });
    json!({ "r": [
        of("Order", "order_1"), of("Order", "1"), of("User", "123"), of("User", "user_123"),
    ] })
}

async fn codes(client: &Client, query: &str, variables: Value) -> (Value, Vec<(String, String)>) {
    let mut answer = client.graphql(query, variables).await;
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let place = |error: &Value| {
        assert_eq!(error["extensions"]["status"], 403, "{error}");
        (error["path"].to_string(), error["message"].as_str().unwrap().to_owned())
    };
    assert!(errors.iter().all(|error| error["extensions"]["code"] == "FORBIDDEN"), "{errors:?}");
    (answer["data"].take(), errors.iter().map(place).collect())
}

async fn me_is_whoever_asks(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(client.data("{ me { id } }").await, json!({ "me": null }));
    let john = client.of_user("123");
    let (statements, answer) = john.counted("{ me { id orders { id } } }", json!({})).await;
    let me = json!({ "id": "123", "orders": [{ "id": "order_1" }] });
    assert_eq!(answer, json!({ "data": { "me": me } }));
    assert_eq!(statements, 1);
}

async fn own_orders_are_seen(database: TestDatabase) {
    let john = course(&database).await.of_user("123");
    let data = john.data(r#"{ order(id: "order_1") { id } }"#).await;
    assert_eq!(data, json!({ "order": { "id": "order_1" } }));
    assert_eq!(john.data(r#"{ order(id: "nope") { id } }"#).await, json!({ "order": null }));
}

async fn orders_of_somebody_else_are_forbidden(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ order(id: "order_1") { id user { id } } }"#;
    let (data, errors) = codes(&client.of_user("user_123"), query, json!({})).await;
    assert_eq!(data, json!({ "order": null }));
    let error = (r#"["order"]"#.to_owned(), "the order belongs to another user".to_owned());
    assert_eq!(errors, [error]);
    let seen = client.data(query).await;
    assert_eq!(seen["order"]["id"], "order_1", "nobody is known");
}

async fn entities_are_no_way_around(database: TestDatabase) {
    let client = course(&database).await;
    let john = client.of_user("123");
    let (data, errors) = codes(&john, ORDERS, representations()).await;
    let own = json!({ "id": "123", "orders": [{ "id": "order_1" }],
        "orderStats": { "orderCount": 1 } });
    let other = json!({ "id": "user_123", "orders": null, "orderStats": null });
    assert_eq!(data, json!({ "_entities": [{ "total": 99.99 }, null, own, other] }));
    let paths: Vec<&str> = errors.iter().map(|(path, _)| path.as_str()).collect();
    let expected =
        [r#"["_entities",1]"#, r#"["_entities",3,"orderStats"]"#, r#"["_entities",3,"orders"]"#];
    assert_eq!(paths, expected);

    let (data, errors) = codes(&client, ORDERS, representations()).await;
    assert_eq!((&data["_entities"][1]["total"], errors.len()), (&json!(1059.97), 0));
}

async fn lists_have_own_orders_only(database: TestDatabase) {
    let client = course(&database).await;
    let alice = client.of_user("user_123");
    let data = alice.data("{ orders(limit: 2) { id userId } }").await;
    let order = |id: &str| json!({ "id": id, "userId": "user_123" });
    assert_eq!(data, json!({ "orders": [order("1"), order("order_001")] }));
    let data = client.of_user("user_456").data("{ orders { id } }").await;
    assert_eq!(data, json!({ "orders": [] }));
}

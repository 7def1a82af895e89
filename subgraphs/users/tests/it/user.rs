//! Users by id: what they are, what they are not, and what it costs to read them.

use serde_json::json;
use subgraph_server::Profile;
use subgraph_server::on_each_database;
use subgraph_server::testing::TestDatabase;

use crate::{course, open};

on_each_database!(
    user_is_found,
    fields_of_the_course,
    missing_user_is_null,
    me_is_whoever_asks,
    many_users_take_one_statement,
    change_is_seen_by_the_next_request,
    seeding_twice_changes_nothing,
    demo_has_a_user_for_each_of_100_orders,
);

async fn user_is_found(database: TestDatabase) {
    let client = course(&database).await;
    let data = client.data(r#"{ user(id: "123") { id username email } }"#).await;
    let john = json!({ "id": "123", "username": "johndoe", "email": "john@example.com" });
    assert_eq!(data, json!({ "user": john }));
    let data = client.data(r#"{ getUser(id: "123") { id username email } }"#).await;
    assert_eq!(data, json!({ "getUser": john }));
}

async fn fields_of_the_course(database: TestDatabase) {
    let client = course(&database).await;
    let all = "{ id username name email phone address preferences avatarUrl loyaltyPoints createdAt
        settings fullName profile { name email avatarUrl } }";
    let query = format!(
        r#"{{ john: getUser(id: "123") {all} alice: getUser(id: "user_123") {all}
            bob: getUser(id: "user_456") {all} }}"#
    );
    let john = json!({
        "id": "123", "username": "johndoe", "name": "John Doe", "email": "john@example.com",
        "phone": "+1234567890", "address": null,
        "preferences": { "newsletter": true, "theme": "light" }, "avatarUrl": null,
        "loyaltyPoints": 0, "createdAt": "2020-01-01T00:00:00Z", "settings": null,
        "fullName": "John Doe",
        "profile": { "name": "John Doe", "email": "john@example.com", "avatarUrl": null },
    });
    let alice = json!({
        "id": "user_123", "username": "alice", "name": "Alice", "email": "alice@example.com",
        "phone": null, "address": { "street": "123 Main St", "city": "NYC", "zip": "10001" },
        "preferences": null, "avatarUrl": null, "loyaltyPoints": 0,
        "createdAt": "2020-06-01T00:00:00Z", "settings": null, "fullName": "Alice",
        "profile": { "name": "Alice", "email": "alice@example.com", "avatarUrl": null },
    });
    let bob = json!({
        "id": "user_456", "username": "bob", "name": "Bob", "email": "bob@example.com",
        "phone": null, "address": null, "preferences": { "theme": "dark" }, "avatarUrl": null,
        "loyaltyPoints": 0, "createdAt": "2021-01-01T00:00:00Z", "settings": null,
        "fullName": "Bob",
        "profile": { "name": "Bob", "email": "bob@example.com", "avatarUrl": null },
    });
    assert_eq!(client.data(&query).await, json!({ "john": john, "alice": alice, "bob": bob }));
}

async fn missing_user_is_null(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(client.data(r#"{ user(id: "nope") { id } }"#).await, json!({ "user": null }));
}

/// AC-B1.1.
async fn me_is_whoever_asks(database: TestDatabase) {
    let client = course(&database).await;
    let query = "{ me { id name email phone memberSince loyaltyPoints preferences } }";
    assert_eq!(client.data(query).await, json!({ "me": null }));
    assert_eq!(client.of_user("nope").data(query).await, json!({ "me": null }));
    let (statements, answer) = client.of_user("123").counted(query, json!({})).await;
    let john = json!({
        "id": "123", "name": "John Doe", "email": "john@example.com", "phone": "+1234567890",
        "memberSince": "2020-01-01", "loyaltyPoints": 0,
        "preferences": { "newsletter": true, "theme": "light" },
    });
    assert_eq!(answer, json!({ "data": { "me": john } }));
    assert_eq!(statements, 1);
}

async fn many_users_take_one_statement(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ a: user(id: "123") { name } b: getUser(id: "user_123") { name }
        c: getUser(id: "nope") { name } d: getUser(id: "123") { email } }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    let expected = json!({
        "a": { "name": "John Doe" }, "b": { "name": "Alice" }, "c": null,
        "d": { "email": "john@example.com" },
    });
    assert_eq!(answer, json!({ "data": expected }));
    assert_eq!(statements, 1);
}

async fn change_is_seen_by_the_next_request(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ getUser(id: "123") { name } }"#;
    assert_eq!(client.data(query).await["getUser"]["name"], "John Doe");
    let rename = client.subgraph.database().sql("update users set name = $1 where id = $2");
    assert_eq!(rename.bind("Jane Doe").bind("123").execute().await.unwrap(), 1);
    assert_eq!(client.data(query).await["getUser"]["name"], "Jane Doe");
}

async fn seeding_twice_changes_nothing(database: TestDatabase) {
    let client = course(&database).await;
    let rename = client.subgraph.database().sql("update users set name = $1 where id = $2");
    rename.bind("Jane Doe").bind("123").execute().await.unwrap();
    client.subgraph.database().close().await;
    let client = course(&database).await;
    let data = client.data(r#"{ getUser(id: "123") { name } }"#).await;
    assert_eq!(data["getUser"]["name"], "Jane Doe");
    client.subgraph.database().close().await;
    let client = open(&database.url, Profile::None).await;
    let data = client.data(r#"{ getUser(id: "123") { name } }"#).await;
    assert_eq!(data["getUser"]["name"], "Jane Doe");
}

async fn demo_has_a_user_for_each_of_100_orders(database: TestDatabase) {
    let client = open(&database.url, Profile::Demo).await;
    let ids = (1..=100).map(|number| format!("demo_user_{number:03}"));
    let representations: Vec<_> = ids
        .chain(["demo_user".to_owned(), "123".to_owned()])
        .map(|id| json!({ "__typename": "User", "id": id }))
        .collect();
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }";
    let (statements, answer) = client.counted(query, json!({ "r": representations })).await;
    let found = answer["data"]["_entities"].as_array().unwrap();
    assert_eq!(found.iter().filter(|user| user.is_object()).count(), 102);
    assert_eq!(statements, 1);
}

//! `_entities`: order kept, nothing lost for one key that cannot be resolved, one statement.

use serde_json::{Value, json};
use subgraph_server::on_each_database;
use subgraph_server::testing::{Client, TestDatabase};

use crate::course;

on_each_database!(
    missing_key_is_null_in_its_place,
    hundred_keys_take_one_statement,
    unresolvable_keys_have_their_own_errors,
    paths_are_right_for_each_alias,
    failing_database_is_an_error_for_each_key,
);

const QUERY: &str =
    "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id username } } }";

fn user(id: &str) -> Value {
    json!({ "__typename": "User", "id": id })
}

/// Path and code of each error.
fn errors(answer: &Value) -> Vec<(Value, Value)> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let place = |error: &Value| (error["path"].clone(), error["extensions"]["code"].clone());
    errors.iter().map(place).collect()
}

async fn add_users(client: &Client, ids: &[String]) {
    for id in ids {
        let add = client.subgraph.database().sql(
            "insert into users (id, username, name, email, created_at)
            values ($1, $2, $3, $4, '2024-01-01T00:00:00Z')",
        );
        let email = format!("{id}@example.com");
        add.bind(id.as_str())
            .bind(id.as_str())
            .bind(id.as_str())
            .bind(email)
            .execute()
            .await
            .unwrap();
    }
}

async fn missing_key_is_null_in_its_place(database: TestDatabase) {
    let client = course(&database).await;
    let variables = json!({ "r": [user("123"), user("nope")] });
    let (statements, answer) = client.counted(QUERY, variables).await;
    let expected = json!({ "_entities": [{ "id": "123", "username": "johndoe" }, null] });
    assert_eq!(answer, json!({ "data": expected }));
    assert_eq!(statements, 1);

    add_users(&client, &["1", "2", "3"].map(str::to_owned)).await;
    let variables = json!({ "r": [user("3"), user("1"), user("nope"), user("2")] });
    let (statements, answer) = client.counted(QUERY, variables).await;
    let expected = json!({ "_entities": [
        { "id": "3", "username": "3" }, { "id": "1", "username": "1" }, null,
        { "id": "2", "username": "2" },
    ] });
    assert_eq!(answer, json!({ "data": expected }));
    assert_eq!(statements, 1);
}

async fn hundred_keys_take_one_statement(database: TestDatabase) {
    let client = course(&database).await;
    let ids: Vec<String> = (0..100).map(|number| format!("user {number}")).collect();
    add_users(&client, &ids).await;
    let representations: Vec<Value> = ids.iter().map(|id| user(id)).collect();
    let (statements, answer) = client.counted(QUERY, json!({ "r": representations })).await;
    let users = answer["data"]["_entities"].as_array().unwrap();
    let found: Vec<&str> = users.iter().map(|user| user["id"].as_str().unwrap()).collect();
    assert_eq!(found, ids);
    assert_eq!(statements, 1);
}

async fn unresolvable_keys_have_their_own_errors(database: TestDatabase) {
    let client = course(&database).await;
    // More than thirty, since async-graphql resolves longer lists in another way.
    let mut representations = vec![user("123"); 40];
    representations[3] = json!({ "__typename": "Planet", "id": "1" });
    representations[17] = json!({ "__typename": "User" });
    representations[18] = json!({ "__typename": "User", "id": { "no": "id" } });
    representations[25] = user("nope");
    representations[38] = json!({ "id": "123" });
    representations[39] = json!("123");
    let (statements, answer) = client.counted(QUERY, json!({ "r": representations })).await;
    let bad = |index: usize| (json!(["_entities", index]), json!("BAD_USER_INPUT"));
    assert_eq!(errors(&answer), [3, 17, 18, 38, 39].map(bad));
    for (index, entity) in answer["data"]["_entities"].as_array().unwrap().iter().enumerate() {
        assert_eq!(entity.is_null(), [3, 17, 18, 25, 38, 39].contains(&index), "{index}");
    }
    assert_eq!(statements, 1);
}

async fn paths_are_right_for_each_alias(database: TestDatabase) {
    let client = course(&database).await;
    let query = "query($a: [_Any!]!, $b: [_Any!]!) {
        a: _entities(representations: $a) { ... on User { id } }
        b: _entities(representations: $b) { ... on User { name } }
    }";
    let variables = json!({ "a": [user("123"), {}], "b": [{}, user("123"), {}] });
    let answer = client.graphql(query, variables).await;
    assert_eq!(answer["data"]["a"], json!([{ "id": "123" }, null]));
    assert_eq!(answer["data"]["b"], json!([null, { "name": "John Doe" }, null]));
    let mut paths: Vec<String> = errors(&answer).iter().map(|(path, _)| path.to_string()).collect();
    paths.sort();
    assert_eq!(paths, [r#"["a",1]"#, r#"["b",0]"#, r#"["b",2]"#]);
}

async fn failing_database_is_an_error_for_each_key(database: TestDatabase) {
    let client = course(&database).await;
    client.subgraph.database().sql("drop table users").execute().await.unwrap();
    let answer = client.graphql(QUERY, json!({ "r": [user("123"), user("nope")] })).await;
    assert_eq!(answer["data"], json!({ "_entities": [null, null] }));
    let failed = |index: usize| (json!(["_entities", index]), json!("INTERNAL_SERVER_ERROR"));
    assert_eq!(errors(&answer), [0, 1].map(failed));
    assert_eq!(answer["errors"][0]["message"], "An unexpected error occurred");
    for secret in ["select", "users where", "no such table", "relation"] {
        assert!(!answer.to_string().contains(secret), "{answer}");
    }
}

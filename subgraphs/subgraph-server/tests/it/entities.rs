//! One key's failure stays with that key, whatever it is.

use serde_json::{Value, json};
use subgraph_server::on_each_database;
use subgraph_server::testing::TestDatabase;

use crate::planet::client;

on_each_database!(each_key_fails_alone, errors_below_a_key_keep_its_place);

async fn each_key_fails_alone(database: TestDatabase) {
    let client = client(&database).await;
    let ids = ["a", "panic", "b", "fail", "none", "c"];
    let representations = ids.map(|id| json!({ "__typename": "Planet", "id": id }));
    let query =
        "query($r: [_Any!]!) { e: _entities(representations: $r) { ... on Planet { id } } }";
    let answer = client.graphql(query, json!({ "r": representations })).await;
    let expected = json!([{ "id": "a" }, null, { "id": "b" }, null, null, { "id": "c" }]);
    assert_eq!(answer["data"], json!({ "e": expected }));
    let errors: Vec<(&Value, &Value, &Value)> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (&error["path"], &error["message"], &error["extensions"]["code"]))
        .collect();
    let (message, code) = (json!("An unexpected error occurred"), json!("INTERNAL_SERVER_ERROR"));
    let (first, second) = (json!(["e", 1]), json!(["e", 3]));
    assert_eq!(errors, [(&first, &message, &code), (&second, &message, &code)]);
    assert!(!answer.to_string().contains("secret"), "{answer}");
}

async fn errors_below_a_key_keep_its_place(database: TestDatabase) {
    let client = client(&database).await;
    let query = "query($r: [_Any!]!) {
        _entities(representations: $r) { ... on Planet { id inhabitants @include(if: true) } }
    }";
    let representations = ["a", "b"].map(|id| json!({ "__typename": "Planet", "id": id }));
    let answer = client.graphql(query, json!({ "r": representations })).await;
    assert_eq!(answer["data"], json!({ "_entities": [null, null] }));
    let paths: Vec<&Value> =
        answer["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    let expected = [0, 1].map(|index| json!(["_entities", index, "inhabitants"]));
    assert_eq!(paths, expected.iter().collect::<Vec<_>>());
}

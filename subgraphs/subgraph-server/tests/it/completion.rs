//! Fields are in the order of the operation, whenever they were done. Where a field fails there is
//! null, or null in place of the parent that must not be without it.

use serde_json::{Value, json};

use crate::planet::memory_client;

async fn check(query: &str, data: Value, paths: Value) {
    let answer = memory_client().await.graphql(query, json!({})).await;
    assert_eq!(answer["data"], data, "{query}");
    let mut errors: Vec<String> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["path"].to_string())
        .collect();
    errors.sort();
    let expected: Vec<String> = paths.as_array().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(errors, expected, "{query}");
}

#[tokio::test]
async fn nullable_field_is_null() {
    let hello = "Hello, world!";
    check("{ darkPlanet { id } }", json!({ "darkPlanet": null }), json!([["darkPlanet"]])).await;
    let data = json!({ "hello": hello, "d": null });
    check("{ hello d: darkPlanet { id } }", data, json!([["d"]])).await;
    let query = "{ ...F } fragment F on Query { hello ... on Query { d: darkPlanet { id } } }";
    check(query, json!({ "hello": hello, "d": null }), json!([["d"]])).await;
}

#[tokio::test]
async fn nearest_nullable_parent_is_null() {
    let query = r#"{ hello maybePlanet(id: "a") { id inhabitants } }"#;
    let data = json!({ "hello": "Hello, world!", "maybePlanet": null });
    check(query, data, json!([["maybePlanet", "inhabitants"]])).await;

    let query = "query Q { planets(count: 2) { id neighbour { t: twin { ...F } } } }
        fragment F on Planet { id i: inhabitants }";
    let planets = json!([{ "id": "0", "neighbour": null }, { "id": "1", "neighbour": null }]);
    let path = |index: usize| json!(["planets", index, "neighbour", "t", "i"]);
    check(query, json!({ "planets": planets }), json!([path(0), path(1)])).await;
}

#[tokio::test]
async fn without_a_nullable_parent_there_is_no_data() {
    let query = r#"{ hello planet(id: "fail") { id } }"#;
    check(query, Value::Null, json!([["planet"]])).await;
    let query = "{ hello planets(count: 2) { id inhabitants } }";
    let paths = [0, 1].map(|index| json!(["planets", index, "inhabitants"]));
    check(query, Value::Null, json!(paths)).await;
}

#[tokio::test]
async fn same_field_twice_is_one_field() {
    let query = r#"{ maybePlanet(id: "a") { id } maybePlanet(id: "a") { twin { inhabitants } } }"#;
    let path = json!(["maybePlanet", "twin", "inhabitants"]);
    check(query, json!({ "maybePlanet": null }), json!([path])).await;
}

#[tokio::test]
async fn fields_are_in_the_order_of_the_operation() {
    let client = memory_client().await;
    let check = async |query: &str, expected: &str| {
        let answer = client.parameters(json!({ "query": query })).await;
        assert_eq!(answer.text, format!(r#"{{"data":{expected}}}"#), "{query}");
    };
    check(
        r#"{ planets(count: 2) { moons id } h: hello }"#,
        r#"{"planets":[{"moons":2,"id":"0"},{"moons":2,"id":"1"}],"h":"Hello, world!"}"#,
    )
    .await;
    check(
        r#"{ ...F hello ... @include(if: true) { maybePlanet(id: "a") { id } } }
            fragment F on Query {
                maybePlanet(id: "a") { moons twin { moons id } } skipped: hello @skip(if: true)
            }"#,
        concat!(
            r#"{"maybePlanet":{"moons":2,"twin":{"moons":2,"id":"twin"},"id":"a"},"#,
            r#""hello":"Hello, world!"}"#
        ),
    )
    .await;
}

//! Products made and changed.

use serde_json::{Value, json};
use subgraph_server::on_each_database;
use subgraph_server::testing::TestDatabase;

use crate::course;

on_each_database!(
    product_is_created,
    taken_ids_are_passed_over,
    many_clients_create_at_once,
    arguments_of_create_are_checked,
    update_changes_what_is_given,
    update_of_a_missing_product_fails,
    arguments_of_update_are_checked,
    stale_version_is_a_conflict,
    one_of_two_writers_wins,
    change_is_seen_by_the_next_field,
);

async fn product_is_created(database: TestDatabase) {
    let client = course(&database).await;
    let mutation = r#"mutation CreateProduct {
        createProduct(name: "Monitor", price: 299.99, stock: 15) { product { id name price } }
    }"#;
    let product = json!({ "id": "3", "name": "Monitor", "price": 299.99 });
    let data = client.data(mutation).await;
    assert_eq!(data, json!({ "createProduct": { "product": product } }));
    let data = client.data(r#"{ product(id: "3") { stock inStock version category } }"#).await;
    let expected = json!({ "stock": 15, "inStock": true, "version": 1, "category": null });
    assert_eq!(data, json!({ "product": expected }));

    let mutation = r#"mutation { createProduct(name: "Cable", price: 0) {
        product { id price stock inStock } } }"#;
    let product = json!({ "id": "4", "price": 0.0, "stock": 0, "inStock": false });
    assert_eq!(client.data(mutation).await["createProduct"]["product"], product);
}

/// The course has a product `10`; 3 to 9 are free, then 11.
async fn taken_ids_are_passed_over(database: TestDatabase) {
    let client = course(&database).await;
    let mut ids = Vec::new();
    for _ in 0..9 {
        let mutation = r#"mutation { createProduct(name: "X", price: 1) { product { id } } }"#;
        let data = client.data(mutation).await;
        ids.push(data["createProduct"]["product"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids, ["3", "4", "5", "6", "7", "8", "9", "11", "12"]);
    let data = client.data(r#"{ product(id: "10") { name } }"#).await;
    assert_eq!(data["product"]["name"], "Headphones");
}

async fn many_clients_create_at_once(database: TestDatabase) {
    let client = course(&database).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let mutation =
                    r#"mutation { createProduct(name: "X", price: 1) { product { id } } }"#;
                client.data(mutation).await["createProduct"]["product"]["id"].to_string()
            })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "{ids:?}");
}

async fn arguments_of_create_are_checked(database: TestDatabase) {
    let client = course(&database).await;
    for (arguments, message) in [
        (r#"name: "X", price: -1"#, "price must not be negative, got -1"),
        (r#"name: "X", price: 0.001"#, "price must have at most two decimals, got 0.001"),
        (r#"name: "X", price: 1e12"#, "price must be at most 1000000000, got 1000000000000"),
        (r#"name: "X", price: 1, stock: -1"#, "stock must not be negative, got -1"),
        (r#"name: " ", price: 1"#, "name must have 1 to 200 characters that are not all blank"),
        (r#"name: "a\u0000", price: 1"#, "name must not contain a null character"),
    ] {
        let mutation = format!("mutation {{ createProduct({arguments}) {{ product {{ id }} }} }}");
        let (said, code) = client.error(&mutation).await;
        assert_eq!((said.as_str(), code.as_str()), (message, "BAD_USER_INPUT"));
    }
    let name = |length: usize| {
        let name = "ü".repeat(length);
        format!(r#"mutation {{ createProduct(name: "{name}", price: 1) {{ product {{ id }} }} }}"#)
    };
    assert_eq!(client.error(&name(201)).await.1, "BAD_USER_INPUT");
    assert_eq!(client.data(&name(200)).await["createProduct"]["product"]["id"], "3");
    let (_, code) =
        client.error(r#"mutation { createProduct(name: "X") { product { id } } }"#).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
}

async fn update_changes_what_is_given(database: TestDatabase) {
    let client = course(&database).await;
    let update = async |arguments: &str| {
        let fields = "product { id name price stock version category }";
        let mutation = format!("mutation {{ updateProduct({arguments}) {{ {fields} }} }}");
        client.data(&mutation).await["updateProduct"]["product"].take()
    };
    let laptop = |name: &str, price: f64, stock: i64, version: i64| {
        json!({ "id": "1", "name": name, "price": price, "stock": stock, "version": version,
            "category": "electronics" })
    };
    let changed = update(r#"id: "1", price: 899.99"#).await;
    assert_eq!(changed, laptop("Laptop", 899.99, 10, 2));
    let changed = update(r#"id: "1", price: 0"#).await;
    assert_eq!(changed, laptop("Laptop", 0.0, 10, 3));
    let changed = update(r#"id: "1", stock: 0, price: null"#).await;
    assert_eq!(changed, laptop("Laptop", 0.0, 0, 4));
    let changed = update(r#"id: "1", name: "Laptop Pro", price: 1299.99, stock: 5"#).await;
    assert_eq!(changed, laptop("Laptop Pro", 1299.99, 5, 5));
}

async fn update_of_a_missing_product_fails(database: TestDatabase) {
    let client = course(&database).await;
    for id in ["999", "\\u0000"] {
        for arguments in ["price: 1", "price: 1, expectedVersion: 1"] {
            let mutation = format!(
                r#"mutation {{ updateProduct(id: "{id}", {arguments}) {{ product {{ id }} }} }}"#
            );
            let answer = client.graphql(&mutation, json!({})).await;
            assert_eq!(answer["data"], json!({ "updateProduct": null }));
            assert_eq!(answer["errors"][0]["message"], "Product not found");
            let extensions = json!({ "code": "NOT_FOUND", "status": 404 });
            assert_eq!(answer["errors"][0]["extensions"], extensions);
            assert_eq!(answer["errors"][0]["path"], json!(["updateProduct"]));
        }
    }
}

async fn arguments_of_update_are_checked(database: TestDatabase) {
    let client = course(&database).await;
    for arguments in ["", ", price: -0.01", ", stock: -1", r#", name: """#, ", price: 1.005"] {
        let mutation =
            format!(r#"mutation {{ updateProduct(id: "1"{arguments}) {{ product {{ id }} }} }}"#);
        assert_eq!(client.error(&mutation).await.1, "BAD_USER_INPUT", "{arguments}");
    }
    let data = client.data(r#"{ product(id: "1") { version price stock name } }"#).await;
    let unchanged = json!({ "version": 1, "price": 999.99, "stock": 10, "name": "Laptop" });
    assert_eq!(data["product"], unchanged);
}

const UPDATE: &str = "mutation($stock: Int, $version: Int) {
    updateProduct(id: \"1\", stock: $stock, expectedVersion: $version) { product { version stock } }
}";

async fn stale_version_is_a_conflict(database: TestDatabase) {
    let client = course(&database).await;
    let update = |stock: i32, version: Value| {
        client.graphql(UPDATE, json!({ "stock": stock, "version": version }))
    };
    let answer = update(9, json!(1)).await;
    let product = json!({ "version": 2, "stock": 9 });
    assert_eq!(answer, json!({ "data": { "updateProduct": { "product": product } } }));
    let answer = update(8, json!(1)).await;
    assert_eq!(answer["data"], json!({ "updateProduct": null }));
    assert_eq!(answer["errors"][0]["message"], "product `1` has version 2, expected 1");
    let extensions = json!({ "code": "VERSION_CONFLICT", "status": 409 });
    assert_eq!(answer["errors"][0]["extensions"], extensions);
    let answer = update(8, Value::Null).await;
    assert_eq!(answer["data"]["updateProduct"]["product"], json!({ "version": 3, "stock": 8 }));
}

async fn one_of_two_writers_wins(database: TestDatabase) {
    let client = course(&database).await;
    let writers: Vec<_> = (0..10)
        .map(|stock| {
            let client = client.clone();
            tokio::spawn(async move {
                client.graphql(UPDATE, json!({ "stock": stock, "version": 1 })).await
            })
        })
        .collect();
    let mut won = 0;
    for writer in writers {
        won += u32::from(writer.await.unwrap().get("errors").is_none());
    }
    assert_eq!(won, 1);
}

/// Mutations run one after the other, and none sees what another has read before.
async fn change_is_seen_by_the_next_field(database: TestDatabase) {
    let client = course(&database).await;
    let mutation = r#"mutation {
        a: updateProduct(id: "1", stock: 1) { product { stock version } }
        b: updateProduct(id: "1", stock: 2, expectedVersion: 2) { product { stock version } }
        c: createProduct(name: "X", price: 1) { product { id } }
    }"#;
    let expected = json!({
        "a": { "product": { "stock": 1, "version": 2 } },
        "b": { "product": { "stock": 2, "version": 3 } },
        "c": { "product": { "id": "3" } },
    });
    assert_eq!(client.data(mutation).await, expected);
}

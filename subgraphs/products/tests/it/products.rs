//! Products by id, and lists of them.

use serde_json::{Value, json};
use subgraph_server::testing::{Client, TestDatabase};
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(
    products_of_the_cookbook,
    products_of_the_course,
    missing_product_is_null,
    zero_is_a_bound_like_any_other,
    bounds_include_what_they_name,
    category_filters,
    limit_is_ten_unless_given,
    limits_are_checked,
    demo_has_200_products_with_texts,
    first_page_has_no_page_before,
    pages_follow_each_other_without_gaps,
    pages_that_cannot_be_are_refused,
    whole_document_is_sent_for_each_operation,
);

async fn ids(client: &Client, arguments: &str) -> Vec<String> {
    let data = client.data(&format!("{{ products{arguments} {{ id }} }}")).await;
    let id = |product: &Value| product["id"].as_str().unwrap().to_owned();
    data["products"].as_array().unwrap().iter().map(id).collect()
}

async fn products_of_the_cookbook(database: TestDatabase) {
    let client = course(&database).await;
    let query = "query GetProducts {
        products(priceMin: 20, priceMax: 100, limit: 5) { id name price stock }
    }";
    let (statements, answer) = client.counted(query, json!({})).await;
    let mouse = json!({ "id": "2", "name": "Mouse", "price": 29.99, "stock": 50 });
    assert_eq!(answer, json!({ "data": { "products": [mouse] } }));
    assert_eq!(statements, 1);
}

/// The course's seven products, the dearest first.
async fn first_page_has_no_page_before(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ productsPage(page: 1, limit: 10, sort: "price", order: "desc") {
        data { name } metadata { page limit total totalPages } links { self next prev }
    } }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    let page = &answer["data"]["productsPage"];
    let names = ["Laptop", "Camera", "Headphones", "Mouse", "Notebook", "Folder", "Pen"];
    assert_eq!(page["data"], json!(names.map(|name| json!({ "name": name }))));
    let metadata = json!({ "page": 1, "limit": 10, "total": 7, "totalPages": 1 });
    assert_eq!(page["metadata"], metadata);
    let this = "/api/v1/products?page=1&limit=10&sort=price&order=desc";
    assert_eq!(page["links"], json!({ "self": this, "next": null, "prev": null }));
    assert_eq!(statements, 2, "the rows and their number");
}

async fn pages_follow_each_other_without_gaps(database: TestDatabase) {
    let client = course(&database).await;
    for sort in ["id", "name", "price", "stock"] {
        for order in ["asc", "desc"] {
            let mut seen = Vec::new();
            for page in 1..=4 {
                let query = format!(
                    r#"{{ productsPage(page: {page}, limit: 3, sort: "{sort}", order: "{order}") {{
                        data {{ id }} links {{ next prev }}
                    }} }}"#
                );
                let found = client.data(&query).await["productsPage"].take();
                seen.extend(found["data"].as_array().unwrap().iter().cloned());
                assert_eq!(found["links"]["prev"].is_null(), page == 1, "{sort} {order} {page}");
                assert_eq!(found["links"]["next"].is_null(), page >= 3, "{sort} {order} {page}");
            }
            let distinct: std::collections::HashSet<String> =
                seen.iter().map(ToString::to_string).collect();
            assert_eq!((seen.len(), distinct.len()), (7, 7), "{sort} {order}");
        }
    }
}

async fn pages_that_cannot_be_are_refused(database: TestDatabase) {
    let client = course(&database).await;
    for arguments in
        ["page: 0", "page: -1", "limit: 0", "limit: 1001", r#"sort: "colour""#, r#"order: "up""#]
    {
        let query = format!("{{ productsPage({arguments}) {{ data {{ id }} }} }}");
        assert_eq!(client.error(&query).await.1, "BAD_USER_INPUT", "{arguments}");
    }
    let behind = client.data("{ productsPage(page: 2147483647) { data { id } } }").await;
    assert_eq!(behind["productsPage"]["data"], json!([]));
}

async fn products_of_the_course(database: TestDatabase) {
    let client = course(&database).await;
    let mut data = client
        .data(
            "{ products { id name price stock inStock category description imageUrl
            thumbnailUrl version } }",
        )
        .await;
    let product = |id: &str, name: &str, price: f64, stock: i64, category: &str| {
        json!({ "id": id, "name": name, "price": price, "stock": stock, "inStock": true,
            "category": category, "description": true,
            "imageUrl": format!("https://images.example.com/products/{id}.jpg"),
            "thumbnailUrl": format!("https://images.example.com/products/{id}-small.jpg"),
            "version": 1 })
    };
    let expected = json!([
        product("1", "Laptop", 999.99, 10, "electronics"),
        product("10", "Headphones", 129.99, 20, "electronics"),
        product("2", "Mouse", 29.99, 50, "accessories"),
        product("201", "Notebook", 19.99, 100, "office"),
        product("202", "Pen", 10.0, 100, "office"),
        product("203", "Folder", 15.0, 100, "office"),
        product("789", "Camera", 499.0, 2, "electronics"),
    ]);
    for product in data["products"].as_array_mut().unwrap() {
        let is_sentence = product["description"].as_str().unwrap().ends_with('.');
        product["description"] = json!(is_sentence);
    }
    assert_eq!(data["products"], expected);
}

async fn missing_product_is_null(database: TestDatabase) {
    let client = course(&database).await;
    let data = client.data(r#"{ product(id: "nope") { id } }"#).await;
    assert_eq!(data, json!({ "product": null }));
}

async fn zero_is_a_bound_like_any_other(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(ids(&client, "(priceMin: 0, priceMax: 0)").await, [""; 0]);
    assert_eq!(ids(&client, "(priceMax: 0)").await, [""; 0]);
    assert_eq!(ids(&client, "(priceMin: 0)").await.len(), 7);
}

async fn bounds_include_what_they_name(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(ids(&client, "(priceMin: 29.99, priceMax: 29.99)").await, ["2"]);
    assert_eq!(ids(&client, "(priceMin: 29.991, priceMax: 100)").await, [""; 0]);
    assert_eq!(ids(&client, "(priceMin: 499)").await, ["1", "789"]);
    assert_eq!(ids(&client, "(priceMin: 100, priceMax: 20)").await, [""; 0]);
    assert_eq!(ids(&client, "(priceMin: -1e300, priceMax: 1e300)").await.len(), 7);
}

async fn category_filters(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(ids(&client, r#"(category: "accessories")"#).await, ["2"]);
    assert_eq!(ids(&client, r#"(category: "electronics", priceMax: 500)"#).await, ["10", "789"]);
    assert_eq!(ids(&client, r#"(category: "nope")"#).await, [""; 0]);
    assert_eq!(ids(&client, r#"(category: "")"#).await, [""; 0]);
    assert_eq!(ids(&client, r#"(category: "\u0000")"#).await, [""; 0]);
    assert_eq!(ids(&client, r#"(category: "' or '1' = '1")"#).await, [""; 0]);
    assert_eq!(ids(&client, "(category: null)").await.len(), 7);
}

async fn limit_is_ten_unless_given(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let first = ids(&client, "").await;
    assert_eq!(first.len(), 10);
    assert_eq!(ids(&client, "(limit: null)").await, first);
    let more = ids(&client, "(limit: 20)").await;
    assert_eq!(more[..10], first);
    assert!(more.is_sorted(), "{more:?}");
}

async fn limits_are_checked(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(ids(&client, "(limit: 0)").await, [""; 0]);
    assert_eq!(ids(&client, "(limit: 1000)").await.len(), 7);
    for limit in [-1, 1001] {
        let (message, code) =
            client.error(&format!("{{ products(limit: {limit}) {{ id }} }}")).await;
        assert_eq!(message, format!("limit must be between 0 and 1000, got {limit}"));
        assert_eq!(code, "BAD_USER_INPUT");
    }
}

async fn demo_has_200_products_with_texts(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let data =
        client.data("{ products(limit: 1000) { id price description imageUrl inStock } }").await;
    let products = data["products"].as_array().unwrap();
    let demo: Vec<&Value> =
        products.iter().filter(|p| p["id"].as_str().unwrap().starts_with("demo_")).collect();
    assert_eq!((products.len(), demo.len()), (207, 200));
    for product in demo {
        let length = product["description"].as_str().unwrap().chars().count();
        assert!((165..=200).contains(&length), "{length}: {product}");
        assert!(product["price"].as_f64().unwrap() > 100.0, "{product}");
    }
    let cookbook = "(priceMin: 20, priceMax: 100, limit: 5)";
    assert_eq!(ids(&client, cookbook).await, ["2"]);
}

async fn whole_document_is_sent_for_each_operation(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"
        query GetProducts { products(priceMin: 20, priceMax: 100, limit: 5) { name } }
        query GetProduct { product(id: "1") { name } }
        mutation CreateProduct {
            createProduct(name: "Monitor", price: 299.99, stock: 15) { product { id } }
        }"#;
    let send = async |name: Value| {
        client.parameters(json!({ "query": query, "operationName": name })).await.json()
    };
    let data = async |name: &str| send(json!(name)).await["data"].take();
    assert_eq!(data("GetProducts").await, json!({ "products": [{ "name": "Mouse" }] }));
    assert_eq!(data("GetProduct").await, json!({ "product": { "name": "Laptop" } }));
    let created = json!({ "createProduct": { "product": { "id": "3" } } });
    assert_eq!(data("CreateProduct").await, created);

    let answer = send(Value::Null).await;
    assert_eq!(answer.get("data"), None);
    let message = "Must provide operation name if query contains multiple operations.";
    assert_eq!(answer["errors"][0]["message"], message);
    let answer = send(json!("Nope")).await;
    assert_eq!(answer["errors"][0]["message"], "Unknown operation named \"Nope\".");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "OPERATION_RESOLUTION_FAILURE");
}

//! `Product.reviews` and what follows from them.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(
    reviews_of_the_laptop,
    limit_keeps_the_newest,
    reviews_of_many_products_take_one_statement,
    ratings_are_the_mean_of_the_reviews,
    card_of_a_product,
);

async fn reviews_of_the_laptop(database: TestDatabase) {
    let client = course(&database).await;
    let query =
        r#"{ product(id: "1") { averageRating reviews { id rating text author { id } } } }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    let reviews = json!([
        { "id": "review_2", "rating": 4, "text": "Good, but the screen mirrors.",
            "author": { "id": "user_456" } },
        { "id": "review_1", "rating": 5, "text": "Fast, and I never hear it.",
            "author": { "id": "user_123" } },
    ]);
    let product = json!({ "averageRating": 4.5, "reviews": reviews });
    assert_eq!(answer, json!({ "data": { "product": product } }));
    assert_eq!(statements, 2);
}

async fn limit_keeps_the_newest(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ product(id: "1") {
        one: reviews(limit: 1) { id } none: reviews(limit: 0) { id }
        all: reviews(limit: null) { id }
    } }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    let (one, two) = (json!({ "id": "review_2" }), json!({ "id": "review_1" }));
    let product = json!({ "one": [one], "none": [], "all": [one, two] });
    assert_eq!(answer, json!({ "data": { "product": product } }));
    assert_eq!(statements, 2);
    for limit in [-1, 1001] {
        let query = format!(r#"{{ product(id: "1") {{ reviews(limit: {limit}) {{ id }} }} }}"#);
        assert_eq!(client.error(&query).await.1, "BAD_USER_INPUT");
    }
}

async fn reviews_of_many_products_take_one_statement(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let query = "{ products(limit: 200) { reviews(limit: 3) { rating author { id } } } }";
    let (statements, answer) = client.counted(query, json!({})).await;
    let products = answer["data"]["products"].as_array().unwrap();
    let reviews: usize = products.iter().map(|p| p["reviews"].as_array().unwrap().len()).sum();
    assert!(reviews > 250, "{reviews}");
    assert_eq!(statements, 2);
}

async fn ratings_are_the_mean_of_the_reviews(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let query = "{ products(limit: 1000) { averageRating reviews(limit: 1000) { rating } } }";
    for product in client.data(query).await["products"].as_array().unwrap() {
        let reviews = product["reviews"].as_array().unwrap().iter();
        let ratings: Vec<f64> = reviews.map(|review| review["rating"].as_f64().unwrap()).collect();
        let mean = ratings.iter().sum::<f64>() / ratings.len() as f64;
        match product["averageRating"].as_f64() {
            Some(average) => assert!((average - mean).abs() <= 0.05 + 1e-9, "{product}"),
            None => assert_eq!(ratings, [0.0; 0]),
        }
    }
}

/// AC-B4.2.
async fn card_of_a_product(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ product(id: "1") {
        id name price image: thumbnailUrl rating: averageRating inStock
    } }"#;
    let card = json!({ "id": "1", "name": "Laptop", "price": 999.99,
        "image": "https://images.example.com/products/1-small.jpg", "rating": 4.5,
        "inStock": true });
    let (statements, answer) = client.counted(query, json!({})).await;
    assert_eq!(answer, json!({ "data": { "product": card } }));
    assert_eq!(statements, 1);
    let sold = client.subgraph.database().sql("update products set stock = 0 where id = '1'");
    sold.execute().await.unwrap();
    let data: Value = client.data(query).await;
    assert_eq!(data["product"]["inStock"], false);
}

//! What the gateway is asked for, and what it answers.

use reqwest::Client;
use serde::Deserialize;
use serde_json::json;

/// The gateway, for as many requests at once as there are.
pub(crate) struct Graph {
    client: Client,
    url: String,
    query: String,
}

impl Graph {
    pub(crate) fn new(url: String, query: String) -> Self {
        Self { client: Client::new(), url, query }
    }

    pub(crate) async fn ask(&self) -> reqwest::Result<Data> {
        let request = self.client.post(&self.url).json(&json!({ "query": self.query }));
        let answer: Answer = request.send().await?.error_for_status()?.json().await?;
        Ok(answer.data)
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data {
    pub(crate) users: Option<Vec<User>>,
    pub(crate) top_products: Option<Vec<Product>>,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: Option<String>,
    pub(crate) reviews: Option<Vec<UserReview>>,
}

#[derive(Deserialize)]
pub(crate) struct UserReview {
    pub(crate) id: String,
    pub(crate) body: Option<String>,
    pub(crate) product: Option<ReviewedProduct>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReviewedProduct {
    pub(crate) name: Option<String>,
    pub(crate) in_stock: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    pub(crate) upc: String,
    pub(crate) name: Option<String>,
    pub(crate) price: Option<i32>,
    pub(crate) shipping_estimate: Option<i32>,
    pub(crate) reviews: Option<Vec<ProductReview>>,
}

#[derive(Deserialize)]
pub(crate) struct ProductReview {
    pub(crate) body: Option<String>,
    pub(crate) author: Option<Author>,
}

#[derive(Deserialize)]
pub(crate) struct Author {
    pub(crate) username: Option<String>,
}

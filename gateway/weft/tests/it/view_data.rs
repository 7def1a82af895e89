//! What the web and the mobile client show, asked for by hand: how many requests and statements it
//! takes, how large it is, and what somebody else does not see.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::shop::Shop;

on_each_database!(
    me_is_three_requests_side_by_side,
    me_is_nobody_unless_said,
    me_of_nobody_who_is_known_is_null,
    dashboard_is_three_requests,
    home_asks_neither_products_nor_items,
    reviewers_are_one_request,
    bodies_have_the_sizes_of_the_course,
    order_of_somebody_else_is_forbidden,
    orders_keep_what_products_were_called,
);

const DASHBOARD: &str = "{ me {
    id name email phone memberSince loyaltyPoints preferences
    orders(limit: 10) {
        id date total status itemsCount trackingUrl
        items {
            product { id name price description category imageUrl } quantity unitPrice subtotal
        }
    }
    recommendations { id name price description category imageUrl }
    orderStats { totalSpent orderCount favoriteCategories }
} }";

const HOME: &str = "{ me {
    name avatarUrl
    orders(limit: 5) { id date total status }
    newest: orders(limit: 1) { availableActions { type orderId } }
} }";

async fn course(database: TestDatabase) -> Shop {
    Shop::open(database, Profile::Course).await
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

/// A root field that three subgraphs share: none of them waits for another.
async fn me_is_three_requests_side_by_side(database: TestDatabase) {
    let shop = course(database).await;
    shop.together(3);
    let query = "{ me { name orders(limit: 5) { id } recommendations { id } } }";
    let answer = shop.ask_as("123", query).await;
    let recommended = ["789", "1", "2", "201", "202", "203"].map(|id| json!({ "id": id }));
    let me = json!({ "name": "John Doe", "orders": [{ "id": "order_1" }],
        "recommendations": recommended });
    assert_eq!(answer, json!({ "data": { "me": me } }));
    let sent = shop.sent();
    assert!(sent.iter().all(|sent| sent.representations().is_none()), "{sent:?}");
    let asked = sent.into_iter().map(|sent| sent.subgraph).collect();
    assert_eq!(sorted(asked), ["orders", "products", "users"]);
}

async fn me_is_nobody_unless_said(database: TestDatabase) {
    let shop = course(database).await;
    let answer = shop.ask("{ me { name orders { id } recommendations { id } } }").await;
    assert_eq!(answer, json!({ "data": { "me": null } }));
}

/// Orders and products know users by id alone; whether there is one, only users knows.
async fn me_of_nobody_who_is_known_is_null(database: TestDatabase) {
    let shop = course(database).await;
    let answer = shop.ask_as("nope", "{ me { name orders { id } } }").await;
    assert_eq!(answer["data"], json!({ "me": null }));
    let answer = shop.ask_as("nope", "{ me { orders { id } } }").await;
    assert_eq!(answer, json!({ "data": { "me": { "orders": [] } } }));
}

/// AC-B1.5. Products are asked once, for what is recommended and for what was bought: the latter
/// has to wait for orders anyway.
async fn dashboard_is_three_requests(database: TestDatabase) {
    let shop = course(database).await;
    let before = ["users", "orders", "products"].map(|name| shop.statements(name));
    let answer = shop.ask_as("123", DASHBOARD).await;
    assert_eq!(answer.get("errors"), None);
    let after = ["users", "orders", "products"].map(|name| shop.statements(name));
    assert_eq!(sorted(shop.asked()), ["orders", "products", "users"]);
    // Orders: the rows, their items, the sums and the categories.
    assert_eq!([0, 1, 2].map(|at| after[at] - before[at]), [1, 4, 2]);
    let me = &answer["data"]["me"];
    let stats =
        json!({ "totalSpent": 99.99, "orderCount": 1, "favoriteCategories": ["electronics"] });
    assert_eq!(me["orderStats"], stats);
    assert_eq!(me["orders"][0]["items"][0]["product"]["name"], "Headphones");
}

/// AC-B2.1, AC-B2.3, AC-B2.4, AC-B3.3.
async fn home_asks_neither_products_nor_items(database: TestDatabase) {
    let shop = course(database).await;
    shop.together(2);
    let statements = shop.statements("orders");
    let answer = shop.ask_as("123", HOME).await;
    assert_eq!(sorted(shop.asked()), ["orders", "users"]);
    assert_eq!(shop.statements("orders") - statements, 1);
    let action = |kind: &str| json!({ "type": kind, "orderId": "order_1" });
    let order =
        json!({ "id": "order_1", "date": "2024-01-15", "total": 99.99, "status": "DELIVERED" });
    let newest = json!([{ "availableActions": [action("REORDER"), action("TRACK")] }]);
    let me = json!({ "name": "John Doe", "avatarUrl": null, "orders": [order], "newest": newest });
    assert_eq!(answer, json!({ "data": { "me": me } }));

    let answer = shop.ask_as("user_456", HOME).await;
    let bob = json!({ "name": "Bob", "avatarUrl": null, "orders": [], "newest": [] });
    assert_eq!(answer, json!({ "data": { "me": bob } }), "no orders, no actions");
}

/// AC-B4.1.
async fn reviewers_are_one_request(database: TestDatabase) {
    let shop = course(database).await;
    let query = r#"{ product(id: "1") {
        description stock similar { id } reviews { rating text author { name avatarUrl } }
    } }"#;
    let answer = shop.ask(query).await;
    let product = &answer["data"]["product"];
    assert!(product["description"].is_string(), "{answer}");
    let names: Vec<&Value> = (0..2).map(|at| &product["reviews"][at]["author"]["name"]).collect();
    assert_eq!(names, ["Bob", "Alice"]);
    let sent = shop.sent();
    assert_eq!((sent.len(), sent[1].subgraph.as_str()), (2, "users"));
    assert_eq!(sent[1].representations().map(Vec::len), Some(2));
}

/// AC-B5.1, before the views rename anything.
async fn bodies_have_the_sizes_of_the_course(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let dashboard = shop.body_as("demo_user", DASHBOARD).await.len();
    let home = shop.body_as("demo_user", HOME).await.len();
    assert!((40_000..=60_000).contains(&dashboard), "{dashboard}");
    assert!(home <= 5_000 && dashboard / home >= 10, "{home}");
}

/// AC-B3.2, AC-C2.1, AC-C2.2.
async fn order_of_somebody_else_is_forbidden(database: TestDatabase) {
    let shop = course(database).await;
    let answer = shop.ask_as("user_123", r#"{ order(id: "order_1") { id } }"#).await;
    assert_eq!(answer["data"], json!({ "order": null }));
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer}");
    let extensions = json!({ "code": "FORBIDDEN", "service": "orders", "status": 403 });
    assert_eq!(answer["errors"][0]["extensions"], extensions);

    let query = r#"{ user(id: "123") { username orders { total } } }"#;
    let answer = shop.ask_as("user_123", query).await;
    assert_eq!(answer["data"], json!({ "user": { "username": "johndoe", "orders": null } }));
    assert_eq!(answer["errors"][0]["extensions"], extensions);
    assert_eq!(answer["errors"][0]["path"], json!(["user", "orders"]));
    let answer = shop.ask_as("123", query).await;
    assert_eq!(answer["data"]["user"]["orders"], json!([{ "total": 99.99 }]));
}

/// Their fixtures say the same of products, and nothing has been renamed since.
async fn orders_keep_what_products_were_called(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let answer = shop.ask("{ orders(limit: 1000) { items { name product { name } } } }").await;
    let mut items = 0;
    for order in answer["data"]["orders"].as_array().expect("a list") {
        for item in order["items"].as_array().expect("a list") {
            assert_eq!(item["name"], item["product"]["name"]);
            items += 1;
        }
    }
    assert!(items > 300, "{items}");

    let query = "{ me {
        orderStats { favoriteCategories } orders { items { quantity product { category } } }
    } }";
    let answer = shop.ask_as("demo_user", query).await;
    let me = &answer["data"]["me"];
    let mut bought = std::collections::BTreeMap::<&str, i64>::new();
    for order in me["orders"].as_array().expect("a list") {
        for item in order["items"].as_array().expect("a list") {
            let category = item["product"]["category"].as_str().expect("a category");
            *bought.entry(category).or_default() += item["quantity"].as_i64().expect("a number");
        }
    }
    let mut bought: Vec<(&str, i64)> = bought.into_iter().collect();
    bought.sort_by_key(|(_, quantity)| -quantity);
    let favorites: Vec<&str> = bought.iter().take(3).map(|(category, _)| *category).collect();
    assert_eq!(me["orderStats"]["favoriteCategories"], json!(favorites));
}

//! `User.orderStats`: figures about all orders of a user.

use serde_json::{Value, json};
use subgraph_server::testing::{Client, TestDatabase};
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(
    stats_of_the_course,
    all_orders_count_though_few_are_shown,
    favorites_are_three_by_quantity_then_by_name,
    many_users_take_two_statements,
);

const STATS: &str = "orderStats { totalSpent orderCount favoriteCategories }";

async fn stats(client: &Client, users: &[&str]) -> (u64, Vec<Value>) {
    let query = format!(
        "query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on User {{ {STATS} }} }} }}"
    );
    let users = users.iter().map(|id| json!({ "__typename": "User", "id": id }));
    let variables = json!({ "r": users.collect::<Vec<_>>() });
    let (statements, answer) = client.counted(&query, variables).await;
    assert_eq!(answer.get("errors"), None);
    let users = answer["data"]["_entities"].as_array().unwrap().iter();
    (statements, users.map(|user| user["orderStats"].clone()).collect())
}

async fn stats_of_the_course(database: TestDatabase) {
    let client = course(&database).await;
    let (statements, stats) = stats(&client, &["123", "user_123", "nope"]).await;
    let expected = [
        json!({ "totalSpent": 99.99, "orderCount": 1, "favoriteCategories": ["electronics"] }),
        // Four electronics and four accessories; three of the office.
        json!({ "totalSpent": 2366.95, "orderCount": 4,
            "favoriteCategories": ["accessories", "electronics", "office"] }),
        json!({ "totalSpent": 0.0, "orderCount": 0, "favoriteCategories": [] }),
    ];
    assert_eq!(stats, expected);
    assert_eq!(statements, 2);
}

async fn all_orders_count_though_few_are_shown(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await.of_user("demo_user");
    let query =
        format!("{{ me {{ orders {{ total }} recent: orders(limit: 10) {{ date }} {STATS} }} }}");
    let (statements, answer) = client.counted(&query, json!({})).await;
    let me = &answer["data"]["me"];
    let totals = me["orders"].as_array().unwrap().iter();
    let sum: f64 = totals.map(|order| order["total"].as_f64().unwrap()).sum();
    assert!((me["orderStats"]["totalSpent"].as_f64().unwrap() - sum).abs() < 0.005, "{me}");
    assert_eq!(me["orderStats"]["orderCount"], 12);
    let dates: Vec<&str> =
        me["recent"].as_array().unwrap().iter().map(|row| row["date"].as_str().unwrap()).collect();
    assert_eq!((dates.len(), dates[0], dates[9]), (10, "2024-12-05", "2024-03-05"));
    assert!(dates.is_sorted_by(|one, other| one > other), "newest first: {dates:?}");
    assert_eq!(statements, 3, "the orders, the sums and the categories");
}

async fn favorites_are_three_by_quantity_then_by_name(database: TestDatabase) {
    let client = course(&database).await;
    let database = client.subgraph.database();
    let order = "insert into orders (id, user_id, status, total_cents, created_at)
        values ('e', 'eve', 'cancelled', 0, '2024-01-01T00:00:00Z')";
    database.sql(order).execute().await.unwrap();
    let bought =
        [(1, "toys", 2), (2, "books", 1), (3, "books", 1), (4, "garden", 5), (5, "art", 2)];
    for (line, category, quantity) in bought {
        let item = database.sql(
            "insert into order_items
                (order_id, line, product_id, quantity, unit_price_cents, category)
            values ('e', $1, 'p', $2, 0, $3)",
        );
        item.bind(line).bind(quantity).bind(category).execute().await.unwrap();
    }
    let uncategorised = "insert into order_items
            (order_id, line, product_id, quantity, unit_price_cents)
        values ('e', 6, 'p', 9, 0)";
    database.sql(uncategorised).execute().await.unwrap();
    let (_, stats) = stats(&client, &["eve"]).await;
    assert_eq!(stats[0]["favoriteCategories"], json!(["garden", "art", "books"]));
}

async fn many_users_take_two_statements(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let ids: Vec<String> = (1..=50).map(|number| format!("demo_user_{number:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (statements, stats) = stats(&client, &ids).await;
    assert_eq!(stats.len(), 50);
    assert!(stats.iter().all(|stats| stats["orderCount"] == 1), "{stats:?}");
    assert_eq!(statements, 2);
}

//! Orders and their lines.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::{course, open};

on_each_database!(
    order_of_the_cookbook,
    orders_of_the_course,
    missing_order_is_null,
    user_is_a_reference_only,
    newest_orders_come_first,
    limits_are_checked,
    items_of_many_orders_take_one_statement,
    demo_has_100_newest_orders_of_100_users,
    no_order_names_its_user,
    totals_are_the_sum_of_the_lines,
    bad_status_fails_its_order_alone,
);

/// The part of the cookbook's `GetOrder` that is ours; the gateway adds name and price.
async fn order_of_the_cookbook(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"query GetOrder {
        order(id: "1") { id total items { product { __typename id } quantity subtotal } }
    }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    let order = json!({ "id": "1", "total": 1059.97, "items": [
        { "product": { "__typename": "Product", "id": "1" }, "quantity": 1, "subtotal": 999.99 },
        { "product": { "__typename": "Product", "id": "2" }, "quantity": 2, "subtotal": 59.98 },
    ] });
    assert_eq!(answer, json!({ "data": { "order": order } }));
    assert_eq!(statements, 2);
}

async fn orders_of_the_course(database: TestDatabase) {
    let client = course(&database).await;
    let all = client
        .data(
            "{ orders(limit: 1000) { id userId status createdAt created_at total items {
            product { id } quantity unitPrice } } }",
        )
        .await;
    let line = |product: &str, quantity: i64, price: f64| {
        let product = json!({ "id": product });
        json!({ "product": product, "quantity": quantity, "unitPrice": price })
    };
    let order = |id: &str, user: &str, status: &str, day: &str, total: f64, items: Value| {
        let at = format!("{day}T00:00:00Z");
        json!({ "id": id, "userId": user, "status": status, "createdAt": at, "created_at": at,
            "total": total, "items": items })
    };
    let expected = json!([
        order(
            "1",
            "user_123",
            "CONFIRMED",
            "2024-03-01",
            1059.97,
            json!([line("1", 1, 999.99), line("2", 2, 29.99)])
        ),
        order(
            "order_001",
            "user_123",
            "PAID",
            "2024-02-01",
            1057.0,
            json!([line("1", 1, 999.0), line("2", 2, 29.0)])
        ),
        order(
            "ord_2",
            "user_123",
            "DELIVERED",
            "2024-01-20",
            149.99,
            json!([line("10", 1, 100.0), line("201", 1, 19.99), line("203", 2, 15.0)])
        ),
        order("order_1", "123", "DELIVERED", "2024-01-15", 99.99, json!([line("10", 1, 99.99)])),
        order("ord_1", "user_123", "DELIVERED", "2024-01-10", 99.99, json!([line("10", 1, 99.99)])),
    ]);
    assert_eq!(all["orders"], expected);
}

async fn missing_order_is_null(database: TestDatabase) {
    let client = course(&database).await;
    assert_eq!(client.data(r#"{ order(id: "nope") { id } }"#).await, json!({ "order": null }));
    assert_eq!(client.data(r#"{ order(id: "\u0000") { id } }"#).await, json!({ "order": null }));
}

async fn user_is_a_reference_only(database: TestDatabase) {
    let client = course(&database).await;
    let query = r#"{ order(id: "order_1") { user { id } } }"#;
    let (statements, answer) = client.counted(query, json!({})).await;
    assert_eq!(answer, json!({ "data": { "order": { "user": { "id": "123" } } } }));
    assert_eq!(statements, 1);
    let (_, code) = client.error(r#"{ order(id: "order_1") { user { email } } }"#).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
}

async fn newest_orders_come_first(database: TestDatabase) {
    let client = course(&database).await;
    let data = client.data("{ orders(limit: 3) { id } none: orders(limit: 0) { id } }").await;
    let newest = json!([{ "id": "1" }, { "id": "order_001" }, { "id": "ord_2" }]);
    assert_eq!(data, json!({ "orders": newest, "none": [] }));
}

async fn limits_are_checked(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let count = async |query: &str| client.data(query).await["orders"].as_array().unwrap().len();
    assert_eq!(count("{ orders { id } }").await, 10);
    assert_eq!(count("{ orders(limit: null) { id } }").await, 10);
    assert_eq!(count("{ orders(limit: 1000) { id } }").await, 117);
    for limit in [-1, 1001, i32::MAX, i32::MIN] {
        let (message, code) = client.error(&format!("{{ orders(limit: {limit}) {{ id }} }}")).await;
        assert_eq!(message, format!("limit must be between 0 and 1000, got {limit}"));
        assert_eq!(code, "BAD_USER_INPUT");
    }
}

async fn items_of_many_orders_take_one_statement(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let query = "{ orders(limit: 1000) { id items { quantity product { id } } user { id } } }";
    let (statements, answer) = client.counted(query, json!({})).await;
    let orders = answer["data"]["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 117);
    assert!(orders.iter().all(|order| !order["items"].as_array().unwrap().is_empty()));
    assert_eq!(statements, 2);
}

async fn demo_has_100_newest_orders_of_100_users(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let data = client.data("{ orders(limit: 100) { user { id } } }").await;
    let orders = data["orders"].as_array().unwrap();
    let mut users: Vec<&str> =
        orders.iter().map(|order| order["user"]["id"].as_str().unwrap()).collect();
    users.sort_unstable();
    let expected: Vec<String> = (1..=100).map(|number| format!("demo_user_{number:03}")).collect();
    assert_eq!(users, expected);
}

/// Users belong to the users subgraph: no copy of a name or an e-mail address, in any table.
async fn no_order_names_its_user(database: TestDatabase) {
    use sqlx::Row;
    use sqlx::any::AnyRow;
    use subgraph_server::testing::Backend;

    struct Column(String);
    impl sqlx::FromRow<'_, AnyRow> for Column {
        fn from_row(row: &AnyRow) -> sqlx::Result<Column> {
            Ok(Column(row.try_get("name")?))
        }
    }

    let client = course(&database).await;
    let columns = client.subgraph.database().sql(match database.backend {
        Backend::Sqlite => {
            "select t.name || '.' || c.name as name
            from sqlite_master t, pragma_table_info(t.name) c
            where t.type = 'table' and t.name not like '%migrations' order by 1"
        }
        Backend::Postgres => {
            "select cast(table_name || '.' || column_name as text) as name
            from information_schema.columns
            where table_schema = 'public' and table_name not like '%migrations' order by 1"
        }
    });
    let columns: Vec<Column> = columns.fetch_all().await.unwrap();
    let columns: Vec<String> = columns.into_iter().map(|column| column.0).collect();
    let expected = [
        "order_items.category",
        "order_items.line",
        "order_items.name",
        "order_items.order_id",
        "order_items.product_id",
        "order_items.quantity",
        "order_items.unit_price_cents",
        "orders.created_at",
        "orders.id",
        "orders.status",
        "orders.total_cents",
        "orders.tracking_number",
        "orders.tracking_url",
        "orders.user_id",
    ];
    assert_eq!(columns, expected);
}

async fn totals_are_the_sum_of_the_lines(database: TestDatabase) {
    let client = open(&database, Profile::Demo).await;
    let data = client.data("{ orders(limit: 1000) { total items { subtotal } } }").await;
    for order in data["orders"].as_array().unwrap() {
        let items = order["items"].as_array().unwrap();
        let sum: f64 = items.iter().map(|item| item["subtotal"].as_f64().unwrap()).sum();
        assert!((sum - order["total"].as_f64().unwrap()).abs() < 0.005, "{order}");
    }
}

async fn bad_status_fails_its_order_alone(database: TestDatabase) {
    let client = course(&database).await;
    let spoil = client.subgraph.database().sql("update orders set status = $1 where id = $2");
    spoil.bind("lost at sea").bind("ord_1").execute().await.unwrap();
    let answer = client.graphql(r#"{ order(id: "ord_1") { id } }"#, json!({})).await;
    assert_eq!(answer["data"], json!({ "order": null }));
    assert_eq!(answer["errors"][0]["message"], "An unexpected error occurred");
    assert!(!answer.to_string().contains("sea"), "{answer}");
    assert_eq!(client.data(r#"{ order(id: "1") { id } }"#).await["order"]["id"], "1");
}

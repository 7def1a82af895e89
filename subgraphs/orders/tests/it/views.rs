//! What the web and the mobile view show of orders, as the course prints it.

use serde_json::{Value, json};
use subgraph_server::on_each_database;
use subgraph_server::testing::TestDatabase;

use crate::{course, open};

on_each_database!(
    row_of_the_dashboard,
    rows_of_the_home_screen_read_no_items,
    details_of_an_order,
    actions_follow_the_status,
    items_and_their_number_take_one_statement,
    what_came_later_is_added_to_older_rows,
);

/// AC-B1.2.
async fn row_of_the_dashboard(database: TestDatabase) {
    let client = course(&database).await.of_user("123");
    let query = "{ me { orders(limit: 10) { id date total status itemsCount trackingUrl
        items { product { id } quantity unitPrice subtotal } } } }";
    let item = json!({ "product": { "id": "10" }, "quantity": 1, "unitPrice": 99.99,
        "subtotal": 99.99 });
    let order = json!({ "id": "order_1", "date": "2024-01-15", "total": 99.99,
        "status": "DELIVERED", "itemsCount": 1,
        "trackingUrl": "https://tracking.example.com/TRACK-ORDER_1", "items": [item] });
    assert_eq!(client.data(query).await, json!({ "me": { "orders": [order] } }));
}

/// AC-B2.1, AC-B3.3.
async fn rows_of_the_home_screen_read_no_items(database: TestDatabase) {
    let client = course(&database).await.of_user("123");
    let query = "{ me {
        orders(limit: 5) { id date total status }
        newest: orders(limit: 1) { availableActions { type orderId } }
    } }";
    let (statements, answer) = client.counted(query, json!({})).await;
    let order =
        json!({ "id": "order_1", "date": "2024-01-15", "total": 99.99, "status": "DELIVERED" });
    let action = |kind: &str| json!({ "type": kind, "orderId": "order_1" });
    let newest = json!([{ "availableActions": [action("REORDER"), action("TRACK")] }]);
    let me = json!({ "orders": [order], "newest": newest });
    assert_eq!(answer, json!({ "data": { "me": me } }));
    assert_eq!(statements, 1);
}

/// AC-B3.1.
async fn details_of_an_order(database: TestDatabase) {
    let client = course(&database).await;
    let fields = "id status total items { name quantity unitPrice } trackingNumber";
    let query = format!(
        r#"{{ sent: order(id: "order_1") {{ {fields} }}
            paid: order(id: "order_001") {{ {fields} }} }}"#
    );
    let item = |name: &str, quantity: i64, price: f64| -> Value {
        json!({ "name": name, "quantity": quantity, "unitPrice": price })
    };
    let sent = json!({ "id": "order_1", "status": "DELIVERED", "total": 99.99,
        "items": [item("Headphones", 1, 99.99)], "trackingNumber": "TRACK-ORDER_1" });
    let paid = json!({ "id": "order_001", "status": "PAID", "total": 1057.0,
        "items": [item("Laptop", 1, 999.0), item("Mouse", 2, 29.0)], "trackingNumber": null });
    assert_eq!(client.data(&query).await, json!({ "sent": sent, "paid": paid }));
}

async fn actions_follow_the_status(database: TestDatabase) {
    let client = course(&database).await;
    for (status, expected) in [
        ("draft", json!([])),
        ("cancelled", json!(["REORDER"])),
        ("pending", json!(["REORDER", "TRACK"])),
        ("confirmed", json!(["REORDER", "TRACK"])),
        ("paid", json!(["REORDER", "TRACK"])),
        ("shipped", json!(["REORDER", "TRACK"])),
        ("delivered", json!(["REORDER", "TRACK"])),
    ] {
        let update = client.subgraph.database().sql("update orders set status = $1 where id = '1'");
        update.bind(status).execute().await.unwrap();
        let data = client.data(r#"{ order(id: "1") { availableActions { type } } }"#).await;
        let actions = data["order"]["availableActions"].as_array().unwrap();
        let types: Vec<&Value> = actions.iter().map(|action| &action["type"]).collect();
        assert_eq!(json!(types), expected, "{status}");
    }
}

async fn items_and_their_number_take_one_statement(database: TestDatabase) {
    let client = open(&database, subgraph_server::Profile::Demo).await;
    let query = "{ orders(limit: 50) { itemsCount items { quantity } } }";
    let (statements, answer) = client.counted(query, json!({})).await;
    for order in answer["data"]["orders"].as_array().unwrap() {
        assert_eq!(order["itemsCount"], order["items"].as_array().unwrap().len());
    }
    assert_eq!(statements, 2);
}

/// A database that was seeded before orders kept names.
async fn what_came_later_is_added_to_older_rows(database: TestDatabase) {
    let client = course(&database).await;
    for older in [
        "update order_items set name = '', category = null",
        "update orders set tracking_number = null, tracking_url = null",
        "update orders set status = 'cancelled' where id = 'ord_1'",
    ] {
        client.subgraph.database().sql(older).execute().await.unwrap();
    }
    client.subgraph.database().close().await;
    let client = course(&database).await;
    let query = r#"{ order(id: "ord_1") { status trackingNumber items { name } } }"#;
    let order = json!({ "status": "CANCELLED", "trackingNumber": "TRACK-ORD_1",
        "items": [{ "name": "Headphones" }] });
    assert_eq!(client.data(query).await, json!({ "order": order }));
}

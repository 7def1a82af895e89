//! What the gateway and the subgraphs do together: one question, several services, few requests.

use serde_json::{Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::shop::Shop;

on_each_database!(
    flagship_is_answered_verbatim_in_two_requests,
    flagship_with_comments_is_the_same,
    reference_needs_no_request_to_its_owner,
    field_behind_a_reference_takes_two_requests,
    order_with_products_takes_two_requests,
    three_services_take_three_requests,
    independent_fields_go_to_one_subgraph_each,
    created_product_can_be_read,
    one_document_answers_each_of_its_operations,
    introspection_shows_what_subgraphs_add_to_each_other,
    root_mutations_run_in_document_order,
    users_of_100_orders_take_one_request_and_one_statement,
    equal_representations_are_sent_once,
    orders_of_many_users_take_one_statement,
    stopped_subgraph_costs_its_own_fields,
    broken_sql_stays_inside_its_subgraph,
    unknown_entity_is_null_without_an_error,
);

const FLAGSHIP: &str = r#"{ user(id: "123") { username email orders { total created_at } } }"#;

/// The question as the course prints it.
const FLAGSHIP_WITH_COMMENTS: &str = r#"{
      user(id: "123") {
        username        # From Users service
        email           # From Users service
        orders {        # From Orders service
          total
          created_at
        }
      }
    }"#;

fn flagship_answer() -> Value {
    json!({ "data": { "user": {
        "username": "johndoe",
        "email": "john@example.com",
        "orders": [{ "total": 99.99, "created_at": "2024-01-15T00:00:00Z" }],
    } } })
}

async fn course(database: TestDatabase) -> Shop {
    Shop::open(database, Profile::Course).await
}

/// AC-A2.1, AC-A5.1.
async fn flagship_is_answered_verbatim_in_two_requests(database: TestDatabase) {
    let shop = course(database).await;
    assert_eq!(shop.ask(FLAGSHIP).await, flagship_answer());
    assert_eq!(shop.asked(), ["users", "orders"]);
}

/// AC-A2.1.
async fn flagship_with_comments_is_the_same(database: TestDatabase) {
    let shop = course(database).await;
    assert_eq!(shop.ask(FLAGSHIP_WITH_COMMENTS).await, flagship_answer());
}

/// AC-A2.2.
async fn reference_needs_no_request_to_its_owner(database: TestDatabase) {
    let shop = course(database).await;
    let answer = shop.ask(r#"{ order(id: "order_1") { user { id } } }"#).await;
    assert_eq!(answer, json!({ "data": { "order": { "user": { "id": "123" } } } }));
    assert_eq!(shop.asked(), ["orders"]);
}

/// AC-A2.3.
async fn field_behind_a_reference_takes_two_requests(database: TestDatabase) {
    let shop = course(database).await;
    let answer = shop.ask(r#"{ order(id: "order_1") { user { email } } }"#).await;
    assert_eq!(answer["data"]["order"]["user"]["email"], "john@example.com");
    assert_eq!(shop.asked(), ["orders", "users"]);
}

/// AC-A3.2.
async fn order_with_products_takes_two_requests(database: TestDatabase) {
    let shop = course(database).await;
    let query = r#"query GetOrder {
        order(id: "1") { id total items { product { name price } quantity subtotal } }
    }"#;
    let laptop = json!({ "name": "Laptop", "price": 999.99 });
    let mouse = json!({ "name": "Mouse", "price": 29.99 });
    let order = json!({ "id": "1", "total": 1059.97, "items": [
        { "product": laptop, "quantity": 1, "subtotal": 999.99 },
        { "product": mouse, "quantity": 2, "subtotal": 59.98 },
    ] });
    assert_eq!(shop.ask(query).await, json!({ "data": { "order": order } }));
    let sent = shop.sent();
    assert_eq!(sent.len(), 2, "{sent:?}");
    let both = json!([
        { "__typename": "Product", "id": "1" }, { "__typename": "Product", "id": "2" },
    ]);
    assert_eq!(sent[1].representations(), both.as_array());
}

/// AC-A5.2.
async fn three_services_take_three_requests(database: TestDatabase) {
    let shop = course(database).await;
    let query = r#"{ user(id: "123") { orders { items { product { name } } } } }"#;
    let answer = shop.ask(query).await;
    let item = &answer["data"]["user"]["orders"][0]["items"][0];
    assert_eq!(item["product"]["name"], "Headphones");
    assert_eq!(shop.asked(), ["users", "orders", "products"]);
    for (query, requests) in [
        ("{ products(priceMin: 20, priceMax: 100, limit: 5) { id name price stock } }", 1),
        (r#"{ order(id: "1") { items { quantity subtotal } } }"#, 1),
        (r#"{ order(id: "1") { user { id } } }"#, 1),
    ] {
        assert_eq!(shop.ask(query).await.get("errors"), None, "{query}");
        assert_eq!(shop.asked().len(), requests, "{query}");
    }
}

async fn independent_fields_go_to_one_subgraph_each(database: TestDatabase) {
    let shop = course(database).await;
    let query = r#"{
        user(id: "123") { username } a: products(limit: 1) { name } b: product(id: "2") { name }
    }"#;
    let answer = shop.ask(query).await;
    assert_eq!(
        answer,
        json!({ "data": {
            "user": { "username": "johndoe" },
            "a": [{ "name": "Laptop" }],
            "b": { "name": "Mouse" },
        } })
    );
    let mut asked = shop.asked();
    asked.sort();
    assert_eq!(asked, ["products", "users"]);
}

/// AC-A3.3, and AC-A5.2 for a mutation.
async fn created_product_can_be_read(database: TestDatabase) {
    let shop = course(database).await;
    let mutation = r#"mutation CreateProduct {
        createProduct(name: "Monitor", price: 299.99, stock: 15) { product { id name price } }
    }"#;
    let product = json!({ "id": "3", "name": "Monitor", "price": 299.99 });
    let created = json!({ "data": { "createProduct": { "product": product } } });
    assert_eq!(shop.ask(mutation).await, created);
    assert_eq!(shop.asked(), ["products"]);
    let answer = shop.ask(r#"{ product(id: "3") { stock } }"#).await;
    assert_eq!(answer, json!({ "data": { "product": { "stock": 15 } } }));
}

/// AC-A3.7: the cookbook's whole document.
async fn one_document_answers_each_of_its_operations(database: TestDatabase) {
    let shop = course(database).await;
    let query = r#"
        query GetProducts {
          products(priceMin: 20, priceMax: 100, limit: 5) { id name price stock }
        }
        query GetOrder {
          order(id: "1") { id total items { product { name price } quantity subtotal } }
        }
        mutation CreateProduct {
          createProduct(name: "Monitor", price: 299.99, stock: 15) { product { id name price } }
        }"#;
    let mouse = json!({ "id": "2", "name": "Mouse", "price": 29.99, "stock": 50 });
    let monitor = json!({ "id": "3", "name": "Monitor", "price": 299.99 });
    for (name, pointer, expected) in [
        ("GetProducts", "/data/products", json!([mouse])),
        ("GetOrder", "/data/order/total", json!(1059.97)),
        ("CreateProduct", "/data/createProduct/product", monitor),
    ] {
        let answer = shop.post(json!({ "query": query, "operationName": name })).await;
        assert_eq!(answer.pointer(pointer), Some(&expected), "{name}: {answer}");
    }
    let answer = shop.post(json!({ "query": query })).await;
    let message = "Must provide operation name if query contains multiple operations.";
    assert_eq!(answer["errors"][0]["message"], message);
    assert_eq!(answer.get("data"), None);
}

/// AC-A4.1.
async fn introspection_shows_what_subgraphs_add_to_each_other(database: TestDatabase) {
    let shop = course(database).await;
    let query = r#"{
        user: __type(name: "User") { fields(includeDeprecated: true) { name } }
        order: __type(name: "Order") { fields { name } }
        item: __type(name: "OrderItem") { fields { name type { name } } }
    }"#;
    let answer = shop.ask(query).await;
    let names = |alias: &str| {
        let fields = answer["data"][alias]["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().map(|field| field["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let (user, order): (Vec<String>, Vec<String>) = (names("user"), names("order"));
    assert!(user.contains(&"orders".to_owned()) && user.contains(&"username".to_owned()));
    assert!(order.contains(&"user".to_owned()));
    let product = json!({ "name": "product", "type": { "name": "Product" } });
    let item = answer["data"]["item"]["fields"].as_array().expect("fields");
    assert!(item.contains(&product), "{item:?}");
    assert_eq!(shop.asked(), [""; 0], "nobody is asked for the schema");
}

/// The second sees what the first has done. Both are of one subgraph, as all mutations of the shop
/// are; that two subgraphs wait for each other (AC-A5.4) is shown in the router's tests.
async fn root_mutations_run_in_document_order(database: TestDatabase) {
    let shop = course(database).await;
    let mutation = r#"mutation {
        first: updateProduct(id: "1", price: 899.99) { product { price version } }
        second: updateProduct(id: "1", stock: 7) { product { price stock version } }
    }"#;
    let answer = shop.ask(mutation).await;
    let (first, second) = (&answer["data"]["first"], &answer["data"]["second"]);
    assert_eq!(first["product"]["price"], 899.99, "{answer}");
    assert_eq!(second["product"]["price"], 899.99, "{answer}");
    let version = |payload: &Value| payload["product"]["version"].as_i64();
    assert_eq!(version(second), version(first).map(|version| version + 1));
}

/// AC-A6.1.
async fn users_of_100_orders_take_one_request_and_one_statement(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let statements = (shop.statements("users"), shop.statements("orders"));
    let answer = shop.ask("{ orders(limit: 100) { id user { username } } }").await;
    assert_eq!(answer.get("errors"), None);
    let orders = answer["data"]["orders"].as_array().expect("a list");
    assert_eq!(orders.len(), 100);
    assert!(orders.iter().all(|order| order["user"]["username"].is_string()));
    let sent = shop.sent();
    assert_eq!(sent.len(), 2, "one request to orders, one to users");
    assert_eq!(sent[1].representations().map(Vec::len), Some(100));
    assert_eq!(shop.statements("users") - statements.0, 1);
    assert_eq!(shop.statements("orders") - statements.1, 1);
}

/// AC-A6.2.
async fn equal_representations_are_sent_once(database: TestDatabase) {
    let shop = course(database).await;
    let users = [("123", "johndoe"), ("user_123", "alice"), ("user_456", "bob")];
    for (number, (user, _)) in (0..100).zip(users.iter().cycle()) {
        let add = shop.database("orders").sql(
            "insert into orders (id, user_id, status, total_cents, created_at)
            values ($1, $2, 'paid', 100, '2025-01-01T00:00:00Z')",
        );
        add.bind(format!("new_{number:02}")).bind(*user).execute().await.expect("a row");
    }
    let answer = shop.ask("{ orders(limit: 100) { user { username } } }").await;
    let orders = answer["data"]["orders"].as_array().expect("a list");
    assert_eq!(orders.len(), 100);
    for (order, (_, username)) in orders.iter().zip(users.iter().cycle()) {
        assert_eq!(order["user"]["username"], *username);
    }
    let sent = shop.sent();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(sent[1].representations().map(Vec::len), Some(3), "{sent:?}");
}

/// AC-A6.5, through the gateway.
async fn orders_of_many_users_take_one_statement(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let statements = shop.statements("orders");
    let query = "{ orders(limit: 50) { user { orders(limit: 2) { id } } } }";
    let answer = shop.ask(query).await;
    assert_eq!(answer.get("errors"), None);
    assert_eq!(shop.asked(), ["orders"], "orders knows the orders of its users");
    assert_eq!(shop.statements("orders") - statements, 2, "the list, and all lists below it");
}

/// AC-A9.1.
async fn stopped_subgraph_costs_its_own_fields(database: TestDatabase) {
    let mut shop = course(database).await;
    shop.stop("orders").await;
    let answer = shop.ask(FLAGSHIP).await;
    assert_eq!(
        answer,
        json!({
            "data": { "user": {
                "username": "johndoe", "email": "john@example.com", "orders": null,
            } },
            "errors": [{
                "message": "Service unavailable",
                "path": ["user", "orders"],
                "extensions": {
                    "code": "SUBGRAPH_UNAVAILABLE", "service": "orders", "status": 503,
                },
            }],
        })
    );
}

/// AC-A9.2, as the client sees it.
async fn broken_sql_stays_inside_its_subgraph(database: TestDatabase) {
    let shop = course(database).await;
    shop.database("orders").sql("drop table order_items").execute().await.expect("it was there");
    shop.database("orders").sql("drop table orders").execute().await.expect("it was there");
    let answer = shop.ask(FLAGSHIP).await;
    let user = json!({ "username": "johndoe", "email": "john@example.com", "orders": null });
    assert_eq!(answer["data"], json!({ "user": user }));
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer}");
    let error = &answer["errors"][0];
    assert_eq!(error["message"], "An unexpected error occurred");
    assert_eq!(error["path"], json!(["user", "orders"]));
    assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    assert_eq!(error["extensions"]["service"], "orders");
    for secret in ["select", "no such table", "relation", ".rs"] {
        assert!(!answer.to_string().contains(secret), "{answer}");
    }
}

async fn unknown_entity_is_null_without_an_error(database: TestDatabase) {
    let shop = course(database).await;
    let answer = shop.ask(r#"{ user(id: "nope") { username orders { id } } }"#).await;
    assert_eq!(answer, json!({ "data": { "user": null } }));
    assert_eq!(shop.asked(), ["users"]);
}

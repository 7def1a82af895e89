//! The shop's views as `schema/router.yaml` names them, over three subgraphs on real databases:
//! what the web, the phone and the lamp on the shelf get, and what it costs.

use std::path::Path;

use serde_json::{Map, Value, json};
use subgraph_server::testing::TestDatabase;
use subgraph_server::{Profile, on_each_database};

use crate::shop::Shop;

on_each_database!(
    schemas_are_the_clients_own,
    dashboard_shows_the_user_who_asks,
    dashboard_shows_ten_orders_and_counts_all,
    dashboard_is_three_requests_on_two_levels,
    nobody_is_refused,
    home_has_these_keys_and_no_others,
    home_shows_five_orders_and_acts_on_the_newest,
    home_is_two_requests_side_by_side,
    order_details_are_the_owners,
    product_page_asks_for_all_reviewers_at_once,
    product_card_has_six_keys,
    bodies_have_the_sizes_of_the_course,
    resources_are_the_views_with_other_keys,
    resources_have_statuses,
    a_lamp_gets_one_byte,
);

const WEB: &str = "/bff-web/graphql";
const MOBILE: &str = "/bff-mobile/graphql";

/// An operation that is stored beside the views.
fn stored(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/views");
    std::fs::read_to_string(path.join(format!("{name}.graphql"))).expect("a stored operation")
}

async fn course(database: TestDatabase) -> Shop {
    Shop::open(database, Profile::Course).await
}

/// A stored operation of the view at `path`, for this user: the answer's data and plan.
async fn run(shop: &Shop, user: &str, name: &str, variables: Value) -> Value {
    let path = format!("/bff-{}/graphql", name.split('/').next().unwrap_or_default());
    let parameters = json!({ "query": stored(name), "variables": variables });
    shop.ask_view(user, &path, &parameters).await
}

/// Asks one thing of a view as user 123.
async fn ask(shop: &Shop, path: &str, query: &str) -> Value {
    shop.ask_view("123", path, &json!({ "query": query })).await
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

/// Requests and steps of the answer's plan.
fn plan(answer: &Value) -> (u64, u64) {
    let plan = &answer["extensions"]["plan"];
    (plan["requests"].as_u64().expect("a number"), plan["steps"].as_u64().expect("a number"))
}

/// AC-B0.1, AC-B0.2.
async fn schemas_are_the_clients_own(database: TestDatabase) {
    let shop = course(database).await;
    for (path, ty, expected) in [
        (MOBILE, "MobileUser", ["name", "avatarUrl"].as_slice()),
        (
            WEB,
            "WebUser",
            &["id", "name", "email", "phone", "memberSince", "loyaltyPoints", "preferences"],
        ),
    ] {
        let query = format!("{{ __type(name: \"{ty}\") {{ fields {{ name }} }} }}");
        let answer = ask(&shop, path, &query).await;
        let fields = answer["data"]["__type"]["fields"].as_array().expect("fields");
        let fields: Vec<&str> = fields.iter().filter_map(|it| it["name"].as_str()).collect();
        assert_eq!(fields, expected, "{ty}");
    }
    for query in [
        "{ home { user { email } } }",
        r#"{ order(id: "order_1") { items { product { name } } } }"#,
        "{ me { name } }",
    ] {
        let answer = ask(&shop, MOBILE, query).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
        assert_eq!(answer.get("data"), None);
    }
    assert!(shop.sent().is_empty(), "nothing of this is a subgraph's business");
}

/// AC-B1.1, AC-B1.2.
async fn dashboard_shows_the_user_who_asks(database: TestDatabase) {
    let shop = course(database).await;
    let (status, _, body) = shop.get(Some("123"), "/bff-web/dashboard").await;
    assert_eq!(status, 200);
    let dashboard: Value = serde_json::from_slice(&body).expect("JSON");
    let mut user = dashboard["user"].clone();
    assert!(user.as_object_mut().expect("a user").remove("preferences").is_some());
    let expected = json!({
        "id": "123", "name": "John Doe", "email": "john@example.com", "phone": "+1234567890",
        "member_since": "2020-01-01", "loyalty_points": 0,
    });
    assert_eq!(user, expected);
    let order = &dashboard["recent_orders"][0];
    for (key, value) in [
        ("id", json!("order_1")),
        ("date", json!("2024-01-15")),
        ("total", json!(99.99)),
        ("status", json!("delivered")),
        ("items_count", json!(1)),
    ] {
        assert_eq!(order[key], value, "{key}");
    }
    let order_keys =
        ["id", "date", "total", "status", "items_count", "tracking_url", "items"].as_slice();
    assert_eq!(keys(order), order_keys);
    assert_eq!(keys(&order["items"][0]), ["product", "quantity", "price", "subtotal"]);
    assert_eq!(order["items"][0]["product"]["name"], "Headphones");
}

/// AC-B1.3, AC-B1.4.
async fn dashboard_shows_ten_orders_and_counts_all(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let answer = run(&shop, "demo_user", "web/dashboard", json!({})).await;
    let dashboard = &answer["data"]["dashboard"];
    let shown = dashboard["recentOrders"].as_array().expect("orders");
    let dates: Vec<&str> = shown.iter().filter_map(|it| it["date"].as_str()).collect();
    assert_eq!(dates.len(), 10);
    assert!(dates.is_sorted_by(|one, next| one >= next), "{dates:?}");

    let all = "{ me { orders { total items { quantity product { category } } } } }";
    let all = shop.ask_as("demo_user", all).await;
    let all = all["data"]["me"]["orders"].as_array().expect("orders").clone();
    assert!(all.len() >= 12, "{}", all.len());
    let analytics = &dashboard["analytics"];
    assert_eq!(analytics["orderCount"], json!(all.len()));
    let total: f64 = all.iter().filter_map(|order| order["total"].as_f64()).sum();
    let spent = analytics["totalSpent"].as_f64().expect("a number");
    assert!((spent - total).abs() < 0.005, "{spent} {total}");

    let mut bought = std::collections::BTreeMap::<&str, i64>::new();
    for item in all.iter().filter_map(|order| order["items"].as_array()).flatten() {
        let category = item["product"]["category"].as_str().expect("a category");
        *bought.entry(category).or_default() += item["quantity"].as_i64().expect("a number");
    }
    let mut bought: Vec<(&str, i64)> = bought.into_iter().collect();
    bought.sort_by_key(|(_, quantity)| -quantity);
    let favorites: Vec<&str> = bought.iter().take(3).map(|(category, _)| *category).collect();
    assert_eq!(analytics["favoriteCategories"], json!(favorites));
}

/// AC-B1.5, with one request less: products are asked once, for what is recommended and for what
/// was bought, which has to wait for orders anyway.
async fn dashboard_is_three_requests_on_two_levels(database: TestDatabase) {
    let shop = course(database).await;
    let answer = run(&shop, "123", "web/dashboard", json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(plan(&answer), (3, 2));
    assert_eq!(sorted(shop.asked()), ["orders", "products", "users"]);
}

/// AC-B1.6.
async fn nobody_is_refused(database: TestDatabase) {
    let shop = course(database).await;
    for path in ["/bff-web/dashboard", "/bff-web/product/1", "/bff-mobile/home"] {
        let (status, _, body) = shop.get(None, path).await;
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(status, 401, "{path}");
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{path}");
    }
    assert!(shop.sent().is_empty());
}

/// AC-B2.1, AC-B2.3.
async fn home_has_these_keys_and_no_others(database: TestDatabase) {
    let shop = course(database).await;
    let home = async |user| {
        let (status, _, body) = shop.get(Some(user), "/bff-mobile/home").await;
        assert_eq!(status, 200);
        serde_json::from_slice::<Value>(&body).expect("JSON")
    };
    let expected = json!({
        "user": { "name": "John Doe", "avatar_url": null },
        "recent_orders": [
            { "id": "order_1", "date": "2024-01-15", "total": 99.99, "status": "delivered" },
        ],
        "quick_actions": [
            { "type": "reorder", "order_id": "order_1" },
            { "type": "track", "order_id": "order_1" },
        ],
    });
    assert_eq!(home("123").await, expected);
    let bob = home("user_456").await;
    assert_eq!((&bob["recent_orders"], &bob["quick_actions"]), (&json!([]), &json!([])));
}

/// AC-B2.2.
async fn home_shows_five_orders_and_acts_on_the_newest(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let answer = run(&shop, "demo_user", "mobile/home", json!({})).await;
    let home = &answer["data"]["home"];
    let orders = home["recentOrders"].as_array().expect("orders");
    let dates: Vec<&str> = orders.iter().filter_map(|it| it["date"].as_str()).collect();
    assert_eq!(dates.len(), 5);
    assert!(dates.is_sorted_by(|one, next| one >= next), "{dates:?}");
    let actions = home["quickActions"].as_array().expect("actions");
    assert!(!actions.is_empty());
    for action in actions {
        assert_eq!(action["orderId"], orders[0]["id"]);
    }
}

/// AC-B2.4, AC-B2.5, AC-B3.3.
async fn home_is_two_requests_side_by_side(database: TestDatabase) {
    let shop = course(database).await;
    shop.together(2);
    let statements = shop.statements("orders");
    let answer = run(&shop, "123", "mobile/home", json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(plan(&answer), (2, 1));
    let sent = shop.sent();
    let asked = sent.iter().map(|sent| sent.subgraph.clone()).collect();
    assert_eq!(sorted(asked), ["orders", "users"]);
    assert_eq!(shop.statements("orders") - statements, 1, "no items are read");
    assert!(sent.iter().all(|sent| !sent.body.to_string().contains("items")), "{sent:?}");
}

/// AC-B3.1, AC-B3.2.
async fn order_details_are_the_owners(database: TestDatabase) {
    let shop = course(database).await;
    let answer = run(&shop, "user_123", "mobile/order_details", json!({ "id": "1" })).await;
    let order = &answer["data"]["order"];
    assert_eq!(keys(order), ["id", "status", "total", "items", "trackingNumber"]);
    assert_eq!((&order["status"], &order["trackingNumber"]), (&json!("confirmed"), &Value::Null));
    let item = json!({ "name": "Mouse", "quantity": 2, "price": 29.99 });
    assert_eq!(order["items"][1], item);
    assert_eq!(plan(&answer), (1, 1));

    let answer = run(&shop, "user_123", "mobile/order_details", json!({ "id": "order_1" })).await;
    assert_eq!(answer["data"], json!({ "order": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(answer["errors"][0]["path"], json!(["order"]));
}

/// AC-B4.1.
async fn product_page_asks_for_all_reviewers_at_once(database: TestDatabase) {
    let shop = course(database).await;
    let answer = run(&shop, "123", "web/product_page", json!({ "id": "1" })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let page = &answer["data"]["productPage"];
    assert_eq!(keys(page), ["product", "reviews", "recommendations", "inventory"]);
    assert!(page["product"]["description"].is_string(), "{answer}");
    assert_eq!(page["inventory"], 10);
    let reviewers = page["reviews"].as_array().expect("reviews").iter();
    let names: Vec<&Value> = reviewers.map(|it| &it["userProfile"]["name"]).collect();
    assert_eq!(names, ["Bob", "Alice"]);
    let sent = shop.sent();
    let asked: Vec<&str> = sent.iter().map(|it| it.subgraph.as_str()).collect();
    assert_eq!(asked, ["products", "users"]);
    assert_eq!(sent[1].representations().map(Vec::len), Some(2));

    let answer = run(&shop, "123", "web/product_page", json!({ "id": "999" })).await;
    assert_eq!(answer["data"], json!({ "productPage": null }));
    assert_eq!(answer.get("errors"), None);
}

/// AC-B4.2.
async fn product_card_has_six_keys(database: TestDatabase) {
    let shop = course(database).await;
    let answer = run(&shop, "123", "mobile/product", json!({ "id": "1" })).await;
    let product = &answer["data"]["product"];
    assert_eq!(keys(product), ["id", "name", "price", "image", "rating", "inStock"]);
    let graph = r#"{ product(id: "1") { thumbnailUrl imageUrl } }"#;
    let graph = shop.ask(graph).await["data"]["product"].clone();
    assert_eq!(product["image"], graph["thumbnailUrl"]);
    assert_ne!(product["image"], graph["imageUrl"]);
    assert!(product["rating"].is_number(), "{product}");
    assert_eq!(product["inStock"], true);
    let sent = shop.sent();
    assert!(!sent[0].body.to_string().contains("reviews"), "no review is read at all: {sent:?}");

    shop.ask("mutation { updateProduct(id: \"1\", stock: 0) { product { id } } }").await;
    let answer = run(&shop, "123", "mobile/product", json!({ "id": "1" })).await;
    assert_eq!(answer["data"]["product"]["inStock"], false);
}

/// AC-B5.1, AC-B5.2: the table of the README is these figures. `UPDATE_EXPECT=1` writes it.
async fn bodies_have_the_sizes_of_the_course(database: TestDatabase) {
    let shop = Shop::open(database, Profile::Demo).await;
    let mut rows = String::new();
    let mut sizes = Vec::new();
    for (what, name) in
        [("the web's dashboard", "web/dashboard"), ("the phone's home", "mobile/home")]
    {
        let (view, _) = name.split_once('/').expect("a view and a name");
        let path = format!("/bff-{view}/graphql");
        let parameters = json!({ "query": stored(name) });
        shop.sent();
        let body = shop.view_body_as("demo_user", &path, &parameters, None).await.len();
        let requests = shop.asked().len();
        rows.push_str(&format!("| {what} | `{path}` | {body} | {requests} |\n"));
        sizes.push(body);
    }
    let (dashboard, home) = (sizes[0], sizes[1]);
    assert!((40_000..=60_000).contains(&dashboard), "{dashboard}");
    assert!(home <= 5_000 && dashboard / home >= 10, "{home}");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(&path).expect("the README");
    let head =
        "| screen | asked with one request | bytes | requests to subgraphs |\n|---|---|---|---|\n";
    let (before, rest) = readme.split_once(head).expect("the table");
    let (_, after) = rest.split_once("\n[").expect("a link after the table");
    let expected = format!("{before}{head}{rows}\n[{after}");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &expected).expect("the README can be written");
    } else {
        assert!(readme == expected, "the README's table should be\n{rows}");
    }
}

/// The same value with keys as the course's services write them.
fn in_snake_case(value: &Value) -> Value {
    let snake = |key: &str| {
        let letters = key.chars().flat_map(|letter| {
            let underscore = letter.is_ascii_uppercase().then_some('_');
            underscore.into_iter().chain([letter.to_ascii_lowercase()])
        });
        letters.collect::<String>()
    };
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (snake(key), in_snake_case(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(in_snake_case).collect(),
        other => other.clone(),
    }
}

/// AC-B6.1.
async fn resources_are_the_views_with_other_keys(database: TestDatabase) {
    let shop = course(database).await;
    for (user, path, name, id) in [
        ("123", "/bff-web/dashboard", "web/dashboard", None),
        ("123", "/bff-web/product/1", "web/product_page", Some("1")),
        ("123", "/bff-mobile/home", "mobile/home", None),
        ("user_123", "/bff-mobile/orders/1", "mobile/order_details", Some("1")),
        ("123", "/bff-mobile/product/2", "mobile/product", Some("2")),
    ] {
        let (status, content_type, body) = shop.get(Some(user), path).await;
        assert_eq!((status, content_type.as_str()), (200, "application/json; charset=utf-8"));
        let resource: Value = serde_json::from_slice(&body).expect("JSON");
        let variables = id.map_or(json!({}), |id| json!({ "id": id }));
        let answer = run(&shop, user, name, variables).await;
        let data = answer["data"].as_object().expect("data");
        let value = data.values().next().expect("one field");
        assert!(value.is_object(), "{path}");
        assert_eq!(resource, in_snake_case(value), "{path}");
    }
}

/// AC-B3.2 as a resource, and what else is not there.
async fn resources_have_statuses(database: TestDatabase) {
    let mut shop = course(database).await;
    for path in ["/bff-mobile/orders/order_1", "/bff-mobile/orders/nope", "/bff-web/product/999"] {
        let (status, _, body) = shop.get(Some("user_123"), path).await;
        assert_eq!((status, &*body), (404, br#"{"error":"Not found"}"#.as_slice()), "{path}");
    }
    shop.stop("products").await;
    let (status, _, body) = shop.get(Some("123"), "/bff-mobile/product/1").await;
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((status, &body["error"]), (503, &json!("Service unavailable")), "{body}");
    // What others have is there all the same.
    let (status, _, body) = shop.get(Some("123"), "/bff-web/dashboard").await;
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((status, &body["user"]["name"]), (200, &json!("John Doe")));
    assert_eq!(body["recommendations"], Value::Null);
    assert_eq!(body["analytics"]["order_count"], 1);
    shop.stop("orders").await;
    let (status, _, body) = shop.get(Some("123"), "/bff-mobile/home").await;
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let user = json!({ "name": "John Doe", "avatar_url": null });
    let expected = json!({ "user": user, "recent_orders": null, "quick_actions": null });
    assert_eq!((status, body), (200, expected));
}

/// AC-B7.1.
async fn a_lamp_gets_one_byte(database: TestDatabase) {
    let shop = course(database).await;
    let lamp = async |id| {
        let (status, _, body) = shop.get(None, &format!("/bff-iot/product/{id}")).await;
        (status, body.to_vec())
    };
    assert_eq!(lamp("1").await, (200, vec![1]));
    shop.ask("mutation { updateProduct(id: \"1\", stock: 0) { product { id } } }").await;
    assert_eq!(lamp("1").await, (200, vec![0]));
    assert_eq!(lamp("999").await.0, 404);
}

//! What the subgraphs know. Everything is a function of numbers: six users, five products, and
//! reviews that connect each with each.

use serde_json::{Value, json};

const USERS: [(&str, &str); 6] = [
    ("Ada Lovelace", "@ada"),
    ("Alan Turing", "@complete"),
    ("Grace Hopper", "@grace"),
    ("Edsger Dijkstra", "@goto"),
    ("Barbara Liskov", "@substitute"),
    ("Donald Knuth", "@tex"),
];

/// Name, price, weight.
const PRODUCTS: [(&str, u64, u64); 5] = [
    ("Table", 899, 100),
    ("Couch", 1299, 1000),
    ("Chair", 54, 50),
    ("Lamp", 120, 40),
    ("Bookcase", 340, 600),
];

const REVIEWS: u64 = 22;

/// The numbers of what a field gives: objects of this type.
pub(crate) fn objects(ty: &str, number: u64, field: &str) -> Option<(&'static str, Vec<u64>)> {
    let reviews = |of: u64| (0..REVIEWS).filter(|one| one % of == number - 1).collect();
    Some(match (ty, field) {
        ("Query", "users") => ("User", (1..=USERS.len() as u64).collect()),
        ("Query", "topProducts") => ("Product", (1..=PRODUCTS.len() as u64).collect()),
        ("User", "reviews") => ("Review", reviews(USERS.len() as u64)),
        ("Product", "reviews") => ("Review", reviews(PRODUCTS.len() as u64)),
        _ => return None,
    })
}

/// The number of the one object that a field gives.
pub(crate) fn object(ty: &str, number: u64, field: &str) -> Option<(&'static str, u64)> {
    match (ty, field) {
        ("Query", "me") => Some(("User", 1)),
        ("Review", "author") => Some(("User", number % USERS.len() as u64 + 1)),
        ("Review", "product") => Some(("Product", number % PRODUCTS.len() as u64 + 1)),
        _ => None,
    }
}

/// A leaf; `told` is the representation that an entity was asked for with.
pub(crate) fn leaf(ty: &str, number: u64, field: &str, told: &Value) -> Value {
    let user = || USERS[number as usize - 1];
    let product = || PRODUCTS[number as usize - 1];
    match (ty, field) {
        (_, "__typename") => json!(ty),
        (_, "id" | "upc") => json!(number.to_string()),
        ("User", "name") => json!(user().0),
        ("User", "username") => json!(user().1),
        ("User", "birthday") => json!(19_000_101 + number * 40_303),
        ("User", "numberOfReviews") => json!(objects(ty, number, "reviews").map(|it| it.1.len())),
        ("Product", "name") => json!(product().0),
        ("Product", "price") => json!(product().1),
        ("Product", "weight") => json!(product().2),
        ("Product", "inStock") => json!(number % 2 == 1),
        // Of what it requires: what is dear is sent for nothing.
        ("Product", "shippingEstimate") => {
            match (told["price"].as_u64(), told["weight"].as_u64()) {
                (Some(price), Some(weight)) => json!(if price > 1000 { 0 } else { weight / 2 }),
                _ => Value::Null,
            }
        }
        ("Review", "body") => json!(format!("What {number} people say of it is true")),
        _ => Value::Null,
    }
}

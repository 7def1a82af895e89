//! The products that a profile brings. The ids, and the prices of `demo_product_001` to
//! `demo_product_200`, are also known to the orders subgraph's fixtures.

#![expect(
    clippy::inconsistent_digit_grouping,
    reason = "in `999_99` the cents stand apart, as they do in 999.99"
)]

use subgraph_server::{Database, Error, Profile, Transaction};

const DEMO_PRODUCTS: i64 = 200;

const ADJECTIVES: [&str; 8] =
    ["Compact", "Wireless", "Classic", "Foldable", "Silent", "Solar", "Rugged", "Portable"];

const NOUNS: [&str; 10] = [
    "Keyboard",
    "Lamp",
    "Backpack",
    "Monitor",
    "Speaker",
    "Chair",
    "Charger",
    "Tripod",
    "Router",
    "Microphone",
];

const CATEGORIES: [&str; 4] = ["electronics", "accessories", "office", "home"];

struct Fixture<'a> {
    id: &'a str,
    name: &'a str,
    price_cents: i64,
    stock: i64,
    category: &'a str,
    description: Option<&'a str>,
    image_url: Option<&'a str>,
    thumbnail_url: Option<&'a str>,
}

const fn course(
    id: &'static str,
    name: &'static str,
    price_cents: i64,
    stock: i64,
    category: &'static str,
) -> Fixture<'static> {
    let (description, image_url, thumbnail_url) = (None, None, None);
    Fixture { id, name, price_cents, stock, category, description, image_url, thumbnail_url }
}

const COURSE: [Fixture<'_>; 7] = [
    course("1", "Laptop", 999_99, 10, "electronics"),
    course("2", "Mouse", 29_99, 50, "accessories"),
    course("10", "Headphones", 129_99, 20, "electronics"),
    course("201", "Notebook", 19_99, 100, "office"),
    course("202", "Pen", 10_00, 100, "office"),
    course("203", "Folder", 15_00, 100, "office"),
    course("789", "Camera", 499_00, 2, "electronics"),
];

/// Adds the profile's products; those that are there already stay as they are.
pub(crate) async fn seed(database: &Database, profile: Profile) -> Result<(), Error> {
    if profile == Profile::None {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    for product in &COURSE {
        insert(&mut transaction, product).await?;
    }
    if profile == Profile::Demo {
        for number in 1..=DEMO_PRODUCTS {
            demo_product(&mut transaction, number).await?;
        }
    }
    transaction.commit().await
}

async fn demo_product(transaction: &mut Transaction, number: i64) -> Result<(), Error> {
    let of = |words: &'static [&'static str], by: i64| words[(number / by) as usize % words.len()];
    let (adjective, noun) = (of(&ADJECTIVES, 10), of(&NOUNS, 1));
    let category = of(&CATEGORIES, 1);
    let id = format!("demo_product_{number:03}");
    let image = format!("https://images.example.com/products/{number:03}");
    let description = format!(
        "{adjective} {noun} number {number} of our {category} range: made to last, easy to repair, \
         and delivered in a box without plastic, with a guarantee of three years and spare parts \
         for ten more."
    );
    let fixture = Fixture {
        id: &id,
        name: &format!("{adjective} {noun} {number}"),
        price_cents: 100_99 + number * 37,
        stock: number * 7 % 90,
        category,
        description: Some(&description),
        image_url: Some(&format!("{image}.jpg")),
        thumbnail_url: Some(&format!("{image}-small.jpg")),
    };
    insert(transaction, &fixture).await
}

async fn insert(transaction: &mut Transaction, product: &Fixture<'_>) -> Result<(), Error> {
    transaction
        .sql(
            "insert into products
                (id, name, price_cents, stock, category, description, image_url, thumbnail_url)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict do nothing",
        )
        .bind(product.id)
        .bind(product.name)
        .bind(product.price_cents)
        .bind(product.stock)
        .bind(product.category)
        .bind(product.description)
        .bind(product.image_url)
        .bind(product.thumbnail_url)
        .execute()
        .await?;
    Ok(())
}

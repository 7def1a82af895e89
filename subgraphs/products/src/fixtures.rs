//! The products that a profile brings, with what users say of them. The ids, names, categories and
//! prices of `demo_product_001` to `demo_product_200` are also known to the fixtures of orders.

#![expect(
    clippy::inconsistent_digit_grouping,
    reason = "in `999_99` the cents stand apart, as they do in 999.99"
)]

use subgraph_server::{Database, Error, Profile, Transaction};

use crate::review::{self, NewReview};

const DEMO_PRODUCTS: i64 = 200;

/// `demo_user_001` and so on write reviews.
const DEMO_USERS: i64 = 100;

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
    description: &'a str,
    /// The name of its pictures.
    image: &'a str,
}

const COURSE: [Fixture<'_>; 7] = [
    Fixture {
        id: "1",
        name: "Laptop",
        price_cents: 999_99,
        stock: 10,
        category: "electronics",
        description: "Fourteen inches, light, and quiet; its battery lasts a day.",
        image: "1",
    },
    Fixture {
        id: "2",
        name: "Mouse",
        price_cents: 29_99,
        stock: 50,
        category: "accessories",
        description: "Three buttons, a wheel, and no wire.",
        image: "2",
    },
    Fixture {
        id: "10",
        name: "Headphones",
        price_cents: 129_99,
        stock: 20,
        category: "electronics",
        description: "Closed ones that keep the office out.",
        image: "10",
    },
    Fixture {
        id: "201",
        name: "Notebook",
        price_cents: 19_99,
        stock: 100,
        category: "office",
        description: "Two hundred dotted pages that lie flat.",
        image: "201",
    },
    Fixture {
        id: "202",
        name: "Pen",
        price_cents: 10_00,
        stock: 100,
        category: "office",
        description: "Writes blue, and can be refilled.",
        image: "202",
    },
    Fixture {
        id: "203",
        name: "Folder",
        price_cents: 15_00,
        stock: 100,
        category: "office",
        description: "Holds forty sheets without a hole in any.",
        image: "203",
    },
    Fixture {
        id: "789",
        name: "Camera",
        price_cents: 499_00,
        stock: 2,
        category: "electronics",
        description: "Small enough to have with you.",
        image: "789",
    },
];

const COURSE_REVIEWS: [NewReview<'_>; 5] = [
    NewReview {
        id: "review_1",
        product_id: "1",
        user_id: "user_123",
        rating: 5,
        text: Some("Fast, and I never hear it."),
        created_at: "2024-03-10T00:00:00Z",
    },
    NewReview {
        id: "review_2",
        product_id: "1",
        user_id: "user_456",
        rating: 4,
        text: Some("Good, but the screen mirrors."),
        created_at: "2024-03-12T00:00:00Z",
    },
    NewReview {
        id: "review_3",
        product_id: "10",
        user_id: "123",
        rating: 5,
        text: Some("Silence at last."),
        created_at: "2024-01-20T00:00:00Z",
    },
    NewReview {
        id: "review_4",
        product_id: "2",
        user_id: "user_123",
        rating: 3,
        text: None,
        created_at: "2024-03-11T00:00:00Z",
    },
    NewReview {
        id: "review_5",
        product_id: "789",
        user_id: "user_456",
        rating: 5,
        text: Some("Sharp pictures even at night."),
        created_at: "2024-02-02T00:00:00Z",
    },
];

const OPINIONS: [&str; 5] = [
    "Broke in its first week.",
    "Not quite what the picture promised.",
    "Does what it should.",
    "I would buy it again.",
    "The best one that I have had.",
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
    review::add(&mut transaction, &COURSE_REVIEWS).await?;
    if profile == Profile::Demo {
        for number in 1..=DEMO_PRODUCTS {
            demo_product(&mut transaction, number).await?;
        }
        demo_reviews(&mut transaction).await?;
    }
    transaction.commit().await
}

async fn demo_product(transaction: &mut Transaction, number: i64) -> Result<(), Error> {
    let of = |words: &'static [&'static str], by: i64| words[(number / by) as usize % words.len()];
    let (adjective, noun) = (of(&ADJECTIVES, 10), of(&NOUNS, 1));
    let category = of(&CATEGORIES, 1);
    let id = format!("demo_product_{number:03}");
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
        description: &description,
        image: &format!("{number:03}"),
    };
    insert(transaction, &fixture).await
}

/// Each product has none to three reviews, by users of the users subgraph's fixtures.
async fn demo_reviews(transaction: &mut Transaction) -> Result<(), Error> {
    let mut reviews = Vec::new();
    for number in 1..=DEMO_PRODUCTS {
        for nth in 0..number % 4 {
            let user = (number * 7 + nth * 31) % DEMO_USERS + 1;
            reviews.push(DemoReview {
                id: format!("demo_review_{number:03}_{nth}"),
                product_id: format!("demo_product_{number:03}"),
                user_id: format!("demo_user_{user:03}"),
                rating: (number * 3 + nth * 2) % 5 + 1,
                created_at: format!("2025-{:02}-{:02}T18:00:00Z", nth + 1, number % 28 + 1),
            });
        }
    }
    let reviews: Vec<NewReview<'_>> = reviews.iter().map(DemoReview::as_new).collect();
    review::add(transaction, &reviews).await
}

struct DemoReview {
    id: String,
    product_id: String,
    user_id: String,
    rating: i64,
    created_at: String,
}

impl DemoReview {
    fn as_new(&self) -> NewReview<'_> {
        NewReview {
            id: &self.id,
            product_id: &self.product_id,
            user_id: &self.user_id,
            rating: self.rating,
            text: Some(OPINIONS[self.rating as usize - 1]),
            created_at: &self.created_at,
        }
    }
}

async fn insert(transaction: &mut Transaction, product: &Fixture<'_>) -> Result<(), Error> {
    let image = format!("https://images.example.com/products/{}", product.image);
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
        .bind(format!("{image}.jpg"))
        .bind(format!("{image}-small.jpg"))
        .execute()
        .await?;
    Ok(())
}

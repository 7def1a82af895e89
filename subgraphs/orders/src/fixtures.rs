//! The orders that a profile brings. The users and products in them are those of the other
//! subgraphs' fixtures: by id, and what a product was called and where it stood, as orders keep it.

#![expect(
    clippy::inconsistent_digit_grouping,
    reason = "in `999_99` the cents stand apart, as they do in 999.99"
)]

use subgraph_server::{Database, Error, Profile, Transaction};

use self::demo_product::DemoProduct;

mod demo_product;

/// `demo_user` has so many orders of so many lines each.
const DEMO_USER_ORDERS: i64 = 12;
const DEMO_USER_LINES: i64 = 12;

/// `demo_user_001` and so on have one order each, newer than all others.
const DEMO_USERS: i64 = 100;

struct Fixture<'a> {
    id: &'a str,
    user_id: &'a str,
    status: &'a str,
    created_at: &'a str,
    lines: &'a [Line<'a>],
}

/// Product, quantity, unit price in cents.
type Line<'a> = (Product<'a>, i64, i64);

/// What an order keeps of a product.
#[derive(Clone, Copy)]
struct Product<'a> {
    id: &'a str,
    name: &'a str,
    category: &'a str,
}

const LAPTOP: Product<'_> = Product { id: "1", name: "Laptop", category: "electronics" };
const MOUSE: Product<'_> = Product { id: "2", name: "Mouse", category: "accessories" };
const HEADPHONES: Product<'_> = Product { id: "10", name: "Headphones", category: "electronics" };
const NOTEBOOK: Product<'_> = Product { id: "201", name: "Notebook", category: "office" };
const FOLDER: Product<'_> = Product { id: "203", name: "Folder", category: "office" };

const COURSE: [Fixture<'_>; 5] = [
    Fixture {
        id: "order_1",
        user_id: "123",
        status: "delivered",
        created_at: "2024-01-15T00:00:00Z",
        lines: &[(HEADPHONES, 1, 99_99)],
    },
    Fixture {
        id: "1",
        user_id: "user_123",
        status: "confirmed",
        created_at: "2024-03-01T00:00:00Z",
        lines: &[(LAPTOP, 1, 999_99), (MOUSE, 2, 29_99)],
    },
    Fixture {
        id: "order_001",
        user_id: "user_123",
        status: "paid",
        created_at: "2024-02-01T00:00:00Z",
        lines: &[(LAPTOP, 1, 999_00), (MOUSE, 2, 29_00)],
    },
    Fixture {
        id: "ord_1",
        user_id: "user_123",
        status: "delivered",
        created_at: "2024-01-10T00:00:00Z",
        lines: &[(HEADPHONES, 1, 99_99)],
    },
    Fixture {
        id: "ord_2",
        user_id: "user_123",
        status: "delivered",
        created_at: "2024-01-20T00:00:00Z",
        lines: &[(HEADPHONES, 1, 100_00), (NOTEBOOK, 1, 19_99), (FOLDER, 2, 15_00)],
    },
];

/// Adds the profile's orders; those that are there already stay as they are.
pub(crate) async fn seed(database: &Database, profile: Profile) -> Result<(), Error> {
    if profile == Profile::None {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    for order in &COURSE {
        insert(&mut transaction, order).await?;
    }
    if profile == Profile::Demo {
        demo(&mut transaction).await?;
    }
    transaction.commit().await
}

async fn demo(transaction: &mut Transaction) -> Result<(), Error> {
    for number in 1..=DEMO_USER_ORDERS {
        let id = format!("demo_order_{number:02}");
        let lines = (0..DEMO_USER_LINES).map(|line| number * 17 + line * 5);
        let created_at = format!("2024-{number:02}-05T09:30:00Z");
        demo_order(transaction, &id, "demo_user", &created_at, lines.collect()).await?;
    }
    for number in 1..=DEMO_USERS {
        let (id, user) = (format!("demo_user_order_{number:03}"), format!("demo_user_{number:03}"));
        let lines = (0..number % 3 + 1).map(|line| number + line * 31);
        let created_at = format!("2025-{:02}-{:02}T12:00:00Z", number % 12 + 1, number % 28 + 1);
        demo_order(transaction, &id, &user, &created_at, lines.collect()).await?;
    }
    Ok(())
}

async fn demo_order(
    transaction: &mut Transaction,
    id: &str,
    user_id: &str,
    created_at: &str,
    seeds: Vec<i64>,
) -> Result<(), Error> {
    let statuses = ["delivered", "delivered", "shipped", "paid", "confirmed"];
    let status = statuses[seeds.iter().sum::<i64>() as usize % statuses.len()];
    let products: Vec<DemoProduct> = seeds.iter().copied().map(DemoProduct::new).collect();
    let lines: Vec<Line<'_>> = products
        .iter()
        .zip(&seeds)
        .map(|(product, seed)| (product.kept(), seed % 3 + 1, product.price_cents))
        .collect();
    insert(transaction, &Fixture { id, user_id, status, created_at, lines: &lines }).await
}

/// What an order has had since its first release stays as it is; what came later is added.
async fn insert(transaction: &mut Transaction, order: &Fixture<'_>) -> Result<(), Error> {
    let total: i64 = order.lines.iter().map(|(_, quantity, price)| quantity * price).sum();
    let is_on_its_way = matches!(order.status, "shipped" | "delivered");
    let tracking_number = is_on_its_way.then(|| format!("TRACK-{}", order.id.to_uppercase()));
    let tracking_url =
        tracking_number.as_ref().map(|number| format!("https://tracking.example.com/{number}"));
    transaction
        .sql(
            "insert into orders (id, user_id, status, total_cents, created_at, tracking_number,
                tracking_url)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (id) do update
            set tracking_number = excluded.tracking_number, tracking_url = excluded.tracking_url
            where orders.tracking_number is null",
        )
        .bind(order.id)
        .bind(order.user_id)
        .bind(order.status)
        .bind(total)
        .bind(order.created_at)
        .bind(tracking_number)
        .bind(tracking_url)
        .execute()
        .await?;
    for (line, (product, quantity, unit_price)) in (1_i64..).zip(order.lines) {
        transaction
            .sql(
                "insert into order_items (order_id, line, product_id, quantity, unit_price_cents,
                    name, category)
                values ($1, $2, $3, $4, $5, $6, $7)
                on conflict (order_id, line) do update
                set name = excluded.name, category = excluded.category
                where order_items.name = ''",
            )
            .bind(order.id)
            .bind(line)
            .bind(product.id)
            .bind(*quantity)
            .bind(*unit_price)
            .bind(product.name)
            .bind(product.category)
            .execute()
            .await?;
    }
    Ok(())
}

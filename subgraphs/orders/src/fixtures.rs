//! The orders that a profile brings. The users and products in them are those of the other
//! subgraphs' fixtures, by id.

#![expect(
    clippy::inconsistent_digit_grouping,
    reason = "in `999_99` the cents stand apart, as they do in 999.99"
)]

use subgraph_server::{Database, Error, Profile, Transaction};

/// `demo_user` has so many orders of so many lines each.
const DEMO_USER_ORDERS: i64 = 12;
const DEMO_USER_LINES: i64 = 12;

/// `demo_user_001` and so on have one order each, newer than all others.
const DEMO_USERS: i64 = 100;

/// `demo_product_001` and so on, at the prices of the products subgraph's fixtures.
const DEMO_PRODUCTS: i64 = 200;

struct Fixture<'a> {
    id: &'a str,
    user_id: &'a str,
    status: &'a str,
    created_at: &'a str,
    lines: &'a [Line<'a>],
}

/// Product, quantity, unit price in cents.
type Line<'a> = (&'a str, i64, i64);

const COURSE: [Fixture<'_>; 5] = [
    Fixture {
        id: "order_1",
        user_id: "123",
        status: "delivered",
        created_at: "2024-01-15T00:00:00Z",
        lines: &[("10", 1, 99_99)],
    },
    Fixture {
        id: "1",
        user_id: "user_123",
        status: "confirmed",
        created_at: "2024-03-01T00:00:00Z",
        lines: &[("1", 1, 999_99), ("2", 2, 29_99)],
    },
    Fixture {
        id: "order_001",
        user_id: "user_123",
        status: "paid",
        created_at: "2024-02-01T00:00:00Z",
        lines: &[("1", 1, 999_00), ("2", 2, 29_00)],
    },
    Fixture {
        id: "ord_1",
        user_id: "user_123",
        status: "delivered",
        created_at: "2024-01-10T00:00:00Z",
        lines: &[("10", 1, 99_99)],
    },
    Fixture {
        id: "ord_2",
        user_id: "user_123",
        status: "delivered",
        created_at: "2024-01-20T00:00:00Z",
        lines: &[("10", 1, 100_00), ("201", 1, 19_99), ("203", 2, 15_00)],
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
    lines: Vec<i64>,
) -> Result<(), Error> {
    let statuses = ["delivered", "delivered", "shipped", "paid", "confirmed"];
    let status = statuses[lines.iter().sum::<i64>() as usize % statuses.len()];
    let products: Vec<(String, i64, i64)> = lines.into_iter().map(demo_line).collect();
    let lines: Vec<Line<'_>> =
        products.iter().map(|(id, quantity, cents)| (id.as_str(), *quantity, *cents)).collect();
    insert(transaction, &Fixture { id, user_id, status, created_at, lines: &lines }).await
}

/// The price is that of the products subgraph's demo product with this number.
fn demo_line(seed: i64) -> (String, i64, i64) {
    let number = seed % DEMO_PRODUCTS + 1;
    (format!("demo_product_{number:03}"), seed % 3 + 1, 100_99 + number * 37)
}

async fn insert(transaction: &mut Transaction, order: &Fixture<'_>) -> Result<(), Error> {
    let total: i64 = order.lines.iter().map(|(_, quantity, price)| quantity * price).sum();
    transaction
        .sql(
            "insert into orders (id, user_id, status, total_cents, created_at)
            values ($1, $2, $3, $4, $5)
            on conflict do nothing",
        )
        .bind(order.id)
        .bind(order.user_id)
        .bind(order.status)
        .bind(total)
        .bind(order.created_at)
        .execute()
        .await?;
    for (line, (product_id, quantity, unit_price)) in (1_i64..).zip(order.lines) {
        transaction
            .sql(
                "insert into order_items (order_id, line, product_id, quantity, unit_price_cents)
                values ($1, $2, $3, $4, $5)
                on conflict do nothing",
            )
            .bind(order.id)
            .bind(line)
            .bind(*product_id)
            .bind(*quantity)
            .bind(*unit_price)
            .execute()
            .await?;
    }
    Ok(())
}

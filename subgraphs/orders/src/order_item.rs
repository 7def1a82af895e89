//! A line of an order: its row, its fields and the statement that reads it.

use std::collections::HashMap;

use async_graphql::{ID, Object, SimpleObject};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Cents, Database, Rows};

/// So many of one product, at the price of the day.
#[derive(Clone, Debug)]
pub(crate) struct OrderItem {
    order_id: String,
    product_id: String,
    name: String,
    quantity: i32,
    unit_price: Cents,
}

// A product as orders knows one. No description here: that of the products subgraph stands for the
// type.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub(crate) struct Product {
    id: ID,
}

/// The lines of each of these orders, as they were written.
pub(crate) async fn of_orders(
    database: Database,
    orders: Vec<String>,
) -> Rows<String, Vec<OrderItem>> {
    let items: Vec<OrderItem> = database
        .sql(
            "select order_id, product_id, name, quantity, unit_price_cents
            from order_items
            where order_id in (select value from json_each($1))
            order by order_id, line",
        )
        .bind_keys(&orders)
        .fetch_all()
        .await?;
    let mut of_order: HashMap<String, Vec<OrderItem>> = HashMap::with_capacity(orders.len());
    for item in items {
        of_order.entry(item.order_id.clone()).or_default().push(item);
    }
    Ok(of_order)
}

impl FromRow<'_, AnyRow> for OrderItem {
    fn from_row(row: &AnyRow) -> sqlx::Result<OrderItem> {
        Ok(OrderItem {
            order_id: row.try_get("order_id")?,
            product_id: row.try_get("product_id")?,
            name: row.try_get("name")?,
            quantity: row.try_get("quantity")?,
            unit_price: Cents(row.try_get("unit_price_cents")?),
        })
    }
}

/// So many of one product, at the price of the day.
#[Object]
impl OrderItem {
    async fn product(&self) -> Option<Product> {
        Some(Product { id: self.product_id.as_str().into() })
    }

    /// What the product was called when it was bought.
    async fn name(&self) -> &str {
        &self.name
    }

    async fn quantity(&self) -> i32 {
        self.quantity
    }

    /// What one cost when it was bought.
    async fn unit_price(&self) -> f64 {
        self.unit_price.amount()
    }

    /// Quantity times unit price.
    async fn subtotal(&self) -> f64 {
        Cents(self.unit_price.0.saturating_mul(i64::from(self.quantity))).amount()
    }
}

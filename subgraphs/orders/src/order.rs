//! An order: its row, its fields and the statements that read it.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Cents, Database, DateTime, Error, Rows};

use crate::loaders::Loaders;
use crate::order_item::OrderItem;
use crate::user::User;

/// Something that a user bought.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    id: String,
    user_id: String,
    status: OrderStatus,
    total: Cents,
    created_at: DateTime,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum OrderStatus {
    /// Still being put together.
    Draft,
    /// Placed, not yet paid.
    Pending,
    /// Accepted.
    Confirmed,
    /// Paid, not yet on its way.
    Paid,
    /// On its way.
    Shipped,
    /// With the user.
    Delivered,
    /// Ended before it was delivered.
    Cancelled,
}

/// Orders by id.
pub(crate) async fn by_id(database: Database, ids: Vec<String>) -> Rows<String, Order> {
    let orders: Vec<Order> = database
        .sql(
            "select id, user_id, status, total_cents, created_at
            from orders
            where id in (select value from json_each($1))",
        )
        .bind_keys(&ids)
        .fetch_all()
        .await?;
    Ok(orders.into_iter().map(|order| (order.id.clone(), order)).collect())
}

/// The newest orders of all users.
pub(crate) async fn newest(database: &Database, limit: i64) -> Result<Vec<Order>, Error> {
    database
        .sql(
            "select id, user_id, status, total_cents, created_at
            from orders
            order by created_at desc, id
            limit $1",
        )
        .bind(limit)
        .fetch_all()
        .await
}

/// The newest orders of each of these users. Users who are asked for with several limits are read
/// with the largest one.
pub(crate) async fn newest_of_users(
    database: Database,
    keys: Vec<(String, i64)>,
) -> Rows<(String, i64), Vec<Order>> {
    let mut users: Vec<&str> = keys.iter().map(|(user, _)| user.as_str()).collect();
    users.sort_unstable();
    users.dedup();
    let largest = keys.iter().map(|(_, limit)| *limit).max().unwrap_or_default();
    let orders: Vec<Order> = database
        .sql(
            "select id, user_id, status, total_cents, created_at
            from (
                select id, user_id, status, total_cents, created_at,
                    row_number() over (partition by user_id order by created_at desc, id) as newest
                from orders
                where user_id in (select value from json_each($1))
            ) as numbered
            where newest <= $2
            order by user_id, newest",
        )
        .bind_keys(&users)
        .bind(largest)
        .fetch_all()
        .await?;
    let mut of_user: HashMap<String, Vec<Order>> = HashMap::with_capacity(users.len());
    for order in orders {
        of_user.entry(order.user_id.clone()).or_default().push(order);
    }
    let lists = keys.into_iter().map(|(user, limit)| {
        let orders = of_user.get(&user).map(Vec::as_slice).unwrap_or_default();
        let limited = orders.iter().take(usize::try_from(limit).unwrap_or(0)).cloned().collect();
        ((user, limit), limited)
    });
    Ok(lists.collect())
}

impl FromRow<'_, AnyRow> for Order {
    fn from_row(row: &AnyRow) -> sqlx::Result<Order> {
        Ok(Order {
            id: row.try_get("id")?,
            user_id: row.try_get("user_id")?,
            status: OrderStatus::from_column(row.try_get("status")?)?,
            total: Cents(row.try_get("total_cents")?),
            created_at: DateTime::from_column(row.try_get("created_at")?),
        })
    }
}

impl OrderStatus {
    fn from_column(text: &str) -> sqlx::Result<OrderStatus> {
        Ok(match text {
            "draft" => OrderStatus::Draft,
            "pending" => OrderStatus::Pending,
            "confirmed" => OrderStatus::Confirmed,
            "paid" => OrderStatus::Paid,
            "shipped" => OrderStatus::Shipped,
            "delivered" => OrderStatus::Delivered,
            "cancelled" => OrderStatus::Cancelled,
            other => {
                let source = format!("`{other}` is no order status").into();
                return Err(sqlx::Error::ColumnDecode { index: "status".to_owned(), source });
            }
        })
    }
}

/// Something that a user bought.
#[Object]
impl Order {
    async fn id(&self) -> ID {
        self.id.as_str().into()
    }

    async fn user_id(&self) -> ID {
        self.user_id.as_str().into()
    }

    /// The sum of the items.
    async fn total(&self) -> f64 {
        self.total.amount()
    }

    async fn status(&self) -> OrderStatus {
        self.status
    }

    /// When the order was placed.
    async fn created_at(&self) -> &DateTime {
        &self.created_at
    }

    #[graphql(name = "created_at", deprecation = "Use 'createdAt' instead")]
    async fn created_at_alias(&self) -> &DateTime {
        &self.created_at
    }

    /// Who bought it.
    async fn user(&self) -> Option<User> {
        Some(User { id: self.user_id.as_str().into() })
    }

    /// What was bought.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<OrderItem>, Error> {
        let items = ctx.data_unchecked::<Loaders>().items_of_order.load(self.id.clone()).await?;
        Ok(items.unwrap_or_default())
    }
}

//! An order: its row, its fields and the statements that read it.

use async_graphql::{Context, Enum, ID, Object};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Cents, Database, DateTime, Error, LimitedLists, Rows};

use crate::loaders::Loaders;
use crate::order_action::{self, OrderAction};
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
    tracking_number: Option<String>,
    tracking_url: Option<String>,
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
            "select id, user_id, status, total_cents, created_at, tracking_number, tracking_url
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
            "select id, user_id, status, total_cents, created_at, tracking_number, tracking_url
            from orders
            order by created_at desc, id
            limit $1",
        )
        .bind(limit)
        .fetch_all()
        .await
}

/// The newest orders of each of these users.
pub(crate) async fn newest_of_users(
    database: Database,
    keys: Vec<(String, i64)>,
) -> Rows<(String, i64), Vec<Order>> {
    let lists = LimitedLists::new(keys);
    let orders: Vec<Order> = database
        .sql(
            "select id, user_id, status, total_cents, created_at, tracking_number, tracking_url
            from (
                select id, user_id, status, total_cents, created_at, tracking_number, tracking_url,
                    row_number() over (partition by user_id order by created_at desc, id) as newest
                from orders
                where user_id in (select value from json_each($1))
            ) as numbered
            where newest <= $2
            order by user_id, newest",
        )
        .bind_keys(&lists.owners())
        .bind(lists.limit_max())
        .fetch_all()
        .await?;
    Ok(lists.fill(orders.into_iter().map(|order| (order.user_id.clone(), order))))
}

impl FromRow<'_, AnyRow> for Order {
    fn from_row(row: &AnyRow) -> sqlx::Result<Order> {
        Ok(Order {
            id: row.try_get("id")?,
            user_id: row.try_get("user_id")?,
            status: OrderStatus::from_column(row.try_get("status")?)?,
            total: Cents(row.try_get("total_cents")?),
            created_at: DateTime::from_column(row.try_get("created_at")?),
            tracking_number: row.try_get("tracking_number")?,
            tracking_url: row.try_get("tracking_url")?,
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

    /// The day the order was placed, such as `2024-01-15`.
    async fn date(&self) -> &str {
        self.created_at.day()
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

    /// How many items there are, whatever their quantities.
    async fn items_count(&self, ctx: &Context<'_>) -> Result<usize, Error> {
        // The items themselves are read, since whoever wants to know mostly wants them too.
        let items = ctx.data_unchecked::<Loaders>().items_of_order.load(self.id.clone()).await?;
        Ok(items.map_or(0, |items| items.len()))
    }

    /// The carrier's number; null before the order is on its way.
    async fn tracking_number(&self) -> Option<&str> {
        self.tracking_number.as_deref()
    }

    /// The carrier's page about it; null before the order is on its way.
    async fn tracking_url(&self) -> Option<&str> {
        self.tracking_url.as_deref()
    }

    /// What the user may do with the order now.
    async fn available_actions(&self) -> Vec<OrderAction> {
        order_action::available(&self.id, self.status)
    }
}

impl Order {
    /// Whose it is.
    pub(crate) fn owner(&self) -> &str {
        &self.user_id
    }
}

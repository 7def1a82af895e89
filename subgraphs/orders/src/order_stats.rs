//! Figures about all orders of a user, worked out by the database, and the statements that do it.

use std::collections::HashMap;

use async_graphql::{Context, Object};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Cents, Database, Error, Rows};

use crate::loaders::Loaders;

/// Figures about all orders of a user, whatever became of them.
#[derive(Clone, Debug)]
pub(crate) struct OrderStats {
    user_id: String,
    total_spent: Cents,
    order_count: i32,
}

impl OrderStats {
    /// The figures of a user who has no orders.
    pub(crate) fn none(user_id: String) -> OrderStats {
        OrderStats { user_id, total_spent: Cents(0), order_count: 0 }
    }
}

/// The figures of each of these users who has orders.
pub(crate) async fn of_users(database: Database, users: Vec<String>) -> Rows<String, OrderStats> {
    let stats: Vec<OrderStats> = database
        .sql(
            "select user_id, cast(sum(total_cents) as bigint) as total_spent_cents,
                count(*) as order_count
            from orders
            where user_id in (select value from json_each($1))
            group by user_id",
        )
        .bind_keys(&users)
        .fetch_all()
        .await?;
    Ok(stats.into_iter().map(|stats| (stats.user_id.clone(), stats)).collect())
}

/// The three categories that each of these users has bought most of. What was in no category does
/// not count.
pub(crate) async fn favorite_categories(
    database: Database,
    users: Vec<String>,
) -> Rows<String, Vec<String>> {
    let categories: Vec<FavoriteCategory> = database
        .sql(
            "select user_id, category
            from (
                select user_id, category, row_number() over (
                    partition by user_id order by sum(quantity) desc, category
                ) as place
                from orders join order_items on order_id = orders.id
                where user_id in (select value from json_each($1)) and category is not null
                group by user_id, category
            ) as ranked
            where place <= 3
            order by user_id, place",
        )
        .bind_keys(&users)
        .fetch_all()
        .await?;
    let mut of_user: HashMap<String, Vec<String>> = HashMap::with_capacity(users.len());
    for FavoriteCategory { user_id, category } in categories {
        of_user.entry(user_id).or_default().push(category);
    }
    Ok(of_user)
}

struct FavoriteCategory {
    user_id: String,
    category: String,
}

impl FromRow<'_, AnyRow> for FavoriteCategory {
    fn from_row(row: &AnyRow) -> sqlx::Result<FavoriteCategory> {
        Ok(FavoriteCategory {
            user_id: row.try_get("user_id")?,
            category: row.try_get("category")?,
        })
    }
}

impl FromRow<'_, AnyRow> for OrderStats {
    fn from_row(row: &AnyRow) -> sqlx::Result<OrderStats> {
        Ok(OrderStats {
            user_id: row.try_get("user_id")?,
            total_spent: Cents(row.try_get("total_spent_cents")?),
            order_count: row.try_get("order_count")?,
        })
    }
}

/// Figures about all orders of a user, whatever became of them.
#[Object]
impl OrderStats {
    /// The sum of all orders' totals.
    async fn total_spent(&self) -> f64 {
        self.total_spent.amount()
    }

    async fn order_count(&self) -> i32 {
        self.order_count
    }

    /// The categories most was bought of, by quantity and then by name; at most 3. A product counts
    /// for the category it was in when it was bought.
    async fn favorite_categories(&self, ctx: &Context<'_>) -> Result<Vec<String>, Error> {
        let loader = &ctx.data_unchecked::<Loaders>().favorite_categories_of_user;
        Ok(loader.load(self.user_id.clone()).await?.unwrap_or_default())
    }
}

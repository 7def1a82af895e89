//! A user as orders knows one: an id, and the orders of that id. Whether there is such a user, and
//! what they are called, only the users subgraph knows.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use subgraph_server::{Caller, Error, Nullable, page_limit};

use crate::loaders::Loaders;
use crate::order::Order;
use crate::order_stats::OrderStats;

/// How many orders a user shows when the client does not say.
const ORDERS_DEFAULT: i64 = 1000;

// No descriptions here: those of the users subgraph stand for the type.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    pub(crate) id: ID,
}

#[ComplexObject]
impl User {
    /// The user's orders, newest first; at most 1000. `FORBIDDEN` when it is known that somebody
    /// else asks.
    async fn orders(&self, ctx: &Context<'_>, limit: Option<i32>) -> Nullable<Vec<Order>> {
        Some(self.newest_orders(ctx, limit).await)
    }

    /// Figures about all orders of the user. `FORBIDDEN` when it is known that somebody else asks.
    async fn order_stats(&self, ctx: &Context<'_>) -> Nullable<OrderStats> {
        Some(self.stats(ctx).await)
    }
}

impl User {
    async fn newest_orders(
        &self,
        ctx: &Context<'_>,
        limit: Option<i32>,
    ) -> Result<Vec<Order>, Error> {
        self.check_caller(ctx)?;
        let key = (self.id.0.clone(), page_limit(limit, ORDERS_DEFAULT)?);
        let orders = ctx.data_unchecked::<Loaders>().orders_of_user.load(key).await?;
        Ok(orders.unwrap_or_default())
    }

    async fn stats(&self, ctx: &Context<'_>) -> Result<OrderStats, Error> {
        self.check_caller(ctx)?;
        let user_id = self.id.0.clone();
        let stats = ctx.data_unchecked::<Loaders>().stats_of_user.load(user_id.clone()).await?;
        Ok(stats.unwrap_or_else(|| OrderStats::none(user_id)))
    }

    fn check_caller(&self, ctx: &Context<'_>) -> Result<(), Error> {
        let message = "the orders belong to another user";
        ctx.data_unchecked::<Caller>().check_owner(&self.id, message)
    }
}

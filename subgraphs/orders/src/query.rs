//! The entry points. Each row comes from its noun's file.

use async_graphql::{Context, ID, Object};
use subgraph_server::{Database, Error, Nullable, page_limit};

use crate::loaders::Loaders;
use crate::order::{self, Order};
use crate::user::User;

/// How many orders `orders` returns when the client does not say.
const ORDERS_DEFAULT: i64 = 10;

#[derive(Clone, Copy)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// The order with this id.
    async fn order(&self, ctx: &Context<'_>, id: ID) -> Nullable<Order> {
        ctx.data_unchecked::<Loaders>().orders.load(id.0).await.transpose()
    }

    /// The newest orders of all users; at most 1000.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] limit: Option<i32>,
    ) -> Result<Vec<Order>, Error> {
        let limit = page_limit(limit, ORDERS_DEFAULT)?;
        order::newest(ctx.data_unchecked::<Database>(), limit).await
    }

    #[graphql(entity)]
    async fn find_order_by_id(&self, ctx: &Context<'_>, id: ID) -> Nullable<Order> {
        ctx.data_unchecked::<Loaders>().orders.load(id.0).await.transpose()
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> User {
        User { id }
    }
}

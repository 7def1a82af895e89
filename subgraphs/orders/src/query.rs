//! The entry points. Each row comes from its noun's file.

use async_graphql::{Context, ID, Object};
use subgraph_server::{Caller, Database, Error, Nullable, page_limit};

use crate::loaders::Loaders;
use crate::order::{self, Order};
use crate::user::User;

/// How many orders `orders` returns when the client does not say.
const ORDERS_DEFAULT: i64 = 10;

#[derive(Clone, Copy)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// The order with this id. `FORBIDDEN` when it is known who asks and the order is not theirs.
    async fn order(&self, ctx: &Context<'_>, id: ID) -> Nullable<Order> {
        find(ctx, id).await
    }

    /// The newest orders of all users, or of the user who asks when it is known who that is; at
    /// most 1000.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] limit: Option<i32>,
    ) -> Result<Vec<Order>, Error> {
        let limit = page_limit(limit, ORDERS_DEFAULT)?;
        match ctx.data_unchecked::<Caller>().user_id() {
            Some(user_id) => {
                let loader = &ctx.data_unchecked::<Loaders>().orders_of_user;
                Ok(loader.load((user_id.to_owned(), limit)).await?.unwrap_or_default())
            }
            None => order::newest(ctx.data_unchecked::<Database>(), limit).await,
        }
    }

    /// The user who asks; null when nobody has said who that is.
    #[graphql(shareable)]
    async fn me(&self, ctx: &Context<'_>) -> Option<User> {
        Some(User { id: ctx.data_unchecked::<Caller>().me()?.into() })
    }

    #[graphql(entity)]
    async fn find_order_by_id(&self, ctx: &Context<'_>, id: ID) -> Nullable<Order> {
        find(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> User {
        User { id }
    }
}

async fn find(ctx: &Context<'_>, id: ID) -> Nullable<Order> {
    let found = ctx.data_unchecked::<Loaders>().orders.load(id.0).await.transpose()?;
    Some(found.and_then(|order| {
        ctx.data_unchecked::<Caller>()
            .check_owner(order.owner(), "the order belongs to another user")?;
        Ok(order)
    }))
}

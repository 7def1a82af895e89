//! The entry points. Each row comes from its noun's file.

use async_graphql::{Context, ID, Object};
use subgraph_server::{Caller, Nullable};

use crate::user::{User, UserLoader};

#[derive(Clone, Copy)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// The user with this id.
    #[graphql(deprecation = "Use 'getUser' instead")]
    async fn user(&self, ctx: &Context<'_>, id: ID) -> Nullable<User> {
        find(ctx, id).await
    }

    /// The user with this id.
    async fn get_user(&self, ctx: &Context<'_>, id: ID) -> Nullable<User> {
        find(ctx, id).await
    }

    /// The user who asks; null when nobody has said who that is.
    #[graphql(shareable)]
    async fn me(&self, ctx: &Context<'_>) -> Nullable<User> {
        find(ctx, ctx.data_unchecked::<Caller>().me()?.into()).await
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, id: ID) -> Nullable<User> {
        find(ctx, id).await
    }
}

async fn find(ctx: &Context<'_>, id: ID) -> Nullable<User> {
    ctx.data_unchecked::<UserLoader>().by_id.load(id.0).await.transpose()
}

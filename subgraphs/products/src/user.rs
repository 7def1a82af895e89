//! A user as products knows one: an id under which reviews were written. Whether there is such a
//! user, and what they are called, only the users subgraph knows.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use subgraph_server::{Error, Nullable, page_limit};

use crate::loaders::Loaders;
use crate::product::Product;

/// How many products are recommended when the client does not say.
const RECOMMENDATIONS_DEFAULT: i64 = 10;

// No descriptions here: those of the users subgraph stand for the type.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    pub(crate) id: ID,
}

#[ComplexObject]
impl User {
    /// The best rated products in stock, without those that the user has reviewed already; at most
    /// 1000. What was bought plays no part: this subgraph does not know it.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] limit: Option<i32>,
    ) -> Nullable<Vec<Product>> {
        Some(self.recommended(ctx, limit).await)
    }
}

impl User {
    async fn recommended(
        &self,
        ctx: &Context<'_>,
        limit: Option<i32>,
    ) -> Result<Vec<Product>, Error> {
        let key = (self.id.0.clone(), page_limit(limit, RECOMMENDATIONS_DEFAULT)?);
        let products = ctx.data_unchecked::<Loaders>().recommended_to_user.load(key).await?;
        Ok(products.unwrap_or_default())
    }
}

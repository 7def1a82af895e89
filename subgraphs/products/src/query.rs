//! The entry points. Each row comes from its noun's file.

use async_graphql::{Context, ID, Object};
use subgraph_server::{Caller, Cents, Database, Error, Nullable, page_limit};

use crate::loaders::Loaders;
use crate::product::{self, Product};
use crate::product_page::{PageRequest, ProductPage};
use crate::user::User;

/// How many products `products` returns when the client does not say.
const PRODUCTS_DEFAULT: i64 = 10;

#[derive(Clone, Copy)]
pub(crate) struct Query;

#[Object]
#[expect(clippy::too_many_arguments, reason = "one for each argument of the field")]
impl Query {
    /// The product with this id.
    async fn product(&self, ctx: &Context<'_>, id: ID) -> Nullable<Product> {
        ctx.data_unchecked::<Loaders>().products.load(id.0).await.transpose()
    }

    /// Products by id; those of a category, and at a price between the two, both included. At most
    /// 1000.
    async fn products(
        &self,
        ctx: &Context<'_>,
        category: Option<String>,
        price_min: Option<f64>,
        price_max: Option<f64>,
        #[graphql(default_with = "Some(10)")] limit: Option<i32>,
    ) -> Result<Vec<Product>, Error> {
        let limit = page_limit(limit, PRODUCTS_DEFAULT)?;
        let price_min = price_min.map_or(Cents(i64::MIN), Cents::at_least);
        let price_max = price_max.map_or(Cents(i64::MAX), Cents::at_most);
        let database = ctx.data_unchecked::<Database>();
        match category {
            Some(category) => {
                product::of_category(database, &category, price_min..=price_max, limit).await
            }
            None => product::at_price(database, price_min..=price_max, limit).await,
        }
    }

    /// One page of all products, sorted by `id`, `name`, `price` or `stock`, `asc` or `desc`.
    async fn products_page(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 1)] page: i32,
        #[graphql(default = 10)] limit: i32,
        #[graphql(default = "id")] sort: String,
        #[graphql(default = "asc")] order: String,
    ) -> Result<ProductPage, Error> {
        let request = PageRequest { page, limit, sort, order };
        request.read(ctx.data_unchecked::<Database>()).await
    }

    /// The user who asks; null when nobody has said who that is.
    #[graphql(shareable)]
    async fn me(&self, ctx: &Context<'_>) -> Option<User> {
        Some(User { id: ctx.data_unchecked::<Caller>().me()?.into() })
    }

    #[graphql(entity)]
    async fn find_product_by_id(&self, ctx: &Context<'_>, id: ID) -> Nullable<Product> {
        ctx.data_unchecked::<Loaders>().products.load(id.0).await.transpose()
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> User {
        User { id }
    }
}

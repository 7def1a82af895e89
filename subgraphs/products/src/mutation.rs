//! What may be changed. Arguments are checked here, rows are written in their noun's file.

use async_graphql::{Context, ID, Object, SimpleObject};
use subgraph_server::{Cents, Database, Error, Nullable};

use crate::product::{self, Changes, Product};

/// Characters in a product's name.
const NAME_MAX: usize = 200;

#[derive(Clone, Copy)]
pub(crate) struct Mutation;

/// The product that was made.
#[derive(SimpleObject)]
pub(crate) struct CreateProductPayload {
    product: Option<Product>,
}

/// The product as it is now.
#[derive(SimpleObject)]
pub(crate) struct UpdateProductPayload {
    product: Option<Product>,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "one for each argument of the field")]
impl Mutation {
    /// Adds a product under a new id.
    async fn create_product(
        &self,
        ctx: &Context<'_>,
        name: String,
        price: f64,
        #[graphql(default_with = "Some(0)")] stock: Option<i32>,
    ) -> Nullable<CreateProductPayload> {
        let creating = async {
            let (name, price) = (check_name(name)?, Cents::from_amount("price", price)?);
            let stock = check_stock(stock.unwrap_or(0))?;
            let database = ctx.data_unchecked::<Database>();
            let product = product::create(database, &name, price, stock).await?;
            Ok(CreateProductPayload { product: Some(product) })
        };
        Some(creating.await)
    }

    /// Changes what is given and leaves the rest. With `expectedVersion`, only if nobody else has
    /// changed the product since it had that version.
    async fn update_product(
        &self,
        ctx: &Context<'_>,
        id: ID,
        name: Option<String>,
        price: Option<f64>,
        stock: Option<i32>,
        expected_version: Option<i32>,
    ) -> Nullable<UpdateProductPayload> {
        let updating = async {
            let changes = check_changes(name, price, stock)?;
            let database = ctx.data_unchecked::<Database>();
            let product = product::update(database, &id, &changes, expected_version).await?;
            Ok(UpdateProductPayload { product: Some(product) })
        };
        Some(updating.await)
    }
}

fn check_changes(
    name: Option<String>,
    price: Option<f64>,
    stock: Option<i32>,
) -> Result<Changes, Error> {
    let changes = Changes {
        name: name.map(check_name).transpose()?,
        price: price.map(|price| Cents::from_amount("price", price)).transpose()?,
        stock: stock.map(check_stock).transpose()?,
    };
    if changes == Changes::default() {
        return Err(Error::BadUserInput("name, price or stock must be given".to_owned()));
    }
    Ok(changes)
}

fn check_name(name: String) -> Result<String, Error> {
    if name.trim().is_empty() || name.chars().count() > NAME_MAX {
        let message = format!("name must have 1 to {NAME_MAX} characters that are not all blank");
        return Err(Error::BadUserInput(message));
    }
    // PostgreSQL cannot store it, and no name has it.
    if name.contains('\0') {
        return Err(Error::BadUserInput("name must not contain a null character".to_owned()));
    }
    Ok(name)
}

fn check_stock(stock: i32) -> Result<i64, Error> {
    if stock < 0 {
        return Err(Error::BadUserInput(format!("stock must not be negative, got {stock}")));
    }
    Ok(i64::from(stock))
}

//! A product: its row, its fields and the statements that read and write it.

use std::ops::RangeInclusive;

use async_graphql::{Context, ID, Object};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Cents, Database, Error, Rows, page_limit};

use crate::loaders::Loaders;
use crate::review::Review;

/// How many reviews or similar products a product shows when the client does not say.
const LIST_DEFAULT: i64 = 10;

/// Something that can be bought.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    id: String,
    name: String,
    price: Cents,
    stock: i32,
    category: Option<String>,
    description: Option<String>,
    image_url: Option<String>,
    thumbnail_url: Option<String>,
    /// 0 without any review.
    average_rating: f64,
    version: i32,
}

/// Products by id.
pub(crate) async fn by_id(database: Database, ids: Vec<String>) -> Rows<String, Product> {
    let products: Vec<Product> = database
        .sql(
            "select id, name, price_cents, stock, category, description, image_url, thumbnail_url,
                average_rating, version
            from products
            where id in (select value from json_each($1))",
        )
        .bind_keys(&ids)
        .fetch_all()
        .await?;
    Ok(products.into_iter().map(|product| (product.id.clone(), product)).collect())
}

/// Products of all categories.
pub(crate) async fn at_price(
    database: &Database,
    price: RangeInclusive<Cents>,
    limit: i64,
) -> Result<Vec<Product>, Error> {
    database
        .sql(
            "select id, name, price_cents, stock, category, description, image_url, thumbnail_url,
                average_rating, version
            from products
            where price_cents between $1 and $2
            order by id
            limit $3",
        )
        .bind(price.start().0)
        .bind(price.end().0)
        .bind(limit)
        .fetch_all()
        .await
}

/// Products of one category.
pub(crate) async fn of_category(
    database: &Database,
    category: &str,
    price: RangeInclusive<Cents>,
    limit: i64,
) -> Result<Vec<Product>, Error> {
    database
        .sql(
            "select id, name, price_cents, stock, category, description, image_url, thumbnail_url,
                average_rating, version
            from products
            where category = $1 and price_cents between $2 and $3
            order by id
            limit $4",
        )
        .bind_text(category)
        .bind(price.start().0)
        .bind(price.end().0)
        .bind(limit)
        .fetch_all()
        .await
}

/// Adds a product under the next id that nobody has.
pub(crate) async fn create(
    database: &Database,
    name: &str,
    price: Cents,
    stock: i64,
) -> Result<Product, Error> {
    loop {
        let id: Option<NextId> = database
            .sql("update product_sequence set next_id = next_id + 1 returning next_id")
            .fetch_optional()
            .await?;
        let id = id.ok_or_else(|| Error::Internal("product_sequence has no row".to_owned()))?;
        // No row comes back when a product has been added under this very id by other means.
        let product = database
            .sql(
                "insert into products (id, name, price_cents, stock)
                values ($1, $2, $3, $4)
                on conflict do nothing
                returning id, name, price_cents, stock, category, description, image_url,
                    thumbnail_url, average_rating, version",
            )
            .bind((id.0 - 1).to_string())
            .bind(name)
            .bind(price.0)
            .bind(stock)
            .fetch_optional()
            .await?;
        if let Some(product) = product {
            return Ok(product);
        }
    }
}

/// What an update changes; `None` leaves a column as it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) price: Option<Cents>,
    pub(crate) stock: Option<i64>,
}

/// Changes a product in one statement, so that two writers with the same expected version cannot
/// both succeed.
pub(crate) async fn update(
    database: &Database,
    id: &str,
    changes: &Changes,
    expected_version: Option<i32>,
) -> Result<Product, Error> {
    let product = database
        .sql(
            "update products
            set name = coalesce($2, name),
                price_cents = coalesce($3, price_cents),
                stock = coalesce($4, stock),
                version = version + 1
            where id = $1 and version = coalesce($5, version)
            returning id, name, price_cents, stock, category, description, image_url,
                thumbnail_url, average_rating, version",
        )
        .bind_text(id)
        .bind(changes.name.as_deref())
        .bind(changes.price.map(|price| price.0))
        .bind(changes.stock)
        .bind(expected_version.map(i64::from))
        .fetch_optional()
        .await?;
    if let Some(product) = product {
        return Ok(product);
    }
    let current = by_id(database.clone(), vec![id.to_owned()]).await?;
    match (current.get(id), expected_version) {
        (Some(product), Some(expected)) => Err(Error::VersionConflict(format!(
            "product `{id}` has version {}, expected {expected}",
            product.version
        ))),
        _ => Err(Error::NotFound("Product not found".to_owned())),
    }
}

struct NextId(i64);

impl FromRow<'_, AnyRow> for NextId {
    fn from_row(row: &AnyRow) -> sqlx::Result<NextId> {
        Ok(NextId(row.try_get("next_id")?))
    }
}

impl FromRow<'_, AnyRow> for Product {
    fn from_row(row: &AnyRow) -> sqlx::Result<Product> {
        Ok(Product {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            price: Cents(row.try_get("price_cents")?),
            stock: row.try_get("stock")?,
            category: row.try_get("category")?,
            description: row.try_get("description")?,
            image_url: row.try_get("image_url")?,
            thumbnail_url: row.try_get("thumbnail_url")?,
            average_rating: row.try_get("average_rating")?,
            version: row.try_get("version")?,
        })
    }
}

/// Something that can be bought.
#[Object]
impl Product {
    async fn id(&self) -> ID {
        self.id.as_str().into()
    }

    async fn name(&self) -> &str {
        &self.name
    }

    async fn price(&self) -> f64 {
        self.price.amount()
    }

    /// How many there are.
    async fn stock(&self) -> i32 {
        self.stock
    }

    /// Whether there is one at least.
    async fn in_stock(&self) -> bool {
        self.stock > 0
    }

    async fn category(&self) -> Option<&str> {
        self.category.as_deref()
    }

    async fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    async fn image_url(&self) -> Option<&str> {
        self.image_url.as_deref()
    }

    /// A small image.
    async fn thumbnail_url(&self) -> Option<&str> {
        self.thumbnail_url.as_deref()
    }

    /// The mean of all ratings to one decimal; null without reviews.
    async fn average_rating(&self) -> Option<f64> {
        (self.average_rating > 0.0).then(|| (self.average_rating * 10.0).round() / 10.0)
    }

    /// What users think of it, newest first; at most 1000.
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] limit: Option<i32>,
    ) -> Result<Vec<Review>, Error> {
        let key = (self.id.clone(), page_limit(limit, LIST_DEFAULT)?);
        let reviews = ctx.data_unchecked::<Loaders>().reviews_of_product.load(key).await?;
        Ok(reviews.unwrap_or_default())
    }

    /// Others of its category, those at the nearest price first; at most 1000.
    async fn similar(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(10)")] limit: Option<i32>,
    ) -> Result<Vec<Product>, Error> {
        let key = (self.id.clone(), page_limit(limit, LIST_DEFAULT)?);
        let products = ctx.data_unchecked::<Loaders>().similar_to_product.load(key).await?;
        Ok(products.unwrap_or_default())
    }

    /// Rises by one with every change; `updateProduct` can insist on it.
    async fn version(&self) -> i32 {
        self.version
    }
}

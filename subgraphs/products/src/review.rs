//! A review: its row, its fields and the statements that read and write it.

use async_graphql::{ID, Object};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Database, Error, LimitedLists, Rows, Transaction};

use crate::user::User;

/// What a user thinks of a product.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    id: String,
    product_id: String,
    user_id: String,
    rating: i32,
    text: Option<String>,
}

/// The newest reviews of each of these products.
pub(crate) async fn newest_of_products(
    database: Database,
    keys: Vec<(String, i64)>,
) -> Rows<(String, i64), Vec<Review>> {
    let lists = LimitedLists::new(keys);
    let reviews: Vec<Review> = database
        .sql(
            "select id, product_id, user_id, rating, body
            from (
                select id, product_id, user_id, rating, body, row_number() over (
                    partition by product_id order by created_at desc, id
                ) as newest
                from reviews
                where product_id in (select value from json_each($1))
            ) as numbered
            where newest <= $2
            order by product_id, newest",
        )
        .bind_keys(&lists.owners())
        .bind(lists.limit_max())
        .fetch_all()
        .await?;
    Ok(lists.fill(reviews.into_iter().map(|review| (review.product_id.clone(), review))))
}

/// A new review.
#[derive(Clone, Copy)]
pub(crate) struct NewReview<'a> {
    pub(crate) id: &'a str,
    pub(crate) product_id: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) rating: i64,
    pub(crate) text: Option<&'a str>,
    pub(crate) created_at: &'a str,
}

/// Adds reviews that are not there yet, and brings the products' ratings up to date.
pub(crate) async fn add(
    transaction: &mut Transaction,
    reviews: &[NewReview<'_>],
) -> Result<(), Error> {
    for review in reviews {
        transaction
            .sql(
                "insert into reviews (id, product_id, user_id, rating, body, created_at)
                values ($1, $2, $3, $4, $5, $6)
                on conflict do nothing",
            )
            .bind(review.id)
            .bind(review.product_id)
            .bind(review.user_id)
            .bind(review.rating)
            .bind(review.text)
            .bind(review.created_at)
            .execute()
            .await?;
    }
    let products: Vec<&str> = reviews.iter().map(|review| review.product_id).collect();
    transaction
        .sql(
            "update products
            set average_rating = coalesce(
                (select avg(rating) from reviews where product_id = products.id), 0
            )
            where id in (select value from json_each($1))",
        )
        .bind_keys(&products)
        .execute()
        .await?;
    Ok(())
}

impl FromRow<'_, AnyRow> for Review {
    fn from_row(row: &AnyRow) -> sqlx::Result<Review> {
        Ok(Review {
            id: row.try_get("id")?,
            product_id: row.try_get("product_id")?,
            user_id: row.try_get("user_id")?,
            rating: row.try_get("rating")?,
            text: row.try_get("body")?,
        })
    }
}

/// What a user thinks of a product.
#[Object]
impl Review {
    async fn id(&self) -> ID {
        self.id.as_str().into()
    }

    /// 1 to 5; 5 is best.
    async fn rating(&self) -> i32 {
        self.rating
    }

    async fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Who wrote it.
    async fn author(&self) -> Option<User> {
        Some(User { id: self.user_id.as_str().into() })
    }
}

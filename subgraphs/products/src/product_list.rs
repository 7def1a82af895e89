//! Lists of products below a product or a user, and the statements that read them: those of all
//! products or users of a request in one.

use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Database, LimitedLists, Rows};

use crate::product::Product;

/// A user may have reviewed so many of the best products before their recommendations run short.
const REVIEWED_MAX: i64 = 100;

/// Products of the same category as each of these, those at the nearest price first.
pub(crate) async fn similar(
    database: Database,
    keys: Vec<(String, i64)>,
) -> Rows<(String, i64), Vec<Product>> {
    let lists = LimitedLists::new(keys);
    let products: Vec<Listed> = database
        .sql(
            "select list, id, name, price_cents, stock, category, description, image_url,
                thumbnail_url, average_rating, version
            from (
                select one.id as list, other.*, row_number() over (
                    partition by one.id
                    order by abs(other.price_cents - one.price_cents), other.id
                ) as place
                from products as one
                join products as other on other.category = one.category and other.id <> one.id
                where one.id in (select value from json_each($1))
            ) as numbered
            where place <= $2
            order by list, place",
        )
        .bind_keys(&lists.owners())
        .bind(lists.limit_max())
        .fetch_all()
        .await?;
    Ok(lists.fill(products.into_iter().map(|Listed { list, product }| (list, product))))
}

/// The best rated products in stock for each of these users, without those they have reviewed.
pub(crate) async fn recommended(
    database: Database,
    keys: Vec<(String, i64)>,
) -> Rows<(String, i64), Vec<Product>> {
    let lists = LimitedLists::new(keys);
    let products: Vec<Listed> = database
        .sql(
            "with users (user_id) as (select value from json_each($1)),
            best as (
                select id, name, price_cents, stock, category, description, image_url,
                    thumbnail_url, average_rating, version
                from products
                where stock > 0
                order by average_rating desc, id
                limit $2
            )
            select users.user_id as list, best.*
            from users cross join best
            where not exists (
                select 1 from reviews
                where reviews.user_id = users.user_id and reviews.product_id = best.id
            )
            order by list, average_rating desc, id",
        )
        .bind_keys(&lists.owners())
        .bind(lists.limit_max() + REVIEWED_MAX)
        .fetch_all()
        .await?;
    Ok(lists.fill(products.into_iter().map(|Listed { list, product }| (list, product))))
}

/// A product in the list of another product or of a user.
struct Listed {
    list: String,
    product: Product,
}

impl FromRow<'_, AnyRow> for Listed {
    fn from_row(row: &AnyRow) -> sqlx::Result<Listed> {
        Ok(Listed { list: row.try_get("list")?, product: Product::from_row(row)? })
    }
}

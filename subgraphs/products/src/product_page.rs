//! One page of all products, with the way to its neighbours: its arguments and its statements.

use async_graphql::SimpleObject;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use subgraph_server::{Database, Error, page_limit};

use crate::product::Product;

/// Where the links lead.
const PATH: &str = "/api/v1/products";

/// One page of a sorted list.
#[derive(SimpleObject)]
pub(crate) struct ProductPage {
    /// The products of this page.
    data: Vec<Product>,
    metadata: PageMetadata,
    links: PageLinks,
}

/// Which page of how many.
#[derive(SimpleObject)]
struct PageMetadata {
    /// Counted from 1.
    page: i32,
    /// The products of a full page.
    limit: i32,
    /// The products of all pages.
    total: i64,
    total_pages: i64,
}

/// Addresses of this page and its neighbours.
#[derive(SimpleObject)]
struct PageLinks {
    #[graphql(name = "self")]
    this: String,
    /// Null on the last page.
    next: Option<String>,
    /// Null on the first page.
    prev: Option<String>,
}

/// Which page is asked for.
pub(crate) struct PageRequest {
    pub(crate) page: i32,
    pub(crate) limit: i32,
    pub(crate) sort: String,
    pub(crate) order: String,
}

macro_rules! sorted_by {
    ($order:literal) => {
        concat!(
            "select id, name, price_cents, stock, category, description, image_url, thumbnail_url,
                average_rating, version
            from products
            order by ",
            $order,
            " limit $1 offset $2"
        )
    };
}

impl PageRequest {
    /// The page, in two statements: its rows, and how many there are in all.
    ///
    /// # Errors
    /// [`Error::BadUserInput`] for a page that cannot be; a page behind the last one is empty.
    pub(crate) async fn read(self, database: &Database) -> Result<ProductPage, Error> {
        let sql = self.sql()?;
        let limit = page_limit(Some(self.limit), 0)?;
        if self.page < 1 || limit < 1 {
            return Err(Error::BadUserInput("page and limit must be at least 1".to_owned()));
        }
        let before = i64::from(self.page - 1) * limit;
        let data: Vec<Product> = database.sql(sql).bind(limit).bind(before).fetch_all().await?;
        let total: Option<Total> =
            database.sql("select count(id) as total from products").fetch_optional().await?;
        let total = total.map_or(0, |total| total.0);
        let links = PageLinks {
            this: self.link(i64::from(self.page)),
            next: (before + limit < total).then(|| self.link(i64::from(self.page) + 1)),
            prev: (self.page > 1).then(|| self.link(i64::from(self.page) - 1)),
        };
        let total_pages = (total + limit - 1) / limit;
        let metadata = PageMetadata { page: self.page, limit: self.limit, total, total_pages };
        Ok(ProductPage { data, metadata, links })
    }

    /// Ids settle what is equal, so that no product is on two pages.
    fn sql(&self) -> Result<&'static str, Error> {
        Ok(match (self.sort.as_str(), self.order.as_str()) {
            ("id", "asc") => sorted_by!("id"),
            ("id", "desc") => sorted_by!("id desc"),
            ("name", "asc") => sorted_by!("name, id"),
            ("name", "desc") => sorted_by!("name desc, id"),
            ("price", "asc") => sorted_by!("price_cents, id"),
            ("price", "desc") => sorted_by!("price_cents desc, id"),
            ("stock", "asc") => sorted_by!("stock, id"),
            ("stock", "desc") => sorted_by!("stock desc, id"),
            (_, "asc" | "desc") => {
                let message = "sort must be one of id, name, price and stock";
                return Err(Error::BadUserInput(message.to_owned()));
            }
            _ => return Err(Error::BadUserInput("order must be asc or desc".to_owned())),
        })
    }

    fn link(&self, page: i64) -> String {
        let Self { limit, sort, order, .. } = self;
        format!("{PATH}?page={page}&limit={limit}&sort={sort}&order={order}")
    }
}

struct Total(i64);

impl FromRow<'_, AnyRow> for Total {
    fn from_row(row: &AnyRow) -> sqlx::Result<Total> {
        Ok(Total(row.try_get("total")?))
    }
}

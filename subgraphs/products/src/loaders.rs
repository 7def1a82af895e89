//! What the resolvers of one request share, so that each list takes one statement.

use subgraph_server::{Database, Loader};

use crate::product::{self, Product};
use crate::product_list;
use crate::review::{self, Review};

pub(crate) struct Loaders {
    /// Products by id.
    pub(crate) products: Loader<String, Product>,
    /// The newest reviews of a product, at most so many.
    pub(crate) reviews_of_product: Loader<(String, i64), Vec<Review>>,
    /// Products like a product, at most so many.
    pub(crate) similar_to_product: Loader<(String, i64), Vec<Product>>,
    /// What a user might like, at most so much.
    pub(crate) recommended_to_user: Loader<(String, i64), Vec<Product>>,
}

impl Loaders {
    pub(crate) fn new(database: &Database) -> Loaders {
        Loaders {
            products: Loader::new(database, product::by_id),
            reviews_of_product: Loader::new(database, review::newest_of_products),
            similar_to_product: Loader::new(database, product_list::similar),
            recommended_to_user: Loader::new(database, product_list::recommended),
        }
    }
}

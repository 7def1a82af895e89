//! What the resolvers of one request share, so that each list takes one statement.

use subgraph_server::{Database, Loader};

use crate::order::{self, Order};
use crate::order_item::{self, OrderItem};
use crate::order_stats::{self, OrderStats};

pub(crate) struct Loaders {
    /// Orders by id.
    pub(crate) orders: Loader<String, Order>,
    /// The newest orders of a user, at most so many.
    pub(crate) orders_of_user: Loader<(String, i64), Vec<Order>>,
    /// The lines of an order.
    pub(crate) items_of_order: Loader<String, Vec<OrderItem>>,
    /// The figures of a user who has orders.
    pub(crate) stats_of_user: Loader<String, OrderStats>,
    /// The categories a user has bought most of.
    pub(crate) favorite_categories_of_user: Loader<String, Vec<String>>,
}

impl Loaders {
    pub(crate) fn new(database: &Database) -> Loaders {
        Loaders {
            orders: Loader::new(database, order::by_id),
            orders_of_user: Loader::new(database, order::newest_of_users),
            items_of_order: Loader::new(database, order_item::of_orders),
            stats_of_user: Loader::new(database, order_stats::of_users),
            favorite_categories_of_user: Loader::new(database, order_stats::favorite_categories),
        }
    }
}

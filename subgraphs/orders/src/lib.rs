//! The orders subgraph: who bought what. Knows users and products by id alone.

use async_graphql::EmptyMutation;
use futures_util::FutureExt;
use subgraph_server::{Database, DatabaseUrl, Definition, Migration, Profile, Subgraph};

use crate::loaders::Loaders;
use crate::query::Query;

mod query;

mod user;

mod order;

mod order_item;

mod order_stats;

mod order_action;

mod loaders;

mod fixtures;

/// What the binary and `weft dev` need to know of this subgraph.
pub const DEFINITION: Definition = Definition {
    name: "orders",
    listen: "127.0.0.1:4002",
    database_url: "sqlite:orders.db",
    sdl,
    open: |url, profile| async move { open(&url, profile).await }.boxed(),
};

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        description: "orders",
        sql: include_str!("../migrations/0001_orders.sql"),
    },
    Migration {
        version: 2,
        description: "what views show",
        sql: include_str!("../migrations/0002_what_views_show.sql"),
    },
];

/// Connects to the database, brings its tables up to date and seeds them.
///
/// # Errors
/// When the database cannot be reached, migrated or written to.
pub async fn open(url: &DatabaseUrl, profile: Profile) -> anyhow::Result<Subgraph> {
    let database = Database::connect(url).await?;
    database.migrate(DEFINITION.name, MIGRATIONS).await?;
    fixtures::seed(&database, profile).await?;
    Ok(Subgraph::new(DEFINITION.name, (Query, EmptyMutation), database, Loaders::new))
}

/// The schema as it stands in `schema/orders-schema.graphql`.
pub fn sdl() -> String {
    subgraph_server::sdl(Query, EmptyMutation)
}

//! The products subgraph: what can be bought. Knows nothing of who buys it.

use futures_util::FutureExt;
use subgraph_server::{Database, DatabaseUrl, Definition, Migration, Profile, Subgraph};

use crate::loaders::Loaders;
use crate::mutation::Mutation;
use crate::query::Query;

mod query;

mod mutation;

mod user;

mod product;
mod product_list;
mod product_page;

mod review;

mod loaders;

mod fixtures;

/// What the binary and `weft dev` need to know of this subgraph.
pub const DEFINITION: Definition = Definition {
    name: "products",
    listen: "127.0.0.1:4003",
    database_url: "sqlite:products.db",
    sdl,
    open: |url, profile| async move { open(&url, profile).await }.boxed(),
};

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        description: "products",
        sql: include_str!("../migrations/0001_products.sql"),
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
    Ok(Subgraph::new(DEFINITION.name, (Query, Mutation), database, Loaders::new))
}

/// The schema as it stands in `schema/products-schema.graphql`.
pub fn sdl() -> String {
    subgraph_server::sdl(Query, Mutation)
}

//! The users subgraph: who somebody is. Knows nothing of what they buy.

use async_graphql::EmptyMutation;
use futures_util::FutureExt;
use subgraph_server::{Database, DatabaseUrl, Definition, Migration, Profile, Subgraph};

use crate::query::Query;
use crate::user::UserLoader;

mod query;

mod user;

mod fixtures;

/// What the binary and `weft dev` need to know of this subgraph.
pub const DEFINITION: Definition = Definition {
    name: "users",
    listen: "127.0.0.1:4001",
    database_url: "sqlite:users.db",
    sdl,
    open: |url, profile| async move { open(&url, profile).await }.boxed(),
};

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    description: "users",
    sql: include_str!("../migrations/0001_users.sql"),
}];

/// Connects to the database, brings its tables up to date and seeds them.
///
/// # Errors
/// When the database cannot be reached, migrated or written to.
pub async fn open(url: &DatabaseUrl, profile: Profile) -> anyhow::Result<Subgraph> {
    let database = Database::connect(url).await?;
    database.migrate(DEFINITION.name, MIGRATIONS).await?;
    fixtures::seed(&database, profile).await?;
    Ok(Subgraph::new(DEFINITION.name, (Query, EmptyMutation), database, UserLoader::new))
}

/// The schema as it stands in `schema/users-schema.graphql`.
pub fn sdl() -> String {
    subgraph_server::sdl(Query, EmptyMutation)
}

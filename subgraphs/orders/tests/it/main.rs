//! The orders subgraph as a gateway sees it, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "an answer of another shape fails the test")]

mod caller;
mod entities;
mod indexes;
mod order;
mod order_stats;
mod schema;
mod user;
mod views;

use subgraph_server::Profile;
use subgraph_server::testing::{Client, TestDatabase};

/// A client of a fresh subgraph with the rows of the course.
async fn course(database: &TestDatabase) -> Client {
    open(database, Profile::Course).await
}

async fn open(database: &TestDatabase, profile: Profile) -> Client {
    Client::new(orders::open(&database.url, profile).await.expect("the orders subgraph opens"))
}

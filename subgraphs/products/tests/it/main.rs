//! The products subgraph as a gateway and the cookbook see it, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "an answer of another shape fails the test")]

mod entities;
mod indexes;
mod mutation;
mod products;
mod reviews;
mod schema;
mod similar;
mod user;

use subgraph_server::Profile;
use subgraph_server::testing::{Client, TestDatabase};

/// A client of a fresh subgraph with the rows of the course.
async fn course(database: &TestDatabase) -> Client {
    open(database, Profile::Course).await
}

async fn open(database: &TestDatabase, profile: Profile) -> Client {
    let subgraph = ::products::open(&database.url, profile).await;
    Client::new(subgraph.expect("the products subgraph opens"))
}

//! The users subgraph as a gateway sees it, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "an answer of another shape fails the test")]

mod entities;
mod indexes;
mod program;
mod schema;
mod user;

use subgraph_server::testing::{Client, TestDatabase};
use subgraph_server::{DatabaseUrl, Profile};

/// A client of a fresh subgraph.
async fn open(url: &DatabaseUrl, profile: Profile) -> Client {
    Client::new(users::open(url, profile).await.expect("the users subgraph opens"))
}

/// A client of a fresh subgraph with the rows of the course.
async fn course(database: &TestDatabase) -> Client {
    open(&database.url, Profile::Course).await
}

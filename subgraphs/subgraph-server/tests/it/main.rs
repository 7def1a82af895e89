//! The server that the subgraphs share, with a small subgraph of its own behind it.

#![expect(clippy::unwrap_used, reason = "an answer of another shape fails the test")]

mod completion;
mod database;
mod entities;
mod errors;
mod graphql_over_http;
mod health;
mod loader;
mod planet;
mod server;

//! What a subgraph crate tells about itself, so that one program and one development server can run
//! all of them.

use clap::ValueEnum;
use futures_util::future::BoxFuture;

use crate::{DatabaseUrl, Subgraph};

/// A subgraph to be opened. Each subgraph crate has one constant of it; read by the command line of
/// its binary and by whoever embeds it.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// `users`, `orders`, `products`: the name in the supergraph.
    pub name: &'static str,
    /// Where its binary listens unless told otherwise.
    pub listen: &'static str,
    /// Where its binary keeps its rows unless told otherwise: an embedded database.
    pub database_url: &'static str,
    /// Prints the schema; needs no database.
    pub sdl: fn() -> String,
    /// Connects, migrates and seeds.
    pub open: fn(DatabaseUrl, Profile) -> BoxFuture<'static, anyhow::Result<Subgraph>>,
}

/// Which rows a database is given at start. Rows that are already there stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// None: for production.
    #[default]
    None,
    /// The few users, orders and products of the course, which the documentation's examples show.
    Course,
    /// The course's rows, and enough more to look at lists, pages and batches.
    Demo,
}

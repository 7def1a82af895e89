//! What the three subgraphs share, in the order of a request's life. Knows no field of any schema.

mod cli;
mod definition;

mod server;

mod request_scope;

mod graphql_over_http;

mod caller;

mod operation;

mod subgraph;

mod completion;
mod field_order;

mod sdl;

mod entities;

mod loader;

mod limited_lists;

mod database;

mod error;

mod date_time;

mod money;

mod page;

#[cfg(feature = "testing")]
pub mod testing;

pub use cli::{command, main};
pub use definition::{Definition, Profile};

pub use server::{Server, ServerOptions, router};

pub use caller::Caller;

pub use operation::Operation;

pub use subgraph::Subgraph;

pub use sdl::sdl;

pub use loader::{Key, Loader, Rows, Value};

pub use limited_lists::LimitedLists;

pub use database::{Database, DatabaseUrl, Migration, Statement, Transaction};

pub use error::{Error, Nullable};

pub use date_time::DateTime;

pub use money::Cents;

pub use page::page_limit;

//! One database, SQLite or PostgreSQL, under one SQL text. Every statement of every subgraph is
//! sent from here and counted here. Knows no table.
//!
//! Both dialects understand: `$1` placeholders, `text` ids, `bigint` cents, RFC 3339 text for time,
//! JSON as text, `on conflict`, `returning`. The one place where they differ is a list of keys, see
//! [`Database::sql`].

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::{AnyPool, ConnectOptions, Connection, Executor, FromRow};

pub use self::migration::Migration;
pub use self::statement::{Statement, Transaction};
pub use self::url::DatabaseUrl;

mod migration;
mod statement;
mod url;

/// How long opening a connection, or waiting for a free one, may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 10;

/// Connections to an SQLite file: one writes, the others read meanwhile.
const SQLITE_CONNECTIONS_MAX: u32 = 4;

/// A memory database lives and dies with its only connection, and so is private to its owner.
const MEMORY_CONNECTIONS_MAX: u32 = 1;

/// Readers do not wait for the writer; a power cut may lose the last commits, never the file.
const SQLITE_SETTINGS: &str = "
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma foreign_keys = on;
    pragma busy_timeout = 5000";

/// No statement of a subgraph may keep the server busy for longer.
const POSTGRES_SETTINGS: &str = "set statement_timeout = '30s'";

/// How SQLite spells a list of keys bound as one JSON text, and with it all our SQL.
const SQLITE_KEYS: &str = "select value from json_each($1)";

/// The same for PostgreSQL.
const POSTGRES_KEYS: &str = "select json_array_elements_text($1::json)";

/// An open database. Cheap to clone; clones share connections and the counter.
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    dialect: Dialect,
    statements: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Database {
    /// Opens the database and proves that it answers.
    ///
    /// # Errors
    /// When it cannot be reached or opened; the message names it without its password.
    pub async fn connect(url: &DatabaseUrl) -> anyhow::Result<Database> {
        sqlx::any::install_default_drivers();
        let what = || format!("cannot open the database {url}");
        url.create_folder().with_context(what)?;
        let options: AnyConnectOptions = url.expose().parse().with_context(what)?;
        let options = options.disable_statement_logging();
        // A pool would try again and again and then say no more than "timed out".
        let first = tokio::time::timeout(CONNECT_MAX, sqlx::AnyConnection::connect_with(&options));
        let first = first.await.with_context(what)?.with_context(what)?;
        first.close().await.with_context(what)?;

        let dialect = if url.is_sqlite() { Dialect::Sqlite } else { Dialect::Postgres };
        let (settings, connections_max) = match dialect {
            Dialect::Sqlite if url.is_memory() => (SQLITE_SETTINGS, MEMORY_CONNECTIONS_MAX),
            Dialect::Sqlite => (SQLITE_SETTINGS, SQLITE_CONNECTIONS_MAX),
            Dialect::Postgres => (POSTGRES_SETTINGS, POSTGRES_CONNECTIONS_MAX),
        };
        let mut pool = AnyPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(CONNECT_MAX)
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(settings).await.map(|_| ()) })
            });
        if url.is_memory() {
            pool = pool.idle_timeout(None).max_lifetime(None);
        }
        let pool = pool.connect_with(options).await.with_context(what)?;
        Ok(Database { pool, dialect, statements: Arc::default() })
    }

    /// A statement. Written in the SQL that both dialects share; a list of keys is bound as the
    /// first parameter with [`Statement::bind_keys`] and read with `select value from
    /// json_each($1)`, which becomes PostgreSQL's own words there. So one prepared statement serves
    /// every number of keys.
    pub fn sql(&self, sql: &'static str) -> Statement<'_> {
        Statement::on_pool(&self.pool, self.translate(sql), &self.statements)
    }

    /// Begins a transaction; dropped without [`Transaction::commit`] it leaves nothing behind.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self) -> Result<Transaction, crate::Error> {
        Ok(Transaction::new(self.clone(), self.pool.begin().await?))
    }

    /// How many statements were sent since the database was opened, migrations aside.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> Result<(), crate::Error> {
        self.sql("select 1").fetch_all::<One>().await.map(|_| ())
    }

    /// Ends all connections; what is asked of the database afterwards fails.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    fn translate(&self, sql: &'static str) -> Cow<'static, str> {
        match self.dialect {
            Dialect::Postgres if sql.contains(SQLITE_KEYS) => {
                Cow::Owned(sql.replace(SQLITE_KEYS, POSTGRES_KEYS))
            }
            Dialect::Sqlite | Dialect::Postgres => Cow::Borrowed(sql),
        }
    }

    /// Which query plan the database would choose, as text; for the tests of our indexes.
    #[cfg(feature = "testing")]
    pub fn explain(&self, sql: &str) -> Statement<'_> {
        let explain = match self.dialect {
            Dialect::Sqlite => "explain query plan ",
            Dialect::Postgres => "explain ",
        };
        let sql = Cow::Owned(format!("{explain}{sql}"));
        Statement::on_pool(&self.pool, sql, &self.statements)
    }
}

struct One;

impl FromRow<'_, AnyRow> for One {
    fn from_row(_: &AnyRow) -> sqlx::Result<One> {
        Ok(One)
    }
}

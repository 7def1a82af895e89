//! A statement on its way to the database, and the transaction that several may share.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{AnyConnection, AnyPool, Arguments, AssertSqlSafe, Encode, FromRow, SqlSafeStr, Type};

use super::Database;
use crate::Error;

/// One statement with its parameters. Made by [`Database::sql`] and [`Transaction::sql`].
#[must_use = "a statement does nothing until it is fetched or executed"]
pub struct Statement<'a> {
    target: Target<'a>,
    sql: Cow<'static, str>,
    arguments: Result<AnyArguments, Error>,
    sent: &'a AtomicU64,
}

enum Target<'a> {
    Pool(&'a AnyPool),
    Connection(&'a mut AnyConnection),
}

impl<'a> Statement<'a> {
    pub(super) fn on_pool(
        pool: &'a AnyPool,
        sql: Cow<'static, str>,
        sent: &'a AtomicU64,
    ) -> Statement<'a> {
        Statement { target: Target::Pool(pool), sql, arguments: Ok(AnyArguments::default()), sent }
    }

    /// Binds the next parameter: `$1`, `$2` and so on.
    pub fn bind<'v, T>(mut self, value: T) -> Statement<'a>
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        if let Ok(arguments) = &mut self.arguments
            && let Err(cause) = arguments.add(value)
        {
            self.arguments = Err(sqlx::Error::Encode(cause).into());
        }
        self
    }

    /// Binds a text that a client gave and that rows are compared with. PostgreSQL cannot even read
    /// a null character; no row has one, so that another character that no row has stands for it.
    pub fn bind_text(self, text: &str) -> Statement<'a> {
        self.bind(text.replace('\0', "\u{FFFD}"))
    }

    /// Binds a list of keys as one parameter, a JSON array of texts. Keys with a null character are
    /// left out, see [`Statement::bind_text`].
    pub fn bind_keys<K: AsRef<str>>(self, keys: &[K]) -> Statement<'a> {
        let keys = keys.iter().map(AsRef::as_ref).filter(|key| !key.contains('\0'));
        let keys: Vec<&str> = keys.collect();
        self.bind(serde_json::Value::from(keys).to_string())
    }

    /// Sends the statement and returns all its rows.
    ///
    /// # Errors
    /// [`Error::Database`] when the database refuses or does not answer.
    pub async fn fetch_all<T>(self) -> Result<Vec<T>, Error>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let (target, query) = self.send()?;
        let rows = match target {
            Target::Pool(pool) => query.fetch_all(pool).await?,
            Target::Connection(connection) => query.fetch_all(connection).await?,
        };
        rows.iter().map(|row| T::from_row(row).map_err(Error::from)).collect()
    }

    /// Sends the statement and returns its first row.
    ///
    /// # Errors
    /// [`Error::Database`] when the database refuses or does not answer.
    pub async fn fetch_optional<T>(self) -> Result<Option<T>, Error>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        Ok(self.fetch_all().await?.into_iter().next())
    }

    /// Sends the statement and returns how many rows it changed.
    ///
    /// # Errors
    /// [`Error::Database`] when the database refuses or does not answer.
    pub async fn execute(self) -> Result<u64, Error> {
        let (target, query) = self.send()?;
        let done = match target {
            Target::Pool(pool) => query.execute(pool).await?,
            Target::Connection(connection) => query.execute(connection).await?,
        };
        Ok(done.rows_affected())
    }

    /// The one door to the database: whatever goes through is counted.
    fn send(self) -> Result<(Target<'a>, Query<'static, Any, AnyArguments>), Error> {
        let sql = match self.sql {
            Cow::Borrowed(sql) => sql.into_sql_str(),
            // Only `Database` makes these, by fixed replacements in a fixed text.
            Cow::Owned(sql) => AssertSqlSafe(sql).into_sql_str(),
        };
        tracing::trace!(sql = sql.as_str(), "statement");
        let query = sqlx::query_with(sql, self.arguments?);
        self.sent.fetch_add(1, Ordering::Relaxed);
        Ok((self.target, query))
    }
}

/// Statements that take effect together or not at all. Made by [`Database::begin`].
pub struct Transaction {
    database: Database,
    transaction: sqlx::Transaction<'static, Any>,
}

impl Transaction {
    pub(super) fn new(
        database: Database,
        transaction: sqlx::Transaction<'static, Any>,
    ) -> Transaction {
        Transaction { database, transaction }
    }

    /// A statement of this transaction; see [`Database::sql`].
    pub fn sql(&mut self, sql: &'static str) -> Statement<'_> {
        Statement {
            target: Target::Connection(&mut self.transaction),
            sql: self.database.translate(sql),
            arguments: Ok(AnyArguments::default()),
            sent: &self.database.statements,
        }
    }

    /// Makes the changes last.
    ///
    /// # Errors
    /// [`Error::Database`] when the database refuses; then nothing has changed.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.transaction.commit().await?)
    }
}

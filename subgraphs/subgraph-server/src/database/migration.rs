//! Brings the tables up to date at start. Each subgraph has its own list and its own record of what
//! was applied, so that the three may share one PostgreSQL database.

use anyhow::Context;
use sqlx::migrate::{MigrationType, Migrator};
use sqlx::{Executor, SqlSafeStr};

use super::{Database, Dialect};

/// One step in the life of a subgraph's tables. Once released it never changes: another is added.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The step's number; steps run in this order.
    pub version: i64,
    /// What it does, in a few words.
    pub description: &'static str,
    /// DDL that SQLite and PostgreSQL both understand.
    pub sql: &'static str,
}

impl Database {
    /// Applies the migrations that were not applied yet, each in a transaction. Processes that
    /// start together on one PostgreSQL database wait for each other.
    ///
    /// # Errors
    /// When a step fails, or when the database was migrated by other steps than these.
    pub async fn migrate(&self, subgraph: &str, steps: &'static [Migration]) -> anyhow::Result<()> {
        let steps = steps.iter().map(|step| {
            let (kind, sql) = (MigrationType::Simple, step.sql.into_sql_str());
            sqlx::migrate::Migration::new(step.version, step.description.into(), kind, sql, false)
        });
        let mut migrator = Migrator::with_migrations(steps.collect());
        migrator.dangerous_set_table_name(format!("{subgraph}_migrations"));
        // `run_direct` is `run` on one connection; with `run` the compiler cannot see that the
        // future may change threads.
        let what = || format!("cannot migrate the {subgraph} tables");
        let mut connection = self.pool.acquire().await.with_context(what)?;
        if self.dialect == Dialect::Sqlite {
            return migrator.run_direct(None, &mut *connection, false).await.with_context(what);
        }
        // A step may take its time. The connection is not used again, since a failed step leaves it
        // with the lock that keeps others from migrating.
        connection.execute("set statement_timeout = 0").await.with_context(what)?;
        let migrated = migrator.run_direct(None, &mut *connection, false).await.with_context(what);
        connection.close().await.with_context(what)?;
        migrated
    }
}

//! What SQLite and PostgreSQL must have in common.

use sqlx::Row;
use sqlx::any::AnyRow;
use subgraph_server::testing::{Backend, TestDatabase};
use subgraph_server::{Database, DatabaseUrl, Migration, on_each_database};

on_each_database!(
    values_come_back_as_they_went_in,
    keys_are_bound_as_one_parameter,
    statements_are_counted,
    transactions_take_effect_as_a_whole,
    migrations_run_once,
    subgraphs_may_share_a_database,
    failed_migration_is_named,
);

const STEP: Migration = Migration {
    version: 1,
    description: "things",
    sql: "create table things (id text primary key, number bigint, note text)",
};

struct Thing(String, Option<i64>, Option<String>);

impl sqlx::FromRow<'_, AnyRow> for Thing {
    fn from_row(row: &AnyRow) -> sqlx::Result<Thing> {
        Ok(Thing(row.try_get("id")?, row.try_get("number")?, row.try_get("note")?))
    }
}

async fn things(database: &TestDatabase) -> Database {
    let database = Database::connect(&database.url).await.expect("a database");
    database.migrate("things", &[STEP]).await.expect("migrated");
    database
}

async fn add(database: &Database, id: &str, number: Option<i64>, note: Option<&str>) {
    let add = database.sql("insert into things (id, number, note) values ($1, $2, $3)");
    assert_eq!(add.bind(id).bind(number).bind(note).execute().await.expect("added"), 1);
}

async fn ids(database: &Database, keys: &[&str]) -> Vec<String> {
    let all = "select id, number, note from things
        where id in (select value from json_each($1)) order by id";
    let things: Vec<Thing> = database.sql(all).bind_keys(keys).fetch_all().await.expect("read");
    things.into_iter().map(|thing| thing.0).collect()
}

async fn values_come_back_as_they_went_in(test: TestDatabase) {
    let database = things(&test).await;
    add(&database, "a", Some(i64::MAX), Some("naïve 🦀 'quoted' \"twice\"")).await;
    add(&database, "b", None, None).await;
    add(&database, "c", Some(i64::MIN), Some("")).await;
    let all = database.sql("select id, number, note from things order by id");
    let things: Vec<Thing> = all.fetch_all().await.expect("read");
    let values: Vec<_> =
        things.iter().map(|Thing(_, number, note)| (*number, note.as_deref())).collect();
    let text = "naïve 🦀 'quoted' \"twice\"";
    assert_eq!(values, [(Some(i64::MAX), Some(text)), (None, None), (Some(i64::MIN), Some(""))]);
}

async fn keys_are_bound_as_one_parameter(test: TestDatabase) {
    let database = things(&test).await;
    for id in ["a", "'; drop table things; --", "\"quoted\"", "ü", "1"] {
        add(&database, id, None, None).await;
    }
    assert_eq!(ids(&database, &[]).await, [""; 0]);
    assert_eq!(ids(&database, &["a", "nope", "a"]).await, ["a"]);
    let odd = ["'; drop table things; --", "\"quoted\"", "ü", "1", "\0", "a\0"];
    assert_eq!(ids(&database, &odd).await.len(), 4);
}

async fn statements_are_counted(test: TestDatabase) {
    let database = things(&test).await;
    let before = database.statements();
    add(&database, "a", None, None).await;
    ids(&database, &["a"]).await;
    let _ = database.sql("select nonsense from nowhere").execute().await.expect_err("no table");
    let mut transaction = database.begin().await.expect("begun");
    transaction.sql("delete from things").execute().await.expect("deleted");
    transaction.commit().await.expect("committed");
    assert_eq!(database.clone().statements() - before, 4);
}

async fn transactions_take_effect_as_a_whole(test: TestDatabase) {
    let database = things(&test).await;
    add(&database, "a", None, None).await;
    let mut transaction = database.begin().await.expect("begun");
    transaction.sql("delete from things").execute().await.expect("deleted");
    drop(transaction);
    assert_eq!(ids(&database, &["a"]).await, ["a"]);
    let mut transaction = database.begin().await.expect("begun");
    transaction.sql("delete from things").execute().await.expect("deleted");
    transaction.commit().await.expect("committed");
    assert_eq!(ids(&database, &["a"]).await, [""; 0]);
}

async fn migrations_run_once(test: TestDatabase) {
    const NEXT: Migration = Migration {
        version: 2,
        description: "colour",
        sql: "alter table things add column colour text",
    };
    let database = things(&test).await;
    add(&database, "a", None, None).await;
    database.migrate("things", &[STEP, NEXT]).await.expect("migrated further");
    database.migrate("things", &[STEP, NEXT]).await.expect("nothing to do");
    assert_eq!(ids(&database, &["a"]).await, ["a"]);
    let colour = database.sql("update things set colour = 'red'").execute().await;
    assert_eq!(colour.expect("there is a colour"), 1);
}

async fn subgraphs_may_share_a_database(test: TestDatabase) {
    const OTHER: Migration =
        Migration { version: 1, description: "others", sql: "create table others (id text)" };
    let database = things(&test).await;
    database.migrate("others", &[OTHER]).await.expect("migrated beside the first");
    database.sql("delete from others").execute().await.expect("there is a table");
}

async fn failed_migration_is_named(test: TestDatabase) {
    const BROKEN: Migration =
        Migration { version: 2, description: "broken", sql: "create nonsense" };
    let database = things(&test).await;
    let error = database.migrate("things", &[STEP, BROKEN]).await.expect_err("nonsense");
    assert!(format!("{error:#}").contains("cannot migrate the things tables"), "{error:#}");
    const CHANGED: Migration = Migration { sql: "create table other_things (id text)", ..STEP };
    let error = database.migrate("things", &[CHANGED]).await.expect_err("history was changed");
    assert!(format!("{error:#}").contains("modified"), "{error:#}");
}

#[tokio::test]
async fn memory_databases_are_private() {
    let memory = async || {
        let database = Database::connect(&DatabaseUrl::sqlite_memory()).await.expect("a database");
        database.migrate("things", &[STEP]).await.expect("migrated");
        database
    };
    let (one, other) = (memory().await, memory().await);
    add(&one, "a", None, None).await;
    assert_eq!(ids(&one, &["a"]).await, ["a"]);
    assert_eq!(ids(&other, &["a"]).await, [""; 0]);
}

#[tokio::test]
async fn sqlite_files_write_ahead_and_sync_normally() {
    struct Setting(String);
    impl sqlx::FromRow<'_, AnyRow> for Setting {
        fn from_row(row: &AnyRow) -> sqlx::Result<Setting> {
            row.try_get(0).or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string())).map(Setting)
        }
    }
    let test = TestDatabase::new(Backend::Sqlite).await;
    let database = things(&test).await;
    for (pragma, expected) in [
        ("pragma journal_mode", "wal"),
        ("pragma synchronous", "1"),
        ("pragma foreign_keys", "1"),
        ("pragma busy_timeout", "5000"),
    ] {
        let setting: Option<Setting> =
            database.sql(pragma).fetch_optional().await.expect("a pragma");
        assert_eq!(setting.expect("a row").0, expected, "{pragma}");
    }
}

#[tokio::test]
async fn folder_of_an_sqlite_file_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a b/100%/x?.db");
    Database::connect(&DatabaseUrl::sqlite_file(&file)).await.expect("a database");
    assert!(file.is_file());
}

#[tokio::test]
async fn unusable_databases_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("text"), "x").expect("a file");
    let file = DatabaseUrl::sqlite_file(&folder.path().join("text/x.db"));
    for url in [file, "postgres://weft:s3cret@127.0.0.1:1/x".parse().expect("an address")] {
        let error = format!("{:#}", Database::connect(&url).await.expect_err("no database"));
        assert!(error.contains(&format!("cannot open the database {url}")), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

/// Statements name their columns, so that a column added later changes no answer and no cost.
#[test]
fn no_statement_selects_everything() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))];
    let (mut files, mut found) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "sql") {
                let text = std::fs::read_to_string(&path).expect("text").to_lowercase();
                files += 1;
                found.extend(text.contains(concat!("select", " *")).then_some(path));
            }
        }
    }
    assert!(files > 40, "the subgraphs' sources were not found");
    assert_eq!(found, [""; 0].map(std::path::PathBuf::from));
}

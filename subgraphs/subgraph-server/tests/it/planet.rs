//! A subgraph of planets that can go wrong in every way there is.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use sqlx::Row;
use sqlx::any::AnyRow;
use subgraph_server::testing::{Client, TestDatabase};
use subgraph_server::{Database, DatabaseUrl, Error, Loader, Migration, Nullable, Subgraph};

#[derive(Clone, Copy)]
pub(crate) struct Query;

#[derive(Clone, Copy)]
pub(crate) struct Mutation;

#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Planet {
    id: ID,
}

pub(crate) struct Loaders {
    moons: Loader<String, i64>,
}

#[ComplexObject]
impl Planet {
    async fn moons(&self, ctx: &Context<'_>) -> Nullable<i64> {
        ctx.data_unchecked::<Loaders>().moons.load(self.id.0.clone()).await.transpose()
    }

    async fn neighbour(&self) -> Option<Planet> {
        Some(Planet { id: "neighbour".into() })
    }

    async fn twin(&self) -> Planet {
        Planet { id: "twin".into() }
    }

    async fn inhabitants(&self) -> Result<i32, Error> {
        Err(Error::Internal("the secret of the inhabitants".to_owned()))
    }
}

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("Hello, {}!", name.as_deref().unwrap_or("world"))
    }

    async fn panic(&self) -> i32 {
        let nothing: Option<i32> = std::hint::black_box(None);
        nothing.expect("a secret of the resolver")
    }

    async fn broken_sql(&self, ctx: &Context<'_>) -> Nullable<i32> {
        let database = ctx.data_unchecked::<Database>();
        Some(database.sql("select secret from nowhere").execute().await.map(|_| 0))
    }

    /// Not nullable, and failing on demand.
    async fn planet(&self, id: ID) -> Result<Planet, Error> {
        match id.as_str() {
            "fail" => Err(Error::BadUserInput("no such planet".to_owned())),
            _ => Ok(Planet { id }),
        }
    }

    async fn maybe_planet(&self, id: ID) -> Option<Planet> {
        Some(Planet { id })
    }

    /// Nullable, but declared so that async-graphql leaves it out when it fails.
    async fn dark_planet(&self) -> Result<Option<Planet>, Error> {
        Err(Error::BadUserInput("too dark".to_owned()))
    }

    async fn planets(&self, count: i32) -> Vec<Planet> {
        (0..count).map(|number| Planet { id: number.into() }).collect()
    }

    #[graphql(entity)]
    async fn find_planet_by_id(&self, id: ID) -> Nullable<Planet> {
        match id.as_str() {
            "panic" => panic!("a secret of a planet"),
            "fail" => Some(Err(Error::Internal("a secret of a planet".to_owned()))),
            "none" => None,
            _ => Some(Ok(Planet { id })),
        }
    }
}

#[Object]
impl Mutation {
    async fn rename(&self, name: String) -> String {
        name
    }
}

struct Moons(i64);

impl sqlx::FromRow<'_, AnyRow> for Moons {
    fn from_row(row: &AnyRow) -> sqlx::Result<Moons> {
        Ok(Moons(row.try_get("moons")?))
    }
}

fn loaders(database: &Database) -> Loaders {
    Loaders {
        moons: Loader::new(database, async |database: Database, planets: Vec<String>| {
            let rows: Vec<Moons> = database
                .sql("select count(*) as moons from (select value from json_each($1)) as planets")
                .bind_keys(&planets)
                .fetch_all()
                .await?;
            let count = rows.first().map_or(0, |moons| moons.0);
            Ok(planets.into_iter().map(|planet| (planet, count)).collect())
        }),
    }
}

const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, description: "none", sql: "create table planets (id text)" }];

pub(crate) async fn subgraph(url: &DatabaseUrl) -> Subgraph {
    let database = Database::connect(url).await.expect("a database");
    database.migrate("planets", MIGRATIONS).await.expect("migrated");
    Subgraph::new("planets", (Query, Mutation), database, loaders)
}

pub(crate) async fn client(database: &TestDatabase) -> Client {
    Client::new(subgraph(&database.url).await)
}

/// A client of a subgraph that keeps its rows in memory.
pub(crate) async fn memory_client() -> Client {
    Client::new(subgraph(&DatabaseUrl::sqlite_memory()).await)
}

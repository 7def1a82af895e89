//! Databases and requests for the tests of the subgraphs. The same test runs on SQLite and on a
//! PostgreSQL server that the test binary starts for itself; see [`on_each_database`].
//! Not part of a shipped binary.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{DatabaseUrl, ServerOptions, Subgraph, router};

mod postgres;

/// Where a test keeps its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A new database on the test binary's own server.
    Postgres,
}

/// An empty database of one test's own; gone when the test is.
pub struct TestDatabase {
    /// Its address.
    pub url: DatabaseUrl,
    /// What it is.
    pub backend: Backend,
    _folder: Option<tempfile::TempDir>,
}

impl TestDatabase {
    /// Makes an empty database.
    pub async fn new(backend: Backend) -> TestDatabase {
        let (url, folder) = match backend {
            Backend::Postgres => (postgres::new_database().await, None),
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                (DatabaseUrl::sqlite_file(&folder.path().join("test.db")), Some(folder))
            }
        };
        TestDatabase { url, backend, _folder: folder }
    }
}

/// Runs each function, `async fn(TestDatabase)`, as two tests: `NAME::sqlite` and `NAME::postgres`.
#[macro_export]
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            use $crate::testing::{Backend, TestDatabase};

            #[tokio::test]
            async fn sqlite() {
                super::$name(TestDatabase::new(Backend::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(TestDatabase::new(Backend::Postgres).await).await;
            }
        })+
    };
}

/// Answers requests to a subgraph the way its server does, without a socket.
#[derive(Clone)]
pub struct Client {
    routes: axum::Router,
    user_id: Option<String>,
    /// The subgraph that answers.
    pub subgraph: Arc<Subgraph>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub headers: http::HeaderMap,
    /// The body as it was sent.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header in ASCII"))
    }
}

impl Client {
    /// A client of this subgraph.
    pub fn new(subgraph: Subgraph) -> Client {
        Client::with_options(subgraph, ServerOptions::default())
    }

    /// A client of this subgraph behind a server with other limits.
    pub fn with_options(subgraph: Subgraph, options: ServerOptions) -> Client {
        let subgraph = Arc::new(subgraph);
        Client { routes: router(Arc::clone(&subgraph), options), user_id: None, subgraph }
    }

    /// The same client on behalf of this user.
    pub fn of_user(&self, user_id: &str) -> Client {
        Client { user_id: Some(user_id.to_owned()), ..self.clone() }
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes.clone().oneshot(request).await.expect("routes do not fail");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
        let text = String::from_utf8(body.into()).expect("a body in UTF-8");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Sends a GraphQL request and returns its `data` and `errors`.
    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        self.parameters(json!({ "query": query, "variables": variables })).await.json()
    }

    /// Sends the parameters of a GraphQL request.
    pub async fn parameters(&self, parameters: Value) -> Answer {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(user_id) = &self.user_id {
            request = request.header(crate::caller::USER_ID, user_id);
        }
        let request = request.body(Body::from(parameters.to_string())).expect("a request");
        self.send(request).await
    }

    /// The `data` of a query that has no errors.
    #[track_caller]
    pub fn data(&self, query: &str) -> impl Future<Output = Value> {
        let (client, query) = (self.clone(), query.to_owned());
        async move {
            let mut answer = client.graphql(&query, json!({})).await;
            assert_eq!(answer.get("errors"), None, "{query}");
            answer["data"].take()
        }
    }

    /// How many SQL statements it takes to answer `query`, and its answer.
    pub async fn counted(&self, query: &str, variables: Value) -> (u64, Value) {
        let before = self.subgraph.database().statements();
        let answer = self.graphql(query, variables).await;
        (self.subgraph.database().statements() - before, answer)
    }

    /// The one error of a query, as `(message, code)`.
    pub async fn error(&self, query: &str) -> (String, String) {
        let answer = self.graphql(query, json!({})).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no error: {answer}"));
        assert_eq!(errors.len(), 1, "{answer}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&errors[0]["message"]), text(&errors[0]["extensions"]["code"]))
    }
}

/// Asserts that `sdl` is what lies in the file; with `UPDATE_EXPECT=1` writes it there.
#[track_caller]
pub fn assert_sdl_is_fresh(sdl: &str, file: &std::path::Path) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file, sdl).expect("the schema folder can be written to");
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == sdl,
        "{} is stale; run the test with UPDATE_EXPECT=1 and review the difference",
        file.display()
    );
}

/// The lines of a query plan, from SQLite or PostgreSQL.
pub async fn explain(subgraph: &Subgraph, sql: &str) -> String {
    let lines: Vec<PlanLine> =
        subgraph.database().explain(sql).fetch_all().await.expect("a query plan");
    lines.into_iter().map(|line| line.0).collect::<Vec<_>>().join("\n")
}

struct PlanLine(String);

impl sqlx::FromRow<'_, sqlx::any::AnyRow> for PlanLine {
    fn from_row(row: &sqlx::any::AnyRow) -> sqlx::Result<PlanLine> {
        use sqlx::Row;
        // SQLite has the columns id, parent, notused, detail; PostgreSQL has one.
        let line = row.try_get("detail").or_else(|_| row.try_get("QUERY PLAN"))?;
        Ok(PlanLine(line))
    }
}

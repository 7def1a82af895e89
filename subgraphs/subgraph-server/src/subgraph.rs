//! A schema with its database behind it, and the one way to execute an operation on it. Knows
//! nothing of HTTP.

use std::panic::AssertUnwindSafe;

use async_graphql::{
    EmptySubscription, ObjectType, PathSegment, Request, Response, Schema, SchemaBuilder,
    ServerError, Value,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::completion::FieldTypes;
use crate::entities::{EntityPositions, PerKeyEntities};
use crate::error::{UNEXPECTED, set_code};
use crate::loader::panic_message;
use crate::sdl::ServiceSdl;
use crate::{Caller, Database, Error, Operation};

/// Selection sets within selection sets, fragments included.
const DEPTH_MAX: usize = 32;

/// Directives on one field.
const DIRECTIVES_MAX: usize = 16;

/// A subgraph that is open for requests. Made by a subgraph crate's `open`, read by
/// [`Server`](crate::Server) and by whoever executes operations in process.
pub struct Subgraph {
    name: &'static str,
    database: Database,
    field_types: FieldTypes,
    execute: Execute,
}

type Execute = Box<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>;

/// Builds a schema with the limits and the entity resolution that all subgraphs share.
pub(crate) fn schema<Q, M>(
    query: Q,
    mutation: M,
) -> SchemaBuilder<PerKeyEntities<Q>, M, EmptySubscription>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    Schema::build(PerKeyEntities(query), mutation, EmptySubscription)
        .enable_federation()
        .limit_depth(DEPTH_MAX)
        .limit_recursive_depth(DEPTH_MAX)
        .limit_directives(DIRECTIVES_MAX)
}

impl Subgraph {
    /// Puts the root types and their database together. `loaders` makes what the resolvers of one
    /// request share; they find it, the [`Database`] and the [`Caller`] in their context.
    pub fn new<Q, M, L>(
        name: &'static str,
        (query, mutation): (Q, M),
        database: Database,
        loaders: fn(&Database) -> L,
    ) -> Subgraph
    where
        Q: ObjectType + Copy + 'static,
        M: ObjectType + Copy + 'static,
        L: Send + Sync + 'static,
    {
        let data = database.clone();
        let plain = schema(query, mutation).finish();
        let field_types = FieldTypes::parse(&plain.sdl());
        let with_sdl = schema(query, mutation).extension(ServiceSdl::new(&plain)).finish();
        let execute = move |request: Request| {
            // Extensions are asked for every field, so that only who wants the SDL pays for one.
            let wants_sdl = request.query.contains("_service");
            let schema = if wants_sdl { with_sdl.clone() } else { plain.clone() };
            let request =
                request.data(EntityPositions::default()).data(loaders(&data)).data(data.clone());
            async move { schema.execute(request).await }.boxed()
        };
        Subgraph { name, database, field_types, execute: Box::new(execute) }
    }

    /// The name in the supergraph.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The database, for its statement counter and for signs of life.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Executes an operation on behalf of `caller`. Every error of the response has a code; what it
    /// must not tell is in the log.
    pub async fn execute(&self, operation: Operation, caller: Caller) -> Response {
        let query = operation.request.query.clone();
        let operation_name = operation.request.operation_name.clone();
        let request = operation.request.data(caller);
        let executing = AssertUnwindSafe((self.execute)(request)).catch_unwind();
        let mut response = executing.await.unwrap_or_else(|panic| {
            tracing::error!(panic = panic_message(&*panic), "a resolver panicked");
            let mut error = ServerError::new(UNEXPECTED, None);
            set_code(&mut error, "INTERNAL_SERVER_ERROR", 500);
            Response::from_errors(vec![error])
        });
        let refused = is_request_error(&response);
        self.field_types.settle(&mut response, &query, operation_name.as_deref());
        for error in &mut response.errors {
            finish_error(error, refused);
        }
        operation.field_order.arrange(&mut response.data);
        // Resolvers fail in any order; their errors are told in one.
        response
            .errors
            .sort_by_cached_key(|error| error.path.iter().map(place).collect::<Vec<_>>());
        response
    }
}

/// Whether the operation was refused before execution, so that there is no `data` at all.
/// async-graphql says it by the missing path: every execution error has one, a panic has a code.
pub(crate) fn is_request_error(response: &Response) -> bool {
    let before_execution = |error: &ServerError| {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        error.path.is_empty() && code != Some(&Value::from("INTERNAL_SERVER_ERROR"))
    };
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(before_execution)
}

fn place(segment: &PathSegment) -> (usize, String) {
    match segment {
        PathSegment::Index(index) => (*index, String::new()),
        PathSegment::Field(name) => (0, name.clone()),
    }
}

fn finish_error(error: &mut ServerError, refused: bool) {
    if let Some(cause) = error.source::<Error>().cloned() {
        if let Some(detail) = cause.detail() {
            tracing::error!(detail, response_path = ?error.path, "a resolver failed");
        }
        set_code(error, cause.code(), cause.status());
    } else if refused {
        set_code(error, "GRAPHQL_VALIDATION_FAILED", 400);
    } else {
        // What is left are values that do not fit the type of their argument.
        set_code(error, "BAD_USER_INPUT", 400);
    }
}

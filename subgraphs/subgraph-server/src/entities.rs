//! `_entities` key by key. async-graphql gives up the whole list for one key that it cannot
//! resolve; a gateway needs every other key, and an error at the place of the failed one.
//! Federation subgraph specification, `Query._entities`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Pos, Positioned, QueryPathNode,
    QueryPathSegment, ServerError, ServerResult, Value,
};
use futures_util::FutureExt;

use crate::Error;
use crate::error::set_code;
use crate::loader::panic_message;

/// A query root whose `_entities` never fails as a whole: a key without a row is null, a key that
/// cannot be resolved (unknown type, missing key field, failing row) is null with its own error.
pub(crate) struct PerKeyEntities<Q>(pub(crate) Q);

/// Counts the representations of each `_entities` field of one request, for the errors' paths.
/// async-graphql starts to resolve them in the order of the list. Part of every request's data.
#[derive(Default)]
pub(crate) struct EntityPositions(Mutex<HashMap<Pos, usize>>);

impl EntityPositions {
    fn next(&self, field: Pos) -> usize {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = seen.entry(field).or_default();
        *next += 1;
        *next - 1
    }
}

impl<Q: ObjectType> ContainerType for PerKeyEntities<Q> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(ctx).await
    }

    async fn find_entity(&self, ctx: &Context<'_>, params: &Value) -> ServerResult<Option<Value>> {
        let index = ctx.data_opt::<EntityPositions>().map(|seen| seen.next(ctx.item.pos));
        let mut at = ctx.clone();
        at.path_node = index.map(|index| QueryPathNode {
            parent: ctx.path_node.as_ref(),
            segment: QueryPathSegment::Index(index),
        });
        let resolving = AssertUnwindSafe(self.0.find_entity(&at, params)).catch_unwind();
        let error = match resolving.await {
            Ok(Ok(Some(entity))) => return Ok(Some(entity)),
            Ok(Ok(None)) => unresolvable(&at, params),
            Ok(Err(error)) if error.source.is_none() && error.path.is_empty() => {
                unresolvable(&at, params)
            }
            Ok(Err(error)) => error,
            Err(panic) => internal(&at, panic_message(&*panic)),
        };
        ctx.add_error(if error.path.is_empty() { at.set_error_path(error) } else { error });
        Ok(Some(Value::Null))
    }
}

/// The subgraph has no such entity type, or the representation has no complete key of it.
fn unresolvable(ctx: &Context<'_>, representation: &Value) -> ServerError {
    let type_name = match representation {
        Value::Object(fields) => match fields.get("__typename") {
            Some(Value::String(name)) => Some(name),
            _ => None,
        },
        _ => None,
    };
    let message = match type_name {
        Some(name) => format!("representation of `{name}` has no key that this subgraph resolves"),
        None => "representation has no `__typename`".to_owned(),
    };
    let mut error = ServerError::new(message, Some(ctx.item.pos));
    set_code(&mut error, "BAD_USER_INPUT", 400);
    error
}

fn internal(ctx: &Context<'_>, panic: &str) -> ServerError {
    let cause = Error::Internal(format!("an entity resolver panicked: {panic}"));
    async_graphql::Error::new_with_source(cause).into_server_error(ctx.item.pos)
}

impl<Q: ObjectType> OutputType for PerKeyEntities<Q> {
    fn type_name() -> Cow<'static, str> {
        Q::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Q::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<Q: ObjectType> ObjectType for PerKeyEntities<Q> {}

//! The smallest question there is: whether a subgraph answers GraphQL at all.

use std::sync::Arc;

use bytes::Bytes;
use observability::SpanId;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SubgraphClient, SubgraphFailure, SubgraphRequest};
use crate::caller::Caller;

/// Bytes of what a subgraph says is wrong that are repeated.
const SAID_BYTES_MAX: usize = 200;

#[derive(Deserialize)]
struct Answer {
    data: Option<Typename>,
    errors: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Typename {
    #[serde(rename = "__typename")]
    _typename: String,
}

/// Asks for `{ __typename }`: healthy is who answers it without an error.
///
/// # Errors
/// Why there is no such answer; what is said in place of it is [`SubgraphFailure::Malformed`].
pub async fn probe(client: &dyn SubgraphClient, subgraph: &str) -> Result<(), SubgraphFailure> {
    let body = Bytes::from_static(br#"{"query":"{ __typename }"}"#);
    let (subgraph, caller, span_id) = (Arc::from(subgraph), Caller::Unknown, SpanId::generate());
    let request = SubgraphRequest { subgraph, body, caller, span_id, may_be_shared: false };
    let answer = client.send(request).await?;
    match serde_json::from_slice::<Answer>(&answer.body) {
        Ok(Answer { data: Some(_), errors: None }) => Ok(()),
        Ok(Answer { errors: Some(errors), .. }) => {
            let said = errors.get();
            let said = &said[..said.floor_char_boundary(SAID_BYTES_MAX)];
            Err(SubgraphFailure::Malformed {
                cause: format!("`{{ __typename }}` has errors: {said}"),
            })
        }
        Ok(Answer { data: None, errors: None }) => {
            Err(SubgraphFailure::Malformed { cause: "`{ __typename }` has no data".to_owned() })
        }
        Err(error) => Err(SubgraphFailure::Malformed { cause: error.to_string() }),
    }
}

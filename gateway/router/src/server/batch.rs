//! Several requests in one: a JSON array in, an array of answers in the same order out.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use futures_util::future::join_all;
use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, SeqAccess, Visitor};

use super::execute_request::execute_request;
use super::graphql_request::{GraphQLRequest, Head};
use super::graphql_response::{GraphQLResponse, Outcome};
use super::state::ServerState;

/// What a request asks over HTTP.
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one")]
pub(super) enum Asked {
    One(GraphQLRequest),
    Batch(Vec<GraphQLRequest>),
}

impl Asked {
    /// With what the head says of each of its requests.
    pub(super) fn with_head(self, head: Head) -> Self {
        match self {
            Self::One(request) => Self::One(request.with_head(head)),
            Self::Batch(requests) => {
                let requests = requests.into_iter();
                Self::Batch(requests.map(|it| it.with_head(head.clone())).collect())
            }
        }
    }

    /// Executes all of it, side by side.
    pub(super) async fn execute(self, state: &ServerState) -> GraphQLResponse {
        match self {
            Self::One(request) => execute_request(state, request).await,
            Self::Batch(requests) => {
                let answering = requests.into_iter().map(|request| execute_request(state, request));
                joined(&join_all(answering).await)
            }
        }
    }
}

/// All answers as one. Its outcome is theirs where they have the same; else it was executed, and
/// each says for itself how far it came.
fn joined(answers: &[GraphQLResponse]) -> GraphQLResponse {
    let mut body =
        Vec::with_capacity(answers.iter().map(|it| it.body.len() + 1).sum::<usize>() + 1);
    for answer in answers {
        body.push(if body.is_empty() { b'[' } else { b',' });
        body.extend_from_slice(&answer.body);
    }
    body.push(b']');
    let mut outcomes = answers.iter().map(|answer| answer.outcome);
    let first = outcomes.next().unwrap_or(Outcome::Executed);
    let outcome = if outcomes.all(|it| it == first) { first } else { Outcome::Executed };
    GraphQLResponse {
        body: Bytes::from(body),
        outcome,
        is_whole: answers.iter().all(|it| it.is_whole),
    }
}

/// Reads an array, and keeps no more than one entry beyond the first `count_max`: enough to see
/// that there are too many.
pub(super) struct Entries<T> {
    count_max: usize,
    entry: PhantomData<T>,
}

impl<T> Entries<T> {
    pub(super) fn up_to(count_max: usize) -> Self {
        Self { count_max, entry: PhantomData }
    }
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Entries<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Entries<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of requests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
        let mut kept = Vec::new();
        while kept.len() <= self.count_max {
            let Some(entry) = entries.next_element()? else { return Ok(kept) };
            kept.push(entry);
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {}
        Ok(kept)
    }
}

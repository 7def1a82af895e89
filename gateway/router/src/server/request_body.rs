//! The body of a POST: one request, or an array of them.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, SeqAccess, Visitor};

use super::graphql_request::{
    GraphQLRequest, Head, Members, OperationsAllowed, RequestDecodeError, bad_request,
};
use crate::config::Batching;

/// What a request asks over HTTP.
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one")]
pub(super) enum Asked {
    One(GraphQLRequest),
    Batch(Vec<GraphQLRequest>),
}

impl Asked {
    /// From the body of a POST.
    pub(super) fn from_json(body: &[u8], batching: Batching) -> Result<Self, RequestDecodeError> {
        let is_batch = body.trim_ascii_start().first() == Some(&b'[');
        if is_batch {
            return batch(body, batching).map(Self::Batch);
        }
        let members: Members = serde_json::from_slice(body).map_err(|cause| no_request(&cause))?;
        members.into_request(OperationsAllowed::All).map(Self::One)
    }

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
}

fn batch(body: &[u8], batching: Batching) -> Result<Vec<GraphQLRequest>, RequestDecodeError> {
    let refused = |code, message| Err(RequestDecodeError { code, message });
    if !batching.enabled {
        let message = "several operations in one request are not accepted".to_owned();
        return refused("BATCHING_NOT_ENABLED", message);
    }
    let count_max = batching.maximum_size.get();
    let mut json = serde_json::Deserializer::from_slice(body);
    let entries = Entries::<Members>::up_to(count_max).deserialize(&mut json);
    let entries =
        entries.and_then(|it| json.end().map(|()| it)).map_err(|cause| no_request(&cause))?;
    match entries.len() {
        0 => Err(bad_request("the batch is empty".to_owned())),
        count if count > count_max => {
            let message = format!("the batch has more than {count_max} requests");
            refused("BATCH_LIMIT_EXCEEDED", message)
        }
        _ => entries.into_iter().map(|it| it.into_request(OperationsAllowed::All)).collect(),
    }
}

fn no_request(cause: &serde_json::Error) -> RequestDecodeError {
    bad_request(format!("the body is no GraphQL request: {cause}"))
}

/// Reads an array, and keeps no more than one entry beyond the first `count_max`: enough to see
/// that there are too many.
struct Entries<T> {
    count_max: usize,
    entry: PhantomData<T>,
}

impl<T> Entries<T> {
    fn up_to(count_max: usize) -> Self {
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

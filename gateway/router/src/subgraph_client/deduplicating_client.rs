//! Requests to a subgraph that are equal at the same time are one.
//!
//! Equal are those with the same body to the same subgraph for the same caller: nothing else that
//! goes to a subgraph can change an answer, for the one other header that differs is the request's
//! id. A subgraph sees the id of the request that came first, whose time-out it is, too.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{SubgraphClient, SubgraphFailure, SubgraphRequest};
use crate::caller::Caller;
use crate::in_flight::InFlight;

/// Asks through another client, once for equal requests.
pub(crate) struct DeduplicatingClient {
    inner: Arc<dyn SubgraphClient>,
    in_flight: InFlight<(String, Bytes, Caller), Result<Bytes, SubgraphFailure>>,
}

impl DeduplicatingClient {
    pub(crate) fn new(inner: Arc<dyn SubgraphClient>) -> Self {
        Self { inner, in_flight: InFlight::default() }
    }
}

impl SubgraphClient for DeduplicatingClient {
    fn send(&self, request: SubgraphRequest) -> BoxFuture<'_, Result<Bytes, SubgraphFailure>> {
        if !request.may_be_shared {
            return self.inner.send(request);
        }
        let key = (request.subgraph.clone(), request.body.clone(), request.caller.clone());
        let inner = Arc::clone(&self.inner);
        self.in_flight.run(key, async move { inner.send(request).await }).boxed()
    }
}

//! Requests to a subgraph that are equal at the same time are one.
//!
//! Equal are those with the same body to the same subgraph for the same caller: nothing else that
//! goes to a subgraph can change an answer, for the other headers that differ say which request it
//! is for, and in which trace. A subgraph is told those of the request that came first, whose
//! time-out it is, too, whoever of them drives it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryFutureExt};
use observability::RequestScope;

use super::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};
use crate::caller::Caller;
use crate::in_flight::InFlight;

/// Asks through another client, once for equal requests.
pub(crate) struct DeduplicatingClient {
    inner: Arc<dyn SubgraphClient>,
    in_flight: InFlight<(Arc<str>, Bytes, Caller), Result<SubgraphAnswer, SubgraphFailure>>,
}

impl DeduplicatingClient {
    pub(crate) fn new(inner: Arc<dyn SubgraphClient>) -> Self {
        Self { inner, in_flight: InFlight::default() }
    }
}

impl SubgraphClient for DeduplicatingClient {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        if !request.may_be_shared {
            return self.inner.send(request);
        }
        let key = (request.subgraph.clone(), request.body.clone(), request.caller.clone());
        let inner = Arc::clone(&self.inner);
        let asking = RequestScope::carry(async move { inner.send(request).await });
        let (answering, is_shared) = self.in_flight.run(key, asking);
        answering.map_ok(move |answer| SubgraphAnswer { is_shared, ..answer }).boxed()
    }
}

//! The id under which a request stands in logs, here and in the subgraphs.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// The header it comes in, goes out and is forwarded in.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// Longer ids are somebody's attempt at filling logs.
const BYTES_MAX: usize = 128;

tokio::task_local! {
    /// The id of the request this task works for. It crosses every layer and changes nothing in
    /// any of them, hence no parameter.
    static CURRENT: RequestId;
}

/// A request's id: the client's, when it is fit for a log, else a new UUIDv7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The client's own id: 1 to 128 letters, digits and `-_.:/+=@`.
    pub fn accept(text: &str) -> Option<Self> {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&byte);
        let accepted = (1..=BYTES_MAX).contains(&text.len()) && text.bytes().all(fit);
        accepted.then(|| Self(Arc::from(text)))
    }

    /// A new one; they sort by time.
    pub fn generate() -> Self {
        Self(Arc::from(uuid::Uuid::now_v7().to_string()))
    }

    /// As it stands in headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs `future` as work for the request `id`.
pub async fn with_request_id<F: Future>(id: RequestId, future: F) -> F::Output {
    CURRENT.scope(id, future).await
}

/// The id of the request this task works for; none outside of one.
pub fn current_request_id() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

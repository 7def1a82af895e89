//! Which document a request is about: the one that is sent, a registered one that is named, or one
//! that was sent once and is named by its hash (automatic persisted queries).
//!
//! A hash says which text is meant and nothing else: whatever is found is executed as if it had
//! been sent, by the rules of the path that is asked. Hence one memory for all paths, and for all
//! graphs.

use std::sync::Arc;

use moka::future::Cache;
use sha2::{Digest, Sha256};

use super::graphql_request::GraphQLRequest;
use super::graphql_response::Outcome;
use super::shared_documents::{Hash, SharedDocuments};
use crate::config::Apq;
use crate::live_graph::Api;

/// The document that a request is about.
#[derive(Debug)]
pub(super) enum Document<'a> {
    /// It was sent.
    Sent(&'a str),
    /// It was sent with its hash, to be remembered.
    Hashed(&'a str, Hash),
    /// It is registered, or was sent before.
    Known(Arc<str>),
}

impl Document<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Sent(text) | Self::Hashed(text, _) => text,
            Self::Known(text) => text,
        }
    }
}

/// Why a request is about no document.
#[derive(Debug)]
pub(super) struct NoDocument {
    pub(super) outcome: Outcome,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

/// What an entry takes beside its text.
const BYTES_AT_LEAST: usize = 256;

/// The documents that clients may name by their hash.
#[derive(Debug)]
pub(super) struct PersistedQueries {
    /// None where documents have to be sent.
    remembered: Option<Cache<Hash, Arc<str>>>,
    /// What all gateways know.
    shared: Option<Arc<SharedDocuments>>,
}

impl PersistedQueries {
    /// Nothing is remembered where the protocol is switched off.
    pub(super) fn new(apq: &Apq, cache_bytes_max: u64, document_bytes_max: usize) -> Self {
        if !apq.enabled {
            return Self { remembered: None, shared: None };
        }
        let remembered = {
            Cache::builder()
                .name("persisted queries")
                .max_capacity(cache_bytes_max)
                .weigher(|_, text: &Arc<str>| {
                    u32::try_from(BYTES_AT_LEAST + text.len()).unwrap_or(u32::MAX)
                })
                .build()
        };
        let redis = apq.redis.as_ref();
        let shared = redis.map(|it| SharedDocuments::new(it, document_bytes_max));
        Self { remembered: Some(remembered), shared }
    }

    /// The document of a request. The texts of the refusals are the protocol's: clients compare
    /// them.
    pub(super) async fn document<'a>(
        &self,
        api: &Api,
        request: &'a GraphQLRequest,
    ) -> Result<Document<'a>, NoDocument> {
        let sent = request.query.as_deref();
        if let Some(document) = registered(api, request)? {
            return Ok(document);
        }
        let (Some(remembered), Some(asked)) = (&self.remembered, &request.persisted_query) else {
            return sent.map(Document::Sent).ok_or(NoDocument {
                outcome: Outcome::DocumentUnknown,
                code: "PERSISTED_QUERY_NOT_SUPPORTED",
                message: "PersistedQueryNotSupported",
            });
        };
        if asked.version != 1 {
            return Err(NoDocument {
                outcome: Outcome::BAD_REQUEST,
                code: "BAD_REQUEST",
                message: "unsupported persisted query version: it has to be 1",
            });
        }
        let hash = hash_of(&asked.sha256_hash);
        let Some(sent) = sent else {
            let found = match hash {
                Some(hash) => self.known(remembered, hash).await,
                None => None,
            };
            return found.map(Document::Known).ok_or(NoDocument {
                outcome: Outcome::DocumentUnknown,
                code: "PERSISTED_QUERY_NOT_FOUND",
                message: "PersistedQueryNotFound",
            });
        };
        match hash {
            Some(hash) if hash == *Sha256::digest(sent) => Ok(Document::Hashed(sent, hash)),
            _ => Err(NoDocument {
                outcome: Outcome::BAD_REQUEST,
                code: "PERSISTED_QUERY_HASH_MISMATCH",
                message: "provided sha does not match query",
            }),
        }
    }

    /// Those who ask for the same wait for one answer.
    async fn known(&self, remembered: &Cache<Hash, Arc<str>>, hash: Hash) -> Option<Arc<str>> {
        match &self.shared {
            Some(shared) => remembered.optionally_get_with(hash, shared.find(&hash)).await,
            None => remembered.get(&hash).await,
        }
    }

    /// How often the memory of all gateways has failed.
    pub(super) fn redis_failures(&self) -> u64 {
        self.shared.as_ref().map_or(0, |shared| shared.failures_ever())
    }

    /// Remembers a document that was sent with its hash. Called once it has proved to be one that
    /// is answered: what is refused anyway takes no room.
    pub(super) async fn remember(&self, document: &Document<'_>) {
        let (Some(remembered), Document::Hashed(text, hash)) = (&self.remembered, document) else {
            return;
        };
        if !remembered.contains_key(hash) {
            remembered.insert(*hash, Arc::from(*text)).await;
        }
        // Another gateway may have said that it does not know it.
        if let Some(shared) = &self.shared {
            shared.keep(hash, text);
        }
    }
}

/// A registered document that is named, or one that has to be and is not; none where that is not
/// what the request is about.
fn registered<'a>(
    api: &Api,
    request: &'a GraphQLRequest,
) -> Result<Option<Document<'a>>, NoDocument> {
    let refused = |code, message| {
        let outcome = Outcome::BAD_REQUEST;
        Err(NoDocument { outcome, code, message })
    };
    match &request.query {
        Some(text) if request.is_stored => return Ok(Some(Document::Sent(text))),
        Some(_) if api.needs_id() => {
            let message = "documents are not accepted here, only the ids of registered ones";
            return refused("PERSISTED_QUERY_ID_REQUIRED", message);
        }
        Some(_) => return Ok(None),
        None => {}
    }
    let hash = request.persisted_query.as_ref().map(|it| it.sha256_hash.as_str());
    let named = request.document_id.as_deref().or(hash);
    if let Some(text) = named.and_then(|id| api.document(id)) {
        return Ok(Some(Document::Known(Arc::clone(text))));
    }
    // What is not registered may have been sent before, where that is enough.
    if request.document_id.is_none() && !api.needs_id() {
        return Ok(None);
    }
    refused("PERSISTED_QUERY_NOT_IN_LIST", "no document is registered by this id")
}

/// None for what is no SHA-256, however long it is.
fn hash_of(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    let mut hash = Hash::default();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(hash)
}

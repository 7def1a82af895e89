//! Answers to GET that their client may keep: each has a tag by which it is recognised the next
//! time, and then it is not sent again. RFC 9110 §8.8.3 and §13.1.2.
//!
//! They may be one user's alone, and nobody says how long they are true: hence `private`, and
//! asked for every time.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// How an answer may be sent; each way has a tag of its own.
const CODINGS: [&str; 3] = ["gzip", "br", "zstd"];

/// A whole answer: with its tag, or without a body for whoever has it.
pub(super) fn tagged(
    if_none_match: Option<&HeaderValue>,
    content_type: HeaderValue,
    body: Bytes,
) -> Response {
    let tag = tag_of(&content_type, &body);
    let known = known_tag(if_none_match, &tag);
    let mut response = Response::new(match known {
        Some(_) => Body::empty(),
        None => Body::from(body),
    });
    if known.is_some() {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", known.as_deref().unwrap_or(&tag))) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    response
}

/// Any other answer: the next one may be better.
pub(super) fn not_kept(mut response: Response) -> Response {
    let caching = response.headers_mut().entry(CACHE_CONTROL);
    caching.or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Says in an answer's tag in which coding it is sent: a strong tag stands for the very bytes.
pub(super) fn tag_with_coding(headers: &mut HeaderMap) {
    let (Some(tag), Some(coding)) = (headers.get(ETAG), headers.get(CONTENT_ENCODING)) else {
        return;
    };
    let (Ok(tag), Ok(coding)) = (tag.to_str(), coding.to_str()) else { return };
    let Some(opening) = tag.strip_suffix('"') else { return };
    if let Ok(tag) = HeaderValue::try_from(format!("{opening}-{coding}\"")) {
        headers.insert(ETAG, tag);
    }
}

/// The same for the same answer, wherever and whenever it is made.
fn tag_of(content_type: &HeaderValue, body: &[u8]) -> String {
    let hash = Sha256::new().chain_update(content_type).chain_update([0]).chain_update(body);
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tag, in whatever coding, that the client has. The comparison is weak: whoever is on the way
/// may have weakened it.
fn known_tag(if_none_match: Option<&HeaderValue>, tag: &str) -> Option<String> {
    let mut known = if_none_match?.to_str().ok()?.split(',').map(str::trim);
    known.find_map(|one| {
        if one == "*" {
            return Some(tag.to_owned());
        }
        let one = one.strip_prefix("W/").unwrap_or(one).strip_prefix('"')?.strip_suffix('"')?;
        let coding = one.strip_prefix(tag)?;
        let is_ours = coding.is_empty()
            || coding.strip_prefix('-').is_some_and(|coding| CODINGS.contains(&coding));
        is_ours.then(|| one.to_owned())
    })
}

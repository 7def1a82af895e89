//! Requests a foreign page can make a browser send without asking: they are refused.
//!
//! A browser asks first (a CORS preflight, granted to pages of configured origins alone) when a
//! request has a content type that is not "simple", or a header of its own. A POST always has: its
//! content type has to be `application/json`. So only a GET can be forged. It changes nothing and
//! its answer cannot be read, but how long it takes can be measured, with the user's cookies on it.
//! Therefore a GET needs one of the required headers, or `Content-Type: application/json`.
//!
//! `Sec-Fetch-Site` is no replacement: browsers leave it out towards plain HTTP on other hosts than
//! this one, which is where gateways are tried out.

use axum::http::HeaderMap;

use super::content_type::ContentType;
use crate::config::Csrf;

/// Whether a browser would have asked before it sent this GET.
pub(super) fn is_preflighted(csrf: &Csrf, headers: &HeaderMap) -> bool {
    let has = |name: &String| headers.get(name.as_str()).is_some_and(|value| !value.is_empty());
    !csrf.enabled
        || ContentType::of(headers) == ContentType::Json
        || csrf.required_headers.iter().any(has)
}

//! The `Content-Type` of a request: JSON in UTF-8, or a refusal.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

use super::accept::is_utf8;

/// What a request says its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentType {
    /// No header.
    Missing,
    /// `application/json`, in UTF-8 or without a charset.
    Json,
    /// Anything else.
    Other,
}

impl ContentType {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(CONTENT_TYPE).iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Missing,
            (Some(value), None) if value.to_str().is_ok_and(is_json) => Self::Json,
            _ => Self::Other,
        }
    }
}

fn is_json(value: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.filter(|part| !part.is_empty()).all(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || is_utf8(value.trim().trim_matches('"'))
            })
        })
}

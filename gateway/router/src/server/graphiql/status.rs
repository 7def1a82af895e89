//! `/ui/status.json`: which graph answers, and what is wrong with the change that came after it.
//! The page asks again and again: what has not changed is not sent again.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::IF_NONE_MATCH;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use federation::diagnostic::Diagnostic;
use serde_json::{Value, json};

use super::super::conditional_get::tagged;
use super::super::state::ServerState;
use super::{JSON, milliseconds};
use crate::live_graph::RefusedChange;

/// Errors that are shown; nobody reads more.
const DIAGNOSTICS_MAX: usize = 20;

/// Of one error's text, in bytes.
const TEXT_BYTES_MAX: usize = 8_000;

pub(super) async fn status(State(state): State<Arc<ServerState>>, headers: HeaderMap) -> Response {
    let graph = state.live_graph.current();
    let refused_change = state.live_graph.refused().filter(|_| state.options.plan_extension);
    let body = json!({
        "graph": graph.map(|graph| json!({ "since": milliseconds(graph.made_at) })),
        "refused": refused_change.map(|change| refused(&change)),
    });
    let body = Bytes::from(body.to_string());
    tagged(headers.get(IF_NONE_MATCH), HeaderValue::from_static(JSON), body)
}

fn refused(change: &RefusedChange) -> Value {
    let shown = change.diagnostics.iter().take(DIAGNOSTICS_MAX).map(diagnostic);
    json!({
        "at": milliseconds(change.at),
        "count": change.diagnostics.len(),
        "diagnostics": shown.collect::<Vec<Value>>(),
    })
}

fn diagnostic(found: &Diagnostic) -> Value {
    if is_about_configuration(found) {
        return json!({
            "code": found.code,
            "message": "the configuration is wrong; the gateway's log says how",
            "place": place(found),
        });
    }
    let mut text = found.render(false);
    text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    json!({
        "code": found.code,
        "coordinate": found.coordinate,
        "message": found.message,
        "place": place(found),
        "text": text,
    })
}

/// Their sentences and lines have values of the configuration, which may be secrets.
fn is_about_configuration(found: &Diagnostic) -> bool {
    matches!(found.code, "CONFIG_INVALID" | "CONFIG_UNREADABLE" | "INVALID_ROUTING_URL")
}

/// `schema/users-schema.graphql:3:5`
fn place(found: &Diagnostic) -> Option<String> {
    let label = found.labels.first()?;
    let (line, column) = label.source.line_column(label.span.start);
    Some(format!("{}:{line}:{column}", label.source.name))
}

//! The GraphiQL page and its files, from inside the binary. Nothing is fetched from elsewhere.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::json;

use super::not_found;
use super::sample_tabs::SampleTabs;
use super::state::ServerState;
use crate::config::GRAPHQL_PATH;

/// What `gateway/ui` was built to; every file but the page itself is compressed.
#[derive(RustEmbed)]
#[folder = "../ui/dist/"]
struct Assets;

/// Scripts, workers, styles and connections from here only. Monaco makes styles while it runs and
/// starts its workers from blobs.
const CONTENT_SECURITY: &str = "default-src 'self'; worker-src 'self' blob:; \
     style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:";

/// The page.
pub(super) fn page() -> Response {
    let Some(file) = Assets::get("index.html") else {
        // Only a binary built without `gateway/ui/dist` gets here.
        let text = "this gateway was built without GraphiQL; GraphQL itself is at /graphql\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
        (X_FRAME_OPTIONS, "DENY"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "accept"),
    ];
    (headers, body_of(file.data)).into_response()
}

/// Where a page has been opened.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Opened {
    path: Option<String>,
}

/// `/ui/config.json?path=/bff-web/graphql`: what the page at a path has to know.
pub(super) async fn config(
    State(state): State<Arc<ServerState>>,
    Query(opened): Query<Opened>,
    uri: Uri,
) -> Response {
    let Some(tabs) = &state.options.graphiql else { return not_found(uri).await };
    let graph = state.live_graph.current();
    let apis = graph.as_ref().map_or(&[] as &[_], |graph| graph.apis());
    let view = apis.iter().find(|api| opened.path.as_deref() == Some(&*api.path));
    let mut config = match view.and_then(|api| Some((api, api.name.as_deref()?))) {
        Some((api, name)) => {
            let tabs = SampleTabs::of_documents(&api.samples);
            let title = format!("Weft · {name}");
            json!({ "endpoint": &*api.path, "title": title, "tabs": tabs.as_json() })
        }
        None => json!({ "endpoint": GRAPHQL_PATH, "title": "Weft", "tabs": tabs.as_json() }),
    };
    config["plan"] = json!(state.options.plan_extension);
    ([(CACHE_CONTROL, "no-cache")], Json(config)).into_response()
}

/// `/ui/…`: scripts, styles, fonts.
pub(super) async fn asset(
    State(state): State<Arc<ServerState>>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if state.options.graphiql.is_none() {
        return not_found(uri).await;
    }
    let Some(file) = Assets::get(&format!("{path}.gz")) else { return not_found(uri).await };
    // The name of a file below `assets/` changes with its content.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    let common: [(HeaderName, &'static str); 4] = [
        (CONTENT_TYPE, content_type(&path)),
        (CACHE_CONTROL, caching),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (VARY, "accept-encoding"),
    ];
    if accepts_gzip(&headers) {
        return (common, [(CONTENT_ENCODING, "gzip")], body_of(file.data)).into_response();
    }
    let mut plain = Vec::new();
    match GzDecoder::new(file.data.as_ref()).read_to_end(&mut plain) {
        Ok(_) => (common, plain).into_response(),
        Err(error) => {
            tracing::error!(%error, path, "an embedded file is damaged");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn body_of(data: Cow<'static, [u8]>) -> Body {
    match data {
        Cow::Borrowed(data) => Body::from(data),
        Cow::Owned(data) => Body::from(data),
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().map(HeaderValue::to_str);
    values.flatten().flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let named = name == "*" || name.eq_ignore_ascii_case("gzip");
        let refused = parts.any(|part| {
            part.strip_prefix("q=").is_some_and(|quality| quality.parse() == Ok(0.0_f32))
        });
        named && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

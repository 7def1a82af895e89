//! GraphiQL: the page and its files, from inside the binary, and what the page is told of the graph
//! that a client is not. Nothing is fetched from elsewhere.

mod places;
mod status;
mod subgraphs;

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::json;

use super::not_found;
use super::sample_tabs::SampleTabs;
use super::state::ServerState;
use crate::config::GRAPHQL_PATH;
use crate::live_graph::{Api, Graph};

/// Everything below `/ui/`; there where GraphiQL is. What is behind the graph is told where clients
/// may see plans, which tell of it, too.
pub(super) fn routes(plans_are_shown: bool) -> Router<Arc<ServerState>> {
    let routes = Router::new()
        .route("/ui/config.json", get(config))
        .route("/ui/status.json", get(status::status))
        .route("/ui/{*path}", get(asset));
    if !plans_are_shown {
        return routes;
    }
    routes
        .route("/ui/subgraphs.json", get(subgraphs::subgraphs))
        .route("/ui/subgraph.graphql", get(subgraphs::sdl))
        .route("/ui/places.json", get(places::places))
}

/// What `gateway/ui` was built to; every file but the page itself is compressed.
#[derive(RustEmbed)]
#[folder = "../ui/dist/"]
struct Assets;

const JSON: &str = "application/json; charset=utf-8";

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
struct Opened {
    path: Option<String>,
}

impl Opened {
    /// The view that the page is for; none for the graph's own page.
    fn view<'a>(&self, graph: &'a Graph) -> Option<&'a Api> {
        let opened = self.path.as_deref();
        let apis = graph.apis().iter().map(Arc::as_ref);
        apis.filter(|api| api.name.is_some()).find(|api| opened == Some(&*api.path))
    }
}

/// `/ui/config.json?path=/bff-web/graphql`: what the page at a path has to know.
async fn config(State(state): State<Arc<ServerState>>, Query(opened): Query<Opened>) -> Response {
    let tabs = state.options.graphiql.clone().unwrap_or_default();
    let graph = state.live_graph.current();
    let view = graph.as_ref().and_then(|graph| opened.view(graph));
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
async fn asset(Path(path): Path<String>, uri: Uri, headers: HeaderMap) -> Response {
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
            tracing::error!(%error, file = path, "an embedded file is damaged");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// When it was, for JavaScript: milliseconds since 1970.
fn milliseconds(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
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

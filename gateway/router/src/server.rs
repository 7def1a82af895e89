//! The gateway towards its clients: routes, GraphQL over HTTP, health, GraphiQL.
//!
//! Every transport decodes a [`GraphQLRequest`] and calls [`execute_request`]; there is no other
//! way through the stages. Knows nothing of plans or subgraphs' answers.

mod accept;
mod batch;
mod conditional_get;
mod content_type;
mod cors;
mod csrf;
mod draining;
mod execute_request;
mod graphiql;
mod graphql_http;
mod graphql_request;
mod graphql_response;
mod head_limit;
mod health;
mod health_memo;
mod listener;
mod persisted_queries;
mod plan_extension;
mod request_body;
mod request_scope;
mod rest;
mod sample_tabs;
mod shared_documents;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use observability::{RequestScope, Route};

pub use execute_request::execute_request;
pub use graphql_request::{GraphQLRequest, OperationsAllowed, PersistedQuery};
pub use graphql_response::{GraphQLResponse, Outcome};
pub use listener::{bind, serve};
pub use plan_extension::{PlanExtension, PlanForm};
pub use sample_tabs::SampleTabs;
pub use shared_documents::probe_redis;
pub use state::{ServerOptions, ServerState};

use crate::config::GRAPHQL_PATH;
use crate::live_graph::Served;
use graphql_response::error_response;

/// Smaller answers fit one packet either way.
const COMPRESSED_FROM_BYTES: u16 = 1400;

/// All routes over one state.
pub fn router(state: Arc<ServerState>) -> Router {
    let mut routes = Router::new()
        .route(GRAPHQL_PATH, any(graphql_http::handle))
        .route("/", any(graphql_http::handle))
        .fallback(configured);
    // Around what asks the graph, and nothing else.
    if let Some(cors) = &state.options.cors {
        routes = routes.layer(cors::layer(cors));
    }
    if state.options.graphiql.is_some() {
        routes = routes.merge(graphiql::routes(state.options.plan_extension));
    }
    let mut routes = routes
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/ready", get(health::ready))
        .route("/readiness", get(health::ready));
    if state.options.compression {
        routes = routes.layer(compression());
    }
    routes
        .layer(middleware::from_fn_with_state(Arc::clone(&state), draining::let_go))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), request_scope::run))
        .with_state(state)
}

/// Compresses what is worth it, in the coding its client likes best.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(COMPRESSED_FROM_BYTES)
        .and(NotForContentType::new("font/"))
        .and(NotForContentType::IMAGES);
    CompressionLayer::new().compress_when(worth_it)
}

/// What the configuration has put at a path. It may change while the gateway runs.
async fn configured(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    let graph = state.live_graph.current();
    let served = graph.as_ref().and_then(|graph| graph.served_at(request.uri().path()));
    if let Some((_, route, _)) = &served {
        RequestScope::with_current(|scope| scope.set_route(Route::clone(route)));
    }
    match served {
        Some((Served::View(view), ..)) => {
            graphql_http::answer(&state, Some(Arc::clone(view)), request).await
        }
        Some((Served::Stored(stored), _, parameters)) => {
            let variables = rest::variables(stored, &parameters);
            let stored = Arc::clone(stored);
            rest::answer(&state, &stored, variables, request).await
        }
        None => not_found(request.uri().clone()).await,
    }
}

async fn not_found(uri: Uri) -> Response {
    let message = format!("nothing is served at {}; GraphQL is at {GRAPHQL_PATH}", uri.path());
    error_response(StatusCode::NOT_FOUND, "NOT_FOUND", &message)
}

//! The listener and its routes. Knows no GraphQL.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use http::StatusCode;
use observability::Sampling;
use observability::otlp::SpanExporter;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::subgraph::Subgraph;
use crate::{graphql_over_http, request_scope};

/// The limits of a server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Larger request bodies are refused with 413.
    pub body_bytes_max: usize,
    /// How long requests may still run once the server is told to stop.
    pub shutdown_max: Duration,
    /// Who sends spans of requests; nobody makes any without it.
    pub spans: Option<Arc<SpanExporter>>,
    /// Which requests' spans are kept.
    pub sampling: Sampling,
}

impl Default for ServerOptions {
    fn default() -> ServerOptions {
        ServerOptions {
            body_bytes_max: 2 * 1024 * 1024,
            shutdown_max: Duration::from_secs(10),
            spans: None,
            sampling: Sampling::default(),
        }
    }
}

/// How long the database may think about whether it is there.
const PING_MAX: Duration = Duration::from_secs(2);

/// How long the last spans may take to be sent.
const SPANS_AT_THE_END_MAX: Duration = Duration::from_secs(3);

/// A subgraph that is bound to an address. Made by [`Server::bind`], used up by [`Server::serve`].
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    subgraph: Arc<Subgraph>,
    options: ServerOptions,
}

impl Server {
    /// Takes the address, so that whoever connects from now on will be answered. Port 0 takes a
    /// free one; see [`Server::address`].
    ///
    /// # Errors
    /// When the address is taken or not ours; the message names it.
    pub async fn bind(
        address: SocketAddr,
        subgraph: Subgraph,
        options: ServerOptions,
    ) -> anyhow::Result<Server> {
        let listener = TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
            ErrorKind::AddrInUse => {
                anyhow::anyhow!("cannot listen on {address}: another program does already")
            }
            _ => anyhow::anyhow!("cannot listen on {address}: {cause}"),
        })?;
        let address = listener.local_addr().context("a bound socket has an address")?;
        Ok(Server { listener, address, subgraph: Arc::new(subgraph), options })
    }

    /// The address that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The subgraph that answers.
    pub fn subgraph(&self) -> &Arc<Subgraph> {
        &self.subgraph
    }

    /// Answers requests until `shutdown` is there, then lets the running ones end and closes the
    /// database.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let stopping = Arc::new(Notify::new());
        let stop = Arc::clone(&stopping);
        let routes = router(Arc::clone(&self.subgraph), self.options.clone());
        let serving = axum::serve(self.listener, routes).with_graceful_shutdown(async move {
            shutdown.await;
            stop.notify_one();
        });
        let overtime = async {
            stopping.notified().await;
            tokio::time::sleep(self.options.shutdown_max).await;
        };
        tokio::select! {
            served = serving.into_future() => served.context("the listener failed")?,
            () = overtime => tracing::warn!("requests were cut off at shutdown"),
        }
        self.subgraph.database().close().await;
        if let Some(spans) = &self.options.spans {
            spans.shut_down(SPANS_AT_THE_END_MAX).await;
        }
        Ok(())
    }
}

/// The routes of a subgraph, for a server or for a test without one.
pub fn router(subgraph: Arc<Subgraph>, options: ServerOptions) -> Router {
    let graphql = get(graphql_over_http::get)
        .post(graphql_over_http::post)
        .fallback(graphql_over_http::method_not_allowed)
        .layer(DefaultBodyLimit::max(options.body_bytes_max));
    Router::new()
        .route("/graphql", graphql)
        .route("/health", get(health))
        .route("/ready", get(ready))
        .fallback(graphql_over_http::not_found)
        .layer(middleware::from_fn_with_state(options, request_scope::run))
        .with_state(subgraph)
}

/// The process is alive, whatever its database does: restarting it would not help the database.
async fn health(State(subgraph): State<Arc<Subgraph>>) -> Response {
    Json(json!({ "service": subgraph.name(), "status": "healthy" })).into_response()
}

/// Requests can be answered, because the database answers.
async fn ready(State(subgraph): State<Arc<Subgraph>>) -> Response {
    let ping = tokio::time::timeout(PING_MAX, subgraph.database().ping()).await;
    let (status, text) = match ping {
        Ok(Ok(())) => (StatusCode::OK, "ready"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database unavailable"),
    };
    (status, Json(json!({ "service": subgraph.name(), "status": text }))).into_response()
}

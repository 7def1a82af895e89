//! Metrics over HTTP, on a port of their own: they are for operators, and clients do not reach it.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;

use super::Metrics;
use crate::config::MetricsPath;

/// What the text is, to whoever reads it.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves metrics until it is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve_metrics(
    listener: TcpListener,
    path: &MetricsPath,
    metrics: Arc<Metrics>,
) -> io::Result<()> {
    let text = move || async move { ([(CONTENT_TYPE, OPEN_METRICS)], metrics.text().await) };
    axum::serve(listener, Router::new().route(path.as_str(), get(text))).await
}

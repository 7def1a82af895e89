//! The socket: bound with an error that says what to do, served until told to stop.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use super::router;
use super::state::ServerState;
use crate::config::Listen;

/// A pause before accepting again when the system has run out of something.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Listens.
///
/// # Errors
/// The address cannot be listened on; the message names it.
pub async fn bind(listen: &Listen) -> io::Result<TcpListener> {
    TcpListener::bind((listen.host.as_str(), listen.port)).await.map_err(|cause| {
        let hint = match cause.kind() {
            io::ErrorKind::AddrInUse => "; another process has this port, choose one with --port",
            io::ErrorKind::PermissionDenied => "; ports below 1024 need a permission",
            _ => "",
        };
        io::Error::new(cause.kind(), format!("cannot listen on {listen}: {cause}{hint}"))
    })
}

/// Serves until `shutdown` is over, then finishes what has begun: no new connection, no new
/// request, and no longer than one request may take.
pub async fn serve(
    listener: TcpListener,
    state: Arc<ServerState>,
    shutdown: impl Future<Output = ()>,
) {
    let routes = router(Arc::clone(&state));
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => connect(stream, routes.clone(), &state, &connections),
            Err(error) => after_accept_error(&error).await,
        }
    }
    state.drain();
    drop(listener);
    if tokio::time::timeout(state.options.request_timeout, connections.shutdown()).await.is_err() {
        tracing::warn!("requests were still running when the time to finish was over");
    }
}

/// Serves one client for as long as it stays. Its leaving drops the request it has running.
fn connect(stream: TcpStream, routes: Router, state: &ServerState, connections: &GracefulShutdown) {
    // An answer is written whole: waiting for more to send only delays it. Where the option is not
    // to be had, answers come a little later.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http1().header_read_timeout(state.options.client_idle_timeout);
    builder.http2().timer(TokioTimer::new());
    builder.http2().keep_alive_interval(state.options.client_idle_timeout);
    let service = TowerToHyperService::new(routes);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a client's connection broke");
        }
    });
}

/// Some errors are one client's; others, such as no file descriptors left, get better with time
/// and worse with haste.
async fn after_accept_error(error: &io::Error) {
    let is_the_clients = matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    );
    if !is_the_clients {
        tracing::error!(%error, "cannot accept a connection");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

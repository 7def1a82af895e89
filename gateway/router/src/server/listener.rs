//! The socket: bound with an error that says what to do, served until told to stop.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::{Builder, Connection};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::router;
use super::state::ServerState;
use crate::config::Listen;

/// A pause before accepting again when the system has run out of something.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// A pause before looking again for more of a request's first word.
const PEEK_PAUSE: Duration = Duration::from_millis(5);

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

/// Serves until `shutdown` is over, and for as long as the configuration says after it has said
/// that it is not ready any more. Then it finishes what has begun: no new connection, no new
/// request, and no longer than one request may take.
pub async fn serve(
    listener: TcpListener,
    state: Arc<ServerState>,
    shutdown: impl Future<Output = ()>,
) {
    let routes = router(Arc::clone(&state));
    let connections = GracefulShutdown::new();
    let (stop, stopped) = watch::channel(());
    let accept = |stream| {
        let client = Client {
            stream,
            idle_timeout: state.options.client_idle_timeout,
            watcher: connections.watcher(),
            stopped: stopped.clone(),
        };
        tokio::spawn(client.serve(routes.clone()));
    };
    accept_until(shutdown, &listener, accept).await;
    state.drain();
    accept_until(tokio::time::sleep(state.options.drain), &listener, accept).await;
    let _ = stop.send(());
    drop(listener);
    if tokio::time::timeout(state.options.request_timeout, connections.shutdown()).await.is_err() {
        tracing::warn!("requests were still running when the time to finish was over");
    }
}

async fn accept_until(
    end: impl Future<Output = ()>,
    listener: &TcpListener,
    accept: impl Fn(TcpStream),
) {
    let mut end = pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => return,
        };
        match accepted {
            Ok((stream, _)) => accept(stream),
            Err(error) => after_accept_error(&error).await,
        }
    }
}

/// One client, from connecting on.
struct Client {
    stream: TcpStream,
    idle_timeout: Duration,
    watcher: Watcher,
    stopped: watch::Receiver<()>,
}

impl Client {
    /// Serves it for as long as it stays. Whoever does not say a word in time is let go, and so is
    /// whoever has not said one when the gateway stops.
    async fn serve(mut self, routes: Router) {
        let speaking = tokio::time::timeout(self.idle_timeout, speaks_http2(&self.stream));
        let spoken = tokio::select! {
            spoken = speaking => spoken,
            _ = self.stopped.changed() => return,
        };
        let Ok(Ok(http2)) = spoken else { return };
        let connection = connection(self.stream, routes, http2, self.idle_timeout);
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a client's connection broke");
        }
    }
}

/// HTTP/2 begins with `PRI `, which no request of HTTP/1 does. Looked at here and not by the
/// library, which waits for the beginning without a limit.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    const BEGINNING: &[u8; 4] = b"PRI ";
    let mut begun = [0; BEGINNING.len()];
    loop {
        let length = stream.peek(&mut begun).await?;
        if length == begun.len() || length == 0 || !BEGINNING.starts_with(&begun[..length]) {
            return Ok(&begun[..length] == BEGINNING);
        }
        if stream.ready(Interest::READABLE).await?.is_read_closed() {
            return Ok(false);
        }
        // The system says at once again what it has said before: time has to pass for more.
        tokio::time::sleep(PEEK_PAUSE).await;
    }
}

/// Reads requests and writes answers. The client's leaving drops the request it has running.
fn connection(
    stream: TcpStream,
    routes: Router,
    http2: bool,
    idle_timeout: Duration,
) -> Connection<'static, TokioIo<TcpStream>, TowerToHyperService<Router>, TokioExecutor> {
    // An answer is written whole: waiting for more to send only delays it. Where the option is not
    // to be had, answers come a little later.
    let _ = stream.set_nodelay(true);
    let builder = Builder::new(TokioExecutor::new());
    let mut builder = if http2 { builder.http2_only() } else { builder.http1_only() };
    builder.http1().timer(TokioTimer::new()).header_read_timeout(idle_timeout);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(idle_timeout);
    let service = TowerToHyperService::new(routes);
    builder.serve_connection(TokioIo::new(stream), service).into_owned()
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

//! The socket: bound with an error that says what to do, served until told to stop.

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::router;
use super::state::ServerState;
use crate::config::Listen;

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
///
/// # Errors
/// The listener broke.
pub async fn serve(
    listener: TcpListener,
    state: Arc<ServerState>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // An answer is written whole: waiting for more to send only delays it. Where the option is
    // not to be had, answers come a little later.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let drain_timeout = state.options.request_timeout;
    let (stopping, stopped) = oneshot::channel();
    let signal = {
        let state = Arc::clone(&state);
        async move {
            shutdown.await;
            state.drain();
            let _ = stopping.send(());
        }
    };
    let serving = axum::serve(listener, router(state)).with_graceful_shutdown(signal);
    let too_long = async {
        // The other side is only dropped when serving has ended by itself.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(drain_timeout).await;
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = too_long => {
            tracing::warn!("requests were still running when the time to finish was over");
            Ok(())
        }
    }
}

//! How connections to subgraphs are made: TCP, and TLS where a URL asks for it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tower::ServiceExt;
use tower::timeout::Timeout;
use tower::util::BoxCloneSyncService;

/// Makes connections.
pub(super) type Connector =
    BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, io::Error>;

/// A connector that takes no longer than this for one connection, TLS included.
///
/// # Errors
/// TLS is needed and the system has no certificates to trust.
pub(super) fn connector(needs_tls: bool, timeout: Duration) -> Result<Connector, rustls::Error> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    // Which of them is spoken is the next layer's to know.
    http.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls(needs_tls)?)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    Ok(BoxCloneSyncService::new(Timeout::new(https, timeout).map_err(io::Error::other)))
}

/// The system's certificates are not read when nobody needs them: a graph on plain HTTP starts
/// faster, and on machines that have none.
fn tls(is_needed: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = if is_needed {
        builder.with_platform_verifier()?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}

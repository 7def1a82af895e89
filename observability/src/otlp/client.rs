//! One request to the collector.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use super::config::OtlpConfig;

/// An answer is read so that its connection can be used again; a longer one is not worth that.
const ANSWER_BYTES_MAX: usize = 65_536;

type HttpClient = hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

pub(super) struct Client {
    http: HttpClient,
    uri: Uri,
    headers: HeaderMap,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(config: &OtlpConfig) -> Result<Self, rustls::Error> {
        let uri = config.endpoint.traces().clone();
        let mut headers = config.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        let tls = tls(uri.scheme_str() == Some("https"))?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let connector = connector.enable_all_versions().wrap_connector(http);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .build::<_, Full<Bytes>>(connector);
        Ok(Self { http, uri, headers, timeout: config.timeout })
    }

    /// Sends what is to be sent.
    ///
    /// # Errors
    /// Why the collector may not have it; without its URL and headers, which are nobody's business.
    pub(super) async fn post(&self, body: Bytes) -> Result<(), String> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let asking = async {
            let response = self.http.request(request).await.map_err(|error| with_causes(&error))?;
            let status = response.status();
            let _ = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
            if status.is_success() { Ok(()) } else { Err(format!("it answers with {status}")) }
        };
        let timed = tokio::time::timeout(self.timeout, asking).await;
        timed.unwrap_or_else(|_| Err(format!("no answer within {} ms", self.timeout.as_millis())))
    }
}

/// The system's certificates are not read when nobody needs them.
fn tls(is_needed: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match is_needed {
        true => builder.with_platform_verifier()?,
        false => builder.with_root_certificates(RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

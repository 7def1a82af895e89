//! Subgraphs asked over HTTP: one pool of kept connections, and a limit on everything an answer
//! can have too much of. Follows no redirect and no proxy of the environment: a request goes where
//! the configuration says, or nowhere.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{SubgraphClient, SubgraphFailure, SubgraphRequest};
use crate::config::{Config, RoutingUrl};
use crate::telemetry;

/// Times and sizes of every request.
#[derive(Debug, Clone, Copy)]
pub struct HttpSubgraphClientConfig {
    /// Connecting, TLS included.
    pub connect_timeout: Duration,
    /// From sending to the whole answer, connecting included.
    pub request_timeout: Duration,
    /// Bytes of an answer after decompression.
    pub response_bytes_max: usize,
}

impl HttpSubgraphClientConfig {
    /// The times and sizes of a configuration.
    pub fn new(config: &Config) -> Self {
        Self {
            connect_timeout: config.timeouts.subgraph_connect(),
            request_timeout: config.timeouts.subgraph_request(),
            response_bytes_max: config.limits.subgraph_response_bytes_max.get(),
        }
    }
}

/// Asks subgraphs over HTTP. Made with each graph, because a reload may change the URLs.
#[derive(Debug)]
pub struct HttpSubgraphClient {
    client: Client,
    urls: HashMap<String, Url>,
    config: HttpSubgraphClientConfig,
}

impl HttpSubgraphClient {
    /// A client for subgraphs with these names and URLs.
    ///
    /// # Errors
    /// TLS is needed and the system has no certificates to trust.
    pub fn new(
        urls: impl IntoIterator<Item = (String, RoutingUrl)>,
        config: &HttpSubgraphClientConfig,
    ) -> Result<Self, reqwest::Error> {
        Self::with_headers(urls, HeaderMap::new(), config)
    }

    /// The same, with headers that every request has.
    pub(crate) fn with_headers(
        urls: impl IntoIterator<Item = (String, RoutingUrl)>,
        headers: HeaderMap,
        config: &HttpSubgraphClientConfig,
    ) -> Result<Self, reqwest::Error> {
        let urls = urls.into_iter().map(|(name, url)| (name, url.as_url().clone()));
        let urls: HashMap<String, Url> = urls.collect();
        let needs_tls = urls.values().any(|url| url.scheme() == "https");
        let client = client_builder(needs_tls, config).default_headers(headers).build()?;
        Ok(Self { client, urls, config: *config })
    }

    async fn ask(&self, request: SubgraphRequest) -> Result<Bytes, SubgraphFailure> {
        let url = self.urls.get(&request.subgraph).ok_or_else(|| {
            let cause = format!("there is no URL for subgraph `{}`", request.subgraph);
            SubgraphFailure::Unavailable { cause }
        })?;
        let asking = self.exchange(with_headers(self.client.post(url.clone())), request.body);
        let timeout_ms = u64::try_from(self.config.request_timeout.as_millis());
        match tokio::time::timeout(self.config.request_timeout, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(SubgraphFailure::Timeout { timeout_ms: timeout_ms.unwrap_or(u64::MAX) }),
        }
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
        body: Bytes,
    ) -> Result<Bytes, SubgraphFailure> {
        let response = request.body(body).send().await.map_err(|error| unavailable(&error))?;
        let status = response.status();
        let body = self.read(response).await;
        if status.is_success() { body } else { body_of_error(status, body) }
    }

    /// The body, while it is within the limit.
    async fn read(&self, mut response: Response) -> Result<Bytes, SubgraphFailure> {
        let bytes_max = self.config.response_bytes_max;
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        if announced.is_some_and(|length| length > bytes_max) {
            return Err(SubgraphFailure::TooLarge { bytes_max });
        }
        let mut body = BytesMut::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = response.chunk().await.map_err(|error| unavailable(&error))? {
            if body.len() + chunk.len() > bytes_max {
                return Err(SubgraphFailure::TooLarge { bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

impl SubgraphClient for HttpSubgraphClient {
    fn send(&self, request: SubgraphRequest) -> BoxFuture<'_, Result<Bytes, SubgraphFailure>> {
        self.ask(request).boxed()
    }
}

/// Connections idle for longer are closed; most servers close theirs after a minute or more.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

fn client_builder(needs_tls: bool, config: &HttpSubgraphClientConfig) -> reqwest::ClientBuilder {
    let builder = Client::builder()
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .tcp_nodelay(true);
    if needs_tls {
        // An error says that somebody installed a provider before: any one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        builder
    } else {
        // The system's certificates are not read when nobody needs them: a graph on plain HTTP
        // starts faster, and on machines that have none.
        builder.tls_backend_preconfigured(tls_without_certificates())
    }
}

fn tls_without_certificates() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for the default protocol versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

fn with_headers(request: RequestBuilder) -> RequestBuilder {
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/graphql-response+json, application/json");
    match telemetry::current_request_id() {
        Some(id) => request.header(telemetry::REQUEST_ID_HEADER, id.as_str()),
        None => request,
    }
}

/// An HTTP error is told by the GraphQL errors in its body if there are any: they say more than the
/// status. All else, such as a proxy's page, is told by the status.
fn body_of_error(
    status: StatusCode,
    body: Result<Bytes, SubgraphFailure>,
) -> Result<Bytes, SubgraphFailure> {
    match body {
        Ok(body) if is_graphql_response(&body) => Ok(body),
        _ => Err(SubgraphFailure::HttpStatus { status: status.as_u16() }),
    }
}

fn is_graphql_response(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Members {
        data: Option<IgnoredAny>,
        errors: Option<Vec<IgnoredAny>>,
    }
    serde_json::from_slice::<Members>(body).is_ok_and(|members| {
        members.data.is_some() || members.errors.is_some_and(|errors| !errors.is_empty())
    })
}

/// With the whole chain of causes, and without the URL: it may carry a password.
fn unavailable(error: &reqwest::Error) -> SubgraphFailure {
    let mut cause = String::new();
    let mut link: Option<&dyn Error> = error.source();
    while let Some(error) = link {
        if !cause.is_empty() {
            cause.push_str(": ");
        }
        cause.push_str(&error.to_string());
        link = error.source();
    }
    SubgraphFailure::Unavailable { cause }
}

//! Subgraphs asked over HTTP: one pool of kept connections, and a limit on everything an answer
//! can have too much of. Follows no redirect and no proxy of the environment: a request goes where
//! the configuration says, or nowhere.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use observability::RequestScope;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tower::{BoxError, ServiceExt};
use tower_http::decompression::{Decompression, DecompressionBody};

use super::connector::{Connector, connector};
use super::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};
use crate::config::{Config, RoutingUrl};

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
    /// HTTP/1.1, and over TLS what both sides prefer.
    client: HttpClient,
    /// HTTP/2 from the first byte on.
    h2c: HttpClient,
    endpoints: HashMap<String, Endpoint>,
    config: HttpSubgraphClientConfig,
}

type HttpClient = Decompression<Client<Connector, Full<Bytes>>>;

/// Where a subgraph is, and the headers of every request to it.
#[derive(Debug)]
struct Endpoint {
    uri: Uri,
    is_h2c: bool,
    headers: HeaderMap,
}

impl Endpoint {
    fn new(url: &RoutingUrl, headers: &HeaderMap) -> Self {
        let accepted = "application/graphql-response+json, application/json";
        let mut headers = headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static(accepted));
        if let Some(authorization) = url.authorization() {
            headers.entry(AUTHORIZATION).or_insert(authorization);
        }
        Self { uri: url.uri(), is_h2c: url.is_h2c(), headers }
    }

    fn request(&self, asked: &SubgraphRequest) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(asked.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        if let Some((name, value)) = asked.caller.header() {
            request.headers_mut().insert(name, value);
        }
        RequestScope::with_current(|scope| scope.tell(asked.span_id, request.headers_mut()));
        request
    }
}

impl HttpSubgraphClient {
    /// A client for subgraphs with these names and URLs.
    ///
    /// # Errors
    /// TLS is needed and the system has no certificates to trust.
    pub fn new(
        urls: impl IntoIterator<Item = (String, RoutingUrl)>,
        config: &HttpSubgraphClientConfig,
    ) -> Result<Self, rustls::Error> {
        Self::with_headers(urls, &HeaderMap::new(), config)
    }

    /// The same, with headers that every request has.
    pub(crate) fn with_headers(
        urls: impl IntoIterator<Item = (String, RoutingUrl)>,
        headers: &HeaderMap,
        config: &HttpSubgraphClientConfig,
    ) -> Result<Self, rustls::Error> {
        let endpoints = urls.into_iter().map(|(name, url)| (name, Endpoint::new(&url, headers)));
        let endpoints: HashMap<String, Endpoint> = endpoints.collect();
        let needs_tls = endpoints.values().any(|it| it.uri.scheme_str() == Some("https"));
        let connector = connector(needs_tls, config.connect_timeout)?;
        let client = |is_h2c| {
            let client = Client::builder(TokioExecutor::new())
                .pool_idle_timeout(POOL_IDLE_TIMEOUT)
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .http2_only(is_h2c)
                .build(connector.clone());
            Decompression::new(client)
        };
        Ok(Self { client: client(false), h2c: client(true), endpoints, config: *config })
    }

    async fn ask(&self, request: SubgraphRequest) -> Result<SubgraphAnswer, SubgraphFailure> {
        let endpoint = self.endpoints.get(&*request.subgraph).ok_or_else(|| {
            let cause = format!("there is no URL for subgraph `{}`", request.subgraph);
            SubgraphFailure::Unavailable { cause }
        })?;
        let client = if endpoint.is_h2c { &self.h2c } else { &self.client };
        let asking = self.exchange(client, endpoint.request(&request));
        let timeout_ms = u64::try_from(self.config.request_timeout.as_millis());
        match tokio::time::timeout(self.config.request_timeout, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(SubgraphFailure::Timeout { timeout_ms: timeout_ms.unwrap_or(u64::MAX) }),
        }
    }

    async fn exchange(
        &self,
        client: &HttpClient,
        request: Request<Full<Bytes>>,
    ) -> Result<SubgraphAnswer, SubgraphFailure> {
        let response = client.clone().oneshot(request).await;
        let response = response.map_err(|error| unavailable(&error))?;
        let status = response.status();
        let body = self.read(response).await;
        let body = if status.is_success() { body } else { body_of_error(status, body) }?;
        Ok(SubgraphAnswer { body, status: Some(status.as_u16()), is_shared: false })
    }

    /// The body, while it is within the limit.
    async fn read(
        &self,
        response: Response<DecompressionBody<Incoming>>,
    ) -> Result<Bytes, SubgraphFailure> {
        let bytes_max = self.config.response_bytes_max;
        let announced = response.headers().get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > bytes_max) {
            return Err(SubgraphFailure::TooLarge { bytes_max });
        }
        let mut chunks = response.into_body().into_data_stream();
        let mut body = BytesMut::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error: BoxError| unavailable(error.as_ref()))?;
            if body.len() + chunk.len() > bytes_max {
                return Err(SubgraphFailure::TooLarge { bytes_max });
            }
            // What came in one piece stays where it is.
            if body.is_empty() && announced == Some(chunk.len()) {
                return Ok(chunk);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

impl SubgraphClient for HttpSubgraphClient {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        self.ask(request).boxed()
    }
}

/// Connections idle for longer are closed; most servers close theirs after a minute or more.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

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

/// With the whole chain of causes.
fn unavailable(error: &(dyn Error + 'static)) -> SubgraphFailure {
    let mut cause = error.to_string();
    let mut link = error.source();
    while let Some(error) = link {
        cause.push_str(": ");
        cause.push_str(&error.to_string());
        link = error.source();
    }
    SubgraphFailure::Unavailable { cause }
}

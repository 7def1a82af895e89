//! Where spans go, and what is known of who sends them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::message::{Attribute, Resource};

/// How spans are sent.
#[derive(Debug, Clone)]
pub struct OtlpConfig {
    /// The collector.
    pub endpoint: OtlpEndpoint,
    /// What every request to it has; the values are secrets.
    pub headers: HeaderMap,
    /// A request to it, from connecting to its answer.
    pub timeout: Duration,
    /// Spans that wait or are under way; of more none is kept.
    pub queue_spans_max: usize,
    /// Spans in one request, as long as one trace does not have more.
    pub batch_spans_max: usize,
    /// How long the first span of a request waits for others.
    pub interval: Duration,
}

impl OtlpConfig {
    /// The documented defaults.
    pub fn new(endpoint: OtlpEndpoint) -> Self {
        Self {
            endpoint,
            headers: HeaderMap::new(),
            timeout: Duration::from_secs(5),
            queue_spans_max: 10_000,
            batch_spans_max: 512,
            interval: Duration::from_secs(1),
        }
    }
}

/// The collector's URL, to which `/v1/traces` is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpEndpoint(Uri);

impl OtlpEndpoint {
    /// Where spans are posted.
    pub(super) fn traces(&self) -> &Uri {
        &self.0
    }
}

impl FromStr for OtlpEndpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let none = || format!("`{text}` is no URL of a collector, such as http://localhost:4318");
        // It is not repeated: it is a secret.
        if text.contains('@') {
            let wrong = "a collector's URL has no name and password: write a header for them";
            return Err(wrong.to_owned());
        }
        if text.contains(['?', '#']) {
            return Err(none());
        }
        let traces = format!("{}/v1/traces", text.trim_end_matches('/'));
        let uri: Uri = traces.parse().map_err(|_| none())?;
        match (uri.scheme_str(), uri.authority()) {
            (Some("http" | "https"), Some(_)) => Ok(Self(uri)),
            _ => Err(none()),
        }
    }
}

impl fmt::Display for OtlpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Headers as the environment has them: `name=value`, with commas between.
#[derive(Debug, Clone, Default)]
pub struct OtlpHeaders(pub HeaderMap);

impl FromStr for OtlpHeaders {
    type Err = String;

    /// A wrong one is not repeated: it may be a secret.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut headers = HeaderMap::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let header = pair.split_once('=').and_then(|(name, value)| {
                let mut value = HeaderValue::try_from(value.trim()).ok()?;
                value.set_sensitive(true);
                Some((HeaderName::try_from(name.trim()).ok()?, value))
            });
            let none = "headers are written `name=value`, with commas between";
            let (name, value) = header.ok_or_else(|| none.to_owned())?;
            headers.insert(name, value);
        }
        Ok(Self(headers))
    }
}

/// Whose spans they are.
#[derive(Debug, Clone)]
pub struct Service {
    /// What it is called.
    pub name: String,
    /// Of the program.
    pub version: &'static str,
}

impl Service {
    pub(super) fn resource(&self) -> Resource {
        let attributes = [("service.name", self.name.as_str()), ("service.version", self.version)];
        let attributes = attributes.map(|(key, value)| Attribute::new(key, value.to_owned()));
        Resource { attributes: attributes.to_vec() }
    }
}

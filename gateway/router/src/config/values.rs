//! Values of the configuration that are more than a number or a text.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::uri::InvalidUri;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use url::{Position, Url};

/// Where to listen: a host name or address, and a port; port 0 takes any free one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// `127.0.0.1`, `0.0.0.0`, `::1` or a name.
    pub host: String,
    /// 0 to 65535.
    pub port: u16,
}

impl Default for Listen {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 4000 }
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address to listen on, such as 127.0.0.1:4000");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(v6) => v6,
            None if host.contains(':') => return Err(wrong()),
            None => host,
        };
        if host.is_empty() {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Where a subgraph's GraphQL endpoint is: an absolute `http` or `https` URL, or an `h2c` one: the
/// server is known to speak HTTP/2 without TLS (RFC 9113, §3.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoutingUrl {
    text: String,
    /// What is asked for: `http` in place of `h2c`.
    url: Url,
}

const H2C: &str = "h2c";

impl RoutingUrl {
    /// As it was written, in normal form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For people: without what may be a secret, a name, a password and a query.
    pub fn shown(&self) -> String {
        let (scheme, _) = self.text.split_once(':').unwrap_or_default();
        let place = &self.url[Position::BeforeHost..Position::AfterPath];
        let query = if self.url.query().is_some() { "?…" } else { "" };
        format!("{scheme}://{place}{query}")
    }

    /// Where requests go: without a name and a password, and without what is for browsers alone.
    pub fn uri(&self) -> Uri {
        asked(&self.url).expect("looked at when the URL was read")
    }

    /// Whether HTTP/2 is spoken at once. Over TLS client and server agree on what they speak.
    pub fn is_h2c(&self) -> bool {
        self.text.starts_with(H2C)
    }

    /// The name and the password that are in the URL, as the header that takes them there.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let password = self.url.password();
        if self.url.username().is_empty() && password.is_none() {
            return None;
        }
        let decoded = |text| Cow::from(percent_decode_str(text)).into_owned();
        let mut credentials = decoded(self.url.username());
        credentials.push(b':');
        credentials.extend(decoded(password.unwrap_or_default()));
        let header = format!("Basic {}", BASE64_STANDARD.encode(credentials));
        let mut header = HeaderValue::try_from(header).expect("base64 is fit for a header");
        header.set_sensitive(true);
        Some(header)
    }
}

fn asked(url: &Url) -> Result<Uri, InvalidUri> {
    let (scheme, rest) = (&url[..Position::BeforeUsername], &url[Position::BeforeHost..]);
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    format!("{scheme}{rest}").parse()
}

impl FromStr for RoutingUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no_url = |cause: &dyn fmt::Display| format!("`{text}` is no URL: {cause}");
        let parse = |text: &str| Url::parse(text).map_err(|cause| no_url(&cause));
        let mut url = parse(text)?;
        let is_h2c = url.scheme() == H2C;
        if is_h2c {
            url = parse(&format!("http{}", &url[Position::AfterScheme..]))?;
        }
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme();
            return Err(format!("`{text}` has the scheme {scheme}, not http, https or h2c"));
        }
        asked(&url).map_err(|cause| no_url(&cause))?;
        let scheme = if is_h2c { H2C } else { url.scheme() };
        Ok(Self { text: format!("{scheme}{}", &url[Position::AfterScheme..]), url })
    }
}

impl fmt::Display for RoutingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `federation_version` of a `supergraph.yaml`: `2`, `2.9` or `=2.9.0`. Which minor version a
/// subgraph is written for stands in its own `@link`; that it is Federation 2 is all that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FederationVersion;

impl FromStr for FederationVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.strip_prefix('=').unwrap_or(text).split('.');
        let is_two = numbers.next() == Some("2");
        let others: Vec<&str> = numbers.collect();
        if is_two && others.len() <= 2 && others.iter().all(|other| other.parse::<u32>().is_ok()) {
            return Ok(Self);
        }
        Err(format!(
            "`{text}` is no version that can be composed; it is `2` or `=2.MINOR.PATCH`, and \
             subgraphs of Federation 1 are read by it too"
        ))
    }
}

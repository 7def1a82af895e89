//! `apq:` of the configuration: documents that clients send once, and where they are remembered.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::reader::Reader;
use super::written::{Form, Spanned, Written};

/// Automatic persisted queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apq {
    /// Whether clients may name a document by its hash once they have sent it.
    pub enabled: bool,
    /// Where all gateways remember them; each for itself without it.
    pub redis: Option<ApqRedis>,
}

/// A Redis in which documents are remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApqRedis {
    /// Where it is.
    pub url: RedisUrl,
    /// What a request may wait for it, connecting included.
    pub timeout: Duration,
    /// How long it remembers a document that nobody sends again.
    pub ttl: Duration,
    /// What its keys begin with, before the hash.
    pub prefix: String,
}

/// The URL of a Redis: `redis`, `rediss` (TLS) or `redis+unix` (a socket's path).
#[derive(Clone)]
pub struct RedisUrl {
    text: String,
    client: redis::Client,
}

impl RedisUrl {
    /// What connects.
    pub(crate) fn client(&self) -> redis::Client {
        self.client.clone()
    }
}

impl FromStr for RedisUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The text is not repeated: there may be a password in it.
        let client = redis::Client::open(text).map_err(|_| {
            "this is no URL of a Redis, such as redis://127.0.0.1:6379/0".to_owned()
        })?;
        Ok(Self { text: text.to_owned(), client })
    }
}

impl PartialEq for RedisUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RedisUrl {}

impl fmt::Debug for RedisUrl {
    /// Without the password that may be in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl")
    }
}

impl Form for RedisUrl {
    const PATTERN: Option<&str> = Some(r"(rediss?|valkeys?|redis\+unix|valkey\+unix|unix)://.+");
    const EXAMPLES: &[&str] = &["redis://127.0.0.1:6379/0", "rediss://:secret@redis:6380/0"];
}

impl Default for Apq {
    fn default() -> Self {
        Self { enabled: true, redis: None }
    }
}

/// Automatic persisted queries.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApqShape {
    /// Whether clients may send a document once and name it by its hash from then on.
    #[schemars(extend("default" = true))]
    enabled: Option<bool>,
    redis: Option<RedisShape>,
}

/// Where all gateways remember documents together; each for itself without it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedisShape {
    /// A `redis`, `rediss` (TLS) or `redis+unix` URL.
    url: Written<RedisUrl>,
    /// Milliseconds that a request may wait for it, connecting included.
    #[schemars(extend("default" = TIMEOUT_MS, "minimum" = 1, "maximum" = TIMEOUT_MS_MAX))]
    timeout_ms: Option<Spanned<u64>>,
    /// Seconds for which it remembers a document that nobody sends again.
    #[schemars(extend("default" = TTL_S, "minimum" = 1, "maximum" = TTL_S_MAX))]
    ttl_s: Option<Spanned<u64>>,
    /// What its keys begin with, before the hash.
    #[schemars(extend("default" = PREFIX))]
    prefix: Option<Written<Prefix>>,
}

const TIMEOUT_MS: u64 = 100;
const TIMEOUT_MS_MAX: u64 = 10_000;
/// A week.
const TTL_S: u64 = 604_800;
/// A year.
const TTL_S_MAX: u64 = 31_536_000;
const PREFIX: &str = "weft:apq:";

/// What the keys of a Redis begin with.
struct Prefix(String);

impl Prefix {
    const BYTES_MAX: usize = 128;
}

impl FromStr for Prefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > Self::BYTES_MAX {
            return Err(format!("a prefix has no more than {} bytes", Self::BYTES_MAX));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Form for Prefix {
    const PATTERN: Option<&str> = Some(".{0,128}");
}

impl Reader<'_> {
    pub(super) fn apq(&mut self, shape: &ApqShape) -> Apq {
        let redis = shape.redis.as_ref().and_then(|redis| self.redis(redis));
        Apq { enabled: shape.enabled.unwrap_or(true), redis }
    }

    fn redis(&mut self, shape: &RedisShape) -> Option<ApqRedis> {
        let url = self.value(&shape.url);
        let timeout = self.within(shape.timeout_ms.as_ref(), TIMEOUT_MS, TIMEOUT_MS_MAX);
        let ttl = self.within(shape.ttl_s.as_ref(), TTL_S, TTL_S_MAX);
        let prefix = match &shape.prefix {
            Some(prefix) => self.value(prefix)?.0,
            None => PREFIX.to_owned(),
        };
        Some(ApqRedis {
            url: url?,
            timeout: Duration::from_millis(timeout?),
            ttl: Duration::from_secs(ttl?),
            prefix,
        })
    }

    /// A number from 1 to the largest that is allowed.
    fn within(&mut self, written: Option<&Spanned<u64>>, default: u64, max: u64) -> Option<u64> {
        let Some(number) = written else { return Some(default) };
        if !(1..=max).contains(&number.value) {
            let message = format!("{} is not between 1 and {max}", number.value);
            self.error(&number.referenced, message);
            return None;
        }
        Some(number.value)
    }
}

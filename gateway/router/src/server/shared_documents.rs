//! Documents that all gateways remember together: a Redis, asked for those that are not in memory.
//!
//! It is a help and nothing more. What it says is believed when the text has the hash; whatever
//! goes wrong is as if it did not know the document; and nobody waits longer than the time-out, nor
//! at all while it is known not to answer.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, RedisResult, Value, from_redis_value};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::config::ApqRedis;

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// How long Redis is left alone once it has failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Documents that are on their way to Redis; what is more is not sent.
const WRITING_MAX: usize = 100;

/// Why Redis did not help.
type Failure = String;

/// A Redis with documents by their hashes.
pub(super) struct SharedDocuments {
    client: Client,
    settings: ApqRedis,
    /// Bytes of a document; none is larger than a request may be.
    bytes_max: usize,
    connection: Mutex<Option<MultiplexedConnection>>,
    /// One at a time connects.
    connecting: tokio::sync::Mutex<()>,
    outage: Mutex<Outage>,
    writing: Arc<Semaphore>,
}

/// How Redis fails.
#[derive(Debug, Default)]
struct Outage {
    /// Since when it has answered last.
    failures: u64,
    /// Since the gateway was started.
    failures_ever: u64,
    /// When it is asked again.
    until: Option<Instant>,
}

impl fmt::Debug for SharedDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedDocuments").field("outage", &self.outage).finish_non_exhaustive()
    }
}

/// Whether a Redis answers within its time-out.
///
/// # Errors
/// Why it does not help, in a sentence.
pub async fn probe_redis(settings: &ApqRedis) -> Result<(), String> {
    let asking = async {
        let client = settings.url.client();
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async::<Value>(&mut connection).await
    };
    match timeout(settings.timeout, asking).await {
        Ok(answer) => answer.map(drop).map_err(|error| error.to_string()),
        Err(_) => Err(no_answer(settings)),
    }
}

fn no_answer(settings: &ApqRedis) -> Failure {
    format!("no answer within {} ms", settings.timeout.as_millis())
}

impl SharedDocuments {
    /// Connects when the first document is asked for.
    pub(super) fn new(settings: &ApqRedis, bytes_max: usize) -> Arc<Self> {
        Arc::new(Self {
            client: settings.url.client(),
            settings: settings.clone(),
            bytes_max,
            connection: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
            outage: Mutex::default(),
            writing: Arc::new(Semaphore::new(WRITING_MAX)),
        })
    }

    /// The document with this hash, if Redis has it and says so in time.
    pub(super) async fn find(&self, hash: &Hash) -> Option<Arc<str>> {
        // No more of it than a document can be long, whoever has written it.
        let mut command = redis::cmd("GETRANGE");
        command.arg(self.key(hash)).arg(0).arg(self.bytes_max);
        let read = |value| {
            let bytes: Vec<u8> = from_redis_value(value).map_err(|error| error.to_string())?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let text = String::from_utf8(bytes).ok();
            let text = text.filter(|text| *Sha256::digest(text) == *hash);
            text.map(|text| Some(Arc::from(text)))
                .ok_or_else(|| "what it has by a hash is not the document".to_owned())
        };
        self.ask(command, read).await.flatten()
    }

    /// Has Redis remember a document. Nobody waits for that.
    pub(super) fn keep(self: &Arc<Self>, hash: &Hash, text: &str) {
        if self.is_left_alone() {
            return;
        }
        let Ok(permit) = Arc::clone(&self.writing).try_acquire_owned() else { return };
        let mut command = redis::cmd("SET");
        command.arg(self.key(hash)).arg(text).arg("EX").arg(self.settings.ttl.as_secs());
        let this = Arc::clone(self);
        tokio::spawn(async move {
            this.ask(command, |_| Ok(())).await;
            drop(permit);
        });
    }

    /// How often it has failed since the gateway was started.
    pub(super) fn failures_ever(&self) -> u64 {
        self.outage().failures_ever
    }

    fn key(&self, hash: &Hash) -> String {
        let hash = hash.iter().map(|byte| format!("{byte:02x}"));
        hash.fold(self.settings.prefix.clone(), |key, digits| key + &digits)
    }

    /// What Redis answers, once it is understood; none when that fails.
    async fn ask<T>(
        &self,
        command: Cmd,
        read: impl FnOnce(Value) -> Result<T, Failure>,
    ) -> Option<T> {
        if self.is_left_alone() {
            return None;
        }
        let asking = async {
            let mut connection = self.connection().await?;
            command.query_async::<Value>(&mut connection).await
        };
        let answer = match timeout(self.settings.timeout, asking).await {
            Ok(answer) => answer.map_err(|error| error.to_string()).and_then(read),
            Err(_) => Err(no_answer(&self.settings)),
        };
        match answer {
            Ok(answer) => {
                self.succeeded();
                Some(answer)
            }
            Err(failure) => {
                self.failed(&failure);
                None
            }
        }
    }

    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        if let Some(connection) = self.connected() {
            return Ok(connection);
        }
        let _only = self.connecting.lock().await;
        if let Some(connection) = self.connected() {
            return Ok(connection);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.timeout))
            .set_response_timeout(Some(self.settings.timeout));
        let made = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        Ok(made)
    }

    fn connected(&self) -> Option<MultiplexedConnection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn outage(&self) -> std::sync::MutexGuard<'_, Outage> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_left_alone(&self) -> bool {
        self.outage().until.is_some_and(|until| Instant::now() < until)
    }

    fn succeeded(&self) {
        let mut outage = self.outage();
        outage.until = None;
        let failures = std::mem::take(&mut outage.failures);
        if failures > 0 {
            tracing::info!(failures, "redis answers again");
        }
    }

    /// The connection is given up: nobody knows to what the next answer on it would belong.
    fn failed(&self, failure: &str) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let mut outage = self.outage();
        outage.failures += 1;
        outage.failures_ever += 1;
        outage.until = Some(Instant::now() + PAUSE);
        if outage.failures == 1 {
            tracing::warn!(
                cause = failure,
                "redis does not help with persisted queries; the gateway remembers its own"
            );
        }
    }
}

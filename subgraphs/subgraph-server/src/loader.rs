//! Keys asked for one by one, fetched together. The `dataloader` crate makes the batches; who asks
//! and who waits is arranged here, so that all who wait go on at the same moment. In the crate
//! alone they go on one after the other, and the lists below them fall apart into several batches.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use dataloader::BatchFn;
use dataloader::non_cached;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::{Database, Error};

/// One SQL statement serves this many keys; more keys take more statements.
const KEYS_MAX: usize = 1000;

/// A batch begins when no key has come for this many turns of the request's task.
const QUIET_TURNS: u32 = 10;

/// However many keys still come, a batch begins after this many turns.
const TURNS_MAX: u32 = 1000;

/// What a batch function returns: a value for each key that has one.
pub type Rows<K, V> = Result<HashMap<K, V>, Error>;

/// Batches the keys that the resolvers of one request ask for. Made anew for every request, so that
/// no request sees what another has read; it caches nothing, so that a mutation is seen at once.
pub struct Loader<K: Key, V: Value> {
    batches: Arc<non_cached::Loader<K, Answer<V>, Batch<K, V>>>,
    open: Arc<Mutex<Option<Open<K, V>>>>,
}

type Answer<V> = Result<Option<V>, Error>;

type Answers<K, V> = Result<Arc<HashMap<K, Answer<V>>>, Error>;

type Fetch<K, V> = Box<dyn Fn(Database, Vec<K>) -> BoxFuture<'static, Rows<K, V>> + Send>;

/// A batch that has not begun yet: its keys so far, and what everybody waits for.
struct Open<K: Key, V: Value> {
    keys: Vec<K>,
    answers: Shared<BoxFuture<'static, Answers<K, V>>>,
}

/// What keys are made of: an id, or an id with an argument.
pub trait Key: Clone + Debug + Eq + Hash + Send + Sync + 'static {}

impl<T: Clone + Debug + Eq + Hash + Send + Sync + 'static> Key for T {}

/// What a key stands for: a row, or a list of rows.
pub trait Value: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Value for T {}

struct Batch<K, V> {
    database: Database,
    fetch: Fetch<K, V>,
}

impl<K: Key, V: Value> Loader<K, V> {
    /// A loader that gets its rows from `fetch`, which is given each key once.
    pub fn new<F, R>(database: &Database, fetch: F) -> Loader<K, V>
    where
        F: Fn(Database, Vec<K>) -> R + Send + 'static,
        R: Future<Output = Rows<K, V>> + Send + 'static,
    {
        let batch = Batch {
            database: database.clone(),
            fetch: Box::new(move |database, keys| fetch(database, keys).boxed()),
        };
        let batches = non_cached::Loader::new(batch).with_max_batch_size(KEYS_MAX);
        Loader { batches: Arc::new(batches.with_yield_count(0)), open: Arc::default() }
    }

    /// The value of `key`; `None` when the batch has none for it.
    ///
    /// # Errors
    /// Whatever the batch failed with.
    pub async fn load(&self, key: K) -> Answer<V> {
        let answers = self.join(key.clone()).await?;
        let missing = || Err(Error::Internal(format!("the batch has no answer for key {key:?}")));
        answers.get(&key).cloned().unwrap_or_else(missing)
    }

    /// Puts a key into the open batch, or opens one.
    fn join(&self, key: K) -> Shared<BoxFuture<'static, Answers<K, V>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &mut *open {
            open.keys.push(key);
            return open.answers.clone();
        }
        // Shared by all who wait: when one is dropped, because a sibling field failed, the others
        // keep it going.
        let (batches, batch) = (Arc::clone(&self.batches), Arc::downgrade(&self.open));
        let answers = async move {
            let keys = gather(&batch).await;
            let answers = batches.try_load_many(keys).await;
            answers.map(Arc::new).map_err(|cause| Error::Internal(cause.to_string()))
        };
        let answers = answers.boxed().shared();
        *open = Some(Open { keys: vec![key], answers: answers.clone() });
        answers
    }
}

/// Waits until the resolvers have no more keys to add, and closes the batch.
async fn gather<K: Key, V: Value>(open: &Weak<Mutex<Option<Open<K, V>>>>) -> Vec<K> {
    let (mut gathered, mut quiet_turns) = (0, 0);
    for turn in 0..=TURNS_MAX {
        tokio::task::yield_now().await;
        let Some(open) = open.upgrade() else { break };
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = open.as_ref().map_or(0, |open| open.keys.len());
        quiet_turns = if keys == gathered { quiet_turns + 1 } else { 0 };
        gathered = keys;
        if quiet_turns >= QUIET_TURNS || keys >= KEYS_MAX || turn == TURNS_MAX {
            return open.take().map(|open| open.keys).unwrap_or_default();
        }
    }
    Vec::new()
}

impl<K: Key, V: Value> BatchFn<K, Answer<V>> for Batch<K, V> {
    async fn load(&mut self, keys: &[K]) -> HashMap<K, Answer<V>> {
        let fetching = (self.fetch)(self.database.clone(), keys.to_vec());
        let rows = AssertUnwindSafe(fetching).catch_unwind().await.unwrap_or_else(|panic| {
            Err(Error::Internal(format!("a batch panicked: {}", panic_message(&*panic))))
        });
        match rows {
            Ok(mut rows) => keys.iter().map(|key| (key.clone(), Ok(rows.remove(key)))).collect(),
            Err(error) => keys.iter().map(|key| (key.clone(), Err(error.clone()))).collect(),
        }
    }
}

/// What a panic said, for the log.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

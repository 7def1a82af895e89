//! Work that is the same at the same time, done once.
//!
//! Whoever asks for what somebody else is waiting for already waits for that; once it is there,
//! it is forgotten. Nothing is kept for later: that would be a cache. Keys are compared whole.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

type Work<V> = BoxFuture<'static, V>;

/// What is being done right now, by key.
pub(crate) struct InFlight<K, V: Clone> {
    running: Arc<Mutex<Running<K, V>>>,
}

struct Running<K, V: Clone> {
    by_key: HashMap<K, (u64, WeakShared<Work<V>>), ahash::RandomState>,
    /// How many have begun: the number of the next one.
    begun: u64,
}

impl<K, V: Clone> Default for InFlight<K, V> {
    fn default() -> Self {
        let running = Running { by_key: HashMap::default(), begun: 0 };
        Self { running: Arc::new(Mutex::new(running)) }
    }
}

impl<K, V> InFlight<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// What `work` gives, or the work that runs with an equal key, and whether there was such. It
    /// goes on for as long as one of those who wait for it is left.
    pub(crate) fn run(
        &self,
        key: K,
        work: impl Future<Output = V> + Send + 'static,
    ) -> (Shared<Work<V>>, bool) {
        let mut running = lock(&self.running);
        let joined = running.by_key.get(&key).and_then(|(_, shared)| shared.upgrade());
        if let Some(shared) = joined {
            return (shared, true);
        }
        let number = running.begun;
        running.begun += 1;
        let entry = Entry { running: Arc::clone(&self.running), key: key.clone(), number };
        let work = async move {
            // Gone before anybody learns the result: who comes then begins anew.
            let _entry = entry;
            work.await
        };
        let shared = work.boxed().shared();
        if let Some(weak) = shared.downgrade() {
            running.by_key.insert(key, (number, weak));
        }
        (shared, false)
    }
}

/// Takes its work out when it ends, or when nobody waits for it any more.
struct Entry<K: Eq + Hash, V: Clone> {
    running: Arc<Mutex<Running<K, V>>>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, V: Clone> Drop for Entry<K, V> {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        // Somebody may have begun anew between the last one's leaving and this.
        if running.by_key.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            running.by_key.remove(&self.key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic leaves behind is whole: each change is one insertion or one removal.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    /// Work that ends when told, and counts how often it began.
    struct Counted {
        begun: Arc<AtomicUsize>,
        end: Arc<Notify>,
    }

    impl Counted {
        fn new() -> Self {
            Self { begun: Arc::default(), end: Arc::default() }
        }

        fn work(&self) -> impl Future<Output = usize> + Send + use<> {
            let (begun, end) = (Arc::clone(&self.begun), Arc::clone(&self.end));
            async move {
                let number = begun.fetch_add(1, Ordering::SeqCst);
                end.notified().await;
                number
            }
        }

        fn begun(&self) -> usize {
            self.begun.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn equal_work_is_done_once_and_other_work_for_itself() {
        let (in_flight, counted) = (InFlight::default(), Counted::new());
        let one = in_flight.run("a", counted.work()).0;
        let same = in_flight.run("a", counted.work()).0;
        let other = in_flight.run("b", counted.work()).0;
        assert!(one.clone().now_or_never().is_none() && other.clone().now_or_never().is_none());
        assert!(same.clone().now_or_never().is_none());
        assert_eq!(counted.begun(), 2);
        counted.end.notify_one();
        assert_eq!((one.await, same.await), (0, 0));
        counted.end.notify_one();
        assert_eq!(other.await, 1);
    }

    #[tokio::test]
    async fn what_is_done_is_not_kept() {
        let (in_flight, counted) = (InFlight::default(), Counted::new());
        for turn in 0..3 {
            counted.end.notify_one();
            let shared = in_flight.run("a", counted.work()).0;
            assert_eq!(shared.clone().await, turn);
            assert!(lock(&in_flight.running).by_key.is_empty());
        }
    }

    #[tokio::test]
    async fn work_goes_on_while_one_is_left_who_waits() {
        let (in_flight, counted) = (InFlight::default(), Counted::new());
        let first = in_flight.run("a", counted.work()).0;
        assert!(first.clone().now_or_never().is_none());
        let second = in_flight.run("a", counted.work()).0;
        drop(first);
        counted.end.notify_one();
        assert_eq!(second.await, 0);
        assert_eq!(counted.begun(), 1);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_ends() {
        let (in_flight, counted) = (InFlight::default(), Counted::new());
        let abandoned = in_flight.run("a", counted.work()).0;
        assert!(abandoned.clone().now_or_never().is_none());
        drop(abandoned);
        assert!(lock(&in_flight.running).by_key.is_empty());
        counted.end.notify_one();
        assert_eq!(in_flight.run("a", counted.work()).0.await, 1);
    }
}

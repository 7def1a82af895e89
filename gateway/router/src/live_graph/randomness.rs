//! Where the numbers come from with which labels are drawn.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random numbers; copies are the same source. Good enough for shares of requests, not
/// for secrets.
#[derive(Clone)]
pub struct Randomness {
    next: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Randomness {
    /// Numbers that a test chooses.
    pub fn of(next: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { next: Arc::new(next) }
    }

    /// A number, all 64 bits of it.
    pub(super) fn draw(&self) -> u64 {
        (self.next)()
    }
}

impl Default for Randomness {
    /// A keyed hash of how many were drawn before; each source has a key of its own.
    fn default() -> Self {
        let key = RandomState::new();
        let drawn = AtomicU64::new(0);
        Self::of(move || key.hash_one(drawn.fetch_add(1, Ordering::Relaxed)))
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Randomness")
    }
}

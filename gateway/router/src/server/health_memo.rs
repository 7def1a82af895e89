//! The last answer of `/health`: whoever asks often does not make the subgraphs work often.

use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Mutex;

/// How long an answer is good for.
const GOOD_FOR: Duration = Duration::from_millis(200);

/// The answer and when it was made.
#[derive(Debug, Default)]
pub(super) struct HealthMemo(Mutex<Option<(Instant, Value)>>);

impl HealthMemo {
    /// The last answer while it is good, else what `ask` finds; those who come meanwhile wait for
    /// the same.
    pub(super) async fn get_or<F: Future<Output = Value>>(&self, ask: impl FnOnce() -> F) -> Value {
        let mut memo = self.0.lock().await;
        match memo.as_ref().filter(|(at, _)| at.elapsed() < GOOD_FOR) {
            Some((_, answer)) => answer.clone(),
            None => {
                let answer = ask().await;
                memo.insert((Instant::now(), answer)).1.clone()
            }
        }
    }
}

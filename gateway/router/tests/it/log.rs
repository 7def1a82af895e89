//! What is logged while a test runs.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use observability::log::{self, LogFormat};
use serde_json::Value;

/// Other threads may be about to decide the same for so many requests of this test, at most.
const ATTEMPTS: usize = 20;

/// What comes of asking, and what the thread of the test logs meanwhile, from `WARN` up: each line
/// as JSON.
///
/// Asks again when there is no line. `tracing` decides at a place's first use whether anybody
/// listens there, and a test on another thread may just be deciding that nobody does.
pub(crate) async fn logged<T, F: Future<Output = T>>(ask: impl Fn() -> F) -> (T, Vec<Value>) {
    let mut logged = listen(&ask).await;
    for _ in 1..ATTEMPTS {
        if !logged.1.is_empty() {
            break;
        }
        logged = listen(&ask).await;
    }
    logged
}

async fn listen<T, F: Future<Output = T>>(ask: &impl Fn() -> F) -> (T, Vec<Value>) {
    let log = Log::default();
    let writer = log.clone();
    let filter = "warn".parse().expect("a filter");
    let subscriber = log::subscriber(LogFormat::Json, &filter, false, move || writer.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    tracing::callsite::rebuild_interest_cache();
    let answer = ask().await;
    drop(guard);
    let bytes = log.0.lock().expect("no test panics here");
    let text = std::str::from_utf8(&bytes).expect("text");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (answer, lines)
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics here").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! How the subgraphs were the last time they were asked: whoever asks often does not make them work
//! often, and people are told since when a subgraph is as it is.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Mutex;

/// How long an answer is good for.
const GOOD_FOR: Duration = Duration::from_millis(200);

/// What is kept of a failure's text, in bytes.
const FAILURE_BYTES_MAX: usize = 500;

/// One subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubgraphHealth {
    pub(super) name: String,
    pub(super) is_healthy: bool,
    /// Since when this is known.
    pub(super) since: SystemTime,
    /// The newest failure that has been seen, as operators are told of it.
    pub(super) last_failure: Option<(SystemTime, String)>,
}

impl SubgraphHealth {
    /// What is known of a subgraph once it has been asked again.
    fn after(
        before: Option<&Self>,
        name: &str,
        answer: Result<(), String>,
        now: SystemTime,
    ) -> Self {
        let is_healthy = answer.is_ok();
        let same = before.filter(|before| before.is_healthy == is_healthy);
        let failure = answer.err().map(|mut text| {
            text.truncate(text.floor_char_boundary(FAILURE_BYTES_MAX));
            (now, text)
        });
        Self {
            name: name.to_owned(),
            is_healthy,
            since: same.map_or(now, |before| before.since),
            last_failure: failure.or_else(|| before.and_then(|it| it.last_failure.clone())),
        }
    }
}

/// What each subgraph of a list answered.
pub(super) type Answers = Vec<(String, Result<(), String>)>;

/// How the subgraphs are, and when they were asked.
#[derive(Debug, Default)]
pub(super) struct HealthMemo(Mutex<Option<(Instant, Vec<SubgraphHealth>)>>);

impl HealthMemo {
    /// What is known while it is good, else what `ask` finds; those who come meanwhile wait for
    /// the same.
    pub(super) async fn get_or<F>(&self, ask: impl FnOnce() -> F) -> Vec<SubgraphHealth>
    where
        F: Future<Output = Answers>,
    {
        let mut memo = self.0.lock().await;
        if let Some((_, known)) = memo.as_ref().filter(|(at, _)| at.elapsed() < GOOD_FOR) {
            return known.clone();
        }
        let answers = ask().await;
        let before = memo.take().map(|(_, known)| known).unwrap_or_default();
        let now = SystemTime::now();
        let after = answers.into_iter().map(|(name, answer)| {
            let before = before.iter().find(|before| before.name == name);
            SubgraphHealth::after(before, &name, answer, now)
        });
        memo.insert((Instant::now(), after.collect())).1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_subgraph_is_as_it_is_since_it_changed_and_its_failure_is_remembered() {
        let after = |before: Option<&SubgraphHealth>, answer: Result<(), &str>, seconds| {
            let answer = answer.map_err(str::to_owned);
            SubgraphHealth::after(before, "users", answer, at(seconds))
        };
        let up = after(None, Ok(()), 1);
        assert_eq!((up.is_healthy, up.since, &up.last_failure), (true, at(1), &None));
        let still_up = after(Some(&up), Ok(()), 2);
        assert_eq!(still_up.since, at(1));
        let down = after(Some(&still_up), Err("refused"), 3);
        assert_eq!((down.is_healthy, down.since), (false, at(3)));
        let still_down = after(Some(&down), Err("no route"), 4);
        assert_eq!(still_down.since, at(3));
        let up_again = after(Some(&still_down), Ok(()), 5);
        assert_eq!((up_again.is_healthy, up_again.since), (true, at(5)));
        assert_eq!(up_again.last_failure, Some((at(4), "no route".to_owned())));
    }

    #[test]
    fn a_long_failure_is_cut_between_letters() {
        let long = SubgraphHealth::after(None, "users", Err("ü".repeat(1000)), at(1));
        let (_, text) = long.last_failure.expect("it failed");
        assert_eq!(text, "ü".repeat(FAILURE_BYTES_MAX / 2));
    }
}

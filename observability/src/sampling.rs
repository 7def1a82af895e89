//! Which requests' spans are kept: decided when a request is over and all is known of it.

use std::time::Duration;

use crate::{TraceContext, TraceId};

/// The rule by which a request is kept. Whatever went wrong or took long is; of the others a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// The share of ordinary requests that is kept, from 0 to 1.
    pub ratio: f64,
    /// What takes longer is kept.
    pub slow: Duration,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { ratio: 0.1, slow: Duration::from_secs(1) }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// From its head to its answer.
    pub duration: Duration,
    /// A status from 400 on, or errors in the answer.
    pub has_failed: bool,
}

impl Sampling {
    /// Whether a new trace is among the share. The id alone says it, so that everybody who knows
    /// the ratio comes to the same.
    pub fn selects(&self, id: TraceId) -> bool {
        // 2^56: as many values as seven bytes have.
        const VALUES: f64 = 72_057_594_037_927_936.0;
        #[expect(clippy::cast_precision_loss, reason = "a share of a percent is exact enough")]
        let value = id.random_part() as f64;
        value < self.ratio * VALUES
    }

    /// Whether the spans of a request that is over are kept.
    pub fn keeps(&self, trace: &TraceContext, ended: Ended) -> bool {
        trace.is_sampled() || ended.has_failed || ended.duration > self.slow
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue};

    use super::{Ended, Sampling};
    use crate::{TraceContext, TraceId};

    /// The same numbers in every run (SplitMix64).
    fn random_ids() -> impl Iterator<Item = TraceId> {
        let mut state = 42_u64;
        let mut draw = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            u128::from(mixed ^ (mixed >> 31))
        };
        std::iter::repeat_with(move || TraceId::of((draw() << 64) | draw() | 1))
    }

    fn told(flags: &str) -> TraceContext {
        let mut headers = HeaderMap::new();
        let value = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        headers.insert("traceparent", HeaderValue::from_str(&value).expect("a value"));
        TraceContext::of(&headers, &Sampling::default())
    }

    /// AC-J2.1.
    #[test]
    fn of_ordinary_requests_a_share_is_kept() {
        let kept = |ratio| {
            let sampling = Sampling { ratio, ..Sampling::default() };
            random_ids().take(10_000).filter(|id| sampling.selects(*id)).count()
        };
        assert!((850..=1150).contains(&kept(0.1)), "{}", kept(0.1));
        assert!((4850..=5150).contains(&kept(0.5)), "{}", kept(0.5));
        assert_eq!((kept(0.0), kept(1.0)), (0, 10_000));
    }

    /// AC-J2.1.
    #[test]
    fn what_failed_or_was_slow_or_is_kept_by_others_is_kept() {
        let sampling = Sampling { ratio: 0.0, slow: Duration::from_millis(1000) };
        let ended = |milliseconds, has_failed| Ended {
            duration: Duration::from_millis(milliseconds),
            has_failed,
        };
        let ordinary = told("00");
        assert!(!sampling.keeps(&ordinary, ended(1, false)));
        assert!(!sampling.keeps(&ordinary, ended(1000, false)));
        assert!(sampling.keeps(&ordinary, ended(1001, false)));
        assert!(sampling.keeps(&ordinary, ended(1, true)));
        assert!(sampling.keeps(&told("01"), ended(1, false)));
    }
}

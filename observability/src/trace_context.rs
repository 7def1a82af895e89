//! W3C Trace Context: the trace that a request is part of, as headers tell it.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::{NonZeroU64, NonZeroU128};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Sampling;

/// `version-trace-parent-flags`.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What vendors keep beside it.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// What every participant has to forward; of more nothing is.
const TRACESTATE_BYTES_MAX: usize = 512;
const TRACESTATE_MEMBERS_MAX: usize = 32;

/// `00-` and 32, `-` and 16, `-` and 2 digits.
const TRACEPARENT_BYTES: usize = 55;

/// The only flag there is in version 00.
const SAMPLED: u8 = 1;

/// What all spans of one trace have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(NonZeroU128);

/// One piece of work within a trace.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(NonZeroU64);

impl TraceId {
    /// A new one.
    pub fn generate() -> Self {
        let half = || u128::from(random().get());
        Self(NonZeroU128::MIN | ((half() << 64) | half()))
    }

    /// One that a test has chosen.
    #[cfg(test)]
    pub(crate) fn of(number: u128) -> Self {
        Self(NonZeroU128::new(number).expect("no test chooses zero"))
    }

    /// As it goes into an export.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.get().to_be_bytes()
    }

    /// The last seven bytes, which are random in all traces.
    pub(crate) fn random_part(self) -> u64 {
        const SEVEN_BYTES: u128 = (1 << 56) - 1;
        u64::try_from(self.0.get() & SEVEN_BYTES).expect("seven bytes fit into eight")
    }
}

impl SpanId {
    /// A new one.
    pub fn generate() -> Self {
        Self(random())
    }

    /// As it goes into an export.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.get().to_be_bytes()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

/// A keyed hash of how many were drawn before. Nobody can guess the key; no two processes share it.
fn random() -> NonZeroU64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let number = KEY.hash_one(DRAWN.fetch_add(1, Ordering::Relaxed));
    NonZeroU64::new(number).unwrap_or(NonZeroU64::MAX)
}

/// Where a request stands in its trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The request's own span.
    pub span_id: SpanId,
    /// Whose work it is part of; none when the trace begins here.
    pub parent: Option<SpanId>,
    flags: u8,
    state: Option<HeaderValue>,
}

impl TraceContext {
    /// The trace that the head of a request names, else a new one, which `sampling` may select.
    pub fn of(headers: &HeaderMap, sampling: &Sampling) -> Self {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let parent = match (values.next(), values.next()) {
            (Some(value), None) => parse(value.as_bytes()),
            _ => None,
        };
        let span_id = SpanId::generate();
        if let Some((trace_id, parent, flags)) = parent {
            return Self { trace_id, span_id, parent: Some(parent), flags, state: state(headers) };
        }
        let trace_id = TraceId::generate();
        let flags = if sampling.selects(trace_id) { SAMPLED } else { 0 };
        Self { trace_id, span_id, parent: None, flags, state: None }
    }

    /// Whether somebody has decided already that this trace is kept.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// What others keep beside the trace; empty if they keep nothing.
    pub fn state(&self) -> &str {
        self.state.as_ref().and_then(|state| state.to_str().ok()).unwrap_or_default()
    }

    /// Tells somebody who works on the part `span` of this request.
    pub fn tell(&self, span: SpanId, headers: &mut HeaderMap) {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        hexadecimal(&self.trace_id.to_bytes(), &mut text[3..35]);
        hexadecimal(&span.to_bytes(), &mut text[36..52]);
        hexadecimal(&[self.flags], &mut text[53..]);
        let value = HeaderValue::from_bytes(&text).expect("digits and hyphens");
        headers.insert(TRACEPARENT, value);
        if let Some(state) = &self.state {
            headers.insert(TRACESTATE, state.clone());
        }
    }
}

fn hexadecimal(bytes: &[u8], text: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, digits) in bytes.iter().zip(text.chunks_exact_mut(2)) {
        digits[0] = DIGITS[usize::from(byte >> 4)];
        digits[1] = DIGITS[usize::from(byte & 15)];
    }
}

/// Trace, parent and flags of a `traceparent`; nothing of one that the specification forbids. Later
/// versions may have more at the end.
fn parse(value: &[u8]) -> Option<(TraceId, SpanId, u8)> {
    let (known, more) = value.split_at_checked(TRACEPARENT_BYTES)?;
    let [version, flags] = [&known[..2], &known[53..]].map(number);
    let version = version?;
    let is_longer = !more.is_empty();
    if version == 0xff || (is_longer && (version == 0 || more[0] != b'-')) {
        return None;
    }
    if [2, 35, 52].iter().any(|hyphen| known[*hyphen] != b'-') {
        return None;
    }
    let trace_id = TraceId(NonZeroU128::new(number(&known[3..35])?)?);
    let parent = SpanId(NonZeroU64::new(u64::try_from(number(&known[36..52])?).ok()?)?);
    let flags = u8::try_from(flags?).ok()? & SAMPLED;
    Some((trace_id, parent, flags))
}

/// Lower-case hexadecimal digits, at most as many as fit.
fn number(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

/// All lines of `tracestate` as one; nothing if they are more than anybody has to forward.
fn state(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut values = headers.get_all(TRACESTATE).iter();
    let first = values.next()?;
    let joined = match values.next() {
        None => first.clone(),
        Some(second) => {
            let all = [first, second].into_iter().chain(values).map(HeaderValue::as_bytes);
            HeaderValue::from_bytes(&all.collect::<Vec<_>>().join(&b','))
                .expect("values with a comma between are one")
        }
    };
    let members = || joined.as_bytes().split(|byte| *byte == b',');
    let is_member = |member: &[u8]| member.trim_ascii().is_empty() || member.contains(&b'=');
    let is_fit = joined.len() <= TRACESTATE_BYTES_MAX
        && members().count() <= TRACESTATE_MEMBERS_MAX
        && members().all(is_member)
        && joined.to_str().is_ok();
    is_fit.then_some(joined)
}

#[cfg(test)]
mod tests;

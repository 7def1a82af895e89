//! The id under which a request stands in logs, in the gateway and in the subgraphs.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header it comes in, goes out and is forwarded in.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What others call the same header; it counts where there is no [`REQUEST_ID`].
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Longer ids are somebody's attempt at filling logs.
const BYTES_MAX: usize = 128;

/// A request's id: the client's, when it is fit for a log, else a new UUIDv7.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id that the head of a request gives it: `X-Request-ID`, else `X-Correlation-ID`, else a
    /// new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = |name: HeaderName| headers.get(name).and_then(Self::accept);
        given(REQUEST_ID).or_else(|| given(CORRELATION_ID)).unwrap_or_else(Self::generate)
    }

    /// Somebody's own id: 1 to 128 letters, digits and `-_.:/+=@`.
    pub fn accept(value: &HeaderValue) -> Option<Self> {
        let fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte);
        let accepted = (1..=BYTES_MAX).contains(&value.len()) && value.as_bytes().iter().all(fit);
        accepted.then(|| Self(value.clone()))
    }

    /// A new one; they sort by time.
    pub fn generate() -> Self {
        let mut text = uuid::Uuid::encode_buffer();
        let text = uuid::Uuid::now_v7().hyphenated().encode_lower(&mut text);
        Self(HeaderValue::from_str(text).expect("a UUID is hexadecimal digits and hyphens"))
    }

    /// As it stands in headers.
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }

    /// As it stands in logs.
    pub fn as_str(&self) -> &str {
        self.0.to_str().expect("what is accepted is ASCII")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{BYTES_MAX, RequestId};

    fn id(headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header value");
            map.insert(HeaderName::from_static(name), value);
        }
        RequestId::of(&map).to_string()
    }

    #[test]
    fn the_request_id_counts_before_the_correlation_id() {
        assert_eq!(id(&[("x-request-id", "abc-123-def")]), "abc-123-def");
        assert_eq!(id(&[("x-correlation-id", "c1")]), "c1");
        assert_eq!(id(&[("x-correlation-id", "c1"), ("x-request-id", "r1")]), "r1");
        assert_eq!(id(&[("x-correlation-id", "c1"), ("x-request-id", "not fit")]), "c1");
    }

    #[test]
    fn ids_that_are_not_fit_for_a_log_are_replaced() {
        let longest = "a".repeat(BYTES_MAX);
        assert_eq!(id(&[("x-request-id", &longest)]), longest);
        for unfit in ["", "with blank", "\"quoted\"", "a,b", "<script>", &(longest + "a")] {
            let given = id(&[("x-request-id", unfit)]);
            assert_eq!((given.len(), given.as_bytes()[14]), (36, b'7'), "a UUID: {given}");
        }
        assert_ne!(id(&[]), id(&[]));
    }
}

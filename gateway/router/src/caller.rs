//! Who asks: made out once, where a request comes in, and told to every subgraph that it needs.
//! Knows neither how somebody proves who they are nor what they may see: a subgraph decides that,
//! next to its data.

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};

/// The header in which subgraphs are told a user who is known.
pub const USER_ID_HEADER: HeaderName = HeaderName::from_static("x-user-id");

/// The header in which subgraphs are told whom to take for "me" when nobody is known. It gives no
/// rights and takes none away.
pub const DEFAULT_USER_ID_HEADER: HeaderName = HeaderName::from_static("x-default-user-id");

/// Longer ids are nobody's.
const BYTES_MAX: usize = 256;

/// How a request says on whose behalf it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The header whose value is believed to be the user's id. Only for where nobody but a trusted
    /// proxy, or a developer, can reach the gateway.
    pub header: HeaderName,
    /// Whom a request without the header is taken for when it says "me".
    pub default: Option<UserId>,
}

/// On whose behalf a request is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Nobody has said, and there is no default.
    #[default]
    Unknown,
    /// Nobody has said; the configuration has a user for that.
    Default(UserId),
    /// This user.
    User(UserId),
}

/// The id of a user, fit for a header: 1 to 256 bytes of text without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserId(HeaderValue);

impl Caller {
    /// Who asks, as far as the configuration believes what the request says. Without `identity`
    /// nothing is believed.
    ///
    /// # Errors
    /// A sentence when the request says who asks in a way that cannot be read: to go on without it
    /// would be to answer somebody else.
    pub fn of(identity: Option<&Identity>, headers: &HeaderMap) -> Result<Self, String> {
        let Some(Identity { header, default }) = identity else { return Ok(Self::Unknown) };
        let mut values = headers.get_all(header).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(default.clone().map_or(Self::Unknown, Self::Default)),
            (Some(value), None) => UserId::new(value.clone()).map(Self::User),
            (Some(_), Some(_)) => Err("it is there twice".to_owned()),
        }
        .map_err(|wrong| format!("the header `{header}` names no user: {wrong}"))
    }

    /// The user who is known.
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::Unknown | Self::Default(_) => None,
            Self::User(id) => Some(id.as_str()),
        }
    }

    /// The header that tells a subgraph.
    pub fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Unknown => None,
            Self::Default(UserId(id)) => Some((DEFAULT_USER_ID_HEADER, id.clone())),
            Self::User(UserId(id)) => Some((USER_ID_HEADER, id.clone())),
        }
    }
}

impl UserId {
    fn new(value: HeaderValue) -> Result<Self, String> {
        if std::str::from_utf8(value.as_bytes()).is_err() {
            return Err("it is not UTF-8".to_owned());
        }
        if !(1..=BYTES_MAX).contains(&value.len()) {
            return Err(format!("an id has 1 to {BYTES_MAX} bytes"));
        }
        Ok(Self(value))
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.0.as_bytes()).expect("no id is made of anything but UTF-8")
    }
}

impl std::str::FromStr for UserId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let value = HeaderValue::from_str(text);
        Self::new(value.map_err(|_| "an id has no control characters".to_owned())?)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{BYTES_MAX, Caller, Identity};

    fn identity(default: Option<&str>) -> Identity {
        let default = default.map(|id| id.parse().expect("an id"));
        Identity { header: HeaderName::from_static("x-account"), default }
    }

    fn caller(identity: Option<&Identity>, values: &[&[u8]]) -> Result<Caller, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            headers.append("x-account", value);
        }
        Caller::of(identity, &headers)
    }

    fn told(caller: &Caller) -> Option<String> {
        let (name, value) = caller.header()?;
        Some(format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
    }

    #[test]
    fn subgraphs_are_told_what_the_configuration_believes() {
        let check = |identity: Option<&Identity>, values: &[&[u8]], expected: Option<&str>| {
            let caller = caller(identity, values).expect("a header that can be read");
            assert_eq!(told(&caller).as_deref(), expected);
        };
        check(None, &[b"7"], None);
        check(Some(&identity(None)), &[], None);
        check(Some(&identity(None)), &[b"7"], Some("x-user-id: 7"));
        check(Some(&identity(Some("123"))), &[], Some("x-default-user-id: 123"));
        check(Some(&identity(Some("123"))), &[b"7"], Some("x-user-id: 7"));
        check(Some(&identity(None)), &["zoë".as_bytes()], Some("x-user-id: zoë"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let long = vec![b'a'; BYTES_MAX + 1];
        for default in [None, Some("123")] {
            let identity = identity(default);
            for values in [[b"".as_slice()].as_slice(), &[b"\xFF"], &[&long], &[b"7", b"7"]] {
                assert!(caller(Some(&identity), values).is_err(), "{values:?}");
            }
            assert!(caller(Some(&identity), &[&long[1..]]).is_ok());
        }
    }
}

//! On whose behalf a request is made, as the gateway says in headers. Knows neither tokens nor
//! users: who is told here is believed, so that only the gateway may reach a subgraph.

use http::{HeaderMap, HeaderName};

use crate::Error;

/// The user that the gateway has made out.
pub(crate) const USER_ID: HeaderName = HeaderName::from_static("x-user-id");

/// The user that is meant by "me" when nobody has said who they are; for developing.
const DEFAULT_USER_ID: HeaderName = HeaderName::from_static("x-default-user-id");

/// Longer ids are nobody's.
const BYTES_MAX: usize = 256;

/// Who asks, part of every request's data. A caller without an id has no rights to lose: what
/// belongs to a user is then shown as it was before there were callers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    user_id: Option<String>,
    default_user_id: Option<String>,
}

impl Caller {
    /// Reads the headers. One that cannot be read is an error: to go on without it would be to
    /// answer somebody else.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Caller, String> {
        Ok(Caller {
            user_id: user_id(headers, &USER_ID)?,
            default_user_id: user_id(headers, &DEFAULT_USER_ID)?,
        })
    }

    /// Whom the caller means by "me".
    pub fn me(&self) -> Option<&str> {
        self.user_id.as_deref().or(self.default_user_id.as_deref())
    }

    /// The user that the caller is known to be, and whose own things alone they may see.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// Refuses a caller who is known to be somebody else than `owner`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with this message, which need not name the owner.
    pub fn check_owner(&self, owner: &str, message: &str) -> Result<(), Error> {
        match self.user_id() {
            Some(user_id) if user_id != owner => Err(Error::Forbidden(message.to_owned())),
            _ => Ok(()),
        }
    }
}

fn user_id(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).ok();
    let id = text.filter(|text| (1..=BYTES_MAX).contains(&text.len()) && values.next().is_none());
    match id {
        Some(id) => Ok(Some(id.to_owned())),
        None => Err(format!("{name} must be there once, with 1 to {BYTES_MAX} bytes of text")),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{BYTES_MAX, Caller};

    fn caller(headers: &[(&'static str, &[u8])]) -> Result<Caller, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            map.append(HeaderName::from_static(name), value);
        }
        Caller::of(&map)
    }

    #[test]
    fn whoever_is_known_is_meant_before_the_default() {
        let check = |headers: &[(&'static str, &[u8])], user_id, me| {
            let caller = caller(headers).expect("headers that can be read");
            assert_eq!((caller.user_id(), caller.me()), (user_id, me));
        };
        check(&[], None, None);
        check(&[("x-user-id", b"123")], Some("123"), Some("123"));
        check(&[("x-default-user-id", b"123")], None, Some("123"));
        check(
            &[("x-user-id", "zoë".as_bytes()), ("x-default-user-id", b"123")],
            Some("zoë"),
            Some("zoë"),
        );
    }

    #[test]
    fn ids_that_cannot_be_read_are_refused() {
        let long = vec![b'a'; BYTES_MAX + 1];
        for name in ["x-user-id", "x-default-user-id"] {
            for bad in [b"".as_slice(), b"\xFF", &long] {
                assert!(caller(&[(name, bad)]).is_err_and(|wrong| wrong.starts_with(name)));
            }
            assert!(caller(&[(name, &long[1..])]).is_ok());
            assert!(caller(&[(name, b"a"), (name, b"a")]).is_err());
        }
    }

    #[test]
    fn only_who_is_known_to_be_another_is_refused() {
        let refused = |headers: &[(&'static str, &[u8])]| {
            let caller = caller(headers).expect("headers that can be read");
            caller
                .check_owner("123", "it is not yours")
                .is_err_and(|error| error.code() == "FORBIDDEN")
        };
        assert!(!refused(&[]));
        assert!(!refused(&[("x-user-id", b"123")]));
        assert!(!refused(&[("x-default-user-id", b"456")]));
        assert!(refused(&[("x-user-id", b"456")]));
        assert!(refused(&[("x-user-id", b"456"), ("x-default-user-id", b"123")]));
    }
}

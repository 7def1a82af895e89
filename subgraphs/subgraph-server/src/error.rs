//! Everything a resolver may refuse or fail with. The text a client sees never tells of SQL or of
//! the cause: that goes to the log.

use std::fmt;
use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, ServerError};

/// The text clients see for a failure that is not theirs.
pub(crate) const UNEXPECTED: &str = "An unexpected error occurred";

/// Made by resolvers and loaders, read where the response is finished. `Clone`, because one failed
/// batch is the answer to each of its keys.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// An argument that no retry makes right: `BAD_USER_INPUT`, 400.
    BadUserInput(String),
    /// What the caller may not see: `FORBIDDEN`, 403.
    Forbidden(String),
    /// A mutation of something that is not there: `NOT_FOUND`, 404.
    NotFound(String),
    /// A mutation that expected another version: `VERSION_CONFLICT`, 409.
    VersionConflict(String),
    /// The database failed: `INTERNAL_SERVER_ERROR`, 500.
    Database(Arc<sqlx::Error>),
    /// What we got wrong ourselves: `INTERNAL_SERVER_ERROR`, 500. The text is for the log alone.
    Internal(String),
}

/// What a nullable field returns. An error within it makes the field null and goes no further, as
/// the specification wants; in a `Result<Option<T>, _>` async-graphql would take the parent with
/// it.
pub type Nullable<T> = Option<Result<T, Error>>;

impl Error {
    /// `extensions.code` of the GraphQL error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::BadUserInput(_) => "BAD_USER_INPUT",
            Error::Forbidden(_) => "FORBIDDEN",
            Error::NotFound(_) => "NOT_FOUND",
            Error::VersionConflict(_) => "VERSION_CONFLICT",
            Error::Database(_) | Error::Internal(_) => "INTERNAL_SERVER_ERROR",
        }
    }

    /// `extensions.status` of the GraphQL error: what a REST API would have answered.
    pub fn status(&self) -> u16 {
        match self {
            Error::BadUserInput(_) => 400,
            Error::Forbidden(_) => 403,
            Error::NotFound(_) => 404,
            Error::VersionConflict(_) => 409,
            Error::Database(_) | Error::Internal(_) => 500,
        }
    }

    /// What the log says and the client does not.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Error::Database(cause) => Some(cause.to_string()),
            Error::Internal(cause) => Some(cause.clone()),
            Error::BadUserInput(_)
            | Error::Forbidden(_)
            | Error::NotFound(_)
            | Error::VersionConflict(_) => None,
        }
    }
}

/// The text for the client. async-graphql turns every `Display` into an error message by itself, so
/// this is the only text that can get out.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::BadUserInput(message)
            | Error::Forbidden(message)
            | Error::NotFound(message)
            | Error::VersionConflict(message) => f.write_str(message),
            Error::Database(_) | Error::Internal(_) => f.write_str(UNEXPECTED),
        }
    }
}

/// For start-up, where the chain of causes is read by the operator.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Database(cause) => Some(&**cause),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Error {
        Error::Database(Arc::new(cause))
    }
}

/// Gives a GraphQL error its code and status, and keeps a code that it already has.
pub(crate) fn set_code(error: &mut ServerError, code: &str, status: u16) {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
        extensions.set("status", status);
    }
}

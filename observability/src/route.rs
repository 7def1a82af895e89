//! Paths as those who answer them write them: with names in place of what clients put there.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A path of the program's or of its configuration's, never a client's.
#[derive(Debug, Clone)]
pub enum Route {
    /// One that is always there.
    Fixed(&'static str),
    /// One that somebody has configured.
    Configured(Arc<str>),
}

impl Route {
    /// Nobody is there.
    pub const UNKNOWN: Self = Self::Fixed("");

    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(path) => path,
            Self::Configured(path) => path,
        }
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

//! What a contract hides, and why: by coordinate.

use apollo_compiler::Name;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::parser::SourceSpan;

/// Why something is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// It has this tag, which is excluded; where it stands.
    Excluded(String, Option<SourceSpan>),
    /// Neither it nor what it belongs to has a tag to include.
    NotIncluded,
    /// Everything in it is hidden.
    Empty,
    /// No operation reaches it.
    Unreachable,
}

/// What is hidden, by coordinate: `User`, `User.email`, `Query.users(first:)`.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    by_coordinate: IndexMap<String, Why>,
}

impl Hidden {
    /// Hides something; the first reason stays.
    pub(super) fn hide(&mut self, coordinate: String, why: Why) {
        self.by_coordinate.entry(coordinate).or_insert(why);
    }

    /// Why it is hidden, if it is.
    pub(super) fn why(&self, coordinate: &str) -> Option<&Why> {
        self.by_coordinate.get(coordinate)
    }

    /// Whether it is hidden.
    pub(super) fn has(&self, coordinate: &str) -> bool {
        self.by_coordinate.contains_key(coordinate)
    }

    /// Whether nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.by_coordinate.is_empty()
    }

    /// Hides types that no operation reaches.
    pub(super) fn hide_unreachable(&mut self, types: Vec<Name>) {
        for name in types {
            self.hide(name.to_string(), Why::Unreachable);
        }
    }
}

//! Single values of the file: the environment is filled in, and what is wrong has its place.
//!
//! Knows nothing of the keys they belong to.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use serde_saphyr::Location;

use super::environment::{Environment, expand};
use super::written::{Form, Written};

/// Understands the values one by one and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Arc<SourceFile>,
    pub(super) folder: &'a Path,
    pub(super) environment: Environment<'a>,
    pub(super) errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// A text with the environment filled in, as what it stands for.
    pub(super) fn value<T: Form + FromStr<Err: ToString>>(
        &mut self,
        written: &Written<T>,
    ) -> Option<T> {
        let text = &written.text;
        let expanded = expand(&text.value, self.environment);
        match expanded.and_then(|text| {
            text.parse().map_err(|wrong: T::Err| match T::NAME {
                Some(name) => format!("`{text}` cannot be {name}"),
                None => wrong.to_string(),
            })
        }) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.error(&text.referenced, wrong);
                None
            }
        }
    }

    pub(super) fn error(&mut self, location: &Location, message: String) {
        let error = Diagnostic::error("CONFIG_INVALID", message);
        self.errors.push(located(error, self.source, Some(*location)));
    }
}

/// An error with the line it is about, from there on.
pub(super) fn located(
    error: Diagnostic,
    source: &Arc<SourceFile>,
    location: Option<Location>,
) -> Diagnostic {
    let Some(location) = location.filter(|location| location.line() > 0) else { return error };
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX);
    let start = source.offset(line, column);
    let line_end = source.text[start..].find('\n').map_or(source.text.len(), |end| start + end);
    error.with_label(source, start..line_end, "")
}

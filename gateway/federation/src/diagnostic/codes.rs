//! Every code that composition gives, with what it means: for rules of reports and for documents.
//!
//! The codes are the field's own, so that a search finds answers. Knows nothing of what finds
//! them; a test keeps the list and the sources in step.

mod errors;
mod hints;
mod views;

use super::Severity;

/// One code; `weft` makes rules and documents of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// As diagnostics carry it: `INVALID_FIELD_SHARING`.
    pub code: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What finds it.
    pub stage: Stage,
    /// What it means, in one sentence in the style of messages: lower case, no full stop.
    pub meaning: &'static str,
}

/// How much a code matters: an error stops composition, the others are degrees of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// There is no supergraph.
    Error,
    /// Clients may meet something that surprises them.
    Warn,
    /// Something to know or to tidy up.
    Info,
    /// A difference between subgraphs that is usual.
    Debug,
}

impl Level {
    /// Whether it stops composition.
    pub fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warn | Self::Info | Self::Debug => Severity::Hint,
        }
    }
}

/// The part of a graph's life in which a code is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// In one subgraph by itself.
    Subgraph,
    /// When the subgraphs are merged.
    Merge,
    /// In the merged graph, when it is checked that every query can be answered.
    Satisfiability,
    /// When a supergraph document is read.
    Supergraph,
    /// When a view is compiled onto the graph.
    View,
    /// When a subgraph is asked for data: the code of errors in responses.
    Execution,
}

/// All codes: the errors, then the hints, each by its subject; then those of views, which are ours.
///
/// One code is both: `CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS`.
pub fn all() -> impl Iterator<Item = &'static Code> {
    errors::ERRORS.iter().chain(hints::HINTS).chain(views::VIEWS)
}

/// The entry of a code as an error or as a hint.
pub fn find(code: &str, severity: Severity) -> Option<&'static Code> {
    all().find(|entry| entry.code == code && entry.level.severity() == severity)
}

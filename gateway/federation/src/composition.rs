//! Subgraphs → supergraph, or diagnostics.
//!
//! The stages, in order: every subgraph by itself (`subgraph`), what Federation 1 asks of all of
//! them together, the merge, what can only be said about the merged graph, and whether every query
//! can be answered (`satisfiability`).

mod access;
mod applied_directives;
mod carried;
mod compose_directive;
mod composer;
mod contexts;
mod declared_at;
mod differences;
mod element_at;
mod enum_usages;
mod enums;
mod external;
mod features;
mod federation_1;
mod field;
mod implementations;
mod index;
mod input;
mod interface_object;
mod merge;
mod merge_state;
mod merge_strategies;
mod overrides;
mod post_merge;
mod requirements;
mod runtime_types;
mod sharing;
mod side_by_side;
mod type_reference;
mod unsatisfiable;
mod values;

pub use self::composer::{Composer, CompositionLimits};

use crate::diagnostic::{Diagnostic, is_error, sorted};
use crate::subgraph::SubgraphSource;
use crate::supergraph::Supergraph;

/// A supergraph and what deserves a look about it.
#[derive(Debug)]
pub struct Composition {
    /// The merged graph.
    pub supergraph: Supergraph,
    /// Sorted by coordinate and code.
    pub hints: Vec<Diagnostic>,
}

/// Composes subgraphs into a supergraph; their order does not matter.
///
/// # Errors
/// As [`Composer::compose`].
pub fn compose(subgraphs: &[SubgraphSource]) -> Result<Composition, Vec<Diagnostic>> {
    Composer::default().compose(subgraphs)
}

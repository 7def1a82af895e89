//! Can every query be answered? A walk over what objects there are and where they are available.
//!
//! A state is an object type with the ways in which its objects can be had, closed under keys
//! (`reach`). From each state every field that clients see must be resolvable somewhere; where it
//! is, the objects below it are available, which gives the next states. A state is not entered when
//! one with no more ways has been: so there are few, and the walk is polynomial where following
//! paths is exponential. The walk is breadth first: the first query found for a field is a
//! shortest.

mod contexts;
mod counterexample;
mod labels;
mod mutation;
mod walk;

use crate::query_graph::{FieldId, QueryGraph, TypeId};
use crate::reach::Obstacle;
use crate::supergraph::{SubgraphId, Supergraph};

/// One field that some query cannot get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsatisfiable {
    pub(crate) ty: TypeId,
    /// None for the `__typename` of an object whose type nobody can tell.
    pub(crate) field: Option<FieldId>,
    /// A shortest query that cannot be answered.
    pub(crate) query: String,
    /// The values of override labels for which it cannot.
    pub(crate) labels: Vec<(String, bool)>,
    /// Why not, by subgraph.
    pub(crate) obstacles: Vec<Obstacle>,
    /// For what is below a mutation that several subgraphs resolve: the one that was called.
    pub(crate) called: Option<SubgraphId>,
}

/// The walk was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooManyStates;

/// Every field that some query cannot get, each once.
///
/// # Errors
/// When more than `states_max` states were entered.
pub(crate) fn check(
    supergraph: &Supergraph,
    graph: &QueryGraph,
    states_max: usize,
) -> Result<Vec<Unsatisfiable>, TooManyStates> {
    walk::Walk::new(supergraph, graph, states_max).check()
}

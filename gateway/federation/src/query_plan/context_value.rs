//! Values that objects give to the fields of objects below them (Federation, `@fromContext`).

use apollo_compiler::Name;
use apollo_compiler::ast::Type;

use super::{PathElement, PositionId, RepresentationField, SlotId};
use crate::query_graph::TypeSet;

/// A variable of an entity fetch whose value is read above the entities, for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextValue {
    /// The variable that takes it.
    pub variable: Name,
    /// Its type in the subgraph.
    pub ty: Type,
    /// The way from the highest object that may have the value down to the entities. The lowest
    /// that has it counts.
    pub levels: Vec<ContextLevel>,
}

/// One position on the way from where a context is set to where it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextLevel {
    /// The position.
    pub position: PositionId,
    /// Where the objects of the next level, or the entities, are.
    pub slot: SlotId,
    /// What objects here give, by their runtime types; those of other types give nothing.
    pub reads: Vec<(TypeSet, ContextRead)>,
    /// A path to it, for people.
    pub path: Vec<PathElement>,
}

/// What an object gives to a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextRead {
    /// Null: nothing is selected of its type.
    Nothing,
    /// The name of its type.
    Typename,
    /// A field, down to one leaf. A composite value without anything to read below is the name of
    /// its type.
    Field(RepresentationField),
}

//! A query plan: the requests to subgraphs an operation needs, and which must wait for which.
//!
//! Made by `planner`, run by the executor. The plan is a graph: a fetch starts as soon as the
//! fetches it depends on are done. Its text form is the field's usual nesting of `Sequence`,
//! `Parallel`, `Fetch` and `Flatten`.

mod display;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use crate::operation::Condition;
use crate::query_graph::{TypeId, TypeSet};
use crate::supergraph::SubgraphId;

/// A fetch's place in [`QueryPlan::fetches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

impl FetchId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The plan of one operation. Plans are pure: the same graph and operation give the same plan.
#[derive(Debug, Default)]
pub struct QueryPlan {
    /// In an order in which each comes after what it depends on.
    pub fetches: Vec<Fetch>,
}

/// One request to one subgraph.
#[derive(Debug)]
pub struct Fetch {
    /// Whom to ask.
    pub subgraph: SubgraphId,
    /// Whom to ask, by name.
    pub service: String,
    /// Query, except for a mutation's or subscription's root fetches.
    pub operation_type: OperationType,
    /// Must be done before; its data may be input, or a mutation's order asks for it.
    pub depends_on: Vec<FetchId>,
    /// Where the answer belongs.
    pub target: FetchTarget,
    /// Of the operation's variables, those the document uses.
    pub variables: Vec<Name>,
    /// The GraphQL document to send, on one line.
    pub document: String,
    /// The name of the operation in `document`; the client named its own, or not.
    pub operation_name: Option<String>,
    /// What `document` selects, for people.
    pub selection: Vec<FetchField>,
    /// What the answer to `document` looks like, for the reader of the answer.
    pub shape: Shape,
    /// Whether anybody wants it, given the operation's variables.
    pub when: Condition,
}

/// Where a fetch's answer belongs.
#[derive(Debug)]
pub enum FetchTarget {
    /// The root of the answer.
    Root,
    /// The entities at a path, by `_entities(representations:)`.
    Entities {
        /// From the root of the answer to the entities.
        path: Vec<PathElement>,
        /// How each type of entity is told to the subgraph.
        representations: Vec<Representation>,
        /// The variable that takes the representations.
        variable: Name,
    },
}

/// One step of a path into the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathElement {
    /// Into the object's field of this response key, if the object is of one of the types.
    Key(Name, Option<TypeSet>),
    /// Into every item of the list.
    Items,
}

/// How an entity of one type is told to a subgraph (Federation, `_Any`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// The object type.
    pub ty: TypeId,
    /// Its name: the `__typename` that is sent.
    pub type_name: Name,
    /// What else is sent, in order.
    pub fields: Vec<RepresentationField>,
}

/// One field of a representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationField {
    /// Its name in the representation.
    pub name: Name,
    /// Under which key the answer has it; an internal alias where the client uses the name.
    pub response_key: Name,
    /// The object types that have it; `None` for all.
    pub on: Option<TypeSet>,
    /// What is sent of it, if it is composite.
    pub children: Vec<RepresentationField>,
    /// Whether the key needs it: an entity whose key is null is not asked for.
    pub is_key: bool,
}

impl RepresentationField {
    /// Adds the fields that are not there; those that are get the children they lack.
    pub(crate) fn merge(into: &mut Vec<Self>, from: Vec<Self>) {
        for field in from {
            let same = |one: &&mut Self| {
                one.name == field.name
                    && one.response_key == field.response_key
                    && one.on == field.on
            };
            match into.iter_mut().find(same) {
                Some(existing) => {
                    existing.is_key |= field.is_key;
                    Self::merge(&mut existing.children, field.children);
                }
                None => into.push(field),
            }
        }
    }
}

/// The response keys of an object in an answer, whatever its runtime type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// In the order of the document.
    pub fields: Vec<ShapeField>,
}

/// One response key of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeField {
    /// The key.
    pub response_key: Name,
    /// What is below it; `None` for a leaf.
    pub child: Option<Shape>,
}

/// One field of a fetch's document, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchField {
    /// `... on Type` around the field; `None` for the position's own type.
    pub type_condition: Option<Name>,
    /// `alias: name(arguments)` with its directives.
    pub text: String,
    /// What is below it.
    pub children: Vec<FetchField>,
}

impl QueryPlan {
    /// A fetch by id.
    pub fn fetch(&self, id: FetchId) -> &Fetch {
        &self.fetches[id.index()]
    }
}

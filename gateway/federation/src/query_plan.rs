//! A query plan: the requests to subgraphs an operation needs, which must wait for which, and where
//! every value that comes back is kept.
//!
//! Made by `planner`, run by the executor. The plan is a graph: a fetch starts as soon as the
//! fetches it depends on are done.
//!
//! The answer is laid out beforehand. Each composite *position* of it has numbered *slots*, one for
//! each value that the client or a later fetch wants of an object there. A *shape* says into which
//! slots of which positions a subgraph's answer is read, so that nothing is looked up by name,
//! joined or moved afterwards: a fetch for entities reads straight into the objects it was made
//! for.
//!
//! ```text
//! { user(id: 1) { name orders { total } } }
//!
//! position 0  Query   slots: user → 1                  users:  {user} → 0.0 {id, name} → 1.0, 1.1
//! position 1  User    slots: id, name, orders → 2      orders: _entities, of the objects of 1,
//! position 2  Order   slots: total                             {orders} → 1.2 {total} → 2.0
//! ```
//!
//! A position that is reached in several ways, but is asked for in the same way and by the same
//! fetch, stands in the plan once: positions and shapes are graphs without circles, however often
//! an operation reuses a fragment.

mod check;
mod context_value;
mod display;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use crate::operation::{Condition, ConditionId, Part, PartId};
use crate::query_graph::{FieldId, TypeId, TypeSet};
use crate::supergraph::SubgraphId;

pub use check::check_plan;
pub use context_value::{ContextLevel, ContextRead, ContextValue};

/// A fetch's place in [`QueryPlan::fetches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// A position's place in [`QueryPlan::positions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PositionId(pub u32);

/// A delivery's place in [`QueryPlan::deliveries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub u32);

/// A slot's place in [`Position::slots`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

/// A shape's place in [`QueryPlan::shapes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u32);

impl FetchId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl DeliveryId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl PositionId {
    /// The root of the answer.
    pub const ROOT: Self = Self(0);

    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl SlotId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl ShapeId {
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
    /// The layout of the answer; the root is the first. A position's children come after it.
    pub positions: Vec<Position>,
    /// How subgraphs' answers are read into the layout. A shape's children come after it.
    pub shapes: Vec<Shape>,
    /// The parts of the answer that the client lets come later; the position is the id.
    pub parts: Vec<Part>,
    /// What of the answer may come later. One comes after that which it is within.
    pub deliveries: Vec<Delivery>,
}

/// Parts of the answer that come together, later than the rest (`@defer`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Each has all of it: fields that several deferred fragments have are one. A part comes when
    /// all deliveries with it are there.
    pub parts: Vec<PartId>,
    /// What it is below; none for what comes at once.
    pub within: Option<DeliveryId>,
    /// A path from the root of the answer to the objects, for people: the first of several.
    pub path: Vec<PathElement>,
}

/// A composite position of the answer: what is kept of an object there, and what the client sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its type, as the API has it.
    pub ty: TypeId,
    /// What is kept of each object.
    pub slots: Vec<Slot>,
    /// The slot with the name of the object's runtime type; none where `ty` is the only one, or
    /// where nobody needs to know.
    pub typename: Option<SlotId>,
    /// Whether a fetch asks for, or copies from, the objects here: they are to be listed.
    pub is_listed: bool,
    /// Whether contexts are read here for objects below, or on the way to them: an object then
    /// belongs to one object here alone, be others ever so equal.
    pub is_read_from_below: bool,
    /// What the client sees of an object, in the order of [`Selection::entries`]: an entry comes as
    /// often as it has different slots for different runtime types.
    ///
    /// [`Selection::entries`]: crate::operation::Selection::entries
    pub output: Vec<OutputField>,
    /// What the client asks for here; none where only fetches want something.
    pub selection: Option<crate::operation::SelectionId>,
}

/// One value that is kept of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The key under which subgraphs answer it: the client's, or an internal alias where the client
    /// uses that for something else. Several slots may have the same, for different runtime types.
    pub response_key: Name,
    /// The position of the objects in it, if it is composite.
    pub child: Option<PositionId>,
}

/// One field of the client's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputField {
    /// Its entry among those of the position's selection.
    pub entry: u32,
    /// Alias or field name.
    pub response_key: Name,
    /// The runtime types that have it.
    pub on: TypeSet,
    /// When the client wants it.
    pub when: ConditionId,
    /// Where its value is.
    pub value: OutputValue,
    /// Who answers it; none for what is answered without a subgraph, and for types that are not
    /// expected to occur.
    pub provider: Option<Provider>,
}

/// Who answers a field, why, and who else could have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Who answers.
    pub subgraph: SubgraphId,
    /// Why.
    pub reason: Reason,
    /// Who else could have been brought to answer, in order.
    pub others: Box<[SubgraphId]>,
}

/// Why a subgraph was chosen to answer a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No other subgraph can.
    Only,
    /// The object comes from there already.
    AtHand,
    /// It is asked about the object anyway, for what it alone has.
    AskedAnyway,
    /// It takes the fewest further fetches at this place.
    FewestFetches,
    /// It was tried, and made the whole plan better.
    WholePlan,
}

/// Where the value of a field of the client's answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputValue {
    /// `__typename`: the object's runtime type.
    Typename,
    /// `__schema` or `__type`: answered without a subgraph.
    Introspection,
    /// A field of the graph.
    Field {
        /// On the most specific type that all runtime types of the output field share.
        field: FieldId,
        /// Where it is kept.
        slot: SlotId,
    },
}

/// How an object in a subgraph's answer is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Where the object belongs.
    pub position: PositionId,
    /// In the order of the document. A key may come several times, for different runtime types;
    /// then `__typename` is the first field.
    pub fields: Vec<ShapeField>,
}

/// One response key of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeField {
    /// The key.
    pub response_key: Name,
    /// The runtime types it is meant for; none for all.
    pub on: Option<TypeSet>,
    /// Where its value is kept.
    pub slot: SlotId,
    /// How it is read, if it is composite.
    pub child: Option<ShapeId>,
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
    /// What of the answer it is for; none for what comes at once. What comes at once depends on no
    /// fetch for what comes later.
    pub delivery: Option<DeliveryId>,
    /// Must be done before; its data may be input, or a mutation's order asks for it.
    pub depends_on: Vec<FetchId>,
    /// What is asked for.
    pub target: FetchTarget,
    /// Of the operation's variables, those the document uses.
    pub variables: Vec<Name>,
    /// The GraphQL document to send, on one line. Its operation has no name.
    pub document: String,
    /// The fragments in it, for people.
    pub fragments: Vec<FetchFragment>,
}

/// What a fetch asks for.
#[derive(Debug)]
pub enum FetchTarget {
    /// Fields of a root type.
    Root {
        /// How `data` is read.
        shape: ShapeId,
        /// Whether anybody wants it, given the operation's variables.
        when: Condition,
        /// What the document selects, for people.
        selection: Vec<FetchField>,
    },
    /// Entities, by one or several `_entities(representations:)` in one request.
    Entities(Vec<EntityInput>),
}

/// One `_entities(representations:)` field of a request.
#[derive(Debug)]
pub struct EntityInput {
    /// `_entities`, or an alias when there are several.
    pub response_key: Name,
    /// The variable that takes the representations.
    pub variable: Name,
    /// Whose objects are asked for. Equal representations are sent once, also of different targets.
    pub targets: Vec<EntityTarget>,
    /// What the document selects, for people.
    pub selection: Vec<FetchField>,
}

/// The objects of one position that an [`EntityInput`] asks for.
#[derive(Debug)]
pub struct EntityTarget {
    /// Where the objects are.
    pub position: PositionId,
    /// How each type of entity is told to the subgraph; objects of other types are not asked for.
    /// A type is in one of them only.
    pub representations: Vec<Representation>,
    /// How an entity of the answer is read into an object of the position.
    pub shape: ShapeId,
    /// Whether anybody wants it, given the operation's variables.
    pub when: Condition,
    /// Where the same entities may have come from the same subgraph before.
    pub reuse: Vec<Reuse>,
    /// What is told of the objects beside their representations; mostly nothing. Objects of which
    /// something else is told are asked for in another request.
    pub contexts: Vec<ContextValue>,
    /// A path from the root of the answer to the objects, for people: the first of several.
    pub path: Vec<PathElement>,
}

/// Objects of an earlier fetch, from the same subgraph, that have all that is wanted: an entity
/// that is among them is not asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reuse {
    /// The fetch that gave them.
    pub from: FetchId,
    /// Where they are.
    pub position: PositionId,
    /// How they would be told to the subgraph; equal bytes mean the same entity.
    pub representations: Vec<Representation>,
    /// Which slot of theirs is which slot of the target's position.
    pub copies: Vec<(SlotId, SlotId)>,
}

/// How entities of some types are told to a subgraph (Federation, `_Any`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// The runtime types of the objects. An object whose type is not known (it came from a subgraph
    /// that has an interface as an object) is told as the first representation says.
    pub on: TypeSet,
    /// The `__typename` that is sent: the type's name, or that of an interface which the subgraph
    /// has as an `@interfaceObject`.
    pub type_name: Name,
    /// What else is sent, in order.
    pub fields: Vec<RepresentationField>,
}

impl Representation {
    /// Whether entities that are equal have equal representations by both.
    pub(crate) fn is_told_alike(&self, other: &Self) -> bool {
        self.type_name == other.type_name && are_told_alike(&self.fields, &other.fields)
    }
}

fn are_told_alike(fields: &[RepresentationField], others: &[RepresentationField]) -> bool {
    fields.len() == others.len()
        && fields.iter().zip(others).all(|(field, other)| {
            field.name == other.name
                && field.on == other.on
                && are_told_alike(&field.children, &other.children)
        })
}

/// One field of a representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepresentationField {
    /// Its name in the representation.
    pub name: Name,
    /// Where its value is kept.
    pub slot: SlotId,
    /// The runtime types that have it; `None` for all.
    pub on: Option<TypeSet>,
    /// What is sent of it, if it is composite: slots of the position below.
    pub children: Vec<RepresentationField>,
    /// Whether the key needs it: an entity whose key is null is not asked for.
    pub is_key: bool,
}

impl RepresentationField {
    /// Whether two lists tell a field of the same objects from different slots: in parts, and as a
    /// whole.
    pub(crate) fn clash(one: &[Self], other: &[Self]) -> bool {
        one.iter().any(|own| {
            other
                .iter()
                .filter(|field| field.name == own.name && field.on == own.on)
                .any(|field| field.slot != own.slot || Self::clash(&own.children, &field.children))
        })
    }

    /// Adds the fields that are not there; those that are get the children they lack.
    pub(crate) fn merge(into: &mut Vec<Self>, from: Vec<Self>) {
        for field in from {
            let same = |one: &&mut Self| {
                one.name == field.name && one.slot == field.slot && one.on == field.on
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

/// One step of a path into the answer, for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathElement {
    /// Into the object's field of this response key, if the object is of one of the types.
    Key(Name, Option<TypeSet>),
    /// Into every item of the list.
    Items,
}

/// A selection that comes several times in a fetch's document, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchFragment {
    /// Its name.
    pub name: Name,
    /// Its type condition.
    pub on: Name,
    /// What it selects.
    pub selection: Vec<FetchField>,
}

/// One field of a fetch's document, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FetchField {
    /// `... on Type` around the field; `None` for the position's own type.
    pub type_condition: Option<Name>,
    /// `alias: name(arguments)` with its directives.
    pub text: String,
    /// What is below it.
    pub children: Vec<FetchField>,
}

impl QueryPlan {
    /// Whether what a fetch tells of its objects' contexts splits it into several requests.
    pub fn reads_contexts(&self, id: FetchId) -> bool {
        let FetchTarget::Entities(inputs) = &self.fetch(id).target else { return false };
        inputs.iter().flat_map(|input| &input.targets).any(|target| !target.contexts.is_empty())
    }

    /// A fetch by id.
    pub fn fetch(&self, id: FetchId) -> &Fetch {
        &self.fetches[id.index()]
    }

    /// For each fetch, how many must be done before it, one after the other.
    pub fn steps_before(&self) -> Vec<usize> {
        let mut before: Vec<usize> = Vec::with_capacity(self.fetches.len());
        for fetch in &self.fetches {
            let steps = fetch.depends_on.iter().filter_map(|id| before.get(id.index()));
            before.push(steps.max().map_or(0, |steps| steps + 1));
        }
        before
    }

    /// How long the longest chain of fetches that wait for each other is.
    pub fn steps(&self) -> usize {
        self.steps_before().into_iter().max().map_or(0, |before| before + 1)
    }

    /// Its fetches alone: for those who have made what they need of the rest.
    #[must_use]
    pub fn without_layout(self) -> Self {
        Self { positions: Vec::new(), shapes: Vec::new(), ..self }
    }

    /// A position by id.
    pub fn position(&self, id: PositionId) -> &Position {
        &self.positions[id.index()]
    }

    /// A shape by id.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.index()]
    }
}

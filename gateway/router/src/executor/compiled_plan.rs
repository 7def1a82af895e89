//! What of a plan can be worked out once: keys and request heads as bytes, types as small tables.
//!
//! Made beside the plan when an operation is prepared, and kept with it, so that an execution does
//! no work on strings. Knows nothing of any one request.

mod output;
mod representation;
mod view_output;

use std::sync::Arc;

use apollo_compiler::Name;
use federation::operation::{ConditionId, Operation};
use federation::query_graph::{QueryGraph, TypeId, TypeSet};
use federation::query_plan::{
    Fetch, FetchId, Position, PositionId, QueryPlan, Shape, ShapeId, SlotId,
};
use federation::view::{View, ViewOperation};

pub(super) use output::{
    Branch, LeafKind, Next, Output, OutputId, OutputLayout, OutputSource, RuntimeNames, TypeFacts,
    Way,
};
pub(super) use representation::{RepresentationFieldLayout, RepresentationLayout, TargetLayout};

/// A plan, ready to run. Made for one operation and its plan; read by every execution of them.
#[derive(Debug)]
pub struct CompiledPlan {
    pub(super) fetches: Vec<FetchLayout>,
    pub(super) positions: Vec<PositionLayout>,
    pub(super) shapes: Vec<ShapeLayout>,
    /// What the client sees of objects; the first is the root.
    pub(super) outputs: Vec<Output>,
    /// Those on which the client's answer depends; an output field has the place of its own.
    pub(super) conditions: Vec<ConditionId>,
}

/// A fetch's request, and who waits for it.
#[derive(Debug)]
pub(super) struct FetchLayout {
    /// `{"query":"…"`.
    pub(super) head: Vec<u8>,
    /// Whom it asks.
    pub(super) subgraph: Arc<str>,
    /// By input, whose objects are asked for.
    pub(super) targets: Vec<Vec<TargetLayout>>,
    /// Whether it may be several requests.
    pub(super) reads_contexts: bool,
    /// How many must be done before.
    pub(super) dependencies: usize,
    /// Who waits for it.
    pub(super) dependents: Vec<FetchId>,
}

/// What an object at a position has.
#[derive(Debug)]
pub(super) struct PositionLayout {
    /// Its type, as the API has it.
    pub(super) ty: TypeId,
    /// The type of every object there, if there is only one.
    pub(super) only_type: Option<TypeId>,
    pub(super) typename: Option<SlotId>,
    pub(super) is_listed: bool,
    pub(super) is_read_from_below: bool,
    pub(super) slot_count: usize,
    /// The composite slots.
    pub(super) children: Vec<(SlotId, PositionId)>,
}

/// How an object is read.
#[derive(Debug)]
pub(super) struct ShapeLayout {
    pub(super) position: PositionId,
    pub(super) fields: Vec<ShapeFieldLayout>,
    /// The key under which the object's type comes, if some fields depend on it.
    pub(super) typename_key: Option<Name>,
}

/// How one key of an object is read.
#[derive(Debug)]
pub(super) struct ShapeFieldLayout {
    /// `"key":`.
    pub(super) key: Vec<u8>,
    /// The runtime types it is meant for; none for all.
    pub(super) on: Option<TypeSet>,
    pub(super) slot: SlotId,
    pub(super) child: Option<ShapeId>,
}

impl ShapeFieldLayout {
    /// The key alone.
    pub(super) fn name(&self) -> &[u8] {
        &self.key[1..self.key.len() - 2]
    }
}

impl CompiledPlan {
    /// Works out what can be, for an operation of the graph.
    pub fn new(graph: &QueryGraph, operation: &Operation, plan: &QueryPlan) -> Self {
        let mut conditions = Vec::new();
        let outputs = output::compile(graph, operation, plan, &mut conditions);
        Self::with_outputs(graph, plan, outputs, conditions)
    }

    /// The same for an operation of a view, planned as its translation.
    pub fn of_view(
        graph: &QueryGraph,
        view: &View,
        operation: &ViewOperation,
        plan: &QueryPlan,
    ) -> Self {
        let mut conditions = Vec::new();
        let outputs = view_output::compile(graph, view, operation, plan, &mut conditions);
        Self::with_outputs(graph, plan, outputs, conditions)
    }

    fn with_outputs(
        graph: &QueryGraph,
        plan: &QueryPlan,
        outputs: Vec<Output>,
        conditions: Vec<ConditionId>,
    ) -> Self {
        Self {
            positions: plan.positions.iter().map(|it| position_layout(graph, it)).collect(),
            shapes: plan.shapes.iter().map(|shape| shape_layout(graph, plan, shape)).collect(),
            fetches: fetch_layouts(graph, plan),
            outputs,
            conditions,
        }
    }

    pub(super) fn output(&self, id: OutputId) -> &Output {
        &self.outputs[id.index()]
    }

    pub(super) fn position(&self, id: PositionId) -> &PositionLayout {
        &self.positions[id.index()]
    }

    pub(super) fn shape(&self, id: ShapeId) -> &ShapeLayout {
        &self.shapes[id.index()]
    }

    pub(super) fn fetch(&self, id: FetchId) -> &FetchLayout {
        &self.fetches[id.index()]
    }

    /// The position of the objects in a slot.
    pub(super) fn child(&self, position: PositionId, slot: SlotId) -> Option<PositionId> {
        let children = &self.position(position).children;
        let found = children.binary_search_by_key(&slot, |(slot, _)| *slot).ok()?;
        Some(children[found].1)
    }

    /// By position, whether it is one of these or above one.
    pub(super) fn leading_to(&self, wanted: impl Iterator<Item = PositionId>) -> Vec<bool> {
        let mut leads_there = vec![false; self.positions.len()];
        for position in wanted {
            leads_there[position.index()] = true;
        }
        // Children come after their parents.
        for (index, position) in self.positions.iter().enumerate().rev() {
            let mut children = position.children.iter();
            leads_there[index] |= children.any(|(_, child)| leads_there[child.index()]);
        }
        leads_there
    }
}

fn position_layout(graph: &QueryGraph, position: &Position) -> PositionLayout {
    let slots = (0u32..).map(SlotId).zip(&position.slots);
    let children = slots.filter_map(|(id, slot)| Some((id, slot.child?))).collect();
    PositionLayout {
        ty: position.ty,
        only_type: (!graph.ty(position.ty).is_abstract()).then_some(position.ty),
        typename: position.typename,
        is_listed: position.is_listed,
        is_read_from_below: position.is_read_from_below,
        slot_count: position.slots.len(),
        children,
    }
}

fn shape_layout(graph: &QueryGraph, plan: &QueryPlan, shape: &Shape) -> ShapeLayout {
    let position = plan.position(shape.position);
    let possible = &graph.ty(position.ty).possible;
    debug_assert!(
        shape.fields.iter().all(|field| {
            let child = field.child.map(|child| plan.shape(child).position);
            child.is_none() || child == position.slots[field.slot.index()].child
        }),
        "objects are read into the position that their slot is said to have"
    );
    let fields: Vec<ShapeFieldLayout> = shape
        .fields
        .iter()
        .map(|field| ShapeFieldLayout {
            key: key_bytes(&field.response_key),
            on: field.on.clone().filter(|on| !possible.is_subset(on)),
            slot: field.slot,
            child: field.child,
        })
        .collect();
    let depends_on_type = fields.iter().any(|field| field.on.is_some());
    let typename =
        shape.fields.iter().find(|field| depends_on_type && position.typename == Some(field.slot));
    let typename_key = typename.map(|field| field.response_key.clone());
    ShapeLayout { position: shape.position, fields, typename_key }
}

fn fetch_layouts(graph: &QueryGraph, plan: &QueryPlan) -> Vec<FetchLayout> {
    let ids = (0u32..).map(FetchId);
    let mut fetches: Vec<FetchLayout> = ids
        .zip(&plan.fetches)
        .map(|(id, fetch)| FetchLayout {
            head: request_head(fetch),
            subgraph: Arc::from(fetch.service.as_str()),
            targets: representation::compile(graph, plan, fetch),
            reads_contexts: plan.reads_contexts(id),
            dependencies: fetch.depends_on.len(),
            dependents: Vec::new(),
        })
        .collect();
    for (id, fetch) in (0u32..).map(FetchId).zip(&plan.fetches) {
        for dependency in &fetch.depends_on {
            fetches[dependency.index()].dependents.push(id);
        }
    }
    fetches
}

fn request_head(fetch: &Fetch) -> Vec<u8> {
    let mut head = b"{\"query\":".to_vec();
    write_json(&mut head, &fetch.document);
    head
}

/// `"key":`; names need no escapes.
fn key_bytes(name: &Name) -> Vec<u8> {
    [b"\"", name.as_bytes(), b"\":"].concat()
}

/// Any JSON value.
pub(super) fn write_json(body: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    // Writing strings and JSON values into memory cannot fail.
    if serde_json::to_writer(&mut *body, value).is_err() {
        body.extend(b"null");
    }
}

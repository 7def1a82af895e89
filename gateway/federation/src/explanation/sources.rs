//! Which fetch fills which slot, and the paths by which people know the positions.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Name;

use crate::query_graph::QueryGraph;
use crate::query_plan::{FetchId, FetchTarget, PositionId, QueryPlan, ShapeId, SlotId};

/// Where what a plan keeps comes from.
pub(super) struct Sources {
    filled: BTreeSet<(FetchId, PositionId, SlotId)>,
    /// Of these, what is asked of the entities, or of the root type, themselves.
    at_root: BTreeSet<(FetchId, PositionId, SlotId)>,
    /// The names of the fields that are asked of the entities themselves.
    asked_at: BTreeMap<(FetchId, PositionId), BTreeSet<Name>>,
    /// By position, the first path to it.
    paths: Vec<Vec<Name>>,
    /// By position, how many slots lead to it.
    ways: Vec<usize>,
}

impl Sources {
    pub(super) fn new(graph: &QueryGraph, plan: &QueryPlan) -> Self {
        let mut sources = Self {
            filled: BTreeSet::new(),
            at_root: BTreeSet::new(),
            asked_at: BTreeMap::new(),
            paths: vec![Vec::new(); plan.positions.len()],
            ways: vec![0; plan.positions.len()],
        };
        sources.follow_positions(plan);
        for (id, fetch) in (0u32..).map(FetchId).zip(&plan.fetches) {
            let roots: Vec<ShapeId> = match &fetch.target {
                FetchTarget::Root { shape, .. } => vec![*shape],
                FetchTarget::Entities(inputs) => {
                    inputs.iter().flat_map(|it| &it.targets).map(|it| it.shape).collect()
                }
            };
            for root in &roots {
                sources.note_root(graph, plan, id, *root);
            }
            sources.follow_shapes(plan, id, roots);
        }
        sources
    }

    /// Whether a fetch brings the value of a slot.
    pub(super) fn fills(&self, fetch: FetchId, position: PositionId, slot: SlotId) -> bool {
        self.filled.contains(&(fetch, position, slot))
    }

    /// Whether a fetch asks the entities themselves, or the root type, for it.
    pub(super) fn is_at_root(
        &self,
        fetch: FetchId,
        position: PositionId,
        slot: Option<SlotId>,
    ) -> bool {
        slot.is_some_and(|slot| self.at_root.contains(&(fetch, position, slot)))
    }

    /// The fields that a fetch asks the entities of a position for.
    pub(super) fn asked_at(&self, fetch: FetchId, position: PositionId) -> BTreeSet<Name> {
        self.asked_at.get(&(fetch, position)).cloned().unwrap_or_default()
    }

    /// `user.orders`.
    pub(super) fn path(&self, position: PositionId) -> String {
        let keys: Vec<&str> = self.paths[position.index()].iter().map(Name::as_str).collect();
        keys.join(".")
    }

    /// `user.orders.total`.
    pub(super) fn field_path(&self, position: PositionId, response_key: &Name) -> String {
        let mut path = self.path(position);
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(response_key);
        path
    }

    /// How many fields lead to a position.
    pub(super) fn ways_to(&self, position: PositionId) -> usize {
        self.ways[position.index()]
    }

    /// Positions come before those below them.
    fn follow_positions(&mut self, plan: &QueryPlan) {
        for (index, position) in plan.positions.iter().enumerate() {
            for slot in &position.slots {
                let Some(child) = slot.child else { continue };
                if self.ways[child.index()] == 0 {
                    let mut path = self.paths[index].clone();
                    path.push(slot.response_key.clone());
                    self.paths[child.index()] = path;
                }
                self.ways[child.index()] += 1;
            }
        }
    }

    fn note_root(&mut self, graph: &QueryGraph, plan: &QueryPlan, id: FetchId, root: ShapeId) {
        let shape = plan.shape(root);
        let position = plan.position(shape.position);
        let names = self.asked_at.entry((id, shape.position)).or_default();
        for field in &shape.fields {
            self.at_root.insert((id, shape.position, field.slot));
            // Under an alias of the client's, or under its own name.
            let known = position.output.iter().find_map(|output| match output.value {
                crate::query_plan::OutputValue::Field { field: of, slot } => {
                    (slot == field.slot).then(|| graph.field(of).name.clone())
                }
                _ => None,
            });
            names.insert(known.unwrap_or_else(|| field.response_key.clone()));
        }
    }

    fn follow_shapes(&mut self, plan: &QueryPlan, id: FetchId, roots: Vec<ShapeId>) {
        let mut done: BTreeSet<ShapeId> = BTreeSet::new();
        let mut open = roots;
        while let Some(shape) = open.pop() {
            if !done.insert(shape) {
                continue;
            }
            let shape = plan.shape(shape);
            for field in &shape.fields {
                self.filled.insert((id, shape.position, field.slot));
                open.extend(field.child);
            }
        }
    }
}

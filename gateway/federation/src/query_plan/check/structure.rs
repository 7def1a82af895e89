//! Whether a plan is well-formed: ids are in range, and everything comes in its order.

use std::collections::BTreeSet;

use apollo_compiler::Name;

use crate::operation::Operation;
use crate::query_graph::{QueryGraph, TypeSet};
use crate::query_plan::{
    EntityTarget, FetchTarget, OutputValue, PositionId, QueryPlan, RepresentationField, Reuse,
    Shape, SlotId,
};

pub(super) fn check(graph: &QueryGraph, operation: &Operation, plan: &QueryPlan) -> Vec<String> {
    let mut structure = Structure { graph, plan, findings: Vec::new() };
    let root = plan.positions.first();
    if root.is_none_or(|root| Some(root.ty) != graph.root(operation.kind())) {
        return vec!["position 0 is not the root".to_owned()];
    }
    structure.positions();
    structure.shapes();
    structure.fetches(operation);
    structure.deliveries();
    structure.findings
}

struct Structure<'a> {
    graph: &'a QueryGraph,
    plan: &'a QueryPlan,
    findings: Vec<String>,
}

impl Structure<'_> {
    fn demand(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(what());
        }
    }

    fn deliveries(&mut self) {
        let plan = self.plan;
        let count = plan.deliveries.len();
        for (id, delivery) in plan.deliveries.iter().enumerate() {
            let is_after = delivery.within.is_none_or(|around| around.index() < id);
            self.demand(is_after, || format!("delivery {id} is within one that comes after it"));
        }
        for (id, fetch) in plan.fetches.iter().enumerate() {
            let is_known = fetch.delivery.is_none_or(|delivery| delivery.index() < count);
            self.demand(is_known, || format!("fetch {id} is for no delivery"));
        }
    }

    fn positions(&mut self) {
        let plan = self.plan;
        for (id, position) in plan.positions.iter().enumerate() {
            let count = position.slots.len();
            for slot in &position.slots {
                let is_below = slot
                    .child
                    .is_none_or(|child| child.index() > id && child.index() < plan.positions.len());
                let key = &slot.response_key;
                self.demand(is_below, || format!("position {id}: what is below `{key}` is not"));
            }
            let typename = position.typename.and_then(|slot| position.slots.get(slot.index()));
            let is_leaf = typename.is_some_and(|slot| slot.child.is_none());
            self.demand(position.typename.is_none() || is_leaf, || {
                format!("position {id}: its type has no slot")
            });
            for output in &position.output {
                let OutputValue::Field { slot, .. } = output.value else { continue };
                let key = &output.response_key;
                self.demand(slot.index() < count, || format!("position {id}: no slot for `{key}`"));
            }
        }
    }

    fn shapes(&mut self) {
        let plan = self.plan;
        for (id, shape) in plan.shapes.iter().enumerate() {
            let Some(position) = plan.positions.get(shape.position.index()) else {
                self.findings.push(format!("shape {id} is of no position"));
                continue;
            };
            for field in &shape.fields {
                let key = &field.response_key;
                let Some(slot) = position.slots.get(field.slot.index()) else {
                    self.findings.push(format!("shape {id}: no slot for `{key}`"));
                    continue;
                };
                let is_below = field.child.is_none_or(|child| child.index() > id);
                self.demand(is_below, || format!("shape {id}: what is below `{key}` is not"));
                let child = field.child.map(|child| plan.shapes.get(child.index()));
                let child = child.map(|child| child.map(|child| child.position));
                let agrees = slot.child.map(Some) == child;
                self.demand(agrees, || format!("shape {id}: `{key}` is not as its slot is"));
            }
            self.one_slot_each(id, shape);
        }
    }

    /// One key stands for one slot for each runtime type.
    fn one_slot_each(&mut self, id: usize, shape: &Shape) {
        for (index, field) in shape.fields.iter().enumerate() {
            let overlaps = shape.fields[..index].iter().any(|other| {
                let is_apart = match (&field.on, &other.on) {
                    (Some(on), Some(other)) => !on.intersects(other),
                    _ => false,
                };
                other.response_key == field.response_key && !is_apart
            });
            let key = &field.response_key;
            self.demand(!overlaps, || format!("shape {id}: `{key}` goes to two slots"));
        }
    }

    fn fetches(&mut self, operation: &Operation) {
        let plan = self.plan;
        for (id, fetch) in plan.fetches.iter().enumerate() {
            let known = self.graph.subgraphs().get(fetch.subgraph.index());
            let is_named = known.is_some_and(|known| known.name == fetch.service);
            self.demand(is_named, || format!("fetch {id} is for no subgraph"));
            let is_after = fetch.depends_on.iter().all(|before| before.index() < id);
            self.demand(is_after, || format!("fetch {id} comes before what it depends on"));
            let is_query = fetch.operation_type == apollo_compiler::ast::OperationType::Query;
            match &fetch.target {
                FetchTarget::Root { shape, .. } => {
                    let Some(shape) = plan.shapes.get(shape.index()) else {
                        self.findings.push(format!("fetch {id} has no shape"));
                        continue;
                    };
                    let position = plan.positions.get(shape.position.index());
                    let is_root = position.is_some_and(|position| {
                        self.graph.root(fetch.operation_type) == Some(position.ty)
                    });
                    let is_right =
                        is_root && (is_query || fetch.operation_type == operation.kind());
                    self.demand(is_right, || format!("fetch {id} is not of a root type"));
                }
                FetchTarget::Entities(inputs) => {
                    self.demand(is_query, || format!("fetch {id} asks for entities in a mutation"));
                    let keys: BTreeSet<&Name> = inputs.iter().map(|it| &it.response_key).collect();
                    let is_distinct = keys.len() == inputs.len() && !inputs.is_empty();
                    self.demand(is_distinct, || format!("fetch {id}: its inputs are not distinct"));
                    for input in inputs {
                        let some = !input.targets.is_empty();
                        self.demand(some, || format!("fetch {id}: an input has no target"));
                        input.targets.iter().for_each(|target| self.target(id, target));
                    }
                }
            }
        }
    }

    fn target(&mut self, id: usize, target: &EntityTarget) {
        let plan = self.plan;
        let shape = plan.shapes.get(target.shape.index());
        let agrees = shape.is_some_and(|shape| shape.position == target.position);
        self.demand(agrees, || format!("fetch {id}: a target has no shape"));
        if !agrees || target.position.index() >= plan.positions.len() {
            return;
        }
        let is_listed = plan.position(target.position).is_listed;
        self.demand(is_listed, || format!("fetch {id}: its objects are not listed"));
        let mut told = TypeSet::default();
        for representation in &target.representations {
            let is_once = !told.intersects(&representation.on);
            self.demand(is_once, || format!("fetch {id}: a type is told in two ways"));
            told.extend(&representation.on);
            self.representation(id, target.position, &representation.fields);
        }
        self.demand(!told.is_empty(), || format!("fetch {id}: a target tells of nothing"));
        for reuse in &target.reuse {
            self.reuse(id, target, reuse);
        }
    }

    fn representation(&mut self, id: usize, position: PositionId, fields: &[RepresentationField]) {
        for field in fields {
            let slot = self.plan.position(position).slots.get(field.slot.index());
            let child = slot.and_then(|slot| slot.child);
            let agrees = slot.is_some() && child.is_none() == field.children.is_empty();
            let name = &field.name;
            self.demand(agrees, || format!("fetch {id}: `{name}` is told of no such slot"));
            if let (true, Some(child)) = (agrees, child) {
                self.representation(id, child, &field.children);
            }
        }
    }

    /// What is copied comes from the same subgraph, from a fetch that is done, and is complete.
    fn reuse(&mut self, id: usize, target: &EntityTarget, reuse: &Reuse) {
        let plan = self.plan;
        let from = plan.fetches.get(reuse.from.index());
        let is_same = from.is_some_and(|from| from.subgraph == plan.fetches[id].subgraph);
        let is_before = super::order::waits_for_one(plan, id).contains(&reuse.from);
        self.demand(is_same && is_before, || format!("fetch {id}: it reuses what is not there"));
        let Some(source) = plan.positions.get(reuse.position.index()) else {
            self.findings.push(format!("fetch {id}: it reuses no position"));
            return;
        };
        let has = |slots: usize, slot: SlotId| slot.index() < slots;
        let slots = plan.position(target.position).slots.len();
        let are_slots = reuse
            .copies
            .iter()
            .all(|(one, other)| has(source.slots.len(), *one) && has(slots, *other));
        let fields = plan.shapes.get(target.shape.index()).map(|shape| shape.fields.iter());
        let is_complete = fields
            .into_iter()
            .flatten()
            .all(|field| reuse.copies.iter().any(|(_, copied)| *copied == field.slot));
        self.demand(are_slots && is_complete, || format!("fetch {id}: it reuses a part only"));
        for representation in &reuse.representations {
            self.representation(id, reuse.position, &representation.fields);
        }
    }
}

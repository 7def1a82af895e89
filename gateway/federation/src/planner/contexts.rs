//! Fields that read contexts: their fetches, and where the values come from (Federation,
//! `@fromContext`).
//!
//! Such a field is asked for by a fetch of its own, for entities, because each request can tell one
//! value. What it reads is required of the objects above, at the places from the field's own up to
//! where every type sets the context. These places are never shared: the way up is one way.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{Argument, Value};
use apollo_compiler::{Name, Node};

use super::fetch_graph::{Group, PlannedContext, PlannedLevel};
use super::places::{NodeId, Objects, PlaceId, Site, Via};
use super::requirements::Suppliers;
use super::{PlanError, Planner};
use crate::operation::{EntryField, SelectionId};
use crate::query_graph::{ContextualArgument, FieldAt, FieldSet, TypeId, TypeSet};
use crate::query_plan::{ContextLevel, ContextRead, ContextValue, PositionId, SlotId};

/// One step up.
struct Above {
    place: PlaceId,
    slot: SlotId,
    /// The types of the objects there that lead to those below.
    types: TypeSet,
}

impl<'a> Planner<'a> {
    /// Whether something in a selection may read a context: then it matters which objects are
    /// above its own.
    pub(super) fn reads_context(&mut self, selection: SelectionId) -> bool {
        if let Some(known) = self.choices.reads_context.get(&selection) {
            return *known;
        }
        let operation = self.operation;
        let reads = operation.selection(selection).entries.iter().any(|entry| {
            let EntryField::Field { id, .. } = entry.field else { return false };
            self.graph.may_read_context(&self.graph.field(id).name)
                || entry.child.is_some_and(|child| self.reads_context(child))
        });
        self.choices.reads_context.insert(selection, reads);
        reads
    }

    /// Whether every way to a place leads through a type that sets an argument's context.
    pub(super) fn is_set_above(&self, place: PlaceId, argument: &ContextualArgument) -> bool {
        let mut below = place;
        while let Some(above) = self.above(below) {
            let sets = |ty| argument.read.iter().any(|(setter, _)| *setter == ty);
            if self.is_mutation_root(above.place) {
                return false;
            }
            if above.types.iter().all(sets) {
                return true;
            }
            below = above.place;
        }
        false
    }

    /// The place above, if it is the only one.
    fn above(&self, place: PlaceId) -> Option<Above> {
        let below = self.places.get(place);
        let descent = below.descent.as_ref().filter(|_| below.shared.is_none())?;
        let types = self.occurring_types(descent.parent, &descent.on);
        Some(Above { place: descent.parent, slot: descent.slot, types })
    }

    /// A root whose fields cannot be asked for again.
    fn is_mutation_root(&self, place: PlaceId) -> bool {
        let ty = self.places.get(place).ty;
        self.graph.is_root(ty) && !self.graph.is_query_root(ty)
    }

    /// A fetch of its own for fields that read the same contexts.
    pub(super) fn enter_with_contexts(
        &mut self,
        objects: Objects,
        via: Via,
        (name, at): (&str, &'a FieldAt),
    ) -> Result<Site<'a>, PlanError> {
        let place = objects.place;
        let mut inputs = self.inputs_for(objects, via, (name, at))?;
        let mut contexts = Vec::new();
        for argument in &at.context_arguments {
            let (levels, from) = self.context_levels(objects, argument)?;
            inputs.from.extend(from);
            let variable = self.context_variable(contexts.len());
            contexts.push(PlannedContext { argument, variable, levels });
        }
        let known = self.places.get(place).with_contexts.iter();
        let candidates: Vec<Site<'a>> =
            known.filter(|site| self.tells(site, &contexts)).cloned().collect();
        let site = self.entity_site(objects, via, inputs, &candidates);
        if let Some(group) = self.fetches.root_of(site.node) {
            self.fetches.group_mut(group).contexts = contexts;
        }
        let sites = &mut self.places.get_mut(place).with_contexts;
        match sites.iter_mut().find(|one| one.node == site.node) {
            Some(known) => known.on.extend(&site.on),
            None => sites.push(site.clone()),
        }
        Ok(site)
    }

    /// Whether a site's objects are told just these contexts.
    fn tells(&self, site: &Site<'a>, contexts: &[PlannedContext<'a>]) -> bool {
        let group = self.fetches.root_of(site.node);
        let told = group.map(|group| self.fetches.group(group).contexts.as_slice());
        let told = told.unwrap_or_default().iter().map(|one| one.argument);
        told.eq(contexts.iter().map(|one| one.argument))
    }

    fn context_variable(&self, number: usize) -> Name {
        let definitions = &self.operation.definition().variables;
        let mut name = format!("contextualArgument_{number}");
        while definitions.iter().any(|definition| *definition.name == *name) {
            name.insert(0, '_');
        }
        Name::new_unchecked(&name)
    }

    /// What is to be read of the objects above for an argument, and the nodes that give it.
    fn context_levels(
        &mut self,
        objects: Objects,
        argument: &ContextualArgument,
    ) -> Result<(Vec<PlannedLevel>, BTreeSet<NodeId>), PlanError> {
        let mut levels = Vec::new();
        let mut from = BTreeSet::new();
        let mut below = objects.place;
        loop {
            let above = self.above(below).filter(|above| !self.is_mutation_root(above.place));
            let Some(above) = above else {
                return Err(PlanError::unset_context(self.graph, objects.ty, &argument.name));
            };
            let mut reads = Vec::new();
            let mut rest = above.types.clone();
            for (ty, fields) in &argument.read {
                if !above.types.contains(*ty) {
                    continue;
                }
                let on = TypeSet::from(*ty);
                rest = rest.difference(&on);
                let setters = Objects { place: above.place, ty: *ty };
                let read = self.context_read(setters, fields, &mut from)?;
                reads.push((on, read));
            }
            levels.push(PlannedLevel {
                place: above.place,
                slot: above.slot,
                reads: joined(reads),
            });
            if rest.is_empty() {
                levels.reverse();
                return Ok((levels, from));
            }
            below = above.place;
        }
    }

    /// Requires of some objects what a context reads of them.
    fn context_read(
        &mut self,
        setters: Objects,
        fields: &FieldSet,
        from: &mut BTreeSet<NodeId>,
    ) -> Result<ContextRead, PlanError> {
        let reach = self.reach(setters);
        from.extend(self.know_type(setters, reach, usize::MAX)?);
        if fields.item("__typename").is_some() {
            return Ok(ContextRead::Typename);
        }
        let suppliers = Suppliers { reach, rank: usize::MAX, in_parts: false };
        let (mut fields, nodes) = self.require(setters, fields, &suppliers)?;
        from.extend(nodes);
        Ok(fields.pop().map_or(ContextRead::Nothing, ContextRead::Field))
    }

    /// The arguments of the fields of a site that its group is told.
    pub(super) fn contextual_arguments(&self, site: &Site<'a>) -> Vec<Node<Argument>> {
        let group = self.fetches.root_of(site.node);
        let contexts = group.map(|group| self.fetches.group(group).contexts.as_slice());
        let arguments = contexts.unwrap_or_default().iter().map(|context| {
            let name = context.argument.name.clone();
            let value = Node::new(Value::Variable(context.variable.clone()));
            Node::new(Argument { name, value })
        });
        arguments.collect()
    }
}

impl PlanError {
    fn unset_context(graph: &crate::query_graph::QueryGraph, ty: TypeId, argument: &Name) -> Self {
        let ty = &graph.ty(ty).name;
        let message = format!(
            "nothing above `{ty}` sets the context of its contextual argument `{argument}`"
        );
        Self { code: "QUERY_PLANNING_FAILED", message }
    }
}

/// Types of which the same is read are told together.
fn joined(reads: Vec<(TypeSet, ContextRead)>) -> Vec<(TypeSet, ContextRead)> {
    let mut joined: Vec<(TypeSet, ContextRead)> = Vec::new();
    for (on, read) in reads {
        match joined.iter_mut().find(|(_, known)| *known == read) {
            Some((known, _)) => known.extend(&on),
            None => joined.push((on, read)),
        }
    }
    joined
}

/// The contexts of a group, in the terms of the plan.
pub(super) fn context_values(
    planner: &Planner<'_>,
    group: &Group<'_>,
    positions: &BTreeMap<PlaceId, PositionId>,
) -> Vec<ContextValue> {
    let level = |level: &PlannedLevel| ContextLevel {
        position: positions[&level.place],
        slot: level.slot,
        reads: level.reads.clone(),
        path: planner.places.get(level.place).path.clone(),
    };
    let contexts = group.contexts.iter().map(|context| ContextValue {
        variable: context.variable.clone(),
        ty: context.argument.ty.clone(),
        levels: context.levels.iter().map(level).collect(),
    });
    contexts.collect()
}

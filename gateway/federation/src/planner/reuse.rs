//! Entities that need not be asked for again: an earlier fetch may have got them from the same
//! subgraph, with all that is wanted.
//!
//! Whether it has is known when the query runs; what is known here is where to look.

use std::collections::BTreeMap;

use apollo_compiler::ast::OperationType;

use super::Planner;
use super::batches::Batch;
use super::fetch_graph::{Group, GroupId, NodeField, SelectionNode};
use super::places::{NodeId, Via};
use crate::query_graph::{TypeId, TypeSet};
use crate::query_plan::{Representation, RepresentationField, SlotId};

/// Earlier fetches in which entities of one group are looked for.
const SOURCES_MAX: usize = 4;

/// Where the entities of a group may have come from before.
pub(super) struct Source {
    /// The group that gave them.
    pub(super) group: GroupId,
    /// The node in which it asked for them.
    pub(super) node: NodeId,
    pub(super) representations: Vec<Representation>,
    pub(super) copies: Vec<(SlotId, SlotId)>,
}

/// Nodes of groups that come before others, by the group.
pub(super) struct Sources {
    /// By subgraph: nodes that only one group has, the earliest first.
    nodes: BTreeMap<Via, Vec<(usize, NodeId, GroupId)>>,
    stages: BTreeMap<GroupId, usize>,
}

impl Sources {
    pub(super) fn new(planner: &Planner<'_>, batches: &[Batch]) -> Self {
        let mut stages = BTreeMap::new();
        for batch in batches {
            stages.extend(batch.groups.iter().map(|group| (*group, batch.stage)));
        }
        let mut owners: BTreeMap<NodeId, Option<GroupId>> = BTreeMap::new();
        if planner.operation.kind() == OperationType::Query {
            for id in planner.fetches.group_ids() {
                for node in planner.fetches.nodes_below(planner.fetches.group(id).root) {
                    owners.entry(node).and_modify(|owner| *owner = None).or_insert(Some(id));
                }
            }
        }
        let mut nodes: BTreeMap<Via, Vec<(usize, NodeId, GroupId)>> = BTreeMap::new();
        for (node, owner) in owners {
            let Some(owner) = owner else { continue };
            let via = planner.fetches.group(owner).via;
            nodes.entry(via).or_default().push((stages[&owner], node, owner));
        }
        nodes.values_mut().for_each(|nodes| nodes.sort_unstable());
        Self { nodes, stages }
    }

    /// The earlier nodes that have all that a group asks for.
    pub(super) fn of(&self, planner: &Planner<'_>, id: GroupId) -> Vec<Source> {
        let group = planner.fetches.group(id);
        let Some(representations) = &group.representations else { return Vec::new() };
        if !group.contexts.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let own_stage = self.stages[&id];
        let nodes = self.nodes.get(&group.via).into_iter().flatten();
        for (_, node, owner) in nodes.take_while(|(stage, _, _)| *stage < own_stage) {
            if !planner.comes_with(*owner, id) {
                continue;
            }
            let other = planner.fetches.group(*owner);
            let candidate = Candidate { planner, group, node: *node, owner: other };
            let told: Vec<Representation> =
                representations.iter().filter_map(|one| candidate.told(one)).collect();
            let Some(copies) = candidate.copies() else { continue };
            if !told.is_empty() {
                found.push(Source { group: *owner, node: *node, representations: told, copies });
            }
            if found.len() == SOURCES_MAX {
                break;
            }
        }
        found
    }
}

/// A node that may have what a group asks for.
struct Candidate<'a, 'p> {
    planner: &'p Planner<'a>,
    group: &'p Group<'a>,
    node: NodeId,
    owner: &'p Group<'a>,
}

impl Candidate<'_, '_> {
    fn own(&self) -> &SelectionNode {
        self.planner.fetches.node(self.node)
    }

    /// What would be told of the node's own objects: its entities' own representation, or the same
    /// fields out of its selection.
    fn told(&self, wanted: &Representation) -> Option<Representation> {
        if self.owner.root == self.node {
            let own = self.owner.representations.as_ref()?;
            let same =
                own.iter().find(|one| one.is_told_alike(wanted) && wanted.on.is_subset(&one.on));
            return same.cloned();
        }
        let place = self.planner.places.get(self.own().place);
        let possible = &self.planner.graph.ty(place.ty).possible;
        let on = wanted.on.intersection(possible);
        let is_known = !self.planner.graph.ty(place.ty).is_abstract() || place.typename.is_some();
        if on.is_empty() || !is_known {
            return None;
        }
        let fields: Option<Vec<RepresentationField>> = wanted
            .fields
            .iter()
            .map(|field| {
                let given = self.plain(&field.name, &on).filter(|given| given.child.is_none())?;
                let is_leaf = field.children.is_empty();
                is_leaf.then(|| RepresentationField { slot: given.slot, ..field.clone() })
            })
            .collect();
        let type_name = wanted.type_name.clone();
        Some(Representation { on, type_name, fields: fields? })
    }

    /// A field without arguments that is asked of all objects of some types, always.
    fn plain(&self, name: &str, on: &TypeSet) -> Option<&NodeField> {
        self.own().unordered().find(|field| {
            field.name == *name
                && field.arguments.is_empty()
                && field.when.is_always()
                && field.on.as_ref().is_none_or(|asked| on.is_subset(asked))
        })
    }

    /// Which of the node's slots are which of the group's; none if something is missing.
    fn copies(&self) -> Option<Vec<(SlotId, SlotId)>> {
        let wanted = self.planner.fetches.node(self.group.root);
        let types: Vec<TypeId> =
            self.group.representations.iter().flatten().flat_map(|one| one.on.iter()).collect();
        let mut copies = Vec::new();
        for field in wanted.unordered() {
            let on = TypeSet::from_iter(types.iter().copied());
            let on = field.on.as_ref().map_or(on.clone(), |own| own.intersection(&on));
            let given = self.own().unordered().find(|given| {
                given.name == field.name
                    && given.arguments == field.arguments
                    && (given.when.is_always() || given.when == field.when)
                    && given.on.as_ref().is_none_or(|asked| on.is_subset(asked))
                    && given.child == field.child
            })?;
            copies.push((given.slot, field.slot));
        }
        Some(copies)
    }
}

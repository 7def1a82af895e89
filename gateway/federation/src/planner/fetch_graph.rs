//! The fetches while they grow: groups (entity inputs or root requests to be) and the selections
//! they ask for.
//!
//! Selections are a graph: where two groups, or two fields of one, want the same below a field,
//! they share the node. What a group waits for follows from the nodes that its inputs come from.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Argument, OperationType};
use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, Node};

use super::PlanError;
use super::places::{NodeId, PlaceId, Via};
use crate::operation::Condition;
use crate::query_graph::{ContextualArgument, TypeId, TypeSet};
use crate::query_plan::{ContextRead, DeliveryId, Representation, SlotId};
use crate::supergraph::SubgraphId;

/// A group's place in [`FetchGraph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GroupId(usize);

impl GroupId {
    pub(super) fn index(self) -> usize {
        self.0
    }
}

/// What is asked of one subgraph for the objects of one place.
#[derive(Debug)]
pub(super) struct Group<'g> {
    pub(super) via: Via,
    pub(super) operation_type: OperationType,
    /// The objects.
    pub(super) place: PlaceId,
    /// How entities are told; none for a root type.
    pub(super) representations: Option<Vec<Representation>>,
    /// What is told of the entities' contexts: then nothing else is asked than what reads them.
    pub(super) contexts: Vec<PlannedContext<'g>>,
    /// What is asked.
    pub(super) root: NodeId,
    /// Where the inputs come from.
    pub(super) inputs: BTreeSet<NodeId>,
    /// Which root field of a mutation it belongs to.
    pub(super) series: usize,
    /// What of the answer it is for; none for what comes at once.
    pub(super) delivery: Option<DeliveryId>,
    /// Groups that a mutation's order puts before.
    pub(super) after: BTreeSet<GroupId>,
}

/// A context that the objects of a group are told.
#[derive(Debug)]
pub(super) struct PlannedContext<'g> {
    pub(super) argument: &'g ContextualArgument,
    pub(super) variable: Name,
    /// From the highest place that may set it to the objects' parent.
    pub(super) levels: Vec<PlannedLevel>,
}

/// A place on the way from where a context is set to where it is read.
#[derive(Debug)]
pub(super) struct PlannedLevel {
    pub(super) place: PlaceId,
    /// The way down.
    pub(super) slot: SlotId,
    pub(super) reads: Vec<(TypeSet, ContextRead)>,
}

/// A selection set to be.
#[derive(Debug)]
pub(super) struct SelectionNode {
    /// Where its objects are.
    pub(super) place: PlaceId,
    /// Of whom it is asked.
    pub(super) subgraph: SubgraphId,
    /// The static type of the position in its subgraph; `None` below `_entities`, unless it is an
    /// interface that the subgraph has as an object.
    pub(super) ty: Option<TypeId>,
    fields: Vec<NodeField>,
    /// By slot, the fields that fill it.
    by_slot: HashMap<SlotId, Vec<usize>>,
    /// The nodes that have it below one of their fields.
    parents: Vec<NodeId>,
    /// The group whose root it is.
    group: Option<GroupId>,
}

/// A field to be.
#[derive(Debug)]
pub(super) struct NodeField {
    pub(super) response_key: Name,
    pub(super) name: Name,
    pub(super) arguments: Vec<Node<Argument>>,
    /// Where its value is kept.
    pub(super) slot: SlotId,
    /// The runtime types it is asked of; `None` for all.
    pub(super) on: Option<TypeSet>,
    pub(super) when: Condition,
    pub(super) child: Option<NodeId>,
    /// When the client wants it.
    pub(super) wanted: Condition,
    /// Also asked for in the service of something else: of what is told to a subgraph, or of what
    /// is below it.
    pub(super) serves: bool,
    /// First asked for by a key or `@requires`, not by the client.
    is_requirement: bool,
}

impl SelectionNode {
    fn push(&mut self, field: NodeField) {
        self.by_slot.entry(field.slot).or_default().push(self.fields.len());
        self.fields.push(field);
    }

    pub(super) fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// What is below its fields.
    pub(super) fn children(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.fields.iter().filter_map(|field| field.child)
    }

    /// Its fields, as they were added.
    pub(super) fn unordered(&self) -> impl Iterator<Item = &NodeField> {
        self.fields.iter()
    }

    /// Its fields: the type's name, then what is required, then what the client asks for.
    pub(super) fn fields(&self) -> Vec<&NodeField> {
        let mut fields: Vec<&NodeField> = self.fields.iter().collect();
        fields.sort_by_key(|field| (field.name != "__typename", !field.is_requirement));
        fields
    }
}

/// A field that is to be added to a node.
#[derive(Debug, Clone)]
pub(super) struct NewField {
    pub(super) response_key: Name,
    pub(super) name: Name,
    pub(super) arguments: Vec<Node<Argument>>,
    pub(super) slot: SlotId,
    pub(super) on: TypeSet,
    pub(super) when: Condition,
    pub(super) purpose: Purpose,
}

/// What a field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The client wants it.
    Client,
    /// A key or `@requires` needs it.
    Requirement,
    /// It leads to something that the client, or a requirement, wants.
    Way,
}

/// All groups and nodes of one plan.
#[derive(Debug)]
pub(super) struct FetchGraph<'g> {
    groups: Vec<Group<'g>>,
    nodes: Vec<SelectionNode>,
    fields: usize,
    fields_max: usize,
    /// What of the answer new groups are for.
    pub(super) delivery: Option<DeliveryId>,
}

impl<'g> FetchGraph<'g> {
    pub(super) fn new(fields_max: usize) -> Self {
        Self { groups: Vec::new(), nodes: Vec::new(), fields: 0, fields_max, delivery: None }
    }

    pub(super) fn group(&self, id: GroupId) -> &Group<'g> {
        &self.groups[id.0]
    }

    pub(super) fn group_mut(&mut self, id: GroupId) -> &mut Group<'g> {
        &mut self.groups[id.0]
    }

    pub(super) fn group_ids(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.groups.len()).map(GroupId)
    }

    pub(super) fn node(&self, id: NodeId) -> &SelectionNode {
        &self.nodes[id.0]
    }

    /// How many fields all nodes have together.
    pub(super) fn field_count(&self) -> usize {
        self.fields
    }

    /// A new group for the objects of a place; entities when there are representations to be.
    pub(super) fn add_group(
        &mut self,
        via: Via,
        operation_type: OperationType,
        (place, root_type): (PlaceId, Option<TypeId>),
        representations: Option<Vec<Representation>>,
    ) -> GroupId {
        let root = self.add_node(place, via.subgraph, root_type);
        let id = GroupId(self.groups.len());
        self.nodes[root.0].group = Some(id);
        self.groups.push(Group {
            via,
            operation_type,
            place,
            representations,
            contexts: Vec::new(),
            root,
            inputs: BTreeSet::new(),
            series: 0,
            delivery: self.delivery,
            after: BTreeSet::new(),
        });
        id
    }

    fn add_node(&mut self, place: PlaceId, subgraph: SubgraphId, ty: Option<TypeId>) -> NodeId {
        self.nodes.push(SelectionNode {
            place,
            subgraph,
            ty,
            fields: Vec::new(),
            by_slot: HashMap::default(),
            parents: Vec::new(),
            group: None,
        });
        NodeId(self.nodes.len() - 1)
    }

    /// Adds a leaf field, or widens the one that is there.
    pub(super) fn add_leaf(&mut self, node: NodeId, field: NewField) -> Result<(), PlanError> {
        match self.same_field(node, &field) {
            Some(existing) => {
                existing.widen(&field);
                Ok(())
            }
            None => self.insert(node, field, None),
        }
    }

    /// Adds a composite field, or widens the one that is there; gives the node below it: the one
    /// that is there, or `child`, or a new one for objects of `place`.
    pub(super) fn add_composite(
        &mut self,
        node: NodeId,
        field: NewField,
        child: Option<NodeId>,
        (place, child_type): (PlaceId, TypeId),
    ) -> Result<NodeId, PlanError> {
        if let Some(existing) = self.same_field(node, &field) {
            existing.widen(&field);
            if let Some(child) = existing.child {
                return Ok(child);
            }
        }
        let subgraph = self.nodes[node.0].subgraph;
        let child = child.unwrap_or_else(|| self.add_node(place, subgraph, Some(child_type)));
        self.insert(node, field, Some(child))?;
        if !self.nodes[child.0].parents.contains(&node) {
            self.nodes[child.0].parents.push(node);
        }
        Ok(child)
    }

    fn same_field(&mut self, node: NodeId, field: &NewField) -> Option<&mut NodeField> {
        let node = &mut self.nodes[node.0];
        let of_slot = node.by_slot.get(&field.slot)?;
        let same = of_slot.iter().copied().find(|index| {
            let one = &node.fields[*index];
            one.response_key == field.response_key
                && one.name == field.name
                && one.arguments == field.arguments
        })?;
        node.fields.get_mut(same)
    }

    /// Has the client want the `__typename` that is in a slot.
    pub(super) fn want_typename(&mut self, node: NodeId, slot: SlotId, when: &Condition) {
        let node = &mut self.nodes[node.0];
        for index in node.by_slot.get(&slot).into_iter().flatten() {
            let field = &mut node.fields[*index];
            field.wanted = field.wanted.or(when);
        }
    }

    /// Adds `__typename` for every type, once.
    pub(super) fn add_typename(&mut self, node: NodeId, response_key: Name, slot: SlotId) {
        if self.nodes[node.0].by_slot.contains_key(&slot) {
            return;
        }
        let field = NodeField {
            response_key,
            name: apollo_compiler::name!("__typename"),
            arguments: Vec::new(),
            slot,
            on: None,
            when: Condition::always(),
            child: None,
            wanted: Condition::never(),
            serves: true,
            is_requirement: true,
        };
        self.nodes[node.0].push(field);
    }

    fn insert(
        &mut self,
        node: NodeId,
        field: NewField,
        child: Option<NodeId>,
    ) -> Result<(), PlanError> {
        self.fields += 1;
        if self.fields > self.fields_max {
            return Err(PlanError::too_complex());
        }
        let wanted = field.wanted();
        let NewField { response_key, name, arguments, slot, on, when, purpose } = field;
        self.nodes[node.0].push(NodeField {
            response_key,
            name,
            arguments,
            slot,
            on: Some(on),
            when,
            child,
            wanted,
            serves: purpose != Purpose::Client,
            is_requirement: purpose == Purpose::Requirement,
        });
        Ok(())
    }

    /// A node and all that are below it.
    pub(super) fn nodes_below(&self, root: NodeId) -> BTreeSet<NodeId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.nodes[id.0].children());
            }
        }
        seen
    }

    /// The group whose root a node is.
    pub(super) fn root_of(&self, node: NodeId) -> Option<GroupId> {
        self.nodes[node.0].group
    }

    /// The groups whose selections a node is part of, in id order.
    pub(super) fn groups_of(&self, node: NodeId) -> BTreeSet<GroupId> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![node];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                found.extend(self.nodes[id.0].group);
                open.extend(&self.nodes[id.0].parents);
            }
        }
        found
    }

    /// The groups that a group waits for directly.
    pub(super) fn depends_on(&self, group: GroupId) -> BTreeSet<GroupId> {
        let group = &self.groups[group.0];
        let mut found = group.after.clone();
        for node in &group.inputs {
            found.extend(self.groups_of(*node));
        }
        found
    }

    /// For each group, the groups that it waits for directly.
    pub(super) fn dependencies(&self) -> Vec<BTreeSet<GroupId>> {
        self.group_ids().map(|group| self.depends_on(group)).collect()
    }

    /// How many groups come one after the other before the first that has this node.
    pub(super) fn stage(&self, node: NodeId) -> usize {
        let mut stages = vec![None; self.groups.len()];
        let groups = self.groups_of(node);
        groups.into_iter().map(|group| self.stage_of(group, &mut stages)).min().unwrap_or(0)
    }

    fn stage_of(&self, group: GroupId, stages: &mut [Option<usize>]) -> usize {
        let mut met = BTreeSet::new();
        let mut open = vec![group];
        while let Some(id) = open.last().copied() {
            met.insert(id);
            let depends_on = self.depends_on(id);
            let unknown = depends_on.iter().filter(|one| stages[one.0].is_none());
            match unknown.copied().find(|one| !met.contains(one)) {
                Some(one) => open.push(one),
                None => {
                    let before = depends_on.iter().filter_map(|one| stages[one.0]).max();
                    stages[id.0] = Some(before.map_or(0, |stage| stage + 1));
                    open.pop();
                }
            }
        }
        stages[group.0].unwrap_or(0)
    }

    /// Whether any group of a node is `other` or waits for it, directly or not.
    pub(super) fn waits_for(&self, node: NodeId, other: GroupId) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<GroupId> = self.groups_of(node).into_iter().collect();
        while let Some(id) = open.pop() {
            if id == other {
                return true;
            }
            if seen.insert(id) {
                open.extend(self.depends_on(id));
            }
        }
        false
    }
}

impl NewField {
    /// When the client wants it.
    fn wanted(&self) -> Condition {
        match self.purpose {
            Purpose::Client => self.when.clone(),
            Purpose::Requirement | Purpose::Way => Condition::never(),
        }
    }
}

impl NodeField {
    fn widen(&mut self, field: &NewField) {
        self.when = self.when.or(&field.when);
        self.wanted = self.wanted.or(&field.wanted());
        self.serves |= field.purpose != Purpose::Client;
        if let Some(on) = &mut self.on {
            on.extend(&field.on);
        }
    }
}

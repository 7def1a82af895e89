//! The fetches while they grow: groups (requests to be) and the selection trees they ask.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{Argument, OperationType};
use apollo_compiler::{Name, Node};

use super::PlanError;
use crate::operation::Condition;
use crate::query_graph::{TypeId, TypeSet};
use crate::query_plan::{PathElement, Representation};
use crate::supergraph::SubgraphId;

/// A group's place in [`FetchGraph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GroupId(usize);

/// A selection node's place in [`FetchGraph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(usize);

/// A fetch to be.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) subgraph: SubgraphId,
    pub(super) operation_type: OperationType,
    pub(super) target: GroupTarget,
    pub(super) root: NodeId,
    pub(super) depends_on: BTreeSet<GroupId>,
}

/// Where a fetch's answer belongs.
#[derive(Debug)]
pub(super) enum GroupTarget {
    Root,
    Entities { path: Vec<PathElement>, representations: Vec<Representation> },
}

/// A selection set to be.
#[derive(Debug)]
pub(super) struct SelectionNode {
    /// The static type of the position in its subgraph; `None` below `_entities`.
    pub(super) ty: Option<TypeId>,
    pub(super) fields: Vec<NodeField>,
    /// Requirements stand first, in their order.
    requirements: usize,
}

/// A field to be.
#[derive(Debug)]
pub(super) struct NodeField {
    pub(super) response_key: Name,
    pub(super) name: Name,
    pub(super) arguments: Vec<Node<Argument>>,
    /// The runtime types it is asked of; `None` for all.
    pub(super) on: Option<TypeSet>,
    pub(super) when: Condition,
    pub(super) child: Option<NodeId>,
}

/// A field that is to be added to a node.
#[derive(Debug, Clone)]
pub(super) struct NewField {
    pub(super) response_key: Name,
    pub(super) name: Name,
    pub(super) arguments: Vec<Node<Argument>>,
    pub(super) on: TypeSet,
    pub(super) when: Condition,
    /// Asked for by a key or `@requires`, not by the client.
    pub(super) is_requirement: bool,
}

/// All groups and nodes of one plan.
#[derive(Debug)]
pub(super) struct FetchGraph {
    groups: Vec<Group>,
    nodes: Vec<SelectionNode>,
    fields: usize,
    fields_max: usize,
}

impl FetchGraph {
    pub(super) fn new(fields_max: usize) -> Self {
        Self { groups: Vec::new(), nodes: Vec::new(), fields: 0, fields_max }
    }

    pub(super) fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.0]
    }

    pub(super) fn group_mut(&mut self, id: GroupId) -> &mut Group {
        &mut self.groups[id.0]
    }

    pub(super) fn group_ids(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.groups.len()).map(GroupId)
    }

    pub(super) fn node(&self, id: NodeId) -> &SelectionNode {
        &self.nodes[id.0]
    }

    /// A new group with an empty selection on `root_type`.
    pub(super) fn add_group(
        &mut self,
        subgraph: SubgraphId,
        operation_type: OperationType,
        target: GroupTarget,
        root_type: Option<TypeId>,
    ) -> GroupId {
        let root = self.add_node(root_type);
        let depends_on = BTreeSet::new();
        self.groups.push(Group { subgraph, operation_type, target, root, depends_on });
        GroupId(self.groups.len() - 1)
    }

    fn add_node(&mut self, ty: Option<TypeId>) -> NodeId {
        self.nodes.push(SelectionNode { ty, fields: Vec::new(), requirements: 0 });
        NodeId(self.nodes.len() - 1)
    }

    /// Adds a leaf field, or widens the one that is there.
    pub(super) fn add_leaf(&mut self, node: NodeId, field: NewField) -> Result<(), PlanError> {
        let fields = &mut self.nodes[node.0].fields;
        let same = fields.iter_mut().find(|one| is_same(one, &field) && one.child.is_none());
        match same {
            Some(existing) => {
                existing.when = existing.when.or(&field.when);
                if let Some(on) = &mut existing.on {
                    on.extend(&field.on);
                }
                Ok(())
            }
            None => self.insert(node, field, None),
        }
    }

    /// Adds a composite field whose selection is on `child_type`, or finds the one that is there.
    pub(super) fn add_composite(
        &mut self,
        node: NodeId,
        field: NewField,
        child_type: TypeId,
    ) -> Result<NodeId, PlanError> {
        for existing in &mut self.nodes[node.0].fields {
            let covers = existing.on.as_ref().is_none_or(|on| field.on.is_subset(on));
            if let (true, true, Some(child)) = (is_same(existing, &field), covers, existing.child) {
                existing.when = existing.when.or(&field.when);
                return Ok(child);
            }
        }
        let child = self.add_node(Some(child_type));
        self.insert(node, field, Some(child))?;
        Ok(child)
    }

    /// Adds `__typename` for every type, once, in front.
    pub(super) fn add_typename(&mut self, node: NodeId) {
        let typename = apollo_compiler::name!("__typename");
        let node = &mut self.nodes[node.0];
        if node.fields.iter().any(|field| field.name == typename) {
            return;
        }
        let field = NodeField {
            response_key: typename.clone(),
            name: typename,
            arguments: Vec::new(),
            on: None,
            when: Condition::always(),
            child: None,
        };
        node.fields.insert(0, field);
        node.requirements += 1;
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
        let node = &mut self.nodes[node.0];
        let place = if field.is_requirement { node.requirements } else { node.fields.len() };
        node.requirements += usize::from(field.is_requirement);
        let NewField { response_key, name, arguments, on, when, .. } = field;
        let field = NodeField { response_key, name, arguments, on: Some(on), when, child };
        node.fields.insert(place, field);
        Ok(())
    }

    /// How many fetches come one after the other before this one.
    pub(super) fn stage(&self, group: GroupId) -> usize {
        let mut stages: BTreeMap<GroupId, usize> = BTreeMap::new();
        let mut open = vec![group];
        while let Some(id) = open.pop() {
            let depends_on = &self.groups[id.0].depends_on;
            let unknown: Vec<GroupId> =
                depends_on.iter().filter(|one| !stages.contains_key(one)).copied().collect();
            if unknown.is_empty() {
                let before = depends_on.iter().map(|one| stages[one] + 1).max();
                stages.insert(id, before.unwrap_or(0));
            } else {
                open.push(id);
                open.extend(unknown);
            }
        }
        stages[&group]
    }

    /// Whether `group` waits for `other`, directly or not.
    pub(super) fn waits_for(&self, group: GroupId, other: GroupId) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![group];
        while let Some(id) = open.pop() {
            if id == other {
                return true;
            }
            if seen.insert(id) {
                open.extend(&self.groups[id.0].depends_on);
            }
        }
        false
    }
}

fn is_same(existing: &NodeField, field: &NewField) -> bool {
    existing.response_key == field.response_key
        && existing.name == field.name
        && existing.arguments == field.arguments
}

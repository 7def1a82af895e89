//! Groups → fetches: their order, their documents, the variables these use.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::{Name, Node};

use super::Planner;
use super::fetch_graph::{Group, GroupId, GroupTarget, NodeField, NodeId, SelectionNode};
use crate::operation::{Condition, Literal, Operation};
use crate::query_graph::{QueryGraph, TypeId};
use crate::query_plan::{Fetch, FetchField, FetchId, FetchTarget, QueryPlan, Shape, ShapeField};
use crate::supergraph::SubgraphId;

pub(super) fn write(planner: &Planner<'_>) -> QueryPlan {
    let order = stages(planner);
    let ids: BTreeMap<GroupId, FetchId> =
        order.iter().copied().zip((0u32..).map(FetchId)).collect();
    let fetches = order.iter().map(|id| {
        let group = planner.fetches.group(*id);
        let depends_on = group.depends_on.iter().filter_map(|one| ids.get(one).copied());
        fetch(planner, group, depends_on.collect(), ids[id])
    });
    QueryPlan { fetches: fetches.collect() }
}

/// The groups, each after what it depends on; within a stage as they were made.
fn stages(planner: &Planner<'_>) -> Vec<GroupId> {
    let mut stage_of: BTreeMap<GroupId, usize> = BTreeMap::new();
    let all: Vec<GroupId> = planner.fetches.group_ids().collect();
    while stage_of.len() < all.len() {
        let before = stage_of.len();
        for id in &all {
            let depends_on = &planner.fetches.group(*id).depends_on;
            let stages: Option<Vec<usize>> =
                depends_on.iter().map(|one| stage_of.get(one).copied()).collect();
            if let (Some(stages), false) = (stages, stage_of.contains_key(id)) {
                stage_of.insert(*id, stages.into_iter().max().map_or(0, |stage| stage + 1));
            }
        }
        debug_assert!(stage_of.len() > before, "fetches wait for each other in a ring");
        if stage_of.len() == before {
            break;
        }
    }
    let mut order: Vec<GroupId> = stage_of.keys().copied().collect();
    order.sort_by_key(|id| (stage_of[id], *id));
    order
}

fn fetch(planner: &Planner<'_>, group: &Group, depends_on: Vec<FetchId>, id: FetchId) -> Fetch {
    let graph = planner.graph;
    let mut writer =
        SelectionWriter { planner, subgraph: group.subgraph, variables: BTreeSet::new() };
    let selection = writer.selection(group.root);
    let used = writer.variables;
    let definitions = &planner.operation.definition().variables;
    let variables: Vec<Name> = definitions
        .iter()
        .filter(|definition| used.contains(&definition.name))
        .map(|definition| definition.name.clone())
        .collect();
    let service = graph.subgraph(group.subgraph).name.clone();
    let operation_name = operation_name(planner.operation, &service, id);
    let target = target(group, &used);
    let document = Document {
        operation: planner.operation,
        operation_type: group.operation_type,
        name: operation_name.as_deref(),
        variables: &variables,
        target: &target,
        selection: &selection,
    };
    Fetch {
        subgraph: group.subgraph,
        operation_type: group.operation_type,
        depends_on,
        document: document.to_text(),
        operation_name,
        when: wanted_when(planner.fetches.node(group.root)),
        shape: shape(planner, group.root),
        service,
        target,
        variables,
        selection,
    }
}

/// The node's response keys; fields of the same key under different types are one.
fn shape(planner: &Planner<'_>, node: NodeId) -> Shape {
    let mut shape = Shape::default();
    for field in &planner.fetches.node(node).fields {
        let child = field.child.map(|child| self::shape(planner, child));
        merge_shape(&mut shape, &field.response_key, child);
    }
    shape
}

fn merge_shape(shape: &mut Shape, response_key: &Name, child: Option<Shape>) {
    let known = shape.fields.iter_mut().find(|field| field.response_key == *response_key);
    let Some(known) = known else {
        shape.fields.push(ShapeField { response_key: response_key.clone(), child });
        return;
    };
    match (&mut known.child, child) {
        (Some(into), Some(from)) => {
            for field in from.fields {
                merge_shape(into, &field.response_key, field.child);
            }
        }
        (into, from) => *into = into.take().or(from),
    }
}

fn wanted_when(root: &SelectionNode) -> Condition {
    root.fields.iter().fold(Condition::never(), |when, field| when.or(&field.when))
}

fn target(group: &Group, used_variables: &BTreeSet<Name>) -> FetchTarget {
    let GroupTarget::Entities { path, representations } = &group.target else {
        return FetchTarget::Root;
    };
    let mut variable = apollo_compiler::name!("representations");
    while used_variables.contains(&variable) {
        variable = Name::new_unchecked(&format!("_{variable}"));
    }
    FetchTarget::Entities { path: path.clone(), representations: representations.clone(), variable }
}

/// `Flagship__users__0`: the client's operation, the subgraph, the fetch.
fn operation_name(operation: &Operation, service: &str, id: FetchId) -> Option<String> {
    let is_name_character = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let service: String =
        service.chars().map(|c| if is_name_character(c) { c } else { '_' }).collect();
    Some(format!("{}__{service}__{}", operation.name()?, id.0))
}

struct SelectionWriter<'a> {
    planner: &'a Planner<'a>,
    subgraph: SubgraphId,
    variables: BTreeSet<Name>,
}

impl SelectionWriter<'_> {
    fn selection(&mut self, node: NodeId) -> Vec<FetchField> {
        let node = self.planner.fetches.node(node);
        let mut fields = Vec::new();
        for field in &node.fields {
            let printed = self.field(field);
            for type_condition in self.type_conditions(node.ty, field) {
                let wrapped = printed.iter().cloned();
                fields.extend(
                    wrapped.map(|one| FetchField { type_condition: type_condition.clone(), ..one }),
                );
            }
        }
        if fields.is_empty() {
            let text = "__typename".to_owned();
            fields.push(FetchField { type_condition: None, text, children: Vec::new() });
        }
        fields
    }

    /// None where the position's own type has the field for all its objects; else one per type.
    fn type_conditions(&self, position: Option<TypeId>, field: &NodeField) -> Vec<Option<Name>> {
        let graph: &QueryGraph = self.planner.graph;
        let Some(on) = &field.on else { return vec![None] };
        let mut types = on.clone();
        if let Some(ty) = position {
            if !graph.ty(ty).is_abstract() {
                return vec![None];
            }
            if let Some(at) = graph.type_at(ty, self.subgraph) {
                types = types.intersection(&at.possible);
                let on_itself = graph.field_at(ty, &field.name, self.subgraph).is_some();
                if on_itself && at.possible.is_subset(on) {
                    return vec![None];
                }
            }
        }
        types.iter().map(|ty| Some(graph.ty(ty).name.clone())).collect()
    }

    /// The field once per conjunction of its condition: the subgraph merges them again.
    fn field(&mut self, field: &NodeField) -> Vec<FetchField> {
        let mut text = String::new();
        if field.response_key != field.name {
            text.push_str(&field.response_key);
            text.push_str(": ");
        }
        text.push_str(&field.name);
        if !field.arguments.is_empty() {
            let arguments: Vec<String> = field
                .arguments
                .iter()
                .map(|argument| {
                    collect_variables(&argument.value, &mut self.variables);
                    let value = argument.value.serialize().no_indent();
                    format!("{}: {value}", argument.name)
                })
                .collect();
            text.push_str(&format!("({})", arguments.join(", ")));
        }
        let children = field.child.map(|child| self.selection(child)).unwrap_or_default();
        let when: Vec<Vec<Literal>> = field.when.any_of().to_vec();
        let conditional = when.iter().map(|conjunction| {
            self.variables.extend(conjunction.iter().map(|literal| literal.variable.clone()));
            under_condition(&text, &children, conjunction)
        });
        conditional.collect()
    }
}

/// `field @include(if: $a)`; further literals as inline fragments around it.
fn under_condition(text: &str, children: &[FetchField], conjunction: &[Literal]) -> FetchField {
    let directive = |literal: &Literal| {
        let name = if literal.negated { "skip" } else { "include" };
        format!("@{name}(if: ${})", literal.variable)
    };
    let Some((first, others)) = conjunction.split_first() else {
        return FetchField {
            type_condition: None,
            text: text.to_owned(),
            children: children.to_vec(),
        };
    };
    let inner = FetchField {
        type_condition: None,
        text: format!("{text} {}", directive(first)),
        children: children.to_vec(),
    };
    others.iter().fold(inner, |inside, literal| FetchField {
        type_condition: None,
        text: format!("... {}", directive(literal)),
        children: vec![inside],
    })
}

fn collect_variables(value: &Node<Value>, variables: &mut BTreeSet<Name>) {
    match &**value {
        Value::Variable(name) => {
            variables.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| collect_variables(item, variables)),
        Value::Object(fields) => {
            fields.iter().for_each(|(_, value)| collect_variables(value, variables));
        }
        _ => {}
    }
}

/// A fetch's document on one line.
struct Document<'a> {
    operation: &'a Operation,
    operation_type: OperationType,
    name: Option<&'a str>,
    variables: &'a [Name],
    target: &'a FetchTarget,
    selection: &'a [FetchField],
}

impl Document<'_> {
    fn to_text(&self) -> String {
        let mut definitions = Vec::new();
        if let FetchTarget::Entities { variable, .. } = self.target {
            definitions.push(format!("${variable}: [_Any!]!"));
        }
        for definition in &self.operation.definition().variables {
            if self.variables.contains(&definition.name) {
                let default = definition.default_value.as_ref();
                let default = default
                    .map(|value| format!(" = {}", value.serialize().no_indent()))
                    .unwrap_or_default();
                definitions.push(format!("${}: {}{default}", definition.name, definition.ty));
            }
        }
        let mut text = String::new();
        let is_shorthand = self.operation_type == OperationType::Query
            && self.name.is_none()
            && definitions.is_empty();
        if !is_shorthand {
            text.push_str(self.operation_type.name());
            text.push_str(&self.name.map(|name| format!(" {name}")).unwrap_or_default());
        }
        if !definitions.is_empty() {
            text.push_str(&format!("({})", definitions.join(", ")));
        }
        match self.target {
            FetchTarget::Root => write_selection(self.selection, &mut text),
            FetchTarget::Entities { variable, .. } => {
                text.push_str(&format!("{{_entities(representations: ${variable})"));
                write_selection(self.selection, &mut text);
                text.push('}');
            }
        }
        text
    }
}

fn write_selection(fields: &[FetchField], text: &mut String) {
    text.push('{');
    let runs = fields.chunk_by(|one, other| one.type_condition == other.type_condition);
    for (position, run) in runs.enumerate() {
        if position > 0 {
            text.push(' ');
        }
        if let Some(condition) = &run[0].type_condition {
            text.push_str(&format!("... on {condition}{{"));
        }
        for (position, field) in run.iter().enumerate() {
            if position > 0 {
                text.push(' ');
            }
            text.push_str(&field.text);
            if !field.children.is_empty() {
                write_selection(&field.children, text);
            }
        }
        if run[0].type_condition.is_some() {
            text.push('}');
        }
    }
    text.push('}');
}

//! What is sent: selections as GraphQL text.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use super::Planner;
use super::fetch_graph::NodeField;
use super::places::NodeId;
use super::wording::worded;
use crate::operation::{Literal, Operation, collect_variables};
use crate::query_plan::{EntityInput, FetchField, FetchFragment, FetchTarget};

/// A selection that comes twice in a document is a fragment, if it has as many fields as this.
const FRAGMENT_FIELDS_MIN: usize = 4;

/// Writes the selections of one document.
pub(super) struct SelectionWriter<'a, 'p> {
    planner: &'p Planner<'a>,
    /// The variables that are used.
    pub(super) variables: BTreeSet<Name>,
    /// Nodes that are fragments, by what they are called.
    names: BTreeMap<NodeId, Name>,
    fragments: BTreeMap<NodeId, FetchFragment>,
}

impl<'a, 'p> SelectionWriter<'a, 'p> {
    /// For a document with these selections.
    pub(super) fn new(planner: &'p Planner<'a>, roots: &[NodeId]) -> Self {
        let mut references: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut open: Vec<NodeId> = roots.to_vec();
        let mut order = Vec::new();
        while let Some(id) = open.pop() {
            for child in planner.fetches.node(id).children() {
                let count = references.entry(child).or_insert(0);
                *count += 1;
                if *count == 1 {
                    open.push(child);
                } else if *count == 2 {
                    order.push(child);
                }
            }
        }
        order.sort_unstable();
        let mut names = BTreeMap::new();
        for node in order {
            let own = planner.fetches.node(node);
            let is_long =
                own.field_count() >= FRAGMENT_FIELDS_MIN || own.children().next().is_some();
            if is_long && own.ty.is_some() {
                let name = Name::new_unchecked(&format!("_f{}", names.len()));
                names.insert(node, name);
            }
        }
        Self { planner, variables: BTreeSet::new(), names, fragments: BTreeMap::new() }
    }

    /// The fragments that the selections written so far use.
    pub(super) fn into_fragments(self) -> Vec<FetchFragment> {
        self.fragments.into_values().collect()
    }

    /// The selection of a group. Below `_entities` even an interface needs its type condition.
    pub(super) fn root(&mut self, root: NodeId, is_entity: bool) -> Vec<FetchField> {
        let mut fields = self.fields(root);
        let ty = self.planner.fetches.node(root).ty;
        if let (true, Some(ty)) = (is_entity, ty) {
            let name = self.planner.graph.ty(ty).name.clone();
            fields.iter_mut().for_each(|field| field.type_condition = Some(name.clone()));
        }
        fields
    }

    fn selection(&mut self, node: NodeId) -> Vec<FetchField> {
        let Some(name) = self.names.get(&node).cloned() else { return self.fields(node) };
        if !self.fragments.contains_key(&node) {
            let ty = self.planner.fetches.node(node).ty;
            let on = ty.map(|ty| self.planner.graph.ty(ty).name.clone());
            if let Some(on) = on {
                let selection = self.fields(node);
                let fragment = FetchFragment { name: name.clone(), on, selection };
                self.fragments.insert(node, fragment);
            }
        }
        vec![FetchField { type_condition: None, text: format!("...{name}"), children: Vec::new() }]
    }

    fn fields(&mut self, node: NodeId) -> Vec<FetchField> {
        let planner = self.planner;
        let mut fields = Vec::new();
        for worded in worded(planner.graph, planner.fetches.node(node)) {
            let printed = self.field(worded.field, &worded.response_key);
            let when = worded.field.when.any_of();
            let literals = when.iter().flatten();
            self.variables.extend(literals.map(|literal| literal.variable.clone()));
            // Once per type and conjunction: the subgraph merges them again.
            let types = worded.written_on();
            let places = types.flat_map(|ty| when.iter().map(move |conjunction| (ty, conjunction)));
            for ((ty, conjunction), (text, children)) in one_each(places, printed) {
                let field = under_condition(text, children, conjunction);
                fields.push(FetchField { type_condition: ty.cloned(), ..field });
            }
        }
        if fields.is_empty() {
            let text = "__typename".to_owned();
            fields.push(FetchField { type_condition: None, text, children: Vec::new() });
        }
        fields
    }

    /// The field itself, and what is below it.
    fn field(&mut self, field: &NodeField, response_key: &Name) -> (String, Vec<FetchField>) {
        let mut text = String::new();
        if *response_key != field.name {
            text.push_str(response_key);
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
            text.push('(');
            text.push_str(&arguments.join(", "));
            text.push(')');
        }
        let children = field.child.map(|child| self.selection(child)).unwrap_or_default();
        (text, children)
    }
}

/// A value for each of some others; what is below a field is long, and there is mostly one.
fn one_each<K, V: Clone>(keys: impl Iterator<Item = K>, value: V) -> impl Iterator<Item = (K, V)> {
    let (mut keys, mut value) = (keys.peekable(), Some(value));
    std::iter::from_fn(move || {
        let key = keys.next()?;
        let own = if keys.peek().is_some() { value.clone() } else { value.take() };
        Some((key, own?))
    })
}

/// `field @include(if: $a)`; further literals as inline fragments around it.
fn under_condition(text: String, children: Vec<FetchField>, conjunction: &[Literal]) -> FetchField {
    let directive = |literal: &Literal| {
        let name = if literal.negated { "skip" } else { "include" };
        format!("@{name}(if: ${})", literal.variable)
    };
    let Some((first, others)) = conjunction.split_first() else {
        return FetchField { type_condition: None, text, children };
    };
    let inner =
        FetchField { type_condition: None, text: format!("{text} {}", directive(first)), children };
    others.iter().fold(inner, |inside, literal| FetchField {
        type_condition: None,
        text: format!("... {}", directive(literal)),
        children: vec![inside],
    })
}

/// A fetch's document on one line. Its operation has no name: requests that ask for the same are
/// the same, whichever operations of clients they are for.
pub(super) struct Document<'a> {
    pub(super) operation: &'a Operation,
    pub(super) operation_type: OperationType,
    pub(super) variables: &'a [Name],
    pub(super) target: &'a FetchTarget,
    pub(super) fragments: &'a [FetchFragment],
}

impl Document<'_> {
    pub(super) fn to_text(&self) -> String {
        let mut definitions = Vec::new();
        for input in self.inputs() {
            definitions.push(format!("${}: [_Any!]!", input.variable));
            let contexts = input.targets.iter().flat_map(|target| &target.contexts);
            definitions.extend(contexts.map(|one| format!("${}: {}", one.variable, one.ty)));
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
        let is_shorthand = self.operation_type == OperationType::Query && definitions.is_empty();
        if !is_shorthand {
            text.push_str(self.operation_type.name());
        }
        if !definitions.is_empty() {
            text.push_str(&format!("({})", definitions.join(", ")));
        }
        match self.target {
            FetchTarget::Root { selection, .. } => write_selection(selection, &mut text),
            FetchTarget::Entities(inputs) => write_inputs(inputs, &mut text),
        }
        for fragment in self.fragments {
            text.push_str(&format!(" fragment {} on {}", fragment.name, fragment.on));
            write_selection(&fragment.selection, &mut text);
        }
        text
    }

    fn inputs(&self) -> &[EntityInput] {
        match self.target {
            FetchTarget::Root { .. } => &[],
            FetchTarget::Entities(inputs) => inputs,
        }
    }
}

fn write_inputs(inputs: &[EntityInput], text: &mut String) {
    text.push('{');
    for (position, input) in inputs.iter().enumerate() {
        if position > 0 {
            text.push(' ');
        }
        if input.response_key != "_entities" {
            text.push_str(&format!("{}: ", input.response_key));
        }
        text.push_str(&format!("_entities(representations: ${})", input.variable));
        write_selection(&input.selection, text);
    }
    text.push('}');
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

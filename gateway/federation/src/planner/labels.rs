//! Which labels of progressive overrides matter to an operation.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::collections::HashSet;

use crate::operation::{EntryField, Operation};
use crate::query_graph::{FieldSet, QueryGraph};

/// The labels that can change an operation's plan, as positions in [`QueryGraph::labels`]: those of
/// fields that it asks for, and of fields that some key or requirement needs.
pub fn relevant_labels(graph: &QueryGraph, operation: &Operation) -> Vec<u32> {
    if graph.labels().is_empty() {
        return Vec::new();
    }
    let mut names: HashSet<&Name> = HashSet::default();
    for selection in operation.selections() {
        for entry in &selection.entries {
            if let EntryField::Field { id, .. } = entry.field {
                names.insert(&graph.field(id).name);
            }
        }
    }
    for field_set in graph.field_sets() {
        add_names(field_set, &mut names);
    }
    let mut labels = BTreeSet::new();
    for field in graph.labelled_fields() {
        if names.contains(&field.name) {
            labels.extend(field.in_subgraphs.iter().filter_map(|at| Some(at.label?.label)));
        }
    }
    labels.into_iter().collect()
}

fn add_names<'a>(field_set: &'a FieldSet, names: &mut HashSet<&'a Name>) {
    for item in &field_set.items {
        names.insert(&item.name);
        if let Some(children) = &item.children {
            add_names(children, names);
        }
    }
}

//! What fields read of the objects above them (Federation, `@fromContext`), in the merged graph.

use std::sync::atomic::AtomicUsize;

use apollo_compiler::ast::Selection;
use serde_json::{Value, json};

use crate::in_memory_subgraph::Knowledge;
use crate::world::{Found, Reading, Row, World};

/// The objects above one, each under the contexts that it sets in a subgraph; the nearest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Contexts<'w> {
    around: Vec<(String, String, Row<'w>)>,
}

impl<'w> Contexts<'w> {
    /// Those of the objects below a row.
    pub(super) fn inside(&self, world: &World, row: &Row<'w>) -> Self {
        let mut around = self.around.clone();
        for subgraph in &world.subgraphs {
            let set = subgraph.contexts(&row.ty).into_iter();
            around.extend(set.map(|context| (subgraph.name.clone(), context, row.clone())));
        }
        Self { around }
    }

    /// Adds the arguments of a type's field that clients do not see.
    pub(super) fn add_arguments(
        &self,
        world: &World,
        (ty, field): (&str, &str),
        arguments: &mut Value,
    ) {
        for subgraph in &world.subgraphs {
            for argument in subgraph.context_arguments(ty, field) {
                let mut nearest = self.around.iter().rev();
                let found = nearest.find(|(setter, context, _)| {
                    *setter == subgraph.name && *context == argument.context
                });
                let value = found.map(|(_, _, row)| read(world, subgraph, row, &argument.read));
                arguments[argument.name.as_str()] = value.unwrap_or_default();
            }
        }
    }
}

/// The one value that is selected of a row.
fn read(world: &World, subgraph: &Knowledge, row: &Row<'_>, selections: &[Selection]) -> Value {
    let is_meant = |selection: &&Selection| match selection {
        Selection::InlineFragment(fragment) => fragment
            .type_condition
            .as_ref()
            .is_none_or(|on| *on == *row.ty || subgraph.schema.is_subtype(on, &row.ty)),
        _ => true,
    };
    match selections.iter().find(is_meant) {
        Some(Selection::InlineFragment(fragment)) => {
            read(world, subgraph, row, &fragment.selection_set)
        }
        Some(Selection::Field(field)) if field.name == "__typename" => json!(row.ty),
        Some(Selection::Field(field)) => {
            let Ok(definition) = subgraph.schema.type_field(&row.ty, &field.name) else {
                return Value::Null;
            };
            let reading = Reading {
                schema: &subgraph.schema,
                field: &field.name,
                ty: &definition.ty,
                arguments: &json!({}),
                turns: &AtomicUsize::new(0),
                representation: None,
            };
            value(world, subgraph, world.rows.read(row, &reading), &field.selection_set)
        }
        Some(Selection::FragmentSpread(_)) | None => Value::Null,
    }
}

fn value(world: &World, subgraph: &Knowledge, found: Found<'_>, below: &[Selection]) -> Value {
    match found {
        Found::Leaf(value) => value,
        Found::Row(row) => read(world, subgraph, &row, below),
        Found::List(items) => {
            items.into_iter().map(|item| value(world, subgraph, item, below)).collect()
        }
        Found::Error(_) => Value::Null,
    }
}

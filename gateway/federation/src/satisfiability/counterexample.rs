//! The query that cannot be answered, written out: valid, and as short as can be.

use std::fmt::Write as _;

use apollo_compiler::ast::{InputValueDefinition, OperationType, Type};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Node, Schema};

use super::walk::{State, StateId, Walk};
use crate::query_graph::{FieldId, TypeId};

/// Required input objects inside one another are written this deep, and so many of their fields.
const INPUT_DEPTH_MAX: usize = 8;
const INPUT_FIELDS_MAX: usize = 50;

impl Walk<'_> {
    /// A query for a field (`__typename` when none) of a state's objects.
    pub(super) fn query(&self, state: StateId, field: Option<FieldId>) -> String {
        let (root, steps) = self.steps(state);
        let mut lines = vec![self.operation_keyword(root).to_owned()];
        for (step, ty) in steps {
            lines.push(self.field_text(step));
            if self.graph.field(step).named_type != ty {
                lines.push(format!("... on {}", self.graph.ty(ty).name));
            }
        }
        match field {
            Some(field) => {
                lines.push(self.field_text(field));
                let child = self.graph.field(field).named_type;
                if !self.graph.ty(child).possible.is_empty() {
                    lines.push("__typename".to_owned());
                }
            }
            None => lines.push("__typename".to_owned()),
        }
        nested(&lines)
    }

    /// The fields from the root to a state, each with the type of the objects below it.
    fn steps(&self, state: StateId) -> (TypeId, Vec<(FieldId, TypeId)>) {
        let mut steps = Vec::new();
        let mut at = state;
        loop {
            let State { ty, via, .. } = &self.states[at];
            let Some((parent, field)) = via else {
                steps.reverse();
                return (*ty, steps);
            };
            steps.push((*field, *ty));
            at = *parent;
        }
    }

    fn operation_keyword(&self, root: TypeId) -> &'static str {
        if self.graph.root(OperationType::Mutation) == Some(root) {
            "mutation"
        } else if self.graph.root(OperationType::Subscription) == Some(root) {
            "subscription"
        } else {
            "query"
        }
    }

    /// A field with the arguments it must have.
    fn field_text(&self, field: FieldId) -> String {
        let node = self.graph.field(field);
        let mut text = node.name.to_string();
        let parent = &self.graph.ty(node.parent).name;
        let Ok(definition) = self.schema.type_field(parent, &node.name) else { return text };
        let needed = definition.arguments.iter().filter(|argument| argument.is_required());
        let mut budget = INPUT_FIELDS_MAX;
        for (index, argument) in needed.enumerate() {
            text.push_str(if index == 0 { "(" } else { ", " });
            let value = example(self.schema, argument, 0, &mut budget);
            let _ = write!(text, "{}: {value}", argument.name);
        }
        if text.contains('(') {
            text.push(')');
        }
        text
    }
}

/// A value that an argument or input field takes; where nobody would read on, it is cut short.
fn example(
    schema: &Schema,
    of: &Node<InputValueDefinition>,
    depth: usize,
    budget: &mut usize,
) -> String {
    if of.ty.is_list() {
        return "[]".to_owned();
    }
    let name = of.ty.inner_named_type();
    match schema.types.get(name) {
        Some(ExtendedType::Enum(definition)) => {
            let first = definition.values.keys().next();
            first.map_or_else(|| "null".to_owned(), ToString::to_string)
        }
        Some(ExtendedType::InputObject(definition)) if depth < INPUT_DEPTH_MAX => {
            let needed = definition.fields.values().filter(|field| field.is_required());
            let mut fields = Vec::new();
            for field in needed {
                if *budget == 0 {
                    fields.push("…".to_owned());
                    break;
                }
                *budget -= 1;
                let value = example(schema, &field.node, depth + 1, budget);
                fields.push(format!("{}: {value}", field.name));
            }
            format!("{{{}}}", fields.join(", "))
        }
        _ => scalar_example(&of.ty).to_owned(),
    }
}

fn scalar_example(ty: &Type) -> &'static str {
    match ty.inner_named_type().as_str() {
        "Int" => "1",
        "Float" => "1.5",
        "Boolean" => "true",
        _ => "\"1\"",
    }
}

/// Each line holds the next, as people write queries.
fn nested(lines: &[String]) -> String {
    let mut text = String::new();
    for (depth, line) in lines.iter().enumerate() {
        let open = if depth + 1 < lines.len() { " {" } else { "" };
        let _ = writeln!(text, "{}{line}{open}", "  ".repeat(depth));
    }
    for depth in (0..lines.len().saturating_sub(1)).rev() {
        let _ = writeln!(text, "{}}}", "  ".repeat(depth));
    }
    text.truncate(text.trim_end().len());
    text
}

//! The parts of an answer that a client lets come later (`@defer`), and what a document must keep
//! to that names them (GraphQL, incremental delivery: Defer And Stream Directive Labels Are Unique,
//! Defer And Stream Directives Are Used On Valid Root Field).

use apollo_compiler::ast::{Directive, OperationType, Value};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::executable::{self, DirectiveList, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name, Node};

use super::RequestError;
use crate::api_schema::DEFER;

/// A part's place in [`Operation::parts`](super::Operation::parts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(u32);

impl PartId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A fragment that may come later. It comes for each object at which the fragment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// By which the client knows it.
    pub label: Option<String>,
    /// The variable that must be true for it to come later; else it comes with what it is in.
    pub when: Option<Name>,
    /// The part of the same selection that it is in.
    pub inside: Option<PartId>,
}

/// The parts that have been met.
#[derive(Debug, Default)]
pub(super) struct Parts {
    parts: Vec<Part>,
    known: HashMap<(*const Directive, Option<PartId>), PartId>,
}

impl Parts {
    /// The part that a fragment with these directives is in, if the selection set around it is in
    /// `outside`.
    pub(super) fn of(
        &mut self,
        directives: &DirectiveList,
        outside: Option<PartId>,
    ) -> Option<PartId> {
        let Some(defer) = directives.get(&DEFER) else { return outside };
        let when = match defer.specified_argument_by_name("if").map(|value| &**value) {
            Some(Value::Boolean(false)) => return outside,
            Some(Value::Variable(variable)) => Some(variable.clone()),
            _ => None,
        };
        let key = (std::ptr::from_ref(&**defer), outside);
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        let id = PartId(u32::try_from(self.parts.len()).unwrap_or(u32::MAX));
        let label = label(defer).and_then(|value| value.as_str()).map(str::to_owned);
        self.parts.push(Part { label, when, inside: outside });
        self.known.insert(key, id);
        Some(id)
    }

    /// The parts of fields that become one: none if one of them is in none, and none that is in
    /// another.
    pub(super) fn together(&self, parts: impl Iterator<Item = Option<PartId>>) -> Vec<PartId> {
        let Some(mut all) = parts.collect::<Option<Vec<PartId>>>() else { return Vec::new() };
        all.sort_unstable();
        all.dedup();
        let is_inside = |part: &PartId| {
            let around = |part: &PartId| self.parts[part.index()].inside;
            std::iter::successors(around(part), around).any(|one| all.contains(&one))
        };
        all.iter().filter(|part| !is_inside(part)).copied().collect()
    }

    pub(super) fn into_parts(self) -> Vec<Part> {
        self.parts
    }
}

/// Labels are written out and each stands once in the document; root fields of mutations and
/// subscriptions cannot come later. Where that holds, parts can be told apart.
pub(super) fn check(
    document: &ExecutableDocument,
    operation: &executable::Operation,
) -> Result<Parts, RequestError> {
    let operations = document.operations.iter().map(|one| &one.selection_set);
    let fragments = document.fragments.values().map(|one| &one.selection_set);
    let mut labels = HashSet::default();
    let mut open: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = open.pop() {
        for selection in &set.selections {
            if let Some(defer) = selection.directives().get(&DEFER) {
                match label(defer).map(|value| &**value) {
                    None | Some(Value::Null) => {}
                    Some(Value::String(label)) if labels.insert(label.as_str()) => {}
                    Some(Value::String(label)) => {
                        let message = format!("the label `{label}` of `@defer` is there twice");
                        return Err(refused(document, defer, message));
                    }
                    Some(_) => {
                        let message = "the label of `@defer` must not be a variable".to_owned();
                        return Err(refused(document, defer, message));
                    }
                }
            }
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(fragment) => open.push(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    check_root(document, operation)?;
    Ok(Parts::default())
}

fn check_root(
    document: &ExecutableDocument,
    operation: &executable::Operation,
) -> Result<(), RequestError> {
    if operation.operation_type == OperationType::Query {
        return Ok(());
    }
    let mut met = HashSet::default();
    let mut open = vec![&operation.selection_set];
    while let Some(set) = open.pop() {
        for selection in &set.selections {
            let below = match selection {
                Selection::Field(_) => continue,
                Selection::InlineFragment(fragment) => Some(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.fragment_name);
                    let fragment = fragment.filter(|_| met.insert(&spread.fragment_name));
                    fragment.map(|fragment| &fragment.selection_set)
                }
            };
            if let Some(defer) = selection.directives().get(&DEFER) {
                let kind = operation.operation_type;
                let message = format!("`@defer` cannot stand at the root of a {kind}");
                return Err(refused(document, defer, message));
            }
            open.extend(below);
        }
    }
    Ok(())
}

fn label(defer: &Node<Directive>) -> Option<&Node<Value>> {
    defer.specified_argument_by_name("label")
}

fn refused(
    document: &ExecutableDocument,
    defer: &Node<Directive>,
    message: String,
) -> RequestError {
    let range = defer.line_column_range(&document.sources);
    let locations = range.map(|at| (at.start.line, at.start.column)).into_iter().collect();
    RequestError { code: "GRAPHQL_VALIDATION_FAILED", message, locations }
}

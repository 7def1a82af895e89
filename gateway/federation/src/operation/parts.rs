//! The parts of an answer that a client lets come later (`@defer`). That labels are written out and
//! differ, and where the directive may stand, the parser's library has looked at.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::DirectiveList;
use apollo_compiler::{Name, Node};

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

fn label(defer: &Node<Directive>) -> Option<&Node<Value>> {
    defer.specified_argument_by_name("label")
}

//! What subgraphs are told of the objects above entities.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Value};

use super::representations::Told;
use super::{Checker, PositionId, Reader};
use crate::query_graph::{FieldAt, TypeId};
use crate::query_plan::{ContextRead, ContextValue, EntityTarget, FetchId, FetchTarget};

impl<'a> Checker<'a> {
    /// What contexts are read from is there before the fetch, and there is one way up to it.
    pub(super) fn contexts(&mut self, id: FetchId, target: &'a EntityTarget) {
        for context in &target.contexts {
            let mut below = None;
            for level in context.levels.iter().rev() {
                let child = self.plan.position(level.position).slots[level.slot.index()].child;
                if child != Some(below.unwrap_or(target.position)) {
                    self.find(format!("fetch {}: the way to a context has a gap", id.0));
                }
                below = Some(level.position);
                let occurring = self.occurring(level.position);
                if level.reads.iter().any(|(on, _)| !occurring.is_subset(on)) {
                    self.need_typename(level.position, &target.when, Reader::Fetch(id));
                }
                let reads = level.reads.iter().flat_map(|(on, read)| {
                    let types: Vec<TypeId> = occurring.intersection(on).iter().collect();
                    types.into_iter().map(move |ty| (ty, read))
                });
                reads.for_each(|(ty, read)| {
                    self.is_there((id, target), (level.position, ty), read);
                });
            }
        }
    }

    fn is_there(
        &mut self,
        fetch: (FetchId, &EntityTarget),
        (position, ty): (PositionId, TypeId),
        read: &'a ContextRead,
    ) {
        match read {
            ContextRead::Nothing => {}
            ContextRead::Typename => {
                self.need_typename(position, &fetch.1.when, Reader::Fetch(fetch.0));
            }
            ContextRead::Field(field) => {
                let fields = std::slice::from_ref(field);
                self.filled_before(fetch, Told { position, ty, fields });
            }
        }
    }

    /// Every contextual argument of a field has a variable that takes what it reads.
    pub(super) fn is_told_contexts(
        &mut self,
        id: FetchId,
        at: &FieldAt,
        arguments: &[Node<Argument>],
    ) {
        for wanted in &at.context_arguments {
            let argument = arguments.iter().find(|argument| argument.name == wanted.name);
            let context = argument.and_then(|argument| self.context_of(id, argument));
            if context.is_none_or(|context| context.ty != wanted.ty) {
                let name = &wanted.name;
                self.find(format!("fetch {}: the contextual `{name}` is not told", id.0));
            }
        }
    }

    /// Arguments but for those that come from contexts, which are the last.
    pub(super) fn own_arguments(
        &self,
        id: FetchId,
        arguments: &'a [Node<Argument>],
    ) -> &'a [Node<Argument>] {
        let is_own = |argument: &&Node<Argument>| self.context_of(id, argument).is_none();
        &arguments[..arguments.iter().take_while(is_own).count()]
    }

    fn context_of(&self, id: FetchId, argument: &Node<Argument>) -> Option<&'a ContextValue> {
        let Value::Variable(variable) = &*argument.value else { return None };
        let FetchTarget::Entities(inputs) = &self.plan.fetch(id).target else { return None };
        let targets = inputs.iter().flat_map(|input| &input.targets);
        let mut contexts = targets.flat_map(|target| &target.contexts);
        contexts.find(|context| context.variable == *variable)
    }
}

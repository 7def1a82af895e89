//! Why there is null: the errors that the answer has beside those of the subgraphs.

use std::collections::HashMap;

use federation::query_plan::{FetchTarget, PositionId, QueryPlan, SlotId};

use super::{Null, Step, Writer};
use crate::executor::Execution;
use crate::executor::compiled_plan::{CompiledPlan, RuntimeNames};
use crate::executor::errors::{ErrorTemplate, PathSegment, ResponsePath};
use crate::executor::failures::{FilledSlots, filled_slots, needed_slots};
use crate::executor::store::ObjectAt;

/// What must be told of the objects of a position before they can be asked for something.
type Told = (PositionId, FilledSlots);

/// By slot, what must be told for fetches that fill it. An object may come to be, by another
/// subgraph's answer, when such a fetch has found nobody to ask for already.
#[derive(Debug, Default)]
pub(super) struct Unasked {
    by_slot: HashMap<(PositionId, SlotId), Vec<Told>>,
}

impl Unasked {
    fn of(
        &mut self,
        (plan, compiled): (&QueryPlan, &CompiledPlan),
        at: (PositionId, SlotId),
    ) -> &[Told] {
        self.by_slot.entry(at).or_insert_with(|| {
            let inputs = plan.fetches.iter().filter_map(|fetch| match &fetch.target {
                FetchTarget::Entities(inputs) => Some(inputs),
                FetchTarget::Root { .. } => None,
            });
            let targets = inputs.flatten().flat_map(|input| &input.targets);
            let filling =
                targets.filter(|target| filled_slots(compiled, target.shape).contains(&at));
            filling.map(|target| (target.position, needed_slots(compiled, target))).collect()
        })
    }
}

impl Writer<'_> {
    /// Nobody gave the slot of an object, the one that is being written or one in it: a fetch that
    /// failed, or a subgraph's error, says why. False if none does.
    pub(super) fn explain_missing(&mut self, slot: SlotId, inside: Option<ObjectAt>) -> bool {
        if self.failures.is_empty() && self.placed_errors.is_empty() {
            return false;
        }
        let objects = self.path.iter().filter_map(|step| match step {
            Step::Field { object, .. } | Step::Through(object) => Some(*object),
            Step::Index(_) => None,
        });
        let objects = objects.chain(inside);
        let plan = (self.execution.plan, self.execution.compiled);
        let cause = self.failures.why_missing(plan, slot, &objects);
        let cause = cause.or_else(|| {
            let missing = FilledSlots::from([(objects.clone().next_back()?.position, slot)]);
            let lies_in = |object: ObjectAt| objects.clone().any(|one| one == object);
            self.placed_errors.cause_of_missing(&missing, &lies_in, self.store)
        });
        let cause = cause.or_else(|| {
            let at = objects.clone().next_back()?;
            let unasked = self.unasked.of(plan, (at.position, slot));
            unasked.iter().find_map(|(position, needed)| {
                let asked = objects.clone().rev().find(|object| object.position == *position)?;
                let lies_in = |object: ObjectAt| objects.clone().any(|one| one == object);
                let state = (plan.0, plan.1, self.store);
                let cause = self.failures.cause(needed, (asked, &lies_in), state);
                cause.or_else(|| self.placed_errors.cause_of_missing(needed, &lies_in, self.store))
            })
        });
        let Some(error) = cause.cloned() else { return false };
        self.errors.push_new(self.response_path(), error);
        true
    }

    /// Whether a fetch that was to tell an object's type has failed.
    pub(super) fn lacks_type(&mut self, object: ObjectAt) -> bool {
        let typename = self.execution.compiled.position(object.position).typename;
        typename.is_some_and(|slot| {
            self.store.slot(object.base, slot).is_missing()
                && self.explain_missing(slot, Some(object))
        })
    }

    pub(super) fn explain_non_null(&mut self) {
        let path = self.response_path();
        if self.errors.explains(&path) {
            return;
        }
        let message = format!("cannot return null for non-nullable field `{}`", self.coordinate());
        self.errors.push(Some(path), ErrorTemplate::malformed(message));
    }

    /// The field that is being written makes its object null: what has been explained in that
    /// object since there were so many errors, and has the same reason, is told here only.
    pub(super) fn tell_once(&mut self, since: usize) {
        if self.errors.len() > since {
            let path = self.response_path();
            self.errors.leave_out_what_is_told_at(&path, since);
        }
    }

    pub(super) fn misfit(&mut self, what: &str) -> Result<(), Null> {
        let message = format!("`{}` has a wrong value: {what}", self.coordinate());
        self.errors.push(Some(self.response_path()), ErrorTemplate::malformed(message));
        Err(Null)
    }

    fn response_path(&self) -> ResponsePath {
        let compiled = self.execution.compiled;
        let segment = |step: &Step| match step {
            Step::Field { output, field, .. } => {
                Some(PathSegment::key(compiled.output(*output).fields[*field].name()))
            }
            Step::Index(index) => Some(PathSegment::Index(*index)),
            Step::Through(_) => None,
        };
        self.path.iter().filter_map(segment).collect()
    }

    /// `Type.field` of the field that is being written, as the client calls them.
    fn coordinate(&self) -> String {
        let Execution { compiled, client_graph, .. } = *self.execution;
        let field = self.path.iter().rev().find_map(|step| match step {
            Step::Field { ty, output, field, .. } => {
                let output = compiled.output(*output);
                let facts = output.fields[*field].source.facts()?;
                Some((*ty, &output.names, facts.field))
            }
            Step::Index(_) | Step::Through(_) => None,
        });
        let Some((ty, names, field)) = field else { return String::new() };
        let field = client_graph.field(field);
        // An object of the graph is of one type there; of a view the field says it.
        let own = match names {
            RuntimeNames::OfGraph => client_graph.field_id(ty, &field.name),
            RuntimeNames::Only(_) | RuntimeNames::ByType(_) => None,
        };
        let parent = own.map_or(field.parent, |own| client_graph.field(own).parent);
        format!("{}.{}", client_graph.ty(parent).name, field.name)
    }
}

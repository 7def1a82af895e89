//! Fetches that gave nothing: why something is missing in the answer, wherever it is.
//!
//! Objects are known by where their slots begin; the writer asks here, with the objects it is in,
//! why a slot is empty. Nothing of this runs while nothing fails.

use std::collections::{HashMap, HashSet};

use federation::query_plan::{
    ContextRead, EntityTarget, FetchId, FetchTarget, PositionId, QueryPlan, RepresentationField,
    ShapeId, SlotId,
};

use super::compiled_plan::CompiledPlan;
use super::errors::ErrorTemplate;
use super::representations::Asked;
use super::store::{ObjectAt, Store};

/// A fetch that gave nothing, of all or of some objects.
#[derive(Debug)]
pub(super) struct Failure {
    /// Which one.
    pub(super) fetch: FetchId,
    /// The objects that lack something.
    pub(super) scope: FailureScope,
    pub(super) error: ErrorTemplate,
}

/// The objects that lack something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureScope {
    /// All that the fetch asks for.
    Fetch,
    /// All that one of its inputs asks for.
    Input(usize),
    /// This one.
    Object(Asked),
}

/// Slots, wherever their objects are.
pub(super) type FilledSlots = HashSet<(PositionId, SlotId)>;

/// The slots that shapes fill, also those of the objects below.
#[derive(Debug, Default)]
pub(super) struct FilledByShapes {
    by_shape: HashMap<ShapeId, FilledSlots>,
}

impl FilledByShapes {
    pub(super) fn add(&mut self, compiled: &CompiledPlan, shape: ShapeId) {
        self.by_shape.entry(shape).or_insert_with(|| filled_slots(compiled, shape));
    }

    /// Whether a shape, one that was added, fills one of these.
    pub(super) fn fills(&self, shape: ShapeId, slots: &FilledSlots) -> bool {
        self.by_shape.get(&shape).is_some_and(|filled| !filled.is_disjoint(slots))
    }
}

/// The failures of one execution.
#[derive(Debug, Default)]
pub(super) struct Failures {
    failures: Vec<Failure>,
    /// What failed fetches were to fill.
    filled: FilledByShapes,
}

impl Failures {
    pub(super) fn push(&mut self, plan: &QueryPlan, compiled: &CompiledPlan, failure: Failure) {
        for (shape, _) in lacking(plan, &failure) {
            self.filled.add(compiled, shape);
        }
        self.failures.push(failure);
    }

    pub(super) fn len(&self) -> usize {
        self.failures.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }

    /// Whether a fetch has lost this object.
    pub(super) fn has_lost(&self, fetch: FetchId, object: Asked) -> bool {
        let scope = FailureScope::Object(object);
        self.failures.iter().any(|failure| failure.fetch == fetch && failure.scope == scope)
    }

    /// Why a subgraph cannot be told of an object: a fetch that was to fill one of the slots that
    /// are needed has failed for it, or for an object above or below it.
    pub(super) fn cause(
        &self,
        needed: &FilledSlots,
        (object, lies_in): (ObjectAt, &dyn Fn(ObjectAt) -> bool),
        (plan, compiled, store): (&QueryPlan, &CompiledPlan, &Store),
    ) -> Option<&ErrorTemplate> {
        let reaches = |(shape, base): (ShapeId, Option<u32>)| {
            self.filled.fills(shape, needed)
                && base.is_none_or(|base| {
                    let lacking = ObjectAt { position: compiled.shape(shape).position, base };
                    lies_in(lacking) || store.contains(compiled, object, lacking)
                })
        };
        let mut failures = self.failures.iter();
        let cause = failures.find(|failure| lacking(plan, failure).into_iter().any(reaches))?;
        Some(&cause.error)
    }

    /// Why nobody gave a slot of the last of these objects, which lie in each other.
    pub(super) fn why_missing(
        &self,
        (plan, compiled): (&QueryPlan, &CompiledPlan),
        slot: SlotId,
        objects: &(impl DoubleEndedIterator<Item = ObjectAt> + Clone),
    ) -> Option<&ErrorTemplate> {
        let at = FilledSlots::from([(objects.clone().next_back()?.position, slot)]);
        let lacks = |failure: &&Failure| {
            lacking(plan, failure).into_iter().any(|(shape, base)| {
                let position = compiled.shape(shape).position;
                let is_meant = |object: ObjectAt| {
                    object.position == position && base.is_none_or(|base| base == object.base)
                };
                self.filled.fills(shape, &at) && objects.clone().any(is_meant)
            })
        };
        self.failures.iter().find(lacks).map(|failure| &failure.error)
    }
}

/// How what is lacking would have been read, and into which object if not into all.
fn lacking(plan: &QueryPlan, failure: &Failure) -> Vec<(ShapeId, Option<u32>)> {
    let inputs = match (failure.scope, &plan.fetch(failure.fetch).target) {
        (FailureScope::Object((shape, base)), _) => return vec![(shape, Some(base))],
        (_, FetchTarget::Root { shape, .. }) => return vec![(*shape, None)],
        (FailureScope::Input(index), FetchTarget::Entities(inputs)) => {
            inputs.get(index..=index).unwrap_or_default()
        }
        (FailureScope::Fetch, FetchTarget::Entities(inputs)) => inputs,
    };
    let targets = inputs.iter().flat_map(|input| &input.targets);
    targets.map(|target| (target.shape, None)).collect()
}

/// The slots that a shape fills, also those of the objects below.
pub(super) fn filled_slots(compiled: &CompiledPlan, root: ShapeId) -> FilledSlots {
    let mut seen = HashSet::from([root]);
    let mut open = vec![root];
    let mut filled = HashSet::new();
    while let Some(id) = open.pop() {
        let shape = compiled.shape(id);
        for field in &shape.fields {
            filled.insert((shape.position, field.slot));
            open.extend(field.child.filter(|child| seen.insert(*child)));
        }
    }
    filled
}

/// The slots of which something is told to a subgraph.
pub(super) fn needed_slots(compiled: &CompiledPlan, target: &EntityTarget) -> FilledSlots {
    let mut needed: FilledSlots = compiled
        .position(target.position)
        .typename
        .map(|slot| (target.position, slot))
        .into_iter()
        .collect();
    let fields = target.representations.iter().flat_map(|one| &one.fields);
    let mut open: Vec<(PositionId, &RepresentationField)> =
        fields.map(|field| (target.position, field)).collect();
    for level in target.contexts.iter().flat_map(|value| &value.levels) {
        needed.extend(compiled.position(level.position).typename.map(|it| (level.position, it)));
        open.extend(level.reads.iter().filter_map(|(_, read)| match read {
            ContextRead::Field(field) => Some((level.position, field)),
            ContextRead::Nothing | ContextRead::Typename => None,
        }));
    }
    while let Some((position, field)) = open.pop() {
        needed.insert((position, field.slot));
        let Some(child) = compiled.child(position, field.slot) else { continue };
        open.extend(field.children.iter().map(|field| (child, field)));
    }
    needed
}

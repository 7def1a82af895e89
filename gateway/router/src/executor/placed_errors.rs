//! Subgraphs' errors: which object they are about, what they have taken, and where that shows in
//! the client's answer.
//!
//! While an execution runs an error is kept with its object and the way from there along the shape;
//! only when something is missing it is asked what it has taken, and only when the answer is
//! written it is looked where its object is. By then other subgraphs may have given what it has
//! not.

mod client_paths;

use federation::query_plan::{PositionId, ShapeId, SlotId};
use serde_json::Value as Json;

use super::compiled_plan::CompiledPlan;
use super::errors::{ErrorList, ErrorTemplate};
use super::failures::{FilledByShapes, FilledSlots};
use super::representations::Asked;
use super::store::{ObjectAt, Store, Value};
use super::subgraph_answer::Layout;
pub(super) use client_paths::ClientPaths;

/// An error about an object, or something below it.
#[derive(Debug)]
struct PlacedError {
    /// None if it is about nothing in particular.
    place: Option<Place>,
    error: ErrorTemplate,
}

/// What an error is about.
#[derive(Debug)]
struct Place {
    /// The object that was asked for.
    asked: Asked,
    object: ObjectAt,
    /// From there, as far as it goes along the shape.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Slot(PositionId, SlotId),
    Index(usize),
}

/// The errors that subgraphs have sent, up to a limit.
#[derive(Debug)]
pub(super) struct PlacedErrors {
    errors: Vec<PlacedError>,
    /// What was to be read into the objects that were asked for.
    filled: FilledByShapes,
    errors_max: usize,
    left_out: usize,
}

impl PlacedErrors {
    pub(super) fn new(errors_max: usize) -> Self {
        let filled = FilledByShapes::default();
        Self { errors: Vec::new(), filled, errors_max, left_out: 0 }
    }

    /// Adds an error without a place.
    pub(super) fn push(&mut self, error: &ErrorTemplate) {
        if self.has_room() {
            self.errors.push(PlacedError { place: None, error: error.clone() });
        }
    }

    /// Adds an error at a subgraph's path below an object, unless it is about what is asked for of
    /// objects of other types only.
    pub(super) fn push_below(
        &mut self,
        (layout, store): (Layout<'_>, &Store),
        asked: Asked,
        below: &[Json],
        error: &ErrorTemplate,
    ) {
        if self.has_room() {
            self.filled.add(layout.compiled, asked.0);
            let place = Place::below(layout, store, asked, below);
            let placed = place.map(|it| PlacedError { place: Some(it), error: error.clone() });
            self.errors.extend(placed);
        }
    }

    pub(super) fn errors_max(&self) -> usize {
        self.errors_max
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    fn has_room(&mut self) -> bool {
        let has_room = self.errors.len() < self.errors_max;
        self.left_out += usize::from(!has_room);
        has_room
    }

    /// Whether an error is about an object that was asked for, or something in it: where that
    /// object is null, it is the reason.
    pub(super) fn has_lost(&self, object: Asked) -> bool {
        self.errors.iter().any(|it| it.place.as_ref().is_some_and(|place| place.asked == object))
    }

    /// Why there is null in what a subgraph is to be told of an object.
    pub(super) fn cause_of_null(
        &self,
        needed: &FilledSlots,
        object: ObjectAt,
        (compiled, store): (&CompiledPlan, &Store),
    ) -> Option<&ErrorTemplate> {
        let is_needed = |(at, slot): (ObjectAt, SlotId)| {
            needed.contains(&(at.position, slot)) && store.contains(compiled, object, at)
        };
        let mut errors = self.errors.iter();
        let takes_some = |place: &Place| place.existing(store).any(|at| at.is_some_and(is_needed));
        let cause = errors.find(|error| error.place.as_ref().is_some_and(takes_some))?;
        Some(&cause.error)
    }

    /// Why one of these slots is missing, of an object that lies in these others: somebody was to
    /// fill it, and has sent an error. Of several it is the one that came nearest.
    pub(super) fn cause_of_missing(
        &self,
        needed: &FilledSlots,
        lies_in: &dyn Fn(ObjectAt) -> bool,
        store: &Store,
    ) -> Option<&ErrorTemplate> {
        let mut nearest: Option<(usize, &ErrorTemplate)> = None;
        for PlacedError { place, error } in &self.errors {
            let Some(place) = place else { continue };
            if !self.filled.fills(place.asked.0, needed) || !lies_in(place.object) {
                continue;
            }
            let shared = place.existing(store).flatten();
            let shared = shared.take_while(|(object, _)| lies_in(*object)).count();
            if nearest.is_none_or(|(most, _)| shared > most) {
                nearest = Some((shared, error));
            }
        }
        nearest.map(|(_, error)| error)
    }

    /// At every place of the client's answer that shows their objects.
    pub(super) fn resolve(&self, paths: ClientPaths<'_>) -> ErrorList {
        let mut list = ErrorList::new(self.errors_max);
        let wanted = self.errors.iter().filter_map(|error| Some(error.place.as_ref()?.object));
        let found = paths.of_objects(wanted, self.errors_max);
        for PlacedError { place, error } in &self.errors {
            let places = place.as_ref().and_then(|place| Some((place, found.get(&place.object)?)));
            let Some((place, places)) = places.filter(|(_, places)| !places.is_empty()) else {
                list.push(None, error.clone());
                continue;
            };
            let ways = places.iter().flat_map(|at| paths.along(at, place.steps_in(paths.store)));
            for path in ways.filter(|path| !path.is_of_others()) {
                match (path.is_hidden(), path.keys) {
                    (false, keys) => list.push(Some(keys), error.clone()),
                    (true, keys) => list.push_unless_told_below(keys, error.clone()),
                }
            }
        }
        list.leave_out(self.left_out);
        list
    }
}

impl Place {
    /// A subgraph's path below an object, as far as it goes along the shape; none if it goes on in
    /// what is asked for of objects of other types only.
    fn below(layout: Layout<'_>, store: &Store, asked: Asked, rest: &[Json]) -> Option<Self> {
        let (shape, base) = asked;
        let object = ObjectAt { position: layout.compiled.shape(shape).position, base };
        let mut steps = Vec::with_capacity(rest.len());
        let mut shape = Some(shape);
        let mut value = Value::Object(base);
        for segment in rest {
            let step = match segment {
                Json::String(key) => match field(layout, store, (shape, value), key) {
                    Found::Field(step, child) => {
                        shape = child;
                        step
                    }
                    Found::OfOthers => return None,
                    Found::Nothing => break,
                },
                Json::Number(index) => {
                    let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                    Step::Index(index.unwrap_or_default())
                }
                _ => break,
            };
            value = value_at(store, value, step);
            steps.push(step);
        }
        Some(Self { asked, object, steps })
    }

    /// The steps, with the values from which they lead on.
    fn steps_in(&self, store: &Store) -> impl Iterator<Item = (Value, Step)> {
        let mut value = Value::Object(self.object.base);
        self.steps.iter().map(move |step| {
            let from = value;
            value = value_at(store, from, *step);
            (from, *step)
        })
    }

    /// The slots on the way whose objects there are.
    fn existing(&self, store: &Store) -> impl Iterator<Item = Option<(ObjectAt, SlotId)>> {
        self.steps_in(store).map(|(from, step)| match (from, step) {
            (Value::Object(base), Step::Slot(position, slot)) => {
                Some((ObjectAt { position, base }, slot))
            }
            _ => None,
        })
    }
}

/// What a subgraph's key stands for.
enum Found {
    /// A slot, and the shape of what is in it.
    Field(Step, Option<ShapeId>),
    /// Slots of objects of other types.
    OfOthers,
    /// Nothing that is read.
    Nothing,
}

/// A subgraph's key, of several the one for the object's type.
fn field(
    layout: Layout<'_>,
    store: &Store,
    (shape, value): (Option<ShapeId>, Value),
    key: &str,
) -> Found {
    let Some(shape) = shape.map(|shape| layout.compiled.shape(shape)) else {
        return Found::Nothing;
    };
    let ty = match value {
        Value::Object(base) => {
            let object = ObjectAt { position: shape.position, base };
            store.runtime_type(layout.compiled, layout.graph, object)
        }
        _ => None,
    };
    let mut fields = shape.fields.iter().filter(|field| field.name() == key.as_bytes()).peekable();
    let is_known = fields.peek().is_some();
    let is_meant = |on: &federation::query_graph::TypeSet| ty.is_none_or(|ty| on.contains(ty));
    match fields.find(|field| field.on.as_ref().is_none_or(is_meant)) {
        Some(field) => Found::Field(Step::Slot(shape.position, field.slot), field.child),
        None if is_known => Found::OfOthers,
        None => Found::Nothing,
    }
}

fn value_at(store: &Store, from: Value, step: Step) -> Value {
    match (from, step) {
        (Value::Object(base), Step::Slot(_, slot)) => store.slot(base, slot),
        (Value::List { start, length }, Step::Index(index)) => {
            store.items(start, length).get(index).copied().unwrap_or(Value::Missing)
        }
        _ => Value::Missing,
    }
}

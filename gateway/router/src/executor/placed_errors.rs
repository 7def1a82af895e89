//! Subgraphs' errors: which object they are about, and where that shows in the client's answer.
//!
//! While an execution runs an error is kept with its object; only when the answer is written, and
//! only if there are errors, it is looked where their objects are.

use std::collections::HashMap;

use apollo_compiler::Name;
use federation::query_plan::{OutputValue, PositionId, QueryPlan, ShapeId, SlotId};
use serde_json::Value as Json;

use super::compiled_plan::CompiledPlan;
use super::errors::{ErrorList, ErrorTemplate, PathSegment, ResponsePath};
use super::representations::Asked;
use super::store::{ObjectAt, Store, Value};
use super::subgraph_answer::Layout;

/// An error about an object, or something below it.
#[derive(Debug)]
struct PlacedError {
    /// The object and the path from there; none if it is about nothing in particular.
    place: Option<(ObjectAt, ResponsePath)>,
    error: ErrorTemplate,
}

/// The errors that subgraphs have sent, up to a limit.
#[derive(Debug)]
pub(super) struct PlacedErrors {
    errors: Vec<PlacedError>,
    errors_max: usize,
    left_out: usize,
}

impl PlacedErrors {
    pub(super) fn new(errors_max: usize) -> Self {
        Self { errors: Vec::new(), errors_max, left_out: 0 }
    }

    /// Adds an error without a place.
    pub(super) fn push(&mut self, error: &ErrorTemplate) {
        self.add(|| PlacedError { place: None, error: error.clone() });
    }

    /// Adds an error at a subgraph's path below an object.
    pub(super) fn push_below(
        &mut self,
        paths: ClientPaths<'_>,
        object: Asked,
        below: &[Json],
        error: &ErrorTemplate,
    ) {
        self.add(|| PlacedError { place: Some(paths.below(object, below)), error: error.clone() });
    }

    pub(super) fn errors_max(&self) -> usize {
        self.errors_max
    }

    fn add(&mut self, error: impl FnOnce() -> PlacedError) {
        if self.errors.len() >= self.errors_max {
            self.left_out += 1;
        } else {
            self.errors.push(error());
        }
    }

    /// At every place of the client's answer that shows their objects.
    pub(super) fn resolve(self, paths: ClientPaths<'_>) -> ErrorList {
        let mut list = ErrorList::new(self.errors_max);
        let wanted = self.errors.iter().filter_map(|error| Some(error.place.as_ref()?.0));
        let found = paths.of_objects(wanted, self.errors_max);
        for PlacedError { place, error } in self.errors {
            let Some((object, below)) = place else {
                list.push(None, error);
                continue;
            };
            let places = found.get(&object).map(Vec::as_slice).unwrap_or_default();
            for path in places {
                list.push(Some([path.as_slice(), &below].concat()), error.clone());
            }
            if places.is_empty() {
                list.push(None, error);
            }
        }
        list.leave_out(self.left_out);
        list
    }
}

/// What paths into the client's answer are made from.
#[derive(Clone, Copy)]
pub(super) struct ClientPaths<'a> {
    pub(super) plan: &'a QueryPlan,
    pub(super) layout: Layout<'a>,
    pub(super) store: &'a Store,
}

impl ClientPaths<'_> {
    /// A subgraph's path below an object in the client's words, as far as it goes along the shape.
    fn below(&self, (shape, base): Asked, rest: &[Json]) -> (ObjectAt, ResponsePath) {
        let object = ObjectAt { position: self.compiled().shape(shape).position, base };
        let mut path = Vec::new();
        let mut shape = Some(shape);
        let mut value = Value::Object(base);
        for segment in rest {
            match segment {
                Json::String(key) => {
                    let Some((slot, child)) = self.field(shape, value, key) else { break };
                    let Some(id) = shape else { break };
                    path.push(PathSegment::Key(self.key(id, slot)));
                    value = match value {
                        Value::Object(base) => self.store.slot(base, slot),
                        _ => Value::Missing,
                    };
                    shape = child;
                }
                Json::Number(index) => {
                    let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                    let index = index.unwrap_or_default();
                    path.push(PathSegment::Index(index));
                    value = match value {
                        Value::List { start, length } => {
                            let items = self.store.items(start, length);
                            items.get(index).copied().unwrap_or(Value::Missing)
                        }
                        _ => Value::Missing,
                    };
                }
                _ => break,
            }
        }
        (object, path)
    }

    fn compiled(&self) -> &CompiledPlan {
        self.layout.compiled
    }

    /// The slot of a subgraph's key, of several the one for the object's type.
    fn field(
        &self,
        shape: Option<ShapeId>,
        value: Value,
        key: &str,
    ) -> Option<(SlotId, Option<ShapeId>)> {
        let shape = self.compiled().shape(shape?);
        let ty = match value {
            Value::Object(base) => {
                let object = ObjectAt { position: shape.position, base };
                self.store.runtime_type(self.compiled(), self.layout.graph, object)
            }
            _ => None,
        };
        let mut fields = shape.fields.iter().filter(|field| field.name() == key.as_bytes());
        let is_meant = |on: &federation::query_graph::TypeSet| ty.is_none_or(|ty| on.contains(ty));
        let field = fields.find(|field| field.on.as_ref().is_none_or(is_meant))?;
        Some((field.slot, field.child))
    }

    fn key(&self, shape: ShapeId, slot: SlotId) -> Name {
        self.client_key(self.compiled().shape(shape).position, slot)
    }

    /// What the client calls a slot; what subgraphs do where it has not asked for it.
    fn client_key(&self, position: PositionId, wanted: SlotId) -> Name {
        let position = self.plan.position(position);
        let output = position.output.iter().find(|output| match output.value {
            OutputValue::Field { slot, .. } => slot == wanted,
            OutputValue::Typename | OutputValue::Introspection => false,
        });
        let slot = &position.slots[wanted.index()];
        output.map_or(&slot.response_key, |output| &output.response_key).clone()
    }

    /// Every place of the client's answer that shows one of the objects; of each a limited number.
    fn of_objects(
        &self,
        wanted: impl Iterator<Item = ObjectAt>,
        places_max: usize,
    ) -> HashMap<ObjectAt, Vec<ResponsePath>> {
        let mut search = Search {
            paths: self,
            found: wanted.map(|object| (object, Vec::new())).collect(),
            leads_there: vec![false; self.compiled().positions.len()],
            path: Vec::new(),
            places_max,
        };
        for object in search.found.keys() {
            search.leads_there[object.position.index()] = true;
        }
        // Children come after their parents.
        for (index, position) in self.compiled().positions.iter().enumerate().rev() {
            let mut children = position.children.iter();
            search.leads_there[index] |=
                children.any(|(_, child)| search.leads_there[child.index()]);
        }
        search.object(ObjectAt::ROOT);
        search.found
    }
}

struct Search<'a> {
    paths: &'a ClientPaths<'a>,
    found: HashMap<ObjectAt, Vec<ResponsePath>>,
    /// By position, whether a wanted object may be there or below.
    leads_there: Vec<bool>,
    path: ResponsePath,
    places_max: usize,
}

impl Search<'_> {
    fn object(&mut self, object: ObjectAt) {
        if let Some(places) = self.found.get_mut(&object)
            && places.len() <= self.places_max
        {
            places.push(self.path.clone());
        }
        let ClientPaths { layout, store, .. } = *self.paths;
        for &(slot, child) in &layout.compiled.position(object.position).children {
            if !self.leads_there[child.index()] {
                continue;
            }
            let value = store.slot(object.base, slot);
            if value.is_open() {
                continue;
            }
            self.path.push(PathSegment::Key(self.paths.client_key(object.position, slot)));
            self.value(value, child);
            self.path.pop();
        }
    }

    fn value(&mut self, value: Value, position: PositionId) {
        match value {
            Value::Object(base) => self.object(ObjectAt { position, base }),
            Value::List { start, length } => {
                let items = self.paths.store.items(start, length);
                for (index, item) in items.iter().enumerate() {
                    self.path.push(PathSegment::Index(index));
                    self.value(*item, position);
                    self.path.pop();
                }
            }
            Value::Missing | Value::Null | Value::Leaf { .. } => {}
        }
    }
}

//! Where objects are in the client's answer, and what it calls the way to what is below them.

use std::collections::HashMap;

use apollo_compiler::Name;
use federation::query_plan::{OutputValue, PositionId, SlotId};

use super::Step;
use crate::executor::Execution;
use crate::executor::errors::{PathSegment, ResponsePath};
use crate::executor::store::{ObjectAt, Store, Value};

/// What paths into the client's answer are made from.
#[derive(Clone, Copy)]
pub(in crate::executor) struct ClientPaths<'a> {
    pub(in crate::executor) execution: &'a Execution<'a>,
    pub(in crate::executor) store: &'a Store,
}

/// A path into the client's answer, as far as that goes.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientPath {
    pub(super) keys: ResponsePath,
    /// Whether it goes on in what the client has not asked for.
    pub(super) is_hidden: bool,
}

impl ClientPaths<'_> {
    /// What the client calls a slot of an object, if it has asked for it.
    fn key(&self, position: PositionId, base: Option<u32>, wanted: SlotId) -> Option<Name> {
        let Execution { compiled, query_graph, plan, .. } = *self.execution;
        let ty = base.and_then(|base| {
            let object = ObjectAt { position, base };
            self.store.runtime_type(compiled, query_graph, object)
        });
        let mut output = plan.position(position).output.iter();
        let output = output.find(|output| {
            let is_slot = match output.value {
                OutputValue::Field { slot, .. } => slot == wanted,
                OutputValue::Typename | OutputValue::Introspection => false,
            };
            is_slot
                && ty.is_none_or(|ty| output.on.contains(ty))
                && self.execution.holds(output.when)
        });
        output.map(|output| output.response_key.clone())
    }

    /// The way on from a place, as far as the client sees it.
    pub(super) fn along(
        &self,
        place: &ClientPath,
        steps: impl Iterator<Item = (Value, Step)>,
    ) -> ClientPath {
        let mut path = place.clone();
        for (from, step) in steps {
            if path.is_hidden {
                break;
            }
            match step {
                Step::Index(index) => path.keys.push(PathSegment::Index(index)),
                Step::Slot(position, slot) => {
                    let base = match from {
                        Value::Object(base) => Some(base),
                        _ => None,
                    };
                    match self.key(position, base, slot) {
                        Some(key) => path.keys.push(PathSegment::Key(key)),
                        None => path.is_hidden = true,
                    }
                }
            }
        }
        path
    }

    /// Every place of the client's answer that shows one of the objects; of each a limited number.
    /// Of an object that the client does not see it is one place above it.
    pub(super) fn of_objects(
        &self,
        wanted: impl Iterator<Item = ObjectAt>,
        places_max: usize,
    ) -> HashMap<ObjectAt, Vec<ClientPath>> {
        let found: HashMap<ObjectAt, Vec<ClientPath>> =
            wanted.map(|object| (object, Vec::new())).collect();
        let wanted = found.keys().map(|object| object.position);
        let leads_there = self.execution.compiled.leading_to(wanted);
        let path = ClientPath::default();
        let mut search = Search { paths: self, found, leads_there, path, places_max };
        if !search.found.is_empty() {
            search.object(ObjectAt::ROOT);
        }
        search.found
    }
}

struct Search<'a> {
    paths: &'a ClientPaths<'a>,
    found: HashMap<ObjectAt, Vec<ClientPath>>,
    /// By position, whether a wanted object may be there or below.
    leads_there: Vec<bool>,
    path: ClientPath,
    places_max: usize,
}

impl Search<'_> {
    fn object(&mut self, object: ObjectAt) {
        if let Some(places) = self.found.get_mut(&object) {
            if !self.path.is_hidden {
                places.retain(|place| !place.is_hidden);
            }
            let places_max = if self.path.is_hidden { 0 } else { self.places_max };
            if places.len() <= places_max {
                places.push(self.path.clone());
            }
        }
        let ClientPaths { execution, store } = *self.paths;
        for &(slot, child) in &execution.compiled.position(object.position).children {
            let value = store.slot(object.base, slot);
            if !self.leads_there[child.index()] || value.is_open() {
                continue;
            }
            if self.path.is_hidden {
                self.value(value, child);
                continue;
            }
            match self.paths.key(object.position, Some(object.base), slot) {
                Some(key) => {
                    self.path.keys.push(PathSegment::Key(key));
                    self.value(value, child);
                    self.path.keys.pop();
                }
                None => {
                    self.path.is_hidden = true;
                    self.value(value, child);
                    self.path.is_hidden = false;
                }
            }
        }
    }

    fn value(&mut self, value: Value, position: PositionId) {
        match value {
            Value::Object(base) => self.object(ObjectAt { position, base }),
            Value::List { start, length } => {
                let items = self.paths.store.items(start, length);
                for (index, item) in items.iter().enumerate() {
                    if self.path.is_hidden {
                        self.value(*item, position);
                        continue;
                    }
                    self.path.keys.push(PathSegment::Index(index));
                    self.value(*item, position);
                    self.path.keys.pop();
                }
            }
            Value::Missing | Value::Null | Value::Leaf { .. } => {}
        }
    }
}

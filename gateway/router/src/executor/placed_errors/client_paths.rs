//! Where objects are in the client's answer, and what it calls the way to what is below them.

use std::collections::HashMap;

use federation::query_graph::TypeId;
use federation::query_plan::{PositionId, SlotId};

use super::Step;
use crate::executor::Execution;
use crate::executor::compiled_plan::{Branch, Next, OutputId, OutputLayout, OutputSource};
use crate::executor::errors::{PathSegment, ResponsePath};
use crate::executor::store::{ObjectAt, Store, Value};

/// What paths into the client's answer are made from.
#[derive(Clone, Copy)]
pub(in crate::executor) struct ClientPaths<'a> {
    pub(in crate::executor) execution: &'a Execution<'a>,
    pub(in crate::executor) store: &'a Store,
}

/// A path into the client's answer, as far as that goes.
#[derive(Debug, Clone)]
pub(super) struct ClientPath<'a> {
    pub(super) keys: ResponsePath,
    at: At<'a>,
}

/// What there is at the end of a path.
#[derive(Debug, Clone, Copy)]
enum At<'a> {
    /// An object, seen so.
    Object(OutputId),
    /// A value on the way to what a view shows.
    Way { next: &'a Next, joined: Option<Joined> },
    /// A leaf.
    Leaf,
    /// What the client has not asked for.
    Hidden,
    /// What the client has asked for, but of objects of other types, or under other conditions.
    OfOthers,
}

/// Lists on a way whose items a view has in one list.
#[derive(Debug, Clone, Copy)]
struct Joined {
    /// How many are still to come, each in the one before.
    lists: usize,
    /// Items of the one list that come before those from here.
    before: usize,
}

impl ClientPath<'_> {
    /// Whether it goes on in what the client has not asked for.
    pub(super) fn is_hidden(&self) -> bool {
        matches!(self.at, At::Hidden | At::OfOthers)
    }

    /// Whether it goes on in what the client has asked for of objects of other types only, or under
    /// other conditions: what happens there is nothing to the client.
    pub(super) fn is_of_others(&self) -> bool {
        matches!(self.at, At::OfOthers)
    }
}

impl<'a> ClientPaths<'a> {
    /// The fields in which the client sees an object, or something in it.
    fn fields(
        &self,
        output: OutputId,
        base: Option<u32>,
    ) -> impl Iterator<Item = &'a OutputLayout> + use<'a> {
        let ty = self.runtime_type(output, base);
        let execution = self.execution;
        let compiled = execution.compiled;
        compiled.output(output).fields.iter().filter(move |field| {
            field.on.as_ref().is_none_or(|on| ty.is_none_or(|ty| on.contains(ty)))
                && field.when.is_none_or(|when| execution.holds(compiled.conditions[when]))
        })
    }

    fn runtime_type(&self, output: OutputId, base: Option<u32>) -> Option<TypeId> {
        let Execution { compiled, query_graph, .. } = *self.execution;
        let object = ObjectAt { position: compiled.output(output).position, base: base? };
        self.store.runtime_type(compiled, query_graph, object)
    }

    /// Where a slot of an object leads: everywhere the client sees it, or on in the dark.
    fn below_slot(
        &self,
        path: &ClientPath<'a>,
        base: Option<u32>,
        wanted: SlotId,
    ) -> Vec<ClientPath<'a>> {
        let mut found = Vec::new();
        self.collect(path, base, wanted, &mut found);
        if found.is_empty() {
            let at = if self.is_of_others(path, wanted) { At::OfOthers } else { At::Hidden };
            found.push(ClientPath { keys: path.keys.clone(), at });
        }
        found
    }

    /// Whether the client asks for a slot, but not of this object, or not this time.
    fn is_of_others(&self, path: &ClientPath<'a>, wanted: SlotId) -> bool {
        let At::Object(output) = path.at else { return false };
        let fields = &self.execution.compiled.output(output).fields;
        fields.iter().any(|field| field.source.slot() == Some(wanted))
    }

    fn collect(
        &self,
        path: &ClientPath<'a>,
        base: Option<u32>,
        wanted: SlotId,
        found: &mut Vec<ClientPath<'a>>,
    ) {
        let output = match path.at {
            At::Object(output) => output,
            At::Way { next: Next::Through { branches, .. }, joined } => {
                let branches = branches.iter().filter(|branch| branch.slot == wanted);
                found.extend(branches.map(|branch| ClientPath {
                    keys: path.keys.clone(),
                    at: after(&branch.next, joined),
                }));
                return;
            }
            At::Way { .. } | At::Leaf | At::Hidden | At::OfOthers => return,
        };
        for field in self.fields(output, base) {
            let at = match &field.source {
                OutputSource::Group { child, .. } => At::Object(*child),
                source if source.slot() != Some(wanted) => continue,
                OutputSource::Slot { child, .. } => child.map_or(At::Leaf, At::Object),
                OutputSource::Way(way) => {
                    after(&way.next, way.joined.map(|lists| Joined { lists, before: 0 }))
                }
                OutputSource::Typename | OutputSource::Introspection => continue,
            };
            let mut keys = path.keys.clone();
            keys.push(PathSegment::key(field.name()));
            let below = ClientPath { keys, at };
            match &field.source {
                OutputSource::Group { .. } => self.collect(&below, base, wanted, found),
                _ => found.push(below),
            }
        }
    }

    /// The way on from a place, as far as the client sees it.
    pub(super) fn along(
        &self,
        place: &ClientPath<'a>,
        steps: impl Iterator<Item = (Value, Step)>,
    ) -> Vec<ClientPath<'a>> {
        let mut paths = vec![place.clone()];
        for (from, step) in steps {
            let mut on = Vec::with_capacity(paths.len());
            for path in paths {
                match step {
                    _ if path.is_hidden() => on.push(path),
                    Step::Index(index) => {
                        let items = self.items(from);
                        let earlier = items.iter().take(index);
                        let before = earlier.map(|item| self.adds(path.at, *item)).sum();
                        on.push(into_item(path, index, before));
                    }
                    Step::Slot(_, slot) => {
                        let base = match from {
                            Value::Object(base) => Some(base),
                            _ => None,
                        };
                        on.extend(self.below_slot(&path, base, slot));
                    }
                }
            }
            paths = on;
        }
        paths
    }

    fn items(&self, list: Value) -> &'a [Value] {
        match list {
            Value::List { start, length } => self.store.items(start, length),
            _ => &[],
        }
    }

    /// How many items an item of a list adds to the one list that its own lists are joined into;
    /// none where it has a place itself.
    fn adds(&self, list: At<'a>, item: Value) -> usize {
        match list {
            At::Way { next, joined: Some(Joined { lists, .. }) } if lists > 1 => {
                self.joined_items(next, lists - 1, item)
            }
            _ => 0,
        }
    }

    /// As completion joins them: what is null on the way adds nothing.
    fn joined_items(&self, next: &Next, lists: usize, value: Value) -> usize {
        match (value, next) {
            (Value::List { length, .. }, _) if lists == 1 => length as usize,
            (list @ Value::List { .. }, _) => {
                let items = self.items(list).iter();
                items.map(|item| self.joined_items(next, lists - 1, *item)).sum()
            }
            (Value::Object(base), Next::Through { position, branches, lists: theirs })
                if *theirs == lists =>
            {
                let Execution { compiled, query_graph, .. } = *self.execution;
                let object = ObjectAt { position: *position, base };
                let ty = self.store.runtime_type(compiled, query_graph, object);
                let is_meant = |branch: &&Branch| {
                    branch.on.as_ref().is_none_or(|on| ty.is_some_and(|ty| on.contains(ty)))
                };
                branches.iter().find(is_meant).map_or(0, |branch| {
                    self.joined_items(&branch.next, lists, self.store.slot(base, branch.slot))
                })
            }
            _ => 0,
        }
    }

    /// Every place of the client's answer that shows one of the objects; of each a limited number.
    /// Of an object that the client does not see it is one place above it.
    pub(super) fn of_objects(
        &self,
        wanted: impl Iterator<Item = ObjectAt>,
        places_max: usize,
    ) -> HashMap<ObjectAt, Vec<ClientPath<'a>>> {
        let found: HashMap<ObjectAt, Vec<ClientPath<'a>>> =
            wanted.map(|object| (object, Vec::new())).collect();
        let wanted = found.keys().map(|object| object.position);
        let leads_there = self.execution.compiled.leading_to(wanted);
        let mut search = Search { paths: *self, found, leads_there, places_max };
        if !search.found.is_empty() {
            let root = ClientPath { keys: Vec::new(), at: At::Object(OutputId::ROOT) };
            search.object(ObjectAt::ROOT, &root);
        }
        search.found
    }
}

/// What a way leads to.
fn after(next: &Next, joined: Option<Joined>) -> At<'_> {
    match (next, joined) {
        (Next::Value(Some(seen)), None) => At::Object(*seen),
        (Next::Value(None), None) => At::Leaf,
        (next, joined) => At::Way { next, joined },
    }
}

/// An item of a list; those before it are so many of the one list that theirs is joined into.
fn into_item(mut path: ClientPath<'_>, index: usize, earlier: usize) -> ClientPath<'_> {
    match path.at {
        At::Way { next, joined: Some(Joined { lists, before }) } if lists > 1 => {
            let joined = Joined { lists: lists - 1, before: before + earlier };
            path.at = At::Way { next, joined: Some(joined) };
        }
        At::Way { next, joined: Some(Joined { before, .. }) } => {
            path.keys.push(PathSegment::Index(before + index));
            path.at = after(next, None);
        }
        _ => path.keys.push(PathSegment::Index(index)),
    }
    path
}

struct Search<'a> {
    paths: ClientPaths<'a>,
    found: HashMap<ObjectAt, Vec<ClientPath<'a>>>,
    /// By position, whether a wanted object may be there or below.
    leads_there: Vec<bool>,
    places_max: usize,
}

impl<'a> Search<'a> {
    fn object(&mut self, object: ObjectAt, path: &ClientPath<'a>) {
        self.note(object, path);
        let ClientPaths { execution, store } = self.paths;
        for &(slot, child) in &execution.compiled.position(object.position).children {
            let value = store.slot(object.base, slot);
            if !self.leads_there[child.index()] || value.is_open() {
                continue;
            }
            if path.is_hidden() {
                self.value(value, child, path);
                continue;
            }
            for below in self.paths.below_slot(path, Some(object.base), slot) {
                self.value(value, child, &below);
            }
        }
    }

    /// A place of an object, if it is wanted: one in the dark only where there is no other.
    fn note(&mut self, object: ObjectAt, path: &ClientPath<'a>) {
        let Some(places) = self.found.get_mut(&object) else { return };
        if !path.is_hidden() {
            places.retain(|place| !place.is_hidden());
        }
        let places_max = if path.is_hidden() { 0 } else { self.places_max };
        if places.len() <= places_max {
            places.push(path.clone());
        }
    }

    fn value(&mut self, value: Value, position: PositionId, path: &ClientPath<'a>) {
        match value {
            Value::Object(base) => self.object(ObjectAt { position, base }, path),
            Value::List { start, length } => {
                let items = self.paths.store.items(start, length);
                let mut earlier = 0;
                for (index, item) in items.iter().enumerate() {
                    if path.is_hidden() {
                        self.value(*item, position, path);
                    } else {
                        self.value(*item, position, &into_item(path.clone(), index, earlier));
                        earlier += self.paths.adds(path.at, *item);
                    }
                }
            }
            Value::Missing | Value::Null | Value::Leaf { .. } => {}
        }
    }
}

//! The entities a fetch asks for: written from their slots into the request, once each (Federation,
//! `_Any`).
//!
//! The batching of entity requests is here: the objects of all targets of an input become one list,
//! and equal representations, compared by their bytes, become one item of it. An entity that the
//! same subgraph has told before is not asked for again.

mod writer;

use std::ops::Range;

use ahash::RandomState;
use federation::query_plan::{EntityInput, EntityTarget, FetchId, Reuse, ShapeId, SlotId};
use hashbrown::HashTable;

use super::compiled_plan::{RepresentationLayout, TargetLayout};
use super::store::{ObjectAt, Store, Value};
use super::subgraph_answer::Layout;
use writer::RepresentationWriter;
pub(super) use writer::Untold;

/// An object that a fetch asks for: how it is read, and where it is.
pub(super) type Asked = (ShapeId, u32);

/// What one input of a request asks for, and what has become of the objects that it does not.
#[derive(Debug, Default)]
pub(super) struct AskedInput {
    /// For each representation that is sent, the first object that it stands for.
    pub(super) first: Vec<Asked>,
    /// The others, with the place of their representation.
    pub(super) others: Vec<(usize, Asked)>,
    /// Objects whose key is null: they have nothing in the subgraph.
    pub(super) null_keys: Vec<Asked>,
    /// Objects of which something to tell has not been received.
    pub(super) incomplete: Vec<Asked>,
    /// Objects that the subgraph has told before.
    pub(super) known: Vec<Known>,
}

/// An object of which everything that is asked for can be copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) object: Asked,
    /// Whose slots are copied.
    pub(super) from: u32,
    /// Which target, and which of its reuses.
    pub(super) reuse: (usize, usize),
}

impl AskedInput {
    /// All objects that are asked for.
    pub(super) fn all_objects(&self) -> impl Iterator<Item = Asked> + '_ {
        self.first.iter().copied().chain(self.others.iter().map(|(_, asked)| *asked))
    }

    /// The objects that a representation stands for.
    pub(super) fn objects(&self, representation: usize) -> impl Iterator<Item = Asked> + '_ {
        let first = self.first.get(representation).copied();
        let others = self.others.iter().filter(move |(index, _)| *index == representation);
        first.into_iter().chain(others.map(|(_, asked)| *asked))
    }
}

/// What is known when a fetch is about to be sent.
#[derive(Clone, Copy)]
pub(super) struct Collector<'a> {
    pub(super) layout: Layout<'a>,
    pub(super) store: &'a Store,
    /// The objects that are asked for, if not all of a target's.
    pub(super) among: Option<&'a [u32]>,
    /// Whether a target is wanted.
    pub(super) is_wanted: &'a dyn Fn(&EntityTarget) -> bool,
    /// Whether something has gone wrong with a fetch.
    pub(super) has_failed: &'a dyn Fn(FetchId) -> bool,
}

impl Collector<'_> {
    /// Finds the objects of an input and writes what the subgraph must know of each, as a JSON
    /// list.
    pub(super) fn collect(
        &self,
        (input, layouts): (&EntityInput, &[TargetLayout]),
        body: &mut Vec<u8>,
    ) -> AskedInput {
        let mut asked = AskedInput::default();
        let mut sent = ByteTable::default();
        body.push(b'[');
        for (index, (target, layout)) in input.targets.iter().zip(layouts).enumerate() {
            if (self.is_wanted)(target) {
                self.collect_target((index, target, layout), &mut asked, &mut sent, body);
            }
        }
        body.push(b']');
        asked
    }

    fn collect_target(
        &self,
        (target_index, target, layout): (usize, &EntityTarget, &TargetLayout),
        asked: &mut AskedInput,
        sent: &mut ByteTable,
        body: &mut Vec<u8>,
    ) {
        let objects = self.among.unwrap_or_else(|| self.store.listed(target.position));
        if objects.is_empty() {
            return;
        }
        let told = self.told_before(target, layout);
        let writer = RepresentationWriter { layout: self.layout, store: self.store };
        for &base in objects {
            let object = (target.shape, base);
            let before = body.len();
            if !asked.first.is_empty() {
                body.push(b',');
            }
            let start = body.len();
            let at = ObjectAt { position: target.position, base };
            match writer.write(&layout.representations, at, body) {
                Ok(true) => {}
                Ok(false) => {
                    body.truncate(before);
                    continue;
                }
                Err(untold) => {
                    body.truncate(before);
                    match untold {
                        Untold::NullKey => asked.null_keys.push(object),
                        Untold::Incomplete => asked.incomplete.push(object),
                    }
                    continue;
                }
            }
            let known = told.iter().find_map(|told| {
                let from = told.find(&body[start..])?;
                self.can_copy(target, told.reuse(target), from, base).then_some(Known {
                    object,
                    from,
                    reuse: (target_index, told.index),
                })
            });
            if let Some(known) = known {
                asked.known.push(known);
                body.truncate(before);
                continue;
            }
            let next = asked.first.len();
            match sent.insert(body, start..body.len(), next) {
                None => asked.first.push(object),
                Some(existing) => {
                    asked.others.push((existing, object));
                    body.truncate(before);
                }
            }
        }
    }

    /// What the subgraph has told already of what may be among the target's objects.
    fn told_before(&self, target: &EntityTarget, layout: &TargetLayout) -> Vec<Told> {
        let reuses = target.reuse.iter().zip(&layout.reuse).enumerate();
        let usable = reuses.filter(|(_, (reuse, _))| !(self.has_failed)(reuse.from));
        usable.map(|(index, (reuse, layouts))| self.told(index, reuse, layouts)).collect()
    }

    fn told(&self, index: usize, reuse: &Reuse, layouts: &[RepresentationLayout]) -> Told {
        let writer = RepresentationWriter { layout: self.layout, store: self.store };
        let mut told =
            Told { index, bytes: Vec::new(), table: ByteTable::default(), objects: Vec::new() };
        for &base in self.store.listed(reuse.position) {
            let start = told.bytes.len();
            let at = ObjectAt { position: reuse.position, base };
            let is_told = writer.write(layouts, at, &mut told.bytes) == Ok(true)
                && reuse.copies.iter().any(|(slot, _)| !self.store.slot(base, *slot).is_missing());
            let range = start..told.bytes.len();
            let next = told.objects.len();
            if is_told && told.table.insert(&told.bytes, range, next).is_none() {
                told.objects.push(base);
            } else {
                told.bytes.truncate(start);
            }
        }
        told
    }

    /// Whether everything that is wanted of an object is there to be copied, and has a place to go.
    fn can_copy(&self, target: &EntityTarget, reuse: &Reuse, from: u32, to: u32) -> bool {
        let at = ObjectAt { position: target.position, base: to };
        let ty = self.store.runtime_type(self.layout.compiled, self.layout.graph, at);
        let fields = &self.layout.compiled.shape(target.shape).fields;
        let is_wanted = |slot: SlotId| {
            fields.iter().any(|field| {
                let on = field.on.as_ref();
                field.slot == slot && on.is_none_or(|on| ty.is_none_or(|ty| on.contains(ty)))
            })
        };
        reuse.copies.iter().all(|(theirs, ours)| {
            let (value, existing) = (self.store.slot(from, *theirs), self.store.slot(to, *ours));
            let has_place =
                value == existing || !matches!(existing, Value::Object(_) | Value::List { .. });
            has_place && (!value.is_missing() || !is_wanted(*ours))
        })
    }
}

/// Objects of an earlier fetch, by how they would be told to the subgraph.
struct Told {
    /// Which of the target's reuses.
    index: usize,
    bytes: Vec<u8>,
    table: ByteTable,
    objects: Vec<u32>,
}

impl Told {
    fn find(&self, representation: &[u8]) -> Option<u32> {
        self.table.find(&self.bytes, representation).map(|index| self.objects[index])
    }

    fn reuse<'t>(&self, target: &'t EntityTarget) -> &'t Reuse {
        &target.reuse[self.index]
    }
}

/// Ranges of a text by what they say: compared in full.
#[derive(Default)]
pub(super) struct ByteTable {
    table: HashTable<(Range<usize>, usize)>,
    hasher: RandomState,
}

impl ByteTable {
    /// Adds a range of the text with a number, unless an equal one is there: gives that one's.
    pub(super) fn insert(
        &mut self,
        text: &[u8],
        range: Range<usize>,
        number: usize,
    ) -> Option<usize> {
        let bytes = &text[range.clone()];
        if let Some(existing) = self.find(text, bytes) {
            return Some(existing);
        }
        let hasher = &self.hasher;
        let hash = hasher.hash_one(bytes);
        let rehash = |entry: &(Range<usize>, usize)| hasher.hash_one(&text[entry.0.clone()]);
        self.table.insert_unique(hash, (range, number), rehash);
        None
    }

    fn find(&self, text: &[u8], bytes: &[u8]) -> Option<usize> {
        let hash = self.hasher.hash_one(bytes);
        let found = self.table.find(hash, |entry| text[entry.0.clone()] == *bytes);
        found.map(|(_, number)| *number)
    }
}

//! Which objects of a fetch are told the same contexts: those are asked for in one request.
//!
//! A context's value is read from the nearest object above that gives one. Objects do not know what
//! is above them, so the values are carried down: from the highest position that may give one,
//! level by level, to the objects of the fetch. On this way no object belongs to two others.

use std::collections::HashMap;
use std::ops::Range;

use federation::query_graph::TypeId;
use federation::query_plan::{
    ContextLevel, ContextRead, ContextValue, EntityInput, EntityTarget, FetchId, PositionId,
    RepresentationField,
};

use super::errors::ErrorTemplate;
use super::representations::ByteTable;
use super::store::{ObjectAt, Store, Value};
use super::subgraph_answer::Layout;
use super::{Execution, Progress};

/// Requests into which contexts may split one fetch.
const REQUESTS_MAX: usize = 256;

/// Objects of a fetch that are told the same.
pub(super) struct ToldAlike<'a> {
    /// The variables and their values, as JSON.
    pub(super) values: Vec<(&'a str, Vec<u8>)>,
    pub(super) objects: Vec<u32>,
}

/// What an object is told: a range of a text; nothing if it has not been received.
type Told = Option<Range<usize>>;

impl<'p> Execution<'p> {
    /// The objects of a fetch that reads contexts, by what they are told, in the order in which
    /// they came. Those that cannot be told get an error.
    pub(super) fn told_alike(
        &self,
        id: FetchId,
        inputs: &'p [EntityInput],
        progress: &mut Progress,
    ) -> Vec<ToldAlike<'p>> {
        // What reads contexts is planned as one target.
        let targets = inputs.iter().flat_map(|input| &input.targets);
        let wanted = targets.filter(|target| self.is_met(&target.when));
        wanted.flat_map(|target| self.split(id, target, progress)).collect()
    }

    fn split(
        &self,
        id: FetchId,
        target: &'p EntityTarget,
        progress: &mut Progress,
    ) -> Vec<ToldAlike<'p>> {
        let mut text = Vec::new();
        let mut values: Vec<HashMap<u32, Told>> = Vec::new();
        for context in &target.contexts {
            let reader = ContextReader { layout: self.layout(), store: &progress.store };
            values.push(reader.carry_down(context, &mut text));
        }
        let objects = self.told_objects(target, &progress.store);
        let (mut known, mut keys) = (ByteTable::default(), Vec::new());
        let mut split: Vec<ToldAlike<'p>> = Vec::new();
        for base in objects {
            let told: Option<Vec<&[u8]>> =
                values.iter().map(|values| Some(&text[values.get(&base)?.clone()?])).collect();
            let object = (target.shape, base);
            let Some(told) = told else {
                let fetch = (id, self.plan.fetch(id));
                self.leave_out_incomplete(fetch, target, [object].iter(), progress);
                continue;
            };
            if let Some(error) = self.forbidden_null(id, target, &told) {
                self.fail_one(id, object, error, progress);
                continue;
            }
            let start = keys.len();
            told.iter().for_each(|value| {
                keys.extend_from_slice(value);
                keys.push(b',');
            });
            if let Some(index) = known.insert(&keys, start..keys.len(), split.len()) {
                keys.truncate(start);
                split[index].objects.push(base);
            } else if split.len() == REQUESTS_MAX {
                let service = &self.plan.fetch(id).service;
                let error = ErrorTemplate::too_many_contexts(service, REQUESTS_MAX);
                self.fail_one(id, object, error, progress);
            } else {
                let names = target.contexts.iter().map(|context| context.variable.as_str());
                let values = names.zip(told).map(|(name, value)| (name, value.to_vec())).collect();
                split.push(ToldAlike { values, objects: vec![base] });
            }
        }
        split
    }

    /// An error if a value is null that may not be.
    fn forbidden_null(
        &self,
        id: FetchId,
        target: &EntityTarget,
        told: &[&[u8]],
    ) -> Option<ErrorTemplate> {
        let mut contexts = target.contexts.iter().zip(told);
        let null = contexts.find(|(context, told)| context.ty.is_non_null() && *told == b"null")?;
        let service = &self.plan.fetch(id).service;
        Some(ErrorTemplate::null_context(service, &null.0.ty.to_string()))
    }

    /// The objects of the types that the subgraph is told of.
    fn told_objects(&self, target: &EntityTarget, store: &Store) -> Vec<u32> {
        let is_told = |base: &u32| {
            let at = ObjectAt { position: target.position, base: *base };
            let ty = store.runtime_type(self.compiled, self.query_graph, at);
            let mut told = target.representations.iter();
            told.any(|one| ty.is_none_or(|ty| one.on.contains(ty)))
        };
        store.listed(target.position).iter().copied().filter(is_told).collect()
    }
}

#[derive(Clone, Copy)]
struct ContextReader<'a> {
    layout: Layout<'a>,
    store: &'a Store,
}

impl ContextReader<'_> {
    /// By object of the fetch, what it is told.
    fn carry_down(self, context: &ContextValue, text: &mut Vec<u8>) -> HashMap<u32, Told> {
        let start = text.len();
        text.extend(b"null");
        let nothing = Some(start..text.len());
        let Some(first) = context.levels.first() else { return HashMap::new() };
        let top = self.store.listed(first.position).iter();
        let mut carried: Vec<(u32, Told)> = top.map(|base| (*base, nothing.clone())).collect();
        for level in &context.levels {
            let mut below = Vec::new();
            for (base, told) in carried {
                let told = self.read(level, base, text).unwrap_or(told);
                self.objects(self.store.slot(base, level.slot), &mut |base| {
                    below.push((base, told.clone()));
                });
            }
            carried = below;
        }
        carried.into_iter().collect()
    }

    /// What one object gives, if its type gives anything.
    fn read(self, level: &ContextLevel, base: u32, text: &mut Vec<u8>) -> Option<Told> {
        let object = ObjectAt { position: level.position, base };
        if level.reads.is_empty() {
            return None;
        }
        let ty = self.runtime_type(object);
        let mut reads = level.reads.iter();
        let (_, read) = reads.find(|(on, _)| ty.is_none_or(|ty| on.contains(ty)))?;
        let start = text.len();
        let is_written = match read {
            ContextRead::Nothing => {
                text.extend(b"null");
                Some(())
            }
            ContextRead::Typename => self.typename(object, text),
            ContextRead::Field(field) => self.field(object, field, text),
        };
        if is_written.is_none() {
            text.truncate(start);
        }
        Some(is_written.map(|()| start..text.len()))
    }

    fn runtime_type(self, object: ObjectAt) -> Option<TypeId> {
        self.store.runtime_type(self.layout.compiled, self.layout.graph, object)
    }

    fn typename(self, object: ObjectAt, text: &mut Vec<u8>) -> Option<()> {
        let ty = self.runtime_type(object)?;
        text.push(b'"');
        text.extend(self.layout.graph.ty(ty).name.as_bytes());
        text.push(b'"');
        Some(())
    }

    fn field(
        self,
        object: ObjectAt,
        field: &RepresentationField,
        text: &mut Vec<u8>,
    ) -> Option<()> {
        let child = self.layout.compiled.child(object.position, field.slot);
        let value = self.store.slot(object.base, field.slot);
        self.value((value, child), &field.children, text)
    }

    /// A leaf, where lists stay lists and objects are what is read of them.
    fn value(
        self,
        (value, child): (Value, Option<PositionId>),
        children: &[RepresentationField],
        text: &mut Vec<u8>,
    ) -> Option<()> {
        match (value, child) {
            (Value::Missing, _) | (Value::Object(_), None) => None,
            (Value::Null, _) => {
                text.extend(b"null");
                Some(())
            }
            (Value::Leaf { .. }, Some(_)) => None,
            (Value::Leaf { body, start, length }, None) => {
                text.extend_from_slice(self.store.token(body, start, length));
                Some(())
            }
            (Value::List { start, length }, _) => {
                text.push(b'[');
                for (index, item) in self.store.items(start, length).iter().enumerate() {
                    if index > 0 {
                        text.push(b',');
                    }
                    self.value((*item, child), children, text)?;
                }
                text.push(b']');
                Some(())
            }
            (Value::Object(base), Some(position)) => {
                let object = ObjectAt { position, base };
                let ty = self.runtime_type(object);
                let is_meant = |field: &&RepresentationField| match (&field.on, ty) {
                    (Some(on), Some(ty)) => on.contains(ty),
                    _ => true,
                };
                match children.iter().find(is_meant) {
                    Some(field) if field.name != "__typename" => self.field(object, field, text),
                    _ => self.typename(object, text),
                }
            }
        }
    }

    /// Every object of a value.
    fn objects(self, value: Value, each: &mut impl FnMut(u32)) {
        match value {
            Value::Object(base) => each(base),
            Value::List { start, length } => {
                for item in self.store.items(start, length) {
                    self.objects(*item, each);
                }
            }
            Value::Missing | Value::Null | Value::Leaf { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests;

//! What has been received so far: one arena of slots, laid out by the plan.
//!
//! An object is the place of its first slot; how many it has, and what is in which, its position
//! says. Leaves are places in the bodies they came in: checked, never decoded or copied. Nothing is
//! ever taken out; an answer that proves to be broken is undone as a whole.

use std::collections::HashSet;

use bytes::Bytes;
use federation::query_graph::{QueryGraph, TypeId};
use federation::query_plan::{PositionId, SlotId};

use super::compiled_plan::CompiledPlan;

/// Slots and list items of one execution. Beyond it an answer is refused: a short text of empty
/// objects would otherwise occupy many times its length.
const VALUES_MAX: usize = 1 << 26;

/// What is in a slot. Twelve bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// Nobody has said anything yet.
    Missing,
    Null,
    /// A raw JSON token, or for custom scalars any JSON text: bytes of a body.
    Leaf {
        body: u16,
        start: u32,
        length: u32,
    },
    /// The object whose slots begin there. Its position is that of the slot's child.
    Object(u32),
    /// Neighbours among the items.
    List {
        start: u32,
        length: u32,
    },
}

impl Value {
    pub(super) fn is_missing(self) -> bool {
        self == Self::Missing
    }

    /// Whether anything may still take its place.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Missing | Self::Null)
    }
}

/// Where a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Slot(u32),
    Item(u32),
}

/// An object of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ObjectAt {
    pub(super) position: PositionId,
    pub(super) base: u32,
}

impl ObjectAt {
    /// The root of the answer.
    pub(super) const ROOT: Self = Self { position: PositionId::ROOT, base: 0 };
}

/// The arena. Made by an execution; filled by `subgraph_answer`, read by `representations` and
/// `completion`.
#[derive(Debug)]
pub(super) struct Store {
    slots: Vec<Value>,
    items: Vec<Value>,
    bodies: Vec<Bytes>,
    /// By position, the objects that fetches ask for.
    listed: Vec<Vec<u32>>,
    /// Objects that several others have.
    shared: HashSet<u32>,
    /// What was in older cells before the answer that is being read.
    overwritten: Vec<(Cell, Value)>,
    /// Slots and items that there were before it.
    mark: (usize, usize),
}

impl Store {
    /// An empty root.
    pub(super) fn new(compiled: &CompiledPlan) -> Self {
        let root_slots = compiled.position(PositionId::ROOT).slot_count;
        let mut listed = vec![Vec::new(); compiled.positions.len()];
        if compiled.position(PositionId::ROOT).is_listed {
            listed[PositionId::ROOT.index()].push(ObjectAt::ROOT.base);
        }
        Self {
            slots: vec![Value::Missing; root_slots],
            items: Vec::new(),
            bodies: Vec::new(),
            listed,
            shared: HashSet::new(),
            overwritten: Vec::new(),
            mark: (root_slots, 0),
        }
    }

    /// Begins with a new answer: gives its number.
    ///
    /// # Errors
    /// What is too much about it.
    pub(super) fn begin(&mut self, body: &Bytes) -> Result<u16, String> {
        let number = u16::try_from(self.bodies.len());
        let (Ok(number), Ok(_)) = (number, u32::try_from(body.len())) else {
            return Err("it is too large".to_owned());
        };
        self.mark = (self.slots.len(), self.items.len());
        self.overwritten.clear();
        self.bodies.push(body.clone());
        Ok(number)
    }

    /// Undoes everything since [`begin`](Self::begin), but for the body itself.
    pub(super) fn undo(&mut self) {
        for (cell, value) in self.overwritten.drain(..).rev() {
            match cell {
                Cell::Slot(index) => self.slots[index as usize] = value,
                Cell::Item(index) => self.items[index as usize] = value,
            }
        }
        let (slots, items) = self.mark;
        self.slots.truncate(slots);
        self.items.truncate(items);
        for objects in &mut self.listed {
            while objects.last().is_some_and(|base| *base as usize >= slots) {
                objects.pop();
            }
        }
    }

    /// A new object at a position.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn add_object(
        &mut self,
        compiled: &CompiledPlan,
        position: PositionId,
    ) -> Result<u32, String> {
        let layout = compiled.position(position);
        let base = index(self.slots.len())?;
        index(self.slots.len() + layout.slot_count)?;
        self.slots.resize(self.slots.len() + layout.slot_count, Value::Missing);
        if layout.is_listed {
            self.listed[position.index()].push(base);
        }
        Ok(base)
    }

    /// A new list.
    ///
    /// # Errors
    /// There are too many items.
    pub(super) fn add_list(&mut self, items: &[Value]) -> Result<Value, String> {
        let start = index(self.items.len())?;
        index(self.items.len() + items.len())?;
        self.items.extend_from_slice(items);
        Ok(Value::List { start, length: index(items.len())? })
    }

    /// A slot of an object.
    pub(super) fn slot(&self, base: u32, slot: SlotId) -> Value {
        self.slots[base as usize + slot.index()]
    }

    /// The items of a list.
    pub(super) fn items(&self, start: u32, length: u32) -> &[Value] {
        &self.items[start as usize..start as usize + length as usize]
    }

    pub(super) fn value(&self, cell: Cell) -> Value {
        match cell {
            Cell::Slot(index) => self.slots[index as usize],
            Cell::Item(index) => self.items[index as usize],
        }
    }

    /// Sets a cell, and remembers what was there if the answer that is read did not make it.
    pub(super) fn set(&mut self, cell: Cell, value: Value) {
        let (place, is_older) = match cell {
            Cell::Slot(index) => (&mut self.slots[index as usize], (index as usize) < self.mark.0),
            Cell::Item(index) => (&mut self.items[index as usize], (index as usize) < self.mark.1),
        };
        if is_older {
            self.overwritten.push((cell, *place));
        }
        *place = value;
    }

    /// Sets a slot after the answer is known to be whole.
    pub(super) fn set_slot(&mut self, base: u32, slot: SlotId, value: Value) {
        self.slots[base as usize + slot.index()] = value;
    }

    /// How long all bodies are.
    pub(super) fn bytes(&self) -> usize {
        self.bodies.iter().map(Bytes::len).sum()
    }

    /// A whole body.
    pub(super) fn body(&self, body: u16) -> Bytes {
        self.bodies[usize::from(body)].clone()
    }

    /// The bytes of a leaf.
    pub(super) fn token(&self, body: u16, start: u32, length: u32) -> &[u8] {
        &self.bodies[usize::from(body)][start as usize..start as usize + length as usize]
    }

    /// Copies slots of one object to another, below which nothing is moved: objects and lists are
    /// shared. False, and nothing is copied, if an object or a list of another would be lost.
    pub(super) fn copy_slots(
        &mut self,
        from: u32,
        to: u32,
        slots: impl Iterator<Item = (SlotId, SlotId)> + Clone,
    ) -> bool {
        let fits = slots.clone().all(|(theirs, ours)| {
            let existing = self.slot(to, ours);
            let is_composite = matches!(existing, Value::Object(_) | Value::List { .. });
            !is_composite || existing == self.slot(from, theirs)
        });
        if fits {
            for (theirs, ours) in slots {
                let value = self.slot(from, theirs);
                if !value.is_open() || self.slot(to, ours).is_missing() {
                    self.share(value);
                    self.set_slot(to, ours, value);
                }
            }
        }
        fits
    }

    /// Remembers that several objects have this one.
    fn share(&mut self, value: Value) {
        match value {
            Value::Object(base) => {
                self.shared.insert(base);
            }
            Value::List { start, length } => {
                for index in start..start + length {
                    self.share(self.items[index as usize]);
                }
            }
            Value::Missing | Value::Null | Value::Leaf { .. } => {}
        }
    }

    /// Whether several objects have this one.
    pub(super) fn is_shared(&self, base: u32) -> bool {
        !self.shared.is_empty() && self.shared.contains(&base)
    }

    /// The objects of a listed position, in the order in which they came.
    pub(super) fn listed(&self, position: PositionId) -> &[u32] {
        &self.listed[position.index()]
    }

    /// An object's type: what its `__typename` says, or its position's only one.
    pub(super) fn runtime_type(
        &self,
        compiled: &CompiledPlan,
        graph: &QueryGraph,
        object: ObjectAt,
    ) -> Option<TypeId> {
        let layout = compiled.position(object.position);
        let Some(typename) = layout.typename else { return layout.only_type };
        let Value::Leaf { body, start, length } = self.slot(object.base, typename) else {
            return None;
        };
        graph.type_id(plain_string(self.token(body, start, length))?)
    }

    /// The objects that an object lies in, and itself.
    pub(super) fn above(&self, compiled: &CompiledPlan, object: ObjectAt) -> HashSet<ObjectAt> {
        let leads_there = compiled.leading_to(std::iter::once(object.position));
        let mut above = HashSet::from([object]);
        self.leads_to(ObjectAt::ROOT, &mut above, (compiled, &leads_there));
        above
    }

    /// Whether an object is one of those that were found, or above one: then it is added.
    fn leads_to(
        &self,
        object: ObjectAt,
        found: &mut HashSet<ObjectAt>,
        (compiled, leads_there): (&CompiledPlan, &[bool]),
    ) -> bool {
        if found.contains(&object) {
            return true;
        }
        let mut is_above = false;
        for &(slot, position) in &compiled.position(object.position).children {
            let mut open = vec![self.slot(object.base, slot)];
            while let Some(value) = open.pop().filter(|_| leads_there[position.index()]) {
                match value {
                    Value::Object(base) => {
                        let child = ObjectAt { position, base };
                        is_above |= self.leads_to(child, found, (compiled, leads_there));
                    }
                    Value::List { start, length } => open.extend(self.items(start, length)),
                    Value::Missing | Value::Null | Value::Leaf { .. } => {}
                }
            }
        }
        if is_above {
            found.insert(object);
        }
        is_above
    }

    /// Whether an object is another or somewhere below it.
    pub(super) fn contains(
        &self,
        compiled: &CompiledPlan,
        above: ObjectAt,
        wanted: ObjectAt,
    ) -> bool {
        if above == wanted {
            return true;
        }
        let slots = compiled.position(above.position).children.iter();
        slots.copied().any(|(slot, position)| {
            let value = self.slot(above.base, slot);
            self.value_contains(compiled, (position, value), wanted)
        })
    }

    fn value_contains(
        &self,
        compiled: &CompiledPlan,
        (position, value): (PositionId, Value),
        wanted: ObjectAt,
    ) -> bool {
        match value {
            Value::Object(base) => self.contains(compiled, ObjectAt { position, base }, wanted),
            Value::List { start, length } => {
                let mut items = self.items(start, length).iter();
                items.any(|item| self.value_contains(compiled, (position, *item), wanted))
            }
            Value::Missing | Value::Null | Value::Leaf { .. } => false,
        }
    }
}

/// The text of a string token without escapes.
pub(super) fn plain_string(token: &[u8]) -> Option<&str> {
    let inner = token.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') { None } else { std::str::from_utf8(inner).ok() }
}

fn index(place: usize) -> Result<u32, String> {
    let index = u32::try_from(place).ok().filter(|_| place <= VALUES_MAX);
    index.ok_or_else(|| "it has more values than can be kept".to_owned())
}

#[cfg(test)]
mod tests;

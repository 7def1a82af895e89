//! What the client gets, and what nobody does.

use std::collections::BTreeSet;

use super::{Checker, Need, Reader};
use crate::operation::{Entry, EntryField};
use crate::query_graph::{TypeId, TypeSet};
use crate::query_plan::{DeliveryId, OutputField, OutputValue, Position, PositionId, ShapeId};

impl<'a> Checker<'a> {
    /// Every entry of the client's selections has its values, for all objects that can be there.
    pub(super) fn output(&mut self) {
        let plan = self.plan;
        if plan.positions[0].selection != Some(self.operation.root()) {
            self.find("the root does not answer the operation".to_owned());
        }
        // With what of the answer the objects of a position come.
        let mut seen = BTreeSet::from([(PositionId::ROOT, None)]);
        for (id, position) in (0u32..).map(PositionId).zip(&plan.positions) {
            let here: Vec<Option<DeliveryId>> =
                seen.range((id, None)..).take_while(|one| one.0 == id).map(|one| one.1).collect();
            if here.is_empty() {
                continue;
            }
            let operation = self.operation;
            let selection = position.selection.map(|id| operation.selection(id));
            let entries = selection.map(|it| it.entries.as_slice()).unwrap_or_default();
            let is_known = |output: &OutputField| (output.entry as usize) < entries.len();
            if !position.output.iter().all(is_known) {
                self.find(format!("position {}: there is output that nobody asked for", id.0));
            }
            // Whether an object is one that may be here at all is looked at in any case.
            let completed = position.selection.and(position.typename);
            self.read.extend(completed.map(|slot| (id, slot)));
            let occurring = self.occurring(id);
            for (index, entry) in entries.iter().enumerate() {
                let own = position.output.iter().filter(|it| it.entry as usize == index);
                let below = own.filter_map(|output| match output.value {
                    OutputValue::Field { slot, .. } => position.slots[slot.index()].child,
                    OutputValue::Typename | OutputValue::Introspection => None,
                });
                let below: Vec<PositionId> = below.collect();
                for around in &here {
                    let delivery = self.delivery_of(id, entry, *around);
                    seen.extend(below.iter().map(|child| (*child, delivery)));
                    self.entry(id, (index, entry), &occurring, delivery);
                }
            }
        }
    }

    /// An entry, for all types of objects that can be there.
    fn entry(
        &mut self,
        id: PositionId,
        (index, entry): (usize, &Entry),
        occurring: &TypeSet,
        delivery: Option<DeliveryId>,
    ) {
        let reader = Reader::Client(delivery);
        for ty in occurring.intersection(&entry.on).iter() {
            self.entry_of(id, (index, entry), ty, reader);
        }
        if !occurring.is_subset(&entry.on) || entry.field == EntryField::Typename {
            self.need_typename(id, self.operation.condition(entry.when), reader);
        }
    }

    fn entry_of(
        &mut self,
        id: PositionId,
        (index, entry): (usize, &Entry),
        ty: TypeId,
        by: Reader,
    ) {
        let plan = self.plan;
        let position: &Position = plan.position(id);
        let own = position.output.iter();
        let mut own = own.filter(|it| it.entry as usize == index && it.on.contains(ty));
        let key = &entry.response_key;
        let (Some(output), None) = (own.next(), own.next()) else {
            let of = &self.graph.ty(ty).name;
            self.find(format!("position {}: `{key}` of `{of}` is not answered once", id.0));
            return;
        };
        let is_right = match (&entry.field, output.value) {
            (EntryField::Typename, OutputValue::Typename)
            | (EntryField::Introspection, OutputValue::Introspection) => true,
            (EntryField::Field { id: asked, arguments }, OutputValue::Field { field, slot }) => {
                let when = self.operation.condition(entry.when);
                self.need(&Need { position: id, slot, ty, when, by });
                let held = self.contents.get(&(id, slot, ty));
                let name = &self.graph.field(*asked).name;
                let is_same =
                    held.is_none_or(|(held, with)| *held == name && *with == arguments.as_slice());
                let child = position.slots[slot.index()].child;
                let below = child.and_then(|child| plan.position(child).selection);
                *asked == field && is_same && below == entry.child
            }
            _ => false,
        };
        if !is_right || output.response_key != *key || output.when != entry.when {
            self.find(format!("position {}: `{key}` is answered with something else", id.0));
        }
    }

    /// What shapes read is asked for; several fields of one key need to know the type.
    pub(super) fn shapes(&mut self) {
        let plan = self.plan;
        for (id, shape) in (0u32..).map(ShapeId).zip(&plan.shapes) {
            let typename = plan.position(shape.position).typename;
            let is_first =
                typename.is_some() && typename == shape.fields.first().map(|first| first.slot);
            for (place, field) in shape.fields.iter().enumerate() {
                let key = &field.response_key;
                if !self.read_in.contains(&(id, place)) {
                    self.find(format!("shape {}: `{key}` is read, but not asked for", id.0));
                }
                let is_one_of_several =
                    shape.fields[..place].iter().any(|one| one.response_key == *key);
                if is_one_of_several && !is_first {
                    self.find(format!("shape {}: `{key}` is read before the type", id.0));
                }
                let typename = typename.filter(|_| is_one_of_several);
                self.read.extend(typename.map(|slot| (shape.position, slot)));
            }
        }
    }

    /// Nothing is asked for that nobody reads.
    pub(super) fn needless(&mut self) {
        let plan = self.plan;
        let unread = self.fills.keys().filter_map(|(fetch, shape, slot)| {
            let position = plan.shape(*shape).position;
            let key = &plan.position(position).slots[slot.index()].response_key;
            let is_read = self.read.contains(&(position, *slot));
            (!is_read).then(|| {
                format!("fetch {}: nobody reads `{key}` of position {}", fetch.0, position.0)
            })
        });
        let unread: Vec<String> = unread.collect();
        unread.into_iter().for_each(|finding| self.find(finding));
    }
}

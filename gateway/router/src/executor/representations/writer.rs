//! Writes one representation from an object's slots.

use federation::query_graph::TypeId;
use federation::query_plan::SlotId;

use crate::executor::compiled_plan::{RepresentationFieldLayout, RepresentationLayout};
use crate::executor::store::{ObjectAt, Store, Value};
use crate::executor::subgraph_answer::Layout;

/// Why an entity is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) enum Untold {
    /// Its key is null: it has nothing there, and that is no error.
    NullKey,
    /// Something was not received, or is not what the schema says.
    Incomplete,
}

pub(super) struct RepresentationWriter<'a> {
    pub(super) layout: Layout<'a>,
    pub(super) store: &'a Store,
}

impl RepresentationWriter<'_> {
    /// Writes an object's representation; false if objects of its type are not asked for. Of what
    /// is not `Ok(true)`, the beginning may have been written.
    pub(super) fn write(
        &self,
        layouts: &[RepresentationLayout],
        object: ObjectAt,
        out: &mut Vec<u8>,
    ) -> Result<bool, Untold> {
        let ty = self.runtime_type(object);
        let is_meant = |one: &&RepresentationLayout| match ty {
            Some(ty) => one.on.contains(ty),
            None => !one.needs_type,
        };
        let Some(layout) = layouts.iter().find(is_meant) else {
            return ty.map(|_| false).ok_or(Untold::Incomplete);
        };
        let is_null = |slot: &SlotId| self.store.slot(object.base, *slot) == Value::Null;
        if !layout.keys.is_empty() && layout.keys.iter().all(is_null) {
            return Err(Untold::NullKey);
        }
        out.extend_from_slice(&layout.head);
        self.fields(&layout.fields, (object, ty), out)?;
        out.push(b'}');
        Ok(true)
    }

    fn runtime_type(&self, object: ObjectAt) -> Option<TypeId> {
        self.store.runtime_type(self.layout.compiled, self.layout.graph, object)
    }

    /// The fields of an object of some type, each after what stands before it.
    fn fields(
        &self,
        fields: &[RepresentationFieldLayout],
        (object, ty): (ObjectAt, Option<TypeId>),
        out: &mut Vec<u8>,
    ) -> Result<(), Untold> {
        for field in fields {
            let applies = match (&field.on, ty) {
                (Some(on), Some(ty)) => on.contains(ty),
                _ => true,
            };
            if applies {
                out.extend_from_slice(&field.key);
                self.value(self.store.slot(object.base, field.slot), field, field.lists, out)?;
            }
        }
        Ok(())
    }

    /// A value with some lists around it, if it is known how many.
    fn value(
        &self,
        value: Value,
        field: &RepresentationFieldLayout,
        lists: Option<usize>,
        out: &mut Vec<u8>,
    ) -> Result<(), Untold> {
        match (value, field.child) {
            (Value::Missing, _) | (Value::Object(_), None) => return Err(Untold::Incomplete),
            (Value::Null, _) => out.extend(b"null"),
            (Value::Leaf { .. }, _) if !field.children.is_empty() => {
                return Err(Untold::Incomplete);
            }
            (Value::Leaf { body, start, length }, _) => {
                let token = self.store.token(body, start, length);
                if lists.is_some_and(|lists| lists > 0 || token.starts_with(b"{")) {
                    return Err(Untold::Incomplete);
                }
                out.extend_from_slice(token);
            }
            (Value::List { .. }, _) if lists == Some(0) => return Err(Untold::Incomplete),
            (Value::List { start, length }, _) => {
                let inner = lists.map(|lists| lists - 1);
                out.push(b'[');
                for (index, item) in self.store.items(start, length).iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.value(*item, field, inner, out)?;
                }
                out.push(b']');
            }
            (Value::Object(base), Some(position)) => {
                let object = ObjectAt { position, base };
                let start = out.len();
                self.fields(&field.children, (object, self.runtime_type(object)), out)?;
                // Every field begins with a comma.
                match out.get_mut(start) {
                    Some(first) => *first = b'{',
                    None => out.push(b'{'),
                }
                out.push(b'}');
            }
        }
        Ok(())
    }
}

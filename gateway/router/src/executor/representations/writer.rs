//! Writes one representation from an object's slots.

use federation::query_graph::TypeId;
use federation::query_plan::{PositionId, Representation, RepresentationField};

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
        recipes: &[Representation],
        object: ObjectAt,
        out: &mut Vec<u8>,
    ) -> Result<bool, Untold> {
        let ty = self.runtime_type(object);
        let is_meant = |recipe: &&Representation| ty.is_none_or(|ty| recipe.on.contains(ty));
        let Some(recipe) = recipes.iter().find(is_meant) else { return Ok(false) };
        let mut keys = recipe.fields.iter().filter(|field| field.is_key).peekable();
        let is_null =
            |field: &RepresentationField| self.store.slot(object.base, field.slot) == Value::Null;
        if keys.peek().is_some() && keys.all(is_null) {
            return Err(Untold::NullKey);
        }
        out.extend(b"{\"__typename\":\"");
        out.extend(recipe.type_name.as_bytes());
        out.push(b'"');
        self.fields(&recipe.fields, object, (ty, b','), out)?;
        out.push(b'}');
        Ok(true)
    }

    fn runtime_type(&self, object: ObjectAt) -> Option<TypeId> {
        self.store.runtime_type(self.layout.compiled, self.layout.graph, object)
    }

    /// The fields of an object of some type; gives what would stand before the next one.
    fn fields(
        &self,
        fields: &[RepresentationField],
        object: ObjectAt,
        (ty, mut separator): (Option<TypeId>, u8),
        out: &mut Vec<u8>,
    ) -> Result<u8, Untold> {
        for field in fields {
            let applies = match (&field.on, ty) {
                (Some(on), Some(ty)) => on.contains(ty),
                _ => true,
            };
            if !applies {
                continue;
            }
            out.push(separator);
            separator = b',';
            out.push(b'"');
            out.extend(field.name.as_bytes());
            out.extend(b"\":");
            let child = self.layout.compiled.child(object.position, field.slot);
            let value = self.store.slot(object.base, field.slot);
            self.value(value, child, &field.children, out)?;
        }
        Ok(separator)
    }

    fn value(
        &self,
        value: Value,
        child: Option<PositionId>,
        children: &[RepresentationField],
        out: &mut Vec<u8>,
    ) -> Result<(), Untold> {
        match (value, child) {
            (Value::Missing, _) | (Value::Object(_), None) => return Err(Untold::Incomplete),
            (Value::Null, _) => out.extend(b"null"),
            (Value::Leaf { .. }, _) if !children.is_empty() => return Err(Untold::Incomplete),
            (Value::Leaf { body, start, length }, _) => {
                out.extend_from_slice(self.store.token(body, start, length));
            }
            (Value::List { start, length }, _) => {
                out.push(b'[');
                for (index, item) in self.store.items(start, length).iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.value(*item, child, children, out)?;
                }
                out.push(b']');
            }
            (Value::Object(base), Some(position)) => {
                let object = ObjectAt { position, base };
                let separator =
                    self.fields(children, object, (self.runtime_type(object), b'{'), out)?;
                out.extend(if separator == b'{' { b"{}".as_slice() } else { b"}" });
            }
        }
        Ok(())
    }
}

//! Reads the objects of an answer into their slots: what is there already is added to.
//!
//! Objects and lists are joined in place, list by index. A leaf that is there stays, null gives way
//! to anything, and an object against a leaf is a misfit that its caller is told of.

use std::ops::Range;

use federation::query_graph::TypeId;
use federation::query_plan::ShapeId;

use super::{ItemKind, Layout};
use crate::executor::compiled_plan::{ShapeFieldLayout, ShapeLayout};
use crate::executor::json_text::JsonText;
use crate::executor::store::{Cell, ObjectAt, Store, Value, plain_string};

pub(super) struct ObjectReader<'a, 's> {
    pub(super) json: JsonText<'a>,
    store: &'s mut Store,
    layout: Layout<'a>,
    body: u16,
    /// Items of lists that have not ended yet.
    unfinished: Vec<Value>,
    misfits: usize,
}

/// What is known of an object while it is read.
struct Reading<'a> {
    shape: &'a ShapeLayout,
    base: u32,
    /// The field that should come next.
    expected: usize,
    /// Its type, where that has been asked for.
    ty: Option<TypeId>,
}

impl<'a, 's> ObjectReader<'a, 's> {
    pub(super) fn new(
        store: &'s mut Store,
        layout: Layout<'a>,
        json: JsonText<'a>,
        body: u16,
    ) -> Self {
        Self { json, store, layout, body, unfinished: Vec::new(), misfits: 0 }
    }

    /// The place in the body.
    pub(super) fn start(&self) -> Result<u32, String> {
        place(self.json.position)
    }

    /// A value that should be an object, into the slots that begin at `base`.
    pub(super) fn entity(&mut self, shape: ShapeId, base: u32) -> Result<ItemKind, String> {
        let misfits = self.misfits;
        match self.json.peek() {
            Some(b'{') => {
                self.object(shape, base)?;
                let fits = self.misfits == misfits;
                Ok(if fits { ItemKind::Read } else { ItemKind::Misfit })
            }
            Some(b'n') => {
                self.json.word("null")?;
                Ok(ItemKind::Null)
            }
            _ => {
                self.json.skip_value()?;
                Ok(ItemKind::Other)
            }
        }
    }

    fn object(&mut self, shape: ShapeId, base: u32) -> Result<(), String> {
        let shape = self.layout.compiled.shape(shape);
        let mut reading = Reading { shape, base, expected: 0, ty: None };
        let mut more = self.json.open_object()?;
        while more {
            match self.field(&mut reading)? {
                Some(field) => {
                    let cell = Cell::Slot(base + field.slot.0);
                    let existing = self.store.value(cell);
                    let value = self.value(field.child, existing)?;
                    if value != existing {
                        self.store.set(cell, value);
                    }
                }
                None => {
                    self.json.skip_value()?;
                }
            }
            more = self.json.next_field()?;
        }
        Ok(())
    }

    /// Reads a key: the field it is, if it is one. Most often it is the one after the last.
    #[inline]
    fn field(&mut self, reading: &mut Reading<'a>) -> Result<Option<&'a ShapeFieldLayout>, String> {
        if let Some(field) = reading.shape.fields.get(reading.expected)
            && field.on.is_none()
            && self.json.take(&field.key)
        {
            reading.expected += 1;
            self.json.white_space();
            return Ok(Some(field));
        }
        let key = self.json.key()?;
        Ok(self.find(reading, &key))
    }

    fn find(
        &mut self,
        reading: &mut Reading<'a>,
        key: &Range<usize>,
    ) -> Option<&'a ShapeFieldLayout> {
        let text = self.json.text();
        let raw = &text[key.clone()];
        let decoded = raw.contains(&b'\\').then(|| self.json.key_text(key));
        let name = decoded.as_ref().map_or(raw, |text| text.as_bytes());
        let fields = &reading.shape.fields;
        for index in (reading.expected..fields.len()).chain(0..reading.expected) {
            let field = &fields[index];
            if field.name() == name && self.is_meant(reading, field) {
                reading.expected = index + 1;
                return Some(field);
            }
        }
        None
    }

    /// Whether the field is for objects of this one's type; if that is not known, it is taken.
    fn is_meant(&self, reading: &mut Reading<'a>, field: &ShapeFieldLayout) -> bool {
        let Some(on) = &field.on else { return true };
        if reading.ty.is_none() {
            reading.ty = self.runtime_type(reading);
        }
        reading.ty.is_none_or(|ty| on.contains(ty))
    }

    /// What the object's slots say, or what is still to come of it.
    fn runtime_type(&self, reading: &Reading<'a>) -> Option<TypeId> {
        let Layout { compiled, graph } = self.layout;
        let object = ObjectAt { position: reading.shape.position, base: reading.base };
        let known = self.store.runtime_type(compiled, graph, object);
        known.or_else(|| {
            let key = reading.shape.typename_key.as_ref()?;
            let token = value_ahead(self.json.clone(), key)?;
            graph.type_id(plain_string(&self.json.text()[token])?)
        })
    }

    /// What a cell has after the value has been read into it.
    fn value(&mut self, child: Option<ShapeId>, existing: Value) -> Result<Value, String> {
        match (self.json.peek(), child) {
            (Some(b'{'), Some(shape)) => self.child_object(shape, existing),
            (Some(b'['), _) => match existing {
                Value::Missing | Value::Null => self.list(child),
                Value::List { start, length } => {
                    self.list_again(child, start, length)?;
                    Ok(existing)
                }
                Value::Leaf { .. } | Value::Object(_) => self.misfit(existing),
            },
            (Some(b'n'), _) => {
                self.json.word("null")?;
                Ok(if existing.is_missing() { Value::Null } else { existing })
            }
            _ => match existing {
                Value::Missing | Value::Null => {
                    let token = self.json.skip_value()?;
                    let (start, length) = (place(token.start)?, place(token.len())?);
                    Ok(Value::Leaf { body: self.body, start, length })
                }
                Value::Leaf { .. } => {
                    self.json.skip_value()?;
                    Ok(existing)
                }
                Value::Object(_) | Value::List { .. } => self.misfit(existing),
            },
        }
    }

    fn child_object(&mut self, shape: ShapeId, existing: Value) -> Result<Value, String> {
        let value = match existing {
            Value::Object(_) => existing,
            Value::Missing | Value::Null => {
                let compiled = self.layout.compiled;
                let position = compiled.shape(shape).position;
                Value::Object(self.store.add_object(compiled, position)?)
            }
            Value::Leaf { .. } | Value::List { .. } => return self.misfit(existing),
        };
        if let Value::Object(base) = value {
            self.object(shape, base)?;
        }
        Ok(value)
    }

    /// Lists of leaves are lists, so that their items can be completed one by one.
    fn list(&mut self, child: Option<ShapeId>) -> Result<Value, String> {
        let first = self.unfinished.len();
        let mut more = self.json.open_list()?;
        while more {
            let value = self.value(child, Value::Missing)?;
            self.unfinished.push(value);
            more = self.json.next_item()?;
        }
        let list = self.store.add_list(&self.unfinished[first..])?;
        self.unfinished.truncate(first);
        Ok(list)
    }

    /// Another subgraph's view of a list that is there: item by item.
    fn list_again(
        &mut self,
        child: Option<ShapeId>,
        start: u32,
        length: u32,
    ) -> Result<(), String> {
        let mut index = 0;
        let mut more = self.json.open_list()?;
        while more {
            if index < length {
                let cell = Cell::Item(start + index);
                let existing = self.store.value(cell);
                let value = self.value(child, existing)?;
                if value != existing {
                    self.store.set(cell, value);
                }
                index += 1;
            } else {
                self.misfit(Value::Null)?;
                index = length.saturating_add(1);
            }
            more = self.json.next_item()?;
        }
        if index < length {
            self.misfits += 1;
        }
        Ok(())
    }

    /// What is there stays; the value does not fit with it.
    fn misfit(&mut self, existing: Value) -> Result<Value, String> {
        self.misfits += 1;
        self.json.skip_value()?;
        Ok(existing)
    }
}

/// The value of a key that comes later in the object of which a key has just been read.
fn value_ahead(mut json: JsonText<'_>, wanted: &str) -> Option<Range<usize>> {
    json.skip_value().ok()?;
    while json.next_field().ok()? {
        let key = json.key().ok()?;
        let is_wanted = json.key_text(&key) == wanted;
        let value = json.skip_value().ok()?;
        if is_wanted {
            return Some(value);
        }
    }
    None
}

fn place(index: usize) -> Result<u32, String> {
    u32::try_from(index).map_err(|_| "it is too large".to_owned())
}

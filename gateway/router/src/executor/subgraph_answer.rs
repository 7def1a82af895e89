//! Reads a subgraph's answer along the plan's shapes, straight into the slots.
//!
//! One pass over the bytes: known keys are kept, unknown ones skipped, leaves stay raw tokens. The
//! whole text is checked to be JSON, so that raw tokens may be copied to the client; if it is not,
//! the slots are as they were before.

mod object;

use bytes::Bytes;
use federation::query_graph::QueryGraph;
use federation::query_plan::ShapeId;
use serde_json::Value as Json;

use super::compiled_plan::CompiledPlan;
use super::json_text::JsonText;
use super::store::Store;
use object::ObjectReader;

/// Where the objects of an answer belong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Destination<'a> {
    /// `data` itself is the object that begins there.
    Root { shape: ShapeId, base: u32 },
    /// Each key of `data` is a list of entities.
    Entities(&'a [EntityList<'a>]),
}

/// One list of entities: item by item, where it belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntityList<'a> {
    pub(super) response_key: &'a str,
    pub(super) objects: &'a [(ShapeId, u32)],
}

/// What has been read.
#[derive(Debug, Default)]
pub(super) struct SubgraphAnswer {
    /// The number of its body.
    pub(super) body: u16,
    /// Where `data` is, if it is an object.
    pub(super) data: Option<Item>,
    /// For each list of entities, what came; none if no list did.
    pub(super) lists: Vec<Option<Vec<Item>>>,
    /// As the subgraph sent them.
    pub(super) errors: Vec<Json>,
}

/// An object that was to be read, and where it is in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    pub(super) start: u32,
}

/// What has become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// It is in its slots.
    Read,
    /// It is in its slots as far as it fits with what others gave.
    Misfit,
    Null,
    /// It is no object.
    Other,
}

/// The parts that every reading needs.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) compiled: &'a CompiledPlan,
    pub(super) graph: &'a QueryGraph,
}

/// Reads an answer; the message says what is not right about it.
///
/// A list with more or fewer entities than were asked for is noted in `lists` with the items that
/// came, and nothing of the answer is in the slots.
pub(super) fn read(
    store: &mut Store,
    layout: Layout<'_>,
    body: &Bytes,
    destination: Destination<'_>,
) -> Result<SubgraphAnswer, String> {
    if std::str::from_utf8(body).is_err() {
        return Err("it is not UTF-8".to_owned());
    }
    let number = store.begin(body)?;
    let json = JsonText::new(body);
    let mut reader = AnswerReader {
        objects: ObjectReader::new(store, layout, json, number),
        answer: SubgraphAnswer { body: number, ..SubgraphAnswer::default() },
        has_data: false,
    };
    let read = reader.answer(destination);
    let AnswerReader { answer, .. } = reader;
    if read.is_err() || !fits(&answer, destination) {
        store.undo();
    }
    read.map(|()| answer)
}

/// Reads an object of an answer once more, for another place: what is it there.
pub(super) fn read_again(
    store: &mut Store,
    layout: Layout<'_>,
    (body, start): (u16, u32),
    (shape, base): (ShapeId, u32),
) -> ItemKind {
    let bytes = store.body(body);
    let json = JsonText::at(&bytes, start as usize);
    let mut objects = ObjectReader::new(store, layout, json, body);
    match objects.entity(shape, base) {
        Ok(kind) => kind,
        Err(_) => ItemKind::Misfit,
    }
}

/// Whether every list has as many items as were asked for.
fn fits(answer: &SubgraphAnswer, destination: Destination<'_>) -> bool {
    let Destination::Entities(lists) = destination else { return true };
    answer
        .lists
        .iter()
        .zip(lists)
        .all(|(came, list)| came.as_ref().is_none_or(|items| items.len() == list.objects.len()))
}

struct AnswerReader<'a, 's> {
    objects: ObjectReader<'a, 's>,
    answer: SubgraphAnswer,
    has_data: bool,
}

impl AnswerReader<'_, '_> {
    fn answer(&mut self, destination: Destination<'_>) -> Result<(), String> {
        self.objects.json.white_space();
        let mut more = self.objects.json.open_object()?;
        while more {
            let key = self.objects.json.key()?;
            match self.objects.json.key_text(&key).as_str() {
                "data" => self.data(destination)?,
                "errors" => self.answer.errors = self.errors()?,
                _ => {
                    self.objects.json.skip_value()?;
                }
            }
            more = self.objects.json.next_field()?;
        }
        self.objects.json.end()?;
        if !self.has_data && self.answer.errors.is_empty() {
            return Err("it has neither `data` nor `errors`".to_owned());
        }
        Ok(())
    }

    fn errors(&mut self) -> Result<Vec<Json>, String> {
        let range = self.objects.json.skip_value()?;
        match serde_json::from_slice(&self.objects.json.text()[range]) {
            Ok(Json::Array(errors)) => Ok(errors),
            Ok(Json::Null) => Ok(Vec::new()),
            Ok(_) => Err("its `errors` is not a list".to_owned()),
            Err(error) => Err(format!("its `errors` cannot be read: {error}")),
        }
    }

    fn data(&mut self, destination: Destination<'_>) -> Result<(), String> {
        self.has_data = true;
        let start = self.objects.start()?;
        match self.objects.json.peek() {
            Some(b'{') => {
                let kind = match destination {
                    Destination::Root { shape, base } => self.objects.entity(shape, base)?,
                    Destination::Entities(lists) => {
                        self.entities(lists)?;
                        ItemKind::Read
                    }
                };
                self.answer.data = Some(Item { kind, start });
                Ok(())
            }
            Some(b'n') => self.objects.json.word("null"),
            _ => {
                self.objects.json.skip_value()?;
                Err("its `data` is not an object".to_owned())
            }
        }
    }

    fn entities(&mut self, lists: &[EntityList<'_>]) -> Result<(), String> {
        self.answer.lists.resize_with(lists.len(), || None);
        let mut more = self.objects.json.open_object()?;
        while more {
            let key = self.objects.json.key()?;
            let key = self.objects.json.key_text(&key);
            let list = lists.iter().position(|list| list.response_key == key);
            match (list, self.objects.json.peek()) {
                (Some(index), Some(b'[')) => {
                    let items = self.entity_list(&lists[index])?;
                    self.answer.lists[index] = Some(items);
                }
                _ => {
                    self.objects.json.skip_value()?;
                }
            }
            more = self.objects.json.next_field()?;
        }
        Ok(())
    }

    fn entity_list(&mut self, list: &EntityList<'_>) -> Result<Vec<Item>, String> {
        let mut items = Vec::with_capacity(list.objects.len());
        let mut more = self.objects.json.open_list()?;
        while more {
            let start = self.objects.start()?;
            let kind = match list.objects.get(items.len()) {
                Some((shape, base)) => self.objects.entity(*shape, *base)?,
                None => {
                    self.objects.json.skip_value()?;
                    ItemKind::Other
                }
            };
            items.push(Item { kind, start });
            more = self.objects.json.next_item()?;
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests;

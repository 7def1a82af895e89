//! Reads a subgraph's answer along the shape the plan expects.
//!
//! One pass over the bytes: known keys are kept, unknown ones skipped, leaves stay raw tokens. The
//! whole text is checked to be JSON (RFC 8259), so that raw tokens may be copied to the client.

use std::ops::Range;

use bytes::Bytes;
use federation::query_plan::Shape;
use serde_json::Value;

use super::response_tree::{Node, Object};

/// Nesting of a subgraph's answer; deeper ones are refused.
const ANSWER_DEPTH_MAX: usize = 256;

/// A subgraph's answer (GraphQL §7.1).
#[derive(Debug)]
pub(super) struct SubgraphAnswer {
    /// Null when `data` is null or missing.
    pub(super) data: Node,
    /// As the subgraph sent them.
    pub(super) errors: Vec<Value>,
}

/// Reads an answer; the message says what is not right about it.
pub(super) fn read(body: &Bytes, shape: &Shape) -> Result<SubgraphAnswer, String> {
    if std::str::from_utf8(body).is_err() {
        return Err("it is not UTF-8".to_owned());
    }
    let mut reader = Reader { body, position: 0, depth: 0 };
    let answer = reader.answer(shape)?;
    reader.white_space();
    if reader.position < body.len() {
        return Err(reader.unexpected("the end"));
    }
    Ok(answer)
}

struct Reader<'a> {
    body: &'a Bytes,
    position: usize,
    depth: usize,
}

impl Reader<'_> {
    fn answer(&mut self, shape: &Shape) -> Result<SubgraphAnswer, String> {
        let mut data = None;
        let mut errors = Vec::new();
        self.white_space();
        self.object_with(|reader, key| {
            match reader.key_text(&key).as_str() {
                "data" => data = Some(reader.value(shape)?),
                "errors" => errors = reader.errors()?,
                _ => {
                    reader.skip_value()?;
                }
            }
            Ok(())
        })?;
        if data.is_none() && errors.is_empty() {
            return Err("it has neither `data` nor `errors`".to_owned());
        }
        let data = data.unwrap_or(Node::Null);
        match data {
            Node::Leaf(_) | Node::List(_) => Err("its `data` is not an object".to_owned()),
            data => Ok(SubgraphAnswer { data, errors }),
        }
    }

    fn errors(&mut self) -> Result<Vec<Value>, String> {
        let range = self.skip_value()?;
        match serde_json::from_slice(&self.body[range]) {
            Ok(Value::Array(errors)) => Ok(errors),
            Ok(Value::Null) => Ok(Vec::new()),
            Ok(_) => Err("its `errors` is not a list".to_owned()),
            Err(error) => Err(format!("its `errors` cannot be read: {error}")),
        }
    }

    /// A value of composite type.
    fn value(&mut self, shape: &Shape) -> Result<Node, String> {
        self.white_space();
        match self.peek() {
            Some(b'{') => {
                let mut object = Object::default();
                let mut expected = 0;
                self.object_with(|reader, key| {
                    let Some(index) = reader.find(shape, &key, expected) else {
                        return reader.skip_value().map(|_| ());
                    };
                    expected = index + 1;
                    let field = &shape.fields[index];
                    let node = match &field.child {
                        Some(child) => reader.value(child)?,
                        None => reader.leaf()?,
                    };
                    object.set(&field.response_key, node);
                    Ok(())
                })?;
                Ok(Node::Object(object))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.list_with(|reader| {
                    items.push(reader.value(shape)?);
                    Ok(())
                })?;
                Ok(Node::List(items))
            }
            _ => self.leaf(),
        }
    }

    /// A leaf; lists of leaves are lists, so that their items can be completed one by one.
    fn leaf(&mut self) -> Result<Node, String> {
        self.white_space();
        if self.peek() == Some(b'[') {
            let mut items = Vec::new();
            self.list_with(|reader| {
                items.push(reader.leaf()?);
                Ok(())
            })?;
            return Ok(Node::List(items));
        }
        let range = self.skip_value()?;
        let token = self.body.slice(range);
        Ok(if token == "null" { Node::Null } else { Node::Leaf(token) })
    }

    /// The shape's field of a key: first the one after the last, then any.
    fn find(&self, shape: &Shape, key: &Range<usize>, expected: usize) -> Option<usize> {
        let raw = &self.body[key.clone()];
        let is_key = |index: &usize| {
            shape.fields.get(*index).is_some_and(|field| field.response_key.as_bytes() == raw)
        };
        if is_key(&expected) {
            return Some(expected);
        }
        if raw.contains(&b'\\') {
            let text = self.key_text(key);
            return shape.fields.iter().position(|field| field.response_key == text.as_str());
        }
        (0..shape.fields.len()).find(is_key)
    }

    /// A key with its escapes undone.
    fn key_text(&self, key: &Range<usize>) -> String {
        let quoted = &self.body[key.start - 1..key.end + 1];
        serde_json::from_slice(quoted).unwrap_or_default()
    }
}

/// The grammar of JSON.
impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.body.get(self.position).copied()
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.position += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.peek() {
            None => format!("it ends after {} bytes, where {wanted} should be", self.position),
            Some(_) => {
                format!("it has no JSON at byte {}, where {wanted} should be", self.position)
            }
        }
    }

    fn expect(&mut self, byte: u8, wanted: &str) -> Result<(), String> {
        if self.peek() == Some(byte) {
            self.position += 1;
            Ok(())
        } else {
            Err(self.unexpected(wanted))
        }
    }

    fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > ANSWER_DEPTH_MAX {
            return Err(format!("it nests deeper than {ANSWER_DEPTH_MAX}"));
        }
        Ok(())
    }

    /// An object; `field` is called with each key (its bytes between the quotes) before the value.
    fn object_with(
        &mut self,
        mut field: impl FnMut(&mut Self, Range<usize>) -> Result<(), String>,
    ) -> Result<(), String> {
        self.expect(b'{', "an object")?;
        self.enter()?;
        self.white_space();
        if self.peek() != Some(b'}') {
            loop {
                self.white_space();
                let key = self.string()?;
                self.white_space();
                self.expect(b':', "a colon")?;
                self.white_space();
                field(self, key.start + 1..key.end - 1)?;
                self.white_space();
                if self.peek() != Some(b',') {
                    break;
                }
                self.position += 1;
            }
        }
        self.depth -= 1;
        self.expect(b'}', "the end of an object")
    }

    fn list_with(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.expect(b'[', "a list")?;
        self.enter()?;
        self.white_space();
        if self.peek() != Some(b']') {
            loop {
                self.white_space();
                item(self)?;
                self.white_space();
                if self.peek() != Some(b',') {
                    break;
                }
                self.position += 1;
            }
        }
        self.depth -= 1;
        self.expect(b']', "the end of a list")
    }

    /// Any value; gives its bytes.
    fn skip_value(&mut self) -> Result<Range<usize>, String> {
        self.white_space();
        let start = self.position;
        match self.peek() {
            Some(b'{') => self.object_with(|reader, _| reader.skip_value().map(|_| ()))?,
            Some(b'[') => self.list_with(|reader| reader.skip_value().map(|_| ()))?,
            Some(b'"') => {
                self.string()?;
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            _ => return Err(self.unexpected("a value")),
        }
        Ok(start..self.position)
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        if self.body[self.position..].starts_with(word.as_bytes()) {
            self.position += word.len();
            return Ok(());
        }
        Err(self.unexpected("a value"))
    }

    /// A string; gives its bytes with the quotes.
    fn string(&mut self) -> Result<Range<usize>, String> {
        let start = self.position;
        self.expect(b'"', "a string")?;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(start..self.position);
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) | None => return Err(self.unexpected("the rest of a string")),
                Some(_) => self.position += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        self.position += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.position += 1,
            Some(b'u') => {
                let digits = self.body.get(self.position + 1..self.position + 5);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.unexpected("a Unicode escape"));
                }
                self.position += 5;
            }
            _ => return Err(self.unexpected("an escape")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.position += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.position += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.position += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.position;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        if self.position == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;

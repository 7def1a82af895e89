//! Whether every key of a file is known and every key that must be there is: all of them at once,
//! where reading stops at the first. What the keys are is said by the file's JSON Schema.

use std::fmt;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_saphyr::Location;

use super::reader::located;
use super::written::Spanned;

/// What is wrong with the keys of a text; nothing where it is no YAML.
pub(super) fn check(source: &Arc<SourceFile>, schema: &Value) -> Vec<Diagnostic> {
    let mut keys = Keys { source, errors: Vec::new() };
    if let Ok(file) = serde_saphyr::from_str::<Spanned<Node>>(&source.text) {
        keys.check(&file, schema);
    }
    keys.errors
}

/// A value as far as its keys are concerned.
enum Node {
    Mapping(Vec<(Spanned<String>, Spanned<Node>)>),
    Sequence(Vec<Spanned<Node>>),
    Scalar,
}

struct Keys<'a> {
    source: &'a Arc<SourceFile>,
    errors: Vec<Diagnostic>,
}

impl Keys<'_> {
    fn check(&mut self, node: &Spanned<Node>, schema: &Value) {
        match &node.value {
            Node::Scalar => {}
            Node::Sequence(items) => {
                let schema = alternative(schema, "items");
                items.iter().for_each(|item| self.check(item, &schema["items"]));
            }
            Node::Mapping(entries) => {
                let schema = alternative(schema, "additionalProperties");
                match &schema["properties"] {
                    Value::Object(known) => self.check_entries(node, entries, known, schema),
                    _ => {
                        let entry = &schema["additionalProperties"];
                        entries.iter().for_each(|(_, value)| self.check(value, entry));
                    }
                }
            }
        }
    }

    fn check_entries(
        &mut self,
        node: &Spanned<Node>,
        entries: &[(Spanned<String>, Spanned<Node>)],
        known: &Map<String, Value>,
        schema: &Value,
    ) {
        let is_unknown = |key: &&str| !known.contains_key(*key);
        let written: Vec<&str> = entries.iter().map(|(key, _)| key.value.as_str()).collect();
        let unknown = written.iter().copied().filter(is_unknown);
        let meant: Vec<&str> = unknown.filter_map(|key| meant_by(key, known)).collect();
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            // What is there by a wrong name is not missing, too.
            if !written.contains(&name) && !meant.contains(&name) {
                let message = format!("the key `{name}` is missing");
                self.error(message, node.referenced, None);
            }
        }
        for (key, value) in entries {
            match known.get(&key.value) {
                Some(schema) => self.check(value, schema),
                None => {
                    let message = format!("unknown key `{}`", key.value);
                    self.error(message, key.referenced, Some(help(&key.value, known)));
                }
            }
        }
    }

    fn error(&mut self, message: String, location: Location, help: Option<String>) {
        let error = Diagnostic { help, ..Diagnostic::error("CONFIG_INVALID", message) };
        self.errors.push(located(error, self.source, Some(location)));
    }
}

/// The form of a value that is a mapping or a sequence, of those that it may have.
fn alternative<'a>(schema: &'a Value, member: &str) -> &'a Value {
    let forms = schema["anyOf"].as_array().into_iter().flatten();
    forms.chain([schema]).find(|form| form.get(member).is_some()).unwrap_or(schema)
}

fn help(key: &str, known: &Map<String, Value>) -> String {
    if let Some(meant) = meant_by(key, known) {
        return format!("did you mean `{meant}`?");
    }
    let mut keys: Vec<&str> = known.keys().map(String::as_str).collect();
    keys.sort_unstable();
    format!("the keys here are `{}`", keys.join("`, `"))
}

/// The key that somebody who wrote this one had in mind.
fn meant_by<'a>(key: &str, known: &'a Map<String, Value>) -> Option<&'a str> {
    // Other gateways have `url` where this one has `subgraph_url`.
    let key = if key == "url" { "subgraph_url" } else { key };
    let mut keys: Vec<&str> = known.keys().map(String::as_str).collect();
    keys.sort_unstable();
    similar(key, &keys)
}

/// The name that is nearly this one.
pub(super) fn similar<'a>(text: &str, names: &[&'a str]) -> Option<&'a str> {
    const EDITS_MAX: usize = 2;
    let near = names.iter().map(|name| (edits_between(text, name), *name));
    near.min_by_key(|(edits, _)| *edits).filter(|(edits, _)| *edits <= EDITS_MAX).map(|it| it.1)
}

/// Levenshtein's distance: how many letters differ.
fn edits_between(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, from) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in other.chars().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.chars().count()]
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Node::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Mapping(entries))
    }
}

//! What has been received so far: objects by response key, leaves as the bytes they came in.
//!
//! Leaves are raw JSON tokens, checked but not decoded: numbers and strings reach the client as
//! the subgraph wrote them.

use apollo_compiler::Name;
use bytes::Bytes;
use federation::query_graph::{QueryGraph, TypeId};
use federation::query_plan::PathElement;

/// A received value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    /// A raw JSON token, or for custom scalars any JSON text.
    Leaf(Bytes),
    List(Vec<Node>),
    Object(Object),
}

/// A received object; its keys are the shapes', so there are few.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Object {
    fields: Vec<(Name, Node)>,
}

impl Object {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Sets a key; the last of several wins.
    pub(super) fn set(&mut self, key: &Name, node: Node) {
        match self.fields.iter_mut().find(|(name, _)| name == key) {
            Some((_, existing)) => *existing = node,
            None => self.fields.push((key.clone(), node)),
        }
    }

    /// The object's type, where it was asked for.
    pub(super) fn runtime_type(&self, graph: &QueryGraph) -> Option<TypeId> {
        match self.get("__typename")? {
            Node::Leaf(token) => graph.type_id(plain_string(token)?),
            _ => None,
        }
    }

    /// Adds what another subgraph says of the same object; false if it does not fit.
    pub(super) fn merge(&mut self, other: Self) -> bool {
        let mut fits = true;
        for (key, node) in other.fields {
            match self.fields.iter_mut().find(|(name, _)| *name == key) {
                Some((_, existing)) => fits &= existing.merge(node),
                None => self.fields.push((key, node)),
            }
        }
        fits
    }
}

impl Node {
    /// Objects and lists are joined, position by position; a leaf that is there stays, null gives
    /// way to anything. False if one has an object or a list where the other has something else.
    pub(super) fn merge(&mut self, other: Self) -> bool {
        match (&mut *self, other) {
            (Self::Object(object), Self::Object(other)) => object.merge(other),
            (Self::List(items), Self::List(others)) => {
                let mut fits = items.len() == others.len();
                for (item, other) in items.iter_mut().zip(others) {
                    fits &= item.merge(other);
                }
                fits
            }
            (Self::Null, other) => {
                *self = other;
                true
            }
            (Self::Leaf(_), Self::Leaf(_)) | (_, Self::Null) => true,
            _ => false,
        }
    }
}

/// The text of a string token without escapes.
pub(super) fn plain_string(token: &Bytes) -> Option<&str> {
    let inner = token.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') { None } else { std::str::from_utf8(inner).ok() }
}

/// Where an object is: which item at each list of a plan's path.
pub(super) type Location = Vec<usize>;

/// Calls `visit` with every object at a path, in order.
pub(super) fn visit_objects<'t>(
    graph: &QueryGraph,
    root: &'t Node,
    path: &[PathElement],
    visit: &mut dyn FnMut(&Location, &'t Object),
) {
    Visitor { graph, visit, location: Vec::new() }.walk(root, path);
}

struct Visitor<'g, 'v, 't> {
    graph: &'g QueryGraph,
    visit: &'v mut dyn FnMut(&Location, &'t Object),
    location: Location,
}

impl<'t> Visitor<'_, '_, 't> {
    fn walk(&mut self, node: &'t Node, path: &[PathElement]) {
        match (node, path.split_first()) {
            (Node::Object(object), None) => (self.visit)(&self.location, object),
            (Node::Object(object), Some((PathElement::Key(key, on), rest))) => {
                let is_meant = on.as_ref().is_none_or(|on| {
                    object.runtime_type(self.graph).is_some_and(|ty| on.contains(ty))
                });
                if let (true, Some(child)) = (is_meant, object.get(key)) {
                    self.walk(child, rest);
                }
            }
            (Node::List(items), Some((PathElement::Items, rest))) => {
                for (index, item) in items.iter().enumerate() {
                    self.location.push(index);
                    self.walk(item, rest);
                    self.location.pop();
                }
            }
            _ => {}
        }
    }
}

/// The object at a location that [`visit_objects`] gave.
pub(super) fn object_at<'t>(
    root: &'t mut Node,
    path: &[PathElement],
    location: &Location,
) -> Option<&'t mut Object> {
    let mut node = root;
    let mut indices = location.iter();
    for element in path {
        node = match (node, element) {
            (Node::Object(object), PathElement::Key(key, _)) => {
                &mut object.fields.iter_mut().find(|(name, _)| name == key)?.1
            }
            (Node::List(items), PathElement::Items) => items.get_mut(*indices.next()?)?,
            _ => return None,
        };
    }
    match node {
        Node::Object(object) => Some(object),
        _ => None,
    }
}

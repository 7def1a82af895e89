//! The entities a fetch asks for: found in the tree, written once each (Federation, `_Any`).
//!
//! The batching of entity requests is here: all objects of a plan's path become one list, and
//! equal representations, compared by their bytes, become one item of it.

use apollo_compiler::Name;
use federation::query_graph::QueryGraph;
use federation::query_plan::{PathElement, Representation, RepresentationField};
use indexmap::IndexSet;

use super::response_tree::{Location, Node, Object, visit_objects};

/// The list to send, and which objects of the tree each item stands for.
#[derive(Debug, Default)]
pub(super) struct Representations {
    distinct: IndexSet<Vec<u8>>,
    locations: Vec<(Location, usize)>,
    null_keys: Vec<Location>,
    incomplete: Vec<Location>,
}

/// Why an entity is not asked for.
enum Untold {
    /// Its key is null: it has nothing there, and that is no error.
    NullKey,
    /// Something was not received, or is not what the schema says.
    Incomplete,
}

impl Representations {
    pub(super) fn is_empty(&self) -> bool {
        self.distinct.is_empty()
    }

    /// How many are sent.
    pub(super) fn len(&self) -> usize {
        self.distinct.len()
    }

    /// Every object with the position of its representation.
    pub(super) fn locations(&self) -> &[(Location, usize)] {
        &self.locations
    }

    /// Objects whose key is null: they have nothing in the subgraph.
    pub(super) fn null_keys(&self) -> &[Location] {
        &self.null_keys
    }

    /// Objects of which something to tell has not been received.
    pub(super) fn incomplete(&self) -> &[Location] {
        &self.incomplete
    }

    /// As a JSON list.
    pub(super) fn write(&self, body: &mut Vec<u8>) {
        body.push(b'[');
        for (index, representation) in self.distinct.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            body.extend(representation);
        }
        body.push(b']');
    }
}

/// Finds the objects at a path and writes what a subgraph must know of each.
pub(super) fn collect(
    graph: &QueryGraph,
    data: &Node,
    path: &[PathElement],
    recipes: &[Representation],
) -> Representations {
    let mut found = Representations::default();
    visit_objects(graph, data, path, &mut |location, object| {
        let written = match object.runtime_type(graph) {
            Some(ty) => match recipes.iter().find(|recipe| recipe.ty == ty) {
                Some(recipe) => write(graph, recipe, object),
                None => return,
            },
            None => match recipes {
                [recipe] => write(graph, recipe, object),
                _ => Err(Untold::Incomplete),
            },
        };
        match written {
            Ok(bytes) => {
                let (index, _) = found.distinct.insert_full(bytes);
                found.locations.push((location.clone(), index));
            }
            Err(Untold::NullKey) => found.null_keys.push(location.clone()),
            Err(Untold::Incomplete) => found.incomplete.push(location.clone()),
        }
    });
    found
}

fn write(graph: &QueryGraph, recipe: &Representation, object: &Object) -> Result<Vec<u8>, Untold> {
    let mut keys = recipe.fields.iter().filter(|field| field.is_key).peekable();
    let is_null =
        |field: &RepresentationField| object.get(&field.response_key) == Some(&Node::Null);
    if keys.peek().is_some() && keys.all(is_null) {
        return Err(Untold::NullKey);
    }
    let mut bytes = Vec::with_capacity(64);
    bytes.extend(b"{\"__typename\":\"");
    bytes.extend(recipe.type_name.as_bytes());
    bytes.push(b'"');
    for field in &recipe.fields {
        write_field(graph, field, object, &mut bytes, b",")?;
    }
    bytes.push(b'}');
    Ok(bytes)
}

fn write_field(
    graph: &QueryGraph,
    field: &RepresentationField,
    object: &Object,
    bytes: &mut Vec<u8>,
    separator: &[u8],
) -> Result<(), Untold> {
    let node = object.get(&field.response_key).ok_or(Untold::Incomplete)?;
    bytes.extend(separator);
    write_key(&field.name, bytes);
    write_node(graph, node, &field.children, bytes)
}

fn write_key(name: &Name, bytes: &mut Vec<u8>) {
    bytes.push(b'"');
    bytes.extend(name.as_bytes());
    bytes.extend(b"\":");
}

fn write_node(
    graph: &QueryGraph,
    node: &Node,
    children: &[RepresentationField],
    bytes: &mut Vec<u8>,
) -> Result<(), Untold> {
    match node {
        Node::Null => bytes.extend(b"null"),
        Node::Leaf(_) if !children.is_empty() => return Err(Untold::Incomplete),
        Node::Leaf(token) => bytes.extend(token),
        Node::List(items) => {
            bytes.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    bytes.push(b',');
                }
                write_node(graph, item, children, bytes)?;
            }
            bytes.push(b']');
        }
        Node::Object(object) => {
            let ty = object.runtime_type(graph);
            let mut separator: &[u8] = b"{";
            for field in children {
                let applies = match (&field.on, ty) {
                    (Some(on), Some(ty)) => on.contains(ty),
                    _ => true,
                };
                if applies {
                    write_field(graph, field, object, bytes, separator)?;
                    separator = b",";
                }
            }
            bytes.extend(if separator == b"{" { b"{}".as_slice() } else { b"}" });
        }
    }
    Ok(())
}

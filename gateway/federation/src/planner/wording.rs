//! How a node's fields are written: under which type conditions, and under which response keys.
//!
//! Fields of one response key must have the same shape in a document, also under type conditions
//! that exclude each other (GraphQL §5.3.2, SameResponseShape). Where the types of a subgraph do
//! not allow that, all but the first get a key of our own.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::collections::{HashMap, HashSet};

use super::fetch_graph::{NodeField, SelectionNode};
use super::places::NodeId;
use crate::query_graph::{QueryGraph, TypeId, TypeSet};

/// A field of a node as it is written.
pub(super) struct Worded<'n> {
    pub(super) field: &'n NodeField,
    /// It is written once for each, under that type; where there is none, without a condition.
    conditions: Vec<Name>,
    /// The runtime types it is asked of; none for all.
    pub(super) on: Option<TypeSet>,
    pub(super) response_key: Name,
}

/// What two fields of one key must have in common: type and nullability, and what is below.
type Likeness = (String, Option<NodeId>);

impl Worded<'_> {
    /// The conditions under which it is written.
    pub(super) fn written_on(&self) -> impl Iterator<Item = Option<&Name>> {
        let without = self.conditions.is_empty().then_some(None);
        without.into_iter().chain(self.conditions.iter().map(Some))
    }
}

/// The fields of a node in the order in which they are written.
pub(super) fn worded<'n>(graph: &QueryGraph, node: &'n SelectionNode) -> Vec<Worded<'n>> {
    let fields = node.fields();
    let mut taken: HashSet<Name> = HashSet::default();
    let is_repeated = has_repetition(&fields);
    let mut known: HashMap<Name, Vec<(Likeness, Name)>> = HashMap::default();
    let mut worded = Vec::with_capacity(fields.len());
    for field in &fields {
        for (conditions, on) in classes(graph, node, field) {
            let mut one =
                Worded { field, conditions, on, response_key: field.response_key.clone() };
            // A key that comes once cannot clash.
            let written = one.written_on().count();
            if is_repeated || written < field.on.as_ref().map_or(0, TypeSet::len) {
                if taken.is_empty() {
                    taken.extend(fields.iter().map(|field| field.response_key.clone()));
                }
                one.response_key = key_for(&one, graph, node, &mut known, &mut taken);
            }
            worded.push(one);
        }
    }
    worded
}

/// Whether a response key comes twice.
fn has_repetition(fields: &[&NodeField]) -> bool {
    if fields.len() <= FEW {
        let is_known = |(index, field): (usize, &&NodeField)| {
            fields[..index].iter().any(|other| other.response_key == field.response_key)
        };
        return fields.iter().enumerate().any(is_known);
    }
    let mut seen: HashSet<&Name> = HashSet::default();
    fields.iter().any(|field| !seen.insert(&field.response_key))
}

/// So few names are compared faster than hashed.
const FEW: usize = 12;

fn key_for(
    one: &Worded<'_>,
    graph: &QueryGraph,
    node: &SelectionNode,
    known: &mut HashMap<Name, Vec<(Likeness, Name)>>,
    taken: &mut HashSet<Name>,
) -> Name {
    let wanted = one.field.response_key.clone();
    let first = one.on.as_ref().and_then(|on| on.iter().next());
    let likeness = likeness(graph, node, one.field, first);
    let same_key = known.entry(wanted.clone()).or_default();
    if let Some((_, key)) = same_key.iter().find(|(other, _)| *other == likeness) {
        return key.clone();
    }
    let mut key = wanted.clone();
    if !same_key.is_empty() {
        let mut number = same_key.len();
        loop {
            key = Name::new_unchecked(&format!("_{wanted}_{number}"));
            if taken.insert(key.clone()) {
                break;
            }
            number += 1;
        }
    }
    same_key.push((likeness, key.clone()));
    key
}

/// The type conditions of a field, in classes that may have one key.
fn classes(
    graph: &QueryGraph,
    node: &SelectionNode,
    field: &NodeField,
) -> Vec<(Vec<Name>, Option<TypeSet>)> {
    let Some(types) = conditions(graph, node, field) else {
        return vec![(Vec::new(), field.on.clone())];
    };
    let mut classes: Vec<(Likeness, Vec<Name>, TypeSet)> = Vec::new();
    for ty in types.iter() {
        let condition = graph.ty(ty).name.clone();
        let likeness = likeness(graph, node, field, Some(ty));
        match classes.iter_mut().find(|(other, _, _)| *other == likeness) {
            Some((_, conditions, on)) => {
                conditions.push(condition);
                on.insert(ty);
            }
            None => classes.push((likeness, vec![condition], TypeSet::from(ty))),
        }
    }
    classes.into_iter().map(|(_, conditions, on)| (conditions, Some(on))).collect()
}

/// The types under which a field is written; none where the position's own type has it for all.
fn conditions(graph: &QueryGraph, node: &SelectionNode, field: &NodeField) -> Option<TypeSet> {
    let on = field.on.as_ref()?;
    let Some(ty) = node.ty else { return Some(on.clone()) };
    let at = graph.type_at(ty, node.subgraph);
    if !graph.ty(ty).is_abstract() || at.is_some_and(|at| at.is_interface_object) {
        return None;
    }
    let Some(at) = at else { return Some(on.clone()) };
    let on_itself = graph.field_at(ty, &field.name, node.subgraph).is_some();
    let everywhere = on_itself && at.possible.is_subset(on);
    (!everywhere).then(|| on.intersection(&at.possible))
}

fn likeness(
    graph: &QueryGraph,
    node: &SelectionNode,
    field: &NodeField,
    ty: Option<TypeId>,
) -> Likeness {
    let owner = ty.or(node.ty);
    let id = owner.and_then(|owner| graph.field_id(owner, &field.name));
    let own = id.map(|id| {
        let known = graph.field(id);
        let there = known.at(node.subgraph).and_then(|at| at.ty.as_ref());
        there.unwrap_or(&known.ty)
    });
    let mut text = own.map(Type::to_string).unwrap_or_default();
    if let (Some(own), true) = (own, field.child.is_some()) {
        text = text.replace(own.inner_named_type().as_str(), "");
    }
    (text, field.child)
}

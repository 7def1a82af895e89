//! The ways an object of one type can be available in a subgraph.

use std::ops::Range;
use std::rc::Rc;

use apollo_compiler::collections::HashMap;

use crate::query_graph::{FieldId, FieldSet, QueryGraph, TypeId};
use crate::supergraph::SubgraphId;

/// What a subgraph knows of an object that is available there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// Its runtime type.
    RuntimeType,
    /// That it is of an interface which the subgraph has as an `@interfaceObject`.
    Interface,
}

/// One way an object can be available: in a subgraph, under a type.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) subgraph: SubgraphId,
    /// The object's own type, or the interface for an interface object.
    pub(crate) ty: TypeId,
    pub(crate) knowledge: Knowledge,
    /// The keys that lead there.
    pub(super) keys: Vec<EntranceKey>,
    /// The fields of `ty` that have a `@requires` there.
    pub(super) requiring: Vec<FieldId>,
    /// A root type: every subgraph that has it can be asked at any time.
    pub(super) is_open: bool,
}

/// A key that leads to an entrance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntranceKey {
    /// The type that the representation names.
    pub(crate) ty: TypeId,
    /// Its position among the keys of `ty` in the subgraph.
    pub(crate) position: usize,
    pub(crate) resolvable: bool,
    /// Whether one must know the runtime type to write the representation.
    pub(super) needs_type: bool,
}

impl Entrance {
    /// The field set of one of its keys.
    pub(crate) fn key_fields<'g>(&self, graph: &'g QueryGraph, key: EntranceKey) -> &'g FieldSet {
        let at = graph.type_at(key.ty, self.subgraph);
        let at = at.expect("a key is of a type that the subgraph has");
        &at.keys[key.position].fields
    }

    /// The keys that lead there.
    pub(crate) fn keys(&self) -> &[EntranceKey] {
        &self.keys
    }
}

/// All entrances of a type: by the type they are under, then by subgraph.
#[derive(Debug)]
pub(crate) struct EntranceList {
    all: Vec<Entrance>,
    groups: Vec<(TypeId, Range<usize>)>,
}

impl EntranceList {
    /// Each of them; the position is the entrance's number.
    pub(crate) fn all(&self) -> &[Entrance] {
        &self.all
    }

    /// The types that objects are available under.
    pub(super) fn types(&self) -> impl Iterator<Item = TypeId> + '_ {
        self.groups.iter().map(|(ty, _)| *ty)
    }

    /// The number of the entrance to a subgraph under a type.
    pub(crate) fn find(&self, ty: TypeId, subgraph: SubgraphId) -> Option<usize> {
        let (_, range) = self.groups.iter().find(|(own, _)| *own == ty)?;
        let group = &self.all[range.clone()];
        let found = group.binary_search_by_key(&subgraph, |entrance| entrance.subgraph).ok()?;
        Some(range.start + found)
    }
}

/// The entrances of each type, found when first asked for.
#[derive(Debug, Default)]
pub(super) struct Entrances {
    by_type: HashMap<TypeId, Rc<EntranceList>>,
}

impl Entrances {
    pub(super) fn of(&mut self, graph: &QueryGraph, ty: TypeId) -> Rc<EntranceList> {
        let found = self.by_type.entry(ty).or_insert_with(|| Rc::new(find(graph, ty)));
        Rc::clone(found)
    }
}

fn find(graph: &QueryGraph, ty: TypeId) -> EntranceList {
    let node = graph.ty(ty);
    let is_open = graph.is_query_root(ty);
    let mut list = EntranceList { all: Vec::new(), groups: Vec::new() };
    let mut group = Vec::new();
    for at in &node.in_subgraphs {
        let mut keys = entrance_keys(graph, ty, at.subgraph, true);
        for interface in &node.interfaces {
            let place = graph.type_at(*interface, at.subgraph);
            if place.is_some_and(|place| place.possible.contains(ty)) {
                keys.extend(entrance_keys(graph, *interface, at.subgraph, false));
            }
        }
        let knowledge = Knowledge::RuntimeType;
        let subgraph = at.subgraph;
        group.push(Entrance { subgraph, ty, knowledge, keys, requiring: Vec::new(), is_open });
    }
    list.add(graph, ty, group);
    for interface in &node.interfaces {
        let places = graph.ty(*interface).in_subgraphs.iter().filter(|at| at.is_interface_object);
        let group = places.map(|at| Entrance {
            subgraph: at.subgraph,
            ty: *interface,
            knowledge: Knowledge::Interface,
            keys: entrance_keys(graph, *interface, at.subgraph, false),
            requiring: Vec::new(),
            is_open: false,
        });
        let group = group.collect();
        list.add(graph, *interface, group);
    }
    list
}

impl EntranceList {
    fn add(&mut self, graph: &QueryGraph, ty: TypeId, group: Vec<Entrance>) {
        if group.is_empty() {
            return;
        }
        let start = self.all.len();
        self.all.extend(group);
        self.groups.push((ty, start..self.all.len()));
        for field in graph.fields_of(ty) {
            let places = graph.field(field).in_subgraphs.iter();
            for at in places.filter(|at| at.requires.is_some()) {
                if let Some(entrance) = self.find(ty, at.subgraph) {
                    self.all[entrance].requiring.push(field);
                }
            }
        }
    }
}

fn entrance_keys(
    graph: &QueryGraph,
    ty: TypeId,
    subgraph: SubgraphId,
    needs_type: bool,
) -> Vec<EntranceKey> {
    let keys = graph.type_at(ty, subgraph).map(|at| at.keys.as_slice()).unwrap_or_default();
    let keys = keys.iter().enumerate();
    let keys = keys.map(|(position, key)| EntranceKey {
        ty,
        position,
        resolvable: key.resolvable,
        needs_type,
    });
    keys.collect()
}

/// Field sets whose external fields can be read at a station.
#[derive(Debug, Clone, Default)]
pub(crate) struct Provided<'g>(Vec<&'g FieldSet>);

impl<'g> Provided<'g> {
    /// What one field's `@provides` says.
    pub(crate) fn of(provides: Option<&'g FieldSet>) -> Self {
        Self(provides.into_iter().collect())
    }

    /// Whether a field of an object can be read.
    pub(crate) fn has(&self, ty: TypeId, name: &str) -> bool {
        let mut items = self.0.iter().flat_map(|fields| &fields.items);
        items.any(|item| item.name == name && item.applies_to(ty))
    }

    /// What can be read below a field of an object.
    pub(crate) fn below(&self, ty: TypeId, name: &str) -> Self {
        let items = self.0.iter().flat_map(|fields| &fields.items);
        let items = items.filter(|item| item.name == name && item.applies_to(ty));
        let mut below = Self::default();
        below.extend(&Self(items.filter_map(|item| item.children.as_ref()).collect()));
        below
    }

    /// Adds what another says.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
        self.0.sort_by_key(|fields| address(fields));
        self.0.dedup_by_key(|fields| address(fields));
    }

    /// Whether the other allows all that this one does.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|own| other.0.iter().any(|one| std::ptr::eq(*own, *one)))
    }

    fn addresses(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().map(|fields| address(fields))
    }
}

/// A field set stands in the graph once: its place there is its identity.
fn address(fields: &FieldSet) -> usize {
    std::ptr::from_ref(fields).addr()
}

impl PartialEq for Provided<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.addresses().eq(other.addresses())
    }
}

impl Eq for Provided<'_> {}

impl std::hash::Hash for Provided<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.addresses().for_each(|address| address.hash(state));
    }
}

/// Where an object is available: in a subgraph, under a type, with what is provided there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Station<'g> {
    pub(crate) subgraph: SubgraphId,
    pub(crate) ty: TypeId,
    pub(crate) provided: Provided<'g>,
}

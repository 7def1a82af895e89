//! What the merge asks of all subgraphs together, looked up instead of searched for: made once.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::ExtendedType;

use super::element_at::{TypeAt, id};
use crate::supergraph::SubgraphId;

/// The types of all subgraphs by their names.
pub(super) type TypesByName<'a> = BTreeMap<&'a Name, Vec<TypeAt<'a>>>;

/// Built from all types of all subgraphs.
#[derive(Debug, Default)]
pub(super) struct Index<'a> {
    /// Subgraphs by name.
    subgraphs: HashMap<&'a str, SubgraphId>,
    /// For each interface, the object types that implement it in any subgraph, with one of them.
    implementers: HashMap<&'a Name, BTreeMap<&'a Name, TypeAt<'a>>>,
    /// For each subgraph and interface, the object types that implement it there.
    implementers_in: HashMap<(SubgraphId, &'a Name), BTreeSet<&'a Name>>,
    /// For each interface, the subgraphs' interface objects of it.
    interface_objects: HashMap<&'a Name, Vec<TypeAt<'a>>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(types: &TypesByName<'a>, names: impl Iterator<Item = &'a str>) -> Self {
        let subgraphs = names.enumerate().map(|(index, name)| (name, id(index)));
        let mut index = Self { subgraphs: subgraphs.collect(), ..Self::default() };
        for (name, at) in types {
            for one in at {
                index.add(name, one);
            }
        }
        index
    }

    fn add(&mut self, name: &'a Name, at: &TypeAt<'a>) {
        let ExtendedType::Object(ty) = at.definition else { return };
        if at.is_interface_object() {
            self.interface_objects.entry(name).or_default().push(*at);
        }
        for interface in &ty.implements_interfaces {
            let interface = &interface.name;
            self.implementers.entry(interface).or_default().entry(name).or_insert(*at);
            self.implementers_in.entry((at.id, interface)).or_default().insert(name);
        }
    }

    /// A subgraph's id by its name.
    pub(super) fn subgraph(&self, name: &str) -> Option<SubgraphId> {
        self.subgraphs.get(name).copied()
    }

    /// The object types that implement an interface anywhere.
    pub(super) fn implementers(
        &self,
        interface: &Name,
    ) -> impl Iterator<Item = (&'a Name, &TypeAt<'a>)> {
        self.implementers.get(interface).into_iter().flatten().map(|(name, at)| (*name, at))
    }

    /// The interface objects of an interface.
    pub(super) fn interface_objects(&self, interface: &Name) -> &[TypeAt<'a>] {
        self.interface_objects.get(interface).map(Vec::as_slice).unwrap_or_default()
    }

    /// The interfaces that some subgraph has as an object.
    pub(super) fn abstracted(&self) -> BTreeSet<&'a Name> {
        self.interface_objects.keys().copied().collect()
    }

    /// The interface objects that stand, among others, for the type.
    pub(super) fn standing_for(&self, at: &[TypeAt<'a>]) -> Vec<TypeAt<'a>> {
        if self.interface_objects.is_empty() {
            return Vec::new();
        }
        let objects = at.iter().filter_map(|one| one.definition.as_object());
        let interfaces: BTreeSet<&Name> = objects
            .flat_map(|ty| &ty.implements_interfaces)
            .map(|interface| &interface.name)
            .collect();
        interfaces.into_iter().flat_map(|name| self.interface_objects(name)).copied().collect()
    }

    /// The object types that a value of the type can have in its subgraph; none of what has no
    /// fields.
    pub(super) fn runtime_types(&self, at: &TypeAt<'a>) -> Option<BTreeSet<&'a Name>> {
        match at.definition {
            ExtendedType::Object(ty) => Some([&ty.name].into()),
            ExtendedType::Union(ty) => Some(ty.members.iter().map(|it| &it.name).collect()),
            ExtendedType::Interface(ty) => {
                let found = self.implementers_in.get(&(at.id, &ty.name));
                Some(found.cloned().unwrap_or_default())
            }
            _ => None,
        }
    }
}

//! Interfaces and unions: each subgraph has some of their members and some of their fields.

use super::Author;
use super::graph::{Abstract, AbstractPart, At, Field, FieldType, Kind, Meaning, Named, Subgraph};

impl Author<'_> {
    pub(super) fn draw_abstract_types(&mut self) {
        for name in ["Animal", "Named"] {
            if self.random.percent(55) {
                self.draw_interface(name);
            }
        }
        for name in ["Either", "Found"] {
            if self.random.percent(45) {
                self.draw_union(name);
            }
        }
    }

    fn draw_possible(&mut self) -> Vec<usize> {
        let entities = self.graph.of_kind(Kind::Entity);
        let count = 2 + self.index(2);
        let mut possible = self.some_of(&entities, count);
        if self.random.percent(30) {
            let values = self.graph.of_kind(Kind::Value);
            possible.extend(self.pick(&values));
        }
        possible
    }

    fn draw_interface(&mut self, name: &str) {
        let possible = self.draw_possible();
        let mut fields = Vec::new();
        for number in 0..1 + self.index(2) {
            let field = format!("{}_{number}", name.to_lowercase());
            let named = Named::Leaf(["String", "Int"][self.index(2)]);
            let ty = FieldType::new(named, self.random.percent(20));
            for object in &possible {
                self.inherit(*object, &field, ty.clone());
            }
            fields.push(field);
        }
        fields.extend(self.same_key(&possible));
        let mut interface =
            Abstract { name: name.to_owned(), is_union: false, fields, parts: [].into() };
        for subgraph in 0..self.graph.subgraphs.len() {
            let members = self.draw_members_in(&possible, subgraph);
            let part = self.draw_interface_part(&interface, subgraph, members);
            interface.parts.extend(part.map(|part| (subgraph, part)));
        }
        for part in interface.parts.values() {
            for (object, field) in part
                .members
                .iter()
                .flat_map(|one| part.fields.iter().map(move |field| (*one, field)))
            {
                let mut fields = self.graph.objects[object].fields.iter_mut();
                let own = fields.find(|one| one.name == *field).expect("drawn so");
                own.is_inherited = true;
            }
        }
        self.graph.abstracts.push(interface);
    }

    /// Gives an object a field of an interface: wherever a value type is, in some members else.
    fn inherit(&mut self, object: usize, name: &str, mut ty: FieldType) {
        ty.is_non_null |= self.random.percent(20);
        let is_entity = self.graph.objects[object].is_entity();
        let mut owners: Vec<Subgraph> = match is_entity {
            true => self.graph.objects[object].full_members(),
            false => self.graph.objects[object].members.keys().copied().collect(),
        };
        if is_entity {
            let count = 1 + self.index(2);
            owners = self.some_of(&owners, count);
        }
        let mut field = Field::new(name, ty, Meaning::Any);
        field.is_inherited = true;
        field.at = owners.into_iter().map(|owner| (owner, At::default())).collect();
        self.graph.objects[object].fields.push(field);
    }

    /// A plain key that all have, of one type.
    fn same_key(&self, possible: &[usize]) -> Option<String> {
        let mut fields = possible.iter().map(|object| self.graph.objects[*object].field("id"));
        let first = fields.next()??;
        let same = fields.all(|field| field.is_some_and(|field| field.ty == first.ty));
        same.then(|| first.name.clone())
    }

    fn draw_members_in(&mut self, possible: &[usize], subgraph: Subgraph) -> Vec<usize> {
        let known = |object: &&usize| self.graph.objects[**object].returned_in(subgraph);
        let known: Vec<usize> = possible.iter().filter(known).copied().collect();
        let count = 1 + self.index(known.len());
        self.some_of(&known, count)
    }

    /// Those fields that all the members answer in the subgraph; with fewer members, if none.
    fn draw_interface_part(
        &mut self,
        interface: &Abstract,
        subgraph: Subgraph,
        mut members: Vec<usize>,
    ) -> Option<AbstractPart> {
        while !members.is_empty() {
            let answered = |field: &&String| {
                members.iter().all(|object| {
                    let field = self.graph.objects[*object].field(field);
                    field.is_some_and(|field| field.resolved_in(subgraph))
                })
            };
            let fields: Vec<String> = interface.fields.iter().filter(answered).cloned().collect();
            if !fields.is_empty() {
                return Some(AbstractPart { members, fields, ..AbstractPart::default() });
            }
            members.remove(self.index(members.len()));
        }
        None
    }

    fn draw_union(&mut self, name: &str) {
        let possible = self.draw_possible();
        let mut union = Abstract {
            name: name.to_owned(),
            is_union: true,
            fields: Vec::new(),
            parts: [].into(),
        };
        for subgraph in 0..self.graph.subgraphs.len() {
            let members = self.draw_members_in(&possible, subgraph);
            if !members.is_empty() {
                let part = AbstractPart { members, ..AbstractPart::default() };
                union.parts.insert(subgraph, part);
            }
        }
        self.graph.abstracts.push(union);
    }

    /// Fields of entities that return interfaces and unions.
    pub(super) fn draw_abstract_fields(&mut self) {
        for index in 0..self.graph.abstracts.len() {
            for entity in self.graph.of_kind(Kind::Entity) {
                let full = self.graph.objects[entity].full_members();
                let parts = &self.graph.abstracts[index].parts;
                let able: Vec<Subgraph> =
                    full.into_iter().filter(|one| parts.contains_key(one)).collect();
                if able.is_empty() || !self.random.percent(35) {
                    continue;
                }
                let count = 1 + self.index(2);
                let mut owners = self.some_of(&able, count);
                if self.common_members(index, &owners).is_empty() {
                    owners.truncate(1);
                }
                let ty = self.wrapped(Named::Abstract(index));
                let name = self.free_name(entity);
                let mut field = Field::new(name, ty, Meaning::Any);
                field.at = owners.into_iter().map(|owner| (owner, At::default())).collect();
                self.graph.objects[entity].fields.push(field);
            }
        }
    }

    /// What all of these subgraphs can return.
    pub(super) fn common_members(&self, index: usize, owners: &[Subgraph]) -> Vec<usize> {
        let parts = &self.graph.abstracts[index].parts;
        let knows = |owner: &Subgraph, object: &usize| {
            parts.get(owner).is_some_and(|part| part.members.contains(object))
        };
        let Some(first) = owners.first().and_then(|owner| parts.get(owner)) else {
            return Vec::new();
        };
        let members = first.members.iter();
        members.filter(|object| owners.iter().all(|one| knows(one, object))).copied().collect()
    }
}

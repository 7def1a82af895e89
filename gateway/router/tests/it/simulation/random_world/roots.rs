//! `Query` and `Mutation`: every entity and every abstract type can be asked for.

use super::Author;
use super::graph::{Argument, At, Field, FieldType, Kind, Meaning, Named, Subgraph};

impl Author<'_> {
    pub(super) fn draw_roots(&mut self) {
        let entities = self.graph.of_kind(Kind::Entity);
        for entity in &entities {
            for _ in 0..1 + self.index(2) {
                self.draw_entity_root(*entity);
            }
        }
        for index in 0..self.graph.abstracts.len() {
            let able: Vec<Subgraph> = self.graph.abstracts[index].parts.keys().copied().collect();
            self.draw_root(Named::Abstract(index), &able);
        }
        for value in self.graph.of_kind(Kind::Value) {
            let able = &self.graph.objects[value].members;
            let able: Vec<Subgraph> = able.keys().copied().collect();
            if self.random.percent(30) {
                self.draw_root(Named::Object(value), &able);
            }
        }
        let all: Vec<Subgraph> = (0..self.graph.subgraphs.len()).collect();
        if self.random.percent(50) {
            self.draw_root(Named::Leaf("String"), &all);
        }
        if self.random.percent(35) {
            self.draw_mutations(&all);
        }
    }

    fn draw_entity_root(&mut self, entity: usize) {
        let object = &self.graph.objects[entity];
        let able = object.members.iter().filter(|(_, member)| member.is_returned);
        let able: Vec<Subgraph> = able.map(|(subgraph, _)| *subgraph).collect();
        self.draw_root(Named::Object(entity), &able);
    }

    /// In one of the subgraphs, or in two.
    pub(super) fn draw_root(&mut self, named: Named, able: &[Subgraph]) {
        if able.is_empty() {
            return;
        }
        let count = if self.random.percent(25) { 2 } else { 1 };
        let mut owners = self.some_of(able, count);
        if let Named::Abstract(index) = named
            && self.common_members(index, &owners).is_empty()
        {
            owners.truncate(1);
        }
        let mut ty = self.wrapped(named);
        let mut meaning = Meaning::Any;
        let mut arguments = Vec::new();
        let types = self.found_types(named, &owners);
        if !types.is_empty() && ty.lists.len() < 2 && self.random.percent(60) {
            if ty.lists.is_empty() {
                ty.is_non_null = false;
            }
            arguments = self.key_arguments(named);
            meaning = Meaning::Find(types);
        } else if named == Named::Leaf("String") {
            ty.lists.clear();
            arguments = self.draw_arguments();
        }
        let name = self.root_name(named, &ty);
        let mut field = Field::new(name, ty, meaning);
        field.arguments = arguments;
        self.place_root(self.graph.query, field, &owners);
    }

    fn place_root(&mut self, root: usize, mut field: Field, owners: &[Subgraph]) {
        for owner in owners {
            field.at.insert(*owner, At::default());
            self.graph.objects[root].members.entry(*owner).or_default().is_returned = true;
        }
        self.graph.objects[root].fields.push(field);
    }

    /// What `$find` looks for: entities, which have rows of their own.
    fn found_types(&self, named: Named, owners: &[Subgraph]) -> Vec<String> {
        let objects = match named {
            Named::Object(index) => vec![index],
            Named::Abstract(index) => self.common_members(index, owners),
            _ => Vec::new(),
        };
        let objects: Vec<_> = objects.iter().map(|index| &self.graph.objects[*index]).collect();
        if !objects.iter().all(|object| object.is_entity()) {
            return Vec::new();
        }
        objects.iter().map(|object| object.name.clone()).collect()
    }

    fn key_arguments(&mut self, named: Named) -> Vec<Argument> {
        let argument = |name, ty| Argument { name, ty, default: None };
        let Named::Object(index) = named else { return Vec::new() };
        let key = &self.graph.objects[index].fields[0];
        match (key.name.as_str(), key.ty.named) {
            ("code", _) => vec![argument("code", "String")],
            ("nr", _) => vec![argument("nr", ["Int", "[Int!]"][self.index(2)])],
            (_, Named::Leaf("Int")) => vec![argument("id", ["Int", "[Int!]"][self.index(2)])],
            _ => vec![argument("id", ["ID", "ID!", "[ID!]"][self.index(3)])],
        }
    }

    fn root_name(&self, named: Named, ty: &FieldType) -> String {
        let plural = if ty.lists.is_empty() { "" } else { "s" };
        let base = format!("{}{plural}", self.graph.name_of(named).to_lowercase());
        let is_taken = |name: &str| {
            [self.graph.query, self.graph.mutation]
                .iter()
                .any(|root| self.graph.objects[*root].field(name).is_some())
        };
        let mut name = base.clone();
        let mut number = 2;
        while is_taken(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        name
    }

    fn draw_mutations(&mut self, all: &[Subgraph]) {
        for number in 0..1 + self.index(3) {
            let owner = self.index(all.len());
            let entities = self.graph.of_kind(Kind::Entity);
            let entity = self.pick(&entities).map(Named::Object);
            let entity = entity.filter(|_| self.random.percent(60));
            let entity = entity.filter(|entity| self.ensure(*entity, owner));
            let (named, meaning) = match entity {
                Some(entity) => (entity, Meaning::Any),
                None => (Named::Leaf("Int"), Meaning::Turn),
            };
            let ty = FieldType::new(named, self.random.percent(30));
            let field = Field::new(format!("change_{number}"), ty, meaning);
            self.place_root(self.graph.mutation, field, &[owner]);
        }
    }
}

//! Entities: their keys, and which subgraphs have them. Any subgraph that knows an entity can be
//! left for any other that does, perhaps by way of a third.

use super::Author;
use super::graph::{
    ENTITIES, Field, FieldType, Key, Kind, Meaning, Member, Named, Object, Subgraph,
};

/// Seats are what nested keys are made of.
const SEATS: [(&str, &str); 2] = [("Spot", "spot"), ("Cell", "cell")];

impl Author<'_> {
    pub(super) fn draw_entities(&mut self) {
        let count = 2 + self.index(4);
        self.graph.rows_count = 2 + self.index(2);
        for name in &ENTITIES[..count] {
            let earlier = self.graph.of_kind(Kind::Entity);
            let entity = self.graph.objects.len();
            self.graph.objects.push(Object::new((*name).to_owned(), Kind::Entity));
            self.draw_first_key(entity);
            for _ in 0..self.index(3) {
                self.draw_further_key(entity, &earlier);
            }
            self.draw_members(entity);
        }
    }

    /// Always one plain field: other entities' keys and stubs refer by it.
    fn draw_first_key(&mut self, entity: usize) {
        let (name, leaf) = match self.index(4) {
            0 => ("code", "String"),
            1 => ("id", "Int"),
            _ => ("id", "ID"),
        };
        self.add_key(entity, vec![key_field(name, Named::Leaf(leaf))], name.to_owned());
    }

    fn draw_further_key(&mut self, entity: usize, earlier: &[usize]) {
        let has = |author: &Self, name: &str| author.graph.objects[entity].field(name).is_some();
        let seats = SEATS[self.index(2)];
        match self.index(4) {
            0 if !has(self, "sku") => {
                self.add_key(entity, vec![key_field("sku", Named::Leaf("ID"))], "sku".to_owned());
            }
            1 if !has(self, "area") => {
                let area = key_field("area", Named::Leaf("String"));
                let number = key_field("number", Named::Leaf("Int"));
                self.add_key(entity, vec![area, number], "area number".to_owned());
            }
            2 if !has(self, "spot") && !has(self, "cell") => {
                let seat = self.seat(seats.0);
                let field = key_field(seats.1, Named::Object(seat));
                self.add_key(entity, vec![field], format!("{} {{ row seat }}", seats.1));
            }
            _ if !earlier.is_empty() && !has(self, "owner") => {
                let owner = self.pick(earlier).expect("not empty");
                let of_owner = self.graph.objects[owner].keys[0].text.clone();
                let name = key_field("owner", Named::Object(owner));
                let rank = key_field("place", Named::Leaf("String"));
                let text = format!("owner {{ {of_owner} }} place");
                self.add_key(entity, vec![name, rank], text);
            }
            _ => {}
        }
    }

    pub(super) fn add_key(&mut self, entity: usize, fields: Vec<Field>, text: String) {
        let object = &mut self.graph.objects[entity];
        let first = object.fields.len();
        object.keys.push(Key { text, fields: (first..first + fields.len()).collect() });
        object.fields.extend(fields);
    }

    /// The value type of a nested key.
    fn seat(&mut self, name: &str) -> usize {
        let known = self.graph.objects.iter().position(|object| object.name == name);
        known.unwrap_or_else(|| {
            let mut object = Object::new(name.to_owned(), Kind::Value);
            object.fields.push(key_field("row", Named::Leaf("Int")));
            object.fields.push(key_field("seat", Named::Leaf("String")));
            object.fields.push(Field::new(
                "side",
                FieldType::new(Named::Leaf("String"), false),
                Meaning::Any,
            ));
            self.graph.objects.push(object);
            self.graph.objects.len() - 1
        })
    }

    /// A tree: each further subgraph shares a key with one before it.
    fn draw_members(&mut self, entity: usize) {
        let all: Vec<Subgraph> = (0..self.graph.subgraphs.len()).collect();
        let count = 1 + self.index(all.len().min(5));
        let mut members = self.some_of(&all, count);
        let keys_count = self.graph.objects[entity].keys.len();
        let first = members.remove(self.random_index(count));
        self.add_member(entity, first, (0, true));
        if keys_count > 1 && self.random.percent(60) {
            let another = 1 + self.index(keys_count - 1);
            self.add_member(entity, first, (another, true));
        }
        let mut earlier = vec![first];
        for subgraph in members {
            let neighbour = self.pick(&earlier).expect("the first one at least");
            let shared: Vec<usize> = self.graph.objects[entity].members[&neighbour]
                .keys
                .iter()
                .filter(|(_, is_resolvable)| *is_resolvable)
                .map(|(key, _)| *key)
                .collect();
            let key = self.pick(&shared).expect("every full member has a resolvable key");
            self.add_member(entity, subgraph, (key, true));
            let further = self.index(keys_count);
            if self.random.percent(45) {
                let is_resolvable = !self.random.percent(20);
                self.add_member(entity, subgraph, (further, is_resolvable));
            }
            earlier.push(subgraph);
        }
    }

    fn random_index(&mut self, length: usize) -> usize {
        self.index(length)
    }

    /// Gives a subgraph a key of an entity, with the fields it names.
    pub(super) fn add_member(&mut self, entity: usize, subgraph: Subgraph, key: (usize, bool)) {
        let member = self.graph.objects[entity]
            .members
            .entry(subgraph)
            .or_insert_with(|| Member { is_returned: true, ..Member::default() });
        if member.keys.iter().any(|(one, _)| *one == key.0) {
            return;
        }
        member.keys.push(key);
        self.place_key_fields(entity, subgraph, key.0);
    }

    pub(super) fn place_key_fields(&mut self, entity: usize, subgraph: Subgraph, key: usize) {
        for field in self.graph.objects[entity].keys[key].fields.clone() {
            self.graph.objects[entity].fields[field]
                .at
                .insert(subgraph, super::graph::At::default());
            match self.graph.objects[entity].fields[field].ty.named {
                Named::Object(nested) if self.graph.objects[nested].is_entity() => {
                    self.ensure_entity(nested, subgraph, Some(0));
                }
                named => drop(self.ensure(named, subgraph)),
            }
        }
    }

    /// Makes an entity known in a subgraph: as a stub, if nothing else; with a key, if one is
    /// wanted.
    pub(super) fn ensure_entity(
        &mut self,
        entity: usize,
        subgraph: Subgraph,
        wanted: Option<usize>,
    ) -> bool {
        if let Some(member) = self.graph.objects[entity].members.get(&subgraph) {
            if member.is_far {
                return false;
            }
            let lacking = wanted.filter(|key| !member.keys.iter().any(|(one, _)| one == key));
            if let Some(key) = lacking {
                self.add_member(entity, subgraph, (key, false));
            }
            return true;
        }
        let enterable: Vec<usize> = self.graph.objects[entity]
            .members
            .values()
            .filter(|member| member.is_returned)
            .flat_map(|member| &member.keys)
            .filter(|(_, is_resolvable)| *is_resolvable)
            .map(|(key, _)| *key)
            .collect();
        let key = wanted.or_else(|| self.pick(&enterable)).unwrap_or(0);
        let is_resolvable = self.random.percent(40);
        let stub = Member { is_returned: true, is_stub: true, ..Member::default() };
        self.graph.objects[entity].members.insert(subgraph, stub);
        self.add_member(entity, subgraph, (key, is_resolvable));
        true
    }
}

fn key_field(name: &str, named: Named) -> Field {
    let mut field = Field::new(name, FieldType::new(named, true), Meaning::Key);
    field.is_read = true;
    field
}

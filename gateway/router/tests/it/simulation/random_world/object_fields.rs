//! Ordinary fields of entities, and value types: which subgraphs have them, and of what type.

use super::Author;
use super::graph::{
    Argument, At, FIELDS, Field, FieldType, Kind, Meaning, Member, Named, Object, Subgraph,
    VALUE_TYPES,
};

const LEAVES: [&str; 7] = ["String", "String", "Int", "Int", "Float", "Boolean", "ID"];

/// What all subgraphs' enums have.
const ENUM_VALUES: [&str; 3] = ["NEW", "USED", "GONE"];

impl Author<'_> {
    /// An enum that only comes out may have other values in other subgraphs.
    pub(super) fn draw_enums(&mut self) {
        for _ in 0..self.graph.subgraphs.len() {
            let mut values = ENUM_VALUES.to_vec();
            if self.random.percent(30) {
                values.push(["LENT", "SOLD"][self.index(2)]);
            }
            self.graph.enum_values.push(values);
        }
    }

    pub(super) fn draw_value_types(&mut self) {
        let count = 1 + self.index(VALUE_TYPES.len());
        let first = self.graph.objects.len();
        for name in &VALUE_TYPES[..count] {
            self.graph.objects.push(Object::new((*name).to_owned(), Kind::Value));
        }
        for value_type in first..first + count {
            for _ in 0..2 + self.index(3) {
                let ty = self.draw_value_field_type(value_type);
                let name = self.free_name(value_type);
                self.graph.objects[value_type].fields.push(Field::new(name, ty, Meaning::Any));
            }
        }
    }

    /// Value types hold those after them, so that none holds itself.
    fn draw_value_field_type(&mut self, value_type: usize) -> FieldType {
        let later: Vec<usize> = (value_type + 1..self.graph.objects.len()).collect();
        let entities = self.graph.of_kind(Kind::Entity);
        let named = match self.index(10) {
            0 | 1 => self.pick(&later).map(Named::Object),
            2 => self.pick(&entities).map(Named::Object),
            3 => Some(Named::Enum),
            _ => None,
        };
        let named = named.unwrap_or_else(|| self.leaf());
        self.wrapped(named)
    }

    fn leaf(&mut self) -> Named {
        Named::Leaf(LEAVES[self.index(LEAVES.len())])
    }

    pub(super) fn wrapped(&mut self, named: Named) -> FieldType {
        let mut ty = FieldType::new(named, self.random.percent(25));
        if self.random.percent(18) {
            ty.lists.push(self.random.percent(30));
            if self.random.percent(20) {
                ty.lists.push(self.random.percent(30));
            }
        }
        ty
    }

    /// A name that the object does not have; the same pool for all.
    pub(super) fn free_name(&mut self, object: usize) -> String {
        let is_free = |name: &&str| self.graph.objects[object].field(name).is_none();
        let free: Vec<&str> = FIELDS.into_iter().filter(|name| is_free(name)).collect();
        match self.pick(&free) {
            Some(name) => name.to_owned(),
            None => format!("more_{}", self.graph.objects[object].fields.len()),
        }
    }

    /// Each full member of an entity gets fields of its own, some shared with others.
    pub(super) fn draw_fields(&mut self) {
        for entity in self.graph.of_kind(Kind::Entity) {
            for owner in self.graph.objects[entity].full_members() {
                for _ in 0..self.index(4) {
                    self.draw_field(entity, owner);
                }
            }
        }
    }

    fn draw_field(&mut self, entity: usize, owner: Subgraph) {
        let mut owners = vec![owner];
        if self.random.percent(25) {
            let full = self.graph.objects[entity].full_members();
            owners.extend(self.pick(&full).filter(|other| *other != owner));
        }
        let named = self.draw_named(&owners);
        let ty = self.wrapped(named);
        let name = self.free_name(entity);
        let mut field = Field::new(name, ty, Meaning::Any);
        let takes_arguments = field.ty.named == Named::Leaf("String") && field.ty.lists.is_empty();
        if takes_arguments && self.random.percent(35) {
            field.arguments = self.draw_arguments();
        }
        field.at = owners.into_iter().map(|owner| (owner, At::default())).collect();
        self.graph.objects[entity].fields.push(field);
    }

    /// A type that all of the subgraphs can return.
    fn draw_named(&mut self, owners: &[Subgraph]) -> Named {
        let kind = match self.index(20) {
            0 => return Named::Enum,
            1..=4 => Kind::Value,
            5..=9 => Kind::Entity,
            _ => return self.leaf(),
        };
        let chosen = self.pick(&self.graph.of_kind(kind)).map(Named::Object);
        match chosen {
            Some(named) if owners.iter().all(|owner| self.ensure(named, *owner)) => named,
            _ => self.leaf(),
        }
    }

    pub(super) fn draw_arguments(&mut self) -> Vec<Argument> {
        let argument = |name, ty, default| Argument { name, ty, default };
        let all = [
            argument("n", "Int", Some("3")),
            argument("text", "String", None),
            argument("state", "Choice", Some("LEFT")),
            argument("filter", "Filter", None),
            argument("all", "[Int!]", None),
            argument("must", "Boolean!", Some("true")),
        ];
        let count = 1 + self.index(2);
        self.some_of(&all, count)
    }

    /// All fields of a value type go where it goes.
    pub(super) fn ensure_value_type(&mut self, value_type: usize, subgraph: Subgraph) -> bool {
        let object = &self.graph.objects[value_type];
        if object.returned_in(subgraph) {
            return true;
        }
        let is_closed = object.kind != Kind::Value;
        let types: Vec<Named> = object.fields.iter().map(|field| field.ty.named).collect();
        let is_far = |named: &Named| match named {
            Named::Object(index) => {
                self.graph.objects[*index].members.get(&subgraph).is_some_and(|one| one.is_far)
            }
            _ => false,
        };
        if is_closed || types.iter().any(is_far) {
            return false;
        }
        if !types.into_iter().all(|named| self.ensure(named, subgraph)) {
            return false;
        }
        let object = &mut self.graph.objects[value_type];
        let member = Member { is_returned: true, ..Member::default() };
        object.members.insert(subgraph, member);
        for field in &mut object.fields {
            field.at.insert(subgraph, At::default());
        }
        true
    }

    /// A value type of which each subgraph has other fields: whoever asks for it can ask all.
    pub(super) fn draw_partial_value_types(&mut self) {
        for entity in self.graph.of_kind(Kind::Entity) {
            let full = self.graph.objects[entity].full_members();
            if full.len() < 2 || !self.random.percent(25) {
                continue;
            }
            let owners = self.some_of(&full, 2);
            let name = format!("{}Part", self.graph.objects[entity].name);
            let mut part = Object::new(name, Kind::PartialValue);
            let member = Member { is_returned: true, ..Member::default() };
            for owner in &owners {
                part.members.insert(*owner, member.clone());
                let ty = FieldType::new(self.leaf(), false);
                let name = format!("own_{}", self.graph.subgraphs[*owner]);
                let mut own = Field::new(name, ty, Meaning::Any);
                own.at.insert(*owner, At::default());
                part.fields.push(own);
            }
            if self.random.percent(60) {
                let ty = FieldType::new(self.leaf(), false);
                let mut both = Field::new("both", ty, Meaning::Any);
                both.at = owners.iter().map(|owner| (*owner, At::default())).collect();
                part.fields.push(both);
            }
            self.graph.objects.push(part);
            let named = Named::Object(self.graph.objects.len() - 1);
            let ty = self.wrapped(named);
            let mut field = Field::new("detail", ty, Meaning::Any);
            field.at = owners.into_iter().map(|owner| (owner, At::default())).collect();
            self.graph.objects[entity].fields.push(field);
        }
    }
}

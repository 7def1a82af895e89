//! The rows of a drawn graph.

use serde_json::{Map, Value, json};

use super::Author;
use super::graph::{Field, FieldType, Kind, Meaning, Named, Subgraph};

const WORDS: [&str; 6] = ["red", "blue", "", "näive \"quoted\"", "x", "long long text"];

impl Author<'_> {
    pub(super) fn draw_rows(&mut self) -> Map<String, Value> {
        let mut rows = Map::new();
        for root in [self.graph.query, self.graph.mutation] {
            let fields = self.graph.objects[root].fields.clone();
            let values = fields.iter().map(|field| (field.name.clone(), self.value(field, 1)));
            let values: Map<String, Value> = values.collect();
            if !values.is_empty() {
                rows.insert(self.graph.objects[root].name.clone(), Value::Object(values));
            }
        }
        for (place, entity) in self.graph.of_kind(Kind::Entity).into_iter().enumerate() {
            self.keys_after = place * self.graph.rows_count;
            for number in 1..=self.graph.rows_count {
                let name = format!("{}:{number}", self.graph.objects[entity].name);
                let row = self.draw_row(entity, number);
                rows.insert(name, Value::Object(row));
            }
        }
        rows
    }

    fn draw_row(&mut self, entity: usize, number: usize) -> Map<String, Value> {
        let mut row = Map::new();
        let is_tagged = self.random.percent(70);
        let breaks = self.may_break(entity);
        let members = self.graph.objects[entity].members.clone();
        let by_tag = |far: &Subgraph| {
            let key = members[far].keys[0].0;
            self.graph.objects[entity].keys[key].text == "tag"
        };
        let mut unknown: Vec<Subgraph> =
            members.iter().filter(|(_, one)| one.is_far).map(|(subgraph, _)| *subgraph).collect();
        let untagged: Vec<Subgraph> =
            unknown.iter().copied().filter(|far| !is_tagged && by_tag(far)).collect();
        unknown.retain(|_| self.random.percent(25));
        for field in self.graph.objects[entity].fields.clone() {
            let resolvers = field.resolvers();
            let is_lost = |one: &Subgraph| unknown.contains(one) || untagged.contains(one);
            let value = if resolvers.is_empty() {
                continue;
            } else if resolvers.iter().all(is_lost) || (field.name == "tag" && !is_tagged) {
                Value::Null
            } else {
                self.entity_value(&field, number, breaks)
            };
            row.insert(field.name.clone(), value);
        }
        if !unknown.is_empty() {
            let names = unknown.iter().map(|one| json!(self.graph.subgraphs[*one]));
            row.insert("$unknown_to".to_owned(), names.collect());
        }
        row
    }

    /// Nulls where none may be take objects away: then nothing may be read from inside them.
    fn may_break(&self, entity: usize) -> bool {
        let objects = self.graph.objects.iter();
        let mut fields = objects.flat_map(|object| &object.fields);
        let is_read = |field: &Field| field.is_read && matches!(field.ty.named, Named::Object(_));
        self.graph.objects[entity].is_entity() && !fields.any(is_read)
    }

    /// Now and then an error, where nobody but the client reads it.
    fn entity_value(&mut self, field: &Field, number: usize, breaks: bool) -> Value {
        let is_leaf = matches!(field.ty.named, Named::Leaf(_));
        let is_free = is_leaf && !field.is_read && field.meaning == Meaning::Any;
        if is_free && (breaks || !field.ty.is_required()) && self.random.percent(4) {
            let error = json!({ "$error": "it broke" });
            return if self.random.percent(50) { error } else { Value::Null };
        }
        self.value(field, number)
    }

    fn value(&mut self, field: &Field, number: usize) -> Value {
        match &field.meaning {
            Meaning::Any if !field.arguments.is_empty() => {
                json!({ "$args": WORDS[self.index(WORDS.len())] })
            }
            // Also those that only provide it, or had it before.
            Meaning::Any => {
                let all: Vec<Subgraph> = field.at.keys().copied().collect();
                self.any_value(&field.ty, 0, &all)
            }
            Meaning::Key => self.key_value(field, number),
            Meaning::Turn => json!({ "$turn": true }),
            Meaning::Join(parts) => json!({ "$join": parts }),
            Meaning::Find(types) => match &types[..] {
                [one] => json!({ "$find": one }),
                several => json!({ "$find": several }),
            },
        }
    }

    fn key_value(&mut self, field: &Field, number: usize) -> Value {
        match field.ty.named {
            Named::Leaf("Int") => json!((self.keys_after + number) * 10),
            Named::Object(object) if self.graph.objects[object].is_entity() => {
                let of = 1 + (number % self.graph.rows_count);
                json!({ "$ref": format!("{}:{of}", self.graph.objects[object].name) })
            }
            Named::Object(object) => {
                let fields = self.graph.objects[object].fields.clone();
                let values = fields.iter().map(|one| (one.name.clone(), self.value(one, number)));
                Value::Object(values.collect())
            }
            _ => json!(format!("{}{}", field.name, self.keys_after + number)),
        }
    }

    fn any_value(&mut self, ty: &FieldType, level: usize, owners: &[Subgraph]) -> Value {
        let is_non_null = ty.lists.get(level).copied().unwrap_or(ty.is_non_null);
        if !is_non_null && self.random.percent(14) {
            return Value::Null;
        }
        if level < ty.lists.len() {
            let count = self.index(4);
            return (0..count).map(|_| self.any_value(ty, level + 1, owners)).collect();
        }
        match ty.named {
            Named::Leaf(name) => self.leaf_value(name),
            Named::Enum => {
                let all = owners.iter().map(|owner| self.graph.enum_values[*owner].clone());
                let common = all.reduce(|one, two| {
                    one.into_iter().filter(|value| two.contains(value)).collect()
                });
                json!(self.pick(&common.unwrap_or_default()))
            }
            Named::Object(object) => self.object_value(object, false),
            Named::Abstract(index) => {
                let members = self.common_members(index, owners);
                match self.pick(&members) {
                    Some(object) => self.object_value(object, true),
                    None => Value::Null,
                }
            }
        }
    }

    fn leaf_value(&mut self, name: &str) -> Value {
        match name {
            "Int" => json!(self.index(5)),
            "Float" => json!([0.5, 2.25, -1.5][self.index(3)]),
            "Boolean" => json!(self.random.percent(50)),
            "ID" => json!(format!("id{}", self.index(5))),
            _ => json!(WORDS[self.index(WORDS.len())]),
        }
    }

    fn object_value(&mut self, object: usize, is_abstract: bool) -> Value {
        let name = self.graph.objects[object].name.clone();
        if self.graph.objects[object].is_entity() {
            let number = 1 + self.index(self.graph.rows_count);
            return json!({ "$ref": format!("{name}:{number}") });
        }
        let mut values = Map::new();
        if is_abstract {
            values.insert("__typename".to_owned(), json!(name));
        }
        let number = 1 + self.index(self.graph.rows_count);
        for field in self.graph.objects[object].fields.clone() {
            values.insert(field.name.clone(), self.value(&field, number));
        }
        Value::Object(values)
    }
}

//! `@requires` and `@provides`: fields that a subgraph reads from others, or tells in their place.

use serde_json::{Value, json};

use super::Author;
use super::graph::{At, Field, FieldType, Kind, Meaning, Named, Subgraph};

/// A field set with the paths of its leaves, as `$join` reads them.
type FieldSet = (String, Vec<Value>);

impl Author<'_> {
    pub(super) fn draw_requirements(&mut self) {
        for _ in 0..self.index(7) {
            let entities = self.graph.of_kind(Kind::Entity);
            if let Some(entity) = self.pick(&entities) {
                self.draw_requirement(entity);
            }
        }
    }

    /// Requires only fields that were there before, so that no requirement needs itself.
    fn draw_requirement(&mut self, entity: usize) {
        let members = self.graph.objects[entity].members.iter();
        let able = members.filter(|(_, member)| member.keys.iter().any(|(_, is)| *is));
        let able: Vec<Subgraph> = able.map(|(subgraph, _)| *subgraph).collect();
        let Some(subgraph) = self.pick(&able) else { return };
        let fields = self.graph.objects[entity].fields.iter().enumerate();
        let foreign = fields.filter(|(_, field)| is_foreign(field, subgraph));
        let foreign: Vec<usize> = foreign.map(|(index, _)| index).collect();
        let count = 1 + self.index(3);
        let (mut texts, mut parts) = (Vec::new(), Vec::new());
        for field in self.some_of(&foreign, count) {
            if let Some((text, leaves)) = self.required(entity, field, subgraph) {
                texts.push(text);
                parts.extend(leaves);
            }
        }
        if texts.is_empty() {
            return;
        }
        let name = self.free_name(entity);
        let member = self.graph.objects[entity].members.get_mut(&subgraph).expect("a member");
        let is_non_null = !member.is_far && self.random.percent(20);
        member.is_stub = false;
        let ty = FieldType::new(Named::Leaf("String"), is_non_null);
        let mut field = Field::new(name, ty, Meaning::Join(Vec::new()));
        if self.random.percent(20) {
            field.arguments = self.draw_arguments();
            parts.push(json!("$args"));
        }
        field.meaning = Meaning::Join(parts);
        let at = At { requires: Some(texts.join(" ")), ..At::default() };
        field.at.insert(subgraph, at);
        self.graph.objects[entity].fields.push(field);
    }

    /// One field of a requirement, external in the subgraph.
    fn required(&mut self, entity: usize, index: usize, subgraph: Subgraph) -> Option<FieldSet> {
        let field = self.graph.objects[entity].fields[index].clone();
        let name = &field.name;
        let selected = match field.ty.named {
            Named::Abstract(_) => return None,
            Named::Object(object) => {
                let (text, parts) = self.selected(object, subgraph, 0)?;
                let parts = parts.iter().map(|part| json!(format!("{name}.{}", path(part))));
                (format!("{name} {{ {text} }}"), parts.collect())
            }
            _ if field.arguments.is_empty() => (name.clone(), vec![json!(name)]),
            _ => {
                let (literals, values) = fixed_arguments(&field);
                let part = json!({ "path": name, "arguments": values });
                (format!("{name}({literals})"), vec![part])
            }
        };
        self.read_externally(entity, index, subgraph);
        Some(selected)
    }

    fn read_externally(&mut self, object: usize, index: usize, subgraph: Subgraph) {
        let field = &mut self.graph.objects[object].fields[index];
        field.is_read = true;
        field.at.entry(subgraph).or_insert(At { is_external: true, ..At::default() });
    }

    /// Some leaves of an object that a subgraph is told about, and what holds them.
    fn selected(&mut self, object: usize, subgraph: Subgraph, depth: usize) -> Option<FieldSet> {
        let is_entity = self.graph.objects[object].is_entity();
        let is_returned = self.graph.objects[object].returned_in(subgraph);
        if is_entity && !self.ensure_entity(object, subgraph, None) {
            return None;
        }
        let is_partial = self.graph.objects[object].kind == Kind::PartialValue;
        if is_partial && is_returned {
            return None;
        }
        let is_usable = |field: &Field| {
            let is_leaf = matches!(field.ty.named, Named::Leaf(_) | Named::Enum);
            let is_overridden = field.at.get(&subgraph).is_some_and(|at| at.is_overridden);
            let nests = depth == 0 && !is_entity && matches!(field.ty.named, Named::Object(_));
            field.arguments.is_empty()
                && !is_overridden
                && !field.at.is_empty()
                && (is_leaf || nests)
        };
        let fields = self.graph.objects[object].fields.iter().enumerate();
        let usable = fields.filter(|(_, field)| is_usable(field));
        let usable: Vec<usize> = usable.map(|(index, _)| index).collect();
        let count = 1 + self.index(2);
        let (mut texts, mut parts) = (Vec::new(), Vec::new());
        for index in self.some_of(&usable, count) {
            let field = self.graph.objects[object].fields[index].clone();
            match field.ty.named {
                Named::Object(nested) => {
                    let Some((text, leaves)) = self.selected(nested, subgraph, depth + 1) else {
                        continue;
                    };
                    texts.push(format!("{} {{ {text} }}", field.name));
                    let leaves = leaves.iter().map(path);
                    parts.extend(leaves.map(|leaf| json!(format!("{}.{leaf}", field.name))));
                }
                _ => {
                    texts.push(field.name.clone());
                    parts.push(json!(field.name));
                }
            }
            if !is_entity {
                // It may only be told about, not return it.
                self.graph.objects[object].members.entry(subgraph).or_default();
            }
            self.read_externally(object, index, subgraph);
        }
        (!texts.is_empty()).then(|| (texts.join(" "), parts))
    }

    pub(super) fn draw_provisions(&mut self) {
        for object in 0..self.graph.objects.len() {
            for index in 0..self.graph.objects[object].fields.len() {
                let field = &self.graph.objects[object].fields[index];
                let Named::Object(entity) = field.ty.named else { continue };
                let resolvers = field.resolvers();
                // What provides cannot be overridden.
                let moves = field.at.values().any(|at| at.override_label.is_some());
                let is_plain = field.meaning != Meaning::Key && !moves;
                let provider = self.pick(&resolvers).filter(|_| is_plain);
                let is_entity = self.graph.objects[entity].is_entity();
                if let Some(provider) = provider.filter(|_| is_entity && self.random.percent(25)) {
                    let text = self.provided(entity, provider);
                    let field = &mut self.graph.objects[object].fields[index];
                    field.at.get_mut(&provider).expect("a resolver").provides = text;
                }
            }
        }
    }

    /// Fields of an entity that a subgraph does not have otherwise.
    fn provided(&mut self, entity: usize, provider: Subgraph) -> Option<String> {
        let fields = self.graph.objects[entity].fields.iter().enumerate();
        let usable = fields.filter(|(_, field)| {
            let moves = field.at.values().any(|at| at.is_overridden || at.override_from.is_some());
            let is_shown =
                matches!(field.ty.named, Named::Leaf(_) | Named::Enum | Named::Object(_));
            is_foreign(field, provider)
                && field.arguments.is_empty()
                && !matches!(field.meaning, Meaning::Join(_))
                && is_shown
                && !moves
        });
        let usable: Vec<usize> = usable.map(|(index, _)| index).collect();
        let count = 1 + self.index(2);
        let mut texts = Vec::new();
        for index in self.some_of(&usable, count) {
            let field = self.graph.objects[entity].fields[index].clone();
            match field.ty.named {
                Named::Object(nested) if self.graph.objects[nested].kind != Kind::Value => continue,
                Named::Object(nested) => {
                    let Some((text, leaves)) = self.selected(nested, provider, 1) else {
                        continue;
                    };
                    texts.push(format!("{} {{ {text} }}", field.name));
                    for inside in &mut self.graph.objects[nested].fields {
                        inside.is_provided |= leaves.iter().any(|leaf| path(leaf) == inside.name);
                    }
                }
                _ => texts.push(field.name.clone()),
            }
            self.read_externally(entity, index, provider);
            self.graph.objects[entity].fields[index].is_provided = true;
        }
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}

/// Whether others answer a field, and this subgraph can only be told.
fn is_foreign(field: &Field, subgraph: Subgraph) -> bool {
    let here = field.at.get(&subgraph);
    here.is_none_or(|at| at.is_external) && !field.resolvers().is_empty()
}

fn path(part: &Value) -> &str {
    part.as_str().expect("nested parts are paths")
}

/// What requirements give for a field's arguments: always the same, since a representation has
/// one value for a field.
fn fixed_arguments(field: &Field) -> (String, Value) {
    let (mut literals, mut values) = (Vec::new(), serde_json::Map::new());
    for argument in &field.arguments {
        let (literal, value) = match argument.name {
            "n" => ("7", json!(7)),
            "text" => ("\"u\"", json!("u")),
            "state" => ("RIGHT", json!("RIGHT")),
            "filter" => ("{ n: 2 }", json!({ "n": 2 })),
            "all" => ("[1, 2]", json!([1, 2])),
            _ => ("false", json!(false)),
        };
        literals.push(format!("{}: {literal}", argument.name));
        values.insert(argument.name.to_owned(), value);
    }
    (literals.join(", "), Value::Object(values))
}

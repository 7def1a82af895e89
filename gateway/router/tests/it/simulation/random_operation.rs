//! A random operation over a world's API schema: aliases, arguments, variables, conditions and
//! fragments. Most draws are valid; the caller draws again when one is not.

use std::collections::HashMap;
use std::fmt::Write as _;

use apollo_compiler::ast::Type;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use serde_json::Value;

use super::Random;
use crate::world::World;

/// Nesting of fields.
const DEPTH_MAX: usize = 5;

/// Response keys that collide with fields of many worlds, on purpose.
const ALIASES: [&str; 5] = ["id", "name", "a", "b", "__typename_"];

/// What operations over a world are made of.
pub(crate) struct Vocabulary {
    schema: Valid<Schema>,
    /// Values that the rows have, by field name: arguments that find something.
    values: HashMap<String, Vec<Value>>,
}

impl Vocabulary {
    /// Of the world's view, if it has one.
    pub(crate) fn of(world: &World) -> Self {
        let mut values: HashMap<String, Vec<Value>> = HashMap::new();
        for row in world.rows.all() {
            for (field, value) in row.fields {
                if value.is_string() || value.is_number() {
                    values.entry(field.clone()).or_default().push(value.clone());
                }
            }
        }
        let view = world.view.as_ref().map(|(_, view)| view.api_schema().schema());
        Self { schema: view.unwrap_or(world.api_schema.schema()).clone(), values }
    }
}

/// An operation with its variables.
pub(crate) struct RandomOperation {
    pub(crate) document: String,
    pub(crate) variables: JsonMap,
}

impl RandomOperation {
    pub(crate) fn draw(vocabulary: &Vocabulary, random: &mut Random) -> Self {
        let schema = &vocabulary.schema;
        let mutation = schema.schema_definition.mutation.as_ref().filter(|_| random.percent(20));
        let query = schema.schema_definition.query.as_ref();
        let (kind, root) = match mutation {
            Some(mutation) => ("mutation", mutation),
            None => ("query", query.expect("every API has queries")),
        };
        let mut author = Author {
            vocabulary,
            random,
            keys: HashMap::new(),
            declared: Vec::new(),
            variables: JsonMap::new(),
            fragments: Vec::new(),
            fields: 0,
        };
        let selection = author.selection(&root.name, &mut String::new(), 0);
        let Author { declared, variables, fragments, .. } = author;
        let mut document = kind.to_owned();
        if !declared.is_empty() {
            let _ = write!(document, "({})", declared.join(", "));
        }
        document += &selection;
        for (name, ty, selection) in fragments {
            let _ = write!(document, " fragment {name} on {ty}{selection}");
        }
        Self { document, variables }
    }
}

struct Author<'a> {
    vocabulary: &'a Vocabulary,
    random: &'a mut Random,
    /// What each response path is taken by: another field there would be a conflict.
    keys: HashMap<String, String>,
    declared: Vec<String>,
    variables: JsonMap,
    fragments: Vec<(String, Name, String)>,
    fields: usize,
}

impl Author<'_> {
    /// `{…}` of a composite type, at a response path.
    fn selection(&mut self, ty: &Name, path: &mut String, depth: usize) -> String {
        let mut text = " {".to_owned();
        let fields: Vec<FieldDefinition> = match self.vocabulary.schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => own_fields(&object.fields),
            Some(ExtendedType::Interface(interface)) => own_fields(&interface.fields),
            _ => Vec::new(),
        };
        let count = 1 + self.random.below(4);
        for _ in 0..count {
            if let Some(field) = self.random.pick(&fields).cloned() {
                text += &self.field(ty, &field, path, depth);
            }
        }
        if self.random.percent(15) {
            let condition = self.condition();
            let _ = write!(text, " __typename{condition}");
        }
        let fragments = if fields.is_empty() { 2 } else { u64::from(self.random.percent(35)) };
        for _ in 0..fragments {
            text += &self.fragment(ty, path, depth);
        }
        if text.len() == 2 || self.random.percent(5) {
            text += " __typename";
        }
        text + " }"
    }

    fn field(
        &mut self,
        parent: &Name,
        field: &FieldDefinition,
        path: &mut String,
        depth: usize,
    ) -> String {
        let name = &field.name;
        let named = field.ty.inner_named_type().clone();
        let schema = &self.vocabulary.schema;
        let is_leaf = schema.types.get(&named).is_none_or(|ty| ty.is_leaf());
        if self.fields > 60 || (!is_leaf && depth >= DEPTH_MAX) {
            return String::new();
        }
        self.fields += 1;
        let arguments = self.arguments(&field.arguments);
        let meaning = format!("{parent}.{name}{arguments}");
        let key = self.response_key(name, path, &meaning);
        let condition = self.condition();
        let alias = if key == name.as_str() { String::new() } else { format!("{key}: ") };
        let mut text = format!(" {alias}{name}{arguments}{condition}");
        if !is_leaf {
            let length = path.len();
            let _ = write!(path, ".{key}");
            text += &self.selection(&named, path, depth + 1);
            path.truncate(length);
        }
        text
    }

    /// The field's name or an alias, free at this path (mostly: the validator has the last word).
    fn response_key(&mut self, name: &Name, path: &str, meaning: &str) -> String {
        let mut key = name.to_string();
        if self.random.percent(20) {
            key = self.random.pick(&ALIASES).copied().unwrap_or("a").to_owned();
        }
        // Not with arguments: the validator takes lists of other lengths for equal.
        let careless = self.random.percent(10) && !meaning.contains('(');
        let mut number = 0;
        loop {
            let at = format!("{path}.{key}");
            let taken = self.keys.entry(at).or_insert_with(|| meaning.to_owned());
            if careless || taken == meaning {
                return key;
            }
            number += 1;
            key = format!("{name}_{number}");
        }
    }

    fn fragment(&mut self, ty: &Name, path: &mut String, depth: usize) -> String {
        let condition = self.condition() + &self.defer(ty);
        let schema = &self.vocabulary.schema;
        let overlaps =
            |one: &Name| one == ty || schema.is_subtype(ty, one) || schema.is_subtype(one, ty);
        let is_composite = |name: &&Name| {
            schema.types.get(*name).is_some_and(|it| !it.is_leaf() && !it.is_input_object())
        };
        let on: Vec<Name> = schema
            .types
            .keys()
            .filter(|name| !name.starts_with("__") && overlaps(name))
            .filter(is_composite)
            .cloned()
            .collect();
        let on = self.random.pick(&on).cloned().unwrap_or_else(|| ty.clone());
        if self.random.percent(30) {
            let known: Vec<String> = self
                .fragments
                .iter()
                .filter(|(_, of, _)| *of == on)
                .map(|(name, _, _)| name.clone())
                .collect();
            if let Some(name) = self.random.pick(&known) {
                return format!(" ...{name}{condition}");
            }
            let selection = self.selection(&on, path, depth + 1);
            let name = format!("F{}", self.fragments.len());
            self.fragments.push((name.clone(), on, selection));
            return format!(" ...{name}{condition}");
        }
        let selection = self.selection(&on, path, depth + 1);
        if on == *ty && self.random.percent(50) {
            return format!(" ...{condition}{selection}");
        }
        format!(" ... on {on}{condition}{selection}")
    }

    /// `@defer`, sometimes by a variable.
    fn defer(&mut self, parent: &Name) -> String {
        let is_known = self.vocabulary.schema.directive_definitions.contains_key("defer");
        if !is_known || self.is_mutation(parent) || !self.random.percent(20) {
            return String::new();
        }
        match self.random.percent(20) {
            true => format!(" @defer(if: {})", self.boolean()),
            false => " @defer".to_owned(),
        }
    }

    fn is_mutation(&self, ty: &Name) -> bool {
        let mutation = self.vocabulary.schema.schema_definition.mutation.as_ref();
        mutation.is_some_and(|root| root.name == *ty)
    }

    /// `@skip` and `@include`, sometimes both, literal or by one of three variables.
    fn condition(&mut self) -> String {
        let mut text = String::new();
        for directive in ["skip", "include"] {
            if !self.random.percent(7) {
                continue;
            }
            let value = self.boolean();
            let _ = write!(text, " @{directive}(if: {value})");
        }
        text
    }

    /// Literal, or one of three variables.
    fn boolean(&mut self) -> String {
        let variable = format!("b{}", self.random.below(3));
        if self.random.percent(20) {
            return self.random.percent(50).to_string();
        }
        if !self.variables.contains_key(variable.as_str()) {
            self.declared.push(format!("${variable}: Boolean!"));
            let value = self.random.percent(50);
            self.variables.insert(variable.as_str(), value.into());
        }
        format!("${variable}")
    }

    fn arguments(&mut self, definitions: &[apollo_compiler::Node<InputValueDefinition>]) -> String {
        let mut given = Vec::new();
        for definition in definitions {
            if !definition.is_required() && self.random.percent(50) {
                continue;
            }
            let value = self.argument(definition);
            given.push(format!("{}: {value}", definition.name));
        }
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }

    /// A literal or a variable.
    fn argument(&mut self, definition: &InputValueDefinition) -> String {
        let value = self.value(&definition.name, &definition.ty, 0);
        if !self.random.percent(40) {
            return literal(&value, &definition.ty, &self.vocabulary.schema);
        }
        let name = format!("v{}", self.variables.len());
        self.declared.push(format!("${name}: {}", definition.ty));
        self.variables.insert(name.as_str(), value.into());
        format!("${name}")
    }

    fn value(&mut self, name: &Name, ty: &Type, depth: usize) -> Value {
        if !ty.is_non_null() && self.random.percent(10) {
            return Value::Null;
        }
        if ty.is_list() {
            let count = self.random.below(3);
            return (0..count).map(|_| self.value(name, ty.item_type(), depth + 1)).collect();
        }
        let schema = &self.vocabulary.schema;
        match (schema.types.get(ty.inner_named_type()), ty.inner_named_type().as_str()) {
            (Some(ExtendedType::Enum(values)), _) => {
                let values: Vec<&Name> = values.values.keys().collect();
                let value = self.random.pick(&values);
                value.map_or(Value::Null, |value| Value::from(value.as_str()))
            }
            (Some(ExtendedType::InputObject(object)), _) => {
                let fields: Vec<_> = object.fields.values().cloned().collect();
                let mut value = serde_json::Map::new();
                for field in fields {
                    if field.is_required() || (depth < 3 && self.random.percent(50)) {
                        let inner = self.value(&field.name, &field.ty, depth + 1);
                        value.insert(field.name.to_string(), inner);
                    }
                }
                Value::Object(value)
            }
            (_, "Boolean") => Value::from(self.random.percent(50)),
            (_, "Int") => Value::from(self.random.below(4)),
            (_, "Float") => Value::from(1.5),
            _ => {
                let known = self.vocabulary.values.get(name.as_str());
                let known = known.and_then(|known| self.random.pick(known));
                let text = known.map(crate::world::text);
                Value::from(text.unwrap_or_else(|| "x".to_owned()))
            }
        }
    }
}

fn own_fields(
    fields: &apollo_compiler::collections::IndexMap<
        Name,
        apollo_compiler::schema::Component<FieldDefinition>,
    >,
) -> Vec<FieldDefinition> {
    fields.values().map(|field| field.as_ref().clone()).collect()
}

/// As GraphQL writes it: enum values without quotes, keys too.
fn literal(value: &Value, ty: &Type, schema: &Schema) -> String {
    match (value, schema.types.get(ty.inner_named_type())) {
        (Value::Array(items), _) => {
            let items: Vec<String> =
                items.iter().map(|item| literal(item, ty.item_type(), schema)).collect();
            format!("[{}]", items.join(", "))
        }
        (Value::Object(fields), Some(ExtendedType::InputObject(object))) => {
            let fields: Vec<String> = fields
                .iter()
                .filter_map(|(name, value)| {
                    let field = object.fields.get(name.as_str())?;
                    Some(format!("{name}: {}", literal(value, &field.ty, schema)))
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        (Value::String(name), Some(ExtendedType::Enum(_))) => name.clone(),
        (value, _) => value.to_string(),
    }
}

//! The view's enums and input objects, and values of input types.

use std::fmt::Write as _;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use super::Author;
use crate::simulation::Random;

pub(super) struct Enum {
    pub(super) name: String,
    pub(super) of: Name,
    /// Each with the graph's.
    pub(super) values: Vec<(String, Name)>,
}

pub(super) struct Input {
    pub(super) name: String,
    of: Name,
    fields: Vec<String>,
}

impl Enum {
    pub(super) fn text(&self) -> String {
        let of = if self.name == self.of.as_str() {
            String::new()
        } else {
            format!(" @of(type: \"{}\")", self.of)
        };
        let value = |(own, theirs): &(String, Name)| match own == theirs.as_str() {
            true => format!(" {own}"),
            false => format!(" {own} @value(of: \"{theirs}\")"),
        };
        let values: String = self.values.iter().map(value).collect();
        format!("enum {}{of} {{{values} }}\n\n", self.name)
    }
}

impl Input {
    pub(super) fn text(&self) -> String {
        let of = if self.name == self.of.as_str() {
            String::new()
        } else {
            format!(" @of(type: \"{}\")", self.of)
        };
        format!("input {}{of} {{ {} }}\n\n", self.name, self.fields.join(" "))
    }
}

impl Author<'_> {
    pub(super) fn draw_leaves(&mut self) {
        for (of, ty) in self.graph_types() {
            match ty {
                ExtendedType::Enum(definition) => {
                    let renames = self.random.percent(60);
                    let name = if renames { format!("{of}Kind") } else { of.to_string() };
                    let values = definition.values.keys().enumerate();
                    let values = values.filter_map(|value| self.draw_value(value)).collect();
                    self.enums.push(Enum { name, of: of.clone(), values });
                }
                ExtendedType::InputObject(_) => {
                    let renames = self.random.percent(50);
                    let name = if renames { format!("{of}Form") } else { of.to_string() };
                    self.inputs.push(Input { name, of: of.clone(), fields: Vec::new() });
                }
                _ => {}
            }
        }
        for index in 0..self.inputs.len() {
            self.draw_input_fields(index);
        }
    }

    /// A value of an enum, and what the view calls it; the first is always there.
    fn draw_value(&mut self, (number, value): (usize, &Name)) -> Option<(String, Name)> {
        if number > 0 && self.random.percent(10) {
            return None;
        }
        let own = match self.random.percent(40) {
            true => format!("v{}", value.to_lowercase()),
            false => value.to_string(),
        };
        Some((own, value.clone()))
    }

    fn draw_input_fields(&mut self, index: usize) {
        let of = self.inputs[index].of.clone();
        let Some(definition) = self.schema.get_input_object(&of) else { return };
        let mut fields = Vec::new();
        for (number, field) in definition.fields.values().enumerate() {
            let is_last = fields.is_empty() && number + 1 == definition.fields.len();
            if !field.is_required() && !is_last && self.random.percent(25) {
                continue;
            }
            let renames = self.random.percent(40);
            let name = if renames { format!("in{number}") } else { field.name.to_string() };
            let mut text = format!("{name}: {}", self.own_input_type(&field.ty));
            if self.random.percent(30)
                && let Some(value) =
                    literal_in_view(self.schema, &self.enums, &field.ty, self.random)
            {
                let _ = write!(text, " = {value}");
            }
            if renames {
                let _ = write!(text, " @from(fields: \"{}\")", field.name);
            }
            fields.push(text);
        }
        self.inputs[index].fields = fields;
    }

    /// How the view writes an input type of the graph.
    pub(super) fn own_input_type(&self, ty: &Type) -> String {
        let named = ty.inner_named_type();
        let of_enum = self.enums.iter().find(|one| one.of == *named).map(|one| &one.name);
        let own = of_enum
            .or_else(|| self.inputs.iter().find(|one| one.of == *named).map(|one| &one.name))
            .cloned()
            .unwrap_or_else(|| named.to_string());
        renamed(ty, &own)
    }

    /// A value as the view's clients write it.
    pub(super) fn literal_in_view(&mut self, ty: &Type) -> Option<String> {
        literal_in_view(self.schema, &self.enums, ty, self.random)
    }

    /// A value as the graph's clients write it.
    pub(super) fn literal_in_graph(&mut self, ty: &Type) -> Option<String> {
        literal(self.schema, ty, self.random, &|name, random| {
            let Some(ExtendedType::Enum(definition)) = self.schema.types.get(name) else {
                return None;
            };
            let values: Vec<&Name> = definition.values.keys().collect();
            random.pick(&values).map(ToString::to_string)
        })
    }
}

fn literal_in_view(
    schema: &Schema,
    enums: &[Enum],
    ty: &Type,
    random: &mut Random,
) -> Option<String> {
    literal(schema, ty, random, &|name, random| {
        let own = enums.iter().find(|one| one.of == *name)?;
        random.pick(&own.values).map(|(own, _)| own.clone())
    })
}

/// Of scalars, enums, and lists of them.
fn literal(
    schema: &Schema,
    ty: &Type,
    random: &mut Random,
    enum_value: &dyn Fn(&Name, &mut Random) -> Option<String>,
) -> Option<String> {
    if !ty.is_non_null() && random.percent(10) {
        return Some("null".to_owned());
    }
    if ty.is_list() {
        let item = literal(schema, ty.item_type(), random, enum_value)?;
        return Some(if random.percent(30) { "[]".to_owned() } else { format!("[{item}]") });
    }
    let named = ty.inner_named_type();
    if schema.get_enum(named).is_some() {
        return enum_value(named, random);
    }
    Some(match named.as_str() {
        "Int" => random.below(4).to_string(),
        "Float" => "1.5".to_owned(),
        "Boolean" => random.percent(50).to_string(),
        "ID" | "String" => "\"1\"".to_owned(),
        _ => return None,
    })
}

/// A type with another name inside.
pub(super) fn renamed(ty: &Type, own: &str) -> String {
    match ty {
        Type::Named(_) => own.to_owned(),
        Type::NonNullNamed(_) => format!("{own}!"),
        Type::List(item) => format!("[{}]", renamed(item, own)),
        Type::NonNullList(item) => format!("[{}]!", renamed(item, own)),
    }
}

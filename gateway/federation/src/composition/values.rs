//! Constant values of schemas: when two say the same, and what of them a merged schema lacks.

use std::sync::Arc;

use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};

use crate::diagnostic::Diagnostic;
use crate::subgraph::Subgraph;

/// Whether two values say the same: the order of an object's fields says nothing, nor how a number
/// is written.
pub(super) fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let other_value = |name: &Name| {
                let found = other.iter().find(|(other_name, _)| other_name == name);
                found.map(|(_, value)| value)
            };
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    other_value(name).is_some_and(|other| same_value(value, other))
                })
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        _ => one == other || number(one).is_some_and(|it| Some(it) == number(other)),
    }
}

/// Numbers that are not written alike are compared as what every server reads them as.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(text) => text.try_to_f64().ok(),
        Value::Float(text) => text.try_to_f64().ok(),
        _ => None,
    }
}

/// Whether two declarations have the same default, or both none.
pub(super) fn same_default(one: &InputValueDefinition, other: &InputValueDefinition) -> bool {
    match (&one.default_value, &other.default_value) {
        (Some(one), Some(other)) => same_value(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// What stops a value, valid in its subgraph, from being one of the type in the merged schema.
pub(super) struct Lost<'a> {
    /// As it follows `has`.
    pub(super) what: String,
    /// The enum or input object that lacks it, or asks for it.
    pub(super) of: &'a Name,
    /// The enum value or input field.
    pub(super) part: Name,
}

/// Whether a value has to give what the merged schema requires; a default that does not was valid
/// where it stands, and is used only there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Required {
    /// It is sent to whoever requires it.
    Given,
    /// It is a default.
    Optional,
}

impl<'a> Lost<'a> {
    /// The first thing that the merged schema does not take.
    pub(super) fn find(
        schema: &'a Schema,
        value: &Value,
        ty: &'a Type,
        required: Required,
    ) -> Option<Self> {
        let of = ty.inner_named_type();
        let unknown = |part: &Name| {
            let what = format!("`{of}.{part}`, which not every subgraph knows");
            Self { what, of, part: part.clone() }
        };
        match value {
            Value::List(items) => {
                items.iter().find_map(|item| Self::find(schema, item, ty.item_type(), required))
            }
            Value::Enum(value) => {
                let definition = schema.get_enum(of)?;
                (!definition.values.contains_key(value)).then(|| unknown(value))
            }
            Value::Object(fields) => {
                let definition = schema.get_input_object(of)?;
                let lost = |(name, value): &(Name, Node<Value>)| match definition.fields.get(name) {
                    Some(field) => Self::find(schema, value, &field.ty, required),
                    None => Some(unknown(name)),
                };
                let is_given = |name: &Name| fields.iter().any(|(given, _)| given == name);
                let missing = || {
                    if required == Required::Optional {
                        return None;
                    }
                    let mut needed = definition.fields.values().filter(|it| it.is_required());
                    let missing = &needed.find(|it| !is_given(&it.name))?.name;
                    let what = format!("no `{of}.{missing}`, which some subgraph requires");
                    Some(Self { what, of, part: missing.clone() })
                };
                fields.iter().find_map(lost).or_else(missing)
            }
            _ => None,
        }
    }

    /// Adds the places of the type in the subgraphs that lack the part, and of a required one.
    pub(super) fn at(&self, mut error: Diagnostic, subgraphs: &[Arc<Subgraph>]) -> Diagnostic {
        for subgraph in subgraphs {
            let Some(definition) = subgraph.schema.types.get(self.of) else { continue };
            let has = match definition {
                ExtendedType::Enum(ty) => ty.values.get(&self.part).map(|it| it.value.location()),
                ExtendedType::InputObject(ty) => {
                    ty.fields.get(&self.part).map(|it| it.name.location())
                }
                _ => None,
            };
            let (place, text) = match has {
                Some(place) => (place, "declared here"),
                None => (definition.name().location(), "not known here"),
            };
            error = error.at(&subgraph.sources, place, text);
        }
        error
    }
}

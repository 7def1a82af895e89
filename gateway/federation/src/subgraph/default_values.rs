//! Default values against their types, which the parser's library does not compare.
//!
//! As the reference composer does it: an enum's value may be written as a string, and an object may
//! lack required fields.

use std::fmt;

use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Node, Schema};

use crate::diagnostic::{Diagnostic, Sources};
use crate::type_parts::fields_of;

/// Every default value that is none of its type.
pub(super) fn check(schema: &Schema, sources: &Sources) -> Vec<Diagnostic> {
    let mut check = Check { schema, sources, errors: Vec::new() };
    for (name, definition) in schema.types.iter().filter(|(_, it)| !it.is_built_in()) {
        for field in fields_of(definition) {
            for argument in &field.arguments {
                check.value(argument, format_args!("{name}.{}({}:)", field.name, argument.name));
            }
        }
        if let ExtendedType::InputObject(ty) = definition {
            for field in ty.fields.values() {
                check.value(field, format_args!("{name}.{}", field.name));
            }
        }
    }
    for (name, definition) in &schema.directive_definitions {
        for argument in &definition.arguments {
            check.value(argument, format_args!("@{name}({}:)", argument.name));
        }
    }
    check.errors
}

struct Check<'a> {
    schema: &'a Schema,
    sources: &'a Sources,
    errors: Vec<Diagnostic>,
}

impl Check<'_> {
    fn value(&mut self, input: &InputValueDefinition, coordinate: fmt::Arguments<'_>) {
        let Some(value) = &input.default_value else { return };
        if self.is_of(value, &input.ty) {
            return;
        }
        let shown = value.serialize().no_indent();
        let message = format!("the default of `{coordinate}` is `{shown}`, no `{}`", input.ty);
        let error = Diagnostic::error("INVALID_GRAPHQL", message)
            .with_coordinate(coordinate.to_string())
            .at(self.sources, value.location(), "this default")
            .at(self.sources, input.ty.inner_named_type().location(), "for this type")
            .with_help("a default is a value of its type; whoever sends none gets it");
        self.errors.push(error);
    }

    fn is_of(&self, value: &Node<Value>, ty: &Type) -> bool {
        match (&**value, ty) {
            (Value::Null, _) => !ty.is_non_null(),
            (Value::List(items), Type::List(item) | Type::NonNullList(item)) => {
                items.iter().all(|it| self.is_of(it, item))
            }
            // One value stands for a list of it.
            (_, Type::List(item) | Type::NonNullList(item)) => self.is_of(value, item),
            (_, Type::Named(name) | Type::NonNullNamed(name)) => {
                self.schema.types.get(name).is_none_or(|ty| self.is_of_named(value, ty))
            }
        }
    }

    fn is_of_named(&self, value: &Value, ty: &ExtendedType) -> bool {
        match ty {
            ExtendedType::Scalar(scalar) => match scalar.name.as_str() {
                "Int" => matches!(value, Value::Int(_)),
                "Float" => matches!(value, Value::Int(_) | Value::Float(_)),
                "String" => matches!(value, Value::String(_)),
                "Boolean" => matches!(value, Value::Boolean(_)),
                "ID" => matches!(value, Value::Int(_) | Value::String(_)),
                _ => true,
            },
            ExtendedType::Enum(ty) => match value {
                Value::Enum(name) => ty.values.contains_key(name),
                Value::String(name) => ty.values.contains_key(name.as_str()),
                _ => false,
            },
            ExtendedType::InputObject(ty) => match value {
                Value::Object(fields) => fields.iter().all(|(name, value)| {
                    ty.fields.get(name).is_some_and(|field| self.is_of(value, &field.ty))
                }),
                _ => false,
            },
            // Refused already: these are no types of inputs.
            ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => true,
        }
    }
}

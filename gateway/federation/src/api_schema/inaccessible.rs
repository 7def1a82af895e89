//! `@inaccessible`: what is hidden, and what then cannot stay as it is.
//!
//! Specification `inaccessible/v0.2`. Errors name coordinates; whoever has the subgraphs' files
//! adds the places.

use std::fmt;

use apollo_compiler::ast::{DirectiveList, FieldDefinition, InputValueDefinition, Type, Value};
use apollo_compiler::collections::{HashSet, IndexMap, IndexSet};
use apollo_compiler::schema::{Component, ComponentName, ExtendedType};
use apollo_compiler::{Name, Node, Schema};

use crate::diagnostic::Diagnostic;

type Fields = IndexMap<Name, Component<FieldDefinition>>;

/// Removes everything inaccessible, or says what of the rest needs it.
pub(super) fn remove(schema: &mut Schema) -> Result<(), Vec<Diagnostic>> {
    if !schema.directive_definitions.contains_key("inaccessible") {
        return Ok(());
    }
    let hidden_types = schema.types.iter().filter(|(_, definition)| {
        definition.directives().iter().any(|directive| directive.name == "inaccessible")
    });
    let hidden_types = hidden_types.map(|(name, _)| name.clone()).collect();
    let mut check = Check { schema, hidden_types: &hidden_types, errors: Vec::new() };
    check.all();
    if !check.errors.is_empty() {
        return Err(check.errors);
    }
    schema.types.retain(|name, _| !hidden_types.contains(name));
    let definition = schema.schema_definition.make_mut();
    for root in [&mut definition.mutation, &mut definition.subscription] {
        root.take_if(|root| hidden_types.contains(&root.name));
    }
    for definition in schema.types.values_mut() {
        if !definition.is_built_in() {
            remove_parts(definition, &hidden_types);
        }
    }
    for definition in schema.directive_definitions.values_mut() {
        if definition.arguments.iter().any(|argument| is_hidden(&argument.directives)) {
            definition.make_mut().arguments.retain(|argument| !is_hidden(&argument.directives));
        }
    }
    Ok(())
}

fn is_hidden(directives: &DirectiveList) -> bool {
    directives.has("inaccessible")
}

/// What has nothing hidden stays shared with the supergraph's schema.
fn remove_parts(definition: &mut ExtendedType, hidden_types: &HashSet<Name>) {
    match definition {
        ExtendedType::Object(ty) => {
            if names_hidden(&ty.implements_interfaces, hidden_types) {
                remove_names(&mut ty.make_mut().implements_interfaces, hidden_types);
            }
            if ty.fields.values().any(|field| has_hidden(field)) {
                remove_fields(&mut ty.make_mut().fields);
            }
        }
        ExtendedType::Interface(ty) => {
            if names_hidden(&ty.implements_interfaces, hidden_types) {
                remove_names(&mut ty.make_mut().implements_interfaces, hidden_types);
            }
            if ty.fields.values().any(|field| has_hidden(field)) {
                remove_fields(&mut ty.make_mut().fields);
            }
        }
        ExtendedType::Union(ty) => {
            if names_hidden(&ty.members, hidden_types) {
                remove_names(&mut ty.make_mut().members, hidden_types);
            }
        }
        ExtendedType::Enum(ty) => {
            if ty.values.values().any(|value| is_hidden(&value.directives)) {
                ty.make_mut().values.retain(|_, value| !is_hidden(&value.directives));
            }
        }
        ExtendedType::InputObject(ty) => {
            if ty.fields.values().any(|field| is_hidden(&field.directives)) {
                ty.make_mut().fields.retain(|_, field| !is_hidden(&field.directives));
            }
        }
        ExtendedType::Scalar(_) => {}
    }
}

fn names_hidden(names: &IndexSet<ComponentName>, hidden_types: &HashSet<Name>) -> bool {
    names.iter().any(|name| hidden_types.contains(&name.name))
}

fn remove_names(names: &mut IndexSet<ComponentName>, hidden_types: &HashSet<Name>) {
    names.retain(|name| !hidden_types.contains(&name.name));
}

fn has_hidden(field: &FieldDefinition) -> bool {
    is_hidden(&field.directives) || has_hidden_argument(field)
}

fn has_hidden_argument(field: &FieldDefinition) -> bool {
    field.arguments.iter().any(|argument| is_hidden(&argument.directives))
}

fn remove_fields(fields: &mut Fields) {
    fields.retain(|_, field| !is_hidden(&field.directives));
    for field in fields.values_mut().filter(|field| has_hidden_argument(field)) {
        field.make_mut().arguments.retain(|argument| !is_hidden(&argument.directives));
    }
}

struct Check<'a> {
    schema: &'a Schema,
    hidden_types: &'a HashSet<Name>,
    errors: Vec<Diagnostic>,
}

impl Check<'_> {
    fn all(&mut self) {
        let schema = self.schema;
        if let Some(query) = &schema.schema_definition.query
            && self.hidden_types.contains(&query.name)
        {
            let message = "the query root type is inaccessible: nothing could be asked";
            self.error("QUERY_ROOT_TYPE_INACCESSIBLE", query, message);
        }
        for definition in schema.directive_definitions.values() {
            let is_of_clients = definition.locations.iter().any(super::is_executable);
            for argument in &definition.arguments {
                let coordinate = format_args!("@{}({}:)", definition.name, argument.name);
                if is_of_clients {
                    self.input_value(coordinate, argument);
                } else if is_hidden(&argument.directives) {
                    let message = format!("`{coordinate}` is inaccessible, and no client uses it");
                    self.error("DISALLOWED_INACCESSIBLE", coordinate, message);
                }
            }
        }
        for (name, definition) in &schema.types {
            if !self.hidden_types.contains(name) && !definition.is_built_in() {
                self.definition(definition);
            }
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        coordinate: impl fmt::Display,
        message: impl Into<String>,
    ) {
        let error = Diagnostic::error(code, message).with_coordinate(coordinate.to_string());
        self.errors.push(error.with_help(help(code)));
    }

    fn definition(&mut self, definition: &ExtendedType) {
        let name = definition.name();
        match definition {
            ExtendedType::Object(ty) => self.fields(name, &ty.fields, &ty.implements_interfaces),
            ExtendedType::Interface(ty) => self.fields(name, &ty.fields, &ty.implements_interfaces),
            ExtendedType::Union(ty) => {
                let mut members = ty.members.iter();
                let is_empty = members.all(|name| self.hidden_types.contains(&name.name));
                self.children(name, is_empty, "members");
            }
            ExtendedType::Enum(ty) => {
                let is_empty = ty.values.values().all(|value| is_hidden(&value.directives));
                self.children(name, is_empty, "values");
            }
            ExtendedType::InputObject(ty) => {
                let is_empty = ty.fields.values().all(|field| is_hidden(&field.directives));
                self.children(name, is_empty, "fields");
                for field in ty.fields.values() {
                    self.input_value(format_args!("{name}.{}", field.name), field);
                }
            }
            ExtendedType::Scalar(_) => {}
        }
    }

    fn children(&mut self, name: &Name, is_empty: bool, what: &str) {
        if is_empty {
            let message = format!("`{name}` is accessible, and all its {what} are inaccessible");
            self.error("ONLY_INACCESSIBLE_CHILDREN", name, message);
        }
    }

    fn fields(&mut self, name: &Name, fields: &Fields, interfaces: &IndexSet<ComponentName>) {
        let is_empty = fields.values().all(|field| is_hidden(&field.directives));
        self.children(name, is_empty, "fields");
        for field in fields.values() {
            let coordinate = format_args!("{name}.{}", field.name);
            let interface_fields = interfaces
                .iter()
                .filter(|interface| !self.hidden_types.contains(&interface.name))
                .filter_map(|interface| self.schema.get_interface(interface))
                .filter_map(|interface| Some((interface, interface.fields.get(&field.name)?)))
                .filter(|(_, interface_field)| !is_hidden(&interface_field.directives));
            let interface_fields: Vec<_> = interface_fields.collect();
            if is_hidden(&field.directives) {
                for (interface, _) in interface_fields {
                    let message = format!(
                        "`{coordinate}` is inaccessible, and `{}.{}`, which it implements, is not",
                        interface.name, field.name,
                    );
                    self.error("IMPLEMENTED_BY_INACCESSIBLE", coordinate, message);
                }
                continue;
            }
            self.reference(coordinate, &field.ty);
            for argument in &field.arguments {
                let coordinate = format_args!("{coordinate}({}:)", argument.name);
                self.input_value(coordinate, argument);
                let is_needed = interface_fields.iter().any(|(_, interface_field)| {
                    interface_field
                        .argument_by_name(&argument.name)
                        .is_some_and(|argument| !is_hidden(&argument.directives))
                });
                if is_needed && is_hidden(&argument.directives) {
                    let message =
                        format!("`{coordinate}` is inaccessible, and an interface promises it");
                    self.error("IMPLEMENTED_BY_INACCESSIBLE", coordinate, message);
                }
            }
        }
    }

    fn input_value(&mut self, coordinate: fmt::Arguments<'_>, value: &InputValueDefinition) {
        if !is_hidden(&value.directives) {
            self.reference(coordinate, &value.ty);
            if let Some(default) = &value.default_value {
                self.default_value(coordinate, default, &value.ty);
            }
        } else if value.is_required() {
            let message =
                format!("`{coordinate}` is inaccessible, and required: nobody could provide it");
            self.error("REQUIRED_INACCESSIBLE", coordinate, message);
        }
    }

    fn reference(&mut self, coordinate: fmt::Arguments<'_>, ty: &Type) {
        let name = ty.inner_named_type();
        if self.hidden_types.contains(name) {
            let message = format!("`{coordinate}` is accessible, and its type `{name}` is not");
            self.error("REFERENCED_INACCESSIBLE", coordinate, message);
        }
    }

    fn default_value(&mut self, coordinate: fmt::Arguments<'_>, value: &Node<Value>, ty: &Type) {
        match &**value {
            Value::List(items) => {
                for item in items {
                    self.default_value(coordinate, item, ty.item_type());
                }
            }
            Value::Enum(name) => {
                let definition = self.schema.get_enum(ty.inner_named_type());
                let value = definition.and_then(|definition| definition.values.get(name));
                if value.is_some_and(|value| is_hidden(&value.directives)) {
                    self.default_uses(coordinate, &format!("{}.{name}", ty.inner_named_type()));
                }
            }
            Value::Object(fields) => {
                let definition = self.schema.get_input_object(ty.inner_named_type());
                for (name, value) in fields {
                    let field = definition.and_then(|definition| definition.fields.get(name));
                    let Some(field) = field else { continue };
                    if is_hidden(&field.directives) {
                        self.default_uses(coordinate, &format!("{}.{name}", ty.inner_named_type()));
                    } else {
                        self.default_value(coordinate, value, &field.ty);
                    }
                }
            }
            _ => {}
        }
    }

    fn default_uses(&mut self, coordinate: fmt::Arguments<'_>, used: &str) {
        let message = format!("the default of `{coordinate}` uses `{used}`, which is inaccessible");
        self.error("DEFAULT_VALUE_USES_INACCESSIBLE", coordinate, message);
    }
}

fn help(code: &str) -> &'static str {
    match code {
        "QUERY_ROOT_TYPE_INACCESSIBLE" => "hide fields of it instead",
        "DISALLOWED_INACCESSIBLE" => "take `@inaccessible` off it",
        "ONLY_INACCESSIBLE_CHILDREN" => "hide it too, or leave one of them accessible",
        "IMPLEMENTED_BY_INACCESSIBLE" => "hide it on the interface too, or on neither",
        "REQUIRED_INACCESSIBLE" => "make it optional, or give it a default",
        "REFERENCED_INACCESSIBLE" => "hide what refers to it too, or make the type accessible",
        _ => "use another default, or make what it uses accessible",
    }
}

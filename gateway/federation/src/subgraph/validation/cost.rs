//! `@cost` and `@listSize`: a cost is a field's that is resolved, a size is a list's.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, FieldDefinition, Value};
use apollo_compiler::schema::{Component, ExtendedType};

use super::{Rules, coordinate};
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::type_parts::field_of;

type Field = Component<FieldDefinition>;

/// A field with its coordinate and its `@listSize`.
struct Sized<'a> {
    coordinate: &'a str,
    field: &'a Field,
    directive: &'a Node<Directive>,
}

impl Rules<'_> {
    pub(super) fn cost(&mut self, definition: &ExtendedType, field: &Field) {
        if definition.is_interface()
            && let Some(directive) = field.directives.get(names::COST)
        {
            let coordinate = coordinate(definition, field);
            let message = format!("`@cost` is on `{coordinate}`, and interfaces resolve nothing");
            let code = "COST_APPLIED_TO_INTERFACE_FIELD";
            let error = self.error(code, &coordinate, message, directive);
            *error = error
                .clone()
                .with_help("put it on the fields of the types that implement the interface");
        }
        if let Some(directive) = field.directives.get(names::LIST_SIZE) {
            let coordinate = coordinate(definition, field);
            let sized = Sized { coordinate: &coordinate, field, directive };
            self.assumed_size(&sized);
            self.slicing_arguments(&sized);
            self.sized_fields(&sized);
        }
    }

    fn assumed_size(&mut self, sized: &Sized<'_>) {
        let size = sized.directive.specified_argument_by_name("assumedSize");
        if let Some(size) = size.and_then(|size| size.to_i32())
            && size < 0
        {
            let message = format!("`{}` cannot have a size of {size}", sized.coordinate);
            let code = "LIST_SIZE_INVALID_ASSUMED_SIZE";
            let error = self.error(code, sized.coordinate, message, sized.directive);
            *error = error.clone().with_help("`assumedSize:` is 0 or more");
        }
    }

    /// They say how many elements are asked for: numbers.
    fn slicing_arguments(&mut self, sized: &Sized<'_>) {
        for name in texts(sized.directive, "slicingArguments").unwrap_or_default() {
            let coordinate = sized.coordinate;
            let argument = sized.field.argument_by_name(name);
            let is_number = argument.is_some_and(|argument| {
                !argument.ty.is_list() && argument.ty.inner_named_type() == "Int"
            });
            if is_number {
                continue;
            }
            let message = match argument {
                Some(argument) => {
                    format!("`{coordinate}({name}:)` is `{}`, and cannot be a size", argument.ty)
                }
                None => format!("`{coordinate}` has no argument `{name}`"),
            };
            let code = "LIST_SIZE_INVALID_SLICING_ARGUMENT";
            let place = argument.and_then(|argument| argument.location());
            let sources = &self.subgraph.sources;
            let error = Diagnostic::error(code, message)
                .with_coordinate(coordinate)
                .at(sources, sized.directive.location(), "")
                .at(sources, place, "this argument")
                .with_help("`slicingArguments:` names arguments of the field of type `Int`");
            self.errors.push(error);
        }
    }

    /// The field is a list, or it names the fields below it that are.
    fn sized_fields(&mut self, sized: &Sized<'_>) {
        let coordinate = sized.coordinate;
        let ty = &sized.field.ty;
        let wanted = texts(sized.directive, "sizedFields").unwrap_or_default();
        if wanted.is_empty() {
            if !ty.is_list() {
                let message = format!("`{coordinate}` is `{ty}`, and no list");
                let code = "LIST_SIZE_APPLIED_TO_NON_LIST";
                let error = self.error(code, coordinate, message, sized.directive);
                *error = error
                    .clone()
                    .with_help("name the lists below it with `sizedFields:`, or take it off");
            }
            return;
        }
        let name = ty.inner_named_type();
        let definition = self.subgraph.schema.types.get(name).filter(|definition| {
            definition.is_object() || definition.is_interface() || definition.is_union()
        });
        let Some(definition) = definition else {
            let message = format!("`{coordinate}` is `{ty}`, which has no fields to size");
            let code = "LIST_SIZE_INVALID_SIZED_FIELD";
            let error = self.error(code, coordinate, message, sized.directive);
            *error = error.clone().with_help("remove `sizedFields:`");
            return;
        };
        for wanted in wanted {
            let found = field_of(definition, wanted);
            if found.is_some_and(|field| field.ty.is_list()) {
                continue;
            }
            let (code, message) = match found {
                Some(field) => (
                    "LIST_SIZE_APPLIED_TO_NON_LIST",
                    format!("the sized field `{name}.{wanted}` is `{}`, and no list", field.ty),
                ),
                None => (
                    "LIST_SIZE_INVALID_SIZED_FIELD",
                    format!("`{name}` has no field `{wanted}` to size"),
                ),
            };
            let place = found.map_or_else(|| definition.name().location(), |it| it.location());
            let text = if found.is_some() { "this field" } else { "this type" };
            let sources = &self.subgraph.sources;
            let error = Diagnostic::error(code, message)
                .with_coordinate(coordinate)
                .at(sources, sized.directive.location(), "")
                .at(sources, place, text)
                .with_help(format!("`sizedFields:` names lists that are fields of `{name}`"));
            self.errors.push(error);
        }
    }
}

/// The strings of a list argument.
fn texts<'a>(directive: &'a Directive, argument: &str) -> Option<Vec<&'a str>> {
    match &**directive.specified_argument_by_name(argument)? {
        Value::List(items) => Some(items.iter().filter_map(|item| item.as_str()).collect()),
        Value::String(text) => Some(vec![text]),
        _ => None,
    }
}

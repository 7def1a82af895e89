//! What is wrong with a contract: the API's errors with the places, the reasons and a way out.

use std::sync::Arc;

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition, Type, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use super::Contract;
use super::hidden::{Hidden, Why};
use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::type_parts::field_of;

/// Adds to each error where it is, why what it misses is hidden, and what to do.
pub(super) fn explain(
    errors: Vec<Diagnostic>,
    contract: &Contract,
    schema: &Schema,
    hidden: &Hidden,
) -> Vec<Diagnostic> {
    let explainer = Explainer { contract, schema, hidden, sources: sources_of(schema) };
    errors.into_iter().map(|error| explainer.explain(error)).collect()
}

/// The texts the schema's elements stand in: the supergraph's or the subgraphs'.
fn sources_of(schema: &Schema) -> Sources {
    let mut sources = Sources::default();
    for (id, file) in schema.sources.iter() {
        let name = file.path().display().to_string();
        let source = Arc::new(SourceFile { name, text: file.source_text().to_owned() });
        sources.add_file(*id, &source);
    }
    sources
}

struct Explainer<'a> {
    contract: &'a Contract,
    schema: &'a Schema,
    hidden: &'a Hidden,
    sources: Sources,
}

/// A coordinate taken apart: `Query.users(first:)`.
struct Element<'a> {
    definition: &'a ExtendedType,
    field: Option<&'a FieldDefinition>,
    /// An argument or an input field.
    input: Option<&'a InputValueDefinition>,
}

impl Explainer<'_> {
    fn explain(&self, mut error: Diagnostic) -> Diagnostic {
        let coordinate = error.coordinate.clone().unwrap_or_default();
        let related = self.related(&coordinate);
        let has_reason = self.hidden.has(&coordinate);
        if !has_reason {
            let text = match error.code {
                "ONLY_INACCESSIBLE_CHILDREN" => "nothing of it is shown",
                _ => "shown here",
            };
            error = error.at(&self.sources, self.location(&coordinate), text);
        }
        for hidden in std::iter::once(&coordinate).filter(|_| has_reason).chain(&related) {
            let Some(why) = self.hidden.why(hidden) else { continue };
            error = error.at(&self.sources, self.location(hidden), self.reason(hidden, why));
            if let Why::Excluded(_, location) = why {
                error = error.at(&self.sources, *location, "because of this tag");
            }
        }
        if error.code == "IMPLEMENTED_BY_INACCESSIBLE" {
            for promise in self.promises(&coordinate) {
                error = error.at(&self.sources, promise.location(), "promised here");
            }
        }
        let help = self.help(&error, &coordinate, &related);
        error.with_help(help)
    }

    fn reason(&self, coordinate: &str, why: &Why) -> String {
        match why {
            Why::Excluded(tag, _) => format!("`{coordinate}` is hidden: `{tag}` is excluded"),
            Why::NotIncluded => {
                let tags = list(&self.contract.include);
                format!("`{coordinate}` is hidden: it has no tag of {tags}")
            }
            Why::Empty => format!("`{coordinate}` is hidden: nothing is left in it"),
            Why::Unreachable => format!("`{coordinate}` is hidden: no operation reaches it"),
        }
    }

    fn help(&self, error: &Diagnostic, coordinate: &str, related: &[String]) -> String {
        let is_query =
            self.schema.schema_definition.query.as_ref().map(|it| it.as_str()) == Some(coordinate);
        if is_query {
            return self.query_help();
        }
        match error.code {
            "REQUIRED_INACCESSIBLE" => {
                "give it a default, make it nullable, or take the tag off it".to_owned()
            }
            "DEFAULT_VALUE_USES_INACCESSIBLE" => {
                format!("hide `{coordinate}` too, or give it another default")
            }
            "IMPLEMENTED_BY_INACCESSIBLE" => {
                format!("hide the field of the interface too, or show `{coordinate}`")
            }
            _ => match related.first() {
                Some(hidden) => format!("hide `{coordinate}` too, or show `{hidden}`"),
                None => format!("hide `{coordinate}` too"),
            },
        }
    }

    fn query_help(&self) -> String {
        if self.contract.include.is_empty() {
            "a graph needs a query: leave one without an excluded tag".to_owned()
        } else {
            let tags = list(&self.contract.include);
            format!("a graph needs a query: give a field of it a tag of {tags}, and none excluded")
        }
    }

    /// What hidden elements the one at the coordinate refers to.
    fn related(&self, coordinate: &str) -> Vec<String> {
        let Some(element) = self.element(coordinate) else { return Vec::new() };
        let mut related = Vec::new();
        if let Some(input) = element.input {
            related.push(input.ty.inner_named_type().to_string());
            if let Some(default) = &input.default_value {
                self.used(default, &input.ty, &mut related);
            }
        } else if let Some(field) = element.field {
            related.push(field.ty.inner_named_type().to_string());
        }
        if self.hidden.has(coordinate) {
            related.clear();
        }
        related.retain(|one| self.hidden.has(one));
        related
    }

    /// The enum values and input fields that a default value uses.
    fn used(&self, value: &Value, ty: &Type, found: &mut Vec<String>) {
        let name = ty.inner_named_type();
        match value {
            Value::Enum(value) => found.push(format!("{name}.{value}")),
            Value::List(items) => {
                for item in items {
                    self.used(item, ty.item_type(), found);
                }
            }
            Value::Object(fields) => {
                let definition = self.schema.get_input_object(name);
                for (field, value) in fields {
                    found.push(format!("{name}.{field}"));
                    if let Some(field) = definition.and_then(|it| it.fields.get(field)) {
                        self.used(value, &field.ty, found);
                    }
                }
            }
            _ => {}
        }
    }

    /// The fields of interfaces that the field at the coordinate implements.
    fn promises(&self, coordinate: &str) -> Vec<&Name> {
        let Some(Element { definition, field: Some(field), .. }) = self.element(coordinate) else {
            return Vec::new();
        };
        let interfaces = match definition {
            ExtendedType::Object(ty) => &ty.implements_interfaces,
            ExtendedType::Interface(ty) => &ty.implements_interfaces,
            _ => return Vec::new(),
        };
        let interfaces = interfaces.iter().filter_map(|name| self.schema.types.get(&name.name));
        let interfaces = interfaces.filter(|interface| !self.hidden.has(interface.name()));
        interfaces.filter_map(|it| field_of(it, &field.name)).map(|field| &field.name).collect()
    }

    fn element(&self, coordinate: &str) -> Option<Element<'_>> {
        let (name, rest) = coordinate.split_once('.').unwrap_or((coordinate, ""));
        let (part, argument) = rest.split_once('(').unwrap_or((rest, ""));
        let definition = self.schema.types.get(name)?;
        let field = field_of(definition, part).map(|field| &***field);
        let input = match definition {
            ExtendedType::InputObject(ty) => ty.fields.get(part).map(|field| &***field),
            _ => field.and_then(|field| {
                field.argument_by_name(argument.trim_end_matches(":)")).map(|it| &**it)
            }),
        };
        Some(Element { definition, field, input })
    }

    fn location(&self, coordinate: &str) -> Option<SourceSpan> {
        let element = self.element(coordinate)?;
        let value = coordinate.split_once('.').and_then(|(_, value)| match element.definition {
            ExtendedType::Enum(ty) => ty.values.get(value).map(|value| &value.value),
            _ => None,
        });
        let name = value
            .or_else(|| element.input.map(|input| &input.name))
            .or_else(|| element.field.map(|field| &field.name))
            .unwrap_or_else(|| element.definition.name());
        name.location()
    }
}

fn list(tags: &[String]) -> String {
    let quoted: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
    quoted.join(", ")
}

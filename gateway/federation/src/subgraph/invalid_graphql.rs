//! What the GraphQL library finds wrong, with the coordinate of what stands there and a way out.
//!
//! It knows places and rules; people speak of coordinates, and want to know what to do.

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, FieldDefinition, InputValueDefinition};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::validation::DiagnosticList;

use crate::diagnostic::{Diagnostic, Sources};

const CODE: &str = "INVALID_GRAPHQL";

/// Every finding about a document that parsed.
pub(super) fn errors(
    document: &Document,
    sources: &Sources,
    found: &DiagnosticList,
) -> Vec<Diagnostic> {
    let found = sources.diagnostics(CODE, found).into_iter();
    found.map(|error| complete(error, document, sources)).collect()
}

/// The errors of a document that did not parse: little can be said about its elements.
pub(super) fn of_syntax(mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for error in &mut errors {
        error.coordinate.get_or_insert_with(|| "schema".to_owned());
        error.help.get_or_insert_with(|| "correct what stands here, or just before it".to_owned());
    }
    errors
}

/// The coordinate of an error's first place; the whole schema where no element stands.
fn complete(error: Diagnostic, document: &Document, sources: &Sources) -> Diagnostic {
    let at = error.labels.first().map(|label| label.span.start);
    let is_here = |location: Option<SourceSpan>| {
        let found = sources.find(location);
        found.is_some_and(|(_, span)| at.is_some_and(|at| span.contains(&at)))
    };
    let found = document.definitions.iter().find(|definition| is_here(definition.location()));
    let coordinate =
        found.map_or_else(|| "schema".to_owned(), |definition| inside(definition, &is_here));
    let help = help(&error.message);
    error.with_coordinate(coordinate).with_help(help)
}

/// By the words of the library's messages; what is not among them gets what holds for all.
fn help(message: &str) -> &'static str {
    const BY_WORDS: [(&str, &str); 10] = [
        ("cannot find type", "define the type, or correct its name"),
        ("cannot find directive", "define the directive, import it, or correct its name"),
        ("directive is not supported for", "a directive stands where its definition allows it"),
        ("can only be used once", "keep one of them"),
        ("the argument `", "remove the argument, or correct its name"),
        ("the required argument `", "give the argument"),
        ("is defined multiple times", "keep one definition, and make extensions of the others"),
        ("does not exist on", "use one of the values that the enum defines"),
        ("must return an object type", "the types of the roots are object types"),
        ("expected value of type", "give a value of the type that the definition names"),
    ];
    let found = BY_WORDS.iter().find(|(words, _)| message.contains(words));
    found.map_or("a subgraph must be valid GraphQL without the other ones", |(_, help)| help)
}

fn inside(definition: &Definition, is_here: &dyn Fn(Option<SourceSpan>) -> bool) -> String {
    let Some(name) = definition.name() else { return "schema".to_owned() };
    let argument = |arguments: &[Node<InputValueDefinition>]| {
        let found = arguments.iter().find(|argument| is_here(argument.location()));
        found.map_or_else(String::new, |argument| format!("({}:)", argument.name))
    };
    let of_field = |fields: &[Node<FieldDefinition>]| {
        let found = fields.iter().find(|field| is_here(field.location()))?;
        Some(format!("{name}.{}{}", found.name, argument(&found.arguments)))
    };
    let of_input = |fields: &[Node<InputValueDefinition>]| {
        let found = fields.iter().find(|field| is_here(field.location()))?;
        Some(format!("{name}.{}", found.name))
    };
    let part = match definition {
        Definition::ObjectTypeDefinition(ty) => of_field(&ty.fields),
        Definition::ObjectTypeExtension(ty) => of_field(&ty.fields),
        Definition::InterfaceTypeDefinition(ty) => of_field(&ty.fields),
        Definition::InterfaceTypeExtension(ty) => of_field(&ty.fields),
        Definition::InputObjectTypeDefinition(ty) => of_input(&ty.fields),
        Definition::InputObjectTypeExtension(ty) => of_input(&ty.fields),
        Definition::EnumTypeDefinition(ty) => {
            let found = ty.values.iter().find(|value| is_here(value.location()));
            found.map(|value| format!("{name}.{}", value.value))
        }
        Definition::EnumTypeExtension(ty) => {
            let found = ty.values.iter().find(|value| is_here(value.location()));
            found.map(|value| format!("{name}.{}", value.value))
        }
        Definition::DirectiveDefinition(directive) => {
            Some(format!("@{name}{}", argument(&directive.arguments)))
        }
        _ => None,
    };
    part.unwrap_or_else(|| name.to_string())
}

//! `@oneOf`: input objects of which clients give exactly one field.
//!
//! GraphQL's own directive since September 2025; the parser's library does not know it yet.

use std::sync::LazyLock;

use apollo_compiler::ast::{Definition, DirectiveDefinition, DirectiveLocation, Document};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema, name};

use crate::diagnostic::{Diagnostic, Sources};

/// The directive's name.
pub(crate) const ONE_OF: Name = name!("oneOf");

static DEFINITION: LazyLock<Node<DirectiveDefinition>> = LazyLock::new(|| {
    Node::new(DirectiveDefinition {
        description: None,
        name: ONE_OF,
        arguments: Vec::new(),
        repeatable: false,
        locations: vec![DirectiveLocation::InputObject],
    })
});

/// `directive @oneOf on INPUT_OBJECT`.
pub(crate) fn definition() -> &'static Node<DirectiveDefinition> {
    &DEFINITION
}

/// Whether clients give exactly one field of a type.
pub(crate) fn is_one_of(definition: &ExtendedType) -> bool {
    definition.is_input_object() && definition.directives().has(&ONE_OF)
}

/// Adds the definition to a document that uses the directive and, as it may, does not define it.
pub(crate) fn define(document: &mut Document) {
    let is_used = document.definitions.iter().any(|definition| match definition {
        Definition::InputObjectTypeDefinition(ty) => ty.directives.has(&ONE_OF),
        Definition::InputObjectTypeExtension(ty) => ty.directives.has(&ONE_OF),
        _ => false,
    });
    let is_defined = || {
        let mut definitions = document.definitions.iter();
        definitions.any(|definition| {
            matches!(definition, Definition::DirectiveDefinition(it) if it.name == ONE_OF)
        })
    };
    if is_used && !is_defined() {
        document.definitions.push(Definition::DirectiveDefinition(definition().clone()));
    }
}

/// What contradicts that any field alone is a whole value; and a definition of something else.
pub(crate) fn check(schema: &Schema, sources: &Sources) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let own = schema.directive_definitions.get(&ONE_OF);
    if let Some(own) = own.filter(|own| !is_standard(own)) {
        let message = "`@oneOf` is GraphQL's, without arguments and for input objects alone";
        let error = Diagnostic::error("DIRECTIVE_DEFINITION_INVALID", message)
            .with_coordinate("@oneOf")
            .at(sources, own.name.location(), "defined differently here")
            .with_help("remove the definition: it is added where it is missing");
        errors.push(error);
    }
    for definition in schema.types.values().filter(|definition| is_one_of(definition)) {
        let Some(ty) = definition.as_input_object() else { continue };
        for field in ty.fields.values() {
            let (what, place) = match &field.default_value {
                _ if field.ty.is_non_null() => {
                    ("is required", field.ty.inner_named_type().location())
                }
                Some(default) => ("has a default", default.location()),
                None => continue,
            };
            let coordinate = format!("{}.{}", ty.name, field.name);
            let message = format!("`{coordinate}` {what}, and `{}` is `@oneOf`", ty.name);
            let directive = ty.directives.get(&ONE_OF).and_then(|it| it.location());
            let error = Diagnostic::error("INVALID_GRAPHQL", message)
                .with_coordinate(coordinate)
                .at(sources, place, "this")
                .at(sources, directive, "clients give exactly one field")
                .with_help("the fields of a `@oneOf` type are nullable and without defaults");
            errors.push(error);
        }
    }
    errors
}

fn is_standard(definition: &DirectiveDefinition) -> bool {
    definition.arguments.is_empty()
        && definition.locations.iter().all(|it| *it == DirectiveLocation::InputObject)
}

//! What Federation 1 asks of all subgraphs together, and of Federation 2 with it.

use std::sync::Arc;

use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::collections::HashSet;
use apollo_compiler::{Name, Node};

use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;
use crate::subgraph::{Subgraph, Version};
use crate::type_parts::{field_of, fields_of};

/// A type may be extended only if some subgraph defines it.
pub(super) fn check_extensions(subgraphs: &[Arc<Subgraph>]) -> Result<(), Vec<Diagnostic>> {
    let is_root = |name: &Name| matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
    let extended = |subgraph: &'_ Arc<Subgraph>| -> Vec<Name> {
        let names = subgraph.schema.types.keys();
        names.filter(|name| extends(subgraph, name) && !is_root(name)).cloned().collect()
    };
    let extended: Vec<Vec<Name>> = subgraphs.iter().map(extended).collect();
    if extended.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let defined = subgraphs
        .iter()
        .flat_map(|subgraph| subgraph.schema.types.keys().filter(|name| !extends(subgraph, name)));
    let defined: HashSet<&Name> = defined.collect();
    let mut errors = Vec::new();
    for (subgraph, extended) in subgraphs.iter().zip(&extended) {
        for name in extended.iter().filter(|name| !defined.contains(name)) {
            let message = format!("`{name}` is extended, and no subgraph defines it");
            errors.push(
                Diagnostic::error("EXTENSION_WITH_NO_BASE", message)
                    .with_coordinate(name.as_str())
                    .at(&subgraph.sources, name.location(), "extended here")
                    .with_help("write `type` instead of `extend type` where the type is at home"),
            );
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Tags of `@external` fields were written in Federation 1 as well as where the field is resolved;
/// one that is not there too would be lost.
pub(super) fn check_tags(subgraphs: &[Arc<Subgraph>]) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    for subgraph in subgraphs.iter().filter(|subgraph| subgraph.version == Version::One) {
        for (name, definition) in &subgraph.schema.types {
            let externals = fields_of(definition)
                .filter(|field| subgraph.field_sets.is_external(definition, &field.name));
            for field in externals {
                let is_lost = |tag: &&Node<Directive>| {
                    !subgraphs.iter().any(|other| has_tag(other, (name, &field.name), tag))
                };
                let lost = field.directives.get_all(names::TAG).filter(is_lost);
                errors.extend(lost.map(|tag| tag_on_external(subgraph, (name, field), tag)));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Whether the subgraph resolves the field and tags it alike.
fn has_tag(subgraph: &Subgraph, (parent, field): (&Name, &Name), tag: &Directive) -> bool {
    let definition = subgraph.schema.types.get(parent);
    let found = definition.and_then(|definition| Some((definition, field_of(definition, field)?)));
    found.is_some_and(|(definition, found)| {
        let is_same = |one: &&Node<Directive>| one.arguments == tag.arguments;
        !subgraph.field_sets.is_external(definition, field)
            && found.directives.get_all(names::TAG).any(|one| is_same(&one))
    })
}

fn tag_on_external(
    subgraph: &Subgraph,
    (parent, field): (&Name, &FieldDefinition),
    tag: &Node<Directive>,
) -> Diagnostic {
    let coordinate = format!("{parent}.{}", field.name);
    let message = format!("`{coordinate}` is `@external` and has a `@tag`");
    Diagnostic::error("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", message)
        .with_coordinate(coordinate)
        .at(&subgraph.sources, tag.location(), "")
        .with_help("put it where the field is resolved")
}

/// `extend type`; in Federation 1, where it was the same, `@extends` too.
fn extends(subgraph: &Subgraph, name: &Name) -> bool {
    match subgraph.version {
        Version::One => subgraph.is_extension(name),
        Version::Two(_) => subgraph.extensions.contains(name),
    }
}

//! What can only be said about the merged graph: implementations, queries, what is inaccessible.

use std::sync::Arc;

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use super::contexts;
use super::merge::Merged;
use crate::api_schema::ApiSchema;
use crate::diagnostic::{Diagnostic, Severity};
use crate::subgraph::Subgraph;
use crate::subgraph::field_sets::field_of;

/// Adds what is wrong with the merged graph; leaves its schema as validation does, with the
/// built-in scalars that it uses and no others.
pub(super) fn validate(merged: &mut Merged<'_>) {
    if has_errors(merged) {
        return;
    }
    if merged.supergraph.schema.schema_definition.query.is_none() {
        let error = Diagnostic::error("NO_QUERIES", "no subgraph has a query")
            .with_help("a graph needs a `type Query` with at least one field somewhere");
        merged.diagnostics.push(error);
        return;
    }
    missing_implementations(merged);
    contexts::check_promises(merged);
    if has_errors(merged) {
        return;
    }
    let schema = std::mem::replace(&mut merged.supergraph.schema, Schema::new());
    match schema.validate() {
        Ok(valid) => merged.supergraph.schema = valid.into_inner(),
        Err(found) => {
            merged.supergraph.schema = found.partial;
            let errors = merged.sources.diagnostics("INVALID_GRAPHQL", &found.errors);
            let help = "each subgraph is valid by itself; merged, the graph is not";
            merged.diagnostics.extend(errors.into_iter().map(|error| error.with_help(help)));
            return;
        }
    }
    if let Err(errors) = ApiSchema::new(&merged.supergraph) {
        let placed = errors.into_iter().map(|error| at_coordinate(error, merged.subgraphs));
        merged.diagnostics.extend(placed.collect::<Vec<_>>());
    }
}

fn has_errors(merged: &Merged<'_>) -> bool {
    merged.diagnostics.iter().any(|one| one.severity == Severity::Error)
}

/// A field that one subgraph adds to an interface must be, somewhere, on everything that implements
/// it.
fn missing_implementations(merged: &mut Merged<'_>) {
    let schema = &merged.supergraph.schema;
    let mut errors = Vec::new();
    for definition in schema.types.values() {
        let interfaces = match definition {
            ExtendedType::Object(ty) => &ty.implements_interfaces,
            ExtendedType::Interface(ty) => &ty.implements_interfaces,
            _ => continue,
        };
        for interface in interfaces {
            let Some(interface) = schema.get_interface(interface) else { continue };
            let missing =
                interface.fields.keys().filter(|field| field_of(definition, field).is_none());
            for field in missing {
                let name = definition.name();
                let message = format!(
                    "`{name}` implements `{}`, and no subgraph gives it the field `{field}`",
                    interface.name
                );
                let error = Diagnostic::error("INTERFACE_FIELD_NO_IMPLEM", message)
                    .with_coordinate(format!("{name}.{field}"))
                    .with_help(
                        "add the field to the type in a subgraph, or take it off the interface",
                    );
                errors.push(at_field(error, merged.subgraphs, (&interface.name, field), name));
            }
        }
    }
    merged.diagnostics.extend(errors);
}

fn at_field(
    mut error: Diagnostic,
    subgraphs: &[Arc<Subgraph>],
    (interface, field): (&Name, &Name),
    implementer: &Name,
) -> Diagnostic {
    for subgraph in subgraphs {
        let promised = subgraph.schema.types.get(interface).and_then(|ty| field_of(ty, field));
        if let Some(promised) = promised {
            error = error.at(&subgraph.sources, promised.name.location(), "promised here");
        }
        if let Some(definition) = subgraph.schema.types.get(implementer) {
            error = error.at(&subgraph.sources, definition.name().location(), "missing here");
        }
    }
    error
}

/// Adds the places of an error's coordinate in all subgraphs.
fn at_coordinate(mut error: Diagnostic, subgraphs: &[Arc<Subgraph>]) -> Diagnostic {
    let coordinate = error.coordinate.clone().unwrap_or_default();
    let (name, rest) = coordinate.split_once('.').unwrap_or((&coordinate, ""));
    let (part, argument) = rest.split_once('(').unwrap_or((rest, ""));
    let argument = argument.trim_end_matches(":)");
    for subgraph in subgraphs {
        let Some(definition) = subgraph.schema.types.get(name) else { continue };
        let place = match definition {
            _ if part.is_empty() => Some(definition.name()),
            ExtendedType::Enum(ty) => ty.values.get(part).map(|value| &value.value),
            ExtendedType::InputObject(ty) => ty.fields.get(part).map(|field| &field.name),
            _ => field_of(definition, part).map(|field| {
                field.argument_by_name(argument).map_or(&field.name, |argument| &argument.name)
            }),
        };
        if let Some(place) = place {
            error = error.at(&subgraph.sources, place.location(), "");
        }
    }
    error
}

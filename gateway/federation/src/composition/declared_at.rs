//! Where the subgraphs declare an element, by its coordinate: for findings about the merged graph.

use std::sync::Arc;

use apollo_compiler::schema::ExtendedType;

use crate::diagnostic::Diagnostic;
use crate::subgraph::Subgraph;
use crate::type_parts::field_of;

/// Adds the places of an error's coordinate in all subgraphs.
pub(super) fn at_coordinate(mut error: Diagnostic, subgraphs: &[Arc<Subgraph>]) -> Diagnostic {
    let coordinate = error.coordinate.clone().unwrap_or_default();
    let (name, rest) = coordinate.split_once(['.', '(']).unwrap_or((&coordinate, ""));
    let (part, argument) = match rest.split_once('(') {
        Some((part, argument)) => (part, Some(argument.trim_end_matches(":)"))),
        None => (rest, None),
    };
    for subgraph in subgraphs {
        if let Some(name) = name.strip_prefix('@') {
            let definition = subgraph.schema.directive_definitions.get(name);
            let argument = part.trim_end_matches(":)");
            let found = definition.and_then(|it| it.argument_by_name(argument));
            let place = found.and_then(|argument| argument.name.location());
            error = error.at(&subgraph.sources, place, "declared here");
            continue;
        }
        let Some(definition) = subgraph.schema.types.get(name) else { continue };
        let place = match definition {
            _ if part.is_empty() => Some(definition.name()),
            ExtendedType::Enum(ty) => ty.values.get(part).map(|value| &value.value),
            ExtendedType::InputObject(ty) => ty.fields.get(part).map(|field| &field.name),
            _ => field_of(definition, part).and_then(|field| match argument {
                Some(name) => field.argument_by_name(name).map(|argument| &argument.name),
                None => Some(&field.name),
            }),
        };
        if let Some(place) = place {
            error = error.at(&subgraph.sources, place.location(), "declared here");
        }
    }
    error
}

//! What can only be said about the merged graph: implementations, queries, what is inaccessible.

use apollo_compiler::Schema;

use super::access::check_transitive;
use super::contexts;
use super::declared_at::at_coordinate;
use super::implementations::check_implementations;
use super::merge_state::Merged;
use super::requirements::{check_defaults, check_requirements};
use crate::api_schema::ApiSchema;
use crate::diagnostic::{Diagnostic, Severity};

/// Adds what is wrong with the merged graph; leaves its schema as validation does, with the
/// built-in scalars that it uses and no others.
pub(super) fn validate(merged: &mut Merged<'_>) {
    if has_errors(merged) {
        return;
    }
    if merged.supergraph.schema.schema_definition.query.is_none() {
        let error = Diagnostic::error("NO_QUERIES", "no subgraph has a query")
            .with_coordinate("Query")
            .with_help("a graph needs a `type Query` with at least one field somewhere");
        let error = merged.subgraphs.iter().fold(error, |error, subgraph| {
            subgraph.sources.files().fold(error, |error, file| {
                error.with_label(file, 0..0, format!("no query in `{}`", subgraph.name))
            })
        });
        merged.diagnostics.push(error);
        return;
    }
    check_implementations(merged);
    contexts::check_promises(merged);
    check_requirements(merged);
    check_defaults(merged);
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
    check_transitive(merged);
    if let Err(errors) = ApiSchema::new(&merged.supergraph) {
        let placed = errors.into_iter().map(|error| at_coordinate(error, merged.subgraphs));
        merged.diagnostics.extend(placed.collect::<Vec<_>>());
    }
}

fn has_errors(merged: &Merged<'_>) -> bool {
    merged.diagnostics.iter().any(|one| one.severity == Severity::Error)
}

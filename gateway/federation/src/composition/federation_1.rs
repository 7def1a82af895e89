//! What Federation 1 asks of all subgraphs together, and of Federation 2 with it.

use std::collections::HashSet;
use std::sync::Arc;

use apollo_compiler::Name;

use crate::diagnostic::Diagnostic;
use crate::subgraph::{Subgraph, Version};

/// A type may be extended only if some subgraph defines it.
pub(super) fn check_extensions(subgraphs: &[Arc<Subgraph>]) -> Result<(), Vec<Diagnostic>> {
    let defined = |subgraph: &'_ Arc<Subgraph>| {
        subgraph.schema.types.keys().filter(|name| !extends(subgraph, name)).cloned().collect()
    };
    let defined: Vec<HashSet<Name>> = subgraphs.iter().map(defined).collect();
    let defined: HashSet<&Name> = defined.iter().flatten().collect();
    let mut errors = Vec::new();
    for subgraph in subgraphs {
        let extended = subgraph.schema.types.keys().filter(|name| extends(subgraph, name));
        for name in extended.filter(|name| !defined.contains(name)) {
            let is_root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
            if is_root {
                continue;
            }
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

/// `extend type`; in Federation 1, where it was the same, `@extends` too.
fn extends(subgraph: &Subgraph, name: &Name) -> bool {
    match subgraph.version {
        Version::One => subgraph.is_extension(name),
        Version::Two(_) => subgraph.extensions.contains(name),
    }
}

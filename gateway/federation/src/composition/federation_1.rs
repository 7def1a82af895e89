//! What Federation 1 asks of all subgraphs together.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::subgraph::{Subgraph, Version};

/// A Federation 1 subgraph may extend a type only if some subgraph defines it.
pub(super) fn check_extensions(subgraphs: &[Arc<Subgraph>]) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    for subgraph in subgraphs.iter().filter(|subgraph| subgraph.version == Version::One) {
        for name in subgraph.schema.types.keys().filter(|name| subgraph.is_extension(name)) {
            let is_root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
            let has_base = subgraphs.iter().any(|other| {
                other.schema.types.contains_key(name)
                    && (other.version != Version::One || !other.is_extension(name))
            });
            if is_root || has_base {
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

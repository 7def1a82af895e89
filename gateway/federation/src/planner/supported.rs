//! What the planner would plan wrongly is refused, by name.

use crate::diagnostic::Diagnostic;
use crate::supergraph::Supergraph;
use crate::type_parts::for_each_application;

/// Says what in a supergraph cannot be planned, or would be answered without being allowed.
///
/// # Errors
/// `UNSUPPORTED_FEATURE`: `@authenticated`, `@requiresScopes` and `@policy`, which nobody enforces
/// yet.
pub fn check_supported(supergraph: &Supergraph) -> Result<(), Vec<Diagnostic>> {
    let found = access_demands(supergraph);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// What asks who the client is: better not served than served to everybody.
fn access_demands(supergraph: &Supergraph) -> Vec<Diagnostic> {
    let mut names: Vec<&str> = Vec::new();
    for_each_application(&supergraph.schema, &mut |directive| {
        let demand = ACCESS_DIRECTIVES.iter().find(|name| directive.name == **name);
        names.extend(demand.filter(|name| !names.contains(name)));
    });
    let refused = names.into_iter().map(|name| {
        let message = format!("the graph uses `@{name}`, which is not enforced yet");
        Diagnostic::error("UNSUPPORTED_FEATURE", message)
            .with_coordinate(format!("@{name}"))
            .with_help("it composes; to serve it, let the subgraphs decide who may see what")
    });
    refused.collect()
}

const ACCESS_DIRECTIVES: [&str; 3] = ["authenticated", "requiresScopes", "policy"];

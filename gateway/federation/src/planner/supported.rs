//! What the planner would plan wrongly is refused, by name.

use crate::diagnostic::Diagnostic;
use crate::supergraph::Supergraph;

/// Says what in a supergraph cannot be planned.
///
/// # Errors
/// `UNSUPPORTED_FEATURE`: interface objects, progressive overrides, contexts.
pub fn check_supported(supergraph: &Supergraph) -> Result<(), Vec<Diagnostic>> {
    let mut found = Vec::new();
    for (type_name, join) in &supergraph.joins {
        if let Some(at) = join.in_subgraphs.iter().find(|at| at.is_interface_object) {
            let subgraph = &supergraph.subgraph(at.subgraph).name;
            let message = format!("`{type_name}` is an interface object in subgraph `{subgraph}`");
            found.push(unsupported(&message, type_name.to_string()));
        }
        for (field_name, fields) in &join.fields {
            if fields.iter().any(|field| field.override_label.is_some()) {
                let coordinate = format!("{type_name}.{field_name}");
                let message = format!("`{coordinate}` is overridden progressively");
                found.push(unsupported(&message, coordinate));
            }
            if fields.iter().any(|field| !field.context_arguments.is_empty()) {
                let coordinate = format!("{type_name}.{field_name}");
                let message = format!("`{coordinate}` has contextual arguments");
                found.push(unsupported(&message, coordinate));
            }
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn unsupported(message: &str, coordinate: String) -> Diagnostic {
    Diagnostic::error("UNSUPPORTED_FEATURE", format!("{message}, which cannot be planned yet"))
        .with_coordinate(coordinate)
}

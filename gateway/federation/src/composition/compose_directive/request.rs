//! What one subgraph asks to compose, and what about that cannot be.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, DirectiveDefinition};

use crate::diagnostic::Diagnostic;
use crate::sdl::link::Link;
use crate::subgraph::Subgraph;
use crate::subgraph::federation_spec::{COMPOSED_BY_DEFAULT, names};

/// One `@composeDirective` that can be followed.
#[derive(Debug)]
pub(super) struct Request {
    /// The index of the subgraph.
    pub(super) subgraph: usize,
    /// Its definition of the directive, which has the subgraph's name.
    pub(super) definition: Node<DirectiveDefinition>,
    /// The specification the directive is of.
    pub(super) link: Link,
    /// The specification's name of it, with `@`.
    pub(super) element: String,
    /// The `@composeDirective`.
    pub(super) directive: Node<Directive>,
}

/// The requests of one subgraph, and what is wrong with the others.
pub(super) fn requests(index: usize, subgraph: &Subgraph) -> (Vec<Request>, Vec<Diagnostic>) {
    let directives = subgraph.schema.schema_definition.directives.iter();
    let (mut requests, mut diagnostics): (Vec<Request>, _) = (Vec::new(), Vec::new());
    for directive in directives.filter(|it| it.name == names::COMPOSE_DIRECTIVE) {
        match request(index, subgraph, directive) {
            Ok(request) => {
                let name = &request.definition.name;
                if requests.iter().all(|one| one.definition.name != *name) {
                    requests.push(request);
                }
            }
            Err(found) => diagnostics.push(found.with_coordinate("schema").at(
                &subgraph.sources,
                directive.location(),
                "",
            )),
        }
    }
    (requests, diagnostics)
}

fn request(
    index: usize,
    subgraph: &Subgraph,
    directive: &Node<Directive>,
) -> Result<Request, Diagnostic> {
    let name = directive.specified_argument_by_name("name").and_then(|it| it.as_str());
    let name = name.unwrap_or_default();
    let error = |message: String, help: &str| {
        Diagnostic::error("DIRECTIVE_COMPOSITION_ERROR", message).with_help(help)
    };
    if name.is_empty() {
        let message = "the name of the directive to compose is empty".to_owned();
        return Err(error(message, "write `@composeDirective(name: \"@name\")`"));
    }
    let Some(local) = name.strip_prefix('@') else {
        let message = format!("`{name}` is no name of a directive: it lacks its `@`");
        return Err(error(message, &format!("write `@composeDirective(name: \"@{name}\")`")));
    };
    if let Some(found) = of_federation(subgraph, local) {
        return Err(found);
    }
    let Some(definition) = subgraph.schema.directive_definitions.get(local) else {
        let message = format!("`{}` has no directive `@{local}`", subgraph.name);
        let own = subgraph.schema.directive_definitions.values().filter(|it| !it.is_built_in());
        let own: Vec<_> = own.map(|definition| format!("`@{}`", definition.name)).collect();
        let help = if own.is_empty() {
            "define the directive, and link the specification it is of".to_owned()
        } else {
            format!("its directives are {}", own.join(", "))
        };
        return Err(error(message, &help));
    };
    let Some((link, element)) = link_of(subgraph, local) else {
        let message = format!("`@{local}` is of no linked specification");
        let help = "link the specification it is of, and import it: `@link(url: \
                    \"https://example.com/name/v1.0\", import: [\"@name\"])`";
        let error = error(message, help);
        return Err(error.at(&subgraph.sources, definition.name.location(), "defined here"));
    };
    Ok(Request {
        subgraph: index,
        definition: definition.clone(),
        link: link.clone(),
        element,
        directive: directive.clone(),
    })
}

/// Federation composes its own directives by itself or not at all.
fn of_federation(subgraph: &Subgraph, local: &str) -> Option<Diagnostic> {
    let names = &subgraph.names;
    let is_of_connectors = names.connectors.as_ref().is_some_and(|it| it.has(local));
    let known = names.directive(local);
    let is_by_default = known.is_some_and(|known| COMPOSED_BY_DEFAULT.contains(&known.name));
    let is_merged_later = |name: &str| matches!(name, "cost" | "listSize" | "cacheTag");
    if is_by_default && !known.is_some_and(|known| is_merged_later(known.name)) {
        let message = format!("`@{local}` composes by itself");
        let hint = Diagnostic::hint("DIRECTIVE_COMPOSITION_INFO", message);
        return Some(hint.with_help("remove the `@composeDirective`"));
    }
    let why = if is_by_default || is_of_connectors {
        "it composes by itself"
    } else if known.is_some() || names.link == local {
        "Federation's own directives do not compose"
    } else if matches!(local, "skip" | "include" | "deprecated" | "specifiedBy" | "oneOf") {
        "GraphQL's own directives are of no linked specification"
    } else {
        return None;
    };
    let message = format!("`@{local}` cannot be composed: {why}");
    let error = Diagnostic::error("DIRECTIVE_COMPOSITION_ERROR", message);
    Some(error.with_help("remove the `@composeDirective`"))
}

/// The link that gives a subgraph a directive, and the specification's name of it.
pub(super) fn link_of<'s>(subgraph: &'s Subgraph, local: &str) -> Option<(&'s Link, String)> {
    let with_at = format!("@{local}");
    let links = &subgraph.names.links;
    for link in links {
        if let Some(import) = link.imports.iter().find(|import| import.local == with_at) {
            return Some((link, import.element.clone()));
        }
    }
    links.iter().find_map(|link| {
        if link.namespace == local {
            let own_name = link.identity.rsplit('/').next().unwrap_or_default();
            return Some((link, format!("@{own_name}")));
        }
        let element = local.strip_prefix(link.namespace.as_str())?.strip_prefix("__")?;
        Some((link, format!("@{element}")))
    })
}

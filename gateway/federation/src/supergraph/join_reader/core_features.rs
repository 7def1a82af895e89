//! `@core`, which Federation 1 supergraphs have where later ones have `@link`.
//!
//! Core specification v0.1 and v0.2: `feature:` is `url:`, `as:` and `for:` are the same.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::SchemaDefinition;

use super::INVALID;
use crate::diagnostic::{Diagnostic, Sources};
use crate::sdl::link::{self, Link, SPECS, static_name};

/// What a supergraph document uses, however it says so.
pub(super) fn links(
    definition: &SchemaDefinition,
    sources: &Sources,
) -> Result<Vec<Link>, Vec<Diagnostic>> {
    let core = definition.directives.iter().find(|directive| is_core_itself(directive));
    let Some(core) = core else { return link::links(definition, sources) };
    let mut definition = definition.clone();
    let mut errors = Vec::new();
    definition.directives.retain(|directive| directive.name != "link");
    for directive in definition.directives.iter_mut().filter(|it| it.name == core.name) {
        if feature(directive).is_none() {
            let message = format!("`@{}` needs a `feature`", core.name);
            let error = Diagnostic::error(INVALID, message)
                .with_coordinate(format!("@{}", core.name))
                .at(sources, directive.location(), "this one")
                .with_help("give the URL of a specification: `feature: \"https://…/v0.1\"`");
            errors.push(error);
        }
        as_link(&mut directive.node);
    }
    if errors.is_empty() { link::links(&definition, sources) } else { Err(errors) }
}

/// The application that brings in the core specification, under whatever name.
fn is_core_itself(directive: &Directive) -> bool {
    let is_core = feature(directive)
        .and_then(|url| url.strip_prefix(SPECS))
        .is_some_and(|spec| spec.starts_with("core/"));
    let alias = directive.specified_argument_by_name("as").and_then(|value| value.as_str());
    is_core && directive.name == alias.unwrap_or("core")
}

fn feature(directive: &Directive) -> Option<&str> {
    directive.specified_argument_by_name("feature")?.as_str()
}

fn as_link(directive: &mut Node<Directive>) {
    let directive = directive.make_mut();
    directive.name = static_name("link");
    for argument in &mut directive.arguments {
        if argument.name == "feature" {
            argument.make_mut().name = static_name("url");
        }
    }
}

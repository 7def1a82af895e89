//! Which Federation a subgraph speaks, and under which names: found from its `@link`s.

use apollo_compiler::Schema;
use apollo_compiler::parser::SourceSpan;

use super::federation_spec::{self, KnownDirective, MINOR_MAX};
use super::link::{self, Link};
use crate::diagnostic::{Diagnostic, Sources};

/// The Federation version of a subgraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// No link to the federation specification.
    One,
    /// `v2.N`.
    Two(u32),
}

/// How a subgraph calls what Federation defines.
#[derive(Debug, Clone)]
pub(crate) struct FederationNames {
    pub(crate) version: Version,
    /// Each directive of the version with the subgraph's name for it, without `@`.
    pub(crate) directives: Vec<(KnownDirective, String)>,
    /// Each scalar of the version with the subgraph's name for it.
    pub(crate) scalars: Vec<(&'static str, String)>,
    /// The subgraph's name of `@link` itself, without `@`.
    pub(crate) link: String,
    /// Each type of the link specification with the subgraph's names for it.
    pub(crate) link_types: Vec<(&'static str, String)>,
}

impl FederationNames {
    /// The directive that the subgraph calls `local`.
    pub(crate) fn directive(&self, local: &str) -> Option<KnownDirective> {
        let found = self.directives.iter().find(|(_, name)| name == local);
        found.map(|(directive, _)| *directive)
    }
}

/// Reads the links of a subgraph's schema.
pub(crate) fn federation_names(
    schema: &Schema,
    sources: &Sources,
) -> Result<FederationNames, Vec<Diagnostic>> {
    let links = link::links(&schema.schema_definition, sources)?;
    let mut errors: Vec<Diagnostic> =
        links.iter().filter_map(|link| check_link(link, sources)).collect();
    let federation = links.iter().find(|link| link.is_of_federation());
    let mut names = match federation {
        None => federation_1(),
        Some(link) => match link.version {
            Some((2, minor)) if minor <= MINOR_MAX => {
                errors.extend(unknown_imports(link, minor, sources));
                federation_2(link, minor)
            }
            _ => {
                errors.push(unknown_version(link, sources));
                federation_1()
            }
        },
    };
    for link in &links {
        let directive = ["tag", "inaccessible"].into_iter().find(|name| link.is_spec(name));
        if let Some(known) = directive {
            let known = federation_spec::DIRECTIVES.iter().find(|one| one.name == known);
            names.directives.extend(known.map(|one| (*one, link.directive_name(one.name))));
        }
        if link.is_spec("link") {
            names.link.clone_from(&link.namespace);
            names.link_types.extend(["Import", "Purpose"].map(|name| (name, link.type_name(name))));
        }
    }
    let link = names.link.clone();
    let own = ["Import", "Purpose"].map(|name| (name, format!("{link}__{name}")));
    names.link_types.extend(own);
    if errors.is_empty() { Ok(names) } else { Err(errors) }
}

/// Federation 1: the directives it had, under their own names.
fn federation_1() -> FederationNames {
    let known = ["key", "requires", "provides", "external", "extends", "tag"];
    let directives = federation_spec::DIRECTIVES.iter().filter(|one| known.contains(&one.name));
    FederationNames {
        version: Version::One,
        directives: directives.map(|one| (*one, one.name.to_owned())).collect(),
        scalars: vec![("FieldSet", "_FieldSet".to_owned())],
        link: "link".to_owned(),
        link_types: Vec::new(),
    }
}

fn federation_2(link: &Link, minor: u32) -> FederationNames {
    let directives = federation_spec::DIRECTIVES.iter().filter(|one| one.since <= minor);
    let scalars = federation_spec::SCALARS.iter().filter(|(_, since)| *since <= minor);
    FederationNames {
        version: Version::Two(minor),
        directives: directives.map(|one| (*one, link.directive_name(one.name))).collect(),
        scalars: scalars.map(|(name, _)| (*name, link.type_name(name))).collect(),
        link: "link".to_owned(),
        link_types: Vec::new(),
    }
}

fn unknown_version(link: &Link, sources: &Sources) -> Diagnostic {
    let message = format!("`{}` is no known version of Federation", link.url);
    Diagnostic::error("UNKNOWN_FEDERATION_LINK_VERSION", message)
        .with_coordinate("@link")
        .at(sources, link.location, "linked here")
        .with_help(format!("known are v2.0 to v2.{MINOR_MAX}"))
}

fn unknown_imports(link: &Link, minor: u32, sources: &Sources) -> Vec<Diagnostic> {
    let unknown = link.imports.iter().filter(|import| match import.element.strip_prefix('@') {
        Some(name) => {
            let known = federation_spec::DIRECTIVES.iter();
            !known.into_iter().any(|one| one.name == name && one.since <= minor)
        }
        None => {
            let known = federation_spec::SCALARS.iter();
            !known.into_iter().any(|(one, since)| *one == import.element && *since <= minor)
        }
    });
    let errors = unknown.map(|import| {
        let message = format!("Federation v2.{minor} has no `{}`", import.element);
        let error = Diagnostic::error("INVALID_LINK_DIRECTIVE_USAGE", message)
            .with_coordinate("@link")
            .at(sources, import.location, "imported here");
        let help = import_help(&import.element);
        error.with_help(help.unwrap_or_else(|| "remove it, or check its spelling".to_owned()))
    });
    errors.collect()
}

fn import_help(element: &str) -> Option<String> {
    let with_at = format!("@{element}");
    let directive = |name: &str| {
        federation_spec::DIRECTIVES.iter().find(|one| one.name == name.trim_start_matches('@'))
    };
    if element.starts_with('@') {
        let since = directive(element)?.since;
        Some(format!("`{element}` exists since v2.{since}"))
    } else {
        directive(element).map(|_| format!("directives are imported with their `@`: `{with_at}`"))
    }
}

/// Links to other specifications: what is needed to serve the graph must be known.
fn check_link(link: &Link, sources: &Sources) -> Option<Diagnostic> {
    let error = |code, message: String, help: &str| {
        let at: Option<SourceSpan> = link.location;
        Diagnostic::error(code, message)
            .with_coordinate("@link")
            .at(sources, at, "linked here")
            .with_help(help.to_owned())
    };
    let name = link.identity.strip_prefix(link::SPECS);
    match (name, link.version) {
        (Some("federation"), _) | (Some("link"), Some((1, 0))) => None,
        (Some("tag"), Some((0, 1..=3))) | (Some("inaccessible"), Some((0, 1..=2))) => None,
        (Some("link" | "tag" | "inaccessible"), _) => {
            let message = format!("`{}` is no known version", link.url);
            Some(error(
                "UNKNOWN_LINK_VERSION",
                message,
                "known are link/v1.0, tag/v0.3 and inaccessible/v0.2",
            ))
        }
        _ if link.purpose.is_some() => {
            let message = format!("the feature `{}` has a purpose and is not known", link.url);
            Some(error(
                "UNSUPPORTED_LINKED_FEATURE",
                message,
                "link it without `for:` or not at all",
            ))
        }
        (Some(_), _) => {
            let message = format!("the feature `{}` is not supported", link.url);
            Some(error("UNSUPPORTED_FEATURE", message, "remove the link and what it is used for"))
        }
        (None, _) => None,
    }
}

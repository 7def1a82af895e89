//! Which Federation a subgraph speaks, and under which names: found from its `@link`s.

use apollo_compiler::Schema;
use apollo_compiler::parser::SourceSpan;

use super::connectors::{self, Connectors};
use super::federation_spec::{self, KnownDirective, LINKED_SPECS, LinkedSpec, MINOR_MAX};
use crate::diagnostic::{Diagnostic, Sources};
use crate::sdl::link::{self, Link};

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
    /// Every link, in source order.
    pub(crate) links: Vec<Link>,
    /// The link to the specification of connectors.
    pub(crate) connectors: Option<Connectors>,
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
        if let Some(spec) = LINKED_SPECS.iter().find(|spec| link.is_spec(spec.name)) {
            errors.extend(unknown_elements(link, spec, sources));
            add_linked_spec(&mut names, link, spec);
        }
        if link.is_spec("connect") {
            let connectors = Connectors::new(link);
            names.scalars.push(("ConnectValue", connectors.value_type.clone()));
            names.connectors = Some(connectors);
        }
        if link.is_spec("link") {
            names.link.clone_from(&link.namespace);
            names.link_types.extend(["Import", "Purpose"].map(|name| (name, link.type_name(name))));
        }
    }
    let link = names.link.clone();
    let own = ["Import", "Purpose"].map(|name| (name, format!("{link}__{name}")));
    names.link_types.extend(own);
    names.links = links;
    if errors.is_empty() { Ok(names) } else { Err(errors) }
}

/// What a subgraph links besides Federation, or instead, means the same as Federation's own.
fn add_linked_spec(names: &mut FederationNames, link: &Link, spec: &LinkedSpec) {
    for directive in federation_spec::DIRECTIVES {
        let local = link.directive_name(directive.name);
        if spec.directives.contains(&directive.name) && names.directive(&local).is_none() {
            names.directives.push((directive, local));
        }
    }
    for scalar in spec.scalars {
        let local = link.type_name(scalar);
        if names.scalars.iter().all(|(_, name)| *name != local) {
            names.scalars.push((scalar, local));
        }
    }
}

fn unknown_elements(link: &Link, spec: &LinkedSpec, sources: &Sources) -> Vec<Diagnostic> {
    let unknown = link.imports.iter().filter(|import| match import.element.strip_prefix('@') {
        Some(name) => !spec.directives.contains(&name),
        None => !spec.scalars.contains(&import.element.as_str()),
    });
    let errors = unknown.map(|import| {
        let message = format!("`{}` has no `{}`", link.url, import.element);
        let directives: Vec<_> = spec.directives.iter().map(|name| format!("`@{name}`")).collect();
        Diagnostic::error("INVALID_LINK_DIRECTIVE_USAGE", message)
            .with_coordinate("@link")
            .at(sources, import.location, "imported here")
            .with_help(format!("it defines {}", directives.join(" and ")))
    });
    errors.collect()
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
        links: Vec::new(),
        connectors: None,
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
        links: Vec::new(),
        connectors: None,
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
    let last_minor = match name {
        Some("connect") => Some(connectors::MINOR_MAX),
        _ => LINKED_SPECS.iter().find(|spec| Some(spec.name) == name).map(|spec| spec.minor_max),
    };
    match (name, link.version) {
        (Some("federation"), _) | (Some("link"), Some((1, 0))) => None,
        (_, Some((0, minor))) if last_minor.is_some_and(|max| (1..=max).contains(&minor)) => None,
        (Some(name), _) if name == "link" || last_minor.is_some() => {
            let message = format!("`{}` is no known version", link.url);
            let help = last_minor.map_or_else(
                || "known is v1.0".to_owned(),
                |max| {
                    if max == 1 {
                        "known is v0.1".to_owned()
                    } else {
                        format!("known are v0.1 to v0.{max}")
                    }
                },
            );
            Some(error("UNKNOWN_LINK_VERSION", message, &help))
        }
        _ if link.purpose.is_some() => {
            let message = format!("the feature `{}` has a purpose and is not known", link.url);
            Some(error(
                "UNSUPPORTED_LINKED_FEATURE",
                message,
                "link it without `for:` or not at all",
            ))
        }
        // Without a purpose, whoever does not know it may ignore it.
        _ => None,
    }
}

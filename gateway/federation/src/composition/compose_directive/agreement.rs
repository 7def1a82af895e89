//! What several subgraphs say about the directives that compose must fit together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use apollo_compiler::Node;
use apollo_compiler::ast::DirectiveDefinition;

use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::subgraph::Subgraph;
use crate::subgraph::federation_spec::{COMPOSED_BY_DEFAULT, canonical_name};

use super::request::Request;
use super::{by_identity, newest};

const ERROR: &str = "DIRECTIVE_COMPOSITION_ERROR";
const LOCATIONS: &str = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS";
const REPEATABLE: &str = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE";

pub(super) fn diagnostics(
    requests: &[Request],
    subgraphs: &[Arc<Subgraph>],
    sources: &Sources,
) -> Vec<Diagnostic> {
    let check = Check { requests, subgraphs, sources };
    let mut found = Vec::new();
    for (identity, requests) in by_identity(requests) {
        found.extend(check.versions(identity, &requests));
        let mut of_names = Vec::new();
        let elements: BTreeSet<_> = requests.iter().map(|request| &request.element).collect();
        for element in elements {
            let of_element: Vec<_> =
                requests.iter().filter(|request| request.element == *element).copied().collect();
            of_names.extend(check.names(element, &of_element));
        }
        if of_names.iter().all(|one: &Diagnostic| one.severity != Severity::Error) {
            found.extend(check.definitions(&requests));
            found.extend(check.forms(&requests));
        }
        found.extend(of_names);
    }
    found.extend(check.one_name_one_directive());
    found
}

struct Check<'a> {
    requests: &'a [Request],
    subgraphs: &'a [Arc<Subgraph>],
    sources: &'a Sources,
}

impl Check<'_> {
    fn name(&self, request: &Request) -> &str {
        &self.subgraphs[request.subgraph].name
    }

    /// Composing subgraphs link one major version; another one elsewhere is worth knowing.
    fn versions(&self, identity: &str, requests: &[&Request]) -> Option<Diagnostic> {
        let major = |version: Option<(u32, u32)>| version.map(|(major, _)| major);
        let first = *requests.first()?;
        if requests.iter().any(|it| major(it.link.version) != major(first.link.version)) {
            let message = format!("`{identity}` is composed in several major versions");
            let error = Diagnostic::error(ERROR, message)
                .with_coordinate("@link")
                .with_help("link the same major version in all subgraphs that compose it");
            return Some(requests.iter().fold(error, |error, request| {
                let text = format!("linked by `{}`", self.name(request));
                error.at(self.sources, request.link.location, text)
            }));
        }
        let links = self.subgraphs.iter().flat_map(|it| &it.names.links);
        let others: Vec<_> = links
            .filter(|link| link.identity == identity)
            .filter(|link| major(link.version) != major(first.link.version))
            .collect();
        if others.is_empty() {
            return None;
        }
        let message =
            format!("`{identity}` is linked in another major version where it is not composed");
        let hint = Diagnostic::hint("DIRECTIVE_COMPOSITION_INFO", message)
            .with_coordinate("@link")
            .with_help("nothing of that version composes; link the same major version everywhere")
            .at(self.sources, first.link.location, "composed");
        Some(
            others
                .iter()
                .fold(hint, |hint, link| hint.at(self.sources, link.location, "not composed")),
        )
    }

    /// The newest version's subgraph defines the directives for all.
    fn definitions(&self, requests: &[&Request]) -> Vec<Diagnostic> {
        let Some(newest) = newest(requests) else { return Vec::new() };
        let definitions = &self.subgraphs[newest.subgraph].schema.directive_definitions;
        let lacking = requests.iter().filter(|it| !definitions.contains_key(&it.definition.name));
        let errors = lacking.map(|request| {
            let name = &request.definition.name;
            let message = format!(
                "`@{name}` is composed, and `{}`, which links the newest version of its \
                 specification, does not define it",
                self.name(newest)
            );
            Diagnostic::error(ERROR, message)
                .with_coordinate(format!("@{name}"))
                .at(self.sources, request.directive.location(), "composed here")
                .at(self.sources, newest.link.location, "the newest version is linked here")
                .with_help("the newest version's definition holds: define the directive there")
        });
        errors.collect()
    }

    /// What the newest version's definition says otherwise than the others.
    fn forms(&self, requests: &[&Request]) -> Vec<Diagnostic> {
        let Some(newest) = newest(requests) else { return Vec::new() };
        let definitions = &self.subgraphs[newest.subgraph].schema.directive_definitions;
        let names: BTreeSet<_> = requests.iter().map(|it| &it.definition.name).collect();
        let mut hints = Vec::new();
        for used in names.into_iter().filter_map(|name| definitions.get(name)) {
            let others = requests.iter().map(|request| &request.definition);
            let others: Vec<_> = others.filter(|other| other.name == used.name).collect();
            let locations = |definition: &DirectiveDefinition| {
                definition.locations.iter().map(|it| it.name()).collect::<BTreeSet<_>>()
            };
            if others.iter().any(|other| locations(other) != locations(used)) {
                hints.push(self.form_hint(LOCATIONS, "where it can stand", used, &others));
            }
            if others.iter().any(|other| other.repeatable != used.repeatable) {
                hints.push(self.form_hint(REPEATABLE, "whether it repeats", used, &others));
            }
        }
        hints
    }

    fn form_hint(
        &self,
        code: &'static str,
        what: &str,
        used: &Node<DirectiveDefinition>,
        others: &[&Node<DirectiveDefinition>],
    ) -> Diagnostic {
        let name = &used.name;
        let message = format!("the definitions of `@{name}` differ in {what}");
        let hint = Diagnostic::hint(code, message)
            .with_coordinate(format!("@{name}"))
            .with_help("the definition that links the newest version is used: define it alike")
            .at(self.sources, name.location(), "used");
        let others = others.iter().filter(|other| other.name.location() != name.location());
        others.fold(hint, |hint, other| hint.at(self.sources, other.name.location(), "not used"))
    }

    /// One directive of one specification has one name wherever it composes.
    fn names(&self, element: &str, requests: &[&Request]) -> Option<Diagnostic> {
        let first = *requests.first()?;
        let name = &first.definition.name;
        if requests.iter().any(|request| request.definition.name != *name) {
            let message = format!(
                "`{element}` of `{}` has several names in the subgraphs that compose it",
                first.link.identity
            );
            let error = Diagnostic::error(ERROR, message)
                .with_coordinate(format!("@{name}"))
                .with_help("import it under one name everywhere");
            return Some(requests.iter().fold(error, |error, request| {
                let text = format!("`@{}` in `{}`", request.definition.name, self.name(request));
                error.at(self.sources, request.directive.location(), text)
            }));
        }
        let other = self.subgraphs.iter().find_map(|subgraph| {
            let links = subgraph.names.links.iter();
            let link = links.filter(|link| link.identity == first.link.identity).find(|link| {
                let local = link.directive_name(element.trim_start_matches('@'));
                local != name.as_str()
                    && subgraph.schema.directive_definitions.contains_key(local.as_str())
            })?;
            Some((link, link.directive_name(element.trim_start_matches('@'))))
        });
        let (link, local) = other?;
        let message =
            format!("`@{name}` composes, and is called `@{local}` where it is not composed");
        Some(
            Diagnostic::hint("DIRECTIVE_COMPOSITION_WARN", message)
                .with_coordinate(format!("@{name}"))
                .at(self.sources, first.directive.location(), "composed here")
                .at(self.sources, link.location, "called otherwise here")
                .with_help("to compose it there too, it must have the same name"),
        )
    }

    /// One name in the supergraph is one directive: of one specification, and none of Federation's.
    fn one_name_one_directive(&self) -> Vec<Diagnostic> {
        let mut by_name: BTreeMap<&str, Vec<&Request>> = BTreeMap::new();
        for request in self.requests {
            by_name.entry(&request.definition.name).or_default().push(request);
        }
        let mut errors = Vec::new();
        for (name, requests) in by_name {
            let first = requests[0];
            let is_same = |one: &&Request| {
                one.link.identity == first.link.identity && one.element == first.element
            };
            let (message, help) = if !requests.iter().all(is_same) {
                let message = format!("`@{name}` is of several specifications that compose");
                (message, "import one of them under another name".to_owned())
            } else if let Some(subgraph) = self.federations_own(name) {
                let message = format!(
                    "`@{name}` composes, and is Federation's own directive in `{subgraph}`"
                );
                (message, format!("import one of them under another name than `@{name}`"))
            } else {
                continue;
            };
            let error = Diagnostic::error(ERROR, message)
                .with_coordinate(format!("@{name}"))
                .with_help(help);
            errors.push(requests.iter().fold(error, |error, request| {
                let text = format!("`{}`", request.link.url);
                error.at(self.sources, request.directive.location(), text)
            }));
        }
        errors
    }

    /// A subgraph in which a directive that composes by itself would have the name too: in the
    /// supergraph, or in what reads the supergraph.
    fn federations_own(&self, name: &str) -> Option<&str> {
        let is_reserved = matches!(name, "tag" | "inaccessible");
        let found = self.subgraphs.iter().find(|subgraph| {
            let directives = subgraph.names.directives.iter();
            let mut own = directives.filter(|(known, local)| {
                COMPOSED_BY_DEFAULT.contains(&known.name) && (local == name || known.name == name)
            });
            own.any(|(known, _)| is_reserved || applies(subgraph, &canonical_name(*known)))
        });
        found.map(|subgraph| subgraph.name.as_str())
    }
}

/// Whether a subgraph applies a directive anywhere.
pub(super) fn applies(subgraph: &Subgraph, name: &str) -> bool {
    subgraph.applied.contains_key(name)
}

//! Which specifications the merged graph links, and under which names: the subgraphs' own, which
//! must be the same wherever they are used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use apollo_compiler::parser::SourceSpan;

use crate::diagnostic::{Diagnostic, Sources};
use crate::subgraph::federation_spec::{COMPOSED_BY_DEFAULT, LINKED_SPECS, names};
use crate::subgraph::{Subgraph, Version};
use crate::supergraph::linked_feature::{self, KNOWN};
use crate::supergraph::{FeatureImport, LinkedFeature, Supergraph};

/// The lowest version of connectors that supergraphs link.
const CONNECT_MINOR_MIN: u32 = 3;

/// Each directive that composes by itself with the subgraphs' name for it; where these differ, an
/// error.
pub(super) fn local_names(
    subgraphs: &[Arc<Subgraph>],
    sources: &Sources,
) -> (BTreeMap<&'static str, String>, Vec<Diagnostic>) {
    let mut found = BTreeMap::new();
    let mut errors = Vec::new();
    for known in COMPOSED_BY_DEFAULT {
        let uses: Vec<_> = subgraphs.iter().flat_map(|subgraph| uses_of(subgraph, known)).collect();
        let Some(first) = uses.first() else { continue };
        if uses.iter().all(|one| one.local == first.local) {
            errors.extend(name_taken(subgraphs, sources, known, &first.local));
            found.insert(known, first.local.clone());
            continue;
        }
        let message = format!("`@{known}` has several names in the subgraphs");
        let error = Diagnostic::error("LINK_IMPORT_NAME_MISMATCH", message)
            .with_coordinate(format!("@{known}"))
            .with_help("import it under one name everywhere");
        errors.push(uses.iter().fold(error, |error, one| {
            let text = format!("`@{}` in `{}`", one.local, one.subgraph.name);
            error.at(sources, one.location, text)
        }));
    }
    (found, errors)
}

/// An executable directive cannot have the name that the specification gives to a directive which
/// the subgraphs use under another one: in the supergraph, readers would take it for that.
fn name_taken(
    subgraphs: &[Arc<Subgraph>],
    sources: &Sources,
    known: &str,
    local: &str,
) -> Option<Diagnostic> {
    let definitions =
        subgraphs.iter().map(|subgraph| subgraph.schema.directive_definitions.get(known));
    let definitions: Vec<_> = definitions.collect::<Option<_>>()?;
    let message =
        format!("`@{known}` is Federation's, called `@{local}` here, and another one too");
    let error = Diagnostic::error("DIRECTIVE_COMPOSITION_ERROR", message)
        .with_coordinate(format!("@{known}"))
        .with_help("import Federation's under its own name, or rename the other one");
    let places = definitions.iter().map(|definition| definition.name.location());
    Some(places.fold(error, |error, at| error.at(sources, at, "defined here")))
}

/// One name of a directive in one subgraph, and where it is first used.
struct Use<'a> {
    subgraph: &'a Subgraph,
    local: String,
    location: Option<SourceSpan>,
}

fn uses_of<'a>(subgraph: &'a Subgraph, known: &str) -> Option<Use<'a>> {
    let location = *subgraph.applied.get(format!("federation__{known}").as_str())?;
    let mut directives = subgraph.names.directives.iter().filter(|(it, _)| it.name == known);
    // Imported by the link to Federation or by a link of its own: the names that are written.
    let local = directives.find(|(_, local)| !local.contains("__"));
    let (_, local) =
        local.or_else(|| subgraph.names.directives.iter().find(|(it, _)| it.name == known))?;
    Some(Use { subgraph, local: local.clone(), location })
}

/// Adds the links: of what is defined, of what is carried, and of what composes by request.
pub(super) fn add(
    supergraph: &mut Supergraph,
    subgraphs: &[Arc<Subgraph>],
    locals: &BTreeMap<&'static str, String>,
    composed: Vec<LinkedFeature>,
) {
    let composed_names: BTreeSet<&str> = composed
        .iter()
        .flat_map(|feature| &feature.imports)
        .map(|import| import.local.trim_start_matches('@'))
        .collect();
    let definitions = &supergraph.schema.directive_definitions;
    for known in KNOWN {
        let defined = known
            .directives
            .iter()
            // Another directive of the name is a subgraph's own.
            .filter(|name| {
                let own = definitions.get(**name);
                own.is_some() && own == linked_feature::definition(name)
            })
            .filter(|name| !composed_names.contains(**name));
        let defined: Vec<_> = defined.collect();
        let version = match known.name {
            "connect" => connect_minor(subgraphs),
            "cacheTag" => has_cache_tags(subgraphs).then_some(known.minor_max),
            _ => (!defined.is_empty()).then_some(known.minor_max),
        };
        let Some(version) = version else { continue };
        let mut feature = LinkedFeature::of_spec(known.name, &format!("v0.{version}"));
        for name in defined {
            let Some(local) = locals.get(*name) else { continue };
            if feature.directive_name(name) != *local {
                let (element, local) = (format!("@{name}"), format!("@{local}"));
                feature.imports.push(FeatureImport { element, local });
            }
        }
        supergraph.features.push(feature);
    }
    supergraph.features.extend(composed);
}

fn has_cache_tags(subgraphs: &[Arc<Subgraph>]) -> bool {
    subgraphs.iter().any(|subgraph| {
        let carried = &subgraph.carried;
        let directives = carried.on_types.values().chain(carried.on_fields.values());
        directives.flatten().any(|directive| directive.name == names::CACHE_TAG)
    })
}

fn connect_minor(subgraphs: &[Arc<Subgraph>]) -> Option<u32> {
    let linked = subgraphs.iter().filter_map(|subgraph| subgraph.names.connectors.as_ref());
    linked.map(|connectors| connectors.minor.max(CONNECT_MINOR_MIN)).max()
}

/// A subgraph that links what its version of Federation does not have yet is read as a later one.
pub(super) fn upgrades(subgraphs: &[Arc<Subgraph>], sources: &Sources) -> Vec<Diagnostic> {
    let mut hints = Vec::new();
    for subgraph in subgraphs {
        let own = match subgraph.version {
            Version::One => 4,
            Version::Two(minor) => minor,
        };
        let needed = subgraph.names.links.iter().filter_map(|link| {
            let spec = LINKED_SPECS.iter().find(|spec| link.is_spec(spec.name));
            let connectors = || {
                let (_, minor) = link.version.filter(|_| link.is_spec("connect"))?;
                Some(minor + 9)
            };
            spec.map(|spec| spec.since).or_else(connectors).map(|minor| (minor, link))
        });
        let Some((minor, link)) = needed.max_by_key(|(minor, _)| *minor) else { continue };
        if minor <= own {
            continue;
        }
        let message = format!("`{}` is read as Federation v2.{minor}", subgraph.name);
        hints.push(
            Diagnostic::hint("IMPLICITLY_UPGRADED_FEDERATION_VERSION", message)
                .with_coordinate("@link")
                .at(sources, link.location, "needs it")
                .with_help(format!("link `https://specs.apollo.dev/federation/v2.{minor}`")),
        );
    }
    hints
}

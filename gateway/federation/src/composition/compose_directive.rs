//! `@composeDirective`: which directives of linked specifications the supergraph keeps.
//!
//! Decided before the merge, from what every subgraph asks for. Applications that do not compose
//! are taken out of the subgraphs, so that the merge sees only what it keeps.

mod agreement;
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::ast::{Directive, DirectiveDefinition};
use apollo_compiler::{Name, Node};

use self::request::Request;
use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::subgraph::Subgraph;
use crate::supergraph::{FeatureImport, LinkedFeature};
use crate::type_parts;

/// What composes besides what Federation composes by itself.
#[derive(Debug, Default)]
pub(super) struct Composed {
    /// The definitions that hold in the supergraph, by name.
    pub(super) definitions: BTreeMap<Name, Node<DirectiveDefinition>>,
    /// The specifications they are of.
    pub(super) features: Vec<LinkedFeature>,
    /// What was found on the way.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Decides, and takes out what does not compose.
pub(super) fn compose(subgraphs: &mut [Arc<Subgraph>], sources: &Sources) -> Composed {
    let mut composed = Composed::default();
    let mut requests = Vec::new();
    for (index, subgraph) in subgraphs.iter().enumerate() {
        let (found, diagnostics) = request::requests(index, subgraph);
        requests.extend(found);
        composed.diagnostics.extend(diagnostics);
    }
    let found = agreement::diagnostics(&requests, subgraphs, sources);
    composed.diagnostics.extend(found);
    if composed.diagnostics.iter().all(|one| one.severity != Severity::Error) {
        let of_identity = by_identity(&requests);
        for requests in of_identity.values() {
            add_feature(&mut composed, requests, subgraphs);
        }
    }
    for (index, subgraph) in subgraphs.iter_mut().enumerate() {
        let names = requests.iter().filter(|request| request.subgraph == index);
        let names: Vec<Name> = names.map(|request| request.definition.name.clone()).collect();
        take_out_others(subgraph, &names);
    }
    composed
}

fn by_identity(requests: &[Request]) -> BTreeMap<&str, Vec<&Request>> {
    let mut found: BTreeMap<&str, Vec<&Request>> = BTreeMap::new();
    for request in requests {
        found.entry(&request.link.identity).or_default().push(request);
    }
    found
}

/// The newest version that a composing subgraph links, with its definitions.
fn add_feature(composed: &mut Composed, requests: &[&Request], subgraphs: &[Arc<Subgraph>]) {
    let Some(newest) = newest(requests) else { return };
    let mut imports = BTreeMap::new();
    for request in requests {
        let name = &request.definition.name;
        let definitions = &subgraphs[newest.subgraph].schema.directive_definitions;
        let definition = definitions.get(name).unwrap_or(&request.definition);
        composed.definitions.insert(name.clone(), definition.clone());
        imports.insert(request.element.clone(), format!("@{name}"));
    }
    let imports = imports.into_iter().map(|(element, local)| FeatureImport { element, local });
    composed.features.push(LinkedFeature {
        url: newest.link.url.clone(),
        alias: None,
        imports: imports.collect(),
        purpose: None,
    });
}

/// The request with the newest version; the first of equal ones.
fn newest<'r>(requests: &[&'r Request]) -> Option<&'r Request> {
    let mut chosen: Option<&Request> = None;
    for request in requests {
        if chosen.is_none_or(|chosen| request.link.version > chosen.link.version) {
            chosen = Some(request);
        }
    }
    chosen
}

/// Leaves Federation's directives, GraphQL's, and those that compose.
fn take_out_others(subgraph: &mut Arc<Subgraph>, composed: &[Name]) {
    let keeps_name = |name: &str| {
        name.starts_with("federation__")
            || matches!(name, "deprecated" | "specifiedBy" | "oneOf")
            || composed.iter().any(|one| *one == name)
    };
    if subgraph.applied.keys().all(|name| keeps_name(name)) {
        return;
    }
    let keeps = |directive: &Directive| keeps_name(&directive.name);
    let schema = &mut Arc::make_mut(subgraph).schema;
    schema.schema_definition.make_mut().directives.retain(|directive| keeps(directive));
    for definition in schema.types.values_mut().filter(|definition| !definition.is_built_in()) {
        type_parts::retain_directives(definition, &keeps);
    }
}

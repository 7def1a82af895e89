//! Subgraphs → supergraph, or diagnostics.
//!
//! The stages, in order: every subgraph by itself (`subgraph`), what Federation 1 asks of all of
//! them together, the merge, and what can only be said about the merged graph.

mod applied_directives;
mod contexts;
mod enums;
mod external;
mod features;
mod federation_1;
mod field;
mod input;
mod interface_object;
mod merge;
mod overrides;
mod post_merge;
mod sharing;
mod type_reference;

use std::sync::Arc;

use apollo_compiler::parser::SourceMap;

use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::subgraph::{Subgraph, SubgraphSource};
use crate::supergraph::Supergraph;

/// [`SubgraphId`](crate::supergraph::SubgraphId) counts to here.
const SUBGRAPHS_MAX: usize = 65_536;

/// A supergraph and what deserves a look about it.
#[derive(Debug)]
pub struct Composition {
    /// The merged graph.
    pub supergraph: Supergraph,
    /// Sorted by coordinate and code.
    pub hints: Vec<Diagnostic>,
}

/// Composes subgraphs into a supergraph; their order does not matter.
///
/// # Errors
/// Everything that is wrong, sorted by coordinate and code: with the subgraphs by themselves, or,
/// when nothing is, with their merge.
pub fn compose(subgraphs: &[SubgraphSource]) -> Result<Composition, Vec<Diagnostic>> {
    let subgraphs = parse_all(subgraphs).map_err(sorted)?;
    let mut sources = Sources::default();
    for subgraph in &subgraphs {
        sources.extend(&subgraph.sources);
    }
    federation_1::check_extensions(&subgraphs).map_err(sorted)?;
    let mut merged = merge::merge(&subgraphs, &sources);
    post_merge::validate(&mut merged);
    let merge::Merged { mut supergraph, diagnostics, .. } = merged;
    supergraph.schema.sources = texts(&subgraphs);
    let diagnostics = sorted(diagnostics);
    if diagnostics.iter().any(|one| one.severity == Severity::Error) {
        let errors = diagnostics.into_iter().filter(|one| one.severity == Severity::Error);
        return Err(errors.collect());
    }
    Ok(Composition { supergraph, hints: diagnostics })
}

/// What the elements of the merged schema stand in: whoever finds something wrong with the
/// supergraph later can say where.
fn texts(subgraphs: &[Subgraph]) -> SourceMap {
    let of_each = subgraphs.iter().flat_map(|subgraph| subgraph.schema.sources.iter());
    Arc::new(of_each.map(|(id, file)| (*id, Arc::clone(file))).collect())
}

/// The subgraphs sorted by name.
fn parse_all(sources: &[SubgraphSource]) -> Result<Vec<Subgraph>, Vec<Diagnostic>> {
    if sources.is_empty() {
        let error = Diagnostic::error("NO_QUERIES", "there are no subgraphs to compose");
        return Err(vec![error]);
    }
    if sources.len() > SUBGRAPHS_MAX {
        let message =
            format!("there are {} subgraphs, at most {SUBGRAPHS_MAX} compose", sources.len());
        return Err(vec![Diagnostic::error("INVALID_SUBGRAPH_NAME", message)]);
    }
    let mut sources: Vec<&SubgraphSource> = sources.iter().collect();
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    let mut errors: Vec<Diagnostic> = sources.windows(2).filter_map(twins).collect();
    let mut subgraphs = Vec::new();
    for source in sources {
        match Subgraph::parse(source) {
            Ok(subgraph) => subgraphs.push(subgraph),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(subgraphs) } else { Err(errors) }
}

fn twins(pair: &[&SubgraphSource]) -> Option<Diagnostic> {
    let [one, other] = pair else { return None };
    (one.name == other.name).then(|| {
        let message = format!("two subgraphs are called `{}`", one.name);
        Diagnostic::error("INVALID_SUBGRAPH_NAME", message)
            .with_label(&other.sdl, 0..0, "this one")
            .with_label(&one.sdl, 0..0, "and this one")
    })
}

/// Errors of one subgraph stay in its order of reading; otherwise by coordinate and code.
fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|one, other| {
        let key = |it: &Diagnostic| (it.coordinate.clone().unwrap_or_default(), it.code);
        key(one).cmp(&key(other))
    });
    diagnostics
}

//! The stages of composition, and what is kept from one composition for the next.

use std::sync::Arc;

use apollo_compiler::collections::HashMap;
use apollo_compiler::parser::SourceMap;

use super::merge_state::Merged;
use super::side_by_side::map_parts;
use super::{
    Composition, compose_directive, federation_1, is_error, merge, post_merge, sorted,
    unsatisfiable,
};
use crate::diagnostic::{Diagnostic, Sources};
use crate::subgraph::{Subgraph, SubgraphSource};

/// [`SubgraphId`](crate::supergraph::SubgraphId) counts to here.
const SUBGRAPHS_MAX: usize = 65_536;

/// Fewer subgraphs than this are not worth a thread.
const SUBGRAPHS_IN_PART: usize = 4;

/// What one composition may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompositionLimits {
    /// The states that satisfiability may enter: object types, each with the ways in which its
    /// objects can be had. A usual graph has a few for each type.
    pub satisfiability_states: usize,
}

impl Default for CompositionLimits {
    fn default() -> Self {
        Self { satisfiability_states: 1_000_000 }
    }
}

/// Composes, again and again: a subgraph whose SDL is the same is not read again.
#[derive(Debug, Default)]
pub struct Composer {
    limits: CompositionLimits,
    /// The subgraphs of the last composition, by name.
    known: HashMap<String, (SubgraphSource, Arc<Subgraph>)>,
}

impl Composer {
    /// With other limits than the default ones.
    pub fn new(limits: CompositionLimits) -> Self {
        Self { limits, known: HashMap::default() }
    }

    /// Other limits for the compositions to come.
    pub fn set_limits(&mut self, limits: CompositionLimits) {
        self.limits = limits;
    }

    /// Composes subgraphs into a supergraph; their order does not matter, and neither does what was
    /// composed before.
    ///
    /// # Errors
    /// Everything that is wrong, sorted by coordinate and code: with the subgraphs by themselves;
    /// when nothing is, with their merge; when nothing is, with queries that cannot be answered.
    pub fn compose(
        &mut self,
        subgraphs: &[SubgraphSource],
    ) -> Result<Composition, Vec<Diagnostic>> {
        let mut subgraphs = self.parse_all(subgraphs).map_err(sorted)?;
        let mut sources = Sources::default();
        for subgraph in &subgraphs {
            sources.extend(&subgraph.sources);
        }
        federation_1::check_extensions(&subgraphs).map_err(sorted)?;
        federation_1::check_tags(&subgraphs).map_err(sorted)?;
        let composed = compose_directive::compose(&mut subgraphs, &sources);
        let mut merged = merge::merge(&subgraphs, &sources, composed);
        post_merge::validate(&mut merged);
        let Merged { mut supergraph, mut diagnostics, .. } = merged;
        supergraph.schema.sources = texts(&subgraphs);
        if !diagnostics.iter().any(is_error) {
            let states_max = self.limits.satisfiability_states;
            let errors = unsatisfiable::errors(&supergraph, &subgraphs, &sources, states_max);
            diagnostics.extend(errors);
        }
        let diagnostics = sorted(diagnostics);
        if diagnostics.iter().any(is_error) {
            return Err(diagnostics.into_iter().filter(is_error).collect());
        }
        Ok(Composition { supergraph, hints: diagnostics })
    }

    /// The subgraphs sorted by name.
    fn parse_all(
        &mut self,
        sources: &[SubgraphSource],
    ) -> Result<Vec<Arc<Subgraph>>, Vec<Diagnostic>> {
        if sources.is_empty() {
            let error = Diagnostic::error("NO_QUERIES", "there are no subgraphs to compose")
                .with_coordinate("Query")
                .with_help("a graph needs a subgraph with at least one query");
            return Err(vec![error]);
        }
        if sources.len() > SUBGRAPHS_MAX {
            let message =
                format!("there are {} subgraphs, at most {SUBGRAPHS_MAX} compose", sources.len());
            let error = Diagnostic::error("INVALID_SUBGRAPH_NAME", message)
                .with_coordinate("schema")
                .with_help("compose fewer, or merge small ones into larger ones");
            return Err(vec![error]);
        }
        let mut sources: Vec<&SubgraphSource> = sources.iter().collect();
        sources.sort_by(|one, other| one.name.cmp(&other.name));
        let mut errors: Vec<Diagnostic> = sources.windows(2).filter_map(twins).collect();
        let mut subgraphs = Vec::new();
        let mut known = HashMap::default();
        let parsed = map_parts(&sources, SUBGRAPHS_IN_PART, |part| {
            part.iter().map(|source| self.parse(source)).collect::<Vec<_>>()
        });
        for (source, parsed) in sources.iter().zip(parsed.into_iter().flatten()) {
            match parsed {
                Ok(subgraph) => {
                    let entry = ((*source).clone(), Arc::clone(&subgraph));
                    known.insert(source.name.clone(), entry);
                    subgraphs.push(subgraph);
                }
                Err(found) => errors.extend(found),
            }
        }
        self.known = known;
        if errors.is_empty() { Ok(subgraphs) } else { Err(errors) }
    }

    /// The subgraph as it was the last time, when nothing about it has changed.
    fn parse(&self, source: &SubgraphSource) -> Result<Arc<Subgraph>, Vec<Diagnostic>> {
        match self.known.get(&source.name) {
            Some((same, subgraph)) if same.url == source.url && same.sdl == source.sdl => {
                Ok(Arc::clone(subgraph))
            }
            _ => Subgraph::parse(source).map(Arc::new),
        }
    }
}

/// What the elements of the merged schema stand in: whoever finds something wrong with the
/// supergraph later can say where.
fn texts(subgraphs: &[Arc<Subgraph>]) -> SourceMap {
    let of_each = subgraphs.iter().flat_map(|subgraph| subgraph.schema.sources.iter());
    Arc::new(of_each.map(|(id, file)| (*id, Arc::clone(file))).collect())
}

fn twins(pair: &[&SubgraphSource]) -> Option<Diagnostic> {
    let [one, other] = pair else { return None };
    (one.name == other.name).then(|| {
        let message = format!("two subgraphs are called `{}`", one.name);
        Diagnostic::error("INVALID_SUBGRAPH_NAME", message)
            .with_coordinate("schema")
            .with_label(&other.sdl, 0..0, "this one")
            .with_label(&one.sdl, 0..0, "and this one")
            .with_help("give one of them another name")
    })
}

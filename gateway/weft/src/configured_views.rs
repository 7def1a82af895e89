//! The views that a configuration names, compiled onto a graph that has been composed: what
//! `compose` and `check` have to say about them.

use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::diagnostic::Diagnostic;
use federation::query_graph::QueryGraph;
use federation::supergraph::Supergraph;
use federation::view::{Target, View};
use router::live_graph::ViewSource;

/// A view that fits the graph.
pub(crate) struct ConfiguredView {
    pub(crate) source: ViewSource,
    pub(crate) view: Arc<View>,
}

/// All of them, and what there is to say.
#[derive(Default)]
pub(crate) struct ConfiguredViews {
    pub(crate) views: Vec<ConfiguredView>,
    /// Why the others do not fit, or why operations do not fit them.
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) hints: Vec<Diagnostic>,
}

impl ConfiguredViews {
    /// Compiles each of the sources onto the graph.
    ///
    /// # Errors
    /// Those of a graph that has no API.
    pub(crate) fn compile(
        sources: Vec<ViewSource>,
        supergraph: &Supergraph,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut all = Self::default();
        if sources.is_empty() {
            return Ok(all);
        }
        let (api_schema, query_graph) = (ApiSchema::new(supergraph)?, QueryGraph::new(supergraph)?);
        let target = Target { supergraph, api_schema: &api_schema, query_graph: &query_graph };
        for source in sources {
            let note = format!("in the view `{}`", source.config.name);
            let noted = |found: Diagnostic| found.with_note(note.clone());
            match source.compile(target) {
                Ok(loaded) => {
                    all.hints.extend(loaded.hints.into_iter().map(noted));
                    all.views.push(ConfiguredView { source, view: loaded.view });
                }
                Err(errors) => all.errors.extend(errors.into_iter().map(noted)),
            }
        }
        Ok(all)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&ConfiguredView> {
        self.views.iter().find(|one| *one.source.config.name == *name)
    }
}

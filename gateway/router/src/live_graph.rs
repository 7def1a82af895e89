//! The graph that answers right now, and how it is replaced.
//!
//! A [`Graph`] is everything made from one supergraph: indexes, the views onto it, prepared
//! operations, the client that knows its subgraphs. It is swapped whole: a request keeps the graph
//! it began with. Knows nothing of HTTP towards clients.

mod api;
mod executions;
mod graph;
mod operation_cache;
mod override_labels;
mod randomness;
mod registered_documents;
mod source;
mod stored_operation;
mod subgraph_sdl;
mod view_source;
mod warm_up;

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use federation::diagnostic::Diagnostic;

pub use api::{Api, ClientOperation};
pub use graph::{Graph, GraphSettings, Served};
pub use operation_cache::{Preparation, PrepareError, PreparedOperation, PreparedPlan};
pub use override_labels::{LabelSources, OverrideLabels};
pub use randomness::Randomness;
pub use registered_documents::{
    ManifestEntry, RegisteredDocuments, manifest_entries, operations_files, read_operations,
};
pub use source::{GraphSource, LoadedSupergraph, SharedComposer, SupergraphFile};
pub use stored_operation::StoredOperation;
pub use subgraph_sdl::fetch_sdl;
pub use view_source::{LoadedView, ViewSource, read_views, view_files};

/// Holds the current graph, none until the first one is loaded; and what became of the change that
/// came last.
#[derive(Debug, Default)]
pub struct LiveGraph {
    current: ArcSwapOption<Graph>,
    refused: ArcSwapOption<RefusedChange>,
}

/// A change that came after the current graph and could not take its place.
#[derive(Debug)]
pub struct RefusedChange {
    /// When it was tried.
    pub at: SystemTime,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl LiveGraph {
    /// The graph for one request. What is swapped in meanwhile does not disturb it.
    pub fn current(&self) -> Option<Arc<Graph>> {
        self.current.load_full()
    }

    /// As [`swap`](Self::swap), once the graph knows what the current one is asked for most.
    pub async fn replace(&self, graph: Arc<Graph>) {
        if let Some(old) = self.current() {
            graph.warm_up(&old).await;
        }
        self.swap(graph);
    }

    /// From now on requests begin with this graph.
    pub fn swap(&self, graph: Arc<Graph>) {
        self.current.store(Some(graph));
        self.refused.store(None);
    }

    /// The current graph stays: what should have come after it has these errors.
    pub fn refuse(&self, diagnostics: Vec<Diagnostic>) -> Arc<RefusedChange> {
        let refused = Arc::new(RefusedChange { at: SystemTime::now(), diagnostics });
        self.refused.store(Some(Arc::clone(&refused)));
        refused
    }

    /// The newest change, if it could not be taken over.
    pub fn refused(&self) -> Option<Arc<RefusedChange>> {
        self.refused.load_full()
    }
}

//! The graph that answers right now, and how it is replaced.
//!
//! A [`Graph`] is everything made from one supergraph: indexes, prepared operations, the client
//! that knows its subgraphs. It is swapped whole: a request keeps the graph it began with. Knows
//! nothing of HTTP towards clients.

mod executions;
mod graph;
mod operation_cache;
mod override_labels;
mod randomness;
mod source;
mod subgraph_sdl;
mod warm_up;

use std::sync::Arc;

use arc_swap::ArcSwapOption;

pub use graph::{Graph, GraphSettings};
pub use operation_cache::{Preparation, PrepareError, PreparedOperation, PreparedPlan};
pub use override_labels::{LabelSources, OverrideLabels};
pub use randomness::Randomness;
pub use source::{GraphSource, LoadedSupergraph, SharedComposer, SupergraphFile};

/// Holds the current graph; none until the first one is loaded.
#[derive(Debug, Default)]
pub struct LiveGraph {
    current: ArcSwapOption<Graph>,
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
    }
}

//! Everything made from one supergraph, and how an operation is prepared on it once.

use std::fmt;
use std::sync::Arc;

use apollo_compiler::executable::OperationType;
use apollo_compiler::introspection::check_max_depth;
use federation::api_schema::ApiSchema;
use federation::diagnostic::Diagnostic;
use federation::operation::{Operation, OperationLimits, RequestError};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::supergraph::Supergraph;
use tokio::sync::Semaphore;

use super::operation_cache::{
    OperationCache, OperationKey, Preparation, PrepareError, PreparedOperation, asks_for_schema,
};
use crate::config::Config;
use crate::subgraph_client::SubgraphClient;

/// What of the configuration belongs to a graph, and is replaced with it.
#[derive(Debug, Clone, Copy)]
pub struct GraphSettings {
    /// Sizes of a client's operation.
    pub operation_limits: OperationLimits,
    /// Bytes of prepared operations that are kept.
    pub operation_cache_bytes_max: u64,
    /// Errors in one response.
    pub errors_max: usize,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
}

impl GraphSettings {
    /// The settings a configuration has.
    pub fn new(config: &Config) -> Self {
        Self {
            operation_limits: config.limits.operation(),
            operation_cache_bytes_max: config.limits.operation_cache_bytes_max,
            errors_max: config.limits.errors_max.get(),
            introspection: config.introspection,
        }
    }
}

/// One supergraph, ready to answer. Made at start and at each reload; read by every request.
pub struct Graph {
    /// The merged graph.
    pub supergraph: Supergraph,
    /// What clients see.
    pub api_schema: ApiSchema,
    /// What the planner and the executor see.
    pub query_graph: QueryGraph,
    /// Who asks this graph's subgraphs.
    pub subgraphs: Arc<dyn SubgraphClient>,
    /// What of the configuration belongs to this graph.
    pub settings: GraphSettings,
    operations: OperationCache,
    /// Planning uses a processor; more at once than there are would only make each slower.
    planning: Semaphore,
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").field("subgraphs", &self.supergraph.subgraphs).finish()
    }
}

impl Graph {
    /// Indexes a supergraph.
    ///
    /// # Errors
    /// What makes it unusable: an API that contradicts itself, a field set that is none.
    pub fn new(
        supergraph: Supergraph,
        subgraphs: Arc<dyn SubgraphClient>,
        settings: GraphSettings,
    ) -> Result<Self, Vec<Diagnostic>> {
        let api_schema = ApiSchema::new(&supergraph)?;
        planner::check_supported(&supergraph)?;
        let query_graph = QueryGraph::new(&supergraph)?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            supergraph,
            api_schema,
            query_graph,
            subgraphs,
            settings,
            operations: OperationCache::new(settings.operation_cache_bytes_max),
            planning: Semaphore::new(processors),
        })
    }

    /// The operation, validated and planned: from the cache, or prepared once however many wait.
    ///
    /// # Errors
    /// What the client did wrong, or why there is no plan. Errors are not kept.
    pub async fn prepare(
        self: &Arc<Self>,
        query: &str,
        operation_name: Option<&str>,
    ) -> Result<Preparation, Arc<PrepareError>> {
        let key = OperationKey::new(query, operation_name);
        self.operations.get_or_prepare(key, |key| self.prepare_now(key)).await
    }

    /// Away from the threads that serve connections.
    async fn prepare_now(
        self: &Arc<Self>,
        key: Arc<OperationKey>,
    ) -> Result<Arc<PreparedOperation>, PrepareError> {
        let _permit = self.planning.acquire().await.map_err(|_| PrepareError::Panicked)?;
        let graph = Arc::clone(self);
        let prepared = tokio::task::spawn_blocking(move || graph.prepare_blocking(&key)).await;
        prepared.unwrap_or_else(|error| {
            tracing::error!(%error, "preparing an operation panicked");
            Err(PrepareError::Panicked)
        })
    }

    fn prepare_blocking(&self, key: &OperationKey) -> Result<Arc<PreparedOperation>, PrepareError> {
        let operation = Operation::parse(
            &self.api_schema,
            &self.query_graph,
            &key.query,
            key.operation_name.as_deref(),
            &self.settings.operation_limits,
        )
        .map_err(PrepareError::Request)?;
        self.check_supported(&operation)?;
        let plan = planner::plan(&self.query_graph, &operation, &[]).map_err(PrepareError::Plan)?;
        Ok(Arc::new(PreparedOperation::new(&self.query_graph, operation, plan)))
    }

    /// There are no subscriptions, and the schema is only told where that is allowed, and not many
    /// times over in one answer.
    fn check_supported(&self, operation: &Operation) -> Result<(), PrepareError> {
        let refused = |code, message: String| {
            let error = RequestError { code, message, locations: Vec::new() };
            PrepareError::Request(vec![error])
        };
        if operation.definition().operation_type == OperationType::Subscription {
            let message = "subscriptions are not supported".to_owned();
            return Err(refused("SUBSCRIPTIONS_NOT_SUPPORTED", message));
        }
        if !asks_for_schema(operation) {
            return Ok(());
        }
        if !self.settings.introspection {
            let message = "introspection is switched off".to_owned();
            return Err(refused("INTROSPECTION_DISABLED", message));
        }
        check_max_depth(operation.document(), operation.definition())
            .map_err(|error| refused("MAX_DEPTH_EXCEEDED", error.message().to_string()))
    }
}

//! Everything made from one supergraph, and how an operation is prepared on it once.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use apollo_compiler::ast;
use apollo_compiler::executable::OperationType;
use apollo_compiler::introspection::check_max_depth;
use federation::api_schema::ApiSchema;
use federation::diagnostic::Diagnostic;
use federation::explanation::{self, Explanation};
use federation::operation::{Operation, OperationLimits, RequestError};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use federation::view::Target;
use observability::Route;
use tokio::sync::Semaphore;

use super::api::{Api, ClientOperation, Registered};
use super::executions::Executions;
use super::operation_cache::{
    OperationCache, OperationKey, OperationNumber, OperationPlans, PlanCache, PlanKey, Preparation,
    PrepareError, PreparedOperation, PreparedPlan, asks_for_schema,
};
use super::override_labels::{LabelSources, OverrideLabels};
use super::registered_documents::RegisteredDocuments;
use super::stored_operation::StoredOperation;
use super::view_source::{LoadedView, ViewSource};
use crate::config::{Access, Config, Deduplicate, GRAPHQL_PATH, OverrideLabel, StoredDocument};
use crate::subgraph_client::{DeduplicatingClient, SubgraphClient};
use crate::telemetry::Stage;

/// What of the configuration belongs to a graph, and is replaced with it.
#[derive(Debug, Clone)]
pub struct GraphSettings {
    /// Sizes of a client's operation.
    pub operation_limits: OperationLimits,
    /// Bytes of prepared operations that are kept, plans included.
    pub operation_cache_bytes_max: u64,
    /// Errors in one response.
    pub errors_max: usize,
    /// Bytes of one response's `data`.
    pub response_bytes_max: usize,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// For which requests labels are set.
    pub override_labels: BTreeMap<String, OverrideLabel>,
    /// What is done once when it is the same at the same time.
    pub deduplicate: Deduplicate,
    /// Operations that are prepared before it replaces another graph.
    pub warm_up_operations_max: usize,
    /// How long that may take.
    pub warm_up_timeout: Duration,
}

impl GraphSettings {
    /// The settings a configuration has.
    pub fn new(config: &Config) -> Self {
        Self {
            operation_limits: config.limits.operation(),
            operation_cache_bytes_max: config.limits.operation_cache_bytes_max,
            errors_max: config.limits.errors_max.get(),
            response_bytes_max: config.limits.response_bytes_max.get(),
            introspection: config.introspection,
            override_labels: config.override_labels.clone(),
            deduplicate: config.deduplicate,
            warm_up_operations_max: config.limits.warm_up_operations_max,
            warm_up_timeout: config.timeouts.warm_up(),
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
    /// When it was made.
    pub made_at: SystemTime,
    /// The subgraphs as they were read, for people; none where they were composed elsewhere.
    sources: Vec<SubgraphSource>,
    /// What clients meet: the graph's own first, then the views in their order.
    apis: Vec<Arc<Api>>,
    /// By path.
    served: matchit::Router<(Served, Route)>,
    labels: OverrideLabels,
    pub(crate) executions: Executions,
    pub(super) operations: OperationCache,
    /// Of operations whose plan depends on labels that differ between requests.
    pub(super) plans: PlanCache,
    /// How many such operations were prepared.
    numbered: AtomicU64,
    /// Planning uses a processor; more at once than there are would only make each slower.
    pub(super) planning: Semaphore,
}

/// What is at a path that the configuration has chosen.
#[derive(Debug, Clone)]
pub enum Served {
    /// GraphQL, with this view.
    View(Arc<str>),
    /// A stored operation.
    Stored(Arc<StoredOperation>),
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
        let labels = OverrideLabels::new(&query_graph, &settings.override_labels);
        // Where no label differs, all plans are with their operations.
        let bytes_max = settings.operation_cache_bytes_max;
        let of_plans = if labels.vary() { bytes_max / 2 } else { 0 };
        let subgraphs = if settings.deduplicate.subgraph_requests {
            Arc::new(DeduplicatingClient::new(subgraphs))
        } else {
            subgraphs
        };
        let executions = Executions::new(settings.deduplicate.client_requests);
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let own = own_api(settings.operation_limits, Registered::default());
        Ok(Self {
            apis: vec![Arc::new(own)],
            served: matchit::Router::new(),
            supergraph,
            api_schema,
            query_graph,
            subgraphs,
            settings,
            made_at: SystemTime::now(),
            sources: Vec::new(),
            labels,
            operations: OperationCache::of_operations(bytes_max - of_plans),
            plans: PlanCache::of_plans(of_plans),
            numbered: AtomicU64::new(0),
            planning: Semaphore::new(processors),
            executions,
        })
    }

    /// The graph, made of these subgraphs.
    #[must_use]
    pub fn with_sources(self, sources: Vec<SubgraphSource>) -> Self {
        Self { sources, ..self }
    }

    /// A subgraph as it was read; none where it was composed elsewhere.
    pub fn source(&self, subgraph: &str) -> Option<&SubgraphSource> {
        self.sources.iter().find(|source| source.name == subgraph)
    }

    /// The graph, whose own clients are known to send these operations.
    ///
    /// # Errors
    /// Everything found in them.
    pub fn with_operations(
        mut self,
        registered: &RegisteredDocuments,
    ) -> Result<Self, Vec<Diagnostic>> {
        let limits = self.settings.operation_limits;
        let (mut operations, mut errors) = (Vec::new(), Vec::new());
        for StoredDocument { source, .. } in &registered.documents {
            let (api_schema, graph) = (&self.api_schema, &self.query_graph);
            match Operation::parse(api_schema, graph, &source.text, None, &limits) {
                Ok(operation) => operations.push(operation),
                Err(found) => {
                    errors.extend(found.iter().map(|it| RequestError::in_source(it, source)));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let registered = Registered::new(registered, &operations).map_err(|error| vec![error])?;
        self.apis[0] = Arc::new(own_api(limits, registered));
        Ok(self)
    }

    /// The graph with these views onto it, and what deserves a look about them.
    ///
    /// # Errors
    /// Everything found in the views and in their operations.
    pub fn with_views(
        mut self,
        views: &[ViewSource],
    ) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (mut hints, mut errors) = (Vec::new(), Vec::new());
        for source in views {
            match source.compile(self.target()) {
                Ok(loaded) => {
                    hints.extend(loaded.hints.iter().cloned());
                    errors.extend(self.serve(source, loaded).err());
                }
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() { Ok((self, hints)) } else { Err(errors) }
    }

    fn serve(&mut self, source: &ViewSource, loaded: LoadedView) -> Result<(), Diagnostic> {
        let config = &source.config;
        let name = &config.name;
        let taken = |wrong: matchit::InsertError| {
            Diagnostic::error("CONFIG_INVALID", format!("view `{name}`: {wrong}"))
        };
        let at = |path: &str| Route::Configured(Arc::from(path));
        let (path, view) = (config.path.as_str(), Served::View(Arc::clone(name)));
        self.served.insert(path, (view, at(path))).map_err(taken)?;
        for (route, stored) in config.rest.iter().zip(loaded.rest) {
            let (path, stored) = (route.path.as_str(), Served::Stored(Arc::new(stored)));
            self.served.insert(path, (stored, at(path))).map_err(taken)?;
        }
        let mode = config.operations.as_ref().map(|it| it.mode).unwrap_or_default();
        let registered = RegisteredDocuments { mode, documents: source.operations.clone() };
        self.apis.push(Arc::new(Api {
            name: Some(Arc::clone(name)),
            path: Arc::from(config.path.as_str()),
            access: config.access,
            samples: source.samples(),
            limits: config.limits,
            registered: Registered::new(&registered, &loaded.operations)?,
            view: Some(loaded.view),
        }));
        Ok(())
    }

    /// What clients meet; the graph's own is the first.
    pub fn apis(&self) -> &[Arc<Api>] {
        &self.apis
    }

    /// The graph's own API, or a view's; none when there is no such view.
    pub fn api(&self, view: Option<&str>) -> Option<&Arc<Api>> {
        self.apis.iter().find(|api| api.name.as_deref() == view)
    }

    /// What is served at a path that the configuration has chosen, how the path is written there,
    /// and the texts of its variables.
    pub(crate) fn served_at<'a>(
        &self,
        path: &'a str,
    ) -> Option<(&Served, &Route, matchit::Params<'_, 'a>)> {
        let found = self.served.at(path).ok()?;
        let (served, route) = found.value;
        Some((served, route, found.params))
    }

    /// What operations are validated against, and views compiled onto: the graph without its views.
    pub fn target(&self) -> Target<'_> {
        Target {
            supergraph: &self.supergraph,
            api_schema: &self.api_schema,
            query_graph: &self.query_graph,
        }
    }

    /// The operation, validated and planned for the request's labels: from the caches, or prepared
    /// once however many wait.
    ///
    /// # Errors
    /// What the client did wrong, or why there is no plan. Errors are not kept.
    pub async fn prepare(
        self: &Arc<Self>,
        api: &Api,
        query: &str,
        operation_name: Option<&str>,
        sources: &LabelSources<'_>,
    ) -> Result<Preparation, Arc<PrepareError>> {
        let key = OperationKey::new(api.name.as_ref(), query, operation_name);
        let (prepared, cached) = self.prepared(key).await?;
        prepared.uses.fetch_add(1, Ordering::Relaxed);
        let (operation, labels) = match &prepared.plans {
            OperationPlans::One(planned) => {
                let planned = Arc::clone(planned);
                return Ok(Preparation { prepared, planned, cached });
            }
            OperationPlans::ByLabels { operation, labels } => (*operation, labels),
        };
        let key = PlanKey { operation, labels: self.labels.values(labels, sources) };
        let (planned, was_planned) = self.planned(&prepared, key).await?;
        Ok(Preparation { prepared, planned, cached: cached && was_planned })
    }

    /// Why the operation's plan is as it is, for people: it is planned anew, in other ways, too.
    /// Labels that chance sets are drawn again.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub async fn explain(
        self: &Arc<Self>,
        api: &Api,
        query: &str,
        operation_name: Option<&str>,
        sources: &LabelSources<'_>,
    ) -> Result<Arc<Explanation>, PrepareError> {
        let all: Vec<u32> = (0..).zip(self.query_graph.labels()).map(|(label, _)| label).collect();
        let labels = self.labels.assignment(&all, &self.labels.values(&all, sources));
        let key = OperationKey::new(api.name.as_ref(), query, operation_name);
        let explaining = move |graph: &Self| {
            let operation = graph.validate(&key, &graph.parse(&key)?)?;
            explanation::explain(&graph.query_graph, operation.planned(), &labels)
                .map_err(PrepareError::Plan)
        };
        self.in_background(explaining).await
    }

    /// How many operations and plans are prepared, and what they occupy in bytes.
    pub(crate) fn operations_kept(&self) -> (u64, u64) {
        let (operations, plans) = (self.operations.kept(), self.plans.kept());
        (operations.0 + plans.0, operations.1 + plans.1)
    }

    /// Does what the caches have put off, so that what they keep is told exactly.
    pub(crate) async fn settle_caches(&self) {
        self.operations.settle().await;
        self.plans.settle().await;
    }

    /// The operation, and whether it was there.
    pub(super) async fn prepared(
        self: &Arc<Self>,
        key: Arc<OperationKey>,
    ) -> Result<(Arc<PreparedOperation>, bool), Arc<PrepareError>> {
        let preparing =
            |key: Arc<OperationKey>| self.in_background(move |graph| graph.prepare_operation(&key));
        self.operations.get_or_prepare(key, preparing).await
    }

    /// The operation's plan for some values of its labels, and whether it was there.
    pub(super) async fn planned(
        self: &Arc<Self>,
        prepared: &Arc<PreparedOperation>,
        key: PlanKey,
    ) -> Result<(Arc<PreparedPlan>, bool), Arc<PrepareError>> {
        let planning = |key: PlanKey| {
            let prepared = Arc::clone(prepared);
            self.in_background(move |graph| graph.prepare_plan(&prepared, &key))
        };
        self.plans.get_or_prepare(key, planning).await
    }

    /// Away from the threads that serve connections.
    async fn in_background<T: Send + 'static>(
        self: &Arc<Self>,
        prepare: impl FnOnce(&Self) -> Result<T, PrepareError> + Send + 'static,
    ) -> Result<Arc<T>, PrepareError> {
        let _permit = self.planning.acquire().await.map_err(|_| PrepareError::Panicked)?;
        let graph = Arc::clone(self);
        match tokio::task::spawn_blocking(move || prepare(&graph)).await {
            Ok(prepared) => prepared.map(Arc::new),
            Err(error) => {
                tracing::error!(%error, "preparing an operation panicked");
                Err(PrepareError::Panicked)
            }
        }
    }

    fn api_of(&self, key: &OperationKey) -> Result<&Arc<Api>, PrepareError> {
        self.api(key.view.as_deref()).ok_or_else(|| {
            let message = "the view is not there any more".to_owned();
            let error = RequestError { code: "NOT_FOUND", message, locations: Vec::new() };
            PrepareError::Request(vec![error])
        })
    }

    fn parse(&self, key: &OperationKey) -> Result<ast::Document, PrepareError> {
        self.api_of(key)?.parse(&key.query).map_err(PrepareError::Request)
    }

    fn validate(
        &self,
        key: &OperationKey,
        document: &ast::Document,
    ) -> Result<ClientOperation, PrepareError> {
        let validated =
            self.api_of(key)?.validate(self.target(), document, key.operation_name.as_deref());
        let operation = validated.map_err(PrepareError::Request)?;
        self.check_supported(operation.own())?;
        Ok(operation)
    }

    fn prepare_operation(&self, key: &OperationKey) -> Result<PreparedOperation, PrepareError> {
        let (document, parsing) = Stage::time("graphql.parse", || self.parse(key));
        let document = document?;
        let (operation, validation) =
            Stage::time("graphql.validate", || self.validate(key, &document));
        let operation = operation?;
        let mut labels = planner::relevant_labels(&self.query_graph, operation.planned());
        labels.retain(|label| self.labels.varies(*label));
        let plans = if labels.is_empty() {
            OperationPlans::One(Arc::new(self.plan(&operation, &self.labels.set_for_all())?))
        } else {
            let operation = OperationNumber(self.numbered.fetch_add(1, Ordering::Relaxed));
            OperationPlans::ByLabels { operation, labels }
        };
        let asks_for_schema = asks_for_schema(operation.own());
        let operation_type = operation.own().definition().operation_type;
        // The schema's answer is made from the document, other plans from the selections.
        let is_done = !asks_for_schema && matches!(plans, OperationPlans::One(_));
        let operation = if is_done { operation.without_document() } else { operation };
        let uses = AtomicU32::new(0);
        Ok(PreparedOperation {
            operation,
            asks_for_schema,
            operation_type,
            stages: [parsing, validation],
            plans,
            uses,
        })
    }

    fn prepare_plan(
        &self,
        prepared: &PreparedOperation,
        key: &PlanKey,
    ) -> Result<PreparedPlan, PrepareError> {
        let labels = match &prepared.plans {
            OperationPlans::One(_) => self.labels.set_for_all(),
            OperationPlans::ByLabels { labels, .. } => self.labels.assignment(labels, &key.labels),
        };
        self.plan(&prepared.operation, &labels)
    }

    fn plan(
        &self,
        operation: &ClientOperation,
        labels: &[bool],
    ) -> Result<PreparedPlan, PrepareError> {
        let graph = &self.query_graph;
        let plan = || planner::plan(graph, operation.planned(), labels);
        let (plan, planning) = Stage::time("graphql.plan", plan);
        let plan = plan.map_err(PrepareError::Plan)?;
        Ok(PreparedPlan::new(graph, operation, (plan, planning)))
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

/// The API that the graph has without any view.
fn own_api(limits: OperationLimits, registered: Registered) -> Api {
    Api {
        name: None,
        path: Arc::from(GRAPHQL_PATH),
        access: Access::Public,
        samples: Vec::new(),
        limits,
        registered,
        view: None,
    }
}

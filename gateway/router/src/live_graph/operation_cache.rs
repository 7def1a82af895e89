//! Operations that have been parsed and validated, and their plans, kept for the next request.

use std::cmp::Reverse;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use apollo_compiler::executable::OperationType;
use federation::operation::{Operation, RequestError};
use federation::planner::PlanError;
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use moka::future::Cache;

use super::api::ClientOperation;
use crate::executor::CompiledPlan;
use crate::telemetry::Stage;

/// What an operation is known by: compared in full, because two clients' texts with equal hashes
/// must not be taken for each other.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct OperationKey {
    /// The view it is an operation of; none for the graph's own API.
    pub(super) view: Option<Arc<str>>,
    pub(super) query: Box<str>,
    pub(super) operation_name: Option<Box<str>>,
}

impl OperationKey {
    pub(super) fn new(
        view: Option<&Arc<str>>,
        query: &str,
        operation_name: Option<&str>,
    ) -> Arc<Self> {
        let operation_name = operation_name.map(Box::from);
        Arc::new(Self { view: view.cloned(), query: Box::from(query), operation_name })
    }
}

/// An operation that has been validated. Made by [`Graph::prepare`](super::Graph::prepare), read by
/// every request that sends the same text.
#[derive(Debug)]
pub struct PreparedOperation {
    /// What the client asked for.
    pub operation: ClientOperation,
    /// Its `__schema` and `__type` fields have to be answered here.
    pub asks_for_schema: bool,
    /// Query, mutation or subscription.
    pub operation_type: OperationType,
    /// How it was parsed and validated.
    pub(crate) stages: [Stage; 2],
    pub(super) plans: OperationPlans,
    /// How often it was asked for, as far as that matters to a next graph.
    pub(super) uses: AtomicU32,
}

/// Where an operation's plans are.
#[derive(Debug)]
pub(super) enum OperationPlans {
    /// There is only one.
    One(Arc<PreparedPlan>),
    /// One for each assignment of the labels that can be set for one request and not for another.
    ByLabels { operation: OperationNumber, labels: Vec<u32> },
}

/// What an operation's plans are known by, beside their labels: the operation of a cache's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OperationNumber(pub(super) u64);

/// A plan, ready to run.
#[derive(Debug)]
pub struct PreparedPlan {
    /// Whom to ask for what; what the answer looks like is `compiled`.
    pub plan: QueryPlan,
    /// What of the plan has been worked out beforehand.
    pub compiled: CompiledPlan,
    /// How it was made.
    pub(crate) planning: Stage,
}

impl PreparedPlan {
    pub(super) fn new(
        graph: &QueryGraph,
        operation: &ClientOperation,
        (plan, planning): (QueryPlan, Stage),
    ) -> Self {
        let compiled = operation.compile(graph, &plan);
        Self { plan: plan.without_layout(), compiled, planning }
    }
}

/// What a plan is known by that depends on labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PlanKey {
    pub(super) operation: OperationNumber,
    /// Whether each of the operation's labels is set.
    pub(super) labels: Box<[bool]>,
}

pub(super) fn asks_for_schema(operation: &Operation) -> bool {
    let mut root_fields = operation.definition().root_fields(operation.document());
    root_fields.any(|field| matches!(field.name.as_str(), "__schema" | "__type"))
}

/// What to execute, and whether somebody had prepared it before.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// What the client asked for.
    pub prepared: Arc<PreparedOperation>,
    /// Where it comes from, for this request.
    pub planned: Arc<PreparedPlan>,
    /// This request neither validated nor planned.
    pub cached: bool,
}

/// Why an operation cannot be executed.
#[derive(Debug)]
pub enum PrepareError {
    /// The client's fault; every finding.
    Request(Vec<RequestError>),
    /// There is no plan.
    Plan(PlanError),
    /// A fault of ours; its details are in the log.
    Panicked,
}

/// The operations of a graph, weighed in bytes.
pub(super) type OperationCache = PreparedCache<Arc<OperationKey>, PreparedOperation>;

/// The plans of a graph that depend on labels, weighed in bytes. However many assignments an
/// operation's labels have, those that are asked for often stay.
pub(super) type PlanCache = PreparedCache<PlanKey, PreparedPlan>;

/// What is made once, however many wait for it, and kept while there is room.
pub(super) struct PreparedCache<K, V> {
    cache: Cache<K, Arc<V>>,
}

/// What a prepared operation or plan occupies beside its text, and grows with it. Measured: an
/// operation of five levels in 600 bytes takes 50 KB, and with it what the allocator loses.
const BYTES_PER_BYTE_OF_TEXT: usize = 80;
const BYTES_AT_LEAST: usize = 4096;

impl OperationCache {
    pub(super) fn of_operations(bytes_max: u64) -> Self {
        Self::new("operations", bytes_max, |key, _| {
            key.query.len() + key.operation_name.as_ref().map_or(0, |name| name.len())
        })
    }

    /// The operations that have been asked for most, those first.
    pub(super) fn most_used(
        &self,
        count_max: usize,
    ) -> Vec<(Arc<OperationKey>, Arc<PreparedOperation>)> {
        let uses = |one: &(_, Arc<PreparedOperation>)| one.1.uses.load(Ordering::Relaxed);
        let mut kept: Vec<_> =
            self.cache.iter().map(|(key, value)| ((*key).clone(), value)).collect();
        kept.sort_by_key(|one| Reverse(uses(one)));
        kept.truncate(count_max);
        kept
    }
}

impl PlanCache {
    /// For which values of its labels an operation's plans are there.
    pub(super) fn label_values(&self, operation: OperationNumber) -> Vec<Box<[bool]>> {
        let keys = self.cache.iter().map(|(key, _)| key);
        keys.filter(|key| key.operation == operation).map(|key| key.labels.clone()).collect()
    }

    pub(super) fn of_plans(bytes_max: u64) -> Self {
        Self::new("plans", bytes_max, |_, planned| {
            planned.plan.fetches.iter().map(|fetch| fetch.document.len()).sum()
        })
    }
}

impl<K, V> PreparedCache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// `text_bytes` is how long the texts are that an entry has been made from.
    fn new(name: &str, bytes_max: u64, text_bytes: fn(&K, &V) -> usize) -> Self {
        let cache = Cache::builder()
            .name(name)
            .max_capacity(bytes_max)
            .weigher(move |key: &K, value: &Arc<V>| {
                let bytes = BYTES_AT_LEAST + text_bytes(key, value) * BYTES_PER_BYTE_OF_TEXT;
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .build();
        Self { cache }
    }

    /// How many entries there are, and what they occupy in bytes.
    pub(super) fn kept(&self) -> (u64, u64) {
        (self.cache.entry_count(), self.cache.weighted_size())
    }

    /// Does what has been put off, so that [`kept`](Self::kept) is exact.
    pub(super) async fn settle(&self) {
        self.cache.run_pending_tasks().await;
    }

    /// What the cache has, and true; else `prepare` runs, once however many wait for it. Errors
    /// are not kept.
    pub(super) async fn get_or_prepare<F>(
        &self,
        key: K,
        prepare: impl FnOnce(K) -> F,
    ) -> Result<(Arc<V>, bool), Arc<PrepareError>>
    where
        F: Future<Output = Result<Arc<V>, PrepareError>>,
    {
        let ran = AtomicBool::new(false);
        let preparing = async {
            ran.store(true, Ordering::Relaxed);
            prepare(key.clone()).await
        };
        let prepared = self.cache.try_get_with(key.clone(), preparing).await?;
        Ok((prepared, !ran.load(Ordering::Relaxed)))
    }
}

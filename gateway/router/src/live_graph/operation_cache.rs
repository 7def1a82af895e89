//! Operations that have been parsed, validated and planned, kept for the next request.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use apollo_compiler::executable::OperationType;
use federation::operation::{Operation, RequestError};
use federation::planner::PlanError;
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use moka::future::Cache;

use crate::executor::CompiledPlan;

/// What an operation is known by: compared in full, because two clients' texts with equal hashes
/// must not be taken for each other.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct OperationKey {
    pub(super) query: Box<str>,
    pub(super) operation_name: Option<Box<str>>,
}

impl OperationKey {
    pub(super) fn new(query: &str, operation_name: Option<&str>) -> Arc<Self> {
        let operation_name = operation_name.map(Box::from);
        Arc::new(Self { query: Box::from(query), operation_name })
    }
}

/// An operation and its plan. Made by [`Graph::prepare`](super::Graph::prepare), read by every
/// request that sends the same text.
#[derive(Debug)]
pub struct PreparedOperation {
    /// What the client asked for.
    pub operation: Operation,
    /// Where it comes from.
    pub plan: QueryPlan,
    /// What of the plan has been worked out beforehand.
    pub compiled: CompiledPlan,
    /// Its `__schema` and `__type` fields have to be answered here.
    pub asks_for_schema: bool,
    /// Query, mutation or subscription.
    pub operation_type: OperationType,
}

impl PreparedOperation {
    pub(super) fn new(graph: &QueryGraph, operation: Operation, plan: QueryPlan) -> Self {
        let compiled = CompiledPlan::new(graph, &operation, &plan);
        let asks_for_schema = asks_for_schema(&operation);
        let operation_type = operation.definition().operation_type;
        Self { operation, plan, compiled, asks_for_schema, operation_type }
    }
}

pub(super) fn asks_for_schema(operation: &Operation) -> bool {
    let mut root_fields = operation.definition().root_fields(operation.document());
    root_fields.any(|field| matches!(field.name.as_str(), "__schema" | "__type"))
}

/// A prepared operation, and whether somebody had prepared it before.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// What to execute.
    pub prepared: Arc<PreparedOperation>,
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

/// A cache that is weighed in bytes.
pub(super) struct OperationCache {
    cache: Cache<Arc<OperationKey>, Arc<PreparedOperation>>,
}

/// What a prepared operation occupies beside its text: a document, two graphs and a plan grow with
/// the text. An estimate on the safe side: the cache's limit bounds memory, it does not measure it.
const BYTES_PER_BYTE_OF_TEXT: usize = 40;
const BYTES_AT_LEAST: usize = 4096;

impl OperationCache {
    pub(super) fn new(bytes_max: u64) -> Self {
        let cache = Cache::builder()
            .name("operations")
            .max_capacity(bytes_max)
            .weigher(|key: &Arc<OperationKey>, _: &Arc<PreparedOperation>| weight(key))
            .build();
        Self { cache }
    }

    /// The operation from the cache; else `prepare` runs, once however many wait for it.
    pub(super) async fn get_or_prepare<F>(
        &self,
        key: Arc<OperationKey>,
        prepare: impl FnOnce(Arc<OperationKey>) -> F,
    ) -> Result<Preparation, Arc<PrepareError>>
    where
        F: Future<Output = Result<Arc<PreparedOperation>, PrepareError>>,
    {
        let ran = AtomicBool::new(false);
        let preparing = async {
            ran.store(true, Ordering::Relaxed);
            prepare(Arc::clone(&key)).await
        };
        let prepared = self.cache.try_get_with(Arc::clone(&key), preparing).await?;
        Ok(Preparation { prepared, cached: !ran.load(Ordering::Relaxed) })
    }
}

fn weight(key: &OperationKey) -> u32 {
    let text = key.query.len() + key.operation_name.as_ref().map_or(0, |name| name.len());
    u32::try_from(BYTES_AT_LEAST + text * BYTES_PER_BYTE_OF_TEXT).unwrap_or(u32::MAX)
}

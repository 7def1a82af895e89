//! One operation on a world: planned, executed over subgraphs in memory, held against the oracle.
//!
//! What must hold of every plan and every answer is demanded here, for cases and seeds alike.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::{FetchId, QueryPlan, check_plan};
use router::caller::Caller;
use router::executor::{CompiledPlan, Execution};
use router::subgraph_client::SubgraphClient;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::in_memory_subgraph::{Faults, InMemorySubgraphs, LoggedFetch};
use crate::oracle::{self, Answer};
use crate::world::World;

/// An operation with its plan.
pub(crate) struct Planned {
    pub(crate) operation: Operation,
    /// The labels of overrides that are set.
    pub(crate) labels: Vec<String>,
    pub(crate) plan: QueryPlan,
    pub(crate) compiled: CompiledPlan,
}

/// What came of one execution.
#[derive(Default)]
pub(crate) struct Executed {
    /// The body of the answer.
    pub(crate) body: String,
    /// What the subgraphs were asked.
    pub(crate) fetches: Vec<LoggedFetch>,
    /// What is wrong with it.
    pub(crate) failures: Vec<String>,
}

/// Whether anything is meant to go wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// The answer is the oracle's, byte for byte, and its errors are at the same places.
    Fair,
    /// The answer is the oracle's, byte for byte; what an error takes away may have had errors of
    /// its own.
    FairToErrors,
    /// The answer may have nulls that the oracle has not, with errors.
    Faulty,
}

#[derive(Deserialize)]
struct Body<'b> {
    #[serde(borrow)]
    data: &'b RawValue,
    #[serde(default)]
    errors: Value,
}

/// Validates and normalises; the message is the gateway's.
pub(crate) fn parse(world: &World, query: &str) -> Result<Operation, String> {
    let limits = OperationLimits::default();
    Operation::parse(&world.api_schema, &world.query_graph, query, None, &limits)
        .map_err(|errors| format!("the operation is refused: {errors:?}"))
}

/// Plans for a request for which these labels are set, and checks what must hold of every plan.
pub(crate) fn plan(
    world: &World,
    operation: Operation,
    labels: &[String],
) -> Result<Planned, String> {
    let (graph, set) = (&world.query_graph, labels);
    let labels: Vec<bool> = graph.labels().iter().map(|label| set.contains(label)).collect();
    let plan = planner::plan(graph, &operation, &labels)
        .map_err(|error| format!("there is no plan: {} {error}", error.code))?;
    check_plan(graph, &operation, &labels, &plan)
        .map_err(|findings| format!("the plan is wrong: {}\n{plan}", findings.join("\n")))?;
    for fetch in &plan.fetches {
        let Some(subgraph) = world.subgraph(&fetch.service) else {
            return Err(format!("there is no subgraph `{}`", fetch.service));
        };
        subgraph.document(&fetch.document)?;
    }
    check_labels(graph, &operation, labels, &plan)?;
    let compiled = CompiledPlan::new(graph, &operation, &plan);
    Ok(Planned { operation, labels: set.to_vec(), plan, compiled })
}

/// Labels that are said not to matter must not.
fn check_labels(
    graph: &QueryGraph,
    operation: &Operation,
    mut labels: Vec<bool>,
    plan: &QueryPlan,
) -> Result<(), String> {
    let relevant = planner::relevant_labels(graph, operation);
    if relevant.len() == labels.len() {
        return Ok(());
    }
    for (label, is_set) in (0u32..).zip(&mut labels) {
        *is_set ^= !relevant.contains(&label);
    }
    let other = planner::plan(graph, operation, &labels).map_err(|error| error.to_string())?;
    if other.to_string() != plan.to_string() {
        return Err(format!("labels that do not matter change the plan: {plan}\n{other}"));
    }
    Ok(())
}

/// Fetches on the longest chain of dependencies.
pub(crate) fn longest_chain(plan: &QueryPlan) -> usize {
    let mut lengths = Vec::new();
    for fetch in &plan.fetches {
        let before = fetch.depends_on.iter().filter_map(|id| lengths.get(id.index()));
        let longest: usize = before.copied().max().unwrap_or_default();
        lengths.push(longest + 1);
    }
    lengths.into_iter().max().unwrap_or_default()
}

/// Executes with the client's variables, and checks the answer.
pub(crate) async fn execute(
    world: &Arc<World>,
    planned: &Planned,
    variables: &JsonMap,
    (weather, faults): (Weather, Faults),
) -> Result<Executed, String> {
    let schema = world.api_schema.schema();
    let variables = coerce_variable_values(schema, planned.operation.definition(), variables)
        .map_err(|error| format!("the variables are refused: {}", error.message()))?;
    let oracle = oracle::answer(world, &planned.operation, &variables)?;
    let subgraphs = InMemorySubgraphs::new(world, &planned.labels, faults);
    let response = run(world, planned, &variables, &subgraphs).await;
    let body = std::str::from_utf8(&response).map_err(|error| error.to_string())?.to_owned();
    let mut failures = Vec::new();
    if let Err(failure) = check((world, planned), &body, &oracle, weather) {
        failures.push(failure);
    }
    let fetches = subgraphs.log();
    let sent = sent_fetches(planned, &fetches);
    if sent > planned.plan.fetches.len() {
        failures.push(format!("{sent} fetches were sent, more than are planned"));
    }
    if weather != Weather::Faulty {
        failures.extend(subgraphs.violations());
    }
    Ok(Executed { body, fetches, failures })
}

/// How many fetches were sent; the requests of one for several contexts are one.
pub(crate) fn sent_fetches(planned: &Planned, sent: &[LoggedFetch]) -> usize {
    let ids = (0u32..).map(FetchId).take(planned.plan.fetches.len());
    let split = ids.filter(|id| planned.plan.reads_contexts(*id));
    let split: Vec<&str> = split.map(|id| planned.plan.fetch(id).document.as_str()).collect();
    let documents = sent.iter().map(|one| one.document.as_str());
    let (of_contexts, others): (Vec<&str>, Vec<&str>) =
        documents.partition(|document| split.contains(document));
    let of_contexts: BTreeSet<&str> = of_contexts.into_iter().collect();
    of_contexts.len() + others.len()
}

/// Errors in one answer, and bytes of its data.
pub(crate) const ERRORS_MAX: usize = 10_000;
pub(crate) const RESPONSE_BYTES_MAX: usize = 10_000_000;

/// The answer's bytes, whatever subgraphs say.
pub(crate) async fn run(
    world: &World,
    planned: &Planned,
    variables: &Valid<JsonMap>,
    subgraphs: &dyn SubgraphClient,
) -> bytes::Bytes {
    let execution = Execution {
        query_graph: &world.query_graph,
        client_graph: &world.query_graph,
        operation: &planned.operation,
        plan: &planned.plan,
        compiled: &planned.compiled,
        variables,
        introspection: None,
        caller: &Caller::Unknown,
        subgraphs,
        errors_max: ERRORS_MAX,
        response_bytes_max: RESPONSE_BYTES_MAX,
    };
    execution.run().await.body
}

fn check(
    (world, planned): (&World, &Planned),
    body: &str,
    oracle: &Answer,
    weather: Weather,
) -> Result<(), String> {
    let not_json = |error: serde_json::Error| format!("the body is not JSON: {error}\n{body}");
    let Body { data, errors } = serde_json::from_str(body).map_err(not_json)?;
    let (data, error_paths) = (data.get(), &oracle.error_paths);
    let oracle = oracle.data.as_str();
    if weather == Weather::Faulty {
        return check_nulls((world, planned), body, oracle);
    }
    if data != oracle {
        return Err(format!(
            "data differs from the oracle's:\n  oracle  {oracle}\n  gateway {body}"
        ));
    }
    let is_exact = weather == Weather::Fair || error_paths.is_empty();
    if is_exact && oracle::error_paths(&errors) != *error_paths {
        return Err(format!("errors differ from the oracle's, {error_paths:?}:\n  {body}"));
    }
    Ok(())
}

fn check_nulls(
    (world, planned): (&World, &Planned),
    body: &str,
    oracle: &str,
) -> Result<(), String> {
    let not_json = |error: serde_json::Error| format!("the body is not JSON: {error}\n{body}");
    // A number that is no `f64` is written by one world on purpose; here only nulls matter.
    let readable = |json: &str| json.replace("1e400", "1");
    let response: Value = serde_json::from_str(&readable(body)).map_err(not_json)?;
    let oracle: Value = serde_json::from_str(&readable(oracle)).map_err(not_json)?;
    let schema = world.api_schema.schema();
    let hidden = HashSet::new();
    match oracle::unexplained_null((schema, &planned.operation), &hidden, &oracle, &response) {
        None => Ok(()),
        Some(path) => Err(format!("no error says why there is null at {path}:\n  {body}")),
    }
}

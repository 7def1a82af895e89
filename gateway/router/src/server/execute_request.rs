//! The one way through the stages: request → prepared operation → coerced variables → execution.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use apollo_compiler::executable::OperationType;
use apollo_compiler::introspection::partial_execute;
use apollo_compiler::request::{RequestError, coerce_variable_values};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use axum::http::StatusCode;
use futures_util::FutureExt;
use observability::RequestScope;

use super::graphql_request::{GraphQLRequest, OperationsAllowed};
use super::graphql_response::{ErrorEntry, GraphQLResponse, Outcome, internal_error};
use super::plan_extension::{self, PlanExtension};
use super::request_scope::log_panic;
use super::state::ServerState;
use crate::caller::Caller;
use crate::config::Access;
use crate::executor::{self, Execution, FetchReport};
use crate::live_graph::{
    Graph, LabelSources, Preparation, PrepareError, PreparedOperation, PreparedPlan,
};
use crate::telemetry::{OperationReport, Stage, note};

/// Executes a request within the configured time and reports it. Every transport calls this.
/// Dropping the future abandons the request and what it is waiting for.
pub async fn execute_request(state: &ServerState, request: GraphQLRequest) -> GraphQLResponse {
    let started = Instant::now();
    let scope = RequestScope::current();
    if let Some(scope) = &scope {
        request.view.iter().for_each(|view| scope.set_view(view));
        request.caller.user_id().into_iter().for_each(|id| scope.set_user_id(id));
    }
    let mut progress = Progress::default();
    let stages = AssertUnwindSafe(stages(state, &request, &mut progress)).catch_unwind();
    let response = match tokio::time::timeout(state.options.request_timeout, stages).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            log_panic(panic.as_ref());
            progress.refused("INTERNAL_SERVER_ERROR", internal_error())
        }
        Err(_) => {
            let timeout = state.options.request_timeout.as_millis();
            let message = format!("the request took longer than {timeout} ms");
            progress.error(
                Outcome::Refused(StatusCode::GATEWAY_TIMEOUT),
                "GATEWAY_TIMEOUT",
                &message,
            )
        }
    };
    let report = OperationReport {
        request: scope,
        view: request.view,
        operation_type: progress.operation_type,
        operation_name: progress.operation_name,
        started,
        // What has been prepared for others before is not this request's.
        preparation: progress.preparation.into_iter().filter(|it| it.started >= started).collect(),
        executing_since: progress.executing_since,
        duration: started.elapsed(),
        errors: progress.errors,
        refused_with: progress.refused_with,
        fetches: progress.fetches,
        plan_cached: progress.plan_cached,
    };
    if let Some(metrics) = &state.metrics {
        metrics.operation(&report);
    }
    (state.observer)(&report);
    note(report);
    response
}

/// What there is to report, as far as the request has come.
#[derive(Default)]
struct Progress {
    operation_type: Option<OperationType>,
    operation_name: Option<String>,
    plan_cached: bool,
    errors: usize,
    refused_with: Option<&'static str>,
    fetches: Vec<FetchReport>,
    preparation: Vec<Stage>,
    executing_since: Option<Instant>,
}

impl Progress {
    fn refused(&mut self, code: &'static str, response: GraphQLResponse) -> GraphQLResponse {
        self.errors = 1;
        self.refused_with = Some(code);
        response
    }

    fn error(&mut self, outcome: Outcome, code: &'static str, message: &str) -> GraphQLResponse {
        self.refused(code, GraphQLResponse::error(outcome, code, message))
    }
}

async fn stages(
    state: &ServerState,
    request: &GraphQLRequest,
    progress: &mut Progress,
) -> GraphQLResponse {
    let Some(graph) = state.live_graph.current() else {
        let outcome = Outcome::Refused(StatusCode::SERVICE_UNAVAILABLE);
        return progress.error(outcome, "NO_SUPERGRAPH_AVAILABLE", "there is no supergraph yet");
    };
    let Some(api) = graph.api(request.view.as_deref()) else {
        // It was there when the path was looked up.
        let outcome = Outcome::Refused(StatusCode::NOT_FOUND);
        return progress.error(outcome, "NOT_FOUND", "this view is not served any more");
    };
    if api.access == Access::User && request.caller == Caller::Unknown {
        let outcome = Outcome::Refused(StatusCode::UNAUTHORIZED);
        return progress.error(outcome, "UNAUTHENTICATED", "nobody has said who asks");
    }
    let document = match state.persisted_queries.document(api, request).await {
        Ok(document) => document,
        Err(none) => return progress.error(none.outcome, none.code, none.message),
    };
    let name = request.operation_name.as_deref();
    let sources = LabelSources { headers: &request.headers, randomness: &state.options.randomness };
    let (prepared, planned) = match graph.prepare(api, document.text(), name, &sources).await {
        Ok(Preparation { prepared, planned, cached }) => {
            progress.plan_cached = cached;
            if !cached {
                progress.preparation = [&prepared.stages[..], &[planned.planning]].concat();
            }
            (prepared, planned)
        }
        Err(error) => return not_prepared(&error, graph.settings.errors_max, progress),
    };
    state.persisted_queries.remember(&document).await;
    let definition = prepared.operation.own().definition();
    progress.operation_type = Some(prepared.operation_type);
    progress.operation_name = definition.name.as_ref().map(ToString::to_string);
    if let Some(refusal) = not_allowed(request, prepared.operation_type, progress) {
        return refusal;
    }
    let plan_form = match request.plan_extension {
        None => None,
        Some(PlanExtension::Plan(form)) => Some(form),
        Some(PlanExtension::Reasons) => {
            return match graph.explain(api, document.text(), name, &sources).await {
                Ok(explanation) => plan_extension::alone(&explanation),
                Err(error) => not_prepared(&error, graph.settings.errors_max, progress),
            };
        }
    };
    let schema = prepared.operation.api_schema(graph.target()).schema();
    let variables = match coerce_variable_values(schema, definition, &request.variables) {
        Ok(variables) => Arc::new(variables),
        Err(error) => return bad_variables(&error, &prepared, progress),
    };
    let operation = (Arc::clone(&prepared), Arc::clone(&planned));
    let caller = &request.caller;
    let execution = execute(Arc::clone(&graph), operation, Arc::clone(&variables), caller.clone());
    let running = graph.executions.run((&prepared, &planned), &variables, caller, execution);
    let Ok(executed) = running.await else {
        return progress.refused("INTERNAL_SERVER_ERROR", internal_error());
    };
    progress.errors = executed.errors;
    progress.fetches = executed.fetches;
    progress.executing_since = Some(executed.started);
    let body = match plan_form {
        None => executed.body,
        Some(form) => {
            let done = (progress.fetches.as_slice(), progress.plan_cached);
            plan_extension::beside(&executed.body, form, &planned.plan, done)
        }
    };
    GraphQLResponse::executed(body, executed.errors)
}

/// Nothing for a fault of ours, which the log has.
async fn execute(
    graph: Arc<Graph>,
    (prepared, planned): (Arc<PreparedOperation>, Arc<PreparedPlan>),
    variables: Arc<Valid<JsonMap>>,
    caller: Caller,
) -> Result<executor::Response, ()> {
    let introspection = introspect(&graph, &prepared, &variables).await?;
    let variables = prepared.operation.translated(&variables);
    let execution = Execution {
        query_graph: &graph.query_graph,
        client_graph: prepared.operation.client_graph(graph.target()),
        operation: prepared.operation.own(),
        plan: &planned.plan,
        compiled: &planned.compiled,
        variables: &variables,
        introspection: introspection.as_ref(),
        caller: &caller,
        subgraphs: graph.subgraphs.as_ref(),
        errors_max: graph.settings.errors_max,
        response_bytes_max: graph.settings.response_bytes_max,
    };
    Ok(execution.run().await)
}

fn not_prepared(
    error: &PrepareError,
    errors_max: usize,
    progress: &mut Progress,
) -> GraphQLResponse {
    match error {
        PrepareError::Request(errors) => {
            let entries: Vec<ErrorEntry> = errors
                .iter()
                .map(|error| ErrorEntry {
                    code: error.code,
                    message: error.message.clone(),
                    locations: error.locations.clone(),
                })
                .collect();
            let code = errors.first().map_or("GRAPHQL_VALIDATION_FAILED", |error| error.code);
            let response = GraphQLResponse::errors(Outcome::RequestError, &entries, errors_max);
            progress.refused(code, response)
        }
        // The client's document asks too much; anything else is a fault of the gateway.
        PrepareError::Plan(error) if error.code == "OPERATION_TOO_COMPLEX" => {
            progress.error(Outcome::RequestError, error.code, &error.message)
        }
        PrepareError::Plan(error) => {
            let outcome = Outcome::Refused(StatusCode::INTERNAL_SERVER_ERROR);
            progress.error(outcome, error.code, &error.message)
        }
        PrepareError::Panicked => progress.refused("INTERNAL_SERVER_ERROR", internal_error()),
    }
}

fn not_allowed(
    request: &GraphQLRequest,
    operation_type: OperationType,
    progress: &mut Progress,
) -> Option<GraphQLResponse> {
    match (operation_type, request.operations_allowed) {
        (OperationType::Mutation, OperationsAllowed::Queries) => Some(progress.error(
            Outcome::Refused(StatusCode::METHOD_NOT_ALLOWED),
            "MUTATION_NOT_ALLOWED_OVER_HTTP_GET",
            "a mutation has to be sent by POST",
        )),
        _ => None,
    }
}

fn bad_variables(
    error: &RequestError,
    prepared: &PreparedOperation,
    progress: &mut Progress,
) -> GraphQLResponse {
    let located = error.to_graphql_error(&prepared.operation.own().document().sources);
    let entry = ErrorEntry {
        code: "BAD_USER_INPUT",
        message: located.message,
        locations: located.locations.iter().map(|at| (at.line, at.column)).collect(),
    };
    let response = GraphQLResponse::errors(Outcome::RequestError, &[entry], 1);
    progress.refused("BAD_USER_INPUT", response)
}

/// The answer to `__schema` and `__type`; a large schema takes a while, hence not on the threads
/// that serve connections.
async fn introspect(
    graph: &Arc<Graph>,
    prepared: &Arc<PreparedOperation>,
    variables: &Arc<Valid<JsonMap>>,
) -> Result<Option<JsonMap>, ()> {
    if !prepared.asks_for_schema {
        return Ok(None);
    }
    let (graph, prepared) = (Arc::clone(graph), Arc::clone(prepared));
    let variables = Arc::clone(variables);
    let answering = tokio::task::spawn_blocking(move || {
        let operation = prepared.operation.own();
        let api_schema = prepared.operation.api_schema(graph.target());
        let (schema, implementers) = (api_schema.schema(), api_schema.implementers());
        let (document, definition) = (operation.document(), operation.definition());
        partial_execute(schema, implementers, document, definition, &variables)
    });
    match answering.await {
        Ok(Ok(answer)) => Ok(Some(answer.data.unwrap_or_default())),
        Ok(Err(error)) => {
            tracing::error!(error = %error.message(), "introspection failed");
            Err(())
        }
        Err(error) => {
            tracing::error!(%error, "introspection panicked");
            Err(())
        }
    }
}

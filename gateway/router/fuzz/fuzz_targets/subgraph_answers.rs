//! Two bytes that choose an operation, then what the subgraphs say, one answer after the other,
//! divided by lines that are `---`: the client gets JSON that is no longer than it may be.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use bytes::Bytes;
use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use federation::subgraph::SubgraphSource;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use libfuzzer_sys::fuzz_target;
use router::caller::Caller;
use router::executor::{CompiledPlan, Execution};
use router::subgraph_client::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};
use serde::de::IgnoredAny;

const DIVIDER: &[u8] = b"\n---\n";
const ERRORS_MAX: usize = 1_000;
const RESPONSE_BYTES_MAX: usize = 1_000_000;

static OPERATIONS: LazyLock<Vec<Planned>> = LazyLock::new(planned);

struct Planned {
    graph: Arc<QueryGraph>,
    operation: Operation,
    plan: QueryPlan,
    compiled: CompiledPlan,
    variables: Valid<JsonMap>,
}

/// Says what it was given, and then nothing.
struct Subgraphs(Mutex<Vec<Bytes>>);

impl SubgraphClient for Subgraphs {
    fn send(
        &self,
        _: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        let answer = self.0.lock().expect("nobody panics here").pop();
        async move { Ok(answer.unwrap_or_default().into()) }.boxed()
    }
}

fuzz_target!(|input: &[u8]| {
    let [first, second, said @ ..] = input else { return };
    let index = usize::from(u16::from_be_bytes([*first, *second]));
    let planned = &OPERATIONS[index % OPERATIONS.len()];
    let longest = said.len();
    let subgraphs = Subgraphs(Mutex::new(divided(said)));
    let execution = Execution {
        query_graph: &planned.graph,
        client_graph: &planned.graph,
        operation: &planned.operation,
        plan: &planned.plan,
        compiled: &planned.compiled,
        variables: &planned.variables,
        introspection: None,
        caller: &Caller::Unknown,
        subgraphs: &subgraphs,
        errors_max: ERRORS_MAX,
        response_bytes_max: RESPONSE_BYTES_MAX,
    };
    let body = execution.run().now_or_never().expect("nothing waits").body;
    serde_json::from_slice::<IgnoredAny>(&body).expect("JSON");
    assert!(body.len() <= RESPONSE_BYTES_MAX + (ERRORS_MAX + 1) * (longest + 1_000));
});

/// The answers, the first one last.
fn divided(mut said: &[u8]) -> Vec<Bytes> {
    let mut answers = Vec::new();
    while let Some(at) = said.windows(DIVIDER.len()).position(|window| window == DIVIDER) {
        answers.push(Bytes::copy_from_slice(&said[..at]));
        said = &said[at + DIVIDER.len()..];
    }
    answers.push(Bytes::copy_from_slice(said));
    answers.reverse();
    answers
}

/// The operations of all cases that need no variables.
fn planned() -> Vec<Planned> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/execution");
    let planned: Vec<_> = files(&cases).iter().flat_map(|case| planned_of(case)).collect();
    assert!(!planned.is_empty(), "there are cases");
    planned
}

fn planned_of(case: &Path) -> Vec<Planned> {
    let sources: Vec<_> = files(&case.join("subgraphs")).iter().map(|file| source(file)).collect();
    let Ok(composition) = compose(&sources) else { return Vec::new() };
    let api_schema = ApiSchema::new(&composition.supergraph).expect("an API schema");
    let graph = Arc::new(QueryGraph::new(&composition.supergraph).expect("a query graph"));
    let operations = files(case).into_iter();
    let operations =
        operations.filter(|file| file.extension().is_some_and(|extension| extension == "graphql"));
    operations.filter_map(|file| plan(&api_schema, &graph, &text(&file))).collect()
}

fn plan(api_schema: &ApiSchema, graph: &Arc<QueryGraph>, query: &str) -> Option<Planned> {
    let limits = OperationLimits::default();
    let operation = Operation::parse(api_schema, graph, query, None, &limits).ok()?;
    let plan = planner::plan(graph, &operation, &[]).ok()?;
    let compiled = CompiledPlan::new(graph, &operation, &plan);
    let (schema, definition) = (api_schema.schema(), operation.definition());
    let variables = coerce_variable_values(schema, definition, &JsonMap::default()).ok()?;
    Some(Planned { graph: Arc::clone(graph), operation, plan, compiled, variables })
}

fn source(file: &Path) -> SubgraphSource {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text: text(file) });
    SubgraphSource { url: format!("http://{name}.example/"), name, sdl }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a readable file")
}

//! What each stage of a request costs, without sockets: `stages FOLDER STAGE ROUNDS`.
//!
//! `FOLDER` has `subgraphs/*.graphql` and a `query.graphql` of the benchmark's graph. Subgraphs'
//! answers are made up in a first round and said again in those that follow: what is left of an
//! execution is reading, representations, scheduling and writing. `bench/stages` runs this under
//! an instruction counter, with different numbers of rounds.
//!
//! | stage | what is done in each round |
//! |---|---|
//! | `none` | nothing: what the program costs anyway |
//! | `parse` | the text is parsed and validated |
//! | `operation` | the same, and the operation is brought into its normal form |
//! | `plan` | the operation is planned |
//! | `compile` | what can be worked out of the plan once is worked out |
//! | `prepare` | all of that for a text never seen before, through the cache |
//! | `execute` | the plan is executed |

mod subgraphs;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::subgraph::SubgraphSource;
use futures_util::FutureExt;
use http::HeaderMap;
use router::caller::Caller;
use router::config::Config;
use router::executor::{CompiledPlan, Execution};
use router::live_graph::{Graph, GraphSettings, LabelSources, Randomness};
use subgraphs::Subgraphs;

/// As in the `weft` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, stage, rounds] = arguments.as_slice() else {
        return Err("usage: stages FOLDER STAGE ROUNDS".into());
    };
    let rounds: u32 = rounds.parse()?;
    let folder = Path::new(folder);
    let query = fs::read_to_string(folder.join("query.graphql"))?;
    let mut round = stage_of(stage, graph(folder)?, query)?;
    let started = Instant::now();
    (0..rounds).for_each(&mut *round);
    println!("{:?} each", started.elapsed() / rounds.max(1));
    Ok(())
}

/// What is done in each round.
type Round = Box<dyn FnMut(u32)>;

/// One stage, with all that comes before it done.
fn stage_of(stage: &str, graph: Arc<Graph>, query: String) -> Result<Round, Box<dyn Error>> {
    let limits = OperationLimits::default();
    let parse = move |graph: &Graph, query: &str| {
        Operation::parse(&graph.api_schema, &graph.query_graph, query, None, &limits)
    };
    let operation = parse(&graph, &query).map_err(|errors| format!("{errors:?}"))?;
    let plan = planner::plan(&graph.query_graph, &operation, &[])?;
    Ok(match stage {
        "none" => Box::new(|_| {}),
        "parse" => Box::new(move |_| {
            let schema = graph.api_schema.schema();
            let document = ExecutableDocument::parse_and_validate(schema, &query, "query");
            assert!(document.is_ok(), "it was valid before");
        }),
        "operation" => Box::new(move |_| {
            assert!(parse(&graph, &query).is_ok(), "it was valid before");
        }),
        "plan" => Box::new(move |_| {
            let plan = planner::plan(&graph.query_graph, &operation, &[]);
            assert!(plan.is_ok(), "there was a plan before");
        }),
        "compile" => Box::new(move |_| {
            drop(CompiledPlan::new(&graph.query_graph, &operation, &plan));
        }),
        "prepare" => prepare(graph, query)?,
        "execute" => {
            let compiled = CompiledPlan::new(&graph.query_graph, &operation, &plan);
            let definition = operation.definition();
            let schema = graph.api_schema.schema();
            let variables = coerce_variable_values(schema, definition, &JsonMap::default());
            let variables = variables.map_err(|error| error.message().to_string())?;
            Box::new(move |_| {
                let execution = Execution {
                    query_graph: &graph.query_graph,
                    client_graph: &graph.query_graph,
                    operation: &operation,
                    plan: &plan,
                    compiled: &compiled,
                    variables: &variables,
                    introspection: None,
                    caller: &Caller::Unknown,
                    subgraphs: graph.subgraphs.as_ref(),
                    errors_max: 100,
                    response_bytes_max: usize::MAX,
                };
                let response = execution.run().now_or_never().expect("nothing waits");
                assert_eq!(response.errors, 0, "subgraphs answer all that is asked");
            })
        }
        other => return Err(format!("there is no stage `{other}`").into()),
    })
}

/// Another response key is another operation.
fn prepare(graph: Arc<Graph>, query: String) -> Result<Round, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (headers, randomness) = (HeaderMap::new(), Randomness::default());
    Ok(Box::new(move |number| {
        let query = query.replace(" users {", &format!(" users_{number}: users {{"));
        let sources = LabelSources { headers: &headers, randomness: &randomness };
        let prepared = runtime.block_on(graph.prepare(&graph.apis()[0], &query, None, &sources));
        assert!(prepared.is_ok_and(|it| !it.cached), "nobody has sent it before");
    }))
}

fn graph(folder: &Path) -> Result<Arc<Graph>, Box<dyn Error>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder.join("subgraphs"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file =
            SourceFile { name: path.display().to_string(), text: fs::read_to_string(&path)? };
        let url = format!("http://{name}.example");
        sources.push(SubgraphSource { name, url, sdl: Arc::new(file) });
    }
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    let composed = compose(&sources).map_err(|errors| format!("{errors:?}"))?;
    let mut settings = GraphSettings::new(&Config::default());
    settings.deduplicate.subgraph_requests = false;
    let graph = Graph::new(composed.supergraph, Arc::new(Subgraphs::default()), settings);
    Ok(Arc::new(graph.map_err(|errors| format!("{errors:?}"))?))
}

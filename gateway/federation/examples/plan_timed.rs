//! How long planning takes, measured inside one process.
//!
//! `plan_timed FOLDER REPETITIONS` composes `FOLDER/subgraphs/*.graphql`, then parses, validates,
//! normalises and plans `FOLDER/query.graphql` as often as asked, and prints one JSON object;
//! `plan` in place of the repetitions prints the plan. Read by `bench/planning`.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use federation::subgraph::SubgraphSource;
use serde_json::json;

/// As in the `weft` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stdout, reason = "what this program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, repetitions] = arguments.as_slice() else {
        return Err("usage: plan_timed FOLDER REPETITIONS|plan".into());
    };
    let folder = Path::new(folder);
    let subgraphs = read(&folder.join("subgraphs"))?;
    let query = fs::read_to_string(folder.join("query.graphql"))?;
    let composition = compose(&subgraphs).map_err(|errors| format!("{errors:#?}"))?;
    let refused = |errors| format!("{errors:#?}");
    let api = ApiSchema::new(&composition.supergraph).map_err(refused)?;
    let graph = QueryGraph::new(&composition.supergraph).map_err(refused)?;
    // What is measured is planning: limits would end the larger sizes.
    let limits = OperationLimits {
        tokens_max: usize::MAX,
        selections_max: usize::MAX,
        aliases_max: usize::MAX,
        root_fields_max: usize::MAX,
        ..OperationLimits::default()
    };
    let parse = || Operation::parse(&api, &graph, &query, None, &limits);
    let operation = parse().map_err(|errors| format!("{errors:?}"))?;
    let plan = planner::plan(&graph, &operation, &[])?;
    if repetitions == "plan" {
        println!("{plan}");
        return Ok(());
    }
    let repetitions = repetitions.parse::<usize>()?.max(1);
    let parse_ms = median_ms(repetitions, parse);
    let plan_ms = median_ms(repetitions, || planner::plan(&graph, &operation, &[]));
    let document_bytes: usize = plan.fetches.iter().map(|fetch| fetch.document.len()).sum();
    let report = json!({
        "parse_ms": parse_ms,
        "plan_ms": plan_ms,
        "fetches": plan.fetches.len(),
        "steps": steps(&plan),
        "query_bytes": query.len(),
        "document_bytes": document_bytes,
    });
    println!("{report}");
    Ok(())
}

/// The subgraphs of a folder, each named after its file.
fn read(folder: &Path) -> Result<Vec<SubgraphSource>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let read_one = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let url = format!("http://{name}.example/graphql");
        let text = fs::read_to_string(path)?;
        let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text });
        Ok(SubgraphSource { name, url, sdl })
    };
    paths.iter().map(read_one).collect()
}

/// Fetches on the longest chain.
fn steps(plan: &QueryPlan) -> usize {
    let mut steps: Vec<usize> = Vec::new();
    for fetch in &plan.fetches {
        let before = fetch.depends_on.iter().filter_map(|id| steps.get(id.index()));
        steps.push(before.max().copied().unwrap_or_default() + 1);
    }
    steps.into_iter().max().unwrap_or_default()
}

fn median_ms<T>(repetitions: usize, run: impl Fn() -> T) -> f64 {
    let mut walls: Vec<f64> = (0..repetitions)
        .map(|_| {
            let start = Instant::now();
            drop(run());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    walls.sort_by(f64::total_cmp);
    walls[repetitions / 2]
}

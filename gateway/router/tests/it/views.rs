//! `cases/views/<view>/operations/*.graphql`, for views with `rows.json`: each operation answered
//! in the view's shape, against the `.json` beside it and against the answer of its translation,
//! reshaped by a plain reading of the same ways. `UPDATE_EXPECT=1` rewrites the files.

mod reshaping;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use federation::diagnostic::SourceFile;
use federation::operation::OperationLimits;
use federation::planner;
use federation::query_plan::{QueryPlan, check_plan};
use federation::view::{Target, View, ViewOperation};
use router::caller::Caller;
use router::executor::{CompiledPlan, Execution};
use serde_json::Value;

use crate::cases::expectation::{compare, pretty};
use crate::in_memory_subgraph::{Faults, InMemorySubgraphs};
use crate::world::{World, file_stem, sorted_entries};

#[tokio::test]
async fn every_view_answers_like_its_translation_reshaped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/views");
    let mut failures = Vec::new();
    let mut operations = 0;
    for folder in sorted_entries(&root) {
        if !folder.join("rows.json").exists() {
            continue;
        }
        let world = Arc::new(World::load(&folder).expect("subgraphs of views compose"));
        let view = view_of(&world, &folder);
        let files = sorted_entries(&folder.join("operations")).into_iter();
        for file in files.filter(|file| file.extension().is_some_and(|it| it == "graphql")) {
            operations += 1;
            if let Err(failure) = check(&world, &view, &file).await {
                failures.push(format!("{}/{}: {failure}", world.name, file_stem(&file)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(operations > 0, "there are no operations");
}

fn view_of(world: &World, folder: &Path) -> View {
    let text = std::fs::read_to_string(folder.join("view.graphql")).expect("a case has a view");
    let source = Arc::new(SourceFile { name: "view.graphql".to_owned(), text });
    View::compile(&source, target(world)).expect("a view with rows compiles").view
}

fn target(world: &World) -> Target<'_> {
    Target {
        supergraph: &world.supergraph,
        api_schema: &world.api_schema,
        query_graph: &world.query_graph,
    }
}

/// One operation, in the view's shape and in the graph's.
async fn check(world: &Arc<World>, view: &View, file: &PathBuf) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let limits = OperationLimits::default();
    let operation = view.parse(target(world), &text, None, &limits);
    let operation = operation.map_err(|errors| format!("it is refused: {errors:?}"))?;
    let graph = &world.query_graph;
    let plan = planner::plan(graph, &operation.translated, &[]).map_err(|it| it.message)?;
    check_plan(graph, &operation.translated, &[], &plan).map_err(|found| found.join("\n"))?;
    let mut variables = variables_of(view, &operation, &text)?;
    let own = Valid::assume_valid(variables.clone());
    view.translate_variables(&operation, &mut variables);
    let variables = Valid::assume_valid(variables);

    let compiled = CompiledPlan::of_view(graph, view, &operation, &plan);
    let answer = run(world, (&operation.own, view.graph()), (&plan, &compiled), &variables).await;
    compare(&file.with_extension("json"), &pretty(&answer))?;

    let compiled = CompiledPlan::new(graph, &operation.translated, &plan);
    let translated = (&operation.translated, graph);
    let unshaped = run(world, translated, (&plan, &compiled), &variables).await;
    let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|it| it.to_string());
    let (answer, unshaped) = (json(&answer)?, json(&unshaped)?);
    let expected = reshaping::reshaped(view, &operation, graph, &own, &unshaped["data"]);
    if answer["data"] == expected {
        return Ok(());
    }
    Err(format!("reshaped it is\n{expected}\nand the view answers\n{}", answer["data"]))
}

/// From a comment `# variables: {…}`, coerced in the view's terms.
fn variables_of(view: &View, operation: &ViewOperation, text: &str) -> Result<JsonMap, String> {
    let given = text.lines().find_map(|line| line.strip_prefix("# variables: ")).unwrap_or("{}");
    let given: JsonMap = serde_json::from_str(given).map_err(|error| error.to_string())?;
    let schema = view.api_schema().schema();
    let coerced = coerce_variable_values(schema, operation.own.definition(), &given);
    let coerced = coerced.map_err(|error| error.message().to_string())?;
    Ok(coerced.into_inner())
}

async fn run(
    world: &Arc<World>,
    (operation, client_graph): (
        &federation::operation::Operation,
        &federation::query_graph::QueryGraph,
    ),
    (plan, compiled): (&QueryPlan, &CompiledPlan),
    variables: &Valid<JsonMap>,
) -> String {
    let subgraphs = InMemorySubgraphs::new(world, &[], Faults::None);
    let execution = Execution {
        query_graph: &world.query_graph,
        client_graph,
        operation,
        plan,
        compiled,
        variables,
        introspection: None,
        caller: &Caller::Unknown,
        subgraphs: &subgraphs,
        errors_max: 10_000,
    };
    let body = execution.run().await.body;
    String::from_utf8(body.to_vec()).expect("answers are UTF-8")
}

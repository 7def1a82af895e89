//! `cases/views/<view>/`: `view.graphql` compiled onto `subgraphs/*.graphql`, against
//! `diagnostics.txt` or (with `hints.txt`) the operations in `operations/`, each with its
//! translation, and the plan of that, in a `.translated` beside it; `UPDATE_EXPECT=1` rewrites what
//! is expected.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::OperationLimits;
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::check_plan;
use federation::supergraph::Supergraph;
use federation::view::{Target, View};

use crate::composition::{assert_each, compare, rendered, sorted_entries, subgraphs_of};

#[test]
fn every_view_compiles_as_expected() {
    assert_each(&cases(), check);
}

/// The folders of all cases.
pub(crate) fn cases() -> Vec<PathBuf> {
    sorted_entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/views"))
}

/// Each case's name with each of its errors or hints.
pub(crate) fn diagnostics_of_all_cases() -> Vec<(String, Diagnostic)> {
    let of_case = |case: PathBuf| {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let world = World::compose(&case).expect("subgraphs of views compose");
        let found = match View::compile(&view_of(&case), world.target()) {
            Ok(compiled) => compiled.hints,
            Err(errors) => errors,
        };
        found.into_iter().map(move |one| (name.clone(), one)).collect::<Vec<_>>()
    };
    cases().into_iter().flat_map(of_case).collect()
}

/// What a view is compiled onto.
struct World {
    supergraph: Supergraph,
    api_schema: ApiSchema,
    query_graph: QueryGraph,
}

impl World {
    fn compose(case: &Path) -> Result<Self, String> {
        let composed = compose(&subgraphs_of(case)).map_err(|errors| rendered(&errors))?;
        let supergraph = composed.supergraph;
        let api_schema = ApiSchema::new(&supergraph).map_err(|errors| rendered(&errors))?;
        let query_graph = QueryGraph::new(&supergraph).map_err(|errors| rendered(&errors))?;
        Ok(Self { supergraph, api_schema, query_graph })
    }

    fn target(&self) -> Target<'_> {
        let Self { supergraph, api_schema, query_graph } = self;
        Target { supergraph, api_schema, query_graph }
    }
}

fn view_of(case: &Path) -> Arc<SourceFile> {
    let text = fs::read_to_string(case.join("view.graphql")).expect("a case has a view");
    Arc::new(SourceFile { name: "view.graphql".to_owned(), text })
}

fn check(case: &Path) -> Result<(), String> {
    if !subgraphs_of(case).iter().any(|one| one.sdl.text.contains("# why:")) {
        return Err("no subgraph says in `# why:` what the case guards".to_owned());
    }
    let world = World::compose(case)?;
    // Rows, and answers made of them, are for the router's tests.
    let mut read = BTreeSet::from([case.join("view.graphql"), case.join("rows.json")]);
    let mut expect = |path: PathBuf, actual: &str| {
        let compared = compare(&path, actual);
        read.insert(path);
        compared
    };
    match View::compile(&view_of(case), world.target()) {
        Ok(compiled) => {
            if !compiled.hints.is_empty() {
                expect(case.join("hints.txt"), &rendered(&compiled.hints))?;
            }
            for path in operations(case) {
                let query = fs::read_to_string(&path).map_err(|error| error.to_string())?;
                let translated = translated(&compiled.view, world.target(), &query)?;
                expect(path.with_extension("translated"), &translated)?;
            }
        }
        Err(errors) => expect(case.join("diagnostics.txt"), &rendered(&errors))?,
    }
    let others = sorted_entries(case).into_iter().filter(|path| !path.is_dir());
    match others.into_iter().find(|path| !read.contains(path)) {
        Some(unread) => Err(format!("nothing reads {}", unread.display())),
        None => Ok(()),
    }
}

fn operations(case: &Path) -> Vec<PathBuf> {
    let entries = sorted_entries(&case.join("operations")).into_iter();
    // What somebody would have written by hand instead is for the router's tests.
    let is_by_hand = |path: &PathBuf| path.to_string_lossy().ends_with(".by_hand.graphql");
    let is_operation = |path: &PathBuf| path.extension().is_some_and(|it| it == "graphql");
    entries.filter(|path| is_operation(path) && !is_by_hand(path)).collect()
}

/// The operation of the supergraph and its plan, or why there is none.
fn translated(view: &View, target: Target<'_>, query: &str) -> Result<String, String> {
    let operation = match view.parse(target, query, None, &OperationLimits::default()) {
        Ok(operation) => operation,
        Err(errors) => {
            let lines = errors.iter().map(|error| format!("{}: {}\n", error.code, error.message));
            return Ok(lines.collect());
        }
    };
    let graph = target.query_graph;
    let plan = planner::plan(graph, &operation.translated, &[]).map_err(|it| it.message)?;
    check_plan(graph, &operation.translated, &[], &plan).map_err(|found| format!("{found:?}"))?;
    Ok(format!("{}\n{plan}", operation.translated.document()))
}

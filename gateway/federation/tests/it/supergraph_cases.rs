//! `cases/supergraphs/<document>/`: a `supergraph.graphql` that somebody else wrote, against
//! `printed.graphql` (as Weft writes it) and `api.graphql`, or `diagnostics.txt`.
//!
//! Beside them may be operations, `NAME.query.graphql`, with the plan expected of them,
//! `NAME.plan`. `UPDATE_EXPECT=1` rewrites what is expected.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use federation::api_schema::ApiSchema;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::check_plan;
use federation::supergraph::Supergraph;

use crate::composition::{assert_each, compare, rendered, sorted_entries};

#[test]
fn every_supergraph_reads_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/supergraphs");
    assert_each(&sorted_entries(&root), check);
}

/// One case; the message says what differs.
fn check(case: &Path) -> Result<(), String> {
    let file = case.join("supergraph.graphql");
    let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    if !text.contains("# why: ") {
        return Err("the document does not say in `# why:` what the case guards".to_owned());
    }
    let mut expected = BTreeSet::from([file]);
    expected.extend(operations(case).iter().map(|query| query_file(case, query)));
    let mut expect = |name: &str, actual: &str| {
        expected.insert(case.join(name));
        compare(&case.join(name), actual)
    };
    match Supergraph::parse(&text, "supergraph.graphql") {
        Ok(supergraph) => {
            let printed = supergraph.to_string();
            check_printed(&supergraph, &printed)?;
            expect("printed.graphql", &printed)?;
            let api = ApiSchema::new(&supergraph).map_err(|errors| rendered(&errors))?;
            expect("api.graphql", &api.to_string())?;
            for query in operations(case) {
                expect(&format!("{query}.plan"), &plan(case, &query, &supergraph, &api)?)?;
            }
        }
        Err(errors) => {
            let bare = errors.iter().find(|it| {
                it.code != "INVALID_GRAPHQL"
                    && (it.coordinate.is_none() || it.labels.is_empty() || it.help.is_none())
            });
            if let Some(bare) = bare {
                return Err(format!("no place, coordinate or help: {bare}"));
            }
            expect("diagnostics.txt", &rendered(&errors))?;
        }
    }
    match sorted_entries(case).into_iter().find(|path| !expected.contains(path)) {
        Some(unread) => Err(format!("nothing reads {}", unread.display())),
        None => Ok(()),
    }
}

/// What holds of every supergraph, whatever it says.
fn check_printed(supergraph: &Supergraph, printed: &str) -> Result<(), String> {
    let read = Supergraph::parse(printed, "printed.graphql")
        .map_err(|errors| format!("what was printed does not read:\n{}", rendered(&errors)))?;
    if read != *supergraph {
        return Err("printing and reading gives another supergraph".to_owned());
    }
    if read.to_string() != printed {
        return Err("printing, reading and printing gives another text".to_owned());
    }
    Ok(())
}

/// The names of the operations beside a document.
fn operations(case: &Path) -> Vec<String> {
    let files = sorted_entries(case);
    let names = files.iter().filter_map(|path| path.file_name()?.to_str());
    names.filter_map(|name| name.strip_suffix(".query.graphql")).map(str::to_owned).collect()
}

fn plan(
    case: &Path,
    query: &str,
    supergraph: &Supergraph,
    api: &ApiSchema,
) -> Result<String, String> {
    let graph = QueryGraph::new(supergraph).map_err(|errors| rendered(&errors))?;
    let text = fs::read_to_string(query_file(case, query)).map_err(|error| error.to_string())?;
    let operation = Operation::parse(api, &graph, &text, None, &OperationLimits::default())
        .map_err(|errors| format!("{query}: {errors:?}"))?;
    let plan =
        planner::plan(&graph, &operation, &[]).map_err(|error| format!("{query}: {error:?}"))?;
    check_plan(&graph, &operation, &[], &plan)
        .map_err(|findings| format!("{query}: {}\n{plan}", findings.join("\n")))?;
    Ok(plan.to_string())
}

fn query_file(case: &Path, query: &str) -> PathBuf {
    case.join(format!("{query}.query.graphql"))
}

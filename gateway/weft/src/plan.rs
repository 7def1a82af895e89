//! `weft plan`: an operation → its plan; a folder of operations and two graphs → the plans that are
//! others.

mod comparison;
mod line_diff;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use router::plan_json::plan_json;

use self::comparison::compare;
use crate::check::operations::OperationsPath;
use crate::graph_input::{GraphArguments, GraphInput};
use crate::plannable_graph::{PlannableGraph, check_labels, read_query};
use crate::report::{self, Failure, Format, Report, ReportArguments, StandardOutput};
use crate::repository::Repository;

/// Print which subgraph is asked what, and in which order; or which plans a change makes others
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    graph: GraphArguments,
    /// The document with the operation
    #[arg(value_name = "QUERY.graphql", required_unless_present = "operations",
          conflicts_with_all = ["operations", "against"])]
    query: Option<PathBuf>,
    /// Which of the document's operations; needed when it has several
    #[arg(long, value_name = "NAME", requires = "query")]
    operation: Option<String>,
    /// The operation is one of this view of the configuration
    #[arg(long, value_name = "NAME", requires = "query")]
    view: Option<String>,
    /// A label of overrides that is set for the request; may be repeated
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Let `@defer` split the plan; `weft serve` does not answer in parts yet
    #[arg(long, requires = "query")]
    defer: bool,
    /// Operations whose plans are compared: a folder of .graphql and .gql files, one such file, or
    /// a manifest of persisted operations; may be repeated
    #[arg(long, value_name = "[CLIENT=]PATH", requires = "against", help_heading = "Comparison")]
    operations: Vec<OperationsPath>,
    /// The graph as it was: a supergraph, or a configuration (.yaml, .yml)
    #[arg(long, value_name = "FILE", requires = "operations", help_heading = "Comparison")]
    against: Option<PathBuf>,
    /// Fail when a plan is another
    #[arg(long, requires = "against", help_heading = "Comparison")]
    fail_on_change: bool,
    #[command(flatten)]
    report: ReportArguments,
}

const EXAMPLES: &str = "Examples:
  weft plan --config router.yaml query.graphql                 as text
  weft plan --config router.yaml query.graphql --format json   as docs/plans.md describes it
  weft plan --config router.yaml query.graphql --label beta    where the label `beta` is set
  weft plan --config router.yaml --view mobile home.graphql    of an operation of the view `mobile`
  weft plan --config router.yaml --operations apps/web --against supergraph.graphql
                                                                which plans are others

`weft explain` says why a plan is as it is.

Exit codes: 0 fine; 1 there is no plan, or, with --fail-on-change, one is another; 2 something could
not be read";

/// A plan is on standard output; what is found about many of them as `check` has it.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    if let Some(query) = &arguments.query {
        return match print(arguments, query) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => report::failure(&failure),
        };
    }
    let beside = arguments.against.as_deref().unwrap_or(Path::new(""));
    let mut report = Report::new("plan", Repository::around(beside));
    if let Err(failure) = compare_plans(arguments, beside, &mut report) {
        report.stop(failure);
    }
    report.findings.sort_by_key(|finding| !finding.fails);
    match arguments.report.write(&report, StandardOutput::Free) {
        Ok(()) => ExitCode::from(report.exit_code()),
        Err(error) => {
            report::failure(&Failure::Other(error));
            ExitCode::from(2)
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn print(arguments: &Arguments, query: &Path) -> Result<(), Failure> {
    let query = read_query(query)?;
    let graph = PlannableGraph::load(&arguments.graph.input()).await?;
    let mut graph = graph.with_view(arguments.view.as_deref())?;
    if arguments.defer {
        graph = graph.with_defer()?;
    }
    check_labels(&graph.set_labels(&arguments.labels), &graph.query_graph)?;
    let operation = graph.operation(&query, arguments.operation.as_deref())?;
    let plan = graph.plan(&operation)?;
    let text = match arguments.report.format() {
        Format::Human => format!("{}\n", plan.to_string().trim_end()),
        Format::Json => format!("{:#}\n", plan_json(&plan)),
        _ => return Err(anyhow::anyhow!("a plan has the formats `text` and `json`").into()),
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write the plan to standard output")?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn compare_plans(
    arguments: &Arguments,
    against: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut after = PlannableGraph::load(&arguments.graph.input()).await?;
    let mut before = PlannableGraph::load(&GraphInput::of_file(against)).await?;
    let mut unknown = after.set_labels(&arguments.labels);
    let unknown_before = before.set_labels(&arguments.labels);
    unknown.retain(|label| unknown_before.contains(label));
    check_labels(&unknown, &after.query_graph)?;
    report.baseline = Some(against.display().to_string());
    compare(&arguments.operations, (&before, &after), arguments.fail_on_change, report)?;
    Ok(())
}

//! `weft explain`: why the plan of an operation is as it is.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use federation::explanation;

use crate::graph_input::GraphArguments;
use crate::plannable_graph::{PlannableGraph, check_labels, plan_diagnostics, read_query};
use crate::report::Failure;

/// Say why each subgraph is asked, what else was possible, and what would save a request
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    graph: GraphArguments,
    /// The document with the operation
    #[arg(value_name = "QUERY.graphql")]
    query: PathBuf,
    /// Which of the document's operations; needed when it has several
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// The operation is one of this view of the configuration
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
    /// A label of overrides that is set for the request; may be repeated
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
}

const EXAMPLES: &str = "Examples:
  weft explain --config router.yaml query.graphql
  weft explain --supergraph supergraph.graphql queries.graphql --operation Profile

For each request:
  asks      what is sent to the subgraph
  about     the objects it is asked about, and how it is told which they are
  because   the fields that made the request necessary
  along     fields that come with them
  gives     what later requests need of it
  saves     objects that are not asked for when an earlier request has brought them";

/// The explanation on standard output.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let query = read_query(&arguments.query)?;
    let graph = PlannableGraph::load(&arguments.graph.input()).await?;
    let mut graph = graph.with_view(arguments.view.as_deref())?;
    check_labels(&graph.set_labels(&arguments.labels), &graph.query_graph)?;
    let operation = graph.operation(&query, arguments.operation.as_deref())?;
    let explained = explanation::explain(&graph.query_graph, &operation, &graph.labels);
    let text = explained.map_err(plan_diagnostics)?.to_string();
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write the explanation to standard output")?;
    Ok(())
}

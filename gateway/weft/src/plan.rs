//! `weft plan`: an operation → the plan's text.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use federation::api_schema::ApiSchema;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::{Operation, RequestError};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::supergraph::Supergraph;
use router::config::Config;

use crate::graph_input::GraphArguments;
use crate::report::Failure;

/// Print which subgraph is asked what, and in which order
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    graph: GraphArguments,
    /// The document with the operation
    #[arg(value_name = "QUERY.graphql")]
    query: PathBuf,
    /// Which of the document's operations; needed when it has several
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
}

/// The plan on standard output.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let query = read_query(&arguments.query)?;
    let input = arguments.graph.input();
    let config = input.read_config()?;
    let loaded = input.load_supergraph(&config).await?;
    let plan = plan(&loaded.supergraph, &config, &query, arguments.operation.as_deref())?;
    let mut text = plan.trim_end().to_owned();
    text.push('\n');
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write the plan to standard output")?;
    Ok(())
}

fn read_query(path: &Path) -> Result<Arc<SourceFile>, Failure> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the operation {}", path.display()))?;
    Ok(Arc::new(SourceFile { name: path.display().to_string(), text }))
}

fn plan(
    supergraph: &Supergraph,
    config: &Config,
    query: &Arc<SourceFile>,
    operation_name: Option<&str>,
) -> Result<String, Vec<Diagnostic>> {
    let api_schema = ApiSchema::new(supergraph)?;
    planner::check_supported(supergraph)?;
    let query_graph = QueryGraph::new(supergraph)?;
    let limits = config.limits.operation();
    let operation =
        Operation::parse(&api_schema, &query_graph, &query.text, operation_name, &limits)
            .map_err(|errors| request_diagnostics(query, &errors))?;
    let plan = planner::plan(&query_graph, &operation, &[])
        .map_err(|error| vec![Diagnostic::error(error.code, error.message)])?;
    Ok(plan.to_string())
}

fn request_diagnostics(query: &Arc<SourceFile>, errors: &[RequestError]) -> Vec<Diagnostic> {
    let diagnostics = errors.iter().map(|error| {
        let places = error.locations.iter();
        places.fold(Diagnostic::error(error.code, &error.message), |diagnostic, (line, column)| {
            let start = query.offset(*line, *column);
            let word = query.text[start..]
                .find(|character: char| !character.is_alphanumeric() && character != '_')
                .unwrap_or(query.text.len() - start);
            diagnostic.with_label(query, start..start + word.max(1), "")
        })
    });
    diagnostics.collect()
}

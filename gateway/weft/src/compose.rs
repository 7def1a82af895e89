//! `weft compose`: subgraphs' schemas → the supergraph document, or what clients see of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use federation::api_schema::ApiSchema;

use crate::composition_input::CompositionArguments;
use crate::report::{self, Failure, Finding, Report, ReportArguments, StandardOutput};
use crate::repository::Repository;

/// Compose subgraphs' schemas and print the supergraph
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: CompositionArguments,
    /// Write the document to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the schema that clients see instead of the supergraph
    #[arg(long)]
    api_schema: bool,
    /// Fail when there are hints
    #[arg(long)]
    deny_hints: bool,
    #[command(flatten)]
    report: ReportArguments,
}

const EXAMPLES: &str = "Examples:
  weft compose --config router.yaml --output supergraph.graphql
  weft compose --config supergraph.yaml          as it is for other composers
  weft compose users.graphql orders.graphql      subgraphs `users` and `orders`
  weft compose --subgraph users=http://localhost:4001/graphql orders.graphql
  weft compose --config router.yaml --api-schema

Exit codes: 0 composed, 1 it does not compose, 2 something could not be read";

/// The document on standard output or in a file; what was found beside it on standard error, or,
/// in the forms for programs and when the document has a file, on standard output.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let beside = arguments.input.config_file().unwrap_or(Path::new(""));
    let mut report = Report::new("compose", Repository::around(beside));
    let document = compose(arguments, &mut report).unwrap_or_else(|failure| {
        report.stop(failure);
        None
    });
    if let Some(document) = document.filter(|_| report.exit_code() == 0)
        && let Err(failure) = arguments.print(&document)
    {
        report.stop(failure.into());
    }
    let stdout = match arguments.output {
        Some(_) => StandardOutput::Free,
        None => StandardOutput::Taken,
    };
    match arguments.report.write(&report, stdout) {
        Ok(()) => ExitCode::from(report.exit_code()),
        Err(error) => {
            report::failure(&Failure::Other(error));
            ExitCode::from(2)
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn compose(arguments: &Arguments, report: &mut Report) -> Result<Option<String>, Failure> {
    let (input, config) = arguments.input.read()?;
    let composed = arguments.input.compose(&input, &config).await?;
    report.findings.extend(composed.views.errors.into_iter().map(Finding::error));
    if !composed.operations.documents.is_empty() {
        report.operations = Some(composed.operations.documents.len());
    }
    report.findings.extend(composed.operations.faults.into_iter().map(Finding::fault));
    let hints = composed.hints.into_iter();
    report.findings.extend(hints.map(|hint| Finding::hint(hint, arguments.deny_hints)));
    let document = if arguments.api_schema {
        ApiSchema::new(&composed.supergraph)?.to_string()
    } else {
        composed.supergraph.to_string()
    };
    Ok(Some(document))
}

impl Arguments {
    fn print(&self, document: &str) -> anyhow::Result<()> {
        match &self.output {
            Some(path) => std::fs::write(path, document)
                .with_context(|| format!("cannot write the document to {}", path.display())),
            None => std::io::stdout()
                .write_all(document.as_bytes())
                .context("cannot write the document to standard output"),
        }
    }
}

//! `weft compose`: subgraphs' schemas → the supergraph document.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::graph_input::GraphInput;
use crate::report::{self, Failure};

/// Compose the subgraphs' schemas and print the supergraph
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The configuration that names the subgraphs
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Write the supergraph to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The supergraph on standard output or in a file; hints on standard error.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let input = GraphInput::config(arguments.config.clone());
    let config = input.read_config()?;
    let loaded = input.load_supergraph(&config).await?;
    report::diagnostics(&loaded.hints);
    let document = loaded.supergraph.to_string();
    match &arguments.output {
        Some(path) => std::fs::write(path, document)
            .with_context(|| format!("cannot write the supergraph to {}", path.display()))?,
        None => std::io::stdout()
            .write_all(document.as_bytes())
            .context("cannot write the supergraph to standard output")?,
    }
    Ok(())
}

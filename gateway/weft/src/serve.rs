//! `weft serve`: the gateway in production.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use router::config::GRAPHQL_PATH;
use router::live_graph::LiveGraph;
use router::server::{self, ServerOptions, ServerState};
use router::telemetry::OperationReport;

use crate::graph_input::GraphArguments;
use crate::reload::{Reloaded, Reloader};
use crate::report::{self, Failure};
use crate::{log, shutdown};

/// Serve a federated graph
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    graph: GraphArguments,
    /// Listen on this port instead of the configured one; 0 takes any free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Listen on this address instead of the configured one
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
}

const EXAMPLES: &str = "Examples:
  weft serve --config router.yaml
  weft serve --config router.yaml --host 0.0.0.0 --port 8080
  weft serve --supergraph supergraph.graphql   what any composer has made
  WEFT_LOG=router=debug weft serve --config router.yaml

Files are watched: a change takes effect without a restart, and one that cannot be used changes
nothing. SIGTERM lets requests that run come to their end.";

/// Serves until it is told to stop.
#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    log::start("info");
    let input = arguments.graph.input();
    let config = input.read_config()?;
    let mut listen = config.listen.clone();
    listen.port = arguments.port.unwrap_or(listen.port);
    listen.host = arguments.host.clone().unwrap_or(listen.host);
    let listener = server::bind(&listen).await.map_err(anyhow::Error::from)?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;

    let live_graph = Arc::new(LiveGraph::default());
    let reloader = Reloader::new(input.clone(), &config, Arc::clone(&live_graph))?;
    let loaded = input.load_graph(&config).await?;
    report::diagnostics(&loaded.hints);
    live_graph.swap(loaded.graph);
    let options = ServerOptions::new(&config);
    let state = ServerState::new(live_graph, options, Arc::new(log_operation));
    report::line(&format!(
        "weft {} serving http://{address}{GRAPHQL_PATH}",
        env!("CARGO_PKG_VERSION")
    ));
    for view in &config.views {
        report::line(&format!("view {} at http://{address}{}", view.name, view.path));
    }
    let reloading = tokio::spawn(reloader.run(log_reload));
    server::serve(listener, state, shutdown::requested()).await;
    reloading.abort();
    Ok(())
}

fn log_operation(report: &OperationReport) {
    tracing::info!(
        view = report.view.as_deref(),
        operation_type = report.operation_type.map(|operation_type| operation_type.name()),
        operation_name = report.operation_name.as_deref(),
        duration_ms = report.duration.as_secs_f64() * 1000.0,
        fetches = report.fetches.len(),
        errors = report.errors,
        code = report.refused_with,
        plan_cached = report.plan_cached,
        "operation"
    );
}

fn log_reload(reloaded: Reloaded<'_>) {
    match reloaded {
        Ok(loaded) => {
            for hint in &loaded.hints {
                tracing::warn!(%hint, "composition hint");
            }
            tracing::info!("a new graph is in place");
        }
        Err(diagnostics) => {
            for error in diagnostics {
                tracing::error!(%error, "reload failed");
            }
            tracing::error!("the change is not in place; the last good graph goes on serving");
        }
    }
}

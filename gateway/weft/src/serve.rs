//! `weft serve`: the gateway in production.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use federation::diagnostic::Diagnostic;
use observability::log::LogFormat;
use router::config::{Config, GRAPHQL_PATH, MetricsPath, Prometheus};
use router::live_graph::LiveGraph;
use router::server::{self, ServerOptions, ServerState};
use router::telemetry::{OperationReport, Tracer, serve_metrics};
use tokio::net::TcpListener;

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
    let input = arguments.graph.input();
    let config = input.read_config()?;
    let format = log::start(config.telemetry.logs.clone())?;
    let mut listen = config.listen.clone();
    listen.port = arguments.port.unwrap_or(listen.port);
    listen.host = arguments.host.clone().unwrap_or(listen.host);
    let listener = server::bind(&listen).await.map_err(anyhow::Error::from)?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;

    let prometheus = bind_metrics(&config).await?;
    let live_graph = Arc::new(LiveGraph::default());
    let reloader = Reloader::new(input.clone(), &config, Arc::clone(&live_graph))?;
    let loaded = input.load_graph(&config).await?;
    match format {
        LogFormat::Text => report::diagnostics(&loaded.hints),
        LogFormat::Json => log_hints(&loaded.hints),
    }
    live_graph.swap(loaded.graph);
    let mut options = ServerOptions::new(&config);
    let tracer = tracer(&config)?;
    options.tracer.clone_from(&tracer);
    let state = ServerState::new(live_graph, options, Arc::new(log_operation));
    let version = env!("CARGO_PKG_VERSION");
    announce(format, &format!("weft {version} serving http://{address}{GRAPHQL_PATH}"));
    if let Some((listener, path)) = &prometheus {
        let address = listener.local_addr().context("cannot tell the address listened on")?;
        announce(format, &format!("metrics at http://{address}{}", path.as_str()));
    }
    for view in &config.views {
        announce(format, &format!("view {} at http://{address}{}", view.name, view.path));
    }
    let metrics = state.metrics.clone();
    let telling = prometheus.zip(metrics.clone()).map(|((listener, path), metrics)| {
        tokio::spawn(async move {
            if let Err(error) = serve_metrics(listener, &path, metrics).await {
                tracing::error!(%error, "metrics are not served any more");
            }
        })
    });
    let reloading = tokio::spawn(reloader.run(move |reloaded| {
        metrics.iter().for_each(|metrics| metrics.reloaded(reloaded.is_ok()));
        log_reload(reloaded);
    }));
    server::serve(listener, state, shutdown::requested()).await;
    [Some(reloading), telling].into_iter().flatten().for_each(|task| task.abort());
    if let Some(tracer) = tracer {
        tracer.exporter().shut_down(SPANS_AT_THE_END_MAX).await;
    }
    Ok(())
}

/// How long the last spans may take to be sent.
const SPANS_AT_THE_END_MAX: Duration = Duration::from_secs(3);

fn tracer(config: &Config) -> anyhow::Result<Option<Arc<Tracer>>> {
    let Some(otlp) = &config.telemetry.otlp else { return Ok(None) };
    let tracer = Tracer::start(&config.telemetry, otlp).context("cannot send spans")?;
    Ok(Some(Arc::new(tracer)))
}

/// A port that nobody else has, before anything is served.
async fn bind_metrics(config: &Config) -> anyhow::Result<Option<(TcpListener, MetricsPath)>> {
    let Some(Prometheus { listen, path }) = &config.telemetry.prometheus else { return Ok(None) };
    let listener = server::bind(listen).await.context("metrics")?;
    Ok(Some((listener, path.clone())))
}

/// Where people look for it, or where every line is an object.
fn announce(format: LogFormat, line: &str) {
    match format {
        LogFormat::Text => report::line(line),
        LogFormat::Json => tracing::info!("{line}"),
    }
}

fn log_operation(report: &OperationReport) {
    tracing::info!(
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

fn log_hints(hints: &[Diagnostic]) {
    for hint in hints {
        tracing::warn!(%hint, "composition hint");
    }
}

fn log_reload(reloaded: Reloaded<'_>) {
    match reloaded {
        Ok(loaded) => {
            log_hints(&loaded.hints);
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

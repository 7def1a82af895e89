//! The command line of the three subgraph binaries. Knows a [`Definition`] and no schema.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use observability::Sampling;
use observability::log::{self, LogFilter, LogFormat};
use observability::otlp::{OtlpConfig, OtlpEndpoint, OtlpHeaders, Service, SpanExporter};

use self::healthcheck::healthcheck;
use crate::{DatabaseUrl, Definition, Profile, Server, ServerOptions};

mod healthcheck;

/// Runs the binary of a subgraph: `serve`, `schema` or `healthcheck`. Says in one line what went
/// wrong, if something did.
pub fn main(definition: &Definition) -> ExitCode {
    let program = match Program::from_arg_matches(&command(definition).get_matches()) {
        Ok(program) => program,
        Err(error) => error.exit(),
    };
    match run(definition, program.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}: {error:#}", definition.name);
            ExitCode::FAILURE
        }
    }
}

/// The command line of the binary of a subgraph, with the subgraph's own defaults.
pub fn command(definition: &Definition) -> clap::Command {
    let (listen, database_url) = (definition.listen, definition.database_url);
    Program::command()
        .name(definition.name)
        .about(format!("The {} subgraph", definition.name))
        .mut_subcommand("serve", |serve| {
            serve
                .mut_arg("listen", |arg| arg.default_value(listen).required(false))
                .mut_arg("database_url", |arg| arg.default_value(database_url).required(false))
        })
        .mut_subcommand("healthcheck", |check| {
            check.mut_arg("listen", |arg| arg.default_value(listen).required(false))
        })
}

#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer GraphQL requests over HTTP
    Serve(Box<Serve>),
    /// Print the schema; needs no database
    Schema,
    /// Ask a running server whether it is ready; for a container's health check
    Healthcheck(Healthcheck),
}

#[derive(Args)]
struct Serve {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, env = "LISTEN", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// `sqlite:PATH`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`; an SQLite file is
    /// made when it is missing
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    // Parsed later: clap would print a wrong one with its password.
    database_url: String,
    /// The rows to begin with; rows that are there already stay as they are
    #[arg(long, env = "PROFILE", value_enum, default_value_t)]
    profile: Profile,
    /// Larger request bodies are refused
    #[arg(long, env = "BODY_BYTES_MAX", value_name = "BYTES")]
    #[arg(default_value_t = ServerOptions::default().body_bytes_max)]
    body_bytes_max: usize,
    /// What the log on standard error looks like: `text`, or `json`, an object a line
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// What is logged, such as `info` or `subgraph_server=debug`
    #[arg(long, env = "LOG", value_name = "FILTER", default_value = "info")]
    log: LogFilter,
    /// The collector that is sent spans over HTTP, such as http://localhost:4318
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<OtlpEndpoint>,
    /// What every request to the collector has: `name=value`, with commas between
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", hide_env_values = true)]
    #[arg(value_name = "HEADERS")]
    otlp_headers: Option<OtlpHeaders>,
    /// What the service is called in spans, if not as the subgraph
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME")]
    service_name: Option<String>,
    /// The share of ordinary requests without a trace whose spans are kept, from 0 to 1
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", value_name = "RATIO", default_value_t = 0.1)]
    trace_ratio: f64,
}

#[derive(Args)]
struct Healthcheck {
    /// The address to ask at; the same as the server's
    #[arg(long, env = "LISTEN", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The address to ask at, as a URL; wins over `--listen`
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

fn run(definition: &Definition, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(serve) => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")?
            .block_on(self::serve(definition, *serve)),
        Command::Schema => std::io::stdout()
            .write_all((definition.sdl)().as_bytes())
            .context("cannot print the schema"),
        Command::Healthcheck(check) => healthcheck(check.listen, check.url.as_deref()),
    }
}

async fn serve(definition: &Definition, serve: Serve) -> anyhow::Result<()> {
    log::start(serve.log_format, &serve.log);
    let database_url = DatabaseUrl::from_str(&serve.database_url).map_err(anyhow::Error::msg)?;
    let database = database_url.to_string();
    let subgraph = (definition.open)(database_url, serve.profile).await?;
    let options = ServerOptions {
        body_bytes_max: serve.body_bytes_max,
        spans: spans(definition, &serve)?,
        sampling: Sampling { ratio: serve.trace_ratio, ..Sampling::default() },
        ..Default::default()
    };
    let server = Server::bind(serve.listen, subgraph, options).await?;
    let url = format!("http://{}/graphql", server.address());
    tracing::info!(subgraph = definition.name, url, database, "ready");
    let stop = stop_signal().context("cannot listen for signals")?;
    server.serve(stop).await?;
    tracing::info!(subgraph = definition.name, "stopped");
    Ok(())
}

/// Who sends spans, if they are wanted.
fn spans(definition: &Definition, serve: &Serve) -> anyhow::Result<Option<Arc<SpanExporter>>> {
    let Some(endpoint) = serve.otlp_endpoint.clone() else { return Ok(None) };
    let headers = serve.otlp_headers.clone().unwrap_or_default().0;
    let config = OtlpConfig { headers, ..OtlpConfig::new(endpoint) };
    let name = serve.service_name.clone().unwrap_or_else(|| definition.name.to_owned());
    let service = Service { name, version: env!("CARGO_PKG_VERSION") };
    let exporter = SpanExporter::start(config, &service).context("cannot send spans")?;
    Ok(Some(Arc::new(exporter)))
}

/// Ends when the process is asked to: Ctrl-C, or SIGTERM from whoever supervises it.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(async move {
            tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

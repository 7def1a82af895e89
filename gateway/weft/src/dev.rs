//! `weft dev`: the gateway and its three subgraphs in one process, ready to try. The subgraphs are
//! asked over real HTTP on loopback, so that what works here works apart.

mod banner;
mod embedded;
mod embedded_views;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};
use federation::diagnostic::SourceFile;
use router::caller::Identity;
use router::caller::USER_ID_HEADER;
use router::config::{
    Config, Listen, Logs, RoutingUrl, SchemaLocation, SubgraphConfig, routing_url_variable,
};
use router::live_graph::{Graph, LabelSources, LiveGraph, Randomness, SharedComposer};
use router::server::{self, GraphQLRequest, SampleTabs, ServerOptions, ServerState};
use router::telemetry::OperationReport;
use subgraph_server::Profile;

use crate::graph_input::{GraphInput, LoadedGraph};
use crate::reload::{Reloaded, Reloader};
use crate::report::{self, Failure};
use crate::{log, shutdown};
use embedded::EmbeddedSubgraphs;

/// Run the gateway with three subgraphs of a shop, for trying and developing
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Listen on this port of 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 4000)]
    port: u16,
    /// Where the subgraphs keep their databases
    #[arg(long, value_name = "FOLDER", default_value = ".weft")]
    data_dir: PathBuf,
    /// The rows the databases begin with
    #[arg(long, value_enum, default_value_t = DevProfile::Course)]
    profile: DevProfile,
}

const EXAMPLES: &str = "Examples:
  weft dev                                   GraphiQL at http://localhost:4000
  weft dev --port 0 --profile demo           a free port, and rows enough for lists and pages
  weft dev --data-dir \"$(mktemp -d)\"        databases that nobody will miss

In a folder with schema/router.yaml its schemas and views are used, and watched.";

/// Which rows the databases begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DevProfile {
    /// A few rows, the ones in the documentation
    Course,
    /// Enough rows for lists and pages
    Demo,
}

impl DevProfile {
    fn folder(self) -> &'static str {
        match self {
            Self::Course => "course",
            Self::Demo => "demo",
        }
    }

    fn rows(self) -> Profile {
        match self {
            Self::Course => Profile::Course,
            Self::Demo => Profile::Demo,
        }
    }
}

/// A folder with this file in it has the schemas to use.
const SCHEMA_FOLDER_CONFIG: &str = "schema/router.yaml";

/// The user of the documentation.
const DEVELOPER: &str = "123";

/// Runs until it is told to stop.
#[tokio::main]
pub(crate) async fn run(arguments: &Arguments, started: Instant) -> Result<(), Failure> {
    let level = "warn".parse().map_err(anyhow::Error::msg)?;
    log::start(Logs { level, ..Logs::default() })?;
    let listen = Listen { host: "127.0.0.1".to_owned(), port: arguments.port };
    let listener = server::bind(&listen).await.map_err(anyhow::Error::from)?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;
    let data_dir = arguments.data_dir.join(arguments.profile.folder());
    let subgraphs = EmbeddedSubgraphs::start(&data_dir, arguments.profile.rows()).await?;

    let input = graph_input(&subgraphs)?;
    let config = input.read_config()?;
    let live_graph = Arc::new(LiveGraph::default());
    let reloader = match &input {
        GraphInput::Config { .. } => {
            Some(Reloader::new(input.clone(), &config, Arc::clone(&live_graph))?)
        }
        GraphInput::Supergraph(_) | GraphInput::Given(_) => None,
    };
    let loaded = input.load_graph(&config).await?;
    report::diagnostics(&loaded.hints);
    live_graph.swap(Arc::clone(&loaded.graph));
    let mut options = ServerOptions::new(&config);
    if options.graphiql.is_some() {
        options.graphiql = Some(sample_tabs(&loaded.graph).await?);
    }
    options.plan_extension = true;
    options.identity = Some(options.identity.unwrap_or_else(developer));
    let tabs = options.graphiql.as_ref().map(SampleTabs::len);
    let state = ServerState::new(live_graph, options, Arc::new(print_operation));
    report::output(
        &banner::Banner {
            ready_in: started.elapsed(),
            port: address.port(),
            tabs,
            subgraphs: subgraphs.running(),
            loaded: &loaded,
            watching: reloader.is_some().then_some("schema/"),
        }
        .to_string(),
    );

    let reloading = reloader.map(|reloader| tokio::spawn(reloader.run(print_reload)));
    server::serve(listener, state, shutdown::requested()).await;
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    subgraphs.stop().await;
    Ok(())
}

/// The schemas of the current folder, if it has any, with the embedded subgraphs behind them; else
/// the embedded subgraphs' own, and the embedded views.
fn graph_input(subgraphs: &EmbeddedSubgraphs) -> anyhow::Result<GraphInput> {
    let path = Path::new(SCHEMA_FOLDER_CONFIG);
    if path.exists() {
        let environment: BTreeMap<String, String> = subgraphs
            .running()
            .iter()
            .map(|subgraph| (routing_url_variable(subgraph.name), subgraph.url.clone()))
            .collect();
        let composer = SharedComposer::default();
        return Ok(GraphInput::Config { path: path.to_path_buf(), environment, composer });
    }
    let configs = subgraphs.running().iter().map(|subgraph| {
        let url: Result<RoutingUrl, String> = subgraph.url.parse();
        let sdl =
            SourceFile { name: format!("subgraph {}", subgraph.name), text: subgraph.sdl.clone() };
        Ok(SubgraphConfig {
            name: subgraph.name.to_owned(),
            routing_url: Some(url.map_err(anyhow::Error::msg)?),
            schema: SchemaLocation::Sdl(Arc::new(sdl)),
        })
    });
    let subgraphs = configs.collect::<anyhow::Result<_>>()?;
    let views = embedded_views::views()?;
    Ok(GraphInput::Given(Box::new(Config { subgraphs, views, ..Config::default() })))
}

/// Whoever tries the gateway may be anybody; who does not say is the user of the documentation.
fn developer() -> Identity {
    let default = DEVELOPER.parse().expect("digits are fit for a header");
    Identity { header: USER_ID_HEADER, default: Some(default) }
}

/// The sample operations this graph can answer; the schemas of a folder may be quite different.
async fn sample_tabs(graph: &Arc<Graph>) -> anyhow::Result<SampleTabs> {
    let tabs = SampleTabs::from_json(include_str!("../../ui/sample-tabs.json"))
        .context("the sample tabs are not JSON")?;
    let own = graph.api(None).context("a graph has an API of its own")?;
    let randomness = Randomness::default();
    let mut answerable = Vec::new();
    for query in tabs.queries() {
        let request = GraphQLRequest::new(query);
        let sources = LabelSources { headers: &request.headers, randomness: &randomness };
        let prepared = graph.prepare(own, query, None, &sources).await;
        answerable.push(prepared.is_ok());
    }
    Ok(tabs.keep(&answerable))
}

fn print_operation(report: &OperationReport) {
    report::output(&format!("  {report}"));
}

fn print_reload(reloaded: Reloaded<'_>) {
    match reloaded {
        Ok(loaded) => {
            report::diagnostics(&loaded.hints);
            report::output(&format!("  schema      {}", banner::schema_line(loaded)));
        }
        Err(diagnostics) => {
            report::diagnostics(diagnostics);
            report::line("the schema is not in place; the last good one goes on serving");
        }
    }
}

/// Types of the API that are somebody's own.
fn types_count(loaded: &LoadedGraph) -> usize {
    let types = loaded.graph.api_schema.schema().types.values();
    types.filter(|definition| !definition.is_built_in()).count()
}

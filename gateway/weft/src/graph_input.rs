//! Where a command's graph comes from, and the way from there to a graph that answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use federation::diagnostic::{Diagnostic, SourceFile};
use router::config::{Config, RoutingUrl, SubgraphConfig, process_environment};
use router::live_graph::{
    Graph, GraphSettings, GraphSource, LoadedSupergraph, SharedComposer, SupergraphFile,
    operations_files, read_operations, read_views, view_files,
};
use router::subgraph_client::{HttpSubgraphClient, HttpSubgraphClientConfig};

/// `--config` or `--supergraph`, one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct GraphArguments {
    /// The configuration; its subgraphs are composed here
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A supergraph that was composed before
    #[arg(long, value_name = "FILE")]
    supergraph: Option<PathBuf>,
}

impl GraphArguments {
    pub(crate) fn input(&self) -> GraphInput {
        match (&self.config, &self.supergraph) {
            (Some(path), _) => GraphInput::config(path.clone()),
            // One of the two is there: the command line has been checked.
            (None, path) => GraphInput::Supergraph(path.clone().unwrap_or_default()),
        }
    }
}

/// Where a graph comes from; read again at each reload.
#[derive(Debug, Clone)]
pub(crate) enum GraphInput {
    /// A configuration file. `environment` has values beside the process's own environment,
    /// which wins; `composer` knows what the last reload has read.
    Config { path: PathBuf, environment: BTreeMap<String, String>, composer: SharedComposer },
    /// A supergraph document.
    Supergraph(PathBuf),
    /// A configuration that is at hand.
    Given(Box<Config>),
}

/// A graph with what people and watchers want to know about it.
pub(crate) struct LoadedGraph {
    pub(crate) graph: Arc<Graph>,
    pub(crate) hints: Vec<Diagnostic>,
    pub(crate) load_duration: Duration,
}

impl GraphInput {
    /// Subgraphs whose SDL is at hand.
    pub(crate) fn subgraphs(subgraphs: Vec<SubgraphConfig>) -> Self {
        Self::Given(Box::new(Config { subgraphs, ..Config::default() }))
    }

    pub(crate) fn config(path: PathBuf) -> Self {
        Self::Config { path, environment: BTreeMap::new(), composer: SharedComposer::default() }
    }

    /// A file that is what its name says: a configuration (`.yaml`, `.yml`) or a supergraph.
    pub(crate) fn of_file(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => Self::config(path.to_path_buf()),
            _ => Self::Supergraph(path.to_path_buf()),
        }
    }

    /// A variable's value: the process's own, else the one given with the input.
    fn environment(&self, name: &str) -> Option<String> {
        process_environment(name).or_else(|| match self {
            Self::Config { environment, .. } => environment.get(name).cloned(),
            Self::Supergraph(_) | Self::Given(_) => None,
        })
    }

    /// The configuration; the defaults where there is no file.
    pub(crate) fn read_config(&self) -> Result<Config, Vec<Diagnostic>> {
        match self {
            Self::Config { path, .. } if path.as_os_str() == "-" => {
                let source = standard_input("the configuration", "CONFIG_UNREADABLE")?;
                Config::parse(source, Path::new(""), &|name| self.environment(name))
            }
            Self::Config { path, .. } => Config::load(path, &|name| self.environment(name)),
            Self::Supergraph(_) => Ok(Config::default()),
            Self::Given(config) => Ok(Config::clone(config)),
        }
    }

    fn source(&self, config: &Config) -> GraphSource {
        match self {
            Self::Supergraph(path) => {
                GraphSource::Supergraph(SupergraphFile { path: path.clone() })
            }
            Self::Config { .. } | Self::Given(_) => {
                GraphSource::Subgraphs(config.subgraphs.clone())
            }
        }
    }

    /// Every file and every folder that a reload reads.
    pub(crate) fn files(&self, config: &Config) -> Vec<PathBuf> {
        let mut files = self.source(config).files();
        files.extend(operations_files(config.operations.as_ref()));
        files.extend(config.views.iter().flat_map(view_files));
        if let Self::Config { path, .. } = self {
            files.push(path.clone());
        }
        files
    }

    /// Reads and composes.
    pub(crate) async fn load_supergraph(
        &self,
        config: &Config,
    ) -> Result<LoadedSupergraph, Vec<Diagnostic>> {
        let http = HttpSubgraphClientConfig::new(config);
        let composer = self.composer();
        composer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .set_limits(config.limits.composition());
        self.source(config).load(&http, &|name| self.environment(name), &composer).await
    }

    fn composer(&self) -> SharedComposer {
        match self {
            Self::Config { composer, .. } => Arc::clone(composer),
            // These do not change while a command runs.
            Self::Supergraph(_) | Self::Given(_) => SharedComposer::default(),
        }
    }

    /// Reads, composes and indexes: ready to answer, over HTTP to its subgraphs.
    pub(crate) async fn load_graph(&self, config: &Config) -> Result<LoadedGraph, Vec<Diagnostic>> {
        let started = Instant::now();
        let views = read_views(&config.views)?;
        let operations = read_operations(config.operations.as_ref(), "the operations of the graph");
        let operations = operations.map_err(|error| vec![error])?;
        let LoadedSupergraph { supergraph, mut hints, sources } =
            self.load_supergraph(config).await?;
        let urls = supergraph.subgraphs.iter().map(|subgraph| {
            let url: Result<RoutingUrl, String> = subgraph.url.parse();
            url.map(|url| (subgraph.name.clone(), url)).map_err(|wrong| {
                let message = format!("subgraph `{}`: {wrong}", subgraph.name);
                vec![Diagnostic::error("INVALID_ROUTING_URL", message)]
            })
        });
        let urls = urls.collect::<Result<Vec<_>, _>>()?;
        let client = HttpSubgraphClient::new(urls, &HttpSubgraphClientConfig::new(config));
        let client = client.map_err(|error| {
            let message = format!("cannot make an HTTP client for the subgraphs: {error:#}");
            vec![Diagnostic::error("TLS_UNAVAILABLE", message)]
        })?;
        let settings = GraphSettings::new(config);
        // A large graph takes its time; the running graph's requests must not wait for it.
        let indexing = tokio::task::spawn_blocking(move || {
            let graph = Graph::new(supergraph, Arc::new(client), settings)?;
            let graph = graph.with_sources(sources);
            graph.with_operations(&operations)?.with_views(&views)
        });
        let (graph, hints_of_views) = indexing.await.unwrap_or_else(|error| {
            tracing::error!(%error, "making a graph panicked");
            Err(vec![Diagnostic::error("INTERNAL", "the gateway stopped with a fault of its own")])
        })?;
        hints.extend(hints_of_views);
        Ok(LoadedGraph { graph: Arc::new(graph), hints, load_duration: started.elapsed() })
    }
}

/// What standard input has; `what` is how it is called in the message.
pub(crate) fn standard_input(
    what: &str,
    code: &'static str,
) -> Result<SourceFile, Vec<Diagnostic>> {
    static IS_READ: AtomicBool = AtomicBool::new(false);
    if IS_READ.swap(true, Ordering::Relaxed) {
        let message = format!("cannot read {what} from standard input, which has been read before");
        return Err(vec![Diagnostic::error(code, message).with_help("only one input can be `-`")]);
    }
    let text = std::io::read_to_string(std::io::stdin()).map_err(|cause| {
        let message = format!("cannot read {what} from standard input: {cause}");
        vec![Diagnostic::error(code, message)]
    })?;
    Ok(SourceFile { name: "standard input".to_owned(), text })
}

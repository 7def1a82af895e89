//! What `compose` and `check` compose: a configuration, or schemas named on the command line; and
//! which part of the graph they are about.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use federation::contract::Contract;
use federation::diagnostic::Diagnostic;
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use router::config::{Config, RoutingUrl, SchemaLocation, SubgraphConfig};
use router::live_graph::read_views;

use crate::configured_views::ConfiguredViews;
use crate::graph_input::{GraphInput, standard_input};
use crate::registered_operations::RegisteredOperations;

/// `--config`, or `--subgraph`s and files; and what clients are to see of the graph.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct CompositionArguments {
    /// The configuration that names the subgraphs: router.yaml, or the supergraph.yaml of other
    /// composers; `-` is standard input
    #[arg(long, value_name = "FILE", required_unless_present_any = ["subgraph", "schemas"],
          conflicts_with_all = ["subgraph", "schemas"])]
    config: Option<PathBuf>,
    /// A subgraph by its name: a schema file, `-` for standard input, or the URL of a running
    /// subgraph, which is asked for its schema; may be repeated
    #[arg(long, value_name = "NAME=FILE|URL")]
    subgraph: Vec<NamedSubgraph>,
    /// Schemas of subgraphs, called by their file names: users.graphql is `users`
    #[arg(value_name = "SCHEMA.graphql")]
    schemas: Vec<PathBuf>,
    /// Clients see only what has one of these tags (a contract); may be repeated
    #[arg(long, value_name = "TAG", help_heading = "Contract")]
    include_tag: Vec<String>,
    /// Clients do not see what has one of these tags (a contract); may be repeated
    #[arg(long, value_name = "TAG", help_heading = "Contract")]
    exclude_tag: Vec<String>,
    /// Clients do not see types that no operation can reach
    #[arg(long, help_heading = "Contract")]
    hide_unreachable_types: bool,
}

/// `users=users.graphql` or `users=http://users:8000/graphql`.
#[derive(Debug, Clone)]
struct NamedSubgraph(SubgraphConfig);

impl FromStr for NamedSubgraph {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, source) = text
            .split_once('=')
            .filter(|(name, source)| !name.is_empty() && !source.is_empty())
            .ok_or_else(|| format!("`{text}` is not of the form NAME=FILE or NAME=URL"))?;
        let name = name.to_owned();
        if source.starts_with("http://") || source.starts_with("https://") {
            let url: RoutingUrl = source.parse()?;
            let schema = SchemaLocation::SubgraphUrl(url.clone().into());
            return Ok(Self(SubgraphConfig { name, routing_url: Some(url), schema }));
        }
        let schema = SchemaLocation::File(PathBuf::from(source));
        Ok(Self(SubgraphConfig { name, routing_url: None, schema }))
    }
}

/// What was composed, and from what.
pub(crate) struct Composed {
    pub(crate) supergraph: Supergraph,
    pub(crate) hints: Vec<Diagnostic>,
    /// The subgraphs as they were read.
    pub(crate) sources: Vec<SubgraphSource>,
    /// The views onto the whole of it, whatever a contract leaves.
    pub(crate) views: ConfiguredViews,
    /// What the graph's own clients are known to send, held against the whole of it as well.
    pub(crate) operations: RegisteredOperations,
}

impl CompositionArguments {
    /// The configuration file; none when there is none, or when it comes from standard input.
    pub(crate) fn config_file(&self) -> Option<&Path> {
        self.config.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// What is to be composed. Standard input is read here: it can be read once.
    pub(crate) fn read(&self) -> Result<(GraphInput, Config), Vec<Diagnostic>> {
        let input = match &self.config {
            Some(path) => GraphInput::config(path.clone()),
            None => GraphInput::subgraphs(self.named_subgraphs()?),
        };
        let config = input.read_config()?;
        Ok((input, config))
    }

    /// Composes what [`read`](Self::read) has read.
    pub(crate) async fn compose(
        &self,
        input: &GraphInput,
        config: &Config,
    ) -> Result<Composed, Vec<Diagnostic>> {
        let loaded = input.load_supergraph(config).await?;
        let mut hints = loaded.hints;
        hints.extend(self.contract().unknown_tags(&loaded.supergraph).into_iter().map(|tag| {
            let message = format!("nothing in the graph has the tag `{tag}`");
            Diagnostic::hint("UNKNOWN_TAG", message)
        }));
        let views = read_views(&config.views)?;
        let mut views = ConfiguredViews::compile(views, &loaded.supergraph)?;
        hints.append(&mut views.hints);
        let operations = RegisteredOperations::check(config, &loaded.supergraph, &loaded.sources)?;
        let supergraph = self.audience(loaded.supergraph)?;
        Ok(Composed { supergraph, hints, sources: loaded.sources, views, operations })
    }

    /// The graph as the clients it is for see it.
    pub(crate) fn audience(&self, supergraph: Supergraph) -> Result<Supergraph, Vec<Diagnostic>> {
        let contract = self.contract();
        if contract == Contract::default() { Ok(supergraph) } else { contract.apply(&supergraph) }
    }

    fn contract(&self) -> Contract {
        Contract {
            include: self.include_tag.clone(),
            exclude: self.exclude_tag.clone(),
            hide_unreachable_types: self.hide_unreachable_types,
        }
    }

    fn named_subgraphs(&self) -> Result<Vec<SubgraphConfig>, Vec<Diagnostic>> {
        let mut subgraphs: Vec<SubgraphConfig> =
            self.subgraph.iter().map(|NamedSubgraph(subgraph)| subgraph.clone()).collect();
        for path in &self.schemas {
            subgraphs.push(by_file_name(path)?);
        }
        for subgraph in &mut subgraphs {
            if subgraph.schema != SchemaLocation::File(PathBuf::from("-")) {
                continue;
            }
            let what = format!("the schema of subgraph `{}`", subgraph.name);
            let source = standard_input(&what, "SCHEMA_UNREADABLE")?;
            subgraph.schema = SchemaLocation::Sdl(Arc::new(source));
        }
        Ok(subgraphs)
    }
}

/// `schema/users.graphql` is the schema of `users`.
fn by_file_name(path: &Path) -> Result<SubgraphConfig, Vec<Diagnostic>> {
    let text = path.display().to_string();
    let is_file = text != "-" && !text.starts_with("http://") && !text.starts_with("https://");
    let stem = path.file_stem().filter(|_| is_file);
    let Some(name) = stem.map(|stem| stem.to_string_lossy().into_owned()) else {
        let message = format!("`{text}` does not say what the subgraph is called");
        let error = Diagnostic::error("SCHEMA_UNREADABLE", message);
        return Err(vec![error.with_help(format!("name it: `--subgraph NAME={text}`"))]);
    };
    let schema = SchemaLocation::File(path.to_path_buf());
    Ok(SubgraphConfig { name, routing_url: None, schema })
}

//! Where a graph comes from: subgraphs to compose, or a supergraph document. Loading reads files
//! and asks subgraphs; composing is `federation`'s.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use federation::composition::Composer;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use futures_util::future::join_all;

use super::subgraph_sdl::fetch_sdl;
use crate::config::{
    Environment, RoutingUrl, SchemaLocation, SubgraphConfig, routing_url_variable,
};
use crate::subgraph_client::HttpSubgraphClientConfig;

/// What the last composition has read, kept for the next one.
pub type SharedComposer = Arc<Mutex<Composer>>;

/// Where a graph comes from.
#[derive(Debug, Clone)]
pub enum GraphSource {
    /// Subgraphs that are composed here.
    Subgraphs(Vec<SubgraphConfig>),
    /// A document that was composed before.
    Supergraph(SupergraphFile),
}

/// A supergraph document on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupergraphFile {
    /// Where it is.
    pub path: PathBuf,
}

/// A supergraph that has been read, and what deserves a look about it.
#[derive(Debug)]
pub struct LoadedSupergraph {
    /// The merged graph; each subgraph has the URL it is to be asked at.
    pub supergraph: Supergraph,
    /// Hints of the composition.
    pub hints: Vec<Diagnostic>,
    /// What was composed here; empty when it was composed elsewhere.
    pub sources: Vec<SubgraphSource>,
}

impl GraphSource {
    /// The files whose change changes the graph.
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Supergraph(file) => vec![file.path.clone()],
            Self::Subgraphs(subgraphs) => subgraphs
                .iter()
                .filter_map(|subgraph| match &subgraph.schema {
                    SchemaLocation::File(path) => Some(path.clone()),
                    SchemaLocation::SubgraphUrl(_) | SchemaLocation::Sdl(_) => None,
                })
                .collect(),
        }
    }

    /// Reads and composes. `http` is how subgraphs are asked that have to be asked for their SDL;
    /// `composer` does not read again what it has read the last time.
    ///
    /// # Errors
    /// Everything found: files that cannot be read (with file and subgraph), subgraphs that do not
    /// answer (with URL and subgraph), and what composition found.
    pub async fn load(
        &self,
        http: &HttpSubgraphClientConfig,
        environment: Environment<'_>,
        composer: &SharedComposer,
    ) -> Result<LoadedSupergraph, Vec<Diagnostic>> {
        match self {
            Self::Supergraph(file) => file.load(environment),
            Self::Subgraphs(subgraphs) => {
                let sources = join_all(subgraphs.iter().map(|subgraph| read(subgraph, http))).await;
                compose(sources, composer).await
            }
        }
    }
}

async fn compose(
    sources: Vec<Result<SubgraphSource, Diagnostic>>,
    composer: &SharedComposer,
) -> Result<LoadedSupergraph, Vec<Diagnostic>> {
    let mut read = Vec::with_capacity(sources.len());
    let mut unreadable = Vec::new();
    for source in sources {
        match source {
            Ok(source) => read.push(source),
            Err(error) => unreadable.push(error),
        }
    }
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    // A large graph takes its time; the running graph's requests must not wait for it.
    let sources = read.clone();
    let composer = Arc::clone(composer);
    let composed = tokio::task::spawn_blocking(move || {
        composer.lock().unwrap_or_else(PoisonError::into_inner).compose(&read)
    });
    let composed = composed.await;
    let composed = composed.unwrap_or_else(|error| {
        tracing::error!(%error, "composition panicked");
        Err(vec![Diagnostic::error("INTERNAL", "composition stopped with a fault of its own")])
    })?;
    Ok(LoadedSupergraph { supergraph: composed.supergraph, hints: composed.hints, sources })
}

async fn read(
    subgraph: &SubgraphConfig,
    http: &HttpSubgraphClientConfig,
) -> Result<SubgraphSource, Diagnostic> {
    let name = &subgraph.name;
    let sdl = match &subgraph.schema {
        SchemaLocation::Sdl(sdl) => Arc::clone(sdl),
        SchemaLocation::File(path) => {
            Arc::new(read_file(path, &format!("the schema of subgraph `{name}`"))?)
        }
        SchemaLocation::SubgraphUrl(asked) => fetch_sdl(name, asked, http).await?,
    };
    let url = subgraph.routing_url.as_ref().map(|url| url.as_str().to_owned());
    Ok(SubgraphSource { name: name.clone(), url: url.unwrap_or_default(), sdl })
}

impl SupergraphFile {
    fn load(&self, environment: Environment<'_>) -> Result<LoadedSupergraph, Vec<Diagnostic>> {
        let file = read_file(&self.path, "the supergraph").map_err(|error| vec![error])?;
        let mut supergraph = Supergraph::parse(&file.text, &file.name)?;
        let mut errors = Vec::new();
        for subgraph in &mut supergraph.subgraphs {
            let variable = routing_url_variable(&subgraph.name);
            if let Some(url) = environment(&variable) {
                subgraph.url = url;
            }
            if let Err(wrong) = RoutingUrl::from_str(&subgraph.url) {
                let name = &subgraph.name;
                let message = format!("subgraph `{name}` has no usable routing URL: {wrong}");
                errors.push(
                    Diagnostic::error("INVALID_ROUTING_URL", message)
                        .with_help(format!("set the environment variable {variable}")),
                );
            }
        }
        if errors.is_empty() {
            Ok(LoadedSupergraph { supergraph, hints: Vec::new(), sources: Vec::new() })
        } else {
            Err(errors)
        }
    }
}

/// `what` is how the file is called in the message: `the schema of subgraph users`.
pub(super) fn read_file(path: &Path, what: &str) -> Result<SourceFile, Diagnostic> {
    let text = std::fs::read_to_string(path).map_err(|cause| {
        let message = format!("cannot read {what}, {}: {cause}", path.display());
        Diagnostic::error("SCHEMA_UNREADABLE", message)
    })?;
    Ok(SourceFile { name: path.display().to_string(), text })
}

//! What the graph is compared with: a committed document, or the subgraphs at a revision of git.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use federation::api_schema::ApiSchema;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use router::config::{
    Config, SchemaLocation, SubgraphConfig, ViewConfig, ViewSchema, process_environment,
};
use router::live_graph::ViewSource;

use crate::composition_input::{Composed, CompositionArguments};
use crate::configured_views::ConfiguredViews;
use crate::graph_input::{GraphInput, standard_input};
use crate::report::Failure;
use crate::repository::{Repository, Revision};

/// Which graph it was before: `--baseline` says which document, `--against` says when.
#[derive(Debug, Args)]
pub(super) struct BaselineArguments {
    /// Compare with this supergraph or API schema, `-` for standard input; without --against, the
    /// default is supergraph.graphql beside the configuration
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Compare with this revision of git: with the composition of the same files as they were, or,
    /// with --baseline, with that file as it was
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
}

/// The graph as it was.
pub(super) struct Baseline {
    /// As people know it: `schema/supergraph.graphql`, `origin/main`.
    pub(super) name: String,
    pub(super) api_schema: ApiSchema,
    /// Who had what; none when only the API schema is known.
    pub(super) supergraph: Option<Supergraph>,
    /// The subgraphs as they were; none when they were composed before.
    pub(super) sources: Vec<SubgraphSource>,
    /// The views as they were, where a revision is compared with.
    pub(super) views: ConfiguredViews,
}

/// The file that is there when nothing else is asked for.
const COMMITTED: &str = "supergraph.graphql";

impl BaselineArguments {
    /// Reads it, and composes it if need be.
    ///
    /// # Errors
    /// `BASELINE_UNREADABLE`, with what is wrong with it.
    pub(super) async fn load(
        &self,
        composition: &CompositionArguments,
        config: &Config,
    ) -> Result<Baseline, Failure> {
        match (&self.baseline, &self.against) {
            (Some(path), None) if path == Path::new("-") => {
                let source = standard_input("the baseline", UNREADABLE)?;
                document(source, composition)
            }
            (Some(path), None) => document(read(path)?, composition),
            (Some(path), Some(revision)) => {
                document(read_at(&revision_around(path, revision)?, path)?, composition)
            }
            (None, None) => document(read(&committed(composition)?)?, composition),
            (None, Some(revision)) => {
                let beside = beside(composition, config);
                let revision = revision_around(&beside, revision)?;
                let config = config_at(&revision, composition, config)?;
                let views = views_at(&revision, &config)?;
                let subgraphs = subgraphs_at(&revision, composition, config)?;
                composed(&revision, subgraphs, views, composition).await
            }
        }
    }
}

const UNREADABLE: &str = "BASELINE_UNREADABLE";

fn unreadable(cause: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(UNREADABLE, format!("cannot read the baseline: {cause}"))
}

/// All that is wrong with a baseline that was read, under one heading.
fn unusable(name: &str, mut found: Vec<Diagnostic>) -> Failure {
    let message = format!("the baseline {name} cannot be used; what is wrong follows");
    found.insert(0, Diagnostic::error(UNREADABLE, message));
    Failure::Diagnostics(found)
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|cause| vec![unreadable(format!("{name}: {cause}"))])?;
    Ok(SourceFile { name, text })
}

fn revision_around(path: &Path, revision: &str) -> Result<Revision, Failure> {
    let found = Repository::around(path).revision(revision);
    found.map_err(|error| vec![unreadable(format!("{error:#}"))].into())
}

fn read_at(revision: &Revision, path: &Path) -> Result<SourceFile, Failure> {
    let name = revision.file_name(path);
    let text = revision.read(path).and_then(|text| text.context(format!("there is no {name}")));
    let text = text.map_err(|error| vec![unreadable(format!("{error:#}"))])?;
    Ok(SourceFile { name, text })
}

/// The supergraph that is committed beside the configuration.
fn committed(composition: &CompositionArguments) -> Result<PathBuf, Failure> {
    let beside = composition.config_file().map(|path| path.with_file_name(COMMITTED));
    beside.filter(|path| path.is_file()).ok_or_else(|| {
        let error =
            Diagnostic::error(UNREADABLE, "there is nothing to compare with").with_help(format!(
                "name a revision of git (--against origin/main) or a document (--baseline FILE), \
                 or commit what `weft compose` prints as {COMMITTED} beside the configuration"
            ));
        vec![error].into()
    })
}

/// A supergraph or an API schema.
fn document(source: SourceFile, composition: &CompositionArguments) -> Result<Baseline, Failure> {
    let name = source.name.clone();
    let source = Arc::new(source);
    let baseline = || {
        if !Supergraph::is_meant(&source) {
            let api_schema = ApiSchema::parse(&source)?;
            return Ok((api_schema, None));
        }
        let supergraph = Supergraph::parse(&source.text, &source.name)?;
        let supergraph = composition.audience(supergraph)?;
        Ok((ApiSchema::new(&supergraph)?, Some(supergraph)))
    };
    let (api_schema, supergraph) = baseline().map_err(|found| unusable(&name, found))?;
    let (sources, views) = (Vec::new(), ConfiguredViews::default());
    Ok(Baseline { name, api_schema, supergraph, sources, views })
}

/// A file of the repository to find it by.
fn beside(composition: &CompositionArguments, config: &Config) -> PathBuf {
    let schemas = config.subgraphs.iter().find_map(|subgraph| match &subgraph.schema {
        SchemaLocation::File(path) => Some(path.clone()),
        SchemaLocation::SubgraphUrl(_) | SchemaLocation::Sdl(_) => None,
    });
    composition.config_file().map(Path::to_path_buf).or(schemas).unwrap_or_default()
}

/// The configuration at the revision, or what the command line says.
fn config_at(
    revision: &Revision,
    composition: &CompositionArguments,
    config: &Config,
) -> Result<Config, Failure> {
    let Some(path) = composition.config_file() else { return Ok(config.clone()) };
    let source = read_at(revision, path)?;
    let name = source.name.clone();
    let folder = path.parent().unwrap_or(Path::new(""));
    let config = Config::parse(source, folder, &process_environment);
    config.map_err(|found| unusable(&name, found))
}

/// The views that were there, without operations; one that was not is new.
fn views_at(revision: &Revision, config: &Config) -> Result<Vec<ViewSource>, Failure> {
    let mut views = Vec::new();
    for view in &config.views {
        let schema = match &view.schema {
            ViewSchema::Sdl(source) => Some(Arc::clone(source)),
            ViewSchema::File(path) => {
                let name = revision.file_name(path);
                let text = revision.read(path);
                let text = text.map_err(|error| vec![unreadable(format!("{error:#}"))])?;
                text.map(|text| Arc::new(SourceFile { name, text }))
            }
        };
        let config = ViewConfig { operations: None, rest: Vec::new(), ..view.clone() };
        views.extend(schema.map(|schema| ViewSource { config, schema, operations: Vec::new() }));
    }
    Ok(views)
}

/// The subgraphs that the configuration named at the revision, or the ones of the command line that
/// were there.
fn subgraphs_at(
    revision: &Revision,
    composition: &CompositionArguments,
    config: Config,
) -> Result<Vec<SubgraphConfig>, Failure> {
    let subgraphs = config.subgraphs;
    let is_named = composition.config_file().is_some();
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for subgraph in subgraphs {
        match subgraph_at(revision, subgraph) {
            Ok(Ok(subgraph)) => found.push(subgraph),
            // A file on the command line that was not there is a subgraph that is new.
            Ok(Err(missing)) if is_named => errors.push(unreadable(missing)),
            Ok(Err(_)) => {}
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() && found.is_empty() {
        let message = format!("none of the subgraphs was there at {}", revision.name);
        errors.push(unreadable(message));
    }
    if errors.is_empty() { Ok(found) } else { Err(errors.into()) }
}

/// The subgraph as it was, or a sentence that says that its file was not there.
fn subgraph_at(
    revision: &Revision,
    mut subgraph: SubgraphConfig,
) -> Result<Result<SubgraphConfig, String>, Diagnostic> {
    match &subgraph.schema {
        SchemaLocation::Sdl(_) => {}
        SchemaLocation::SubgraphUrl(_) => {
            let message = format!(
                "subgraph `{}` is asked for its schema, so git cannot tell what it was",
                subgraph.name
            );
            return Err(unreadable(message).with_help(format!(
                "commit the supergraph, and compare with it: --baseline {COMMITTED} --against {}",
                revision.name
            )));
        }
        SchemaLocation::File(path) => {
            let name = revision.file_name(path);
            let text = revision.read(path).map_err(|error| unreadable(format!("{error:#}")))?;
            let Some(text) = text else {
                return Ok(Err(format!("there is no {name}, of subgraph `{}`", subgraph.name)));
            };
            subgraph.schema = SchemaLocation::Sdl(Arc::new(SourceFile { name, text }));
        }
    }
    Ok(Ok(subgraph))
}

async fn composed(
    revision: &Revision,
    subgraphs: Vec<SubgraphConfig>,
    views: Vec<ViewSource>,
    composition: &CompositionArguments,
) -> Result<Baseline, Failure> {
    let name = revision.name.clone();
    let input = GraphInput::subgraphs(subgraphs);
    let compose = async || {
        let config = input.read_config()?;
        let Composed { supergraph, sources, .. } = composition.compose(&input, &config).await?;
        // What did not fit then is no baseline now: it is as if it had not been there.
        let views = ConfiguredViews::compile(views, &supergraph)?;
        Ok((ApiSchema::new(&supergraph)?, supergraph, sources, views))
    };
    let (api_schema, supergraph, sources, views) =
        compose().await.map_err(|found| unusable(&name, found))?;
    Ok(Baseline { name, api_schema, supergraph: Some(supergraph), sources, views })
}

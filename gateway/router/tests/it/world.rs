//! A world: a folder of subgraphs with the rows they serve, composed in the run.
//!
//! Read by `cases` (operations written by hand) and `simulation` (operations from seeds).

mod rows;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::query_graph::QueryGraph;
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use federation::view::{Target, View};
use serde_json::{Map, Value};

use crate::in_memory_subgraph::Knowledge;

pub(crate) use rows::{Found, Reading, Row, Rows, text, unmark};

/// Everything made from one folder.
pub(crate) struct World {
    pub(crate) name: String,
    pub(crate) rows: Rows,
    pub(crate) supergraph: Supergraph,
    pub(crate) api_schema: ApiSchema,
    pub(crate) query_graph: QueryGraph,
    pub(crate) subgraphs: Vec<Knowledge>,
    /// A client's own schema, and its text.
    pub(crate) view: Option<(String, View)>,
}

impl World {
    /// Reads and composes; the message says why it cannot be.
    pub(crate) fn load(folder: &Path) -> Result<Self, String> {
        let name = file_stem(folder);
        let rows = fs::read_to_string(folder.join("rows.json"))
            .map_err(|error| format!("{name}: rows.json: {error}"))?;
        let rows =
            serde_json::from_str(&rows).map_err(|error| format!("{name}: rows.json: {error}"))?;
        let read =
            |file: &PathBuf| (file_stem(file), fs::read_to_string(file).expect("a readable file"));
        let subgraphs: Vec<(String, String)> =
            sorted_entries(&folder.join("subgraphs")).iter().map(read).collect();
        Self::compose(name, &subgraphs, rows)
    }

    /// Composes subgraphs, each with name and SDL, that serve the rows.
    pub(crate) fn compose(
        name: String,
        subgraphs: &[(String, String)],
        rows: Map<String, Value>,
    ) -> Result<Self, String> {
        let sources: Vec<SubgraphSource> =
            subgraphs.iter().map(|(name, sdl)| source(name, sdl)).collect();
        let composition = compose(&sources).map_err(|errors| rendered(&name, &errors))?;
        let supergraph = composition.supergraph;
        let api_schema = ApiSchema::new(&supergraph).and_then(ApiSchema::with_defer);
        let api_schema = api_schema.map_err(|errors| rendered(&name, &errors))?;
        let query_graph =
            QueryGraph::new(&supergraph).map_err(|errors| rendered(&name, &errors))?;
        let subgraphs = Knowledge::of_all(&sources)?;
        let rows = Rows::new(rows);
        Ok(Self { name, rows, supergraph, api_schema, query_graph, subgraphs, view: None })
    }

    /// With a view onto it.
    pub(crate) fn with_view(mut self, text: String) -> Result<Self, String> {
        self.set_view(text)?;
        Ok(self)
    }

    /// From now on the view is this one.
    pub(crate) fn set_view(&mut self, text: String) -> Result<(), String> {
        let source = SourceFile { name: "view.graphql".to_owned(), text: text.clone() };
        let compiled = View::compile(&Arc::new(source), self.target());
        let compiled = compiled.map_err(|errors| rendered(&self.name, &errors))?;
        self.view = Some((text, compiled.view));
        Ok(())
    }

    /// What views are compiled onto.
    pub(crate) fn target(&self) -> Target<'_> {
        let Self { supergraph, api_schema, query_graph, .. } = self;
        Target { supergraph, api_schema, query_graph }
    }

    /// Every world there is.
    pub(crate) fn folders() -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/execution");
        sorted_entries(&root)
    }

    pub(crate) fn subgraph(&self, name: &str) -> Option<&Knowledge> {
        self.subgraphs.iter().find(|subgraph| subgraph.name == name)
    }
}

/// The entries of a folder by name.
pub(crate) fn sorted_entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

pub(crate) fn file_stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn source(name: &str, sdl: &str) -> SubgraphSource {
    let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text: sdl.to_owned() });
    let url = format!("http://{name}.example/graphql");
    SubgraphSource { url, name: name.to_owned(), sdl }
}

fn rendered(world: &str, errors: &[Diagnostic]) -> String {
    let errors: Vec<String> = errors.iter().map(|error| error.render(false)).collect();
    format!("{world} does not compose:\n{}", errors.join("\n"))
}

//! What `weft dev` prints once it is ready. Every figure in it has been measured or counted.

use std::fmt;
use std::time::Duration;

use router::config::GRAPHQL_PATH;

use super::embedded::EmbeddedSubgraph;
use super::types_count;
use crate::graph_input::LoadedGraph;

pub(super) struct Banner<'a> {
    pub(super) ready_in: Duration,
    pub(super) port: u16,
    /// How many sample tabs GraphiQL has; none when there is no GraphiQL.
    pub(super) tabs: Option<usize>,
    pub(super) subgraphs: &'a [EmbeddedSubgraph],
    pub(super) loaded: &'a LoadedGraph,
    pub(super) watching: Option<&'static str>,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, port) = (env!("CARGO_PKG_VERSION"), self.port);
        writeln!(f, "\n  weft {version}   dev   ready in {} ms\n", self.ready_in.as_millis())?;
        if let Some(tabs) = self.tabs {
            let page = format!("http://localhost:{port}");
            writeln!(f, "  ➜  GraphiQL   {page:<30} {}", counted(tabs, "sample tab"))?;
        }
        writeln!(f, "  ➜  GraphQL    http://localhost:{port}{GRAPHQL_PATH}")?;
        for api in self.loaded.graph.apis() {
            if let Some(view) = &api.name {
                writeln!(f, "  ➜  {:<10} http://localhost:{port}{}", view, api.path)?;
            }
        }
        writeln!(f)?;
        let mut heading = "subgraphs";
        for subgraph in self.subgraphs {
            let EmbeddedSubgraph { name, url, database, .. } = subgraph;
            writeln!(f, "  {heading:<11} {name:<9} {url}   sqlite {}", database.display())?;
            heading = "";
        }
        write!(f, "  schema      {}", schema_line(self.loaded))?;
        if let Some(watching) = self.watching {
            write!(f, "\n  watching    {watching}")?;
        }
        writeln!(f)
    }
}

/// `composed in 6 ms · 3 subgraphs · 14 types · 0 hints`.
pub(super) fn schema_line(loaded: &LoadedGraph) -> String {
    format!(
        "composed in {} ms · {} · {} · {}",
        loaded.load_duration.as_millis(),
        counted(loaded.graph.supergraph.subgraphs.len(), "subgraph"),
        counted(types_count(loaded), "type"),
        counted(loaded.hints.len(), "hint"),
    )
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

//! The operations that a configuration registers for the graph itself, held against a graph that
//! has been composed: what `compose` and `check` have to say about them.

use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::diagnostic::{Diagnostic, Label, SourceFile};
use federation::operation::{Operation, RequestError};
use federation::query_graph::QueryGraph;
use federation::schema_changes::ClientOperations;
use federation::subgraph::{SchemaPlaces, SubgraphSource, parent_coordinate};
use federation::supergraph::Supergraph;
use router::config::Config;
use router::live_graph::read_operations;

/// All of them, and which of them the gateway would not take.
#[derive(Default)]
pub(crate) struct RegisteredOperations {
    pub(crate) documents: Vec<Arc<SourceFile>>,
    /// Why, each on the line of the document, and on that of the subgraph it is about.
    pub(crate) faults: Vec<Diagnostic>,
}

impl RegisteredOperations {
    /// Reads the documents and checks each against the graph, as the gateway does.
    ///
    /// # Errors
    /// What cannot be read, and those of a graph that has no API.
    pub(crate) fn check(
        config: &Config,
        supergraph: &Supergraph,
        sources: &[SubgraphSource],
    ) -> Result<Self, Vec<Diagnostic>> {
        let registered = read_operations(config.operations.as_ref(), "the operations of the graph");
        let registered = registered.map_err(|error| vec![error])?;
        let documents = registered.documents.into_iter().map(|it| it.source);
        let mut all = Self { documents: documents.collect(), faults: Vec::new() };
        if all.documents.is_empty() {
            return Ok(all);
        }
        let (api_schema, graph) = (ApiSchema::new(supergraph)?, QueryGraph::new(supergraph)?);
        let limits = config.limits.operation();
        let mut places = Places { sources, read: None };
        for source in &all.documents {
            let parsed = Operation::parse(&api_schema, &graph, &source.text, None, &limits);
            let Err(found) = parsed else { continue };
            // The validation of clients' operations knows which part of the graph it is about.
            let (operations, _) = ClientOperations::parse(&[Arc::clone(source)]);
            let invalid = operations.validate(&api_schema);
            if invalid.is_empty() {
                all.faults.extend(found.iter().map(|it| RequestError::in_source(it, source)));
            }
            all.faults.extend(invalid.into_iter().map(|fault| places.mark(fault)));
        }
        Ok(all)
    }
}

/// The subgraphs' lines, read when the first is needed.
struct Places<'a> {
    sources: &'a [SubgraphSource],
    read: Option<Vec<SchemaPlaces>>,
}

impl Places<'_> {
    /// The fault with the lines of the subgraphs that have what it is about, or that have what that
    /// should be a part of.
    fn mark(&mut self, mut fault: Diagnostic) -> Diagnostic {
        let sources = self.sources;
        let places = self
            .read
            .get_or_insert_with(|| sources.iter().map(|it| SchemaPlaces::read(&it.sdl)).collect());
        let find = |coordinate: &str, text: &str| -> Vec<Label> {
            let found = places.iter().filter_map(|places| places.find(coordinate));
            found.map(|label| Label { text: text.to_owned(), ..label }).collect()
        };
        let mut open = fault.coordinate.as_deref();
        let mut text = "it is here".to_owned();
        while let Some(coordinate) = open {
            let labels = find(coordinate, &text);
            if !labels.is_empty() {
                fault.labels.extend(labels);
                break;
            }
            text = format!("has no `{coordinate}`");
            open = parent_coordinate(coordinate);
        }
        fault
    }
}

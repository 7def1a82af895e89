//! Subgraphs, divided by lines that are `---`: they compose into what can be printed, read again
//! and planned, or into diagnostics that can be shown.
#![no_main]

use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::query_graph::QueryGraph;
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let subgraphs: Vec<SubgraphSource> = text.split("\n---\n").enumerate().map(subgraph).collect();
    match compose(&subgraphs) {
        Ok(composition) => {
            composition.hints.iter().for_each(show);
            let printed = composition.supergraph.to_string();
            let read = Supergraph::parse(&printed, "supergraph.graphql").expect("what we print");
            assert_eq!(read, composition.supergraph);
            ApiSchema::new(&read).expect("an API schema");
            QueryGraph::new(&read).expect("a query graph");
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.iter().for_each(show);
        }
    }
});

fn subgraph((number, text): (usize, &str)) -> SubgraphSource {
    SubgraphSource {
        name: format!("s{number}"),
        url: format!("http://s{number}.example/"),
        sdl: Arc::new(SourceFile { name: format!("s{number}.graphql"), text: text.to_owned() }),
    }
}

fn show(diagnostic: &Diagnostic) {
    assert!(!diagnostic.render(true).is_empty() && !diagnostic.to_string().is_empty());
}

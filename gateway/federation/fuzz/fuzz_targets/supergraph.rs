//! A supergraph document is read into what prints and reads the same, or into diagnostics.
#![no_main]

use federation::api_schema::ApiSchema;
use federation::query_graph::QueryGraph;
use federation::supergraph::Supergraph;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Supergraph::parse(text, "supergraph.graphql") {
        Ok(supergraph) => {
            let printed = supergraph.to_string();
            let read = Supergraph::parse(&printed, "printed.graphql").expect("what we print");
            assert_eq!(read, supergraph);
            let _ = ApiSchema::new(&supergraph);
            let _ = QueryGraph::new(&supergraph);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.render(true).is_empty()));
        }
    }
});

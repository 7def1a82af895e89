//! Composes many sets of subgraphs in one process: a set is one line of JSON from the standard
//! input, what came of it one line on the standard output. Read by `client-tests/composition`,
//! which compares it with what other composers say.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::{Composition, compose};
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let set: Value = serde_json::from_str(&line?)?;
        let subgraphs = subgraphs(&set).ok_or("a set is {\"subgraphs\": [{\"name\", \"sdl\"}]}")?;
        let composed = compose(&subgraphs);
        let mut outcome = composed.map_or_else(|errors| refused(&errors), accepted);
        // Where another composer's document is given, whether ours reads it.
        if let Some(document) = set["document"].as_str() {
            let read = Supergraph::parse(document, "supergraph.graphql").err();
            outcome["unread"] = json!(read.map(|errors| findings(&errors)));
        }
        writeln!(output, "{outcome}")?;
    }
    Ok(())
}

fn subgraphs(set: &Value) -> Option<Vec<SubgraphSource>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let subgraphs = set["subgraphs"].as_array()?.iter().map(|subgraph| {
        let name = text(&subgraph["name"])?;
        let url = format!("http://{name}.example/graphql");
        let sdl = SourceFile { name: format!("{name}.graphql"), text: text(&subgraph["sdl"])? };
        Some(SubgraphSource { name, url, sdl: Arc::new(sdl) })
    });
    subgraphs.collect()
}

fn refused(errors: &[Diagnostic]) -> Value {
    json!({ "errors": findings(errors) })
}

fn accepted(composition: Composition) -> Value {
    let Composition { supergraph, hints, .. } = composition;
    let api = ApiSchema::new(&supergraph);
    json!({
        "supergraph": supergraph.to_string(),
        "apiSchema": api.as_ref().ok().map(ToString::to_string),
        "errors": api.err().map(|errors| findings(&errors)).unwrap_or_default(),
        "hints": findings(&hints),
    })
}

fn findings(diagnostics: &[Diagnostic]) -> Vec<Value> {
    let one = |found: &Diagnostic| {
        let Diagnostic { code, coordinate, message, .. } = found;
        json!({ "code": code, "coordinate": coordinate, "message": message })
    };
    diagnostics.iter().map(one).collect()
}

//! What satisfiability found, as diagnostics: the query, what stands in the way, and every place.

use std::fmt::Write as _;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;

use crate::diagnostic::{Diagnostic, Sources};
use crate::query_graph::QueryGraph;
use crate::satisfiability::{Unsatisfiable, check};
use crate::subgraph::Subgraph;
use crate::supergraph::{SubgraphId, Supergraph};
use crate::type_parts::field_of;

/// Every field of the API that some query cannot get, as an error.
pub(super) fn errors(
    supergraph: &Supergraph,
    subgraphs: &[Arc<Subgraph>],
    sources: &Sources,
    states_max: usize,
) -> Vec<Diagnostic> {
    let graph = match QueryGraph::new(supergraph) {
        Ok(graph) => graph,
        Err(errors) => return errors,
    };
    match check(supergraph, &graph, states_max) {
        Ok(found) => {
            let context = Context { graph: &graph, subgraphs, sources };
            found.iter().map(|one| context.diagnostic(one)).collect()
        }
        Err(_) => vec![too_many_states(subgraphs, sources, states_max)],
    }
}

fn too_many_states(
    subgraphs: &[Arc<Subgraph>],
    sources: &Sources,
    states_max: usize,
) -> Diagnostic {
    let message = format!("it takes more than {states_max} states to see whether all queries work");
    let error = Diagnostic::error("MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED", message)
        .with_coordinate("Query")
        .with_help("raise the limit on composition's states, or use fewer override labels");
    let roots = subgraphs.iter().filter_map(|subgraph| subgraph.schema.types.get("Query"));
    roots.fold(error, |error, root| error.at(sources, root.name().location(), ""))
}

struct Context<'a> {
    graph: &'a QueryGraph,
    subgraphs: &'a [Arc<Subgraph>],
    sources: &'a Sources,
}

impl Context<'_> {
    fn diagnostic(&self, found: &Unsatisfiable) -> Diagnostic {
        let ty = &self.graph.ty(found.ty).name;
        let field = found.field.map(|field| &self.graph.field(field).name);
        let coordinate = format!("{ty}.{}", field.map_or("__typename", Name::as_str));
        let message = format!("`{coordinate}` cannot be had by every query that can ask for it");
        let mut error = Diagnostic::error("SATISFIABILITY_ERROR", message)
            .with_coordinate(coordinate)
            .with_note(format!("no plan answers this query:\n{}", self.query(found)))
            .with_note(self.reasons(found))
            .with_help(self.help(found, ty, field));
        for (index, subgraph) in self.subgraphs.iter().enumerate() {
            let Some(definition) = self.definition(found, subgraph) else { continue };
            let declared = field.and_then(|field| field_of(definition, field));
            let is_available = found
                .obstacles
                .iter()
                .any(|obstacle| obstacle.is_available && obstacle.subgraph.index() == index);
            error = match declared {
                Some(field) => error.at(self.sources, field.name.location(), "declared here"),
                None if is_available => {
                    let text = format!("`{ty}` can be had here");
                    error.at(self.sources, definition.name().location(), text)
                }
                None => error,
            };
        }
        error
    }

    /// The type as a subgraph has it: itself, or as an interface object.
    fn definition<'s>(
        &self,
        found: &Unsatisfiable,
        subgraph: &'s Subgraph,
    ) -> Option<&'s ExtendedType> {
        let own = self.graph.ty(found.ty);
        let interfaces = own.interfaces.iter().map(|interface| &self.graph.ty(*interface).name);
        let mut names = std::iter::once(&own.name).chain(interfaces);
        names.find_map(|name| subgraph.schema.types.get(name))
    }

    fn query(&self, found: &Unsatisfiable) -> String {
        let mut text = String::new();
        if let Some(called) = found.called {
            let _ =
                writeln!(text, "# the mutation is called once, here in `{}`", self.name(called));
        }
        for (label, is_set) in &found.labels {
            let state = if *is_set { "set" } else { "not set" };
            let _ = writeln!(text, "# where the label `{label}` is {state}");
        }
        text + &found.query
    }

    fn reasons(&self, found: &Unsatisfiable) -> String {
        let mut text = "because".to_owned();
        for obstacle in &found.obstacles {
            let _ = write!(text, "\n- `{}` {}", self.name(obstacle.subgraph), obstacle.sentence);
        }
        text
    }

    fn help(&self, found: &Unsatisfiable, ty: &Name, field: Option<&Name>) -> String {
        let owners = found.obstacles.iter().filter(|obstacle| !obstacle.is_available);
        let owners: Vec<_> =
            owners.map(|obstacle| format!("`{}`", self.name(obstacle.subgraph))).collect();
        let Some(field) = field else {
            return format!("let a subgraph that knows `{ty}` be entered by a `@key`");
        };
        if owners.is_empty() {
            return format!(
                "let one of the subgraphs that have `{ty}` resolve `{field}`, or give what it needs"
            );
        }
        format!(
            "give `{ty}` in {} a `@key` whose fields can be had wherever `{ty}` is, or resolve \
             `{field}` there too, `@shareable`",
            owners.join(" or ")
        )
    }

    fn name(&self, subgraph: SubgraphId) -> &str {
        self.subgraphs[subgraph.index()].name()
    }
}

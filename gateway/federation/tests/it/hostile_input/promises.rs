//! What holds of every input: reading it ends without a panic, what is wrong is said so that it can
//! be shown, and what is accepted can be printed, read again, asked and planned.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::Composer;
use federation::contract::Contract;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::check_plan;
use federation::schema_changes::{ClientOperations, Unused, compare};
use federation::supergraph::Supergraph;
use federation::view::{Target, View};

use super::documents::{Kind, OPERATION};
use super::subgraphs;
use crate::composition::rendered;

/// Reads texts; the error says which promise they break.
pub(super) fn kept(
    kind: Kind,
    texts: &[(String, String)],
    composer: &mut Composer,
) -> Result<(), String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Subgraphs => composed(texts, composer),
        Kind::Supergraph => loaded(texts),
        Kind::Change => compared(texts),
        Kind::View => viewed(texts, composer),
    }));
    outcome.unwrap_or_else(|panic| Err(format!("panicked: {}", message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?").to_owned()
}

fn composed(texts: &[(String, String)], composer: &mut Composer) -> Result<(), String> {
    match composer.compose(&subgraphs(texts)) {
        Ok(composition) => {
            shown(&composition.hints)?;
            let supergraph = &composition.supergraph;
            printed(supergraph)?;
            ApiSchema::new(supergraph)
                .map_err(|errors| format!("there is no API schema:\n{}", rendered(&errors)))?;
            QueryGraph::new(supergraph)
                .map_err(|errors| format!("there is no query graph:\n{}", rendered(&errors)))?;
            contracted(supergraph)
        }
        Err(errors) => refused(&errors),
    }
}

/// Of the document a supergraph, of the rest operations.
fn loaded(texts: &[(String, String)]) -> Result<(), String> {
    let (document, operations) = texts.split_first().expect("a document");
    let supergraph = match Supergraph::parse(&document.1, "supergraph.graphql") {
        Ok(supergraph) => supergraph,
        Err(errors) => return refused(&errors),
    };
    printed(&supergraph)?;
    contracted(&supergraph)?;
    let api = match ApiSchema::new(&supergraph) {
        Ok(api) => api,
        Err(errors) => return refused(&errors),
    };
    let graph = match QueryGraph::new(&supergraph) {
        Ok(graph) => graph,
        Err(errors) => return refused(&errors),
    };
    for (_, text) in operations {
        match Operation::parse(&api, &graph, text, None, &OperationLimits::default()) {
            Ok(operation) => {
                // A plan, and then a right one, or an error.
                if let Ok(plan) = planner::plan(&graph, &operation, &[]) {
                    let _ = plan.to_string();
                    check_plan(&graph, &operation, &[], &plan)
                        .map_err(|findings| findings.join("\n"))?;
                }
            }
            Err(errors) if errors.is_empty() => {
                return Err("an operation is refused without a reason".to_owned());
            }
            Err(_) => {}
        }
    }
    Ok(())
}

fn compared(texts: &[(String, String)]) -> Result<(), String> {
    let documents: Vec<Arc<SourceFile>> = texts
        .iter()
        .map(|(name, text)| Arc::new(SourceFile { name: name.clone(), text: text.clone() }))
        .collect();
    let [before, after, operations @ ..] = documents.as_slice() else {
        return Err("a change has two documents".to_owned());
    };
    let schemas = (ApiSchema::parse(before), ApiSchema::parse(after));
    let (before, after) = match &schemas {
        (Ok(before), Ok(after)) => (before, after),
        (Err(errors), _) | (_, Err(errors)) => return refused(errors),
    };
    let mut changes = compare(before, after);
    let (operations, diagnostics) = ClientOperations::parse(operations);
    shown(&diagnostics)?;
    operations.usage(before).apply(&mut changes, Unused::Lower);
    shown(&operations.validate(after))?;
    for change in &changes {
        let _ = change.to_string();
    }
    Ok(())
}

/// A view, then subgraphs and operations. What a view takes of an operation, the graph takes.
fn viewed(texts: &[(String, String)], composer: &mut Composer) -> Result<(), String> {
    let (view, others) = texts.split_first().expect("a view");
    let is_operation = |(name, _): &(String, String)| name.starts_with(OPERATION);
    let (operations, schemas): (Vec<_>, Vec<_>) = others.iter().cloned().partition(is_operation);
    let Ok(composition) = composer.compose(&subgraphs(&schemas)) else { return Ok(()) };
    let supergraph = &composition.supergraph;
    let (Ok(api_schema), Ok(query_graph)) =
        (ApiSchema::new(supergraph), QueryGraph::new(supergraph))
    else {
        return Ok(());
    };
    let target = Target { supergraph, api_schema: &api_schema, query_graph: &query_graph };
    let source = SourceFile { name: "view.graphql".to_owned(), text: view.1.clone() };
    let compiled = match View::compile(&Arc::new(source), target) {
        Ok(compiled) => compiled,
        Err(errors) => return refused(&errors),
    };
    shown(&compiled.hints)?;
    for (_, text) in &operations {
        match compiled.view.parse(target, text, None, &OperationLimits::default()) {
            Ok(operation) => {
                if let Ok(plan) = planner::plan(&query_graph, &operation.translated, &[]) {
                    check_plan(&query_graph, &operation.translated, &[], &plan)
                        .map_err(|findings| findings.join("\n"))?;
                }
            }
            Err(errors) => {
                let ours = errors.iter().find(|error| error.code == "VIEW_TRANSLATION_FAILED");
                if let Some(error) = ours {
                    return Err(format!("the graph refuses a translation: {}", error.message));
                }
            }
        }
    }
    Ok(())
}

/// What is refused is refused for a reason.
fn refused(errors: &[Diagnostic]) -> Result<(), String> {
    if errors.is_empty() {
        return Err("it is refused without a diagnostic".to_owned());
    }
    shown(errors)
}

/// Diagnostics point into their texts and can be printed.
fn shown(diagnostics: &[Diagnostic]) -> Result<(), String> {
    for diagnostic in diagnostics {
        let outside = diagnostic.labels.iter().find(|label| {
            let text = &label.source.text;
            text.get(label.span.clone()).is_none() && !is_at_the_end(label.span.start, text)
        });
        if let Some(label) = outside {
            return Err(format!("{diagnostic}: {:?} is no part of the text", label.span));
        }
        let texts = [diagnostic.to_string(), diagnostic.render(false), diagnostic.render(true)];
        if texts.iter().any(String::is_empty) || diagnostic.message.is_empty() {
            return Err(format!("{} says nothing", diagnostic.code));
        }
    }
    Ok(())
}

/// Where the parser found the end, it says a place right behind it.
fn is_at_the_end(start: usize, text: &str) -> bool {
    start == text.len()
}

/// Printing and reading gives the same.
fn printed(supergraph: &Supergraph) -> Result<(), String> {
    let text = supergraph.to_string();
    let read = Supergraph::parse(&text, "supergraph.graphql").map_err(|errors| {
        format!("what was printed does not read:\n{}\n{text}", rendered(&errors))
    })?;
    if read != *supergraph {
        return Err(format!("printing and reading gives another supergraph:\n{text}"));
    }
    if read.to_string() != text {
        return Err(format!("printing, reading and printing gives another text:\n{text}"));
    }
    Ok(())
}

/// A contract makes another graph that can be used, or says why not.
fn contracted(supergraph: &Supergraph) -> Result<(), String> {
    for hide_unreachable_types in [false, true] {
        let contract = Contract {
            include: if hide_unreachable_types { vec!["public".to_owned()] } else { Vec::new() },
            exclude: vec!["internal".to_owned()],
            hide_unreachable_types,
        };
        let _ = contract.unknown_tags(supergraph);
        match contract.apply(supergraph) {
            Ok(filtered) => printed(&filtered)?,
            Err(errors) => refused(&errors)?,
        }
    }
    Ok(())
}

//! The operations clients are known to send: parsed once, each with the fragments it needs.
//!
//! A client's fragments may stand in other files than the operations that spread them. What is
//! validated is what is sent: an operation's document and the fragments it reaches, no others.

use std::sync::Arc;

use apollo_compiler::ast::{Definition, Document};
use apollo_compiler::collections::HashSet;
use apollo_compiler::diagnostic::ToCliReport;

use super::client_document::{self, ClientDocument};
use super::fragments::{self, Linker};
use super::places::Places;
use super::usage::Usage;
use crate::api_schema::ApiSchema;
use crate::diagnostic::{Diagnostic, Label, SourceFile, Sources};

/// Nobody reads more of one document's errors than these.
const DIAGNOSTICS_MAX: usize = 100;

const HELP: &str =
    "change the operation, or keep what it uses in the schema until no client sends it";

/// One operation of a client's.
#[derive(Debug, Clone)]
pub struct StandaloneOperation {
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub place: Option<Label>,
    /// A document with it, with all the fragments it needs, and with its neighbours.
    pub text: String,
}

/// Operations of clients, for [`Usage`] and validation.
#[derive(Debug, Default)]
pub struct ClientOperations {
    documents: Vec<ClientDocument>,
    /// Fragments that no operation spreads, each as a document: who spreads them is not known.
    unused_fragments: Vec<ClientDocument>,
    /// A document could not be read, or a fragment not be found.
    is_incomplete: bool,
    sources: Sources,
}

impl ClientOperations {
    /// Reads documents. What is wrong in one of them leaves the others as they are: it comes back
    /// beside the operations that could be read.
    ///
    /// `GRAPHQL_PARSE_FAILED`, `TOKEN_LIMIT_EXCEEDED`, `MAX_DEPTH_EXCEEDED`; `OPERATION_INVALID`
    /// for a fragment that several documents define differently; the hint `FRAGMENT_UNUSED`.
    pub fn parse(documents: &[Arc<SourceFile>]) -> (Self, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let mut diagnostics = Vec::new();
        let mut parsed = Vec::new();
        let with_content =
            documents.iter().filter(|source| client_document::has_content(&source.text));
        for source in with_content {
            match client_document::parse(source, &mut sources) {
                Ok(ast) => parsed.push((source, ast)),
                Err(errors) => diagnostics.extend(errors),
            }
        }
        let pool = fragments::fragment_pool(parsed.iter().map(|(_, ast)| ast));
        let mut linker = Linker::new(&pool);
        let mut operations = Self { is_incomplete: !diagnostics.is_empty(), ..Self::default() };
        for (source, ast) in &parsed {
            if ast.definitions.iter().any(|one| one.as_fragment_definition().is_none()) {
                let ast = linker.link(ast);
                operations.documents.push(ClientDocument { source: Arc::clone(source), ast });
            }
        }
        linker.ambiguous.sort_by_key(|fragments| &fragments[0].name);
        linker.ambiguous.dedup_by_key(|fragments| &fragments[0].name);
        diagnostics.extend(linker.ambiguous.iter().map(|one| fragments::ambiguous(one, &sources)));
        operations.is_incomplete |= !linker.ambiguous.is_empty() || linker.has_unknown;
        for (source, ast) in &parsed {
            let fragments = fragments::fragments_of(ast);
            for fragment in fragments.filter(|fragment| !linker.is_used(fragment)) {
                diagnostics.push(fragments::unused(fragment, &sources));
                let definition = Definition::FragmentDefinition(fragment.clone());
                let ast = Document { definitions: vec![definition], ..Document::default() };
                let document = ClientDocument { source: Arc::clone(source), ast };
                operations.unused_fragments.push(document);
            }
        }
        (Self { sources, ..operations }, diagnostics)
    }

    /// What of a schema each operation uses. An operation that is not valid counts with what it
    /// has in common with the schema.
    ///
    /// A fragment that no operation spreads counts like an operation.
    pub fn usage(&self, schema: &ApiSchema) -> Usage {
        let documents = self.documents.iter().chain(&self.unused_fragments);
        Usage::new(documents, self.is_incomplete, &self.sources, schema.schema())
    }

    /// Each operation with all the fragments it needs, as a document that can be sent.
    pub fn standalone(&self) -> Vec<StandaloneOperation> {
        let mut found = Vec::new();
        for document in &self.documents {
            let text = document.ast.to_string();
            for definition in &document.ast.definitions {
                let Some(operation) = definition.as_operation_definition() else { continue };
                let place = Diagnostic::error("OPERATION", "").at(
                    &self.sources,
                    operation.name.as_ref().map_or(operation.location(), |name| name.location()),
                    "",
                );
                found.push(StandaloneOperation {
                    name: operation.name.as_ref().map(ToString::to_string),
                    place: place.labels.into_iter().next(),
                    text: text.clone(),
                });
            }
        }
        found
    }

    /// What is wrong with the operations in a schema: `OPERATION_INVALID`, each finding once
    /// however many operations share the fragment it stands in.
    pub fn validate(&self, schema: &ApiSchema) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut known = HashSet::default();
        for document in &self.documents {
            let Err(invalid) = document.ast.to_executable_validate(schema.schema()) else {
                continue;
            };
            let places = Places::new(schema.schema(), &document.ast);
            let errors = invalid.errors.iter().filter(|error| !places.is_consequence(error.error));
            for error in errors.take(DIAGNOSTICS_MAX) {
                let place = error.error.location();
                let mut diagnostic =
                    Diagnostic::error("OPERATION_INVALID", error.error.to_string())
                        .at(&self.sources, place, "")
                        .with_help(HELP);
                diagnostic.coordinate = places.coordinate(place);
                if known.insert(diagnostic.to_string()) {
                    found.push(diagnostic);
                }
            }
        }
        found
    }
}

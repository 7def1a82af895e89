//! The operations clients are known to send: parsed once, each with the fragments it needs.
//!
//! A client's fragments may stand in other files than the operations that spread them. What is
//! validated is what is sent: an operation's document and the fragments it reaches, no others.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::{FileId, Parser, SourceSpan};
use apollo_compiler::{Name, Node, Schema};

use super::usage::Usage;
use super::walk;
use crate::api_schema::ApiSchema;
use crate::diagnostic::{Diagnostic, SourceFile, Sources};

/// Far above what a build tool writes into one file.
const TOKENS_MAX: usize = 1_000_000;

/// Nesting of selections, values and types; each level costs stack.
const RECURSION_MAX: usize = 200;

/// Nobody reads more of one document's errors than these.
const DIAGNOSTICS_MAX: usize = 100;

/// Nor more definitions of one fragment.
const LABELS_MAX: usize = 10;

const HELP: &str =
    "change the operation, or keep what it uses in the schema until no client sends it";

/// Operations of clients, for [`Usage`] and validation.
#[derive(Debug, Default)]
pub struct ClientOperations {
    documents: Vec<ClientDocument>,
    sources: Sources,
}

/// A document that has operations, with the fragments they reach.
#[derive(Debug)]
pub(super) struct ClientDocument {
    /// The text the operations stand in.
    pub(super) source: Arc<SourceFile>,
    /// Its operations; fragments of it and of others.
    pub(super) ast: Document,
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
        for source in documents {
            match parse_document(source, &mut sources) {
                Ok(ast) => parsed.push((source, ast)),
                Err(errors) => diagnostics.extend(errors),
            }
        }
        let pool = fragment_pool(parsed.iter().map(|(_, ast)| ast));
        let mut linker = Linker { pool: &pool, used: HashSet::new(), ambiguous: Vec::new() };
        let mut documents = Vec::new();
        for (source, ast) in &parsed {
            if ast.definitions.iter().any(|one| one.as_fragment_definition().is_none()) {
                let ast = linker.link(ast);
                documents.push(ClientDocument { source: Arc::clone(source), ast });
            }
        }
        linker.ambiguous.sort_by_key(|fragments| &fragments[0].name);
        linker.ambiguous.dedup_by_key(|fragments| &fragments[0].name);
        diagnostics.extend(linker.ambiguous.iter().map(|one| ambiguous(one, &sources)));
        for fragment in parsed.iter().flat_map(|(_, ast)| fragments_of(ast)) {
            if fragment.location().is_none_or(|at| !linker.used.contains(&at)) {
                diagnostics.push(unused(fragment, &sources));
            }
        }
        (Self { documents, sources }, diagnostics)
    }

    /// What of a schema each operation uses. An operation that is not valid counts with what it
    /// has in common with the schema.
    pub fn usage(&self, schema: &ApiSchema) -> Usage {
        Usage::new(&self.documents, &self.sources, schema.schema())
    }

    /// What is wrong with the operations in a schema: `OPERATION_INVALID`, each finding once
    /// however many operations share the fragment it stands in.
    pub fn validate(&self, schema: &ApiSchema) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut known = HashSet::new();
        for document in &self.documents {
            let Err(invalid) = document.ast.to_executable_validate(schema.schema()) else {
                continue;
            };
            let places = Places::new(schema.schema(), &document.ast);
            for error in invalid.errors.iter().take(DIAGNOSTICS_MAX) {
                let message = error.error.to_string();
                let place = error.error.location();
                if places.is_consequence(&message, place) {
                    continue;
                }
                let mut diagnostic = Diagnostic::error("OPERATION_INVALID", message)
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

/// Where in a document which coordinate is used.
struct Places {
    coordinates: HashMap<(FileId, usize), String>,
    selecting: HashSet<SourceSpan>,
}

impl Places {
    fn new(schema: &Schema, document: &Document) -> Self {
        let mut places = Self { coordinates: HashMap::new(), selecting: HashSet::new() };
        for definition in &document.definitions {
            let walked = walk::definition(schema, definition);
            for used in walked.uses {
                if let Some(at) = used.at {
                    let place = (at.file_id(), at.offset());
                    places.coordinates.entry(place).or_insert(used.coordinate);
                }
            }
            places.selecting.extend(walked.selecting);
        }
        places
    }

    /// What begins at a place.
    fn coordinate(&self, place: Option<SourceSpan>) -> Option<String> {
        let place = place?;
        self.coordinates.get(&(place.file_id(), place.offset())).cloned()
    }

    /// The validator takes unknown fields away before it looks for fields without a selection: one
    /// that had a selection in the text would be blamed for what has been said already.
    fn is_consequence(&self, message: &str, place: Option<SourceSpan>) -> bool {
        message.contains("must have a subselection set")
            && place.is_some_and(|place| self.selecting.contains(&place))
    }
}

fn parse_document(
    source: &Arc<SourceFile>,
    sources: &mut Sources,
) -> Result<Document, Vec<Diagnostic>> {
    let mut parser = Parser::new().token_limit(TOKENS_MAX).recursion_limit(RECURSION_MAX);
    let invalid = match parser.parse_ast(source.text.as_str(), &source.name) {
        Ok(document) => {
            sources.add(&document.sources, source);
            return Ok(document);
        }
        Err(invalid) => invalid,
    };
    sources.add(&invalid.partial.sources, source);
    let limit = |code, message: String| {
        let help = "split the document: one operation a document is enough";
        Err(vec![Diagnostic::error(code, message).with_label(source, 0..0, "").with_help(help)])
    };
    if parser.tokens_reached() > TOKENS_MAX {
        let message = format!("the document has more than {TOKENS_MAX} tokens");
        return limit("TOKEN_LIMIT_EXCEEDED", message);
    }
    if parser.recursion_reached() >= RECURSION_MAX {
        let message = format!("the document nests deeper than {RECURSION_MAX}");
        return limit("MAX_DEPTH_EXCEEDED", message);
    }
    Err(sources.diagnostics("GRAPHQL_PARSE_FAILED", &invalid.errors))
}

/// Every fragment of every document, by name.
type FragmentPool<'a> = HashMap<&'a Name, Vec<&'a Node<FragmentDefinition>>>;

fn fragment_pool<'a>(documents: impl Iterator<Item = &'a Document>) -> FragmentPool<'a> {
    let mut pool = FragmentPool::new();
    for fragment in documents.flat_map(fragments_of) {
        pool.entry(&fragment.name).or_default().push(fragment);
    }
    pool
}

fn fragments_of(document: &Document) -> impl Iterator<Item = &Node<FragmentDefinition>> {
    document.definitions.iter().filter_map(|definition| definition.as_fragment_definition())
}

/// Puts the fragments that operations reach beside them.
struct Linker<'a> {
    pool: &'a FragmentPool<'a>,
    /// Where the fragments stand that some operation reaches.
    used: HashSet<SourceSpan>,
    /// Fragments that several other documents define, not all of them equal.
    ambiguous: Vec<&'a [&'a Node<FragmentDefinition>]>,
}

impl<'a> Linker<'a> {
    /// A document's operations and what they reach; a fragment of its own comes first.
    fn link(&mut self, document: &'a Document) -> Document {
        let mut own = FragmentPool::new();
        for fragment in fragments_of(document) {
            own.entry(&fragment.name).or_default().push(fragment);
        }
        let mut linked = Document { sources: document.sources.clone(), definitions: Vec::new() };
        let mut known = HashSet::new();
        let mut open = Vec::new();
        for definition in &document.definitions {
            if definition.as_fragment_definition().is_none() {
                linked.definitions.push(definition.clone());
            }
            if let Definition::OperationDefinition(operation) = definition {
                open.push(operation.selection_set.as_slice());
            }
        }
        while let Some(selections) = open.pop() {
            for name in spreads(selections) {
                if !known.insert(name) {
                    continue;
                }
                for fragment in self.find(name, &own) {
                    self.used.extend(fragment.location());
                    open.push(&fragment.selection_set);
                    linked.definitions.push(Definition::FragmentDefinition((*fragment).clone()));
                }
            }
        }
        linked
    }

    /// All of its own, so that the validator sees duplicates; else the one of the others.
    fn find(&mut self, name: &Name, own: &FragmentPool<'a>) -> Vec<&'a Node<FragmentDefinition>> {
        if let Some(fragments) = own.get(name) {
            return fragments.clone();
        }
        let pool = self.pool;
        let Some((first, others)) = pool.get(name).and_then(|all| all.split_first()) else {
            return Vec::new();
        };
        if others.iter().any(|other| other != first) {
            self.ambiguous.push(&pool[name]);
        }
        vec![*first]
    }
}

fn spreads(selections: &[Selection]) -> Vec<&Name> {
    let mut names = Vec::new();
    let mut open = vec![selections];
    while let Some(selections) = open.pop() {
        for selection in selections {
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(fragment) => open.push(&fragment.selection_set),
                Selection::FragmentSpread(spread) => names.push(&spread.fragment_name),
            }
        }
    }
    names
}

fn ambiguous(fragments: &[&Node<FragmentDefinition>], sources: &Sources) -> Diagnostic {
    let name = fragments.first().map_or("", |fragment| fragment.name.as_str());
    let message = format!("documents define the fragment `{name}` differently");
    let error = Diagnostic::error("OPERATION_INVALID", message)
        .with_help("give fragments of different content different names");
    fragments.iter().take(LABELS_MAX).fold(error, |error, fragment| {
        error.at(sources, fragment.name.location(), "one definition")
    })
}

fn unused(fragment: &FragmentDefinition, sources: &Sources) -> Diagnostic {
    let name = &fragment.name;
    Diagnostic::hint("FRAGMENT_UNUSED", format!("no operation spreads the fragment `{name}`"))
        .at(sources, name.location(), "not checked")
        .with_help("remove it, or add the document with the operation that spreads it")
}

//! A parsed, valid and normalised operation: one merged selection graph over type sets.
//!
//! Made from a document and an [`ApiSchema`]; read by `planner` (which subgraph gives what) and by
//! the executor (what the answer looks like). Fragments are dissolved into type sets, `@skip` and
//! `@include` into conditions, equal selections are one: it is a graph, however deep the reuse.

mod condition;
mod normaliser;
mod parts;

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::ast::{self, OperationType};
use apollo_compiler::collections::HashSet;
use apollo_compiler::executable;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Node};

use crate::api_schema::ApiSchema;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::query_graph::{FieldId, QueryGraph, TypeId, TypeSet};

use normaliser::Normalised;

pub use condition::{Condition, Literal};
use parts::Parts;
pub use parts::{Part, PartId};

/// Nesting of the parser itself: selection sets, list values, types.
const PARSER_RECURSION_MAX: usize = 500;

/// Limits on an operation's text and shape; beyond one the operation is refused with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationLimits {
    /// Lexical tokens in the document, white space among them. `TOKEN_LIMIT_EXCEEDED`.
    pub tokens_max: usize,
    /// Nesting of selection sets, fragments included. `MAX_DEPTH_EXCEEDED`.
    pub depth_max: usize,
    /// Selection entries after normalisation. `OPERATION_TOO_COMPLEX`.
    pub selections_max: usize,
    /// Of these, those that have another name than their field. `MAX_ALIASES_EXCEEDED`.
    pub aliases_max: usize,
    /// Of these, those of the root. `MAX_ROOT_FIELDS_EXCEEDED`.
    pub root_fields_max: usize,
}

impl Default for OperationLimits {
    fn default() -> Self {
        Self {
            tokens_max: 15_000,
            depth_max: 100,
            selections_max: 10_000,
            aliases_max: 5_000,
            root_fields_max: 1_000,
        }
    }
}

/// Why a document never became an operation: a request error (GraphQL §7.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    /// `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`, `OPERATION_RESOLUTION_FAILURE`, ….
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// 1-based lines and columns of the client's document.
    pub locations: Vec<(usize, usize)>,
}

impl RequestError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), locations: Vec::new() }
    }

    /// The same as a finding about the file that the document stands in.
    pub fn in_source(&self, source: &Arc<SourceFile>) -> Diagnostic {
        let places = self.locations.iter();
        places.fold(Diagnostic::error(self.code, &self.message), |diagnostic, (line, column)| {
            let start = source.offset(*line, *column);
            let word = source.text[start..]
                .find(|character: char| !character.is_alphanumeric() && character != '_')
                .unwrap_or(source.text.len() - start);
            diagnostic.with_label(source, start..start + word.max(1), "")
        })
    }
}

/// A selection's place in [`Operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SelectionId(pub(crate) u32);

/// A condition's place in [`Operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionId(pub(crate) u32);

impl ConditionId {
    /// The condition that always holds.
    pub const ALWAYS: Self = Self(0);
}

/// What is asked of a value of one composite type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selection {
    /// The static type of the position.
    pub ty: TypeId,
    /// In the order of the answer, where conditions do not change it.
    pub entries: Vec<Entry>,
    /// Where conditions can change it, for each entry: its places in the document's order, and
    /// when each of them counts. Else empty.
    pub(crate) places: Vec<Vec<(ConditionId, u32)>>,
}

/// One response key for a class of runtime types. The same key may come again for other types;
/// for one runtime type it comes once. Only at the root of a mutation, where the order matters, it
/// comes for each place at which it may be met first: under conditions that exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Alias or field name.
    pub response_key: Name,
    /// What is asked for.
    pub field: EntryField,
    /// The runtime types it is asked of.
    pub on: TypeSet,
    /// When it is asked for.
    pub when: ConditionId,
    /// The parts of the answer with which it may come later; none for what comes with its parent.
    pub parts: Vec<PartId>,
    /// What is asked for below, of a composite field.
    pub child: Option<SelectionId>,
}

/// What an entry asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EntryField {
    /// `__typename`.
    Typename,
    /// `__schema` or `__type` of the root query type.
    Introspection,
    /// A field of the graph with its arguments.
    Field {
        /// The field, on the most specific type that all of the entry's runtime types share.
        id: FieldId,
        /// As the client wrote them.
        arguments: Vec<Node<ast::Argument>>,
    },
}

/// A valid operation in normal form.
#[derive(Debug)]
pub struct Operation {
    document: Arc<Valid<ExecutableDocument>>,
    definition: Node<executable::Operation>,
    root: SelectionId,
    selections: Vec<Selection>,
    conditions: Vec<Condition>,
    parts: Vec<Part>,
}

impl Operation {
    /// Parses, validates and normalises.
    ///
    /// # Errors
    /// Every syntax or validation error found; a missing or ambiguous `operation_name`; a limit.
    pub fn parse(
        api_schema: &ApiSchema,
        query_graph: &QueryGraph,
        query: &str,
        operation_name: Option<&str>,
        limits: &OperationLimits,
    ) -> Result<Self, Vec<RequestError>> {
        let document = parse_document(query, limits)?;
        Self::of_document(api_schema, query_graph, &document, operation_name, limits)
    }

    /// The same of a document that has been parsed, or made.
    ///
    /// # Errors
    /// As [`Operation::parse`], but for its text.
    pub fn of_document(
        api_schema: &ApiSchema,
        query_graph: &QueryGraph,
        document: &ast::Document,
        operation_name: Option<&str>,
        limits: &OperationLimits,
    ) -> Result<Self, Vec<RequestError>> {
        let document = validated(api_schema, document)?;
        Self::normalise(api_schema, query_graph, document, operation_name, limits)
    }

    fn normalise(
        api_schema: &ApiSchema,
        query_graph: &QueryGraph,
        document: Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        limits: &OperationLimits,
    ) -> Result<Self, Vec<RequestError>> {
        let document = Arc::new(document);
        let definition = document.operations.get(operation_name).cloned();
        let definition = definition.map_err(|_| vec![unresolved(&document, operation_name)])?;
        let kind = definition.operation_type;
        let Some(root) = query_graph.root(kind) else {
            let message = format!("the graph has no {kind} type");
            return Err(vec![RequestError::new("GRAPHQL_VALIDATION_FAILED", message)]);
        };
        let parts = api_schema.has_defer().then(Parts::default);
        let normalised =
            normaliser::normalise(query_graph, &document, (root, &definition), parts, limits);
        let Normalised { root, selections, conditions, parts } =
            normalised.map_err(|error| vec![error])?;
        Ok(Self { document, definition, root, selections, conditions, parts })
    }

    /// What is left to know once there is a plan: the variables, the conditions and, where these
    /// change the order of the answer, the selections. Nothing is left of the document.
    #[must_use]
    pub fn without_document(mut self) -> Self {
        let mut definition = (*self.definition).clone();
        definition.selection_set.selections = Vec::new();
        self.definition = Node::new(definition);
        let sources = self.document.sources.clone();
        let document = ExecutableDocument { sources, ..ExecutableDocument::new() };
        self.document = Arc::new(Valid::assume_valid(document));
        if self.conditions.iter().all(Condition::is_always) {
            self.selections = Vec::new();
        }
        self
    }

    /// The valid document it was made from, for introspection and the coercion of variables.
    pub fn document(&self) -> &Valid<ExecutableDocument> {
        &self.document
    }

    /// The operation's definition in [`document`](Self::document).
    pub fn definition(&self) -> &executable::Operation {
        &self.definition
    }

    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.definition.operation_type
    }

    /// Its name, when it has one.
    pub fn name(&self) -> Option<&Name> {
        self.definition.name.as_ref()
    }

    /// What is asked of the root.
    pub fn root(&self) -> SelectionId {
        self.root
    }

    /// A selection by id.
    pub fn selection(&self, id: SelectionId) -> &Selection {
        &self.selections[id.0 as usize]
    }

    /// Every selection; one comes after those below it.
    pub fn selections(&self) -> &[Selection] {
        &self.selections
    }

    /// How many entries the operation has when every reuse of a selection is written out.
    pub fn expanded_entries(&self) -> usize {
        let mut expanded: Vec<usize> = Vec::with_capacity(self.selections.len());
        for selection in &self.selections {
            let below = selection.entries.iter().map(|entry| {
                let child = entry.child.and_then(|child| expanded.get(child.0 as usize));
                1usize.saturating_add(child.copied().unwrap_or_default())
            });
            expanded.push(below.fold(0, usize::saturating_add));
        }
        expanded.get(self.root.0 as usize).copied().unwrap_or_default()
    }

    /// The order of a selection's entries in the answer (CollectFields, GraphQL §6.3.2), given
    /// which conditions hold; none where it is always the order they stand in.
    pub fn changed_order(
        &self,
        selection: &Selection,
        holds: impl Fn(ConditionId) -> bool,
    ) -> Option<Vec<usize>> {
        if selection.places.is_empty() {
            return None;
        }
        let mut order: Vec<usize> = (0..selection.entries.len()).collect();
        order.sort_by_key(|index| {
            let places = selection.places[*index].iter();
            places.filter(|(when, _)| holds(*when)).map(|(_, place)| *place).min()
        });
        Some(order)
    }

    /// A condition by id.
    pub fn condition(&self, id: ConditionId) -> &Condition {
        &self.conditions[id.0 as usize]
    }

    /// The parts of the answer that may come later; the position is the id.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Every condition; the position is the id.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

/// Adds the variables that an argument's value has in it.
pub(crate) fn collect_variables(value: &ast::Value, into: &mut BTreeSet<Name>) {
    match value {
        ast::Value::Variable(name) => {
            into.insert(name.clone());
        }
        ast::Value::List(items) => items.iter().for_each(|item| collect_variables(item, into)),
        ast::Value::Object(fields) => {
            fields.iter().for_each(|(_, value)| collect_variables(value, into));
        }
        _ => {}
    }
}

/// Parses a document (GraphQL §2.2), and looks no further.
///
/// # Errors
/// Every syntax error found; too many tokens, or too much nesting.
pub fn parse_document(
    query: &str,
    limits: &OperationLimits,
) -> Result<ast::Document, Vec<RequestError>> {
    let mut parser =
        Parser::new().token_limit(limits.tokens_max).recursion_limit(PARSER_RECURSION_MAX);
    parser.parse_ast(query, "query").map_err(|with_errors| {
        if parser.tokens_reached() > limits.tokens_max {
            let message = format!("the document has more than {} tokens", limits.tokens_max);
            return vec![RequestError::new("TOKEN_LIMIT_EXCEEDED", message)];
        }
        if parser.recursion_reached() >= PARSER_RECURSION_MAX {
            let message = format!("the document nests deeper than {PARSER_RECURSION_MAX}");
            return vec![RequestError::new("MAX_DEPTH_EXCEEDED", message)];
        }
        request_errors("GRAPHQL_PARSE_FAILED", &with_errors.errors)
    })
}

fn validated(
    api_schema: &ApiSchema,
    ast: &ast::Document,
) -> Result<Valid<ExecutableDocument>, Vec<RequestError>> {
    let validated = ast.to_executable_validate(api_schema.schema());
    validated.map_err(|with_errors| {
        let mut errors = request_errors("GRAPHQL_VALIDATION_FAILED", &with_errors.errors);
        remove_consequences(ast, &mut errors);
        errors
    })
}

/// The validator takes unknown fields away before it looks for fields without a selection: a field
/// that had one in the text would be blamed for what has been said already.
fn remove_consequences(ast: &ast::Document, errors: &mut Vec<RequestError>) {
    let mut open: Vec<&ast::Selection> = Vec::new();
    for definition in &ast.definitions {
        match definition {
            ast::Definition::OperationDefinition(one) => open.extend(&one.selection_set),
            ast::Definition::FragmentDefinition(one) => open.extend(&one.selection_set),
            _ => {}
        }
    }
    let mut with_selection = HashSet::default();
    while let Some(selection) = open.pop() {
        match selection {
            ast::Selection::Field(field) => {
                if !field.selection_set.is_empty() {
                    let range = field.line_column_range(&ast.sources);
                    with_selection.extend(range.map(|at| (at.start.line, at.start.column)));
                }
                open.extend(&field.selection_set);
            }
            ast::Selection::InlineFragment(fragment) => open.extend(&fragment.selection_set),
            ast::Selection::FragmentSpread(_) => {}
        }
    }
    errors.retain(|error| {
        let has_selection = error.locations.iter().any(|at| with_selection.contains(at));
        !(has_selection && error.message.contains("must have a selection of subfields"))
    });
}

fn request_errors(code: &'static str, diagnostics: &DiagnosticList) -> Vec<RequestError> {
    let errors = diagnostics.iter().map(|diagnostic| {
        let error = diagnostic.unstable_to_json_compat();
        let locations = error.locations.iter().map(|at| (at.line, at.column)).collect();
        RequestError { code, message: error.message, locations }
    });
    errors.collect()
}

/// GraphQL §6.1, GetOperation: which of the document's operations was meant cannot be told.
fn unresolved(document: &ExecutableDocument, operation_name: Option<&str>) -> RequestError {
    let message = match operation_name {
        Some(name) => format!("Unknown operation named \"{name}\"."),
        None if document.operations.is_empty() => "the document has no operation".to_owned(),
        None => "Must provide operation name if query contains multiple operations.".to_owned(),
    };
    RequestError::new("OPERATION_RESOLUTION_FAILURE", message)
}

//! What a client meets: a schema, its limits, and how its operations become the graph's. The
//! graph's own API and a view's are two cases of one thing; nobody else asks which it is.

use std::collections::HashMap;
use std::sync::Arc;

use apollo_compiler::ast;
use apollo_compiler::collections::HashSet;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use federation::api_schema::ApiSchema;
use federation::diagnostic::Diagnostic;
use federation::operation::{Operation, OperationLimits, RequestError, parse_document};
use federation::query_graph::QueryGraph;
use federation::query_plan::QueryPlan;
use federation::view::{Target, View, ViewOperation};

use super::registered_documents::{self, RegisteredDocuments, plain_id};
use crate::config::{Access, OperationsMode, StoredDocument};
use crate::executor::CompiledPlan;

/// What clients meet at one path. Made with its graph.
#[derive(Debug)]
pub struct Api {
    /// The view's name; none for the graph's own API.
    pub name: Option<Arc<str>>,
    /// Where it is served.
    pub path: Arc<str>,
    /// Who may ask.
    pub access: Access,
    /// Operations to begin with, for people.
    pub samples: Vec<StoredDocument>,
    pub(super) limits: OperationLimits,
    pub(super) registered: Registered,
    /// The view; none for the graph's own API.
    pub(crate) view: Option<Arc<View>>,
}

/// The operations that clients are known to send.
#[derive(Debug, Default)]
pub(super) struct Registered {
    pub(super) mode: OperationsMode,
    /// As they are printed: blanks and comments do not count.
    texts: HashSet<String>,
    /// As they were written, by what clients name them by.
    by_id: HashMap<String, Arc<str>>,
}

impl Registered {
    /// The operations are those of the documents.
    pub(super) fn new(
        registered: &RegisteredDocuments,
        operations: &[Operation],
    ) -> Result<Self, Diagnostic> {
        let texts = operations.iter().map(registered_text).collect();
        let by_id = registered_documents::by_id(&registered.documents)?;
        Ok(Self { mode: registered.mode, texts, by_id })
    }
}

/// An operation in the terms of the client's schema and in those of the graph.
#[derive(Debug)]
pub enum ClientOperation {
    /// Both are the same.
    OfGraph(Operation),
    /// The operation of a view, and its translation.
    OfView(Arc<View>, Box<ViewOperation>),
}

impl Api {
    /// The registered document that is named by this id.
    pub(crate) fn document(&self, id: &str) -> Option<&Arc<str>> {
        self.registered.by_id.get(plain_id(id))
    }

    /// Whether registered documents are all there is, and have to be named by their ids.
    pub(crate) fn needs_id(&self) -> bool {
        self.registered.mode == OperationsMode::IdOnly
    }

    /// Parses a document within the limits of its clients.
    pub(super) fn parse(&self, query: &str) -> Result<ast::Document, Vec<RequestError>> {
        parse_document(query, &self.limits)
    }

    /// Validates; refuses what is not registered where that is the rule.
    pub(super) fn validate(
        &self,
        target: Target<'_>,
        document: &ast::Document,
        operation_name: Option<&str>,
    ) -> Result<ClientOperation, Vec<RequestError>> {
        let limits = &self.limits;
        let operation = match &self.view {
            None => ClientOperation::OfGraph(Operation::of_document(
                target.api_schema,
                target.query_graph,
                document,
                operation_name,
                limits,
            )?),
            Some(view) => {
                let operation = view.of_document(target, document, operation_name, limits)?;
                ClientOperation::OfView(Arc::clone(view), Box::new(operation))
            }
        };
        self.check_registered(operation.own())?;
        Ok(operation)
    }

    fn check_registered(&self, operation: &Operation) -> Result<(), Vec<RequestError>> {
        let Registered { mode, texts, .. } = &self.registered;
        if *mode == OperationsMode::Off || texts.contains(&registered_text(operation)) {
            return Ok(());
        }
        let api = self.name.as_deref();
        let name = operation.name().map(|name| name.as_str());
        if *mode == OperationsMode::Log {
            tracing::warn!(api, operation_name = name, "an operation is not registered");
            return Ok(());
        }
        Err(vec![RequestError {
            code: "OPERATION_NOT_REGISTERED",
            message: "this operation is not among those that are answered here".to_owned(),
            locations: Vec::new(),
        }])
    }
}

/// The form in which registered operations are compared.
fn registered_text(operation: &Operation) -> String {
    operation.document().to_string()
}

impl ClientOperation {
    /// What the client asked for, in its own terms.
    pub fn own(&self) -> &Operation {
        match self {
            Self::OfGraph(operation) => operation,
            Self::OfView(_, operation) => &operation.own,
        }
    }

    /// What is planned, in the graph's terms.
    pub fn planned(&self) -> &Operation {
        match self {
            Self::OfGraph(operation) => operation,
            Self::OfView(_, operation) => &operation.translated,
        }
    }

    /// What is left to know once it is planned.
    pub(super) fn without_document(self) -> Self {
        match self {
            Self::OfGraph(operation) => Self::OfGraph(operation.without_document()),
            Self::OfView(view, operation) => {
                Self::OfView(view, Box::new(operation.without_documents()))
            }
        }
    }

    /// What its client sees.
    pub fn api_schema<'a>(&'a self, target: Target<'a>) -> &'a ApiSchema {
        match self {
            Self::OfGraph(_) => target.api_schema,
            Self::OfView(view, _) => view.api_schema(),
        }
    }

    /// The tables of what its client sees.
    pub(crate) fn client_graph<'a>(&'a self, target: Target<'a>) -> &'a QueryGraph {
        match self {
            Self::OfGraph(_) => target.query_graph,
            Self::OfView(view, _) => view.graph(),
        }
    }

    /// Variables, coerced by the client's definitions, in the graph's terms.
    pub(crate) fn translated(&self, variables: &Arc<Valid<JsonMap>>) -> Arc<Valid<JsonMap>> {
        match self {
            Self::OfGraph(_) => Arc::clone(variables),
            Self::OfView(view, operation) => {
                let mut translated = JsonMap::clone(variables);
                view.translate_variables(operation, &mut translated);
                Arc::new(Valid::assume_valid(translated))
            }
        }
    }

    /// What of its plan can be worked out once.
    pub(super) fn compile(&self, graph: &QueryGraph, plan: &QueryPlan) -> CompiledPlan {
        match self {
            Self::OfGraph(operation) => CompiledPlan::new(graph, operation, plan),
            Self::OfView(view, operation) => CompiledPlan::of_view(graph, view, operation, plan),
        }
    }
}

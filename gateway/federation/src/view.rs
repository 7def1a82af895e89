//! Views: schemas cut to fit each client, compiled onto the supergraph.
//!
//! A view is an ordinary GraphQL schema that says field by field where in the supergraph its data
//! comes from. It is checked here, and its operations are translated: what is planned and executed
//! is an operation of the supergraph, and its answer is written in the view's shape. Read by
//! `router`, which serves views, and by `weft`, which checks them.
//!
//! ```graphql
//! type Query { home: Home! }                      # a group: it reads from the query itself
//! type Home @of(type: "Query") {
//!   user: Person! @from(fields: "me")             # the way to its value
//!   orders: [Row!]! @from(fields: "me { orders(limit: 5) }")
//! }
//! ```

mod answer;
mod argument_check;
mod language;
mod mapping;
mod resolution;
mod translation;

use std::sync::Arc;

use apollo_compiler::ast::{self, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, InputValueDefinition};
use apollo_compiler::{Name, Node, Schema};

use crate::api_schema::ApiSchema;
use crate::diagnostic::{Diagnostic, SourceFile, is_error, sorted};
use crate::operation::{Operation, OperationLimits, RequestError, parse_document};
use crate::query_graph::QueryGraph;
use crate::supergraph::Supergraph;
use crate::type_parts::field_of;
use answer::DefaultedVariable;
use mapping::Mapping;

pub use answer::{
    RuntimeTypes, ViewField, ViewSelection, ViewSelectionId, ViewValue, WayStep, json_of,
};

/// The graph that a view is compiled onto.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The merged graph: it knows where things stand in the subgraphs' files.
    pub supergraph: &'a Supergraph,
    /// What of it can be asked for.
    pub api_schema: &'a ApiSchema,
    /// Its tables.
    pub query_graph: &'a QueryGraph,
}

/// One view, compiled onto one supergraph. Made at each load of either; read by every operation.
#[derive(Debug)]
pub struct View {
    api_schema: ApiSchema,
    graph: QueryGraph,
    mapping: Mapping,
}

/// A view, and what there is to say about it.
#[derive(Debug)]
pub struct CompiledView {
    /// Ready to use.
    pub view: View,
    /// Hints, sorted by coordinate and code.
    pub hints: Vec<Diagnostic>,
}

/// Where a field of a view has its value from, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReading {
    /// The view's type.
    pub ty: Name,
    /// The supergraph's type that it stands for.
    pub of: Name,
    /// The view's field.
    pub field: Name,
    /// The supergraph's fields on the way, each with its type; none where it groups fields.
    pub reads: Vec<(Name, Name)>,
}

/// An operation of a view, and the one of the supergraph that answers it.
#[derive(Debug)]
pub struct ViewOperation {
    /// What the client asked for, in the view's terms.
    pub own: Operation,
    /// What is planned, in the supergraph's terms.
    pub translated: Operation,
    /// How the answer is made; one comes after those below it.
    pub selections: Vec<ViewSelection>,
    /// That of the root.
    pub root: ViewSelectionId,
    /// Variables that the client does not have.
    defaulted: Vec<DefaultedVariable>,
}

impl ViewOperation {
    /// What is left to know once it is planned: see [`Operation::without_document`].
    #[must_use]
    pub fn without_documents(self) -> Self {
        let own = self.own.without_document();
        Self { own, translated: self.translated.without_document(), ..self }
    }
}

impl View {
    /// Reads a view and finds everything it shows in the supergraph.
    ///
    /// # Errors
    /// `INVALID_GRAPHQL` and `INVALID_VIEW` for a text that is none; the `VIEW_…` codes for what is
    /// not in the graph or does not fit, each with the view's line and the subgraph's. Sorted by
    /// coordinate and code.
    pub fn compile(
        source: &Arc<SourceFile>,
        target: Target<'_>,
    ) -> Result<CompiledView, Vec<Diagnostic>> {
        let document = language::read(source)?;
        let mut own_schema = document.schema.clone();
        own_schema.types.retain(|name, _| !document.names.is_own_type(name));
        let api_schema = ApiSchema::of_clients(own_schema)?;
        let graph = tables(api_schema.schema())?;
        let (mapping, diagnostics) = resolution::resolve(&document, &graph, target);
        let diagnostics = sorted(diagnostics);
        if diagnostics.iter().any(is_error) {
            return Err(diagnostics.into_iter().filter(is_error).collect());
        }
        Ok(CompiledView { view: Self { api_schema, graph, mapping }, hints: diagnostics })
    }

    /// What the view's clients see.
    pub fn api_schema(&self) -> &ApiSchema {
        &self.api_schema
    }

    /// The tables of the view's own types: names of what [`ViewOperation::own`] asks for.
    pub fn graph(&self) -> &QueryGraph {
        &self.graph
    }

    /// What each field of the view's object types reads, in the order of the view.
    pub fn readings(&self, graph: &QueryGraph) -> Vec<FieldReading> {
        let types = self.api_schema.schema().types.values();
        let objects = types.filter_map(|definition| definition.as_object());
        let fields = objects.flat_map(|object| {
            object.fields.keys().map(|field| (object.name.clone(), field.clone()))
        });
        fields.filter_map(|place| self.reading(place, graph)).collect()
    }

    fn reading(&self, place: (Name, Name), graph: &QueryGraph) -> Option<FieldReading> {
        let of = *self.mapping.objects.get(&place.0)?;
        let source = self.mapping.fields.get(&place)?;
        let mut at = Some(of);
        let mut reads = Vec::with_capacity(source.steps.len());
        for step in &source.steps {
            let parent = graph.ty(step.only_on.or(at)?).name.clone();
            reads.push((parent, step.field.clone()));
            at = graph.type_id(step.ty.inner_named_type());
        }
        let (ty, field) = place;
        Some(FieldReading { ty, of: graph.ty(of).name.clone(), field, reads })
    }

    /// Parses, validates and translates an operation of the view.
    ///
    /// # Errors
    /// As [`Operation::parse`], in the view's terms.
    pub fn parse(
        &self,
        target: Target<'_>,
        query: &str,
        operation_name: Option<&str>,
        limits: &OperationLimits,
    ) -> Result<ViewOperation, Vec<RequestError>> {
        let document = parse_document(query, limits)?;
        self.of_document(target, &document, operation_name, limits)
    }

    /// The same of a document that has been parsed.
    ///
    /// # Errors
    /// As [`Operation::of_document`], in the view's terms.
    pub fn of_document(
        &self,
        target: Target<'_>,
        document: &ast::Document,
        operation_name: Option<&str>,
        limits: &OperationLimits,
    ) -> Result<ViewOperation, Vec<RequestError>> {
        let (api_schema, graph) = (&self.api_schema, &self.graph);
        let own = Operation::of_document(api_schema, graph, document, operation_name, limits)?;
        let Some(root) = target.query_graph.root(own.kind()) else {
            let message = format!("the graph has no {} type", own.kind());
            return Err(vec![RequestError::new("GRAPHQL_VALIDATION_FAILED", message)]);
        };
        let translated = translation::translate(self, target.query_graph, &own, root);
        // Ways are longer than the fields that have them, and keys are made up; the view's own
        // operation has kept these limits.
        let (depth_max, aliases_max, root_fields_max) = (usize::MAX, usize::MAX, usize::MAX);
        let limits = OperationLimits { depth_max, aliases_max, root_fields_max, ..*limits };
        let operation = Operation::of_document(
            target.api_schema,
            target.query_graph,
            &translated.document,
            None,
            &limits,
        )
        .map_err(ours)?;
        let translation::Translated { selections, root, defaulted, .. } = translated;
        Ok(ViewOperation { own, translated: operation, selections, root, defaulted })
    }

    /// Variables of an operation of the view, coerced by its definitions, in the supergraph's
    /// terms.
    pub fn translate_variables(&self, operation: &ViewOperation, variables: &mut JsonMap) {
        let with_default = operation.defaulted.iter().map(|defaulted| {
            // Null is given for the argument, or is no value of it: then the default is.
            let is_value = |value: &&JsonValue| !value.is_null() || !defaulted.ty.is_non_null();
            let value = match variables.get(defaulted.of.as_str()).filter(is_value) {
                Some(given) => {
                    let mut value = given.clone();
                    self.translate_value(&mut value, &defaulted.ty);
                    value
                }
                None => answer::value_of(&defaulted.default),
            };
            (defaulted.name.clone(), value)
        });
        let with_default: Vec<(Name, JsonValue)> = with_default.collect();
        for definition in &operation.own.definition().variables {
            if let Some(value) = variables.get_mut(definition.name.as_str()) {
                self.translate_value(value, &definition.ty);
            }
        }
        let with_default = with_default.into_iter();
        variables.extend(with_default.map(|(name, value)| (name.as_str().into(), value)));
    }

    fn translate_value(&self, value: &mut JsonValue, ty: &Type) {
        if let Some(items) = value.as_array_mut() {
            items.iter_mut().for_each(|item| self.translate_value(item, ty.item_type()));
            return;
        }
        let name = ty.inner_named_type();
        if let Some(mapping) = self.mapping.enums.get(name) {
            let renamed = value.as_str().and_then(|own| mapping.values.get(own));
            if let Some(renamed) = renamed {
                *value = JsonValue::String(renamed.as_str().into());
            }
        }
        let (Some(mapping), Some(fields)) = (self.mapping.inputs.get(name), value.as_object_mut())
        else {
            return;
        };
        let mut renamed = JsonMap::with_capacity(fields.len());
        for (own, mut value) in std::mem::take(fields) {
            match mapping.fields.get(own.as_str()) {
                Some(field) => {
                    self.translate_value(&mut value, &field.ty);
                    renamed.insert(field.of.as_str(), value);
                }
                None => {
                    renamed.insert(own, value);
                }
            }
        }
        *fields = renamed;
    }

    /// An argument of a field of the view.
    fn argument(
        &self,
        parent: &Name,
        field: &Name,
        argument: &Name,
    ) -> Option<&Node<InputValueDefinition>> {
        let definition: &ExtendedType = self.api_schema.schema().types.get(parent)?;
        field_of(definition, field)?.argument_by_name(argument)
    }
}

/// The tables of a schema that is in no subgraph.
fn tables(schema: &Schema) -> Result<QueryGraph, Vec<Diagnostic>> {
    QueryGraph::new(&Supergraph {
        subgraphs: Vec::new(),
        schema: schema.clone(),
        features: Vec::new(),
        directives: Vec::new(),
        joins: IndexMap::default(),
    })
}

/// The view's operation is valid: what the graph says of its translation is no fault of the
/// client's, but for its size.
fn ours(errors: Vec<RequestError>) -> Vec<RequestError> {
    let without_place = errors.into_iter().map(|error| {
        let code = match error.code {
            "OPERATION_TOO_COMPLEX" => error.code,
            _ => "VIEW_TRANSLATION_FAILED",
        };
        RequestError::new(code, error.message)
    });
    without_place.collect()
}

//! What clients see of a supergraph: no inaccessible element, no directive that is not the API's.
//!
//! Made from a `Supergraph` or from its own SDL, checked once; read by validation, introspection
//! and the planner.

mod defer;
mod inaccessible;

use std::fmt;
use std::sync::Arc;

use apollo_compiler::ast::{DirectiveDefinition, DirectiveList, DirectiveLocation};
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::sdl;
use crate::sdl::one_of::ONE_OF;
use crate::supergraph::Supergraph;
use crate::type_parts;

pub(crate) use defer::DEFER;

/// The schema of the graph's API.
#[derive(Debug, Clone)]
pub struct ApiSchema {
    schema: Valid<Schema>,
    implementers: HashMap<Name, Implementers>,
    has_defer: bool,
}

impl ApiSchema {
    /// Takes away what clients do not see, and checks that the rest still makes sense.
    ///
    /// # Errors
    /// `REFERENCED_INACCESSIBLE` and its family, when something accessible needs something that is
    /// not; `INVALID_GRAPHQL`, when the supergraph's schema is not a valid one.
    pub fn new(supergraph: &Supergraph) -> Result<Self, Vec<Diagnostic>> {
        let mut schema = supergraph.schema.clone();
        inaccessible::remove(&mut schema)?;
        keep_api_directives(&mut schema);
        // What no subgraph has is a feature's own: `requiresScopes__Scope`.
        schema.types.retain(|name, ty| ty.is_built_in() || supergraph.joins.contains_key(name));
        Self::validated(schema)
    }

    /// Reads the SDL of an API as it was published, or as introspection gives it.
    ///
    /// # Errors
    /// `INVALID_GRAPHQL` with line and column, for text that is not the SDL of a whole schema.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        let mut sources = Sources::default();
        let document = sdl::parse(source, &mut sources)?;
        let built = Schema::builder().add_ast(&document).build().and_then(Schema::validate);
        let valid = built
            .map_err(|with_errors| sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))?;
        let mut schema = valid.into_inner();
        keep_api_directives(&mut schema);
        let schema = schema
            .validate()
            .map_err(|with_errors| sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))?;
        let implementers = schema.implementers_map();
        Ok(Self { schema, implementers, has_defer: false })
    }

    /// The same API, whose clients may let parts of an answer come later by `@defer`.
    ///
    /// # Errors
    /// `INVALID_GRAPHQL`, when the graph has a directive of the name that is another.
    pub fn with_defer(self) -> Result<Self, Vec<Diagnostic>> {
        let mut schema = self.schema.into_inner();
        if schema.directive_definitions.contains_key(&DEFER) {
            let message = "the graph has a directive `@defer` of its own";
            return Err(vec![Diagnostic::error("INVALID_GRAPHQL", message)]);
        }
        schema.directive_definitions.insert(DEFER, defer::definition());
        Ok(Self { has_defer: true, ..Self::validated(schema)? })
    }

    /// Whether `@defer` means something.
    pub fn has_defer(&self) -> bool {
        self.has_defer
    }

    /// A schema that clients are to see as it is, but for the directives that are not theirs.
    ///
    /// # Errors
    /// `INVALID_GRAPHQL` for what contradicts itself.
    pub(crate) fn of_clients(mut schema: Schema) -> Result<Self, Vec<Diagnostic>> {
        keep_api_directives(&mut schema);
        Self::validated(schema)
    }

    fn validated(schema: Schema) -> Result<Self, Vec<Diagnostic>> {
        let schema = schema.validate().map_err(|with_errors| {
            let errors = with_errors.errors.iter();
            errors
                .map(|found| Diagnostic::error("INVALID_GRAPHQL", found.error.to_string()))
                .collect::<Vec<_>>()
        })?;
        let implementers = schema.implementers_map();
        Ok(Self { schema, implementers, has_defer: false })
    }

    /// The schema, for validation and introspection.
    pub fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// For each interface, what implements it; computed once, for introspection.
    pub fn implementers(&self) -> &HashMap<Name, Implementers> {
        &self.implementers
    }
}

/// SDL.
impl fmt::Display for ApiSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.schema, f)
    }
}

/// Clients can use executable directives and see `@deprecated`, `@specifiedBy` and `@oneOf`.
fn keep_api_directives(schema: &mut Schema) {
    schema.directive_definitions.retain(|_, definition| {
        is_standard(definition) || definition.locations.iter().any(is_executable)
    });
    for definition in schema.directive_definitions.values_mut() {
        if !is_standard(definition) {
            let definition = definition.make_mut();
            definition.locations.retain(is_executable);
            type_parts::map_arguments(&mut definition.arguments, &keep);
        }
    }
    type_parts::map_schema_directives(&mut schema.schema_definition.make_mut().directives, &keep);
    for definition in schema.types.values_mut() {
        if !definition.is_built_in() {
            type_parts::map_directives(definition, &keep);
        }
    }
}

/// GraphQL's own, of which the parser's library lacks one.
fn is_standard(definition: &Node<DirectiveDefinition>) -> bool {
    definition.is_built_in() || definition.name == ONE_OF
}

fn keep(directives: &mut DirectiveList) {
    directives.0.retain(|it| matches!(it.name.as_str(), "deprecated" | "specifiedBy" | "oneOf"));
}

fn is_executable(location: &DirectiveLocation) -> bool {
    matches!(
        location,
        DirectiveLocation::Query
            | DirectiveLocation::Mutation
            | DirectiveLocation::Subscription
            | DirectiveLocation::Field
            | DirectiveLocation::FragmentDefinition
            | DirectiveLocation::FragmentSpread
            | DirectiveLocation::InlineFragment
            | DirectiveLocation::VariableDefinition
    )
}

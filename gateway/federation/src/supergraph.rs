//! The supergraph: one merged type system, and for each part of it which subgraph has it and how.
//!
//! Made by `composition`, or by reading a supergraph document that another composer wrote. Printed
//! as SDL of the join specification, and read from all its versions; printing, then reading, gives
//! the same supergraph. Read by `api_schema` (what clients see) and `query_graph` (what the planner
//! sees).

mod join_reader;
mod join_writer;
pub(crate) mod linked_feature;

pub(crate) use self::join_writer::graph_names;
pub use self::linked_feature::{FeatureImport, LinkedFeature, Purpose};

use std::fmt;
use std::sync::Arc;

use apollo_compiler::collections::IndexMap;
use apollo_compiler::{Name, Node, Schema, ast};

use crate::diagnostic::{Diagnostic, SourceFile};

/// A subgraph's place in [`Supergraph::subgraphs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u16);

impl SubgraphId {
    /// As an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One subgraph as the supergraph knows it (`@join__graph`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphEntry {
    /// Its name in configuration, logs and errors.
    pub name: String,
    /// Its value of the `join__Graph` enum.
    pub graph: Name,
    /// Where its GraphQL endpoint is; empty when the document does not say.
    pub url: String,
}

/// The merged graph. Equal input gives equal supergraphs: everything is sorted or in source order.
#[derive(Debug, Clone, PartialEq)]
pub struct Supergraph {
    /// Sorted by name; the position is the [`SubgraphId`].
    pub subgraphs: Vec<SubgraphEntry>,
    /// The merged definitions with descriptions and the directives that survive merging
    /// (`@deprecated`, `@inaccessible`, `@tag` …), without anything of the `join` and `link`
    /// specifications. It includes what is inaccessible, and the features' own types, which are
    /// in no subgraph. Directives of the specifications that are known here have the names that
    /// these give them.
    pub schema: Schema,
    /// The specifications linked beside `link` and `join`, in the order of the document.
    pub features: Vec<LinkedFeature>,
    /// What is carried on the schema itself for a feature (`@join__directive`).
    pub directives: Vec<JoinDirective>,
    /// For every type of `schema` that a subgraph defines: where it is.
    pub joins: IndexMap<Name, TypeJoin>,
}

/// Where one type is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeJoin {
    /// One per subgraph that has the type, by subgraph (`@join__type`).
    pub in_subgraphs: Vec<TypeInSubgraph>,
    /// For object and interface types: which interface is implemented where (`@join__implements`).
    pub implements: Vec<(SubgraphId, Name)>,
    /// For unions: which member is known where (`@join__unionMember`).
    pub union_members: Vec<(SubgraphId, Name)>,
    /// For enums: which value is known where (`@join__enumValue`).
    pub enum_values: IndexMap<Name, Vec<SubgraphId>>,
    /// For objects, interfaces and input objects: each field's subgraphs (`@join__field`), by
    /// subgraph. Always written out: a field that every subgraph of the type has lists them all.
    pub fields: IndexMap<Name, Vec<FieldInSubgraph>>,
    /// What is carried on the type for a feature (`@join__directive`).
    pub directives: Vec<JoinDirective>,
    /// What is carried on its fields; only fields that carry something.
    pub field_directives: IndexMap<Name, Vec<JoinDirective>>,
}

/// An application that subgraphs made and a feature of the router reads: carried as it is, not
/// merged (`@join__directive`).
#[derive(Debug, Clone, PartialEq)]
pub struct JoinDirective {
    /// Where it is applied alike.
    pub subgraphs: Vec<SubgraphId>,
    /// The directive as it is called there, without `@`.
    pub name: Name,
    /// Its arguments.
    pub arguments: Vec<Node<ast::Argument>>,
}

impl TypeJoin {
    /// The type's entry for one subgraph.
    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&TypeInSubgraph> {
        self.in_subgraphs.iter().find(|at| at.subgraph == subgraph)
    }

    /// The type is in the subgraph, if only by this.
    pub(crate) fn enter(&mut self, subgraph: SubgraphId) {
        if self.in_subgraph(subgraph).is_none() {
            self.in_subgraphs.push(TypeInSubgraph {
                subgraph,
                keys: Vec::new(),
                is_extension: false,
                is_interface_object: false,
            });
        }
    }
}

/// One type in one subgraph.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeInSubgraph {
    /// Which.
    pub subgraph: SubgraphId,
    /// Its `@key`s there, in source order.
    pub keys: Vec<Key>,
    /// Written as `extend type` or with `@extends`.
    pub is_extension: bool,
    /// An `@interfaceObject`: an object type there, an interface elsewhere.
    pub is_interface_object: bool,
}

/// One `@key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The field set in normal form: `id organization { id }`.
    pub fields: String,
    /// Whether the subgraph resolves the entity from it.
    pub resolvable: bool,
}

/// One field in one subgraph.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldInSubgraph {
    /// Which.
    pub subgraph: SubgraphId,
    /// Its type there, where that differs from the merged one.
    pub ty: Option<ast::Type>,
    /// Declared there, resolved elsewhere.
    pub is_external: bool,
    /// The field set of `@requires`, in normal form.
    pub requires: Option<String>,
    /// The field set of `@provides`, in normal form.
    pub provides: Option<String>,
    /// The subgraph this one overrides.
    pub overrides: Option<String>,
    /// The label of a progressive override.
    pub override_label: Option<String>,
    /// Overridden away, but still read by a key, a requirement, a context or an interface.
    pub is_used_overridden: bool,
    /// The arguments that clients do not see: their values come from objects above the field.
    pub context_arguments: Vec<ContextArgument>,
}

/// One argument of a field in one subgraph whose value comes from a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextArgument {
    /// The argument's name.
    pub name: Name,
    /// Its type in the subgraph.
    pub ty: ast::Type,
    /// The context as `@context(name:)` of the supergraph calls it: `subgraph__name`.
    pub context: String,
    /// What to read from the type that sets the context, in normal form, with braces: `{ name }`.
    pub selection: String,
}

impl FieldInSubgraph {
    /// A plain field: resolved there, of the merged type.
    pub fn plain(subgraph: SubgraphId) -> Self {
        Self {
            subgraph,
            ty: None,
            is_external: false,
            requires: None,
            provides: None,
            overrides: None,
            override_label: None,
            is_used_overridden: false,
            context_arguments: Vec::new(),
        }
    }
}

impl Supergraph {
    /// Reads a supergraph document (join v0.1 to v0.5); `file` is the name shown in diagnostics.
    ///
    /// # Errors
    /// `INVALID_GRAPHQL` with line and column for text that is not valid SDL, and
    /// `INVALID_FEDERATION_SUPERGRAPH` for SDL that is no supergraph or uses what is not known.
    pub fn parse(sdl: &str, file: &str) -> Result<Self, Vec<Diagnostic>> {
        join_reader::read(sdl, file)
    }

    /// Whether a text is meant as a supergraph and not as the schema of an API: whether it is a
    /// right one, says [`parse`](Self::parse).
    pub fn is_meant(source: &Arc<SourceFile>) -> bool {
        join_reader::is_meant(source)
    }

    /// A subgraph by id.
    pub fn subgraph(&self, id: SubgraphId) -> &SubgraphEntry {
        &self.subgraphs[id.index()]
    }

    /// A subgraph's id by name.
    pub fn subgraph_id(&self, name: &str) -> Option<SubgraphId> {
        let position = self.subgraphs.iter().position(|entry| entry.name == name)?;
        u16::try_from(position).ok().map(SubgraphId)
    }
}

/// The supergraph document: join v0.3 SDL (v0.4 when override labels or carried directives need
/// it, v0.5 when contexts do), same text for the same supergraph.
impl fmt::Display for Supergraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        join_writer::write(self, f)
    }
}

//! The merge under way, and what comes out of it: what the rules read, and what they add to.

use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::ast::DirectiveDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::DirectiveList;
use apollo_compiler::{Name, Node, Schema};

use super::enum_usages::Usages;
use super::index::Index;
use super::type_reference::Subtypes;
use crate::diagnostic::{Diagnostic, Sources};
use crate::subgraph::Subgraph;
use crate::supergraph::{Supergraph, TypeJoin};

/// What came out: complete only if no diagnostic is an error.
pub(super) struct Merged<'a> {
    pub(super) supergraph: Supergraph,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) subgraphs: &'a [Arc<Subgraph>],
    pub(super) sources: &'a Sources,
}

/// The merge under way.
pub(super) struct Merge<'a> {
    pub(super) subgraphs: &'a [Arc<Subgraph>],
    pub(super) sources: &'a Sources,
    pub(super) subtypes: Arc<Subtypes>,
    pub(super) index: Arc<Index<'a>>,
    /// How enums are used; known once everything else is merged.
    pub(super) enum_usages: Arc<Usages>,
    /// The directives that compose by request, as the supergraph defines them.
    pub(super) composed: Arc<BTreeMap<Name, Node<DirectiveDefinition>>>,
    pub(super) schema: Schema,
    pub(super) joins: IndexMap<Name, TypeJoin>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A description and the applied directives of a type.
pub(super) type DescribedType = (Option<Node<str>>, DirectiveList);

impl Merge<'_> {
    /// A merge of the same subgraphs that has no types yet.
    pub(super) fn part(&self) -> Self {
        Self {
            subgraphs: self.subgraphs,
            sources: self.sources,
            subtypes: Arc::clone(&self.subtypes),
            index: Arc::clone(&self.index),
            enum_usages: Arc::clone(&self.enum_usages),
            composed: Arc::clone(&self.composed),
            schema: Schema::new(),
            joins: IndexMap::default(),
            diagnostics: Vec::new(),
        }
    }
}

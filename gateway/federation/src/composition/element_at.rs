//! One element's definition in one subgraph: what the merge rules are given, a list an element.
//!
//! Knows the subgraph it is from, and nothing of what it is merged to.

use apollo_compiler::Node;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, ExtendedType};

use crate::subgraph::Subgraph;
use crate::subgraph::federation_spec::names;
use crate::subgraph::field_sets::Coordinate;
use crate::supergraph::SubgraphId;

/// One type's definition in one subgraph.
#[derive(Debug, Clone, Copy)]
pub(super) struct TypeAt<'a> {
    pub(super) id: SubgraphId,
    pub(super) subgraph: &'a Subgraph,
    pub(super) definition: &'a ExtendedType,
}

impl TypeAt<'_> {
    pub(super) fn is_interface_object(&self) -> bool {
        self.definition.directives().has(names::INTERFACE_OBJECT)
    }
}

/// One field in one subgraph.
pub(super) struct FieldAt<'a> {
    pub(super) parent: TypeAt<'a>,
    pub(super) field: &'a Component<FieldDefinition>,
    pub(super) is_external: bool,
    /// What the overrides of the field make of it here.
    pub(super) role: Role,
}

impl FieldAt<'_> {
    pub(super) fn coordinate(&self) -> Coordinate {
        (self.parent.definition.name().clone(), self.field.name.clone())
    }

    /// `@external`, and not even provided on some path.
    pub(super) fn is_fully_external(&self) -> bool {
        let provided = &self.parent.subgraph.field_sets.provided_fields;
        self.is_external && !provided.contains(&self.coordinate())
    }
}

/// What the overrides of a field make of it in one subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: it is there, or it overrides.
    Plain,
    /// It overrides a subgraph that does not exist.
    OverridesUnknown,
    /// It overrides a subgraph that never had the type.
    OverridesNothing,
    /// Another subgraph answers it now; nothing here reads it.
    Overridden,
    /// Another subgraph answers it now; a key, a requirement or an interface here still reads it.
    UsedOverridden,
    /// Another subgraph answers it for some requests, those of this label.
    PartlyOverridden {
        /// The label.
        label: String,
        /// Whether a key, a requirement or an interface here reads it.
        is_used: bool,
    },
}

impl Role {
    /// Whether the field is still, or also, answered here without regard to another subgraph.
    pub(super) fn resolves(&self) -> bool {
        matches!(self, Self::Plain | Self::OverridesUnknown | Self::OverridesNothing)
    }
}

/// The arguments of one field or directive in one subgraph.
pub(super) struct ArgumentsAt<'a> {
    /// The name of the field or directive there.
    pub(super) place: Option<SourceSpan>,
    pub(super) arguments: &'a [Node<InputValueDefinition>],
}

/// The id of the subgraph at an index.
pub(super) fn id(index: usize) -> SubgraphId {
    SubgraphId(u16::try_from(index).expect("the number of subgraphs was checked"))
}

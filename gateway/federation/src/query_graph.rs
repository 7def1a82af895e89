//! A supergraph as dense tables: who resolves which field, by which key an entity can be entered.
//!
//! Built once per supergraph; read by `operation`, `planner` and the executor. Every field set is
//! parsed here, once. Ids are dense and stable for one supergraph.

mod builder;
mod contexts;
mod field_set;
mod type_set;
mod what_if;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::supergraph::{SubgraphEntry, SubgraphId, Supergraph};

pub use contexts::ContextualArgument;
pub use field_set::{FieldSet, FieldSetItem};
pub use type_set::TypeSet;

/// A type's place in the query graph; object types come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(crate) u32);

/// A field's place in the query graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub(crate) u32);

impl TypeId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

impl FieldId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What kind of output type it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// An object type.
    Object,
    /// An interface or union: its values are of one of `possible`.
    Abstract,
    /// A scalar; the built-in ones are checked when values are completed.
    Scalar,
    /// An enum, with the values clients may see.
    Enum(Vec<Name>),
    /// An input object: never a position in an answer.
    Input,
}

/// One type.
#[derive(Debug, Clone)]
pub struct TypeNode {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: TypeKind,
    /// The object types a value of it can have; an object type has itself.
    pub possible: TypeSet,
    /// For an object type: the interfaces it implements, in any subgraph.
    pub interfaces: Vec<TypeId>,
    /// By subgraph.
    pub in_subgraphs: Vec<TypeAt>,
    fields: HashMap<Name, FieldId>,
}

impl TypeNode {
    /// Whether a value can be of several object types, and must tell which.
    pub fn is_abstract(&self) -> bool {
        self.kind == TypeKind::Abstract
    }
}

/// One type in one subgraph.
#[derive(Debug, Clone)]
pub struct TypeAt {
    /// Which.
    pub subgraph: SubgraphId,
    /// The keys by which an entity is entered or left there.
    pub keys: Vec<KeyAt>,
    /// The object types a value of it can have there; none that the subgraph could name for an
    /// interface object.
    pub possible: TypeSet,
    /// An interface that the subgraph has as an object, without knowing the implementations.
    pub is_interface_object: bool,
}

/// One key of one type in one subgraph.
#[derive(Debug, Clone)]
pub struct KeyAt {
    /// What must be known of the entity.
    pub fields: FieldSet,
    /// Whether the subgraph resolves the entity from it.
    pub resolvable: bool,
}

/// One field.
#[derive(Debug, Clone)]
pub struct FieldNode {
    /// The type it belongs to.
    pub parent: TypeId,
    /// Its name.
    pub name: Name,
    /// Its type, as clients see it.
    pub ty: Type,
    /// The named type inside `ty`.
    pub named_type: TypeId,
    /// By subgraph.
    pub in_subgraphs: Vec<FieldAt>,
}

impl FieldNode {
    /// The field in one subgraph, external or not.
    pub fn at(&self, subgraph: SubgraphId) -> Option<&FieldAt> {
        let found = self.in_subgraphs.binary_search_by_key(&subgraph, |at| at.subgraph).ok()?;
        self.in_subgraphs.get(found)
    }
}

/// One field in one subgraph.
#[derive(Debug, Clone)]
pub struct FieldAt {
    /// Which.
    pub subgraph: SubgraphId,
    /// The named type it has there: the merged one or one of that one's possible types.
    pub named_type: TypeId,
    /// Its type there, where that is not the merged one.
    pub ty: Option<Type>,
    /// Declared but resolved elsewhere: it can be read only where `@provides` says so.
    pub is_external: bool,
    /// Overridden by another subgraph, and still declared: as good as external.
    pub is_overridden: bool,
    /// For a progressive override: for which requests the subgraph resolves the field.
    pub label: Option<OverrideLabel>,
    /// What must be known of the parent before the field can be asked for.
    pub requires: Option<FieldSet>,
    /// What comes along below it although it is external there.
    pub provides: Option<FieldSet>,
    /// The arguments whose values come from objects above the field.
    pub context_arguments: Vec<ContextualArgument>,
}

impl FieldAt {
    /// Whether something must be told of the parent: the field is asked for by a fetch of its own.
    pub(crate) fn has_inputs(&self) -> bool {
        self.requires.is_some() || !self.context_arguments.is_empty()
    }
}

/// The label of a progressive override, on one side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverrideLabel {
    /// Its place in [`QueryGraph::labels`].
    pub label: u32,
    /// Whether the subgraph resolves the field where the label is set, or where it is not.
    pub is_set: bool,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct QueryGraph {
    labels: Vec<String>,
    subgraphs: Vec<SubgraphEntry>,
    types: Vec<TypeNode>,
    type_ids: HashMap<Name, TypeId>,
    fields: Vec<FieldNode>,
    roots: [Option<TypeId>; 3],
    /// The names of fields that read a context, or require one that does.
    contextual_names: HashSet<Name>,
}

impl QueryGraph {
    /// Indexes a supergraph.
    ///
    /// # Errors
    /// A field set that cannot be read (`INVALID_FEDERATION_SUPERGRAPH`).
    pub fn new(supergraph: &Supergraph) -> Result<Self, Vec<Diagnostic>> {
        builder::build(supergraph)
    }

    /// Every subgraph; the position is its id.
    pub fn subgraphs(&self) -> &[SubgraphEntry] {
        &self.subgraphs
    }

    /// One subgraph.
    pub fn subgraph(&self, id: SubgraphId) -> &SubgraphEntry {
        &self.subgraphs[id.index()]
    }

    /// One type.
    pub fn ty(&self, id: TypeId) -> &TypeNode {
        &self.types[id.index()]
    }

    /// One field.
    pub fn field(&self, id: FieldId) -> &FieldNode {
        &self.fields[id.index()]
    }

    /// A type by name.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        self.type_ids.get(name).copied()
    }

    /// A type's field by name.
    pub fn field_id(&self, parent: TypeId, name: &str) -> Option<FieldId> {
        self.ty(parent).fields.get(name).copied()
    }

    /// A type's field in one subgraph, external or not.
    pub fn field_at(&self, parent: TypeId, name: &str, subgraph: SubgraphId) -> Option<&FieldAt> {
        self.field(self.field_id(parent, name)?).at(subgraph)
    }

    /// A type in one subgraph.
    pub fn type_at(&self, ty: TypeId, subgraph: SubgraphId) -> Option<&TypeAt> {
        let places = &self.ty(ty).in_subgraphs;
        let found = places.binary_search_by_key(&subgraph, |at| at.subgraph).ok()?;
        places.get(found)
    }

    /// The labels of progressive overrides, sorted.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The fields with a label in some subgraph.
    pub(crate) fn labelled_fields(&self) -> impl Iterator<Item = &FieldNode> {
        let fields = self.fields.iter();
        fields.filter(|field| field.in_subgraphs.iter().any(|at| at.label.is_some()))
    }

    /// Whether a field of this name may read a context, in any type and subgraph.
    pub(crate) fn may_read_context(&self, name: &Name) -> bool {
        !self.contextual_names.is_empty() && self.contextual_names.contains(name)
    }

    /// What keys, requirements and contexts need, in any subgraph.
    pub(crate) fn field_sets(&self) -> impl Iterator<Item = &FieldSet> {
        let types = self.types.iter().flat_map(|ty| &ty.in_subgraphs);
        let keys = types.flat_map(|at| &at.keys).map(|key| &key.fields);
        let fields = self.fields.iter().flat_map(|field| &field.in_subgraphs);
        let inputs = fields.flat_map(|at| {
            let arguments = at.context_arguments.iter();
            let read = arguments.flat_map(|argument| &argument.read).map(|(_, fields)| fields);
            at.requires.iter().chain(read)
        });
        keys.chain(inputs)
    }

    /// The root type of an operation type, when the graph has it.
    pub fn root(&self, operation_type: OperationType) -> Option<TypeId> {
        self.roots[root_slot(operation_type)]
    }

    /// Whether values of a type have no fields: scalars and enums.
    pub(crate) fn is_leaf(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty).kind, TypeKind::Scalar | TypeKind::Enum(_))
    }

    /// Whether the type is one of the root types, which every subgraph that has it can enter.
    pub fn is_root(&self, ty: TypeId) -> bool {
        self.roots.contains(&Some(ty))
    }

    /// Every type.
    pub(crate) fn type_ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0u32..).take(self.types.len()).map(TypeId)
    }

    /// Whether the type is the root of queries, which can be asked of a subgraph at any time.
    pub(crate) fn is_query_root(&self, ty: TypeId) -> bool {
        self.root(OperationType::Query) == Some(ty)
    }

    /// The fields of a type, in id order.
    pub(crate) fn fields_of(&self, ty: TypeId) -> Vec<FieldId> {
        let mut fields: Vec<FieldId> = self.ty(ty).fields.values().copied().collect();
        fields.sort_unstable();
        fields
    }

    /// What the values of a type can be in a subgraph: object types, and the type under which
    /// they are available there; for an interface object, that is the interface.
    pub(crate) fn objects_at(&self, ty: TypeId, subgraph: SubgraphId) -> Vec<(TypeId, TypeId)> {
        let Some(at) = self.type_at(ty, subgraph) else { return Vec::new() };
        if at.is_interface_object {
            return self.ty(ty).possible.iter().map(|object| (object, ty)).collect();
        }
        at.possible.iter().map(|object| (object, object)).collect()
    }
}

fn root_slot(operation_type: OperationType) -> usize {
    match operation_type {
        OperationType::Query => 0,
        OperationType::Mutation => 1,
        OperationType::Subscription => 2,
    }
}

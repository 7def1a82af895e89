//! A supergraph as dense tables: who resolves which field, by which key an entity can be entered.
//!
//! Built once per supergraph; read by `operation`, `planner` and the executor. Every field set is
//! parsed here, once. Ids are dense and stable for one supergraph.

mod builder;
mod field_set;
mod type_set;

use std::collections::HashMap;

use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::{Name, Schema};

use crate::diagnostic::Diagnostic;
use crate::supergraph::{SubgraphEntry, SubgraphId, Supergraph};

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
#[derive(Debug)]
pub struct TypeNode {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: TypeKind,
    /// The object types a value of it can have; an object type has itself.
    pub possible: TypeSet,
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
#[derive(Debug)]
pub struct TypeAt {
    /// Which.
    pub subgraph: SubgraphId,
    /// The keys by which an entity is entered or left there.
    pub keys: Vec<KeyAt>,
    /// The object types a value of it can have there.
    pub possible: TypeSet,
}

/// One key of one type in one subgraph.
#[derive(Debug)]
pub struct KeyAt {
    /// What must be known of the entity.
    pub fields: FieldSet,
    /// Whether the subgraph resolves the entity from it.
    pub resolvable: bool,
}

/// One field.
#[derive(Debug)]
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

/// One field in one subgraph.
#[derive(Debug)]
pub struct FieldAt {
    /// Which.
    pub subgraph: SubgraphId,
    /// The named type it has there: the merged one or one of that one's possible types.
    pub named_type: TypeId,
    /// Declared but resolved elsewhere: it can be read only where `@provides` says so.
    pub is_external: bool,
    /// What must be known of the parent before the field can be asked for.
    pub requires: Option<FieldSet>,
    /// What comes along below it although it is external there.
    pub provides: Option<FieldSet>,
}

/// The tables.
#[derive(Debug)]
pub struct QueryGraph {
    subgraphs: Vec<SubgraphEntry>,
    types: Vec<TypeNode>,
    type_ids: HashMap<Name, TypeId>,
    fields: Vec<FieldNode>,
    roots: [Option<TypeId>; 3],
    object_count: usize,
}

impl QueryGraph {
    /// Indexes a supergraph.
    ///
    /// # Errors
    /// A field set that cannot be read (`INVALID_FEDERATION_SUPERGRAPH`), or something that cannot
    /// be planned yet (`UNSUPPORTED_FEATURE`): interface objects, progressive overrides.
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
        let field = self.field(self.field_id(parent, name)?);
        field.in_subgraphs.iter().find(|at| at.subgraph == subgraph)
    }

    /// A type in one subgraph.
    pub fn type_at(&self, ty: TypeId, subgraph: SubgraphId) -> Option<&TypeAt> {
        self.ty(ty).in_subgraphs.iter().find(|at| at.subgraph == subgraph)
    }

    /// The root type of an operation type, when the graph has it.
    pub fn root(&self, operation_type: OperationType) -> Option<TypeId> {
        self.roots[root_slot(operation_type)]
    }

    /// Whether the type is one of the root types, which every subgraph that has it can enter.
    pub fn is_root(&self, ty: TypeId) -> bool {
        self.roots.contains(&Some(ty))
    }

    /// An empty set of object types.
    pub fn empty_type_set(&self) -> TypeSet {
        TypeSet::empty(self.object_count)
    }

    /// The object types of a set, in id order.
    pub fn object_types<'a>(&'a self, set: &'a TypeSet) -> impl Iterator<Item = TypeId> + 'a {
        set.iter()
    }
}

fn root_slot(operation_type: OperationType) -> usize {
    match operation_type {
        OperationType::Query => 0,
        OperationType::Mutation => 1,
        OperationType::Subscription => 2,
    }
}

/// The types a value of `name` can have in `schema`.
fn possible_names<'a>(schema: &'a Schema, name: &'a Name) -> Vec<&'a Name> {
    use apollo_compiler::schema::ExtendedType;
    match schema.types.get(name) {
        Some(ExtendedType::Object(_)) => vec![name],
        Some(ExtendedType::Union(union)) => {
            union.members.iter().map(|member| &member.name).collect()
        }
        Some(ExtendedType::Interface(_)) => {
            let objects = schema.types.values().filter_map(ExtendedType::as_object);
            objects
                .filter(|object| object.implements_interfaces.iter().any(|one| one.name == *name))
                .map(|object| &object.name)
                .collect()
        }
        _ => Vec::new(),
    }
}

//! The client's answer, worked out as far as it can be: keys as bytes, types as small tables.
//!
//! An operation of the graph sees of an object what the plan's position says; an operation of a
//! view (`view_output`) sees the same objects in other shapes. Both are written in one way.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use federation::operation::{ConditionId, Operation, SelectionId};
use federation::query_graph::{FieldId, QueryGraph, TypeId, TypeKind, TypeSet};
use federation::query_plan::{OutputField, OutputValue, Position, PositionId, QueryPlan, SlotId};

/// An output's place in the compiled plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::executor) struct OutputId(pub(in crate::executor) u32);

impl OutputId {
    /// What the client sees of the root.
    pub(in crate::executor) const ROOT: Self = Self(0);

    pub(in crate::executor) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the client sees of an object.
#[derive(Debug)]
pub(in crate::executor) struct Output {
    /// Where the objects are.
    pub(in crate::executor) position: PositionId,
    /// What the client has asked for, in its own terms; none where only fetches want something.
    pub(in crate::executor) selection: Option<SelectionId>,
    pub(in crate::executor) names: RuntimeNames,
    pub(in crate::executor) fields: Vec<OutputLayout>,
}

/// What the client calls an object.
#[derive(Debug)]
pub(in crate::executor) enum RuntimeNames {
    /// As the graph does.
    OfGraph,
    /// So, whatever it is.
    Only(Name),
    /// By its type in the graph; objects of other types cannot be shown.
    ByType(Vec<(TypeId, Name)>),
}

/// One field of the client's answer.
#[derive(Debug)]
pub(in crate::executor) struct OutputLayout {
    /// Its entry among those of the selection.
    pub(in crate::executor) entry: usize,
    /// `,"key":`.
    pub(in crate::executor) key: Vec<u8>,
    /// The runtime types that have it; none for all.
    pub(in crate::executor) on: Option<TypeSet>,
    /// Its condition, among the plan's; none when it is always wanted.
    pub(in crate::executor) when: Option<usize>,
    pub(in crate::executor) source: OutputSource,
}

impl OutputLayout {
    /// The key alone.
    pub(in crate::executor) fn name(&self) -> &[u8] {
        &self.key[2..self.key.len() - 2]
    }
}

/// Where a field's value comes from.
#[derive(Debug)]
pub(in crate::executor) enum OutputSource {
    Typename,
    Introspection,
    Slot {
        slot: SlotId,
        /// What is seen of the objects in it, if it is composite.
        child: Option<OutputId>,
        /// What the schema says of the value.
        facts: TypeFacts,
        /// What it says where the runtime type says something else: implementations may promise
        /// more than their interface.
        exceptions: Vec<(TypeId, TypeFacts)>,
    },
    /// Of a view: the same object, seen otherwise.
    Group {
        child: OutputId,
        facts: TypeFacts,
    },
    /// Of a view: what is not simply a slot of the object.
    Way(Box<Way>),
}

impl OutputSource {
    /// The slot of the object that the value is in, or begins in.
    pub(in crate::executor) fn slot(&self) -> Option<SlotId> {
        match self {
            Self::Slot { slot, .. } => Some(*slot),
            Self::Way(way) => way.slot,
            Self::Typename | Self::Introspection | Self::Group { .. } => None,
        }
    }

    /// What the client's schema says of the value.
    pub(in crate::executor) fn facts(&self) -> Option<&TypeFacts> {
        match self {
            Self::Slot { facts, .. } | Self::Group { facts, .. } => Some(facts),
            Self::Way(way) => Some(&way.facts),
            Self::Typename | Self::Introspection => None,
        }
    }
}

/// The way to a value of a view.
#[derive(Debug)]
pub(in crate::executor) struct Way {
    /// From the object; none for one that the way cannot begin at.
    pub(in crate::executor) slot: Option<SlotId>,
    /// From what is there.
    pub(in crate::executor) next: Next,
    /// What the view says of the value.
    pub(in crate::executor) facts: TypeFacts,
    /// What is answered for null: JSON.
    pub(in crate::executor) default: Option<Vec<u8>>,
    /// How many lists on the way are joined into one; none where the view has them all.
    pub(in crate::executor) joined: Option<usize>,
}

/// How a way goes on.
#[derive(Debug)]
pub(in crate::executor) enum Next {
    /// It ends; what is seen of the objects there, if it is composite.
    Value(Option<OutputId>),
    /// Through an object, by its type; objects of other types have no value.
    Through {
        position: PositionId,
        branches: Vec<Branch>,
        /// How many lists are still to come, one in the other, before the value.
        lists: usize,
    },
}

/// One field of an object on a way.
#[derive(Debug)]
pub(in crate::executor) struct Branch {
    /// The runtime types that have it; none for all.
    pub(in crate::executor) on: Option<TypeSet>,
    pub(in crate::executor) slot: SlotId,
    pub(in crate::executor) next: Next,
}

/// What the schema says of a field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::executor) struct TypeFacts {
    /// The field, in the client's schema.
    pub(in crate::executor) field: FieldId,
    /// For each list from the outside in, and at last for the named type: whether it cannot be
    /// null.
    pub(in crate::executor) non_null: Vec<bool>,
    /// In the client's schema.
    pub(in crate::executor) named_type: TypeId,
    pub(in crate::executor) leaf: LeafKind,
}

/// What a leaf of a named type can be (GraphQL §3.5, §3.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::executor) enum LeafKind {
    Int,
    Float,
    String,
    Boolean,
    Id,
    /// One of these, quotes included.
    Enum(Vec<Vec<u8>>),
    /// One of these, and what the client calls it; quotes included.
    RenamedEnum(Vec<(Vec<u8>, Vec<u8>)>),
    /// A custom scalar: anything.
    Any,
    /// Not a leaf: an object of that type, or of one of its possible types.
    Composite {
        is_abstract: bool,
    },
}

/// What the client sees of the objects of each position; an output is a position.
pub(super) fn compile(
    graph: &QueryGraph,
    operation: &Operation,
    plan: &QueryPlan,
    conditions: &mut Vec<ConditionId>,
) -> Vec<Output> {
    let positions = (0u32..).map(PositionId).zip(&plan.positions);
    let outputs = positions.map(|(id, position)| Output {
        position: id,
        selection: position.selection,
        names: RuntimeNames::OfGraph,
        fields: position
            .output
            .iter()
            .map(|field| layout(graph, operation, position, field, conditions))
            .collect(),
    });
    outputs.collect()
}

fn layout(
    graph: &QueryGraph,
    operation: &Operation,
    position: &Position,
    field: &OutputField,
    conditions: &mut Vec<ConditionId>,
) -> OutputLayout {
    OutputLayout {
        entry: field.entry as usize,
        key: key_of(&field.response_key),
        on: narrowed(graph, position, &field.on),
        when: place_of(operation, conditions, field.when),
        source: source(graph, position, field),
    }
}

/// `,"key":`; names need no escapes.
pub(super) fn key_of(response_key: &Name) -> Vec<u8> {
    [b",\"", response_key.as_bytes(), b"\":"].concat()
}

/// The runtime types of a field, unless all objects at a position have it.
pub(super) fn narrowed(graph: &QueryGraph, position: &Position, on: &TypeSet) -> Option<TypeSet> {
    (!graph.ty(position.ty).possible.is_subset(on)).then(|| on.clone())
}

/// A condition's place among those on which the answer depends; none for the one that always
/// holds.
pub(super) fn place_of(
    operation: &Operation,
    conditions: &mut Vec<ConditionId>,
    wanted: ConditionId,
) -> Option<usize> {
    if operation.condition(wanted).is_always() {
        return None;
    }
    Some(conditions.iter().position(|one| *one == wanted).unwrap_or_else(|| {
        conditions.push(wanted);
        conditions.len() - 1
    }))
}

fn source(graph: &QueryGraph, position: &Position, output: &OutputField) -> OutputSource {
    let (field, slot) = match output.value {
        OutputValue::Typename => return OutputSource::Typename,
        OutputValue::Introspection => return OutputSource::Introspection,
        OutputValue::Field { field, slot } => (field, slot),
    };
    let general = facts(graph, field);
    let name = &graph.field(field).name;
    let mut exceptions = Vec::new();
    for ty in output.on.intersection(&graph.ty(position.ty).possible).iter() {
        let Some(own) = graph.field_id(ty, name).filter(|own| *own != field) else { continue };
        let own = facts(graph, own);
        let differs = own.non_null != general.non_null || own.named_type != general.named_type;
        if differs {
            exceptions.push((ty, own));
        }
    }
    let child = position.slots[slot.index()].child.map(|child| OutputId(child.0));
    OutputSource::Slot { slot, child, facts: general, exceptions }
}

/// What a schema says of a field.
pub(super) fn facts(graph: &QueryGraph, id: FieldId) -> TypeFacts {
    let field = graph.field(id);
    let mut non_null = Vec::new();
    let mut ty = &field.ty;
    loop {
        non_null.push(ty.is_non_null());
        match ty {
            Type::List(item) | Type::NonNullList(item) => ty = item,
            Type::Named(_) | Type::NonNullNamed(_) => break,
        }
    }
    TypeFacts {
        field: id,
        non_null,
        named_type: field.named_type,
        leaf: leaf_kind(graph, field.named_type),
    }
}

/// What values of a type can be.
pub(super) fn leaf_kind(graph: &QueryGraph, ty: TypeId) -> LeafKind {
    let ty = graph.ty(ty);
    match (&ty.kind, ty.name.as_str()) {
        (TypeKind::Enum(values), _) => LeafKind::Enum(values.iter().map(quoted).collect()),
        (TypeKind::Object | TypeKind::Abstract | TypeKind::Input, _) => {
            LeafKind::Composite { is_abstract: ty.is_abstract() }
        }
        (TypeKind::Scalar, "Int") => LeafKind::Int,
        (TypeKind::Scalar, "Float") => LeafKind::Float,
        (TypeKind::Scalar, "String") => LeafKind::String,
        (TypeKind::Scalar, "Boolean") => LeafKind::Boolean,
        (TypeKind::Scalar, "ID") => LeafKind::Id,
        (TypeKind::Scalar, _) => LeafKind::Any,
    }
}

/// `"NAME"`.
pub(super) fn quoted(name: &Name) -> Vec<u8> {
    format!("\"{name}\"").into_bytes()
}

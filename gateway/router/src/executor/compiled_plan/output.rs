//! The client's answer, worked out as far as it can be: keys as bytes, types as small tables.

use apollo_compiler::ast::Type;
use federation::operation::{ConditionId, Operation};
use federation::query_graph::{FieldId, QueryGraph, TypeId, TypeKind, TypeSet};
use federation::query_plan::{OutputField, OutputValue, Position, PositionId, SlotId};

/// One field of the client's answer.
#[derive(Debug)]
pub(in crate::executor) struct OutputLayout {
    /// Its entry among those of the position's selection.
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
        /// The position of the objects in it, if it is composite.
        child: Option<PositionId>,
        /// What the schema says of the value.
        facts: TypeFacts,
        /// What it says where the runtime type says something else: implementations may promise
        /// more than their interface.
        exceptions: Vec<(TypeId, TypeFacts)>,
    },
}

/// What the schema says of a field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::executor) struct TypeFacts {
    pub(in crate::executor) field: FieldId,
    /// For each list from the outside in, and at last for the named type: whether it cannot be
    /// null.
    pub(in crate::executor) non_null: Vec<bool>,
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
    /// A custom scalar: anything.
    Any,
    /// Not a leaf: an object of that type, or of one of its possible types.
    Composite {
        is_abstract: bool,
    },
}

/// What the client sees of an object at a position.
pub(super) fn compile(
    graph: &QueryGraph,
    operation: &Operation,
    position: &Position,
    conditions: &mut Vec<ConditionId>,
) -> Vec<OutputLayout> {
    let possible = &graph.ty(position.ty).possible;
    let mut output = Vec::with_capacity(position.output.len());
    for field in &position.output {
        let condition = operation.condition(field.when);
        let when = (!condition.is_always()).then(|| place_of(conditions, field.when));
        let on = (!possible.is_subset(&field.on)).then(|| field.on.clone());
        output.push(OutputLayout {
            entry: field.entry as usize,
            key: format!(",\"{}\":", field.response_key).into_bytes(),
            on,
            when,
            source: source(graph, position, field),
        });
    }
    output
}

fn place_of(conditions: &mut Vec<ConditionId>, wanted: ConditionId) -> usize {
    conditions.iter().position(|one| *one == wanted).unwrap_or_else(|| {
        conditions.push(wanted);
        conditions.len() - 1
    })
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
    let child = position.slots[slot.index()].child;
    OutputSource::Slot { slot, child, facts: general, exceptions }
}

fn facts(graph: &QueryGraph, id: FieldId) -> TypeFacts {
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

fn leaf_kind(graph: &QueryGraph, ty: TypeId) -> LeafKind {
    let ty = graph.ty(ty);
    match (&ty.kind, ty.name.as_str()) {
        (TypeKind::Enum(values), _) => {
            LeafKind::Enum(values.iter().map(|value| format!("\"{value}\"").into_bytes()).collect())
        }
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

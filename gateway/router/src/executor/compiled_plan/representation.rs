//! How entities are told to subgraphs, with all that is the same for each of them as bytes.

use federation::query_graph::TypeSet;
use federation::query_plan::{
    EntityInput, EntityTarget, Fetch, FetchTarget, PositionId, QueryPlan, Representation,
    RepresentationField, SlotId,
};

/// The objects of one target, and where they may be known from.
#[derive(Debug)]
pub(in crate::executor) struct TargetLayout {
    pub(in crate::executor) representations: Vec<RepresentationLayout>,
    /// By reuse, how its objects would be told.
    pub(in crate::executor) reuse: Vec<Vec<RepresentationLayout>>,
}

/// How entities of some types are told.
#[derive(Debug)]
pub(in crate::executor) struct RepresentationLayout {
    /// Their types.
    pub(in crate::executor) on: TypeSet,
    /// Where the parts of the key are.
    pub(in crate::executor) keys: Vec<SlotId>,
    /// `{"__typename":"Type"`; empty if the first field's key has it.
    pub(in crate::executor) head: Vec<u8>,
    pub(in crate::executor) fields: Vec<RepresentationFieldLayout>,
}

/// One field of a representation.
#[derive(Debug)]
pub(in crate::executor) struct RepresentationFieldLayout {
    /// `,"key":`, and before the first field that every entity has, the head.
    pub(in crate::executor) key: Vec<u8>,
    /// The runtime types that have it; none for all.
    pub(in crate::executor) on: Option<TypeSet>,
    pub(in crate::executor) slot: SlotId,
    /// The position of the objects in the slot, if it is composite.
    pub(in crate::executor) child: Option<PositionId>,
    pub(in crate::executor) children: Vec<RepresentationFieldLayout>,
}

/// By input, the targets of a fetch.
pub(super) fn compile(plan: &QueryPlan, fetch: &Fetch) -> Vec<Vec<TargetLayout>> {
    let compiler = Compiler { plan };
    let FetchTarget::Entities(inputs) = &fetch.target else { return Vec::new() };
    let targets =
        |input: &EntityInput| input.targets.iter().map(|target| compiler.target(target)).collect();
    inputs.iter().map(targets).collect()
}

struct Compiler<'a> {
    plan: &'a QueryPlan,
}

impl Compiler<'_> {
    fn target(&self, target: &EntityTarget) -> TargetLayout {
        let reuse = target.reuse.iter();
        let reuse = reuse.map(|reuse| self.representations(reuse.position, &reuse.representations));
        TargetLayout {
            representations: self.representations(target.position, &target.representations),
            reuse: reuse.collect(),
        }
    }

    fn representations(
        &self,
        position: PositionId,
        representations: &[Representation],
    ) -> Vec<RepresentationLayout> {
        representations.iter().map(|one| self.representation(position, one)).collect()
    }

    fn representation(&self, position: PositionId, one: &Representation) -> RepresentationLayout {
        let keys = one.fields.iter().filter(|field| field.is_key).map(|field| field.slot);
        let mut head = format!("{{\"__typename\":\"{}\"", one.type_name).into_bytes();
        let mut fields = self.fields(position, &one.fields);
        if let Some(first) = fields.first_mut().filter(|first| first.on.is_none()) {
            head.append(&mut first.key);
            first.key = std::mem::take(&mut head);
        }
        RepresentationLayout { on: one.on.clone(), keys: keys.collect(), head, fields }
    }

    fn fields(
        &self,
        position: PositionId,
        fields: &[RepresentationField],
    ) -> Vec<RepresentationFieldLayout> {
        let field = |field: &RepresentationField| {
            let child = self.plan.position(position).slots[field.slot.index()].child;
            let children = child.map(|child| self.fields(child, &field.children));
            RepresentationFieldLayout {
                key: format!(",\"{}\":", field.name).into_bytes(),
                on: field.on.clone(),
                slot: field.slot,
                child,
                children: children.unwrap_or_default(),
            }
        };
        fields.iter().map(field).collect()
    }
}

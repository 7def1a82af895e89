//! How entities are told to subgraphs, with all that is the same for each of them as bytes.

use federation::query_graph::{QueryGraph, TypeKind, TypeSet};
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
    /// Whether the subgraph is told a type that must be known of each of them.
    pub(in crate::executor) needs_type: bool,
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
    /// How many lists are around a leaf; none for a custom scalar, which may be anything.
    pub(in crate::executor) lists: Option<usize>,
    pub(in crate::executor) children: Vec<RepresentationFieldLayout>,
}

/// By input, the targets of a fetch.
pub(super) fn compile(
    graph: &QueryGraph,
    plan: &QueryPlan,
    fetch: &Fetch,
) -> Vec<Vec<TargetLayout>> {
    let compiler = Compiler { graph, plan };
    let FetchTarget::Entities(inputs) = &fetch.target else { return Vec::new() };
    let targets =
        |input: &EntityInput| input.targets.iter().map(|target| compiler.target(target)).collect();
    inputs.iter().map(targets).collect()
}

struct Compiler<'a> {
    graph: &'a QueryGraph,
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
        let mut fields = self.fields(position, &one.on, &one.fields);
        if let Some(first) = fields.first_mut().filter(|first| first.on.is_none()) {
            head.append(&mut first.key);
            first.key = std::mem::take(&mut head);
        }
        let told = self.graph.type_id(&one.type_name).map(|ty| &self.graph.ty(ty).kind);
        let needs_type =
            told == Some(&TypeKind::Object) && self.plan.position(position).typename.is_some();
        let (on, keys) = (one.on.clone(), keys.collect());
        RepresentationLayout { on, needs_type, keys, head, fields }
    }

    fn fields(
        &self,
        position: PositionId,
        types: &TypeSet,
        fields: &[RepresentationField],
    ) -> Vec<RepresentationFieldLayout> {
        let field = |field: &RepresentationField| {
            let child = self.plan.position(position).slots[field.slot.index()].child;
            let children = child.map(|child| {
                let below = &self.graph.ty(self.plan.position(child).ty).possible;
                self.fields(child, below, &field.children)
            });
            RepresentationFieldLayout {
                key: format!(",\"{}\":", field.name).into_bytes(),
                on: field.on.clone(),
                slot: field.slot,
                child,
                lists: self.lists(field.on.as_ref().unwrap_or(types), field),
                children: children.unwrap_or_default(),
            }
        };
        fields.iter().map(field).collect()
    }

    /// How many lists are around a leaf of objects of some types.
    fn lists(&self, types: &TypeSet, field: &RepresentationField) -> Option<usize> {
        let mut owners = types.iter();
        let id = owners.find_map(|ty| self.graph.field_id(ty, &field.name))?;
        let node = self.graph.field(id);
        let leaf = self.graph.ty(node.named_type);
        let is_built_in = ["Int", "Float", "String", "Boolean", "ID"].contains(&&*leaf.name);
        let is_known = is_built_in || matches!(leaf.kind, TypeKind::Enum(_));
        is_known.then(|| {
            let lists = std::iter::successors(Some(&node.ty), |ty| Some(ty.item_type()));
            lists.take_while(|ty| ty.is_list()).count()
        })
    }
}

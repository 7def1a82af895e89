//! What subgraphs are told of entities: keys, what fields require, and nothing else.

use std::collections::BTreeSet;

use super::{Checker, Need, Reader};
use crate::query_graph::{FieldSet, TypeId};
use crate::query_plan::{EntityTarget, FetchId, PositionId, Representation, RepresentationField};

/// The objects that a representation, or a part of it, tells of.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) position: PositionId,
    pub(super) ty: TypeId,
    pub(super) fields: &'a [RepresentationField],
}

/// Parts of a representation, by address.
type Used = BTreeSet<usize>;

fn address(field: &RepresentationField) -> usize {
    std::ptr::from_ref(field) as usize
}

impl<'a> Checker<'a> {
    /// Checks how entities of some types are told to a subgraph whose fields require something.
    pub(super) fn representation(
        &mut self,
        id: FetchId,
        target: &'a EntityTarget,
        representation: &'a Representation,
        required: &[(TypeId, &'a FieldSet)],
    ) {
        let position = target.position;
        let mut used = Used::new();
        let occurring = self.occurring(position);
        for ty in occurring.intersection(&representation.on).iter() {
            let told = Told { position, ty, fields: &representation.fields };
            self.filled_before((id, target), told);
            let required = required.iter().filter(|(of, _)| *of == ty).map(|(_, set)| *set);
            let required: Vec<&FieldSet> = required.collect();
            self.key((id, representation), told, !required.is_empty(), &mut used);
            for field_set in required {
                if !self.tells(told, field_set, &mut used) {
                    let of = &self.graph.ty(ty).name;
                    self.find(format!("fetch {}: `{of}` is told without \"{field_set}\"", id.0));
                }
            }
        }
        // What is told as an interface can be told without knowing the type: of more than are
        // wanted.
        let ty = self.graph.type_id(&representation.type_name).map(|ty| self.graph.ty(ty));
        let is_interface = ty.is_some_and(|ty| ty.is_abstract());
        let is_only = target.representations.len() == 1;
        if !is_only || !(is_interface || occurring.is_subset(&representation.on)) {
            self.need_typename(position, &target.when, Reader::Fetch(id));
        }
        if occurring.intersects(&representation.on) {
            self.nothing_needless(id, &representation.fields, &used);
        }
    }

    /// A key of the type that is told, which the subgraph resolves, or which brings a requirement.
    fn key(
        &mut self,
        (id, representation): (FetchId, &Representation),
        told: Told<'a>,
        is_for_requirement: bool,
        used: &mut Used,
    ) {
        let graph = self.graph;
        let subgraph = self.plan.fetch(id).subgraph;
        let ty = graph.type_id(&representation.type_name);
        let at = ty.and_then(|ty| graph.type_at(ty, subgraph));
        for key in at.into_iter().flat_map(|at| &at.keys) {
            if !key.resolvable && !is_for_requirement {
                continue;
            }
            let mut own = Used::new();
            let is_told = self.tells(told, &key.fields, &mut own);
            let mut of_key = told.fields.iter().filter(|field| own.contains(&address(field)));
            if is_told && of_key.all(|field| field.is_key) {
                used.extend(own);
                return;
            }
        }
        let name = &representation.type_name;
        self.find(format!("fetch {}: `{name}` is told without a key that enters there", id.0));
    }

    /// Whether a field set is among the fields; those that make it up are used.
    fn tells(&self, told: Told<'a>, field_set: &FieldSet, used: &mut Used) -> bool {
        let mut all = true;
        for item in field_set.items.iter().filter(|item| item.applies_to(told.ty)) {
            let is_told_anyway = item.name == "__typename"
                && told.fields.iter().all(|field| field.name != item.name);
            if is_told_anyway {
                continue;
            }
            let mut fields = told.fields.iter().filter(|field| applies(field, told.ty));
            let found = fields.find(|field| {
                let content = self.contents.get(&(told.position, field.slot, told.ty));
                field.name == item.name
                    && content.is_some_and(|(name, with)| {
                        **name == item.name && *with == item.arguments.as_slice()
                    })
            });
            let Some(field) = found else {
                all = false;
                continue;
            };
            used.insert(address(field));
            let Some(children) = &item.children else { continue };
            let below = self.below(told.position, field.slot, told.ty);
            for (position, ty) in below.into_iter().flat_map(|(position, types)| {
                types.iter().map(|ty| (position, ty)).collect::<Vec<_>>()
            }) {
                let told = Told { position, ty, fields: &field.children };
                all &= self.tells(told, children, used);
            }
        }
        all
    }

    /// What is told is there before the fetch, and each name is told once.
    pub(super) fn filled_before(&mut self, (id, target): (FetchId, &EntityTarget), told: Told<'a>) {
        let mut names = BTreeSet::new();
        for field in told.fields.iter().filter(|field| applies(field, told.ty)) {
            if !names.insert(&field.name) {
                self.find(format!("fetch {}: `{}` is told twice", id.0, field.name));
            }
            let (position, slot, ty) = (told.position, field.slot, told.ty);
            self.need(&Need { position, slot, ty, when: &target.when, by: Reader::Fetch(id) });
            let Some((position, types)) = self.below(position, slot, ty) else { continue };
            for ty in types.iter() {
                self.filled_before((id, target), Told { position, ty, fields: &field.children });
            }
            let is_partial = |child: &RepresentationField| {
                child.on.as_ref().is_some_and(|on| !types.is_subset(on))
            };
            if field.children.iter().any(is_partial) {
                self.need_typename(position, &target.when, Reader::Fetch(id));
            }
        }
    }

    fn nothing_needless(&mut self, id: FetchId, fields: &[RepresentationField], used: &Used) {
        for field in fields {
            if !used.contains(&address(field)) {
                self.find(format!("fetch {}: nothing needs that `{}` is told", id.0, field.name));
            }
            self.nothing_needless(id, &field.children, used);
        }
    }
}

fn applies(field: &RepresentationField, ty: TypeId) -> bool {
    field.on.as_ref().is_none_or(|on| on.contains(ty))
}

//! What a key or `@requires` asks of an object: found at other sites, told in representations.

use std::collections::BTreeSet;

use apollo_compiler::ast::Argument;
use apollo_compiler::{Name, Node};

use super::fetch_graph::{GroupId, NewField};
use super::places::{Objects, PlaceId};
use super::{PlanError, Planner};
use crate::operation::{Condition, EntryField};
use crate::query_graph::{FieldSet, FieldSetItem};
use crate::query_plan::RepresentationField;
use crate::reach::ReachId;
use crate::supergraph::SubgraphId;

/// Representation fields, and the fetches that supply them.
pub(super) type Required = (Vec<RepresentationField>, BTreeSet<GroupId>);

/// Who may supply a requirement: whoever can be reached with less than `rank`, but for one.
pub(super) struct Suppliers {
    pub(super) reach: ReachId,
    pub(super) rank: usize,
    pub(super) except: Option<SubgraphId>,
}

impl Planner<'_> {
    /// Makes sure that a field set of some objects is fetched.
    pub(super) fn require(
        &mut self,
        objects: Objects,
        field_set: &FieldSet,
        suppliers: &Suppliers,
    ) -> Result<Required, PlanError> {
        let ty = objects.ty;
        let mut fields = Vec::new();
        let mut depends_on = BTreeSet::new();
        for item in &field_set.items {
            if !item.applies_to(ty) || item.name == "__typename" {
                continue;
            }
            let mut able = self.reaches.suppliers(suppliers.reach, item, suppliers.rank);
            able.retain(|one| Some(*one) != suppliers.except);
            let Some(supplier) = self.nearest(objects, &able) else {
                return Err(PlanError::unreachable_field(self.graph, ty, &item.name));
            };
            let (field, groups) = self.require_item(objects, item, supplier)?;
            RepresentationField::merge(&mut fields, vec![field]);
            depends_on.extend(groups);
        }
        Ok((fields, depends_on))
    }

    /// A subgraph that is there already, the earliest of them, before one that must be entered.
    fn nearest(&self, objects: Objects, able: &[SubgraphId]) -> Option<SubgraphId> {
        let here = able.iter().filter_map(|subgraph| {
            let site = self.places.site(objects, *subgraph)?;
            Some((self.fetches.stage(site.group), *subgraph))
        });
        let earliest = here.min_by_key(|(stage, _)| *stage).map(|(_, subgraph)| subgraph);
        earliest.or_else(|| able.first().copied())
    }

    fn require_item(
        &mut self,
        objects: Objects,
        item: &FieldSetItem,
        supplier: SubgraphId,
    ) -> Result<(RepresentationField, BTreeSet<GroupId>), PlanError> {
        let Objects { place, ty } = objects;
        let Some(field_id) = self.graph.field_id(ty, &item.name) else {
            return Err(PlanError::unreachable_field(self.graph, ty, &item.name));
        };
        let site = self.site_for_field(objects, field_id, supplier)?;
        if self.fetches.node(site.node).ty.is_some() {
            self.fetches.add_typename(site.node);
        }
        let mut on = self.graph.empty_type_set();
        on.insert(ty);
        let response_key = self.requirement_key(place, &item.name, &item.arguments);
        let field = NewField {
            response_key: response_key.clone(),
            name: item.name.clone(),
            arguments: item.arguments.clone(),
            on,
            when: Condition::always(),
            is_requirement: true,
        };
        let mut depends_on = BTreeSet::from([site.group]);
        let mut children = Vec::new();
        match &item.children {
            None => self.fetches.add_leaf(site.node, field)?,
            Some(field_set) => {
                let child = self.descend(place, &site, field_id, field)?;
                self.inherit_selection(place, child, &response_key);
                let (fields, groups) = self.require_children(child, field_set, supplier)?;
                children = fields;
                depends_on.extend(groups);
            }
        }
        let field = RepresentationField {
            name: item.name.clone(),
            response_key,
            on: None,
            children,
            is_key: false,
        };
        Ok((field, depends_on))
    }

    /// The part of a requirement below a composite field, for each type its objects can have.
    fn require_children(
        &mut self,
        child: PlaceId,
        field_set: &FieldSet,
        supplier: SubgraphId,
    ) -> Result<Required, PlanError> {
        let ty = self.places.get(child).ty;
        let is_abstract = self.graph.ty(ty).is_abstract();
        let all = self.graph.ty(ty).possible.clone();
        let mut fields = Vec::new();
        let mut depends_on = BTreeSet::new();
        for object in self.occurring_types(child, &all).iter() {
            let reach = self.reaches.reach_from(object, &[supplier]);
            let suppliers = Suppliers { reach, rank: usize::MAX, except: None };
            let objects = Objects { place: child, ty: object };
            let (mut own, groups) = self.require(objects, field_set, &suppliers)?;
            if is_abstract {
                for field in &mut own {
                    let mut on = self.graph.empty_type_set();
                    on.insert(object);
                    field.on = Some(on);
                }
            }
            RepresentationField::merge(&mut fields, own);
            depends_on.extend(groups);
        }
        if is_abstract && field_set.item("__typename").is_some() {
            let typename = apollo_compiler::name!("__typename");
            let field = RepresentationField {
                name: typename.clone(),
                response_key: typename,
                on: None,
                children: Vec::new(),
                is_key: false,
            };
            fields.insert(0, field);
        }
        Ok((fields, depends_on))
    }

    /// The client's selection below a key, when the client asks for the same field there.
    fn inherit_selection(&mut self, place: PlaceId, child: PlaceId, response_key: &Name) {
        let Some(selection) = self.places.get(place).selection else { return };
        let operation = self.operation;
        let entries = &operation.selection(selection).entries;
        let entry = entries.iter().find(|entry| entry.response_key == *response_key);
        if let Some(selection) = entry.and_then(|entry| entry.child) {
            self.places.set_selection(child, selection);
        }
    }

    /// The field's own name, or an internal alias where the client, or another requirement, uses
    /// that name for something else.
    fn requirement_key(
        &mut self,
        place: PlaceId,
        name: &Name,
        arguments: &[Node<Argument>],
    ) -> Name {
        let used = &self.places.get(place).requirement_keys;
        let known =
            used.iter().find(|(_, field, with)| field == name && with.as_slice() == arguments);
        if let Some((key, _, _)) = known {
            return key.clone();
        }
        let mut key = name.clone();
        let mut number = 0;
        while self.is_taken(place, &key, name, arguments) {
            key = Name::new_unchecked(&format!("_{name}_{number}"));
            number += 1;
        }
        let entry = (key.clone(), name.clone(), arguments.to_vec());
        self.places.get_mut(place).requirement_keys.push(entry);
        key
    }

    /// Whether a response key stands for anything but this field.
    fn is_taken(
        &self,
        place: PlaceId,
        key: &Name,
        name: &Name,
        arguments: &[Node<Argument>],
    ) -> bool {
        let place = self.places.get(place);
        let by_requirement = place.requirement_keys.iter().any(|(one, _, _)| one == key);
        let entries = place.selection.map(|id| &self.operation.selection(id).entries);
        let by_client = entries.into_iter().flatten().any(|entry| {
            entry.response_key == *key
                && match &entry.field {
                    EntryField::Field { id, arguments: with } => {
                        self.graph.field(*id).name != *name || with.as_slice() != arguments
                    }
                    EntryField::Typename | EntryField::Introspection => true,
                }
        });
        by_requirement || by_client
    }
}

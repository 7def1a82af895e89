//! What a key or `@requires` asks of an object: found at other sites, told in representations.

use std::collections::BTreeSet;
use std::rc::Rc;

use apollo_compiler::ast::Argument;
use apollo_compiler::{Name, Node};

use super::choice::Question;
use super::fetch_graph::{NewField, Purpose};
use super::places::{NodeId, Objects, PlaceId, Via};
use super::{PlanError, Planner};
use crate::operation::{Condition, EntryField, SelectionId};
use crate::query_graph::{FieldId, TypeSet};
use crate::query_graph::{FieldSet, FieldSetItem};
use crate::query_plan::{RepresentationField, SlotId};
use crate::reach::ReachId;
use crate::supergraph::SubgraphId;

/// Representation fields, and the nodes that supply them.
pub(super) type Required = (Vec<RepresentationField>, BTreeSet<NodeId>);

/// Who may supply a requirement: whoever can be reached with less than `rank`.
pub(super) struct Suppliers {
    pub(super) reach: ReachId,
    pub(super) rank: usize,
    /// Whether several of them are to tell parts of one object: then it needs a place that all of
    /// them can fill.
    pub(super) in_parts: bool,
}

impl<'a> Planner<'a> {
    /// Makes sure that a field set of some objects is fetched.
    pub(super) fn require(
        &mut self,
        objects: Objects,
        field_set: &FieldSet,
        suppliers: &Suppliers,
    ) -> Result<Required, PlanError> {
        let ty = objects.ty;
        let mut fields = Vec::new();
        let mut from = BTreeSet::new();
        for item in &field_set.items {
            if !item.applies_to(ty) || item.name == "__typename" {
                continue;
            }
            let whole = self.supplier(objects, item, suppliers).map(|supplier| (item, supplier));
            let parts = if whole.is_some() { Rc::default() } else { self.reaches.parts(item) };
            let in_parts = suppliers.in_parts || whole.is_none();
            let mut supplied: Vec<(&FieldSetItem, Via)> = whole.into_iter().collect();
            for part in &*parts {
                let Some(supplier) = self.supplier(objects, part, suppliers) else {
                    return Err(PlanError::unreachable_field(self.graph, ty, &item.name));
                };
                supplied.push((part, supplier));
            }
            for (item, supplier) in supplied {
                let (field, nodes) = self.require_item(objects, item, (supplier, in_parts))?;
                RepresentationField::merge(&mut fields, vec![field]);
                from.extend(nodes);
            }
        }
        Ok((fields, from))
    }

    /// Who is to supply a field with all that is asked below it.
    fn supplier(
        &mut self,
        objects: Objects,
        item: &FieldSetItem,
        suppliers: &Suppliers,
    ) -> Option<Via> {
        let ty = objects.ty;
        let able = self.reaches.suppliers(suppliers.reach, item, suppliers.rank);
        let entrances = self.reaches.entrances(suppliers.reach);
        let able = able.into_iter().map(|number| Via::of(&entrances.all()[number], ty));
        let leads_back = |via: &Via| self.requiring.contains(&(ty, *via, item.name.clone()));
        let able: Vec<Via> = able.filter(|via| !leads_back(via)).collect();
        self.nearest(objects, &item.name, &able)
    }

    /// A subgraph that is there already, the earliest of them, before one that must be entered.
    fn nearest(&mut self, objects: Objects, name: &Name, able: &[Via]) -> Option<Via> {
        if let [only] = able {
            return Some(*only);
        }
        // A field with inputs of its own is not there with the objects.
        let is_plain =
            |via: &Via| self.field_at(objects, name, *via).is_none_or(|at| !at.has_inputs());
        let here = able.iter().filter(|via| is_plain(via)).filter_map(|via| {
            let site = self.places.site(objects, *via)?;
            Some((self.fetches.stage(site.node), *via))
        });
        let earliest = here.min_by_key(|(stage, _)| *stage).map(|(_, via)| via);
        if earliest.is_some() {
            return earliest;
        }
        let place = self.places.get(objects.place);
        let from = place.sites.first().map(|site| site.via);
        let about = Question::Supplier(place.selection, name.clone(), from);
        let preferred = self.preferences.get(&about).copied().filter(|via| able.contains(via));
        let chosen = preferred.or_else(|| able.first().copied());
        self.decide(about, chosen, able);
        chosen
    }

    fn require_item(
        &mut self,
        objects: Objects,
        item: &FieldSetItem,
        (supplier, in_parts): (Via, bool),
    ) -> Result<(RepresentationField, BTreeSet<NodeId>), PlanError> {
        let Objects { place, ty } = objects;
        let Some(field_id) = self.graph.field_id(supplier.ty(ty), &item.name) else {
            return Err(PlanError::unreachable_field(self.graph, ty, &item.name));
        };
        let site = self.site_for_field(objects, &item.name, supplier)?;
        let on = TypeSet::from(ty);
        let response_key = self.requirement_key(place, &item.name, &item.arguments);
        let mut field = NewField {
            response_key: response_key.clone(),
            name: item.name.clone(),
            arguments: [item.arguments.clone(), self.contextual_arguments(&site)].concat(),
            slot: SlotId(0),
            on,
            when: Condition::always(),
            purpose: Purpose::Requirement,
        };
        let mut from = BTreeSet::from([site.node]);
        let mut children = Vec::new();
        match &item.children {
            None => {
                field.slot = self.places.leaf_slot(place, &response_key);
                self.fetches.add_leaf(site.node, field.clone())?;
            }
            Some(field_set) => {
                let owner = (!in_parts).then_some(site.via.subgraph);
                let (slot, child) = self.required_child(objects, owner, field_id, &field);
                field.slot = slot;
                self.descend(&site, field_id, field.clone(), child)?;
                let (fields, nodes) =
                    self.require_children(child, field_set, (supplier, in_parts))?;
                children = fields;
                from.extend(nodes);
            }
        }
        let name = item.name.clone();
        let field =
            RepresentationField { name, slot: field.slot, on: None, children, is_key: false };
        Ok((field, from))
    }

    /// The place below a composite field of a requirement: the client's, when the client asks for
    /// the same and all its objects come from the supplier, if there is only one; else one of its
    /// own.
    fn required_child(
        &mut self,
        objects: Objects,
        supplier: Option<SubgraphId>,
        field: FieldId,
        new: &NewField,
    ) -> (SlotId, PlaceId) {
        let on: &TypeSet = &new.on;
        let known = self.places.children(objects.place, &new.response_key, on);
        for (slot, child, _) in known {
            let shared = &self.places.get(child).shared;
            if shared.as_ref().is_none_or(|likeness| Some(likeness.subgraph) == supplier) {
                return (slot, child);
            }
        }
        let (slot, child) = self.add_child(objects.place, field, new);
        self.inherit_selection(objects.place, child, &new.response_key);
        (slot, child)
    }

    /// The part of a requirement below a composite field, for each type its objects can have.
    fn require_children(
        &mut self,
        child: PlaceId,
        field_set: &FieldSet,
        (supplier, in_parts): (Via, bool),
    ) -> Result<Required, PlanError> {
        let ty = self.places.get(child).ty;
        let is_abstract = self.graph.ty(ty).is_abstract();
        let all = self.graph.ty(ty).possible.clone();
        let mut fields = Vec::new();
        let mut from = BTreeSet::new();
        for object in self.occurring_types(child, &all).iter() {
            let objects = Objects { place: child, ty: object };
            let reach = self.reach_in(objects, supplier.subgraph);
            let suppliers = Suppliers { reach, rank: usize::MAX, in_parts };
            let (mut own, nodes) = self.require(objects, field_set, &suppliers)?;
            if is_abstract {
                for field in &mut own {
                    field.on = Some(TypeSet::from(object));
                }
            }
            RepresentationField::merge(&mut fields, own);
            from.extend(nodes);
        }
        if is_abstract && field_set.item("__typename").is_some() {
            let slot = self.typename_slot(child);
            let name = apollo_compiler::name!("__typename");
            let children = Vec::new();
            let field = RepresentationField { name, slot, on: None, children, is_key: false };
            fields.insert(0, field);
        }
        Ok((fields, from))
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
    pub(super) fn requirement_key(
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

    /// The client's response key, or an internal alias where the client has the same for other
    /// types and the subgraph cannot tell the types: it has their interface as an object.
    pub(super) fn demand_key(
        &mut self,
        place: PlaceId,
        (selection, index): (SelectionId, usize),
        via: Via,
    ) -> Name {
        let operation = self.operation;
        let entries = &operation.selection(selection).entries;
        let client = &entries[index].response_key;
        let is_first = entries[..index].iter().all(|entry| entry.response_key != *client);
        if via.interface.is_none() || is_first {
            return client.clone();
        }
        let used = &mut self.places.get_mut(place).requirement_keys;
        let is_free = |key: &Name| {
            entries.iter().all(|entry| entry.response_key != *key)
                && used.iter().all(|(one, _, _)| one != key)
        };
        let mut keys = (0u32..).map(|n| Name::new_unchecked(&format!("_{client}_{n}")));
        let key = keys.find(is_free).unwrap_or_else(|| client.clone());
        // No field is called so: no requirement will take it for its own.
        used.push((key.clone(), key.clone(), Vec::new()));
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

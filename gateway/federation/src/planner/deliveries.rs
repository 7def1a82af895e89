//! Parts of the answer that may come later (`@defer`): planned after all that comes at once, and
//! by fetches of their own wherever the objects can be entered by a key.

use std::collections::BTreeSet;

use apollo_compiler::ast::OperationType;

use super::entry_points::Inputs;
use super::fetch_graph::GroupId;
use super::places::{Objects, PlaceId, Site, Via};
use super::requirements::Suppliers;
use super::{PlanError, Planner};
use crate::operation::{Entry, PartId, SelectionId};
use crate::query_graph::{FieldSet, TypeId};
use crate::query_plan::{Delivery, DeliveryId};
use crate::reach::{EntranceKey, Provided};

/// Entries of a place that are planned when all that comes before them has been.
pub(super) struct Later {
    place: PlaceId,
    selection: SelectionId,
    delivery: DeliveryId,
    /// Which root field of a mutation they belong to.
    series: usize,
}

impl<'a> Planner<'a> {
    /// The entries of a selection that come with what is being planned; the others are put off.
    pub(super) fn entries_now(
        &mut self,
        place: PlaceId,
        selection: SelectionId,
    ) -> Vec<(usize, &'a Entry)> {
        let operation = self.operation;
        let entries = operation.selection(selection).entries.iter().enumerate();
        let (now, later): (Vec<_>, Vec<_>) = entries.partition(|(_, one)| one.parts.is_empty());
        let parts: BTreeSet<&Vec<PartId>> = later.iter().map(|(_, one)| &one.parts).collect();
        for parts in parts {
            let delivery = self.delivery(parts, place);
            let series = self.series;
            self.later.push_back(Later { place, selection, delivery, series });
        }
        now
    }

    /// Plans what was put off, each after what it is inside of.
    pub(super) fn plan_later(&mut self) -> Result<(), PlanError> {
        let operation = self.operation;
        while let Some(Later { place, selection, delivery, series }) = self.later.pop_front() {
            self.fetches.delivery = Some(delivery);
            self.series = series;
            let parts = &self.deliveries[delivery.index()].parts;
            let entries = operation.selection(selection).entries.iter().enumerate();
            let entries: Vec<_> = entries.filter(|(_, one)| one.parts == *parts).collect();
            self.plan_entries(place, selection, &entries)?;
        }
        Ok(())
    }

    fn delivery(&mut self, parts: &[PartId], place: PlaceId) -> DeliveryId {
        let within = self.fetches.delivery;
        let known =
            self.deliveries.iter().position(|one| one.parts == parts && one.within == within);
        let index = known.unwrap_or_else(|| {
            let path = self.places.get(place).path.clone();
            self.deliveries.push(Delivery { parts: parts.to_vec(), within, path });
            self.deliveries.len() - 1
        });
        DeliveryId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The site that is to answer a plain field of the client's: one of what is being planned,
    /// where there is a way to have one.
    pub(super) fn enter_apart(
        &mut self,
        objects: Objects,
        name: &str,
        via: Via,
    ) -> Result<Site<'a>, PlanError> {
        let Some(there) = self.places.site(objects, via).cloned() else {
            return self.enter(objects, via);
        };
        let at = self.field_at(objects, name, via);
        let is_provided = at.is_none_or(|at| at.is_overridden)
            || there.provided.below(objects.ty, name) != Provided::default();
        // What is provided on this way is not when the object is entered by a key.
        if self.fetches.delivery.is_none() || is_provided || self.is_own(&there) {
            return Ok(there);
        }
        let apart = self.places.get(objects.place).apart.iter();
        let mut apart = apart.filter(|one| one.via == via && one.on.contains(objects.ty));
        if let Some(own) = apart.find(|one| self.is_own(one)) {
            return Ok(if self.is_told(own, objects.ty, name) { there } else { own.clone() });
        }
        let site = if self.graph.is_query_root(objects.ty) {
            self.root_site(objects, via, OperationType::Query)
        } else {
            let inputs = self.inputs_at_hand(objects, name, via)?;
            let Some(inputs) = inputs else { return Ok(there) };
            let candidates = self.places.get(objects.place).apart.clone();
            self.entity_site(objects, via, inputs, &candidates)
        };
        let apart = &mut self.places.get_mut(objects.place).apart;
        match apart.iter_mut().find(|one| one.node == site.node) {
            Some(known) => known.on.extend(&site.on),
            None => apart.push(site.clone()),
        }
        Ok(site)
    }

    /// Whether all fetches that ask at a site belong to what is being planned.
    fn is_own(&self, site: &Site<'a>) -> bool {
        let delivery = |group: &GroupId| self.fetches.group(*group).delivery;
        let groups = self.fetches.groups_of(site.node);
        groups.iter().all(|group| delivery(group) == self.fetches.delivery)
    }

    /// What some objects are told by to a subgraph in which they are already, to ask for a field:
    /// nothing if it does not resolve all of them, if that would take a fetch, or if the field is
    /// itself what is told.
    fn inputs_at_hand(
        &mut self,
        objects: Objects,
        name: &str,
        via: Via,
    ) -> Result<Option<Inputs>, PlanError> {
        let reach = self.reach(objects);
        let Some(number) = self.entrance(reach, objects, via) else { return Ok(None) };
        let entrances = self.reaches.entrances(reach);
        let entrance = &entrances.all()[number];
        let knows_type = |key: &EntranceKey| key.ty != objects.ty || via.interface.is_none();
        let is_usable = |key: &EntranceKey| key.resolvable && knows_type(key);
        let mut found = None;
        for key in entrance.keys().iter().filter(|key| is_usable(key)) {
            let fields = entrance.key_fields(self.graph, *key);
            let is_told = fields.items.iter().any(|item| item.name == name);
            let is_usable = !is_told && self.is_never_null(key.ty, fields);
            if is_usable && self.reaches.is_obtainable(reach, &fields.items, 1) {
                found = Some(*key);
                break;
            }
        }
        let Some(key) = found else { return Ok(None) };
        self.key_inputs(objects, via, key, &Suppliers { reach, rank: 1, in_parts: false }).map(Some)
    }

    /// Whether every object can be told by a key: an entity whose key is null cannot be asked for.
    fn is_never_null(&self, ty: TypeId, fields: &FieldSet) -> bool {
        fields.items.iter().all(|item| {
            let field = self.graph.field_id(ty, &item.name).map(|id| self.graph.field(id));
            field.is_some_and(|field| {
                let children = item.children.as_ref();
                field.ty.is_non_null()
                    && children.is_none_or(|set| self.is_never_null(field.named_type, set))
            })
        })
    }

    /// Whether what a group fetches comes no later than what another does.
    pub(super) fn comes_with(&self, group: GroupId, other: GroupId) -> bool {
        let delivery = self.fetches.group(group).delivery;
        let own = self.fetches.group(other).delivery;
        let within = |id: &DeliveryId| self.deliveries[id.index()].within;
        delivery.is_none() || std::iter::successors(own, within).any(|one| Some(one) == delivery)
    }
}

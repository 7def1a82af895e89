//! From a field to the place below it: who shares it, and the node in which its objects are asked.

use super::fetch_graph::{NewField, Purpose};
use super::places::{Descent, Likeness, NodeId, Objects, PlaceId, Site, Via};
use super::{Demand, PlanError, Planner};
use crate::operation::{Condition, Entry, EntryField, SelectionId};
use crate::query_graph::{FieldId, TypeId, TypeSet};
use crate::query_plan::{PathElement, SlotId};
use crate::reach::{Provided, ReachId, Station};
use crate::supergraph::SubgraphId;

impl<'a> Planner<'a> {
    /// A slot and a place below a field that the client asks for: the place of another field that
    /// asks for the same, from the same subgraph, where that can be.
    pub(super) fn keep_below(
        &mut self,
        place: PlaceId,
        demand: &Demand<'a>,
        on: TypeSet,
        selection: SelectionId,
    ) -> (SlotId, PlaceId) {
        let key = &demand.key;
        let likeness = self.likeness(place, demand, &on, selection);
        if let Some(child) = likeness.as_ref().and_then(|likeness| self.places.alike(likeness)) {
            return (self.places.add_child_slot(place, key.clone(), on, child), child);
        }
        let EntryField::Field { arguments, .. } = &demand.entry.field else {
            unreachable!("a demand is for a field");
        };
        let field = NewField {
            response_key: key.clone(),
            name: self.graph.field(demand.field).name.clone(),
            arguments: arguments.clone(),
            slot: SlotId(0),
            on,
            when: Condition::always(),
            purpose: Purpose::Client,
        };
        let (slot, child) = self.add_child(place, demand.field, &field);
        self.places.set_selection(child, selection);
        if let Some(likeness) = likeness {
            self.places.share(likeness, child);
        }
        (slot, child)
    }

    /// What another position must have in common with the one below a demand to be the same; none
    /// if it must stay its own: what it lacks can only be got through its parent, or what is above
    /// it matters to something below.
    fn likeness(
        &mut self,
        place: PlaceId,
        demand: &Demand<'a>,
        on: &TypeSet,
        selection: SelectionId,
    ) -> Option<Likeness<'a>> {
        if self.reads_context(selection) {
            return None;
        }
        // What may be left out is asked for once there is an object.
        let is_certain = *self.operation.condition(demand.entry.when) == Condition::always();
        if is_certain && self.can_be_asked_again(place, demand.field, on) {
            let sharing = self.sharing(demand.field, on);
            self.could_ask_again.extend(sharing.iter().map(|via| via.subgraph));
            if !self.asks_again.is_empty() {
                return None;
            }
        }
        let graph = self.graph;
        let name = &graph.field(demand.field).name;
        let via = demand.via;
        let mut of: Option<(TypeId, Provided<'a>)> = None;
        for ty in on.iter() {
            let at = graph.field_at(via.ty(ty), name, via.subgraph)?;
            let objects = Objects { place, ty };
            let provided = self.provided_below(objects, via, name);
            let own = (at.named_type, provided);
            if *of.get_or_insert_with(|| own.clone()) != own {
                return None;
            }
        }
        let (named_type, provided) = of?;
        let station = (via.subgraph, named_type, provided);
        if self.needs_parent(selection, &station) {
            return None;
        }
        let (subgraph, named_type, provided) = station;
        let types = (named_type, graph.field(demand.field).named_type);
        let (series, delivery) = (self.series, self.fetches.delivery);
        Some(Likeness { selection, subgraph, provided, types, series, delivery })
    }

    /// What `@provides` lets one read below a field.
    pub(super) fn provided_below(&self, objects: Objects, via: Via, name: &str) -> Provided<'a> {
        let site = self.places.site(objects, via);
        let mut provided =
            site.map_or_else(Provided::default, |site| site.provided.below(objects.ty, name));
        let at = self.graph.field_at(via.ty(objects.ty), name, via.subgraph);
        provided.extend(&Provided::of(at.and_then(|at| at.provides.as_ref())));
        provided
    }

    /// Whether something of a selection cannot be got by keys from objects at a station: only by
    /// asking for the objects again, in another subgraph, through what is above them.
    fn needs_parent(
        &mut self,
        selection: SelectionId,
        station: &(SubgraphId, TypeId, Provided<'a>),
    ) -> bool {
        let key = (selection, station.clone());
        if let Some(known) = self.choices.needs_parent.get(&key) {
            return *known;
        }
        let graph = self.graph;
        let operation = self.operation;
        let (subgraph, ty, provided) = station;
        let mut needs = false;
        for (object, as_type) in graph.objects_at(*ty, *subgraph) {
            let station = Station { subgraph: *subgraph, ty: as_type, provided: provided.clone() };
            let reach = self.reaches.reach_at(object, vec![station], self.labels.clone());
            needs |= operation
                .selection(selection)
                .entries
                .iter()
                .filter(|entry| entry.on.contains(object))
                .any(|entry| self.entry_needs_parent(entry, object, reach));
        }
        self.choices.needs_parent.insert(key, needs);
        needs
    }

    fn entry_needs_parent(&mut self, entry: &Entry, object: TypeId, reach: ReachId) -> bool {
        let EntryField::Field { id, .. } = entry.field else { return false };
        let name = &self.graph.field(id).name;
        let entrances = self.reaches.entrances(reach);
        let mut is_given = false;
        let declaring: Vec<usize> = self.reaches.declaring(reach, name).collect();
        for number in declaring {
            let Some(at) = self.reaches.resolves(reach, number, name) else { continue };
            is_given = true;
            let Some(child) = entry.child else { continue };
            let mut provided = self.reaches.provided(reach, number).below(object, name);
            provided.extend(&Provided::of(at.provides.as_ref()));
            let below = (entrances.all()[number].subgraph, at.named_type, provided);
            if self.needs_parent(child, &below) {
                return true;
            }
        }
        !is_given
    }

    /// A new slot for a composite field, and a new place below it.
    pub(super) fn add_child(
        &mut self,
        place: PlaceId,
        field_id: FieldId,
        field: &NewField,
    ) -> (SlotId, PlaceId) {
        let node = self.graph.field(field_id);
        let above = self.places.get(place);
        let mut path = above.path.clone();
        let everywhere = self.graph.ty(above.ty).possible.is_subset(&field.on);
        let on = (!everywhere).then(|| field.on.clone());
        path.push(PathElement::Key(field.response_key.clone(), on));
        let mut ty = &node.ty;
        while ty.is_list() {
            path.push(PathElement::Items);
            ty = ty.item_type();
        }
        let child = self.places.add(node.named_type, path, None);
        let key = field.response_key.clone();
        let slot = self.places.add_child_slot(place, key.clone(), field.on.clone(), child);
        self.places.get_mut(child).descent = Some(Descent {
            parent: place,
            field: field_id,
            response_key: key,
            arguments: field.arguments.clone(),
            on: field.on.clone(),
            slot,
        });
        (slot, child)
    }

    /// Adds a composite field at a site, and the site below it.
    pub(super) fn descend(
        &mut self,
        site: &Site<'a>,
        field_id: FieldId,
        field: NewField,
        child: PlaceId,
    ) -> Result<(), PlanError> {
        let graph = self.graph;
        let name = &graph.field(field_id).name;
        let own = field.on.iter().find_map(|ty| {
            let at = graph.field_at(site.via.ty(ty), name, site.via.subgraph)?;
            Some((ty, at))
        });
        let child_type = own.map_or(graph.field(field_id).named_type, |(_, at)| at.named_type);
        let mut provided =
            own.map_or_else(Provided::default, |(ty, _)| site.provided.below(ty, name));
        provided.extend(&Provided::of(own.and_then(|(_, at)| at.provides.as_ref())));
        let known = self.shared_node(child, site.via.subgraph);
        let node = self.fetches.add_composite(site.node, field, known, (child, child_type))?;
        let mut interface = None;
        let mut on = TypeSet::default();
        for (object, as_type) in graph.objects_at(child_type, site.via.subgraph) {
            on.insert(object);
            interface = (as_type != object).then_some(as_type);
        }
        if interface.is_none() && graph.ty(self.places.get(child).ty).is_abstract() {
            self.ask_typename(node);
        }
        let via = Via { subgraph: site.via.subgraph, interface };
        self.places.add_site(child, Site { via, node, on, provided });
        Ok(())
    }

    /// The node of a place that several fields share.
    fn shared_node(&self, place: PlaceId, subgraph: SubgraphId) -> Option<NodeId> {
        let place = self.places.get(place);
        let is_shared = place.shared.as_ref().is_some_and(|one| one.subgraph == subgraph);
        let first = place.sites.first().filter(|site| site.via.subgraph == subgraph);
        first.filter(|_| is_shared).map(|site| site.node)
    }

    /// Where some objects can be had from one subgraph in which they are.
    pub(super) fn reach_in(&mut self, objects: Objects, subgraph: SubgraphId) -> ReachId {
        let mut stations = self.stations(objects);
        stations.retain(|station| station.subgraph == subgraph);
        self.reaches.reach_at(objects.ty, stations, self.labels.clone())
    }

    /// The slot of the name of an object's runtime type.
    pub(super) fn typename_slot(&mut self, place: PlaceId) -> SlotId {
        if let Some(slot) = self.places.get(place).typename {
            return slot;
        }
        let name = apollo_compiler::name!("__typename");
        let key = self.requirement_key(place, &name, &[]);
        let slot = self.places.leaf_slot(place, &key);
        self.places.get_mut(place).typename = Some(slot);
        slot
    }

    /// Has a node tell the runtime types of its objects.
    pub(super) fn ask_typename(&mut self, node: NodeId) {
        let place = self.fetches.node(node).place;
        let slot = self.typename_slot(place);
        let key = self.places.get(place).slots[slot.index()].response_key.clone();
        self.fetches.add_typename(node, key, slot);
    }

    /// Finds out the runtime types where the client's selection depends on them and the first site
    /// knows an interface only.
    pub(super) fn tell_type(&mut self, place: PlaceId, entries: &[Entry]) -> Result<(), PlanError> {
        let here = self.places.get(place);
        if here.sites.first().is_none_or(|site| site.via.interface.is_none()) {
            return Ok(());
        }
        let all = &self.graph.ty(here.ty).possible;
        let depends =
            |entry: &Entry| !all.is_subset(&entry.on) || entry.field == EntryField::Typename;
        if !self.graph.ty(here.ty).is_abstract() || !entries.iter().any(depends) {
            return Ok(());
        }
        let wanted = entries.iter().filter(|entry| depends(entry));
        let wanted = wanted.map(|entry| self.operation.condition(entry.when));
        let wanted = wanted.fold(Condition::never(), |any, when| any.or(when));
        for ty in self.occurring_types(place, &all.clone()).iter() {
            let objects = Objects { place, ty };
            let reach = self.reach(objects);
            if let Some(node) = self.know_type(objects, reach, usize::MAX)? {
                let slot = self.typename_slot(place);
                self.fetches.want_typename(node, slot, &wanted);
            }
        }
        Ok(())
    }
}

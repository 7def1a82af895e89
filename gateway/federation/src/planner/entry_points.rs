//! Getting to an object in another subgraph: by a key, by the parent's field, or at the root.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use super::fetch_graph::{GroupId, NewField, Purpose};
use super::places::{NodeId, Objects, PlaceId, Site, Via};
use super::requirements::Suppliers;
use super::{PlanError, Planner};
use crate::query_graph::{FieldAt, FieldId, TypeId, TypeSet};
use crate::query_plan::{Representation, RepresentationField};
use crate::reach::{EntranceKey, Knowledge, Provided, ReachId, Station};

/// What an entity is entered with.
pub(super) struct Inputs {
    /// The `__typename` of the representation.
    type_name: apollo_compiler::Name,
    fields: Vec<RepresentationField>,
    pub(super) from: BTreeSet<NodeId>,
}

impl<'a> Planner<'a> {
    /// A field as a subgraph declares it for some objects.
    pub(super) fn field_at(&self, objects: Objects, name: &str, via: Via) -> Option<&'a FieldAt> {
        self.graph.field_at(via.ty(objects.ty), name, via.subgraph)
    }

    /// How many steps away a subgraph is for some objects; nothing if it cannot be entered.
    pub(super) fn rank_at(&mut self, objects: Objects, via: Via) -> Option<usize> {
        if self.places.site(objects, via).is_some() {
            return Some(0);
        }
        let reach = self.reach(objects);
        let number = self.entrance(reach, objects, via)?;
        Some(self.reaches.jump(reach, number)?.rank.max(1))
    }

    pub(super) fn entrance(&self, reach: ReachId, objects: Objects, via: Via) -> Option<usize> {
        self.reaches.entrances(reach).find(via.ty(objects.ty), via.subgraph)
    }

    /// Where some objects can be had, the parent's field being asked for again where that helps.
    pub(super) fn reach(&mut self, objects: Objects) -> ReachId {
        let mut stations = self.stations(objects);
        let by_parent = self.stations_by_parent(objects);
        let direct = self.reaches.reach_at(objects.ty, stations.clone(), self.labels.clone());
        if by_parent.is_empty() {
            return direct;
        }
        // Where a key leads, one goes by the key, unless nothing has to be waited for above.
        let may_ask_again = self.may_be_asked_again(objects.place);
        let entrances = self.reaches.entrances(direct);
        stations.extend(by_parent.into_iter().filter(|station| {
            let number = entrances.find(station.ty, station.subgraph);
            let is_led_to = |number| self.reaches.jump(direct, number).is_some();
            let asks_again = may_ask_again && self.asks_again.contains(&station.subgraph);
            asks_again || !number.is_some_and(is_led_to)
        }));
        self.reaches.reach_at(objects.ty, stations, self.labels.clone())
    }

    /// Where some objects are.
    pub(super) fn stations(&self, objects: Objects) -> Vec<Station<'a>> {
        let place = self.places.get(objects.place);
        let graph = self.graph;
        if place.path.is_empty() && !graph.is_query_root(place.ty) {
            // Every subgraph that has the type can be asked for fields of a mutation.
            let all = graph.ty(place.ty).in_subgraphs.iter();
            let all = all.map(|at| (at.subgraph, place.ty, Provided::default()));
            return all
                .map(|(subgraph, ty, provided)| Station { subgraph, ty, provided })
                .collect();
        }
        let sites = place.sites.iter().filter(|site| site.on.contains(objects.ty));
        let stations = sites.map(|site| Station {
            subgraph: site.via.subgraph,
            ty: site.via.ty(objects.ty),
            provided: site.provided.clone(),
        });
        stations.collect()
    }

    /// Where the field that leads here can be asked for again: in subgraphs that share it and can
    /// be entered above. Never through a mutation: its field would run twice.
    fn stations_by_parent(&mut self, objects: Objects) -> Vec<Station<'a>> {
        let place = self.places.get(objects.place);
        let (None, Some(descent)) = (&place.shared, &place.descent) else {
            return Vec::new();
        };
        let graph = self.graph;
        let (above, on, field) = (descent.parent, descent.on.clone(), descent.field);
        let sharing = self.sharing(field, &on);
        let field = graph.field(field);
        if graph.is_root(field.parent) && !graph.is_query_root(field.parent) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for via in sharing {
            let ats: Vec<&FieldAt> = on
                .iter()
                .filter_map(|parent| graph.field_at(via.ty(parent), &field.name, via.subgraph))
                .collect();
            let mut below = ats.iter().flat_map(|at| graph.objects_at(at.named_type, via.subgraph));
            let Some((_, as_type)) = below.find(|(object, _)| *object == objects.ty) else {
                continue;
            };
            let enterable = on.iter().all(|ty| {
                let parents = Objects { place: above, ty };
                self.rank_at(parents, via).is_some()
            });
            if enterable {
                let provided = Provided::of(ats.first().and_then(|at| at.provides.as_ref()));
                found.push(Station { subgraph: via.subgraph, ty: as_type, provided });
            }
        }
        found
    }

    /// Whether subgraphs that share the root field that leads here may be asked for it again.
    fn may_be_asked_again(&self, place: PlaceId) -> bool {
        let descent = self.places.get(place).descent.as_ref();
        !self.asks_again.is_empty()
            && descent.is_some_and(|descent| {
                self.can_be_asked_again(descent.parent, descent.field, &descent.on)
            })
    }

    /// Whether a field at the query's root gives an object that several subgraphs can give. Items
    /// of a list are better known by their keys than by their positions, and of an abstract type
    /// not every subgraph may know all objects.
    pub(super) fn can_be_asked_again(&self, parent: PlaceId, field: FieldId, on: &TypeSet) -> bool {
        let node = self.graph.field(field);
        self.places.get(parent).path.is_empty()
            && self.graph.is_query_root(node.parent)
            && !node.ty.is_list()
            && !self.graph.ty(node.named_type).is_abstract()
            && self.sharing(field, on).len() > 1
    }

    /// The subgraphs that can plainly resolve a field of all of some types.
    pub(super) fn sharing(&self, field: FieldId, on: &TypeSet) -> Vec<Via> {
        let graph = self.graph;
        let name = &graph.field(field).name;
        let Some(first) = on.iter().next() else { return Vec::new() };
        let mut vias = Vec::new();
        let own = graph.ty(first).in_subgraphs.iter();
        vias.extend(own.map(|at| Via { subgraph: at.subgraph, interface: None }));
        for interface in &graph.ty(first).interfaces {
            let places = graph.ty(*interface).in_subgraphs.iter();
            let places = places.filter(|at| at.is_interface_object);
            vias.extend(
                places.map(|at| Via { subgraph: at.subgraph, interface: Some(*interface) }),
            );
        }
        vias.retain(|via| {
            on.iter().all(|parent| {
                let at = graph.field_at(via.ty(parent), name, via.subgraph);
                at.is_some_and(|at| {
                    !at.is_external && !at.has_inputs() && self.is_on(at.label.as_ref())
                })
            })
        });
        vias
    }

    /// The site that is to answer a field; opened if it is not there yet.
    pub(super) fn site_for_field(
        &mut self,
        objects: Objects,
        name: &str,
        via: Via,
    ) -> Result<Site<'a>, PlanError> {
        let Some(at) = self.field_at(objects, name, via).filter(|at| at.has_inputs()) else {
            return self.enter(objects, via);
        };
        self.requiring.push((objects.ty, via, Name::new_unchecked(name)));
        let site = if at.context_arguments.is_empty() {
            self.enter_with_requirement(objects, via, (name, at))
        } else {
            self.enter_with_contexts(objects, via, (name, at))
        };
        self.requiring.pop();
        site
    }

    /// The site of a subgraph for some objects; opened if it is not there yet.
    pub(super) fn enter(&mut self, objects: Objects, via: Via) -> Result<Site<'a>, PlanError> {
        if let Some(site) = self.places.site(objects, via) {
            return Ok(site.clone());
        }
        if self.graph.is_query_root(objects.ty) {
            return Ok(self.enter_root(objects, via, OperationType::Query));
        }
        let unreachable = PlanError::unreachable_subgraph(self.graph, objects.ty, via.subgraph);
        let stations = self.stations(objects);
        let direct = self.reaches.reach_at(objects.ty, stations, self.labels.clone());
        let is_direct = |planner: &Self| {
            let number = planner.entrance(direct, objects, via);
            number.is_some_and(|number| planner.reaches.jump(direct, number).is_some())
        };
        let asks_again =
            self.asks_again.contains(&via.subgraph) && self.may_be_asked_again(objects.place);
        let reach = if !asks_again && is_direct(self) { direct } else { self.reach(objects) };
        let Some(number) = self.entrance(reach, objects, via) else { return Err(unreachable) };
        let Some(jump) = self.reaches.jump(reach, number) else { return Err(unreachable) };
        let Some(key) = jump.key else { return self.enter_by_parent(objects, via) };
        let key = self.reaches.entrances(reach).all()[number].keys()[key];
        let suppliers = Suppliers { reach, rank: jump.rank, in_parts: false };
        let inputs = self.key_inputs(objects, via, key, &suppliers)?;
        let candidates: Vec<Site<'a>> = self.places.get(objects.place).sites.clone();
        let site = self.entity_site(objects, via, inputs, &candidates);
        self.places.add_site(objects.place, site.clone());
        Ok(site)
    }

    /// The site at which a field is provided: a key leads to the same objects, but not there.
    pub(super) fn enter_where_provided(
        &mut self,
        objects: Objects,
        name: &str,
        via: Via,
    ) -> Result<Site<'a>, PlanError> {
        let provided = |planner: &Self| {
            let mut sites = planner.places.get(objects.place).sites.iter();
            let provides = |site: &Site<'a>| {
                site.via == via
                    && site.on.contains(objects.ty)
                    && site.provided.has(objects.ty, name)
            };
            sites.find(|site| provides(site)).cloned()
        };
        if let Some(site) = provided(self) {
            return Ok(site);
        }
        let other = match self.places.site(objects, via) {
            Some(_) => self.enter_by_parent(objects, via)?,
            None => self.enter(objects, via)?,
        };
        Ok(provided(self).unwrap_or(other))
    }

    /// Whether a fetch tells a field of objects of a type.
    pub(super) fn is_told(&self, site: &Site<'a>, ty: TypeId, name: &str) -> bool {
        let groups = self.fetches.groups_of(site.node);
        groups.iter().any(|group| {
            let representations = self.fetches.group(*group).representations.iter().flatten();
            let mut told =
                representations.filter(|one| one.on.contains(ty)).flat_map(|it| &it.fields);
            told.any(|field| field.name == name)
        })
    }

    /// A fetch of its own for fields that need `@requires` inputs, shared where that can be.
    fn enter_with_requirement(
        &mut self,
        objects: Objects,
        via: Via,
        field: (&str, &'a FieldAt),
    ) -> Result<Site<'a>, PlanError> {
        let place = objects.place;
        let inputs = self.inputs_for(objects, via, field)?;
        let candidates = self.places.get(place).with_requirements.clone();
        let site = self.entity_site(objects, via, inputs, &candidates);
        self.places.add_site_with_requirements(place, site.clone());
        if self.places.site(objects, via).is_none() {
            self.places.add_site(place, site.clone());
        }
        Ok(site)
    }

    /// What is told of some objects so that fields with inputs of their own can be asked for.
    pub(super) fn inputs_for(
        &mut self,
        objects: Objects,
        via: Via,
        (name, at): (&str, &'a FieldAt),
    ) -> Result<Inputs, PlanError> {
        let place = objects.place;
        let reach = self.reach(objects);
        let number = self.entrance(reach, objects, via);
        let key = number.and_then(|number| self.requirement_key_at(reach, number, name));
        let Some((mut key, rank)) = key else {
            let (graph, ty) = (self.graph, objects.ty);
            return Err(PlanError::unreachable_subgraph(graph, ty, via.subgraph));
        };
        // One key is enough, whatever has come in reach since.
        let known = self.places.get(place).requirement_entries.iter();
        let mut known = known.filter(|(ty, other, _)| *ty == objects.ty && *other == via);
        match known.next() {
            Some((_, _, first)) => key = *first,
            None => {
                let entry = (objects.ty, via, key);
                self.places.get_mut(place).requirement_entries.push(entry);
            }
        }
        let suppliers = Suppliers { reach, rank, in_parts: false };
        let mut inputs = self.key_inputs(objects, via, key, &suppliers)?;
        if let Some(requires) = &at.requires {
            let (fields, from) = self.require(objects, requires, &suppliers)?;
            RepresentationField::merge(&mut inputs.fields, fields);
            inputs.from.extend(from);
        }
        Ok(inputs)
    }

    /// The key by which requirements are brought to an entrance: of the object's own type, which is
    /// who has requirements; one that can be had without asking there first, or, where the object
    /// came from there, with. Who states a requirement can be
    /// entered for it also by a key that is not resolvable. And before which round both can be had:
    /// what only the field itself leads to comes later.
    pub(super) fn requirement_key_at(
        &mut self,
        reach: ReachId,
        number: usize,
        name: &str,
    ) -> Option<(EntranceKey, usize)> {
        let rank = self.reaches.met_rank(reach, number, name)?;
        let entrances = self.reaches.entrances(reach);
        let entrance = &entrances.all()[number];
        let taken = self.reaches.jump(reach, number)?.key;
        let mut usable = Vec::new();
        for (position, key) in entrance.keys().iter().enumerate() {
            let fields = entrance.key_fields(self.graph, *key);
            let is_taken = taken == Some(position);
            if is_taken || self.reaches.is_obtainable(reach, &fields.items, rank) {
                usable.push((key.ty != entrance.ty, !is_taken, !key.resolvable, position));
            }
        }
        let best = usable.into_iter().min();
        best.map(|(.., position)| (entrance.keys()[position], rank))
    }

    pub(super) fn key_inputs(
        &mut self,
        objects: Objects,
        via: Via,
        key: EntranceKey,
        suppliers: &Suppliers,
    ) -> Result<Inputs, PlanError> {
        let graph = self.graph;
        let at = graph.type_at(key.ty, via.subgraph).and_then(|at| at.keys.get(key.position));
        let Some(at) = at else {
            return Err(PlanError::unreachable_subgraph(graph, objects.ty, via.subgraph));
        };
        let (mut fields, mut from) = self.require(objects, &at.fields, suppliers)?;
        fields.iter_mut().for_each(|field| field.is_key = true);
        if key.ty == objects.ty {
            from.extend(self.know_type(objects, suppliers.reach, suppliers.rank)?);
        }
        Ok(Inputs { type_name: graph.ty(key.ty).name.clone(), fields, from })
    }

    /// Makes sure that the runtime type of some objects is told; gives the node that tells it,
    /// unless it is plain.
    pub(super) fn know_type(
        &mut self,
        objects: Objects,
        reach: ReachId,
        rank: usize,
    ) -> Result<Option<NodeId>, PlanError> {
        if !self.graph.ty(self.places.get(objects.place).ty).is_abstract() {
            return Ok(None);
        }
        let sites = &self.places.get(objects.place).sites;
        let telling = sites
            .iter()
            .find(|site| site.via.interface.is_none() && site.on.contains(objects.ty))
            .map(|site| site.node);
        if let Some(node) = telling {
            self.ask_typename(node);
            return Ok(Some(node));
        }
        let entrances = self.reaches.entrances(reach);
        let mut nearest: Option<(usize, Via)> = None;
        for (number, entrance) in entrances.all().iter().enumerate() {
            if entrance.knowledge != Knowledge::RuntimeType {
                continue;
            }
            let Some(jump) = self.reaches.jump(reach, number) else { continue };
            if jump.rank < rank && nearest.is_none_or(|(best, _)| jump.rank < best) {
                nearest = Some((jump.rank, Via::of(entrance, objects.ty)));
            }
        }
        let Some((_, via)) = nearest else {
            return Err(PlanError::unknown_type(self.graph, objects.ty));
        };
        let site = self.enter(objects, via)?;
        self.ask_typename(site.node);
        Ok(Some(site.node))
    }

    /// An entity fetch for the place and subgraph: one of the candidates, or a new one.
    pub(super) fn entity_site(
        &mut self,
        Objects { place, ty }: Objects,
        via: Via,
        inputs: Inputs,
        candidates: &[Site<'a>],
    ) -> Site<'a> {
        let on = TypeSet::from(ty);
        let shared = candidates.iter().find_map(|site| {
            let group = self.fetches.root_of(site.node)?;
            let known = self.fetches.group(group);
            let is_entity =
                known.representations.is_some() && known.delivery == self.fetches.delivery;
            let waits = || inputs.from.iter().any(|one| self.fetches.waits_for(*one, group));
            let mut told = known.representations.iter().flatten().filter(|one| one.on.contains(ty));
            let is_clear = told.all(|one| !RepresentationField::clash(&one.fields, &inputs.fields));
            (is_entity && site.via == via && is_clear && !waits()).then_some(group)
        });
        let group = shared.unwrap_or_else(|| {
            let query = OperationType::Query;
            self.fetches.add_group(via, query, (place, via.interface), Some(Vec::new()))
        });
        self.fetches.group_mut(group).series = self.series;
        let group_mut = self.fetches.group_mut(group);
        group_mut.inputs.extend(&inputs.from);
        if let Some(representations) = &mut group_mut.representations {
            match representations.iter_mut().find(|one| one.on.contains(ty)) {
                Some(one) => RepresentationField::merge(&mut one.fields, inputs.fields),
                None => {
                    let Inputs { type_name, fields, .. } = inputs;
                    representations.push(Representation { on: on.clone(), type_name, fields });
                }
            }
        }
        let node = self.fetches.group(group).root;
        Site { via, node, on, provided: Provided::default() }
    }

    /// Asks for the place's own field in another subgraph that shares it.
    fn enter_by_parent(&mut self, objects: Objects, via: Via) -> Result<Site<'a>, PlanError> {
        let Objects { place, ty } = objects;
        let unreachable = PlanError::unreachable_subgraph(self.graph, ty, via.subgraph);
        let Some(descent) = self.places.get(place).descent.clone() else {
            return Err(unreachable);
        };
        let sharing = self.sharing(descent.field, &descent.on);
        let above = sharing.into_iter().find(|above| above.subgraph == via.subgraph);
        let Some(above) = above else { return Err(unreachable) };
        for parent_type in descent.on.iter() {
            let parents = Objects { place: descent.parent, ty: parent_type };
            let parent = self.enter(parents, above)?;
            let on = TypeSet::from(parent_type);
            let field = NewField {
                response_key: descent.response_key.clone(),
                name: self.graph.field(descent.field).name.clone(),
                arguments: descent.arguments.clone(),
                slot: descent.slot,
                on,
                when: crate::operation::Condition::always(),
                purpose: Purpose::Way,
            };
            self.descend(&parent, descent.field, field, place)?;
        }
        self.places.site(objects, via).cloned().ok_or(unreachable)
    }

    /// A request at the root of a subgraph.
    fn enter_root(
        &mut self,
        objects: Objects,
        via: Via,
        operation_type: OperationType,
    ) -> Site<'a> {
        let site = self.root_site(objects, via, operation_type);
        self.places.add_site(objects.place, site.clone());
        site
    }

    pub(super) fn root_site(
        &mut self,
        Objects { place, ty }: Objects,
        via: Via,
        operation_type: OperationType,
    ) -> Site<'a> {
        let group = self.fetches.add_group(via, operation_type, (place, Some(ty)), None);
        let on = self.graph.ty(ty).possible.clone();
        let node = self.fetches.group(group).root;
        let here = self.places.get(place);
        let is_below = !here.path.is_empty();
        if let Some(first) = here.sites.first().filter(|_| is_below) {
            // Once there is an object to which the answer belongs.
            let first = first.node;
            self.fetches.group_mut(group).inputs.insert(first);
        }
        Site { via, node, on, provided: Provided::default() }
    }

    /// A new root request of a mutation or subscription, after everything that is there.
    pub(super) fn open_next(&mut self, root: PlaceId, via: Via, operation_type: OperationType) {
        let before: BTreeSet<GroupId> = self.fetches.group_ids().collect();
        self.places.get_mut(root).sites.clear();
        let ty = self.places.get(root).ty;
        let site = self.enter_root(Objects { place: root, ty }, via, operation_type);
        if let Some(group) = self.fetches.root_of(site.node) {
            self.fetches.group_mut(group).after = before;
        }
    }
}

//! Getting to an object in another subgraph: by a key, by the parent's field, or at the root.

use std::collections::BTreeSet;

use apollo_compiler::ast::OperationType;

use super::fetch_graph::{GroupId, GroupTarget, NewField};
use super::places::{Descent, Objects, PlaceId, Site};
use super::requirements::Suppliers;
use super::{PlanError, Planner};
use crate::query_graph::{FieldAt, FieldId, FieldSet, TypeId};
use crate::query_plan::{PathElement, Representation, RepresentationField};
use crate::supergraph::SubgraphId;

/// What an entity is entered with.
struct Inputs {
    fields: Vec<RepresentationField>,
    depends_on: BTreeSet<GroupId>,
}

impl Planner<'_> {
    /// Whether a subgraph can be brought to answer a field it has, at a place.
    pub(super) fn can_resolve(&mut self, objects: Objects, at: &FieldAt) -> bool {
        if self.rank_at(objects, at.subgraph).is_none() {
            return false;
        }
        let Some(requires) = &at.requires else { return true };
        let have = self.have(objects);
        let reach = self.reaches.reach_from(objects.ty, &have);
        self.entry_key(objects.ty, at.subgraph, &have).is_some()
            && self.reaches.is_obtainable(reach, requires, usize::MAX)
    }

    /// How many steps away a subgraph is for objects of a type; nothing if it cannot be entered.
    pub(super) fn rank_at(&mut self, objects: Objects, subgraph: SubgraphId) -> Option<usize> {
        if self.places.site(objects, subgraph).is_some() {
            return Some(0);
        }
        if self.places.get(objects.place).descent.is_none() {
            return self.graph.type_at(objects.ty, subgraph).map(|_| 1);
        }
        let have = self.have(objects);
        let reach = self.reaches.reach_from(objects.ty, &have);
        Some(self.reaches.jump_to(reach, subgraph)?.rank.max(1))
    }

    /// Where the objects are, and where the parent's field can bring them.
    fn have(&mut self, objects: Objects) -> Vec<SubgraphId> {
        let mut have = self.places.available(objects);
        have.extend(self.by_parent(objects));
        have.sort_unstable();
        have.dedup();
        have
    }

    /// The subgraphs that share the field which leads here, and can be entered above. Never
    /// through a mutation: its field would run twice.
    fn by_parent(&mut self, objects: Objects) -> Vec<SubgraphId> {
        let Some(descent) = self.places.get(objects.place).descent.clone() else {
            return Vec::new();
        };
        let field = self.graph.field(descent.field);
        if self.graph.root(OperationType::Query) != Some(field.parent)
            && self.graph.is_root(field.parent)
        {
            return Vec::new();
        }
        let mut found = Vec::new();
        for subgraph in field.in_subgraphs.iter().map(|at| at.subgraph) {
            let knows = self.graph.type_at(objects.ty, subgraph).is_some();
            let shared = descent.on.iter().all(|parent| {
                let at = self.graph.field_at(parent, &field.name, subgraph);
                at.is_some_and(|at| !at.is_external && at.requires.is_none())
            });
            let enterable = |planner: &mut Self| {
                descent.on.iter().all(|ty| {
                    let parents = Objects { place: descent.parent, ty };
                    planner.rank_at(parents, subgraph).is_some()
                })
            };
            if knows && shared && enterable(self) {
                found.push(subgraph);
            }
        }
        found
    }

    /// The site that is to answer a field; opened if it is not there yet.
    pub(super) fn site_for_field(
        &mut self,
        objects: Objects,
        field: FieldId,
        subgraph: SubgraphId,
    ) -> Result<Site, PlanError> {
        let graph = self.graph;
        let at = graph.field_at(objects.ty, &graph.field(field).name, subgraph);
        match at.and_then(|at| at.requires.as_ref()) {
            Some(requires) => self.enter_with_requirement(objects, subgraph, requires),
            None => self.enter(objects, subgraph),
        }
    }

    /// The site of a subgraph for some objects; opened if it is not there yet.
    pub(super) fn enter(
        &mut self,
        objects: Objects,
        subgraph: SubgraphId,
    ) -> Result<Site, PlanError> {
        let Objects { place, ty } = objects;
        if let Some(site) = self.places.site(objects, subgraph) {
            return Ok(site.clone());
        }
        if self.places.get(place).descent.is_none() {
            return Ok(self.enter_root(objects, subgraph, OperationType::Query));
        }
        let available = self.places.available(objects);
        let direct = self.reaches.reach_from(ty, &available);
        let direct = self.reaches.jump_to(direct, subgraph);
        if direct.is_none() && self.by_parent(objects).contains(&subgraph) {
            return self.enter_by_parent(objects, subgraph);
        }
        let have = if direct.is_some() { available } else { self.have(objects) };
        let reach = self.reaches.reach_from(ty, &have);
        let graph = self.graph;
        let entrance = self.reaches.jump_to(reach, subgraph).and_then(|jump| {
            let key = graph.type_at(ty, subgraph)?.keys.get(jump.key?)?;
            Some((jump.rank, key))
        });
        let Some((rank, key)) = entrance else {
            return Err(PlanError::unreachable_subgraph(graph, ty, subgraph));
        };
        let suppliers = Suppliers { reach, rank, except: None };
        let inputs = self.key_inputs(objects, &key.fields, &suppliers)?;
        let candidates: Vec<Site> = self.places.get(place).sites.clone();
        let site = self.entity_site(objects, subgraph, inputs, &candidates);
        self.places.add_site(place, site.clone());
        Ok(site)
    }

    /// A fetch of its own for fields that need `@requires` inputs, shared where that can be.
    fn enter_with_requirement(
        &mut self,
        objects: Objects,
        subgraph: SubgraphId,
        requires: &FieldSet,
    ) -> Result<Site, PlanError> {
        let Objects { place, ty } = objects;
        let graph = self.graph;
        let have = self.have(objects);
        let reach = self.reaches.reach_from(ty, &have);
        let key = self.entry_key(ty, subgraph, &have);
        let key = key.and_then(|key| graph.type_at(ty, subgraph)?.keys.get(key));
        let Some(key) = key else {
            return Err(PlanError::unreachable_subgraph(graph, ty, subgraph));
        };
        let mut suppliers = Suppliers { reach, rank: usize::MAX, except: None };
        let mut inputs = self.key_inputs(objects, &key.fields, &suppliers)?;
        suppliers.except = Some(subgraph);
        let (fields, depends_on) = self.require(objects, requires, &suppliers)?;
        RepresentationField::merge(&mut inputs.fields, fields);
        inputs.depends_on.extend(depends_on);
        let candidates = self.places.get(place).with_requirements.clone();
        let site = self.entity_site(objects, subgraph, inputs, &candidates);
        self.places.add_site_with_requirements(place, site.clone());
        if self.places.site(objects, subgraph).is_none() {
            self.places.add_site(place, site.clone());
        }
        Ok(site)
    }

    /// A key of the type in the subgraph that can be had without asking that subgraph first,
    /// or, where the object came from it, with. Who states a requirement can be entered for it
    /// also by a key that is not resolvable.
    fn entry_key(
        &mut self,
        ty: TypeId,
        subgraph: SubgraphId,
        have: &[SubgraphId],
    ) -> Option<usize> {
        let reach = self.reaches.reach_from(ty, have);
        if let Some(key) = self.reaches.jump_to(reach, subgraph)?.key {
            return Some(key);
        }
        let keys = &self.graph.type_at(ty, subgraph)?.keys;
        let mut obtainable = Vec::new();
        for (position, key) in keys.iter().enumerate() {
            if self.reaches.is_obtainable(reach, &key.fields, usize::MAX) {
                obtainable.push((!key.resolvable, position));
            }
        }
        obtainable.into_iter().min().map(|(_, position)| position)
    }

    fn key_inputs(
        &mut self,
        objects: Objects,
        key: &FieldSet,
        suppliers: &Suppliers,
    ) -> Result<Inputs, PlanError> {
        let (mut fields, depends_on) = self.require(objects, key, suppliers)?;
        fields.iter_mut().for_each(|field| field.is_key = true);
        Ok(Inputs { fields, depends_on })
    }

    /// An entity fetch for the place and subgraph: one of the candidates, or a new one.
    fn entity_site(
        &mut self,
        Objects { place, ty }: Objects,
        subgraph: SubgraphId,
        inputs: Inputs,
        candidates: &[Site],
    ) -> Site {
        let mut on = self.graph.empty_type_set();
        on.insert(ty);
        let path = self.places.get(place).path.clone();
        let shared = candidates.iter().find(|site| {
            let group = self.fetches.group(site.group);
            let same_place =
                matches!(&group.target, GroupTarget::Entities { path: at, .. } if *at == path);
            same_place
                && site.subgraph == subgraph
                && group.root == site.node
                && !inputs.depends_on.iter().any(|one| self.fetches.waits_for(*one, site.group))
        });
        let group = match shared {
            Some(site) => site.group,
            None => {
                let target = GroupTarget::Entities { path, representations: Vec::new() };
                self.fetches.add_group(subgraph, OperationType::Query, target, None)
            }
        };
        let type_name = self.graph.ty(ty).name.clone();
        let group_mut = self.fetches.group_mut(group);
        group_mut.depends_on.extend(inputs.depends_on);
        if let GroupTarget::Entities { representations, .. } = &mut group_mut.target {
            match representations.iter_mut().find(|one| one.ty == ty) {
                Some(one) => RepresentationField::merge(&mut one.fields, inputs.fields),
                None => {
                    representations.push(Representation { ty, type_name, fields: inputs.fields });
                }
            }
        }
        Site { subgraph, group, node: self.fetches.group(group).root, on, provided: None }
    }

    /// Asks for the place's own field in another subgraph that shares it.
    fn enter_by_parent(
        &mut self,
        objects: Objects,
        subgraph: SubgraphId,
    ) -> Result<Site, PlanError> {
        let Objects { place, ty } = objects;
        let Some(descent) = self.places.get(place).descent.clone() else {
            return Err(PlanError::unreachable_subgraph(self.graph, ty, subgraph));
        };
        for parent_type in descent.on.iter() {
            let parents = Objects { place: descent.parent, ty: parent_type };
            let parent = self.enter(parents, subgraph)?;
            let mut on = self.graph.empty_type_set();
            on.insert(parent_type);
            let field = NewField {
                response_key: descent.response_key.clone(),
                name: self.graph.field(descent.field).name.clone(),
                arguments: descent.arguments.clone(),
                on,
                when: crate::operation::Condition::always(),
                is_requirement: false,
            };
            let site = self.site_below(&parent, descent.field, field)?;
            self.places.add_site(place, site);
        }
        let site = self.places.site(objects, subgraph).cloned();
        site.ok_or_else(|| PlanError::unreachable_subgraph(self.graph, ty, subgraph))
    }

    /// A request at the root of a subgraph.
    fn enter_root(
        &mut self,
        Objects { place, ty }: Objects,
        subgraph: SubgraphId,
        operation_type: OperationType,
    ) -> Site {
        let group = self.fetches.add_group(subgraph, operation_type, GroupTarget::Root, Some(ty));
        let on = self.graph.ty(ty).possible.clone();
        let node = self.fetches.group(group).root;
        let site = Site { subgraph, group, node, on, provided: None };
        self.places.add_site(place, site.clone());
        site
    }

    /// A new root request of a mutation, after everything that is there.
    pub(super) fn open_mutation(&mut self, root: PlaceId, subgraph: SubgraphId) -> GroupId {
        let before: BTreeSet<GroupId> = self.fetches.group_ids().collect();
        self.places.get_mut(root).sites.clear();
        let ty = self.places.get(root).ty;
        let site = self.enter_root(Objects { place: root, ty }, subgraph, OperationType::Mutation);
        self.fetches.group_mut(site.group).depends_on = before;
        site.group
    }

    /// Adds a composite field at a site and gives the place below it, with the site there.
    pub(super) fn descend(
        &mut self,
        place: PlaceId,
        site: &Site,
        field_id: FieldId,
        field: NewField,
    ) -> Result<PlaceId, PlanError> {
        let node = self.graph.field(field_id);
        let descent = Descent {
            parent: place,
            field: field_id,
            response_key: field.response_key.clone(),
            arguments: field.arguments.clone(),
            on: field.on.clone(),
        };
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
        let below = self.site_below(site, field_id, field)?;
        let child = self.places.child(&descent, node.named_type, path);
        self.places.add_site(child, below);
        Ok(child)
    }

    /// Adds a composite field at a site; gives the site below it.
    fn site_below(
        &mut self,
        site: &Site,
        field_id: FieldId,
        field: NewField,
    ) -> Result<Site, PlanError> {
        let graph = self.graph;
        let name = graph.field(field_id).name.clone();
        let at = field.on.iter().find_map(|ty| graph.field_at(ty, &name, site.subgraph));
        let child_type = at.map_or(graph.field(field_id).named_type, |at| at.named_type);
        let possible = graph.type_at(child_type, site.subgraph).map(|at| at.possible.clone());
        let inherited = site.provided.as_ref().and_then(|provided| provided.item(&name));
        let inherited = inherited.and_then(|item| item.children.clone());
        let provided = at.and_then(|at| at.provides.clone()).or(inherited);
        let node = self.fetches.add_composite(site.node, field, child_type)?;
        if graph.ty(graph.field(field_id).named_type).is_abstract() {
            self.fetches.add_typename(node);
        }
        let on = possible.unwrap_or_else(|| graph.empty_type_set());
        Ok(Site { subgraph: site.subgraph, group: site.group, node, on, provided })
    }
}

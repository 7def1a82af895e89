//! Places: the positions of the answer, and in which fetches the objects there are available.

use apollo_compiler::ast::Argument;
use apollo_compiler::{Name, Node};

use super::fetch_graph::{GroupId, NodeId};
use crate::operation::SelectionId;
use crate::query_graph::{FieldId, FieldSet, TypeId, TypeSet};
use crate::query_plan::PathElement;
use crate::supergraph::SubgraphId;

/// A place's position in [`Places`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PlaceId(usize);

/// The objects of one type at a place: what the planner decides about, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Objects {
    pub(super) place: PlaceId,
    pub(super) ty: TypeId,
}

/// Where the objects of a place are available in one subgraph.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) subgraph: SubgraphId,
    pub(super) group: GroupId,
    pub(super) node: NodeId,
    /// For objects of these types.
    pub(super) on: TypeSet,
    /// External fields that `@provides` lets one read here.
    pub(super) provided: Option<FieldSet>,
}

/// How a place was reached from the one above.
#[derive(Debug, Clone)]
pub(super) struct Descent {
    pub(super) parent: PlaceId,
    pub(super) field: FieldId,
    pub(super) response_key: Name,
    pub(super) arguments: Vec<Node<Argument>>,
    /// The types of the parent's objects.
    pub(super) on: TypeSet,
}

/// One position of the answer.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) ty: TypeId,
    pub(super) path: Vec<PathElement>,
    pub(super) descent: Option<Descent>,
    pub(super) sites: Vec<Site>,
    /// Fetches that were entered with `@requires` inputs.
    pub(super) with_requirements: Vec<Site>,
    /// What the client asks for here: its response keys are taken.
    pub(super) selection: Option<SelectionId>,
    /// Response keys that requirements use, with the field they stand for.
    pub(super) requirement_keys: Vec<(Name, Name, Vec<Node<Argument>>)>,
    /// The runtime types that the first site can give; `None` when any of `ty`'s.
    occurring: Option<TypeSet>,
    children: Vec<(Name, TypeSet, PlaceId)>,
}

/// All places of one operation.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: Vec<Place>,
}

impl Places {
    /// The root of the answer.
    pub(super) fn root(&mut self, ty: TypeId, selection: SelectionId) -> PlaceId {
        let root = self.push(ty, Vec::new(), None);
        self.set_selection(root, selection);
        root
    }

    pub(super) fn get(&self, id: PlaceId) -> &Place {
        &self.places[id.0]
    }

    pub(super) fn get_mut(&mut self, id: PlaceId) -> &mut Place {
        &mut self.places[id.0]
    }

    pub(super) fn occurring(&self, id: PlaceId) -> Option<&TypeSet> {
        self.places[id.0].occurring.as_ref()
    }

    pub(super) fn set_selection(&mut self, id: PlaceId, selection: SelectionId) {
        self.places[id.0].selection = Some(selection);
    }

    /// The place below a field for some of the parent's types; made when it is not there yet.
    pub(super) fn child(
        &mut self,
        descent: &Descent,
        ty: TypeId,
        path: Vec<PathElement>,
    ) -> PlaceId {
        let children = &self.places[descent.parent.0].children;
        let known =
            children.iter().find(|(key, on, _)| *key == descent.response_key && *on == descent.on);
        if let Some((_, _, id)) = known {
            return *id;
        }
        let id = self.push(ty, path, Some(descent.clone()));
        let entry = (descent.response_key.clone(), descent.on.clone(), id);
        self.places[descent.parent.0].children.push(entry);
        id
    }

    /// Adds a site; the first one decides which runtime types occur.
    pub(super) fn add_site(&mut self, id: PlaceId, site: Site) {
        let place = &mut self.places[id.0];
        if place.sites.is_empty() && place.descent.is_some() {
            place.occurring = Some(site.on.clone());
        }
        match place.sites.iter_mut().find(|one| one.node == site.node) {
            Some(existing) => existing.on.extend(&site.on),
            None => place.sites.push(site),
        }
    }

    /// Notes a fetch that was entered with `@requires` inputs.
    pub(super) fn add_site_with_requirements(&mut self, id: PlaceId, site: Site) {
        let sites = &mut self.places[id.0].with_requirements;
        match sites.iter_mut().find(|one| one.node == site.node) {
            Some(existing) => existing.on.extend(&site.on),
            None => sites.push(site),
        }
    }

    /// The site of a subgraph for some objects.
    pub(super) fn site(&self, objects: Objects, subgraph: SubgraphId) -> Option<&Site> {
        let mut sites = self.places[objects.place.0].sites.iter();
        sites.find(|site| site.subgraph == subgraph && site.on.contains(objects.ty))
    }

    /// The subgraphs in which some objects are available, in id order.
    pub(super) fn available(&self, objects: Objects) -> Vec<SubgraphId> {
        let sites = self.places[objects.place.0].sites.iter();
        let sites = sites.filter(|site| site.on.contains(objects.ty));
        let mut subgraphs: Vec<SubgraphId> = sites.map(|site| site.subgraph).collect();
        subgraphs.sort_unstable();
        subgraphs.dedup();
        subgraphs
    }

    fn push(&mut self, ty: TypeId, path: Vec<PathElement>, descent: Option<Descent>) -> PlaceId {
        self.places.push(Place {
            ty,
            path,
            descent,
            sites: Vec::new(),
            with_requirements: Vec::new(),
            selection: None,
            requirement_keys: Vec::new(),
            occurring: None,
            children: Vec::new(),
        });
        PlaceId(self.places.len() - 1)
    }
}

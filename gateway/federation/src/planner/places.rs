//! Places: the positions of the answer while it is planned, with the slots in which values are kept
//! and the nodes in which the objects there are available.

use apollo_compiler::ast::Argument;
use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, Node};

use crate::operation::SelectionId;
use crate::query_graph::{FieldId, TypeId, TypeSet};
use crate::query_plan::{DeliveryId, PathElement, Provider, SlotId};
use crate::reach::{Entrance, EntranceKey, Provided};
use crate::supergraph::SubgraphId;

/// A place's position in [`Places`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PlaceId(usize);

/// A selection node's place in the fetch graph: where objects of a place are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) usize);

/// The objects of one type at a place: what the planner decides about, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Objects {
    pub(super) place: PlaceId,
    pub(super) ty: TypeId,
}

/// A way in which objects can be available: in a subgraph, under their own type or under that of an
/// interface which the subgraph has as an `@interfaceObject`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Via {
    pub(super) subgraph: SubgraphId,
    pub(super) interface: Option<TypeId>,
}

impl Via {
    /// The way that an entrance of objects of a type is.
    pub(super) fn of(entrance: &Entrance, ty: TypeId) -> Self {
        let interface = (entrance.ty != ty).then_some(entrance.ty);
        Self { subgraph: entrance.subgraph, interface }
    }

    /// The type that the subgraph has objects of a type under.
    pub(super) fn ty(self, own: TypeId) -> TypeId {
        self.interface.unwrap_or(own)
    }
}

/// Where the objects of a place are available in one subgraph.
#[derive(Debug, Clone)]
pub(super) struct Site<'g> {
    pub(super) via: Via,
    pub(super) node: NodeId,
    /// For objects of these types.
    pub(super) on: TypeSet,
    /// External fields that `@provides` lets one read here.
    pub(super) provided: Provided<'g>,
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
    /// The parent's slot for it.
    pub(super) slot: SlotId,
}

/// One value that is kept of the objects of a place.
#[derive(Debug)]
pub(super) struct PlannedSlot {
    pub(super) response_key: Name,
    /// For a composite field: the types that have it in this slot, and the place below.
    pub(super) child: Option<(TypeSet, PlaceId)>,
}

/// Where an entry of the client's is kept, for some runtime types.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its position among the selection's entries.
    pub(super) entry: usize,
    pub(super) on: TypeSet,
    pub(super) slot: SlotId,
    /// Who answers it; none for types that are not expected to occur.
    pub(super) provider: Option<Provider>,
}

/// What makes two positions one: the same is asked of objects that come from the same subgraph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Likeness<'g> {
    pub(super) selection: SelectionId,
    pub(super) subgraph: SubgraphId,
    pub(super) provided: Provided<'g>,
    /// The type of the field in that subgraph, and in the API.
    pub(super) types: (TypeId, TypeId),
    /// Which root field of a mutation it belongs to: they are not to wait for each other.
    pub(super) series: usize,
    /// With what of the answer it comes.
    pub(super) delivery: Option<DeliveryId>,
}

/// One position of the answer.
#[derive(Debug)]
pub(super) struct Place<'g> {
    pub(super) ty: TypeId,
    /// A path to it, for people.
    pub(super) path: Vec<PathElement>,
    /// The way to it; none for the root, and for a place that is reached in several ways.
    pub(super) descent: Option<Descent>,
    pub(super) sites: Vec<Site<'g>>,
    /// Fetches that were entered with `@requires` inputs.
    pub(super) with_requirements: Vec<Site<'g>>,
    /// The keys by which these were entered.
    pub(super) requirement_entries: Vec<(TypeId, Via, EntranceKey)>,
    /// Fetches for what may come later, of subgraphs that have a site already.
    pub(super) apart: Vec<Site<'g>>,
    /// Fetches that are told contexts.
    pub(super) with_contexts: Vec<Site<'g>>,
    /// What the client asks for here: its response keys are taken.
    pub(super) selection: Option<SelectionId>,
    /// Response keys that requirements use, with the field they stand for.
    pub(super) requirement_keys: Vec<(Name, Name, Vec<Node<Argument>>)>,
    pub(super) slots: Vec<PlannedSlot>,
    /// By response key.
    slots_by_key: HashMap<Name, Vec<usize>>,
    pub(super) typename: Option<SlotId>,
    pub(super) answers: Vec<Answer>,
    /// May be reached in several ways: all of its objects come from one subgraph, and nothing can
    /// be got by asking for them again above.
    pub(super) shared: Option<Likeness<'g>>,
    /// Whether what the client asks for here has been planned.
    pub(super) is_planned: bool,
    /// The runtime types that the first site can give; `None` when any of `ty`'s.
    occurring: Option<TypeSet>,
}

impl Place<'_> {
    /// Notes where an entry is kept, once.
    pub(super) fn add_answer(&mut self, answer: Answer) {
        let by = |one: &Answer| one.provider.as_ref().map(|provider| provider.subgraph);
        let is_known = |one: &Answer| {
            one.entry == answer.entry && one.slot == answer.slot && by(one) == by(&answer)
        };
        match self.answers.iter_mut().rev().find(|one| is_known(one)) {
            Some(known) => known.on.extend(&answer.on),
            None => self.answers.push(answer),
        }
    }

    fn slots_of(&self, response_key: &Name) -> impl Iterator<Item = usize> + '_ {
        self.slots_by_key.get(response_key).into_iter().flatten().copied()
    }
}

/// All places of one operation.
#[derive(Debug, Default)]
pub(super) struct Places<'g> {
    places: Vec<Place<'g>>,
    alike: HashMap<Likeness<'g>, PlaceId>,
}

impl<'g> Places<'g> {
    /// The root of the answer.
    pub(super) fn root(&mut self, ty: TypeId, selection: SelectionId) -> PlaceId {
        let root = self.add(ty, Vec::new(), None);
        self.set_selection(root, selection);
        root
    }

    pub(super) fn get(&self, id: PlaceId) -> &Place<'g> {
        &self.places[id.0]
    }

    pub(super) fn get_mut(&mut self, id: PlaceId) -> &mut Place<'g> {
        &mut self.places[id.0]
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = PlaceId> + use<> {
        (0..self.places.len()).map(PlaceId)
    }

    pub(super) fn occurring(&self, id: PlaceId) -> Option<&TypeSet> {
        self.places[id.0].occurring.as_ref()
    }

    pub(super) fn set_selection(&mut self, id: PlaceId, selection: SelectionId) {
        self.places[id.0].selection = Some(selection);
    }

    /// The slot of a leaf: one for all types.
    pub(super) fn leaf_slot(&mut self, id: PlaceId, response_key: &Name) -> SlotId {
        let place = &self.places[id.0];
        let known = place.slots_of(response_key).find(|index| place.slots[*index].child.is_none());
        match known {
            Some(index) => slot_id(index),
            None => self.add_slot(id, response_key.clone(), None),
        }
    }

    /// The places below a composite field for some types, each with the types it is for.
    pub(super) fn children(
        &self,
        id: PlaceId,
        response_key: &Name,
        on: &TypeSet,
    ) -> Vec<(SlotId, PlaceId, TypeSet)> {
        let place = &self.places[id.0];
        let below = place.slots_of(response_key).filter_map(|index| {
            let (of, child) = place.slots[index].child.as_ref()?;
            let both = of.intersection(on);
            (!both.is_empty()).then(|| (slot_id(index), *child, both))
        });
        below.collect()
    }

    /// A slot for a composite field of some types, with the place below it.
    pub(super) fn add_child_slot(
        &mut self,
        id: PlaceId,
        response_key: Name,
        on: TypeSet,
        child: PlaceId,
    ) -> SlotId {
        self.add_slot(id, response_key, Some((on, child)))
    }

    fn add_slot(
        &mut self,
        id: PlaceId,
        response_key: Name,
        child: Option<(TypeSet, PlaceId)>,
    ) -> SlotId {
        let place = &mut self.places[id.0];
        let index = place.slots.len();
        place.slots_by_key.entry(response_key.clone()).or_default().push(index);
        place.slots.push(PlannedSlot { response_key, child });
        slot_id(index)
    }

    /// The place that is like this, if there is one.
    pub(super) fn alike(&self, likeness: &Likeness<'g>) -> Option<PlaceId> {
        self.alike.get(likeness).copied()
    }

    /// From now on others that are alike are this one.
    pub(super) fn share(&mut self, likeness: Likeness<'g>, id: PlaceId) {
        self.places[id.0].shared = Some(likeness.clone());
        self.alike.insert(likeness, id);
    }

    /// Adds a site; the first one decides which runtime types occur.
    pub(super) fn add_site(&mut self, id: PlaceId, site: Site<'g>) {
        let place = &mut self.places[id.0];
        if place.sites.is_empty() && !place.path.is_empty() {
            place.occurring = Some(site.on.clone());
        }
        match place.sites.iter_mut().find(|one| one.node == site.node) {
            Some(existing) => existing.on.extend(&site.on),
            None => place.sites.push(site),
        }
    }

    /// Notes a fetch that was entered with `@requires` inputs.
    pub(super) fn add_site_with_requirements(&mut self, id: PlaceId, site: Site<'g>) {
        let sites = &mut self.places[id.0].with_requirements;
        match sites.iter_mut().find(|one| one.node == site.node) {
            Some(existing) => existing.on.extend(&site.on),
            None => sites.push(site),
        }
    }

    /// The site of a subgraph for some objects.
    pub(super) fn site(&self, objects: Objects, via: Via) -> Option<&Site<'g>> {
        let mut sites = self.places[objects.place.0].sites.iter();
        sites.find(|site| site.via == via && site.on.contains(objects.ty))
    }

    /// A new place.
    pub(super) fn add(
        &mut self,
        ty: TypeId,
        path: Vec<PathElement>,
        descent: Option<Descent>,
    ) -> PlaceId {
        self.places.push(Place {
            ty,
            path,
            descent,
            sites: Vec::new(),
            with_requirements: Vec::new(),
            requirement_entries: Vec::new(),
            apart: Vec::new(),
            with_contexts: Vec::new(),
            selection: None,
            requirement_keys: Vec::new(),
            slots: Vec::new(),
            slots_by_key: HashMap::default(),
            typename: None,
            answers: Vec::new(),
            shared: None,
            is_planned: false,
            occurring: None,
        });
        PlaceId(self.places.len() - 1)
    }
}

fn slot_id(index: usize) -> SlotId {
    SlotId(u32::try_from(index).unwrap_or(u32::MAX))
}

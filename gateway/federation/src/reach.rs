//! In which subgraphs an object can be had, and by which keys: the least fixpoint.
//!
//! An object that is available somewhere becomes available elsewhere by keys whose fields can be
//! had; a field with `@requires` can be had when its requirement can. Facts are derived in rounds,
//! each from facts of earlier rounds, so that every derivation is acyclic by construction however
//! keys and requirements form rings. The work is polynomial: a round derives at least one fact, and
//! objects nested in field sets are looked up in the same table instead of being followed.
//!
//! The planner asks it which way to go, satisfiability whether there is a way.

mod derivation;
mod entrance;
mod explanation;

pub(crate) use self::entrance::{
    Entrance, EntranceKey, EntranceList, Knowledge, Provided, Station,
};
pub(crate) use self::explanation::Obstacle;

use std::collections::BTreeSet;
use std::rc::Rc;

use apollo_compiler::collections::HashMap;

use self::entrance::Entrances;
use crate::query_graph::{FieldAt, FieldId, FieldSet, FieldSetItem, QueryGraph, TypeId};

/// Values of some override labels; others are not known. Sorted by label.
pub(crate) type LabelValues = Vec<(u32, bool)>;

/// A reach's place in [`Reaches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ReachId(usize);

/// How an entrance is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Jump {
    /// The round in which it became possible; 0 for where the object already is.
    pub(crate) rank: usize,
    /// The key's position among the keys of the entrance's type in that subgraph; none at rank 0,
    /// and none for a root type, which is entered without a key.
    pub(crate) key: Option<usize>,
}

/// An object type, where objects of it are, and under which label values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Start<'g> {
    ty: TypeId,
    stations: Vec<Station<'g>>,
    labels: LabelValues,
}

/// Where an object can be had.
#[derive(Debug)]
struct Reach<'g> {
    start: Start<'g>,
    entrances: Rc<EntranceList>,
    /// By entrance.
    jumps: Vec<Option<Jump>>,
    /// External fields that can be read all the same, by entrance.
    provided: Vec<Provided<'g>>,
    /// The fields whose `@requires` is met, by entrance and field, with the round.
    met: HashMap<(usize, FieldId), usize>,
    round: usize,
    /// Whose derivations have asked for this one.
    askers: BTreeSet<ReachId>,
}

/// The table of all derivations of one graph, made when first asked for.
#[derive(Debug)]
pub(crate) struct Reaches<'g> {
    graph: &'g QueryGraph,
    entrances: Entrances,
    known: HashMap<Start<'g>, ReachId>,
    reaches: Vec<Reach<'g>>,
    /// Those whose facts may be incomplete.
    pending: Vec<ReachId>,
    /// What has been found since the last new fact, for one asker: an object nested in a field set
    /// is met once for every way of getting to it, and the ways multiply.
    nested: HashMap<(ReachId, *const FieldSet), bool>,
    /// Fields of field sets, leaf by leaf, where that has been asked for.
    parts: HashMap<*const FieldSetItem, Rc<[FieldSetItem]>>,
}

impl<'g> Reaches<'g> {
    /// An empty table.
    pub(crate) fn new(graph: &'g QueryGraph) -> Self {
        Self {
            graph,
            entrances: Entrances::default(),
            known: HashMap::default(),
            reaches: Vec::new(),
            pending: Vec::new(),
            nested: HashMap::default(),
            parts: HashMap::default(),
        }
    }

    /// Where an object can be had that is available at some stations.
    pub(crate) fn reach_at(
        &mut self,
        ty: TypeId,
        mut stations: Vec<Station<'g>>,
        labels: LabelValues,
    ) -> ReachId {
        stations.sort_by_key(|station| (station.subgraph, station.ty));
        stations.dedup_by(|other, one| {
            let is_same = other.subgraph == one.subgraph && other.ty == one.ty;
            if is_same {
                one.provided.extend(&other.provided);
            }
            is_same
        });
        let id = self.demand(Start { ty, stations, labels });
        self.settle();
        id
    }

    /// Where the same object can be had, if more label values are known.
    pub(crate) fn with_labels(&mut self, id: ReachId, labels: LabelValues) -> ReachId {
        let start = &self.reaches[id.0].start;
        let id = self.demand(Start { labels, ..start.clone() });
        self.settle();
        id
    }

    /// The ways an object of the reach's type can be available.
    pub(crate) fn entrances(&self, id: ReachId) -> Rc<EntranceList> {
        Rc::clone(&self.reaches[id.0].entrances)
    }

    /// How an entrance is taken; nothing when it cannot be.
    pub(crate) fn jump(&self, id: ReachId, entrance: usize) -> Option<Jump> {
        self.reaches[id.0].jumps[entrance]
    }

    /// What can be read at an entrance although it is external there.
    pub(crate) fn provided(&self, id: ReachId, entrance: usize) -> &Provided<'g> {
        &self.reaches[id.0].provided[entrance]
    }

    /// Whether the object's runtime type can be known.
    pub(crate) fn knows_type(&self, id: ReachId) -> bool {
        let reach = &self.reaches[id.0];
        let mut taken =
            reach.entrances.all().iter().zip(&reach.jumps).filter(|(_, jump)| jump.is_some());
        taken.any(|(entrance, _)| entrance.knowledge == Knowledge::RuntimeType)
    }

    /// Whether fields of the object can be had from facts of rounds before `rank`.
    pub(crate) fn is_obtainable(
        &mut self,
        id: ReachId,
        items: &[FieldSetItem],
        rank: usize,
    ) -> bool {
        loop {
            self.nested.clear();
            let found = self.obtainable(id, items, rank);
            if found || self.pending.is_empty() {
                self.settle();
                return found;
            }
            self.settle();
        }
    }

    /// The entrances that give a field of the object by facts before `rank`, the nearest first.
    pub(crate) fn suppliers(
        &mut self,
        id: ReachId,
        item: &FieldSetItem,
        rank: usize,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        loop {
            self.nested.clear();
            for entrance in self.declaring(id, &item.name).collect::<Vec<_>>() {
                if let Some(own) = self.supply_rank(id, entrance, item, id)
                    && own < rank
                {
                    found.push((own, entrance));
                }
            }
            if self.pending.is_empty() {
                break;
            }
            found.clear();
            self.settle();
        }
        found.sort_unstable();
        found.into_iter().map(|(_, entrance)| entrance).collect()
    }

    /// Whether a field can be resolved where an entrance leads to.
    pub(crate) fn resolves(&self, id: ReachId, entrance: usize, name: &str) -> Option<&'g FieldAt> {
        let reach = &self.reaches[id.0];
        reach.jumps[entrance]?;
        let (field, at) = self.field_at(id, entrance, name)?;
        let is_met = at.requires.is_none() || reach.met.contains_key(&(entrance, field));
        (self.is_readable(id, entrance, name, at) && is_met).then_some(at)
    }

    /// Since which round what a field requires can be had; any, if it requires nothing.
    pub(crate) fn met_rank(&self, id: ReachId, entrance: usize, name: &str) -> Option<usize> {
        let (field, at) = self.field_at(id, entrance, name)?;
        if at.requires.is_none() {
            return Some(usize::MAX);
        }
        self.reaches[id.0].met.get(&(entrance, field)).copied()
    }

    /// A field as the subgraph of an entrance declares it.
    fn field_at(&self, id: ReachId, entrance: usize, name: &str) -> Option<(FieldId, &'g FieldAt)> {
        let Entrance { subgraph, ty, .. } = self.reaches[id.0].entrances.all()[entrance];
        let field = self.graph.field_id(ty, name)?;
        Some((field, self.graph.field(field).at(subgraph)?))
    }

    /// Resolved there for these label values, or provided there.
    fn is_readable(&self, id: ReachId, entrance: usize, name: &str, at: &FieldAt) -> bool {
        let reach = &self.reaches[id.0];
        let is_on = |label: &crate::query_graph::OverrideLabel| {
            reach.start.labels.contains(&(label.label, label.is_set))
        };
        if at.is_external {
            return reach.provided[entrance].has(reach.start.ty, name);
        }
        at.label.as_ref().is_none_or(is_on)
    }

    /// The entrances whose subgraph declares a field, taken or not.
    pub(crate) fn declaring(&self, id: ReachId, name: &str) -> impl Iterator<Item = usize> {
        let entrances = &self.reaches[id.0].entrances;
        entrances.types().flat_map(move |ty| {
            let field = self.graph.field_id(ty, name);
            let places = field.map(|field| self.graph.field(field).in_subgraphs.as_slice());
            let places = places.unwrap_or_default().iter();
            places.filter_map(move |at| entrances.find(ty, at.subgraph))
        })
    }

    fn demand(&mut self, start: Start<'g>) -> ReachId {
        if let Some(id) = self.known.get(&start) {
            return *id;
        }
        let id = ReachId(self.reaches.len());
        let entrances = self.entrances.of(self.graph, start.ty);
        let mut jumps = vec![None; entrances.all().len()];
        let mut provided = vec![Provided::default(); entrances.all().len()];
        for station in &start.stations {
            if let Some(entrance) = entrances.find(station.ty, station.subgraph) {
                jumps[entrance] = Some(Jump { rank: 0, key: None });
                provided[entrance].extend(&station.provided);
            }
        }
        self.known.insert(start.clone(), id);
        self.reaches.push(Reach {
            start,
            entrances,
            jumps,
            provided,
            met: HashMap::default(),
            round: 0,
            askers: BTreeSet::new(),
        });
        self.pending.push(id);
        id
    }
}

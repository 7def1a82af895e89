//! Which subgraph answers a field: the one that costs the fewest further fetches.

use std::collections::BTreeSet;

use apollo_compiler::collections::HashMap;

use super::Planner;
use super::places::{Objects, PlaceId, Via};
use crate::operation::{Entry, EntryField, SelectionId};
use crate::query_graph::{FieldAt, TypeId};
use crate::reach::{Provided, Station};
use crate::supergraph::SubgraphId;

/// What one more fetch costs.
const FETCH_COST: u64 = 1_000;
/// What it costs to wait for a fetch that is made anyway.
const FORCED_COST: u64 = 1;
/// What one more step of waiting costs.
const STEP_COST: u64 = 100;
/// What a field below costs that only a way round through the parent can give.
const LACK_COST: u64 = 1_000_000;

/// What has been found out about selections, by where their objects come from.
#[derive(Debug, Default)]
pub(super) struct Choices<'g> {
    below: HashMap<(SelectionId, SubgraphId), u64>,
    pub(super) needs_parent: HashMap<(SelectionId, (SubgraphId, TypeId, Provided<'g>)), bool>,
}

impl<'a> Planner<'a> {
    /// The subgraphs that some entry at the place cannot do without: others may as well go there.
    pub(super) fn forced_subgraphs(&mut self, place: PlaceId, entries: &[Entry]) -> Vec<Via> {
        let mut forced = BTreeSet::new();
        for entry in entries {
            for ty in self.occurring_types(place, &entry.on).iter() {
                let EntryField::Field { id, .. } = entry.field else { continue };
                let name = &self.graph.field(id).name;
                if let [only] = self.candidates(Objects { place, ty }, name)[..] {
                    forced.insert(only);
                }
            }
        }
        forced.into_iter().collect()
    }

    /// The cheapest subgraph for an entry of objects of one type; the first of equals.
    pub(super) fn choose(
        &mut self,
        objects: Objects,
        entry: &Entry,
        forced: &[Via],
    ) -> Option<Via> {
        let EntryField::Field { id, .. } = entry.field else { return None };
        let name = &self.graph.field(id).name;
        let candidates = self.candidates(objects, name);
        if let [only] = candidates[..] {
            return Some(only);
        }
        let mut best: Option<(u64, Via)> = None;
        for via in candidates {
            let mut cost = self.entry_cost(objects, name, via, forced);
            if let Some(child) = entry.child {
                cost = cost.saturating_add(self.cost_below(child, via.subgraph));
            }
            if best.is_none_or(|(lowest, _)| cost < lowest) {
                best = Some((cost, via));
            }
        }
        best.map(|(_, via)| via)
    }

    fn entry_cost(&mut self, objects: Objects, name: &str, via: Via, forced: &[Via]) -> u64 {
        let at = self.field_at(objects, name, via);
        if at.is_some_and(|at| at.requires.is_some()) {
            return FETCH_COST + STEP_COST;
        }
        if self.places.site(objects, via).is_some() {
            return 0;
        }
        if forced.contains(&via) {
            return FORCED_COST;
        }
        let steps = self.rank_at(objects, via).unwrap_or(1);
        FETCH_COST + STEP_COST * u64::try_from(steps).unwrap_or(u64::MAX / FETCH_COST)
    }

    /// The further fetches that a selection needs when its objects come from `subgraph`.
    fn cost_below(&mut self, selection: SelectionId, subgraph: SubgraphId) -> u64 {
        if let Some(cost) = self.choices.below.get(&(selection, subgraph)) {
            return *cost;
        }
        let operation = self.operation;
        let selected = operation.selection(selection);
        let objects = self.graph.objects_at(selected.ty, subgraph);
        let mut elsewhere = BTreeSet::new();
        let mut cost: u64 = 0;
        for entry in &selected.entries {
            let mut highest = 0;
            for (ty, as_type) in &objects {
                if !entry.on.contains(*ty) {
                    continue;
                }
                let provided = Provided::default();
                let station = Station { subgraph, ty: *as_type, provided };
                let below = self.entry_cost_below(*ty, entry, station, &mut elsewhere);
                highest = highest.max(below);
            }
            cost = cost.saturating_add(highest);
        }
        let fetches = u64::try_from(elsewhere.len()).unwrap_or(u64::MAX / FETCH_COST);
        let cost = cost.saturating_add(fetches * FETCH_COST);
        self.choices.below.insert((selection, subgraph), cost);
        cost
    }

    fn entry_cost_below(
        &mut self,
        ty: TypeId,
        entry: &Entry,
        station: Station<'a>,
        elsewhere: &mut BTreeSet<SubgraphId>,
    ) -> u64 {
        let EntryField::Field { id, .. } = entry.field else { return 0 };
        let graph = self.graph;
        let name = &graph.field(id).name;
        let here = graph.field_at(station.ty, name, station.subgraph);
        let is_plain = |at: &FieldAt| {
            !at.is_external && at.requires.is_none() && self.is_on(at.label.as_ref())
        };
        let subgraph = station.subgraph;
        if here.is_some_and(is_plain) {
            return entry.child.map_or(0, |child| self.cost_below(child, subgraph));
        }
        let reach = self.reaches.reach_at(ty, vec![station], self.labels.clone());
        let entrances = self.reaches.entrances(reach);
        let mut nearest = None;
        for number in self.reaches.declaring(reach, name) {
            if self.reaches.resolves(reach, number, name).is_some() {
                let other = entrances.all()[number].subgraph;
                nearest = Some(nearest.map_or(other, |one: SubgraphId| one.min(other)));
            }
        }
        match nearest {
            None => LACK_COST,
            Some(other) => {
                elsewhere.insert(other);
                entry.child.map_or(0, |child| self.cost_below(child, other))
            }
        }
    }
}

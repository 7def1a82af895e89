//! Which subgraph answers a field: the one that costs the fewest further fetches.

use std::collections::BTreeSet;

use apollo_compiler::collections::HashMap;

use super::Planner;
use super::places::{Objects, PlaceId};
use crate::operation::{Entry, EntryField, SelectionId};
use crate::query_graph::TypeId;
use crate::supergraph::SubgraphId;

/// What one more fetch costs.
const FETCH_COST: u64 = 1_000;
/// What it costs to wait for a fetch that is made anyway.
const FORCED_COST: u64 = 1;
/// What one more step of waiting costs.
const STEP_COST: u64 = 100;
/// What a field below costs that only a way round through the parent can give.
const LACK_COST: u64 = 1_000_000;

/// Costs of selections below a field, by the subgraph the field comes from.
#[derive(Debug, Default)]
pub(super) struct Choices {
    below: HashMap<(SelectionId, SubgraphId), u64>,
}

impl Planner<'_> {
    /// The subgraphs that some entry at the place cannot do without: others may as well go there.
    pub(super) fn forced_subgraphs(
        &mut self,
        place: PlaceId,
        entries: &[Entry],
    ) -> Vec<SubgraphId> {
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
        forced: &[SubgraphId],
    ) -> Option<SubgraphId> {
        let EntryField::Field { id, .. } = entry.field else { return None };
        let name = &self.graph.field(id).name;
        let candidates = self.candidates(objects, name);
        if let [only] = candidates[..] {
            return Some(only);
        }
        let mut best: Option<(u64, SubgraphId)> = None;
        for subgraph in candidates {
            let mut cost = self.entry_cost(objects, name, subgraph, forced);
            if let Some(child) = entry.child {
                cost = cost.saturating_add(self.cost_below(child, subgraph));
            }
            if best.is_none_or(|(lowest, _)| cost < lowest) {
                best = Some((cost, subgraph));
            }
        }
        best.map(|(_, subgraph)| subgraph)
    }

    /// Every subgraph that could answer a field at the place, by id.
    fn candidates(&mut self, objects: Objects, name: &str) -> Vec<SubgraphId> {
        let Some(field) = self.graph.field_id(objects.ty, name) else { return Vec::new() };
        let mut candidates = Vec::new();
        for at in &self.graph.field(field).in_subgraphs {
            let readable = !at.is_external || self.is_provided(objects, name, at.subgraph);
            if readable && self.can_resolve(objects, at) {
                candidates.push(at.subgraph);
            }
        }
        candidates.sort_unstable();
        candidates
    }

    /// Whether `@provides` lets one read an external field at a site of the place.
    fn is_provided(&self, objects: Objects, name: &str, subgraph: SubgraphId) -> bool {
        let site = self.places.site(objects, subgraph);
        let provided = site.and_then(|site| site.provided.as_ref());
        provided.is_some_and(|provided| {
            let items = provided.items.iter();
            items.filter(|item| item.name == name).any(|item| item.applies_to(objects.ty))
        })
    }

    fn entry_cost(
        &mut self,
        objects: Objects,
        name: &str,
        subgraph: SubgraphId,
        forced: &[SubgraphId],
    ) -> u64 {
        let at = self.graph.field_at(objects.ty, name, subgraph);
        if at.is_some_and(|at| at.requires.is_some()) {
            return FETCH_COST + STEP_COST;
        }
        if self.places.site(objects, subgraph).is_some() {
            return 0;
        }
        if forced.contains(&subgraph) {
            return FORCED_COST;
        }
        let steps = self.rank_at(objects, subgraph).unwrap_or(1);
        FETCH_COST + STEP_COST * u64::try_from(steps).unwrap_or(u64::MAX / FETCH_COST)
    }

    /// The further fetches that a selection needs when its objects come from `subgraph`.
    fn cost_below(&mut self, selection: SelectionId, subgraph: SubgraphId) -> u64 {
        if let Some(cost) = self.choices.below.get(&(selection, subgraph)) {
            return *cost;
        }
        let operation = self.operation;
        let selected = operation.selection(selection);
        let Some(at) = self.graph.type_at(selected.ty, subgraph) else { return 0 };
        let mut elsewhere = BTreeSet::new();
        let mut cost: u64 = 0;
        for entry in &selected.entries {
            let mut highest = 0;
            for ty in entry.on.intersection(&at.possible).iter() {
                let below = self.entry_cost_below(ty, entry, subgraph, &mut elsewhere);
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
        subgraph: SubgraphId,
        elsewhere: &mut BTreeSet<(TypeId, SubgraphId)>,
    ) -> u64 {
        let EntryField::Field { id, .. } = entry.field else { return 0 };
        let name = &self.graph.field(id).name;
        let here = self.graph.field_at(ty, name, subgraph);
        if here.is_some_and(|at| !at.is_external && at.requires.is_none()) {
            return entry.child.map_or(0, |child| self.cost_below(child, subgraph));
        }
        let reach = self.reaches.reach_from(ty, &[subgraph]);
        let field = self.graph.field_id(ty, name).map(|id| self.graph.field(id));
        let others = field.into_iter().flat_map(|field| &field.in_subgraphs);
        let reachable = others
            .filter(|at| !at.is_external && self.reaches.jump_to(reach, at.subgraph).is_some());
        let nearest = reachable.map(|at| at.subgraph).min();
        match nearest {
            None => LACK_COST,
            Some(other) => {
                elsewhere.insert((ty, other));
                entry.child.map_or(0, |child| self.cost_below(child, other))
            }
        }
    }
}

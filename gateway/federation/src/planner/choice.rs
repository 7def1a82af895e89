//! Which subgraph answers a field.
//!
//! At a place, fields that one subgraph alone has decide first; what those subgraphs, or the ones
//! at hand, give at no further cost goes there; the rest is a set cover: as few further fetches as
//! possible, exact while few subgraphs are in question. [`improvement`](super::improvement) tries
//! other choices on the whole plan.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::collections::HashMap;

use super::Planner;
use super::places::{Objects, PlaceId, Via};
use crate::operation::{Entry, EntryField, SelectionId};
use crate::query_graph::{FieldAt, TypeId, TypeKind};
use crate::query_plan::{Provider, Reason};
use crate::reach::{Provided, ReachId, Station};
use crate::supergraph::SubgraphId;

/// What one more fetch costs.
const FETCH_COST: u64 = 1_000;
/// What one more step of waiting costs.
const STEP_COST: u64 = 1_500;
/// What it costs to wait for a fetch that is made anyway.
const FORCED_COST: u64 = 1;
/// What a field below costs that only a way round through the parent can give.
const LACK_COST: u64 = 1_000_000;

/// Subgraphs among which a set cover is exact: all their combinations are tried.
const EXACT_COVER_MAX: usize = 8;

/// What has been found out about selections, by where their objects come from.
#[derive(Debug, Default)]
pub(super) struct Choices<'g> {
    below: HashMap<(SelectionId, SubgraphId, Provided<'g>), u64>,
    /// Whether something in a selection reads a context.
    pub(super) reads_context: HashMap<SelectionId, bool>,
    pub(super) needs_parent: HashMap<(SelectionId, (SubgraphId, TypeId, Provided<'g>)), bool>,
}

/// A choice that could have been another: what it is about, and the subgraphs that were in
/// question.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) about: Question,
    pub(super) chosen: Via,
    pub(super) candidates: Vec<Via>,
}

/// What a choice is about, whatever the rest of the plan looks like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// Who answers an entry of a selection whose objects come from a subgraph.
    Entry(SelectionId, usize, Option<Via>),
    /// Who supplies a field that a key or a `@requires` needs there.
    Supplier(Option<SelectionId>, apollo_compiler::Name, Option<Via>),
}

/// An entry for the objects of one type, with the subgraphs that could answer it.
struct Choice {
    entry: usize,
    ty: TypeId,
    candidates: Vec<Via>,
    /// By candidate: what is below the entry costs there.
    below: Vec<u64>,
    chosen: Option<Via>,
    reason: Reason,
}

/// Who answers an entry for the objects of one type.
pub(super) struct Chosen {
    pub(super) entry: usize,
    pub(super) ty: TypeId,
    /// None when no subgraph can.
    pub(super) by: Option<(Via, Provider)>,
}

impl<'a> Planner<'a> {
    /// For each entry of a place, each type that occurs and the subgraph that answers it.
    pub(super) fn choose(
        &mut self,
        place: PlaceId,
        selection: SelectionId,
        entries: &[(usize, &Entry)],
    ) -> Vec<Chosen> {
        let mut choices = Vec::new();
        for (index, entry) in entries {
            let EntryField::Field { id, .. } = entry.field else { continue };
            let name = &self.graph.field(id).name;
            for ty in self.occurring_types(place, &entry.on).iter() {
                let candidates = self.candidates(Objects { place, ty }, name);
                let objects = Objects { place, ty };
                let below = candidates.iter().map(|via| match entry.child {
                    Some(child) if candidates.len() > 1 => {
                        let provided = self.provided_below(objects, *via, name);
                        self.cost_below(child, via.subgraph, &provided)
                    }
                    _ => 0,
                });
                let below = below.collect();
                let (chosen, reason) = (None, Reason::Only);
                let entry = *index;
                choices.push(Choice { entry, ty, candidates, below, chosen, reason });
            }
        }
        let from = self.places.get(place).sites.first().map(|site| site.via);
        self.choose_preferred(selection, from, &mut choices);
        let only: BTreeSet<(TypeId, Via)> =
            choices.iter().filter_map(|choice| Some((choice.ty, choice.only()?))).collect();
        self.forced.extend(only.iter().map(|(_, via)| via.subgraph));
        let mut asked: BTreeMap<Via, usize> = BTreeMap::new();
        for (ty, via) in only {
            self.on_the_way(Objects { place, ty }, via, &mut asked);
        }
        for choice in &mut choices {
            self.choose_at_hand(place, entries, choice, &asked);
        }
        self.choose_cover(place, &mut choices);
        for choice in choices.iter().filter(|choice| choice.candidates.len() > 1) {
            let about = Question::Entry(selection, choice.entry, from);
            if self.is_exhaustive || !self.is_at_hand(place, choice) {
                self.decide(about, choice.chosen, &choice.candidates);
            }
        }
        choices.into_iter().map(Choice::into_chosen).collect()
    }

    /// Every subgraph that can be brought to answer a field of some objects, in order.
    fn candidates(&mut self, objects: Objects, name: &str) -> Vec<Via> {
        let reach = self.reach(objects);
        let entrances = self.reaches.entrances(reach);
        let mut found = Vec::new();
        let declaring: Vec<usize> = self.reaches.declaring(reach, name).collect();
        for number in declaring {
            let Some(at) = self.reaches.resolves(reach, number, name) else { continue };
            let via = Via::of(&entrances.all()[number], objects.ty);
            let is_told =
                !at.has_inputs() || self.requirement_key_at(reach, number, name).is_some();
            let mut contexts = at.context_arguments.iter();
            if is_told && contexts.all(|argument| self.is_set_above(objects.place, argument)) {
                found.push(via);
            }
        }
        found.sort_unstable();
        self.retain_first_hand((objects, reach), name, &mut found);
        found
    }

    /// Who must be told a field, or a part of it, to be entered is not asked for it, where others
    /// can be: who tells it may know objects that it does not. What others lack below the field is
    /// asked for through it.
    fn retain_first_hand(&self, from: (Objects, ReachId), name: &str, found: &mut Vec<Via>) {
        let is_first_hand = |via: &Via| !self.is_second_hand(from, name, *via);
        if found.len() > 1 && found.iter().any(is_first_hand) {
            found.retain(is_first_hand);
        }
    }

    /// Whether a subgraph is told of some objects what it could be asked for, or a part of it.
    fn is_second_hand(&self, (objects, reach): (Objects, ReachId), name: &str, via: Via) -> bool {
        let graph = self.graph;
        let at = self.field_at(objects, name, via).filter(|at| !at.has_inputs());
        let field = graph.field_id(via.ty(objects.ty), name).map(|id| graph.field(id));
        let Some((at, field)) = at.zip(field) else { return false };
        // Neither items of lists nor objects of several types are asked for through what is above.
        let is_one = match graph.ty(at.named_type).kind {
            TypeKind::Object => !field.ty.is_list(),
            TypeKind::Abstract => false,
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::Input => true,
        };
        if let Some(site) = self.places.site(objects, via) {
            return is_one && self.is_told(site, objects.ty, name);
        }
        let entrances = self.reaches.entrances(reach);
        let number = entrances.find(via.ty(objects.ty), via.subgraph);
        let jump = number.and_then(|number| Some((number, self.reaches.jump(reach, number)?.key?)));
        jump.is_some_and(|(number, key)| {
            let entrance = &entrances.all()[number];
            let told = entrance.key_fields(graph, entrance.keys()[key]);
            is_one && told.items.iter().any(|item| item.name == name)
        })
    }

    /// A subgraph that is asked, and those that are asked to get there, with their ranks.
    fn on_the_way(&mut self, objects: Objects, via: Via, asked: &mut BTreeMap<Via, usize>) {
        let reach = self.reach(objects);
        let entrances = self.reaches.entrances(reach);
        let mut open = vec![via];
        while let Some(via) = open.pop() {
            if asked.contains_key(&via) || self.places.site(objects, via).is_some() {
                continue;
            }
            let number = entrances.find(via.ty(objects.ty), via.subgraph);
            let jump = number.and_then(|number| Some((number, self.reaches.jump(reach, number)?)));
            let Some((number, jump)) = jump else { continue };
            asked.insert(via, jump.rank);
            let Some(key) = jump.key else { continue };
            let entrance = &entrances.all()[number];
            for item in &entrance.key_fields(self.graph, entrance.keys()[key]).items {
                let able = self.reaches.suppliers(reach, item, jump.rank);
                let vias = able.iter().map(|number| Via::of(&entrances.all()[*number], objects.ty));
                let vias: Vec<Via> = vias.collect();
                let is_here = vias.iter().any(|via| self.places.site(objects, *via).is_some());
                open.extend(vias.first().filter(|_| !is_here));
            }
        }
    }

    /// What is to be tried.
    fn choose_preferred(&self, selection: SelectionId, from: Option<Via>, choices: &mut [Choice]) {
        for choice in choices {
            let about = Question::Entry(selection, choice.entry, from);
            let preferred = self.preferences.get(&about);
            choice.chosen = preferred.copied().filter(|via| choice.candidates.contains(via));
            if choice.chosen.is_some() {
                choice.reason = Reason::WholePlan;
            }
            choice.chosen = choice.chosen.or_else(|| choice.only());
        }
    }

    /// A subgraph that is asked anyway, where none other would save anything below.
    fn choose_at_hand(
        &mut self,
        place: PlaceId,
        entries: &[(usize, &Entry)],
        choice: &mut Choice,
        asked: &BTreeMap<Via, usize>,
    ) {
        if choice.chosen.is_some() {
            return;
        }
        let lowest = choice.below.iter().min().copied().unwrap_or_default();
        let objects = Objects { place, ty: choice.ty };
        let entry = entries.iter().find(|(index, _)| *index == choice.entry);
        let Some(EntryField::Field { id, .. }) = entry.map(|(_, entry)| &entry.field) else {
            return;
        };
        let name = &self.graph.field(*id).name;
        let mut best: Option<((bool, usize), Via)> = None;
        for (via, below) in choice.candidates.iter().zip(&choice.below) {
            let has_inputs = self.field_at(objects, name, *via).is_some_and(FieldAt::has_inputs);
            let cost = match (self.places.site(objects, *via), asked.get(via)) {
                _ if *below > lowest || has_inputs => continue,
                // What came first may know entities that what was entered from there does not.
                (Some(site), _) if self.fetches.delivery.is_some() => {
                    (false, self.fetches.stage(site.node))
                }
                (Some(_), _) => (false, 0),
                // The nearest: what gives the key of another may know entities that it does not.
                (None, Some(rank)) => (true, *rank),
                (None, None) => continue,
            };
            if best.is_none_or(|(lowest, _)| cost < lowest) {
                best = Some((cost, *via));
            }
        }
        if let Some((_, via)) = best {
            choice.chosen = Some(via);
            let is_here = self.places.site(objects, via).is_some();
            choice.reason = if is_here { Reason::AtHand } else { Reason::AskedAnyway };
        }
    }

    /// Whether the chosen subgraph has the objects, and none other would save anything below.
    fn is_at_hand(&self, place: PlaceId, choice: &Choice) -> bool {
        let lowest = choice.below.iter().min();
        let mut able = choice.candidates.iter().zip(&choice.below);
        let objects = Objects { place, ty: choice.ty };
        choice.chosen.is_some_and(|chosen| {
            self.places.site(objects, chosen).is_some()
                && able.any(|(via, below)| *via == chosen && Some(below) == lowest)
        })
    }

    /// As few further fetches as possible for what is left.
    fn choose_cover(&mut self, place: PlaceId, choices: &mut [Choice]) {
        let mut costs: Vec<(Via, u64)> = Vec::new();
        let chosen: BTreeSet<Via> = choices.iter().filter_map(|choice| choice.chosen).collect();
        for choice in choices.iter().filter(|choice| choice.chosen.is_none()) {
            let objects = Objects { place, ty: choice.ty };
            for via in &choice.candidates {
                if costs.iter().any(|(known, _)| known == via) {
                    continue;
                }
                let cost = if self.places.site(objects, *via).is_some() {
                    0
                } else if chosen.contains(via) {
                    FORCED_COST
                } else {
                    let steps = self.rank_at(objects, *via).unwrap_or(1).saturating_sub(1);
                    FETCH_COST + STEP_COST * u64::try_from(steps).unwrap_or(FETCH_COST)
                };
                costs.push((*via, cost));
            }
        }
        costs.sort_unstable();
        let open: Vec<&mut Choice> = choices
            .iter_mut()
            .filter(|choice| choice.chosen.is_none() && !choice.candidates.is_empty())
            .collect();
        let cover = if costs.len() <= EXACT_COVER_MAX {
            exact_cover(&costs, &open)
        } else {
            greedy_cover(&costs, &open)
        };
        for choice in open {
            choice.chosen = choice.cheapest_of(&cover).map(|(_, via)| via);
            choice.reason = Reason::FewestFetches;
        }
    }

    /// Notes a choice that could have been another.
    pub(super) fn decide(&mut self, about: Question, chosen: Option<Via>, candidates: &[Via]) {
        let Some(chosen) = chosen else { return };
        if !self.decisions.iter().any(|one| one.about == about) {
            self.decisions.push(Decision { about, chosen, candidates: candidates.to_vec() });
        }
    }

    /// The further fetches that a selection needs when its objects come from `subgraph`, with what
    /// is provided there.
    fn cost_below(
        &mut self,
        selection: SelectionId,
        subgraph: SubgraphId,
        provided: &Provided<'a>,
    ) -> u64 {
        let key = (selection, subgraph, provided.clone());
        if let Some(cost) = self.choices.below.get(&key) {
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
                let provided = provided.clone();
                let station = Station { subgraph, ty: *as_type, provided };
                let below = self.entry_cost_below(*ty, entry, station, &mut elsewhere);
                highest = highest.max(below);
            }
            cost = cost.saturating_add(highest);
        }
        let fetches = u64::try_from(elsewhere.len()).unwrap_or(u64::MAX / FETCH_COST);
        let cost = cost.saturating_add(fetches * FETCH_COST);
        self.choices.below.insert(key, cost);
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
        let is_plain = |at: &&FieldAt| match at.is_external {
            true => station.provided.has(ty, name),
            false => !at.has_inputs() && self.is_on(at.label.as_ref()),
        };
        let subgraph = station.subgraph;
        if let Some(at) = here.filter(is_plain) {
            let mut provided = station.provided.below(ty, name);
            provided.extend(&Provided::of(at.provides.as_ref()));
            return entry.child.map_or(0, |child| self.cost_below(child, subgraph, &provided));
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
                let nothing = Provided::default();
                entry.child.map_or(0, |child| self.cost_below(child, other, &nothing))
            }
        }
    }
}

impl Choice {
    fn only(&self) -> Option<Via> {
        if let [only] = self.candidates[..] { Some(only) } else { None }
    }

    fn into_chosen(self) -> Chosen {
        let by = self.chosen.map(|via| {
            let others = self.candidates.iter().map(|other| other.subgraph);
            let mut others: Vec<SubgraphId> =
                others.filter(|other| *other != via.subgraph).collect();
            others.dedup();
            let (subgraph, others) = (via.subgraph, others.into_boxed_slice());
            (via, Provider { subgraph, reason: self.reason, others })
        });
        Chosen { entry: self.entry, ty: self.ty, by }
    }

    /// Of some subgraphs the one that costs least below; the first of equals.
    fn cheapest_of(&self, cover: &[Via]) -> Option<(u64, Via)> {
        let able = self.candidates.iter().zip(&self.below).filter(|(via, _)| cover.contains(via));
        able.map(|(via, below)| (*below, *via)).min_by_key(|(below, _)| *below)
    }
}

/// The cheapest set of subgraphs that has one for each choice, all of them being tried.
fn exact_cover(costs: &[(Via, u64)], open: &[&mut Choice]) -> Vec<Via> {
    let mut best: Option<(u64, Vec<Via>)> = None;
    for set in 1u32..(1 << costs.len()) {
        let taken = costs.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
        let (mut cost, mut cover) = (0u64, Vec::new());
        for (_, (via, own)) in taken {
            cost = cost.saturating_add(*own);
            cover.push(*via);
        }
        let below = open.iter().try_fold(cost, |cost, choice| {
            choice.cheapest_of(&cover).map(|(below, _)| cost.saturating_add(below))
        });
        let Some(cost) = below else { continue };
        if best.as_ref().is_none_or(|(lowest, _)| cost < *lowest) {
            best = Some((cost, cover));
        }
    }
    best.map(|(_, cover)| cover).unwrap_or_default()
}

/// The subgraph that serves the most choices for its cost, until all are served.
fn greedy_cover(costs: &[(Via, u64)], open: &[&mut Choice]) -> Vec<Via> {
    let mut cover: Vec<Via> = Vec::new();
    loop {
        let left: Vec<&&mut Choice> =
            open.iter().filter(|choice| choice.cheapest_of(&cover).is_none()).collect();
        let able = |via: &Via| left.iter().filter(|one| one.candidates.contains(via)).count();
        let useful = costs.iter().filter(|(via, _)| able(via) > 0);
        let best = useful.max_by_key(|(via, cost)| {
            let served = u64::try_from(able(via)).unwrap_or(u64::MAX);
            (served.saturating_mul(FETCH_COST) / (cost + 1), std::cmp::Reverse(*via))
        });
        let Some((via, _)) = best else { return cover };
        cover.push(*via);
    }
}

//! Other choices, tried on the whole plan.
//!
//! Choices are made place by place, where it cannot be seen whether a fetch will be shared with one
//! elsewhere, or whether a step more is hidden behind a longer chain. So the choices that could
//! have been others are turned, one at a time, and the plan is made again; what is better stays.
//! The work is bounded by the fields that are planned, not by time: plans are the same on every
//! machine.

use std::collections::BTreeSet;

use super::batches::batches;
use super::choice::{Decision, Question};
use super::places::Via;
use super::{OtherWay, Planner};

/// Plans that are made for one operation.
const ATTEMPTS_MAX: usize = 50;
/// Fields in all these plans together.
const FIELDS_MAX: usize = 10_000;
/// Subgraphs that are each tried at the root.
const ROOTS_MAX: usize = 8;

/// Choices that are to be made so.
pub(super) type Preferences = apollo_compiler::collections::HashMap<Question, Via>;

/// What a plan costs: the fewest steps first, then the fewest requests, then those that wait for
/// the fewest steps, because they are answered when what others wait for is not; then the least
/// text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    pub(super) steps: usize,
    pub(super) requests: usize,
    waits: usize,
    inputs: usize,
    fields: usize,
}

impl<'a> Planner<'a> {
    /// What the plan as it stands costs.
    pub(super) fn cost(&self) -> Cost {
        let dependencies = self.fetches.dependencies();
        let batches = batches(self, &dependencies);
        let steps = batches.iter().map(|batch| batch.stage + 1).max().unwrap_or_default();
        Cost {
            steps,
            requests: batches.len(),
            waits: batches.iter().map(|batch| batch.stage).sum(),
            inputs: self.fetches.group_ids().count(),
            fields: self.fetches.field_count(),
        }
    }

    /// Tries to ask at the root again for objects that a key would lead to: all subgraphs that
    /// could be, and then each of them.
    pub(super) fn improve_shared_roots(mut self) -> Self {
        if self.could_ask_again.is_empty() {
            return self;
        }
        let mut best = self.cost();
        if best.steps <= 1 {
            return self;
        }
        let all = self.could_ask_again.clone();
        let each = all.iter().map(|subgraph| BTreeSet::from([*subgraph])).take(ROOTS_MAX);
        for more in std::iter::once(all.clone()).chain(each.collect::<Vec<_>>()) {
            let mut other = Self::new(self.graph, self.operation, self.labels.clone());
            other.asks_again = &self.asks_again | &more;
            if other.asks_again == self.asks_again || !self.run_other(&mut other) {
                continue;
            }
            let cost = other.cost();
            if cost < best {
                best = cost;
                self = self.replaced_by(other);
            }
        }
        self
    }

    /// Tries other choices while that makes the plan better. Nothing is better than one request to
    /// each subgraph that cannot be done without, in two steps.
    pub(super) fn improve(mut self) -> Self {
        let mut best = self.cost();
        if best.steps <= 2 && best.requests <= self.forced.len() {
            return self;
        }
        let mut attempts = 1;
        let mut fields = best.fields;
        'better: loop {
            for (about, via) in alternatives(&self.decisions) {
                if attempts >= ATTEMPTS_MAX || fields.saturating_add(best.fields) > FIELDS_MAX {
                    return self;
                }
                let Some(other) = self.attempt(about, via) else { continue };
                attempts += 1;
                let cost = other.cost();
                fields = fields.saturating_add(cost.fields);
                if cost < best {
                    best = cost;
                    self = self.replaced_by(other);
                    continue 'better;
                }
            }
            return self;
        }
    }

    /// What each choice about the client's fields would have led to, had it been another.
    pub(super) fn other_ways(&mut self) -> Vec<OtherWay> {
        let mut found: Vec<OtherWay> = Vec::new();
        for decision in self.decisions.clone() {
            let Question::Entry(selection, entry, _) = decision.about else { continue };
            for via in &decision.candidates {
                if *via == decision.chosen || found.len() >= ATTEMPTS_MAX {
                    continue;
                }
                let Some(other) = self.attempt(decision.about.clone(), *via) else { continue };
                let cost = other.cost();
                found.push(OtherWay {
                    entry: (selection, u32::try_from(entry).unwrap_or(u32::MAX)),
                    chosen: decision.chosen.subgraph,
                    instead: via.subgraph,
                    requests: cost.requests,
                    steps: cost.steps,
                });
            }
        }
        found
    }

    /// The best plan that any combination of choices leads to; nothing where there are more
    /// combinations than plans may be made.
    pub(super) fn least(&mut self, plans_max: usize) -> Option<Cost> {
        let mut least: Option<Cost> = None;
        let mut open = vec![Preferences::default()];
        for _ in 0..plans_max {
            let Some(preferences) = open.pop() else { return least };
            let mut other = Self::new(self.graph, self.operation, self.labels.clone());
            other.preferences = preferences;
            other.asks_again.clone_from(&self.asks_again);
            other.is_exhaustive = true;
            if !self.run_other(&mut other) || other.check_order().is_err() {
                continue;
            }
            let cost = other.cost();
            least = Some(least.map_or(cost, |least| least.min(cost)));
            let is_open = |one: &&Decision| !other.preferences.contains_key(&one.about);
            let Some(Decision { about, candidates, .. }) = other.decisions.iter().find(is_open)
            else {
                continue;
            };
            for via in candidates {
                let mut preferences = other.preferences.clone();
                preferences.insert(about.clone(), *via);
                open.push(preferences);
            }
        }
        open.is_empty().then_some(least).flatten()
    }

    /// The plan with one other choice.
    fn attempt(&mut self, about: Question, via: Via) -> Option<Self> {
        let mut other = Self::new(self.graph, self.operation, self.labels.clone());
        other.asks_again.clone_from(&self.asks_again);
        other.preferences.clone_from(&self.preferences);
        other.preferences.insert(about, via);
        self.run_other(&mut other).then_some(other)
    }

    /// Makes another plan of the same operation; what has been found out about the graph is shared.
    fn run_other(&mut self, other: &mut Self) -> bool {
        std::mem::swap(&mut self.reaches, &mut other.reaches);
        std::mem::swap(&mut self.choices, &mut other.choices);
        let planned = other.run();
        std::mem::swap(&mut self.reaches, &mut other.reaches);
        std::mem::swap(&mut self.choices, &mut other.choices);
        planned.is_ok()
    }

    fn replaced_by(self, mut other: Self) -> Self {
        other.reaches = self.reaches;
        other.choices = self.choices;
        other
    }
}

/// Every choice that could have been another, with each of the others.
fn alternatives(decisions: &[Decision]) -> Vec<(Question, Via)> {
    let others = decisions.iter().flat_map(|decision| {
        let others = decision.candidates.iter().filter(|via| **via != decision.chosen);
        others.map(|via| (decision.about.clone(), *via))
    });
    others.collect()
}

//! What is done before what: dependencies, and the order of a mutation.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use super::Checker;
use crate::operation::{Condition, EntryField};
use crate::query_plan::{Fetch, FetchId, FetchTarget, QueryPlan};

/// Variables whose values are tried out.
const VARIABLES_MAX: usize = 8;

/// Of each fetch, those that it depends on, directly or not.
pub(super) fn waits_for(plan: &QueryPlan) -> Vec<BTreeSet<FetchId>> {
    let mut all: Vec<BTreeSet<FetchId>> = Vec::new();
    for fetch in &plan.fetches {
        let mut before: BTreeSet<FetchId> = fetch.depends_on.iter().copied().collect();
        for dependency in &fetch.depends_on {
            before.extend(&all[dependency.index()]);
        }
        all.push(before);
    }
    all
}

/// Those that a fetch depends on, directly or not, when the order of the plan is not known yet.
pub(super) fn waits_for_one(plan: &QueryPlan, fetch: usize) -> BTreeSet<FetchId> {
    let mut before = BTreeSet::new();
    let mut open = plan.fetches[fetch].depends_on.clone();
    while let Some(id) = open.pop() {
        if id.index() < plan.fetches.len() && before.insert(id) {
            open.extend(&plan.fetch(id).depends_on);
        }
    }
    before
}

impl Checker<'_> {
    /// GraphQL §6.2.2: a root field runs after all that came before, follow-ups included.
    pub(super) fn mutation(&mut self) {
        let plan = self.plan;
        if self.operation.kind() != OperationType::Mutation {
            return;
        }
        let ids = || (0u32..).map(FetchId).zip(&plan.fetches);
        let is_root = |(id, fetch): (FetchId, &Fetch)| {
            (fetch.operation_type == OperationType::Mutation).then_some(id)
        };
        let roots: Vec<FetchId> = ids().filter_map(is_root).collect();
        for (id, _) in ids() {
            let belongs_to = |some: &[FetchId]| {
                some.contains(&id) || some.iter().any(|it| self.waits_for[id.index()].contains(it))
            };
            if !belongs_to(&roots) {
                self.find(format!("fetch {} does not wait for the mutation", id.0));
                continue;
            }
            // What comes later may be fetched while the next field runs.
            let is_at_once = plan.fetch(id).delivery.is_none();
            let early = (1..roots.len()).filter(|_| is_at_once).find(|place| {
                let (before, rest) = roots.split_at(*place);
                let root = roots[*place];
                belongs_to(before)
                    && !belongs_to(rest)
                    && !self.waits_for[root.index()].contains(&id)
            });
            if let Some(place) = early {
                let root = roots[place].0;
                self.find(format!("root fetch {root} does not wait for fetch {}", id.0));
            }
        }
        let literals = self.operation.conditions().iter().flat_map(Condition::any_of).flatten();
        let variables: BTreeSet<&str> = literals.map(|it| it.variable.as_str()).collect();
        let variables: Vec<&str> = variables.into_iter().take(VARIABLES_MAX).collect();
        for values in 0u32..1 << variables.len() {
            let is_true = |name: &str| {
                variables
                    .iter()
                    .position(|one| *one == name)
                    .is_some_and(|it| values >> it & 1 == 1)
            };
            let (asked, wanted) = (self.run(&roots, &is_true), self.wanted(&is_true));
            if asked != wanted {
                self.find(format!(
                    "the mutation's fields are asked for as {asked:?}, not {wanted:?}"
                ));
                return;
            }
        }
    }

    /// The root fields that run, in order, for some values of the variables.
    fn run(&self, roots: &[FetchId], is_true: &dyn Fn(&str) -> bool) -> Vec<Name> {
        let mut run = Vec::new();
        for id in roots {
            let FetchTarget::Root { shape, when, .. } = &self.plan.fetch(*id).target else {
                continue;
            };
            for field in &self.plan.shape(*shape).fields {
                let fills = self.fills.get(&(*id, *shape, field.slot)).into_iter().flatten();
                let is_asked = fills.into_iter().any(|fill| fill.when.holds(is_true));
                if is_asked && when.holds(is_true) {
                    run.push(field.response_key.clone());
                }
            }
        }
        run
    }

    /// The root fields that the client wants, in order, for some values of the variables.
    fn wanted(&self, is_true: &dyn Fn(&str) -> bool) -> Vec<Name> {
        let selection = self.operation.selection(self.operation.root());
        let holds = |when| self.operation.condition(when).holds(is_true);
        let order = self.operation.changed_order(selection, holds);
        let order = order.unwrap_or_else(|| (0..selection.entries.len()).collect());
        let entries = order.into_iter().map(|index| &selection.entries[index]);
        let fields = entries
            .filter(|entry| matches!(entry.field, EntryField::Field { .. }) && holds(entry.when));
        fields.map(|entry| entry.response_key.clone()).collect()
    }
}

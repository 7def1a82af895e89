//! What is done before what: dependencies, and the order of a mutation.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use super::Checker;
use crate::operation::EntryField;
use crate::query_plan::{Fetch, FetchId, FetchTarget, QueryPlan};

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
            let early = (1..roots.len()).find(|place| {
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
        let asked = roots.iter().filter_map(|id| match &plan.fetch(*id).target {
            FetchTarget::Root { shape, .. } => Some(plan.shape(*shape).fields.iter()),
            FetchTarget::Entities(_) => None,
        });
        let asked: Vec<&Name> = asked.flatten().map(|field| &field.response_key).collect();
        let fields = self.operation.selection(self.operation.root()).entries.iter();
        let fields = fields.filter(|entry| matches!(entry.field, EntryField::Field { .. }));
        let wanted: Vec<&Name> = fields.map(|entry| &entry.response_key).collect();
        if asked != wanted {
            self.find(format!("the mutation's fields are asked for as {asked:?}, not {wanted:?}"));
        }
    }
}

//! Which groups are one request, and in which order the requests come.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::OperationType;

use super::fetch_graph::GroupId;
use super::{PlanError, Planner};
use crate::query_plan::DeliveryId;
use crate::supergraph::SubgraphId;

/// Which root field of a mutation groups belong to, and what of the answer they are for.
type Series = (usize, Option<DeliveryId>);

/// Groups that are asked for in one request.
pub(super) struct Batch {
    /// How many requests come one after the other before it.
    pub(super) stage: usize,
    pub(super) groups: Vec<GroupId>,
}

/// The groups as requests, each after what it depends on. Entities that are asked of one subgraph
/// after equally many steps are one request, but for those whose contexts may make several of it;
/// no chain of requests gets longer.
pub(super) fn batches(planner: &Planner<'_>, dependencies: &[BTreeSet<GroupId>]) -> Vec<Batch> {
    let stages = stages(dependencies);
    let mut order: Vec<GroupId> = planner.fetches.group_ids().collect();
    order.sort_by_key(|id| (stages[id.index()], *id));
    let mut batches: Vec<Batch> = Vec::new();
    let mut open: BTreeMap<(usize, SubgraphId, Series), usize> = BTreeMap::new();
    for id in order {
        let group = planner.fetches.group(id);
        let is_entities = group.representations.is_some();
        if !is_entities
            || !group.contexts.is_empty()
            || group.operation_type != OperationType::Query
        {
            batches.push(Batch { stage: stages[id.index()], groups: vec![id] });
            continue;
        }
        let key = (stages[id.index()], group.via.subgraph, (group.series, group.delivery));
        match open.get(&key) {
            Some(batch) => batches[*batch].groups.push(id),
            None => {
                open.insert(key, batches.len());
                batches.push(Batch { stage: stages[id.index()], groups: vec![id] });
            }
        }
    }
    batches
}

impl Planner<'_> {
    /// A plan whose fetches would wait for each other is none.
    pub(super) fn check_order(&self) -> Result<(), PlanError> {
        let dependencies = self.fetches.dependencies();
        let stages = stages(&dependencies);
        let in_order = dependencies
            .iter()
            .zip(&stages)
            .all(|(before, stage)| before.iter().all(|one| stages[one.index()] < *stage));
        if in_order { Ok(()) } else { Err(PlanError::ring()) }
    }
}

/// How many groups come one after the other before each. In a ring, which no plan may have, the
/// first that is met again counts as done.
fn stages(dependencies: &[BTreeSet<GroupId>]) -> Vec<usize> {
    let mut stages: Vec<Option<usize>> = vec![None; dependencies.len()];
    let mut is_open = vec![false; dependencies.len()];
    for start in 0..dependencies.len() {
        let mut open = vec![start];
        while let Some(id) = open.last().copied() {
            is_open[id] = true;
            let is_unknown = |one: &&GroupId| stages[one.index()].is_none();
            let unknown = dependencies[id].iter().filter(is_unknown);
            match unknown.map(|one| one.index()).find(|one| !is_open[*one]) {
                Some(one) => open.push(one),
                None => {
                    let before = dependencies[id].iter().filter_map(|one| stages[one.index()]);
                    stages[id] = Some(before.max().map_or(0, |stage| stage + 1));
                    open.pop();
                }
            }
        }
    }
    stages.into_iter().map(Option::unwrap_or_default).collect()
}

//! A new graph is given the old one's hot operations before it takes its place: clients do not wait
//! for plans that everybody needs, all at the same time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::graph::Graph;
use super::operation_cache::{
    OperationKey, OperationNumber, OperationPlans, PlanKey, PreparedOperation,
};

impl Graph {
    /// Prepares the operations that another graph was asked for most, as many and for as long as
    /// the settings say, one after the other and behind requests that wait for a plan. What is no
    /// operation of this graph is left out.
    pub async fn warm_up(self: &Arc<Self>, old: &Self) {
        let hot = old.operations.most_used(self.settings.warm_up_operations_max);
        let (count, mut prepared) = (hot.len(), 0usize);
        let preparing = async {
            for (key, before) in hot {
                // Whoever has waited longer comes first.
                let Ok(_permit) = old.planning.acquire().await else { return };
                prepared += usize::from(self.prepare_as_before(key, &before, old).await);
            }
        };
        let is_done = tokio::time::timeout(self.settings.warm_up_timeout, preparing).await.is_ok();
        if count > 0 {
            tracing::info!(prepared, of = count, is_done, "operations are prepared on a new graph");
        }
    }

    async fn prepare_as_before(
        self: &Arc<Self>,
        key: Arc<OperationKey>,
        before: &PreparedOperation,
        old: &Self,
    ) -> bool {
        let Ok((prepared, _)) = self.prepared(key).await else { return false };
        // What was hot long ago cools down.
        prepared.uses.store(before.uses.load(Ordering::Relaxed) / 2, Ordering::Relaxed);
        let OperationPlans::ByLabels { operation, labels } = &prepared.plans else { return true };
        for key in self.plan_keys((*operation, labels), before, old) {
            if self.planned(&prepared, key).await.is_err() {
                return false;
            }
        }
        true
    }

    /// For the values of labels for which there was a plan before.
    fn plan_keys(
        &self,
        (operation, labels): (OperationNumber, &[u32]),
        before: &PreparedOperation,
        old: &Self,
    ) -> Vec<PlanKey> {
        let OperationPlans::ByLabels { operation: number, labels: old_labels } = &before.plans
        else {
            return Vec::new();
        };
        let name = |graph: &Self, label: u32| graph.query_graph.labels()[label as usize].clone();
        let place = |label: &u32| {
            let own = name(self, *label);
            old_labels.iter().position(|one| name(old, *one) == own)
        };
        let places: Vec<Option<usize>> = labels.iter().map(place).collect();
        let values = old.plans.label_values(*number);
        let key = |values: Box<[bool]>| {
            let labels = places.iter().map(|place| place.is_some_and(|place| values[place]));
            PlanKey { operation, labels: labels.collect() }
        };
        values.into_iter().map(key).collect()
    }
}

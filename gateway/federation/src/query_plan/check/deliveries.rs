//! What comes at once waits for nothing that comes later.

use super::Checker;
use crate::operation::Entry;
use crate::query_plan::{DeliveryId, FetchId, PositionId};

impl Checker<'_> {
    /// The delivery of an entry whose objects come with `around`.
    pub(super) fn delivery_of(
        &mut self,
        position: PositionId,
        entry: &Entry,
        around: Option<DeliveryId>,
    ) -> Option<DeliveryId> {
        if entry.parts.is_empty() {
            return around;
        }
        let mut ids = (0u32..).map(DeliveryId).zip(&self.plan.deliveries);
        let own = ids.find(|(_, one)| one.parts == entry.parts && one.within == around);
        if own.is_none() {
            let key = &entry.response_key;
            self.find(format!("position {}: `{key}` comes with no delivery", position.0));
        }
        own.map(|(id, _)| id)
    }

    /// Whether a fetch is done when what belongs to a delivery is there: it is not for something
    /// that comes after it.
    pub(super) fn comes_with(&self, fetch: FetchId, delivery: Option<DeliveryId>) -> bool {
        let Some(of) = self.plan.fetch(fetch).delivery else { return true };
        delivery.is_some_and(|delivery| of == delivery || !self.is_within(of, delivery))
    }

    fn is_within(&self, inner: DeliveryId, outer: DeliveryId) -> bool {
        let around = |id: &DeliveryId| self.plan.deliveries[id.index()].within;
        std::iter::successors(around(&inner), around).any(|one| one == outer)
    }

    /// Deliveries come in their order, and no fetch waits for one that is for something later.
    pub(super) fn deliveries(&mut self) {
        let plan = self.plan;
        for (id, fetch) in (0u32..).map(FetchId).zip(&plan.fetches) {
            for before in &fetch.depends_on {
                if !self.comes_with(*before, fetch.delivery) {
                    let (id, before) = (id.0, before.0);
                    self.find(format!("fetch {id} waits for fetch {before}, which is for later"));
                }
            }
        }
    }
}

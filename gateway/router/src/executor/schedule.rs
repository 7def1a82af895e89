//! Which fetch may start: each counts those it still waits for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use federation::query_plan::FetchId;

use super::compiled_plan::CompiledPlan;

/// The fetches of one execution that have not started.
#[derive(Debug)]
pub(super) struct Schedule {
    /// By fetch, how many must be done before.
    waiting_for: Vec<usize>,
    /// By fetch, how many of its requests have no answer yet.
    unanswered: Vec<usize>,
    /// Those that may start, in the plan's order.
    ready: BinaryHeap<Reverse<FetchId>>,
}

impl Schedule {
    pub(super) fn new(compiled: &CompiledPlan) -> Self {
        let waiting_for: Vec<usize> =
            compiled.fetches.iter().map(|fetch| fetch.dependencies).collect();
        let ids = (0u32..).map(FetchId).zip(&waiting_for);
        let ready = ids.filter(|(_, count)| **count == 0).map(|(id, _)| Reverse(id)).collect();
        Self { unanswered: vec![0; waiting_for.len()], waiting_for, ready }
    }

    /// One that may start.
    pub(super) fn next(&mut self) -> Option<FetchId> {
        self.ready.pop().map(|Reverse(id)| id)
    }

    /// A fetch is sent as so many requests; none if there is nothing to ask for.
    pub(super) fn sent(&mut self, compiled: &CompiledPlan, id: FetchId, requests: usize) {
        self.unanswered[id.index()] = requests;
        if requests == 0 {
            self.done(compiled, id);
        }
    }

    /// One of a fetch's requests has been answered.
    pub(super) fn answered(&mut self, compiled: &CompiledPlan, id: FetchId) {
        let unanswered = &mut self.unanswered[id.index()];
        *unanswered = unanswered.saturating_sub(1);
        if *unanswered == 0 {
            self.done(compiled, id);
        }
    }

    fn done(&mut self, compiled: &CompiledPlan, id: FetchId) {
        for dependent in &compiled.fetch(id).dependents {
            let count = &mut self.waiting_for[dependent.index()];
            *count -= 1;
            if *count == 0 {
                self.ready.push(Reverse(*dependent));
            }
        }
    }
}

//! Mutations that several subgraphs resolve: one of them is called, once.

use super::TooManyStates;
use super::walk::{StateId, Walk};
use crate::query_graph::FieldId;
use crate::reach::LabelValues;

impl Walk<'_> {
    /// What is below the field must be had from one call: some subgraph must be enough. Where none
    /// is, the failures of each are told.
    pub(super) fn take_mutation(
        &mut self,
        state: StateId,
        field: FieldId,
        providers: &[usize],
        labels: &LabelValues,
    ) -> Result<(), TooManyStates> {
        let entrances = self.reaches.entrances(self.states[state].reach);
        let progress = std::mem::take(&mut self.progress);
        let mut failures = Vec::new();
        for provider in providers {
            self.called = Some(entrances.all()[*provider].subgraph);
            self.go_down(state, field, &[*provider], labels);
            self.walk()?;
            let found = std::mem::take(&mut self.progress).failures;
            if found.is_empty() {
                failures.clear();
                break;
            }
            failures.extend(found);
        }
        self.called = None;
        self.progress = progress;
        self.progress.failures.extend(failures);
        Ok(())
    }
}

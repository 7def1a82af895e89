//! Objects that several others have: written once, and copied from there.

use std::collections::HashMap;
use std::ops::Range;

use federation::query_graph::TypeId;

use crate::executor::compiled_plan::OutputId;
use crate::executor::store::ObjectAt;

/// Where objects without errors stand in the answer.
#[derive(Debug, Default)]
pub(super) struct WrittenObjects {
    places: HashMap<(OutputId, ObjectAt, TypeId), Range<usize>>,
}

impl WrittenObjects {
    pub(super) fn get(&self, seen: (OutputId, ObjectAt, TypeId)) -> Option<Range<usize>> {
        self.places.get(&seen).cloned()
    }

    pub(super) fn insert(&mut self, seen: (OutputId, ObjectAt, TypeId), place: Range<usize>) {
        self.places.insert(seen, place);
    }

    /// Something has been taken back: they may stand there no more.
    pub(super) fn forget(&mut self) {
        self.places.clear();
    }
}

//! Objects that several others have: written once, and copied from there.

use std::collections::HashMap;
use std::ops::Range;

use federation::query_graph::TypeId;

use crate::executor::store::ObjectAt;

/// Where objects without errors stand in the answer.
#[derive(Debug, Default)]
pub(super) struct WrittenObjects {
    places: HashMap<(ObjectAt, TypeId), Range<usize>>,
}

impl WrittenObjects {
    pub(super) fn get(&self, object: ObjectAt, ty: TypeId) -> Option<Range<usize>> {
        self.places.get(&(object, ty)).cloned()
    }

    pub(super) fn insert(&mut self, object: ObjectAt, ty: TypeId, place: Range<usize>) {
        self.places.insert((object, ty), place);
    }

    /// Something has been taken back: they may stand there no more.
    pub(super) fn forget(&mut self) {
        self.places.clear();
    }
}

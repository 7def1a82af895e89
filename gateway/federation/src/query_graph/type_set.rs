//! A set of object types, as bits.

use fixedbitset::FixedBitSet;

use super::TypeId;

/// A set of object types of one query graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeSet(FixedBitSet);

impl TypeSet {
    pub(super) fn empty(object_count: usize) -> Self {
        Self(FixedBitSet::with_capacity(object_count))
    }

    /// Adds an object type; gives whether it was new.
    pub fn insert(&mut self, ty: TypeId) -> bool {
        !self.0.put(ty.index())
    }

    /// Whether the object type is in it.
    pub fn contains(&self, ty: TypeId) -> bool {
        self.0.contains(ty.index())
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_clear()
    }

    /// How many types are in it.
    pub fn len(&self) -> usize {
        self.0.count_ones(..)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut bits = self.0.clone();
        bits.intersect_with(&other.0);
        Self(bits)
    }

    /// What is here and not there.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut bits = self.0.clone();
        bits.difference_with(&other.0);
        Self(bits)
    }

    /// Adds everything of the other.
    pub fn extend(&mut self, other: &Self) {
        self.0.union_with(&other.0);
    }

    /// Whether all of it is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether the two share a type.
    pub fn intersects(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }

    /// The types, in id order.
    pub fn iter(&self) -> impl Iterator<Item = TypeId> + '_ {
        self.0.ones().filter_map(|index| u32::try_from(index).ok()).map(TypeId)
    }
}

//! A set of object types, as bits.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::TypeId;

const BITS: usize = u64::BITS as usize;

/// A set of object types of one query graph.
///
/// Nearly all sets are one object type, or the few of an interface: of all the bits that the
/// graph's types would take, only the words from the first type's to the last type's are kept. So a
/// set is as small as it is dense, however many types the graph has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TypeSet {
    /// How many words without a type come before the first one; zero for the empty set.
    first: usize,
    /// The first and the last have a type.
    words: SmallVec<[u64; 2]>,
}

impl TypeSet {
    /// Adds an object type; gives whether it was new.
    pub fn insert(&mut self, ty: TypeId) -> bool {
        let (word, bit) = place(ty);
        self.make_room(word, word + 1);
        let word = &mut self.words[word - self.first];
        let before = *word;
        *word |= bit;
        *word != before
    }

    /// Whether the object type is in it.
    pub fn contains(&self, ty: TypeId) -> bool {
        let (word, bit) = place(ty);
        self.word(word) & bit != 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many types are in it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let first = self.first.max(other.first);
        let shared = first..self.end().min(other.end());
        Self::trimmed(first, shared.map(|at| self.word(at) & other.word(at)))
    }

    /// What is here and not there.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let own = self.first..self.end();
        Self::trimmed(self.first, own.map(|at| self.word(at) & !other.word(at)))
    }

    /// Adds everything of the other.
    pub fn extend(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.make_room(other.first, other.end());
        for (own, word) in self.words[other.first - self.first..].iter_mut().zip(&other.words) {
            *own |= word;
        }
    }

    /// Whether all of it is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        (self.first..self.end()).all(|at| self.word(at) & !other.word(at) == 0)
    }

    /// Whether the two share a type.
    pub fn intersects(&self, other: &Self) -> bool {
        let first = self.first.max(other.first);
        (first..self.end().min(other.end())).any(|at| self.word(at) & other.word(at) != 0)
    }

    /// The types, in id order.
    pub fn iter(&self) -> impl Iterator<Item = TypeId> + '_ {
        let words = self.words.iter().enumerate();
        words.flat_map(|(at, word)| types_of((self.first + at) * BITS, *word))
    }

    fn word(&self, at: usize) -> u64 {
        let own = at.checked_sub(self.first).and_then(|at| self.words.get(at));
        own.copied().unwrap_or(0)
    }

    /// Where its words end.
    fn end(&self) -> usize {
        self.first + self.words.len()
    }

    /// Has words from `first` to `end`. The caller puts a type into the outermost.
    fn make_room(&mut self, first: usize, end: usize) {
        if self.is_empty() {
            self.first = first;
        }
        if let Some(missing) = self.first.checked_sub(first).filter(|missing| *missing > 0) {
            self.words.insert_many(0, std::iter::repeat_n(0, missing));
            self.first = first;
        }
        if end > self.end() {
            self.words.resize(end - self.first, 0);
        }
    }

    /// The set of these words, of which outer ones may be empty.
    fn trimmed(first: usize, words: impl Iterator<Item = u64>) -> Self {
        let mut leading = 0;
        let words = words.skip_while(|word| {
            leading += usize::from(*word == 0);
            *word == 0
        });
        let mut words: SmallVec<[u64; 2]> = words.collect();
        words.truncate(words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1));
        let first = if words.is_empty() { 0 } else { first + leading };
        Self { first, words }
    }
}

impl From<TypeId> for TypeSet {
    fn from(ty: TypeId) -> Self {
        let (first, word) = place(ty);
        Self { first, words: SmallVec::from_iter([word]) }
    }
}

impl FromIterator<TypeId> for TypeSet {
    fn from_iter<I: IntoIterator<Item = TypeId>>(types: I) -> Self {
        let mut set = Self::default();
        types.into_iter().for_each(|ty| {
            set.insert(ty);
        });
        set
    }
}

/// As the words compare, those left out being zero.
impl Ord for TypeSet {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_empty(), other.is_empty()) {
            (false, false) => {
                other.first.cmp(&self.first).then_with(|| self.words.cmp(&other.words))
            }
            (own, others) => others.cmp(&own),
        }
    }
}

impl PartialOrd for TypeSet {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The word that has a type's bit, and the bit.
fn place(ty: TypeId) -> (usize, u64) {
    (ty.index() / BITS, 1 << (ty.index() % BITS))
}

/// The types whose bits are in a word.
fn types_of(base: usize, mut word: u64) -> impl Iterator<Item = TypeId> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        u32::try_from(base + bit).ok().map(TypeId)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{TypeId, TypeSet};

    /// Subsets of types that lie in, and at the edges of, five words.
    fn subsets() -> Vec<BTreeSet<u32>> {
        let ids = [0, 1, 63, 64, 130, 191, 192, 300];
        let chosen = |bits: usize| {
            ids.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1).map(|(_, id)| *id)
        };
        (0..1 << ids.len()).map(|bits| chosen(bits).collect()).collect()
    }

    fn set(ids: impl IntoIterator<Item = u32>) -> TypeSet {
        ids.into_iter().map(TypeId).collect()
    }

    #[test]
    fn a_set_is_its_types_and_nothing_else() {
        for ids in subsets() {
            let upwards = set(ids.iter().copied());
            assert_eq!(upwards, set(ids.iter().rev().copied()));
            assert!(upwards.iter().eq(ids.iter().copied().map(TypeId)));
            assert_eq!(upwards.len(), ids.len());
            assert_eq!(upwards.is_empty(), ids.is_empty());
            assert!((0..400).all(|id| upwards.contains(TypeId(id)) == ids.contains(&id)));
        }
    }

    #[test]
    fn two_sets_meet_as_plain_sets_do() {
        for one in subsets() {
            for two in subsets().into_iter().step_by(3) {
                let (own, other) = (set(one.clone()), set(two.clone()));
                assert_eq!(own.intersection(&other), set(&one & &two));
                assert_eq!(own.difference(&other), set(&one - &two));
                assert_eq!(own.is_subset(&other), one.is_subset(&two));
                assert_eq!(own.intersects(&other), !one.is_disjoint(&two));
                assert_eq!(own.cmp(&other).is_eq(), one == two);
                let mut both = own;
                both.extend(&other);
                assert_eq!(both, set(&one | &two));
            }
        }
    }
}

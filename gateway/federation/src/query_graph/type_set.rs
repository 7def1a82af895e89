//! A set of object types, as bits.

use super::TypeId;

/// A set of object types of one query graph. Planning makes, compares and throws away thousands of
/// them: those of graphs of usual size are kept in place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeSet(Words);

/// All sets of a graph have as many words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Words {
    Few([u64; FEW]),
    Many(Box<[u64]>),
}

const FEW: usize = 2;
const BITS: usize = u64::BITS as usize;

impl TypeSet {
    pub(super) fn empty(object_count: usize) -> Self {
        if object_count <= FEW * BITS {
            return Self(Words::Few([0; FEW]));
        }
        Self(Words::Many(vec![0; object_count.div_ceil(BITS)].into_boxed_slice()))
    }

    /// Adds an object type; gives whether it was new.
    pub fn insert(&mut self, ty: TypeId) -> bool {
        let (word, bit) = (&mut self.words_mut()[ty.index() / BITS], 1 << (ty.index() % BITS));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether the object type is in it.
    pub fn contains(&self, ty: TypeId) -> bool {
        let word = self.words().get(ty.index() / BITS);
        word.is_some_and(|word| word & (1 << (ty.index() % BITS)) != 0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.words().iter().all(|word| *word == 0)
    }

    /// How many types are in it.
    pub fn len(&self) -> usize {
        self.words().iter().map(|word| word.count_ones() as usize).sum()
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combined(other, |own, other| own & other)
    }

    /// What is here and not there.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combined(other, |own, other| own & !other)
    }

    /// Adds everything of the other.
    pub fn extend(&mut self, other: &Self) {
        for (own, other) in self.words_mut().iter_mut().zip(other.words()) {
            *own |= other;
        }
    }

    /// Whether all of it is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words().iter().zip(other.words()).all(|(own, other)| own & !other == 0)
    }

    /// Whether the two share a type.
    pub fn intersects(&self, other: &Self) -> bool {
        self.words().iter().zip(other.words()).any(|(own, other)| own & other != 0)
    }

    /// The types, in id order.
    pub fn iter(&self) -> impl Iterator<Item = TypeId> + '_ {
        let words = self.words().iter().enumerate();
        words.flat_map(|(number, word)| {
            let with_one = |rest: &u64| *rest != 0;
            let rests = std::iter::successors(Some(*word).filter(with_one), move |rest| {
                Some(rest & (rest - 1)).filter(with_one)
            });
            let ones = rests.map(u64::trailing_zeros);
            let first = u32::try_from(number * BITS).unwrap_or(u32::MAX);
            ones.map(move |bit| TypeId(first.saturating_add(bit)))
        })
    }

    fn combined(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let mut result = self.clone();
        for (own, other) in result.words_mut().iter_mut().zip(other.words()) {
            *own = combine(*own, *other);
        }
        result
    }

    fn words(&self) -> &[u64] {
        match &self.0 {
            Words::Few(words) => words,
            Words::Many(words) => words,
        }
    }

    fn words_mut(&mut self) -> &mut [u64] {
        match &mut self.0 {
            Words::Few(words) => words,
            Words::Many(words) => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(of: usize, types: &[u32]) -> TypeSet {
        let mut set = TypeSet::empty(of);
        for ty in types {
            assert!(set.insert(TypeId(*ty)) && !set.insert(TypeId(*ty)));
        }
        set
    }

    fn distinct(of: usize, types: [u32; 3]) -> TypeSet {
        let mut types = types.to_vec();
        types.dedup();
        set(of, &types)
    }

    /// Both kinds, with types in each word.
    #[test]
    fn sets_are_sets_whatever_the_size_of_the_graph() {
        for of in [1, 64, 128, 129, 1000] {
            let last = u32::try_from(of).expect("small") - 1;
            let middle = last / 2;
            let (empty, all) = (set(of, &[]), distinct(of, [0, middle, last]));
            assert!(empty.is_empty() && !all.is_empty() && empty.is_subset(&all));
            let ids: Vec<u32> = all.iter().map(|ty| ty.0).collect();
            assert!(ids.is_sorted() && ids.len() == all.len() && ids.last() == Some(&last));
            let one = set(of, &[last]);
            assert!(one.is_subset(&all) && all.intersects(&one) && one.contains(TypeId(last)));
            assert_eq!(all.intersection(&one), one);
            let mut rest = all.difference(&one);
            assert!(!rest.contains(TypeId(last)) && !rest.intersects(&one));
            rest.extend(&one);
            assert_eq!(rest, all);
        }
    }
}

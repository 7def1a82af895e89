//! Two lists of named things side by side: what is in both, what only in one.

use apollo_compiler::collections::{HashMap, HashSet};

/// A name's two sides.
pub(super) enum Pair<'a, T> {
    /// Only before.
    Removed(&'a T),
    /// Only after.
    Added(&'a T),
    /// Before and after.
    Both(&'a T, &'a T),
}

/// What was there before in its order, then what is new in its order.
pub(super) fn pairs<'a, T>(
    before: impl IntoIterator<Item = &'a T>,
    after: impl IntoIterator<Item = &'a T>,
    name: impl Fn(&'a T) -> &'a str,
) -> Vec<Pair<'a, T>> {
    let after: Vec<&T> = after.into_iter().collect();
    let by_name: HashMap<&str, &T> = after.iter().map(|one| (name(one), *one)).collect();
    let mut known = HashSet::default();
    let mut pairs = Vec::new();
    for one in before {
        known.insert(name(one));
        pairs.push(match by_name.get(name(one)) {
            Some(other) => Pair::Both(one, other),
            None => Pair::Removed(one),
        });
    }
    let added = after.into_iter().filter(|one| !known.contains(name(one)));
    pairs.extend(added.map(Pair::Added));
    pairs
}

//! Lists that are asked for by whose they are and how long they may be, read in one statement: with
//! the largest limit, from which each one takes what it may have.

use std::collections::HashMap;

/// The lists of one batch. Made from the keys that a [`Loader`](crate::Loader) has gathered.
pub struct LimitedLists {
    keys: Vec<(String, i64)>,
}

impl LimitedLists {
    /// Lists by whose they are and by limit.
    pub fn new(keys: Vec<(String, i64)>) -> LimitedLists {
        LimitedLists { keys }
    }

    /// Whose lists are to be read, each once.
    pub fn owners(&self) -> Vec<&str> {
        let mut owners: Vec<&str> = self.keys.iter().map(|(owner, _)| owner.as_str()).collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// How many rows of each owner are to be read.
    pub fn limit_max(&self) -> i64 {
        self.keys.iter().map(|(_, limit)| *limit).max().unwrap_or_default()
    }

    /// Gives each list its rows, in the order they come in; an owner without rows has an empty one.
    pub fn fill<T: Clone>(
        self,
        rows: impl IntoIterator<Item = (String, T)>,
    ) -> HashMap<(String, i64), Vec<T>> {
        let mut of_owner: HashMap<String, Vec<T>> = HashMap::with_capacity(self.keys.len());
        for (owner, row) in rows {
            of_owner.entry(owner).or_default().push(row);
        }
        let lists = self.keys.into_iter().map(|(owner, limit)| {
            let rows = of_owner.get(&owner).map(Vec::as_slice).unwrap_or_default();
            let limited = rows.iter().take(usize::try_from(limit).unwrap_or(0)).cloned().collect();
            ((owner, limit), limited)
        });
        lists.collect()
    }
}

//! Makes a failing specimen small: parts are taken away for as long as it fails in the same way.

mod operation_parts;
mod repairs;
mod row_parts;
mod schema_parts;
mod view_parts;

use std::collections::BTreeSet;

use super::specimen::{Specimen, Storm, kinds};
use crate::in_memory_subgraph::FaultKind;

/// Smaller specimens that are tried for one failure.
const TRIALS_MAX: usize = 4000;

/// Seeds of faults that are tried for each: another request, another draw.
const STORMS_MAX: u64 = 6;

/// The smallest that was found.
pub(super) fn shrink(specimen: Specimen, kinds: &BTreeSet<String>) -> Specimen {
    let keys = repairs::key_fields(&specimen.files.subgraphs);
    let mut shrinker = Shrinker { best: specimen, kinds, trials: 0 };
    shrinker.name_the_storm();
    loop {
        let before = shrinker.best.clone();
        shrinker.pass(|specimen, index| {
            let document = operation_parts::without(&specimen.document, index)?;
            let mut variables = specimen.variables.clone();
            variables.retain(|name, _| document.contains(&format!("${}", name.as_str())));
            Some(Specimen { document, variables, ..specimen.clone() })
        });
        shrinker.pass(|specimen, index| {
            let mut smaller = specimen.clone();
            smaller.files.view = Some(view_parts::without(specimen.files.view.as_ref()?, index)?);
            Some(smaller)
        });
        shrinker.pass(|specimen, index| {
            let mut smaller = specimen.clone();
            (index < smaller.labels.len()).then(|| smaller.labels.remove(index))?;
            Some(smaller)
        });
        shrinker.pass(|specimen, index| {
            let mut smaller = specimen.clone();
            smaller.files.subgraphs = schema_parts::without(&specimen.files.subgraphs, index)?;
            Some(smaller)
        });
        shrinker.pass(|specimen, index| {
            let mut smaller = specimen.clone();
            smaller.files.rows = row_parts::without(&specimen.files.rows, &keys, index)?;
            Some(smaller)
        });
        let after = &shrinker.best;
        let is_same = before.document == after.document
            && before.labels == after.labels
            && before.files.subgraphs == after.files.subgraphs
            && before.files.view == after.files.view
            && before.files.rows == after.files.rows;
        if is_same || shrinker.trials >= TRIALS_MAX {
            break;
        }
    }
    shrinker.name_the_storm();
    shrinker.best
}

struct Shrinker<'k> {
    best: Specimen,
    kinds: &'k BTreeSet<String>,
    trials: usize,
}

impl Shrinker<'_> {
    /// Takes away one part after the other; what has to stay is stepped over.
    fn pass(&mut self, without: impl Fn(&Specimen, usize) -> Option<Specimen>) {
        let mut index = 0;
        while self.trials < TRIALS_MAX {
            let Some(smaller) = without(&self.best, index) else { return };
            if !self.takes(&smaller) {
                index += 1;
            }
        }
    }

    /// Whether it still fails, and in no other way.
    fn takes(&mut self, smaller: &Specimen) -> bool {
        self.trials += 1;
        let fair = Specimen { storm: Storm::None, ..smaller.clone() };
        let is_faulty = !matches!(smaller.storm, Storm::None);
        if is_faulty && !fair.failures().is_empty() {
            return false;
        }
        let storms = match smaller.storm {
            Storm::Random(seed) => (0..STORMS_MAX).map(|one| Storm::Random(seed + one)).collect(),
            ref storm => vec![storm.clone()],
        };
        for storm in storms {
            let candidate = Specimen { storm, ..smaller.clone() };
            let failures = candidate.failures();
            if !failures.is_empty() && kinds(&failures).is_subset(self.kinds) {
                self.best = candidate;
                return true;
            }
        }
        false
    }

    /// One fault of one subgraph, in place of faults at random, where that is enough.
    fn name_the_storm(&mut self) {
        let Storm::Random(_) = self.best.storm else { return };
        let subgraphs = self.best.files.subgraphs.clone();
        for (subgraph, _) in &subgraphs {
            for kind in FaultKind::NAMED {
                let storm = Storm::Always(subgraph.clone(), kind);
                if self.takes(&Specimen { storm, ..self.best.clone() }) {
                    return;
                }
            }
        }
    }
}

/// Counts parts until the wanted one is met.
struct Countdown {
    left: Option<usize>,
}

impl Countdown {
    fn new(index: usize) -> Self {
        Self { left: Some(index) }
    }

    /// Whether this part is the one.
    fn strikes(&mut self) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(1);
        self.left.is_none()
    }

    fn is_over(&self) -> bool {
        self.left.is_none()
    }

    /// Removes one of the items, if it is meant.
    fn remove_one<T>(&mut self, items: &mut Vec<T>) {
        let struck = (0..items.len()).find(|_| self.strikes());
        if let Some(index) = struck {
            items.remove(index);
        }
    }
}

//! When a selection applies: `@skip` and `@include`, as a disjunction of conjunctions.

use apollo_compiler::Name;

/// One variable, as it is or negated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// A Boolean variable of the operation.
    pub variable: Name,
    /// Holds when the variable is false: it came from `@skip`.
    pub negated: bool,
}

/// Holds when all literals of any one conjunction hold. Sorted, without repetitions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// None when it always holds, as nearly all do: they cost nothing.
    any_of: Option<Vec<Vec<Literal>>>,
}

/// Nothing has to hold.
static ALWAYS: [Vec<Literal>; 1] = [Vec::new()];

impl Condition {
    /// Always holds.
    pub fn always() -> Self {
        Self { any_of: None }
    }

    /// Never holds.
    pub fn never() -> Self {
        Self { any_of: Some(Vec::new()) }
    }

    fn of(any_of: Vec<Vec<Literal>>) -> Self {
        Self { any_of: (any_of != ALWAYS).then_some(any_of) }
    }

    /// Whether it holds whatever the variables are.
    pub fn is_always(&self) -> bool {
        self.any_of.is_none()
    }

    /// Whether it can never hold.
    pub fn is_never(&self) -> bool {
        self.any_of().is_empty()
    }

    /// The conjunctions.
    pub fn any_of(&self) -> &[Vec<Literal>] {
        self.any_of.as_deref().unwrap_or(&ALWAYS)
    }

    /// This one, and the literal too.
    #[must_use]
    pub fn and(&self, literal: &Literal) -> Self {
        let mut any_of = Vec::new();
        for conjunction in self.any_of() {
            let mut longer = conjunction.clone();
            if let Err(place) = longer.binary_search(literal) {
                longer.insert(place, literal.clone());
            }
            let contradicts = longer.windows(2).any(|pair| pair[0].variable == pair[1].variable);
            if !contradicts {
                any_of.push(longer);
            }
        }
        Self::of(any_of)
    }

    /// Either of the two.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.is_always() || other.is_never() {
            return self.clone();
        }
        if other.is_always() || self.is_never() {
            return other.clone();
        }
        let both = self.any_of().iter().chain(other.any_of());
        let mut all: Vec<Vec<Literal>> = both.cloned().collect();
        all.sort();
        all.dedup();
        let implied = |conjunction: &Vec<Literal>| {
            all.iter().any(|weaker| {
                weaker.len() < conjunction.len()
                    && weaker.iter().all(|literal| conjunction.contains(literal))
            })
        };
        let any_of = all.iter().filter(|conjunction| !implied(conjunction)).cloned().collect();
        Self::of(any_of)
    }

    /// This one, but not the other; nothing if that takes more conjunctions than `most`.
    pub(super) fn and_not(&self, other: &Self, most: usize) -> Option<Self> {
        other.any_of().iter().try_fold(self.clone(), |rest, conjunction| {
            let without = conjunction
                .iter()
                .map(|literal| rest.and(&Literal { negated: !literal.negated, ..literal.clone() }));
            let rest = without.fold(Self::never(), |either, one| either.or(&one));
            (rest.any_of().len() <= most).then_some(rest)
        })
    }

    /// Whether it holds, given what each variable is.
    pub fn holds(&self, is_true: impl Fn(&str) -> bool) -> bool {
        let literal_holds = |literal: &Literal| is_true(&literal.variable) != literal.negated;
        self.any_of().iter().any(|conjunction| conjunction.iter().all(literal_holds))
    }
}

//! What conditions say about each other.

use std::collections::BTreeSet;

use crate::operation::{Condition, Literal};

/// Variables that are tried out, all values of all of them.
const TRIED_MAX: usize = 12;

/// Both of the two.
pub(super) fn both(one: &Condition, other: &Condition) -> Condition {
    let conjunctions = other.any_of().iter();
    conjunctions.fold(Condition::never(), |all, conjunction| {
        let and = conjunction.iter().fold(one.clone(), |and, literal| and.and(literal));
        all.or(&and)
    })
}

/// Whether some of `given` holds whenever `when` does.
pub(super) fn implies(when: &Condition, given: &[Condition]) -> bool {
    when.any_of().iter().all(|assumed| {
        let given = given.iter().flat_map(Condition::any_of);
        let rest: Vec<Vec<&Literal>> =
            given.filter_map(|conjunction| unless_contradicted(conjunction, assumed)).collect();
        rest.iter().any(Vec::is_empty) || is_exhaustive(&rest)
    })
}

/// What a conjunction still asks for, where some literals hold.
fn unless_contradicted<'l>(
    conjunction: &'l [Literal],
    holds: &[Literal],
) -> Option<Vec<&'l Literal>> {
    let known = |one: &&Literal| holds.iter().find(|held| held.variable == one.variable);
    let contradicts = |one: &Literal| known(&one).is_some_and(|held| held.negated != one.negated);
    if conjunction.iter().any(contradicts) {
        return None;
    }
    Some(conjunction.iter().filter(|one| known(one).is_none()).collect())
}

/// Whether one of the conjunctions holds whatever the variables are.
fn is_exhaustive(conjunctions: &[Vec<&Literal>]) -> bool {
    let variables: BTreeSet<&str> =
        conjunctions.iter().flatten().map(|literal| literal.variable.as_str()).collect();
    if conjunctions.is_empty() || variables.len() > TRIED_MAX {
        return false;
    }
    let variables: Vec<&str> = variables.into_iter().collect();
    (0u32..1 << variables.len()).all(|values| {
        let is_true = |name: &str| {
            variables.iter().position(|one| *one == name).is_some_and(|bit| values >> bit & 1 == 1)
        };
        let holds = |literal: &&Literal| is_true(&literal.variable) != literal.negated;
        conjunctions.iter().any(|conjunction| conjunction.iter().all(holds))
    })
}

//! From which subgraphs an entity can be entered in which others, and by which key.
//!
//! A least fixpoint in rounds: a subgraph gets the rank of the round in which one of its keys
//! became obtainable from subgraphs of lower rank. So every derivation is acyclic by construction,
//! however the keys form rings.

use std::collections::HashMap;
use std::rc::Rc;

use crate::query_graph::{FieldSet, QueryGraph, TypeId};
use crate::supergraph::SubgraphId;

/// Nested entities inside keys are followed this deep; beyond, a subgraph must give them itself.
const NESTED_KEYS_MAX: usize = 4;

/// How one subgraph is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jump {
    /// 0 for where the object already is.
    pub(super) rank: usize,
    /// The key's position among the type's keys in that subgraph; none at rank 0.
    pub(super) key: Option<usize>,
}

/// Which subgraphs can be entered, by subgraph.
#[derive(Debug, Default)]
pub(super) struct Reach {
    by_subgraph: Vec<Option<Jump>>,
}

impl Reach {
    pub(super) fn jump(&self, subgraph: SubgraphId) -> Option<Jump> {
        self.by_subgraph.get(subgraph.index()).copied().flatten()
    }

    /// The subgraphs that can be entered with less than `rank`, the nearest first.
    fn below(&self, rank: usize) -> Vec<SubgraphId> {
        let mut ranked: Vec<(usize, SubgraphId)> = (0u16..)
            .map(SubgraphId)
            .zip(&self.by_subgraph)
            .filter_map(|(subgraph, jump)| jump.map(|jump| (jump.rank, subgraph)))
            .filter(|(own, _)| *own < rank)
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, subgraph)| subgraph).collect()
    }
}

/// The derivations of one graph, made when first asked for.
pub(super) struct Jumps<'a> {
    graph: &'a QueryGraph,
    known: HashMap<(TypeId, Vec<SubgraphId>), Rc<Reach>>,
}

impl<'a> Jumps<'a> {
    pub(super) fn new(graph: &'a QueryGraph) -> Self {
        Self { graph, known: HashMap::new() }
    }

    /// Where an object can be entered that is available in `have` (sorted).
    pub(super) fn reach(&mut self, ty: TypeId, have: &[SubgraphId]) -> Rc<Reach> {
        let key = (ty, have.to_vec());
        if let Some(reach) = self.known.get(&key) {
            return Rc::clone(reach);
        }
        let reach = Rc::new(self.derive(ty, have, 0));
        self.known.insert(key, Rc::clone(&reach));
        reach
    }

    /// Whether a field set of an object can be had from subgraphs of less than `rank`.
    pub(super) fn is_obtainable(
        &self,
        ty: TypeId,
        field_set: &FieldSet,
        reach: &Reach,
        rank: usize,
    ) -> bool {
        self.obtainable(ty, field_set, &reach.below(rank), 0)
    }

    /// The subgraphs of less than `rank` that give a field of an object, the nearest first.
    pub(super) fn suppliers(
        &self,
        ty: TypeId,
        item: &crate::query_graph::FieldSetItem,
        reach: &Reach,
        rank: usize,
    ) -> Vec<SubgraphId> {
        self.item_suppliers(ty, item, &reach.below(rank), 0)
    }

    fn derive(&self, ty: TypeId, have: &[SubgraphId], nesting: usize) -> Reach {
        let mut by_subgraph = vec![None; self.graph.subgraphs().len()];
        for subgraph in have {
            by_subgraph[subgraph.index()] = Some(Jump { rank: 0, key: None });
        }
        let mut reach = Reach { by_subgraph };
        for rank in 1..=self.graph.subgraphs().len() {
            let from = reach.below(rank);
            let mut entered = Vec::new();
            for at in &self.graph.ty(ty).in_subgraphs {
                if reach.jump(at.subgraph).is_some() {
                    continue;
                }
                let usable = at.keys.iter().position(|key| {
                    key.resolvable && self.obtainable(ty, &key.fields, &from, nesting)
                });
                entered.extend(usable.map(|key| (at.subgraph, key)));
            }
            if entered.is_empty() {
                break;
            }
            for (subgraph, key) in entered {
                reach.by_subgraph[subgraph.index()] = Some(Jump { rank, key: Some(key) });
            }
        }
        reach
    }

    fn obtainable(
        &self,
        ty: TypeId,
        field_set: &FieldSet,
        from: &[SubgraphId],
        nesting: usize,
    ) -> bool {
        field_set.items.iter().all(|item| {
            item.on.as_ref().is_some_and(|on| !on.contains(ty))
                || item.name == "__typename"
                || !self.item_suppliers(ty, item, from, nesting).is_empty()
        })
    }

    fn item_suppliers(
        &self,
        ty: TypeId,
        item: &crate::query_graph::FieldSetItem,
        from: &[SubgraphId],
        nesting: usize,
    ) -> Vec<SubgraphId> {
        let supplies = |subgraph: &&SubgraphId| {
            let Some(at) = self.graph.field_at(ty, &item.name, **subgraph) else { return false };
            if at.is_external {
                return false;
            }
            let others: Vec<SubgraphId> =
                from.iter().copied().filter(|one| one != *subgraph).collect();
            let requirement_met = at.requires.as_ref().is_none_or(|requires| {
                nesting < NESTED_KEYS_MAX && self.obtainable(ty, requires, &others, nesting + 1)
            });
            requirement_met && self.children_obtainable(item, at.named_type, **subgraph, nesting)
        };
        from.iter().filter(supplies).copied().collect()
    }

    fn children_obtainable(
        &self,
        item: &crate::query_graph::FieldSetItem,
        child_type: TypeId,
        subgraph: SubgraphId,
        nesting: usize,
    ) -> bool {
        let Some(children) = &item.children else { return true };
        let Some(at) = self.graph.type_at(child_type, subgraph) else { return false };
        at.possible.iter().all(|ty| {
            self.obtainable(ty, children, &[subgraph], nesting + 1)
                || (nesting < NESTED_KEYS_MAX && {
                    let reach = self.derive(ty, &[subgraph], nesting + 1);
                    self.obtainable(ty, children, &reach.below(usize::MAX), nesting + 1)
                })
        })
    }
}

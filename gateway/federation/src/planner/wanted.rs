//! When each fetch is wanted: when the client wants one of its fields, or when a fetch that needs
//! something of it is wanted.

use std::collections::BTreeMap;

use super::batches::Batch;
use super::fetch_graph::FetchGraph;
use super::places::NodeId;
use crate::operation::Condition;

/// For the root of each group, when the group is wanted.
pub(super) fn wanted(fetches: &FetchGraph<'_>, batches: &[Batch]) -> BTreeMap<NodeId, Condition> {
    let mut wanted: BTreeMap<NodeId, Condition> = BTreeMap::new();
    // Who needs something comes after who has it.
    let groups = batches.iter().rev().flat_map(|batch| batch.groups.iter().rev());
    for id in groups {
        let group = fetches.group(*id);
        let by_client = by_client(fetches, group.root);
        let own = wanted.entry(group.root).or_insert_with(Condition::never);
        *own = own.or(&by_client);
        let own = own.clone();
        for input in &group.inputs {
            for supplier in fetches.groups_of(*input) {
                let root = fetches.group(supplier).root;
                if serves(fetches, root, *input) {
                    let known = wanted.entry(root).or_insert_with(Condition::never);
                    *known = known.or(&own);
                }
            }
        }
    }
    wanted
}

/// When the client wants a field of a node, or one that a way leads to.
fn by_client(fetches: &FetchGraph<'_>, node: NodeId) -> Condition {
    let fields = fetches.node(node).unordered();
    fields.fold(Condition::never(), |when, field| {
        let below = field.child.filter(|_| field.serves && field.wanted.is_never());
        let below = below.map_or_else(Condition::never, |child| by_client(fetches, child));
        when.or(&field.wanted).or(&below)
    })
}

/// Whether something that a node supplies is asked for at a root in the service of others. Below a
/// field of the client's there is nothing to supply unless the client wants that.
fn serves(fetches: &FetchGraph<'_>, root: NodeId, node: NodeId) -> bool {
    node == root
        || fetches.node(root).unordered().any(|field| {
            let below = field.child.filter(|_| field.serves);
            below.is_some_and(|child| fetches.nodes_below(child).contains(&node))
        })
}

//! The graph as it would be with one directive more: what [`explanation`](crate::explanation) tries
//! before it gives advice.

use super::{FieldAt, FieldSet, KeyAt, QueryGraph, TypeAt, TypeId, TypeSet};
use crate::supergraph::SubgraphId;

impl QueryGraph {
    /// As if a subgraph said `@provides(fields: "…")` at a field, for fields of the type below it.
    pub(crate) fn add_provides(
        &mut self,
        (parent, field): (TypeId, &str),
        subgraph: SubgraphId,
        (ty, fields): (TypeId, &FieldSet),
    ) {
        self.declare_external(ty, subgraph, fields);
        let Some(id) = self.field_id(parent, field) else { return };
        let places = &mut self.fields[id.index()].in_subgraphs;
        let Ok(found) = places.binary_search_by_key(&subgraph, |at| at.subgraph) else { return };
        places[found].provides.get_or_insert_default().merge(fields);
    }

    /// Fields, and those below them, that a subgraph only tells in the place of others.
    fn declare_external(&mut self, ty: TypeId, subgraph: SubgraphId, fields: &FieldSet) {
        let own = TypeSet::from(ty);
        let places = &mut self.types[ty.index()].in_subgraphs;
        if let Err(place) = places.binary_search_by_key(&subgraph, |at| at.subgraph) {
            let keys = Vec::new();
            let known = TypeAt { subgraph, keys, possible: own, is_interface_object: false };
            places.insert(place, known);
        }
        for item in &fields.items {
            self.declare(ty, &item.name, subgraph, true);
            let below = self.field_id(ty, &item.name).map(|id| self.field(id).named_type);
            if let (Some(below), Some(children)) = (below, &item.children) {
                self.declare_external(below, subgraph, children);
            }
        }
    }

    /// As if a subgraph had a resolvable key of leaves.
    pub(crate) fn add_key(&mut self, ty: TypeId, subgraph: SubgraphId, fields: FieldSet) {
        for item in &fields.items {
            self.declare(ty, &item.name, subgraph, false);
        }
        let places = &mut self.types[ty.index()].in_subgraphs;
        if let Ok(found) = places.binary_search_by_key(&subgraph, |at| at.subgraph) {
            places[found].keys.push(KeyAt { fields, resolvable: true });
        }
    }

    fn declare(&mut self, ty: TypeId, field: &str, subgraph: SubgraphId, is_external: bool) {
        let Some(id) = self.field_id(ty, field) else { return };
        let node = &mut self.fields[id.index()];
        let found = node.in_subgraphs.binary_search_by_key(&subgraph, |at| at.subgraph);
        let Err(place) = found else { return };
        let declared = FieldAt {
            subgraph,
            ty: None,
            named_type: node.named_type,
            is_external,
            is_overridden: false,
            label: None,
            requires: None,
            context_arguments: Vec::new(),
            provides: None,
        };
        node.in_subgraphs.insert(place, declared);
    }
}

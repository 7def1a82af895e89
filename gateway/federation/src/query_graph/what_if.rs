//! The graph as it would be with one directive more: what [`explanation`](crate::explanation) tries
//! before it gives advice.

use apollo_compiler::Name;

use super::{FieldAt, FieldSet, FieldSetItem, KeyAt, QueryGraph, TypeId};
use crate::supergraph::SubgraphId;

impl QueryGraph {
    /// As if a subgraph said `@provides(fields: "…")` at a field, for leaves of the type below it.
    pub(crate) fn add_provides(
        &mut self,
        (parent, field): (TypeId, &str),
        subgraph: SubgraphId,
        (ty, leaves): (TypeId, &[Name]),
    ) {
        for leaf in leaves {
            self.declare(ty, leaf, subgraph, true);
        }
        let Some(id) = self.field_id(parent, field) else { return };
        let places = &mut self.fields[id.index()].in_subgraphs;
        let Ok(found) = places.binary_search_by_key(&subgraph, |at| at.subgraph) else { return };
        let provides = places[found].provides.get_or_insert_default();
        for leaf in leaves {
            if provides.item(leaf).is_none() {
                let (name, arguments) = (leaf.clone(), Vec::new());
                provides.items.push(FieldSetItem { name, arguments, on: None, children: None });
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

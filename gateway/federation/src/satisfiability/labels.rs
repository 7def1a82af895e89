//! Override labels: each is set for some requests and not for others, the same throughout one.

use std::collections::BTreeSet;

use apollo_compiler::collections::HashMap;

use crate::query_graph::{FieldId, FieldSet, QueryGraph, TypeId};
use crate::reach::LabelValues;

/// Which labels matter where.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// The labels on a field.
    of_fields: HashMap<FieldId, BTreeSet<u32>>,
    /// The labels that decide where else objects of a type can be had.
    of_keys: HashMap<TypeId, BTreeSet<u32>>,
    /// The labels on what can be asked of a type's objects or below them.
    below: HashMap<TypeId, BTreeSet<u32>>,
}

impl Labels {
    pub(super) fn new(graph: &QueryGraph) -> Self {
        let mut labels = Self::default();
        if graph.labels().is_empty() {
            return labels;
        }
        for ty in graph.type_ids() {
            for field in graph.fields_of(ty) {
                let places = graph.field(field).in_subgraphs.iter();
                let found: BTreeSet<u32> =
                    places.filter_map(|at| at.label.map(|label| label.label)).collect();
                if !found.is_empty() {
                    labels.of_fields.insert(field, found);
                }
            }
        }
        for ty in graph.type_ids() {
            let found = labels.of_field_sets(graph, ty);
            if !found.is_empty() {
                labels.of_keys.insert(ty, found);
            }
        }
        labels.close_downwards(graph);
        labels
    }

    /// The labels on fields that the keys and requirements of a type select.
    fn of_field_sets(&self, graph: &QueryGraph, ty: TypeId) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let own = std::iter::once(ty).chain(graph.ty(ty).interfaces.iter().copied());
        for ty in own {
            let keys = graph.ty(ty).in_subgraphs.iter().flat_map(|at| &at.keys);
            for key in keys {
                self.collect(graph, &[ty].into(), &key.fields, &mut found);
            }
            for field in graph.fields_of(ty) {
                let places = graph.field(field).in_subgraphs.iter();
                for requires in places.filter_map(|at| at.requires.as_ref()) {
                    self.collect(graph, &[ty].into(), requires, &mut found);
                }
            }
        }
        found
    }

    /// `types` are all that stand at one place of a field set: each place is seen once, however
    /// many ways the types have of getting there.
    fn collect(
        &self,
        graph: &QueryGraph,
        types: &BTreeSet<TypeId>,
        fields: &FieldSet,
        found: &mut BTreeSet<u32>,
    ) {
        for item in &fields.items {
            let mut below = BTreeSet::new();
            let objects = types.iter().flat_map(|ty| graph.ty(*ty).possible.iter());
            for ty in types.iter().copied().chain(objects) {
                let Some(field) = graph.field_id(ty, &item.name) else { continue };
                found.extend(self.of_fields.get(&field).into_iter().flatten());
                below.insert(graph.field(field).named_type);
            }
            if let Some(children) = &item.children {
                self.collect(graph, &below, children, found);
            }
        }
    }

    /// Which labels matter below each type: until nothing is added.
    fn close_downwards(&mut self, graph: &QueryGraph) {
        let mut is_changed = true;
        while is_changed {
            is_changed = false;
            for ty in graph.type_ids() {
                let mut found = self.below.get(&ty).cloned().unwrap_or_default();
                let count = found.len();
                found.extend(self.of_keys.get(&ty).into_iter().flatten());
                for field in graph.fields_of(ty) {
                    found.extend(self.of_fields.get(&field).into_iter().flatten());
                    let child = graph.field(field).named_type;
                    found.extend(self.below.get(&child).into_iter().flatten());
                }
                for object in graph.ty(ty).possible.iter().filter(|object| *object != ty) {
                    found.extend(self.below.get(&object).into_iter().flatten());
                }
                if found.len() > count {
                    is_changed = true;
                    self.below.insert(ty, found);
                }
            }
        }
    }

    /// Forgets the values of labels that nothing below the type has.
    pub(super) fn that_matter_below(&self, ty: TypeId, known: &LabelValues) -> LabelValues {
        let matters = |label: &u32| self.below.get(&ty).is_some_and(|below| below.contains(label));
        known.iter().filter(|(label, _)| matters(label)).copied().collect()
    }

    /// Every combination of the labels that decide where objects of a type can be had.
    pub(super) fn combinations_for_keys(
        &self,
        ty: TypeId,
        known: &LabelValues,
    ) -> Vec<LabelValues> {
        combinations(self.of_keys.get(&ty), known)
    }

    /// Every combination of the labels on a field.
    pub(super) fn combinations_for_field(
        &self,
        field: FieldId,
        known: &LabelValues,
    ) -> Vec<LabelValues> {
        combinations(self.of_fields.get(&field), known)
    }
}

/// More labels than this on one type's keys are tried all set and all not set, beside each alone.
const COMBINED_MAX: usize = 8;

fn combinations(labels: Option<&BTreeSet<u32>>, known: &LabelValues) -> Vec<LabelValues> {
    let is_open = |label: &&u32| known.iter().all(|(one, _)| one != *label);
    let open: Vec<u32> = labels.into_iter().flatten().filter(is_open).copied().collect();
    let with = |set: &dyn Fn(usize) -> bool| {
        let mut values = known.clone();
        values.extend(open.iter().enumerate().map(|(index, label)| (*label, set(index))));
        values.sort_unstable();
        values
    };
    if open.len() <= COMBINED_MAX {
        return (0..1usize << open.len())
            .map(|bits| with(&|index| bits >> index & 1 == 1))
            .collect();
    }
    let mut all = vec![with(&|_| true), with(&|_| false)];
    for alone in 0..open.len() {
        all.push(with(&|index| index == alone));
        all.push(with(&|index| index != alone));
    }
    all
}

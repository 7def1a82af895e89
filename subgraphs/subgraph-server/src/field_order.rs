//! Puts the fields of a response into the order in which the operation selects them. async-graphql
//! writes each field when it is done, so that what a loader has fetched would come last. Spec
//! §7.2.2, "Serialized Map Ordering".

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value};
use indexmap::IndexMap;

/// The fields of a selection set by response key, fragments spread out. Made with an
/// [`Operation`](crate::Operation), whose size is limited by then.
#[derive(Default)]
pub(crate) struct FieldOrder(IndexMap<Name, FieldOrder>);

impl FieldOrder {
    /// Reads off the order of a selection set.
    pub(crate) fn of(document: &ExecutableDocument, selection_set: &SelectionSet) -> FieldOrder {
        let mut order = FieldOrder::default();
        order.collect(document, selection_set, &mut Vec::new());
        order
    }

    /// Fields with the same response key are one field, at the place of the first.
    fn collect<'d>(
        &mut self,
        document: &'d ExecutableDocument,
        selection_set: &'d SelectionSet,
        within: &mut Vec<&'d Name>,
    ) {
        for selection in &selection_set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let below = self.0.entry(key.clone()).or_default();
                    below.collect(document, &field.node.selection_set.node, within);
                }
                Selection::InlineFragment(inline) => {
                    self.collect(document, &inline.node.selection_set.node, within);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // A fragment within itself is refused by validation, which comes later.
                    let fragment = document.fragments.get(name).filter(|_| !within.contains(&name));
                    if let Some(fragment) = fragment {
                        within.push(name);
                        self.collect(document, &fragment.node.selection_set.node, within);
                        within.pop();
                    }
                }
            }
        }
    }

    /// Arranges what this selection set has selected, and all that is below.
    pub(crate) fn arrange(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item)),
            // Without a selection set it is a scalar, whose inside is not ours.
            Value::Object(fields) if !self.0.is_empty() => {
                let selected = self.0.keys().filter(|key| fields.contains_key(*key));
                if !selected.eq(fields.keys()) {
                    let mut unordered = std::mem::take(fields);
                    let ordered = self.0.keys().filter_map(|key| unordered.swap_remove_entry(key));
                    *fields = ordered.collect();
                }
                for (key, below) in self.0.iter().filter(|(_, below)| !below.0.is_empty()) {
                    if let Some(field) = fields.get_mut(key) {
                        below.arrange(field);
                    }
                }
            }
            _ => {}
        }
    }
}

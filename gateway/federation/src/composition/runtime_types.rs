//! A shared field of an abstract type: whoever resolves it must be able to give the same answer.

use std::collections::BTreeSet;

use apollo_compiler::Name;

use super::element_at::{FieldAt, TypeAt};
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::subgraph::federation_spec::names;

/// A place that resolves the field, and what its answer can be.
type Answers<'f, 'a> = Vec<(&'f FieldAt<'a>, BTreeSet<&'a Name>)>;

impl<'a> Merge<'a> {
    /// The possible types of a field's value, in every subgraph that resolves it.
    pub(super) fn check_runtime_types(&mut self, coordinate: &str, found: &[FieldAt<'a>]) {
        let is_hidden = found.iter().any(|one| one.field.directives.has(names::INACCESSIBLE));
        if found.len() < 2 || is_hidden {
            return;
        }
        let resolving = found.iter().filter(|one| one.role.resolves() && !one.is_external);
        let mut abstract_count = 0;
        let mut answers = Answers::new();
        for one in resolving {
            let TypeAt { id, subgraph, .. } = one.parent;
            let Some(definition) = subgraph.schema.types.get(one.field.ty.inner_named_type())
            else {
                continue;
            };
            let returned = TypeAt { id, subgraph, definition };
            if returned.is_interface_object() {
                continue;
            }
            let Some(runtime_types) = self.index.runtime_types(&returned) else { return };
            abstract_count += usize::from(!definition.is_object());
            answers.push((one, runtime_types));
        }
        let Some((_, first)) = answers.first() else { return };
        if abstract_count < 2 || answers.iter().all(|(_, types)| types == first) {
            return;
        }
        let mut common = first.clone();
        for (_, types) in &answers {
            common.retain(|name| types.contains(name));
        }
        self.mismatched_runtime_types(coordinate, &answers, &common);
    }

    fn mismatched_runtime_types(
        &mut self,
        coordinate: &str,
        answers: &Answers<'_, 'a>,
        common: &BTreeSet<&'a Name>,
    ) {
        let mut diagnostic = if common.is_empty() {
            let message = format!(
                "`{coordinate}` is shared, and no type is a possible answer in all its subgraphs"
            );
            Diagnostic::error("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", message).with_help(
                "a shared field has the same answer everywhere: give the subgraphs a type in \
                 common, or let one of them resolve the field",
            )
        } else {
            let message =
                format!("`{coordinate}` is shared, and its possible types differ by subgraph");
            let help = format!(
                "a shared field has one answer everywhere: answer with {} only",
                listed(common)
            );
            Diagnostic::hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", message)
                .with_help(help)
        };
        for (one, types) in answers {
            let text = match types.len() {
                0 => "no type is possible here".to_owned(),
                _ => format!("{} here", listed(types)),
            };
            diagnostic = diagnostic.at(self.sources, one.field.name.location(), text);
        }
        self.diagnostics.push(diagnostic.with_coordinate(coordinate));
    }
}

/// So many names tell what is meant; an interface can have thousands of implementations.
const LISTED_MAX: usize = 5;

fn listed(names: &BTreeSet<&Name>) -> String {
    let shown: Vec<_> = names.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    let more = names.len() - shown.len();
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

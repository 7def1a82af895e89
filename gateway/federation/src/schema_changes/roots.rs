//! The types operations begin at.

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;

use super::{Criticality, SchemaChange};

const ROOTS: [(OperationType, &str); 3] = [
    (OperationType::Query, "SCHEMA_QUERY_TYPE_CHANGED"),
    (OperationType::Mutation, "SCHEMA_MUTATION_TYPE_CHANGED"),
    (OperationType::Subscription, "SCHEMA_SUBSCRIPTION_TYPE_CHANGED"),
];

/// Everything that changed in the root types of two schemas.
pub(super) fn compare(before: &Schema, after: &Schema, changes: &mut Vec<SchemaChange>) {
    for (operation, kind) in ROOTS {
        let old = before.root_operation(operation);
        let new = after.root_operation(operation);
        let change = match (old, new) {
            (None, Some(new)) => {
                let message = format!("`{new}` is the {operation} type");
                SchemaChange::new(Criticality::Safe, kind, new.as_str(), message)
            }
            (Some(old), None) => {
                let message = format!("there is no {operation} type any more: it was `{old}`");
                SchemaChange::new(Criticality::Breaking, kind, old.as_str(), message)
                    .because(format!("no {operation} is valid any more"))
                    .concerning(old.as_str())
            }
            (Some(old), Some(new)) if old != new => {
                let message = format!("the {operation} type is `{new}` and was `{old}`");
                SchemaChange::new(Criticality::Breaking, kind, old.as_str(), message)
                    .because("operations begin at another type, and fragments on the old one fail")
                    .concerning(old.as_str())
            }
            _ => continue,
        };
        changes.push(change);
    }
}

//! Which specifications the merged graph links.

use apollo_compiler::Schema;

use crate::supergraph::LinkedFeature;
use crate::supergraph::linked_feature::KNOWN;

/// The known ones whose directives are defined.
pub(super) fn of(schema: &Schema) -> Vec<LinkedFeature> {
    let defined = KNOWN.iter().filter(|known| {
        known.directives.iter().any(|name| schema.directive_definitions.contains_key(*name))
    });
    let features =
        defined.map(|known| LinkedFeature::of_spec(known.name, &format!("v0.{}", known.minor_max)));
    features.collect()
}

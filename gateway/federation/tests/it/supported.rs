//! What composes and is not served yet is refused by name.

use std::path::Path;

use federation::composition::compose;
use federation::planner::check_supported;

use crate::composition::subgraphs_of;

/// The coordinates that are refused of a case's graph.
fn refused(case: &str) -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition");
    let composed = compose(&subgraphs_of(&cases.join(case))).expect("a composition");
    let errors = check_supported(&composed.supergraph).err().unwrap_or_default();
    assert!(errors.iter().all(|error| error.code == "UNSUPPORTED_FEATURE"), "{errors:?}");
    errors.into_iter().filter_map(|error| error.coordinate).collect()
}

#[test]
fn what_nobody_enforces_is_not_served() {
    let refused = refused("features_renamed");
    assert!(refused.contains(&"@authenticated".to_owned()), "{refused:?}");
}

#[test]
fn everything_else_is_served() {
    assert_eq!(refused("shop"), [""; 0]);
    assert_eq!(refused("context_of_an_object"), [""; 0]);
    assert_eq!(refused("interface_object_leads_to_the_type"), [""; 0]);
    assert_eq!(refused("override_label_both_sides"), [""; 0]);
}

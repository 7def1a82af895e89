//! The parts of a view that can be taken away, by number.

use apollo_compiler::ast::Document;

use super::{Countdown, repairs, schema_parts};

/// The view without its part of that number, and without what referred to it; nothing when there
/// are fewer.
pub(super) fn without(view: &str, index: usize) -> Option<String> {
    let mut document = Document::parse(view, "view.graphql").ok()?;
    let mut countdown = Countdown::new(index);
    schema_parts::remove_part(&mut document, &mut countdown);
    if !countdown.is_over() {
        return None;
    }
    repairs::remove_undefined(&mut document);
    Some(document.to_string())
}

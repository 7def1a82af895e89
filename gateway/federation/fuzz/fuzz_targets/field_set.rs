//! The normal form of a field set is a field set, and its own normal form.
#![no_main]

use federation::field_set::normal_form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match normal_form(text) {
    Ok(normal) => assert_eq!(normal_form(&normal).as_deref(), Ok(normal.as_str())),
    Err(error) => assert!(error.span.end <= text.len() && error.span.start <= error.span.end),
});

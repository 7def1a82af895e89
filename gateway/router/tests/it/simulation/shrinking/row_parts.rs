//! The parts of a world's rows that can be taken away, by number.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Countdown;

/// The rows without their part of that number; nothing when there are fewer. Values of keys stay:
/// entities without them would be no entities.
pub(super) fn without(
    rows: &Map<String, Value>,
    keys: &BTreeSet<String>,
    index: usize,
) -> Option<Map<String, Value>> {
    let mut countdown = Countdown::new(index);
    let mut rows = rows.clone();
    remove_entry(&mut rows, keys, &mut countdown);
    countdown.is_over().then_some(rows)
}

fn remove_entry(
    object: &mut Map<String, Value>,
    stays: &BTreeSet<String>,
    countdown: &mut Countdown,
) {
    let keys: Vec<String> = object.keys().cloned().collect();
    if keys.iter().any(|key| key.starts_with('$') && !key.starts_with("$unknown")) {
        return;
    }
    for key in keys {
        if countdown.is_over() {
            return;
        }
        if !stays.contains(&key) && countdown.strikes() {
            object.shift_remove(&key);
            return;
        }
        match object.get_mut(&key) {
            Some(Value::Object(fields)) => remove_entry(fields, stays, countdown),
            Some(Value::Array(items)) => countdown.remove_one(items),
            _ => {}
        }
    }
}

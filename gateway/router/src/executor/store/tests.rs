//! What is undone is gone; what is copied is shared, and nothing is lost by it.

use bytes::Bytes;
use federation::query_plan::{PositionId, SlotId};

use super::{Cell, ObjectAt, Store, VALUES_MAX, Value, index, plain_string};
use crate::executor::planned::Planned;

const SDL: &str = "
type Query { first: Pair second: Pair }
type Pair { one: Int two: [Int] }
";

fn planned() -> Planned {
    Planned::new(&[SDL], "{ first { one two } second { one two } }")
}

/// The position below the root's first slot.
fn below_root(planned: &Planned) -> PositionId {
    planned.plan.position(PositionId::ROOT).slots[0].child.expect("an object")
}

const LEAF: Value = Value::Leaf { body: 0, start: 0, length: 1 };

#[test]
fn a_value_is_twelve_bytes() {
    assert_eq!(size_of::<Value>(), 12);
}

#[test]
fn what_is_undone_is_gone() {
    let planned = planned();
    let mut store = Store::new(&planned.compiled);
    assert_eq!(store.begin(&Bytes::from_static(b"7")), Ok(0));
    let kept = store.add_object(&planned.compiled, below_root(&planned)).expect("there is room");
    store.set(Cell::Slot(0), Value::Object(kept));
    let list = store.add_list(&[LEAF, Value::Null]).expect("there is room");
    store.set(Cell::Slot(kept + 1), list);
    let before = format!("{:?}", (&store.slots, &store.items, &store.listed));

    assert_eq!(store.begin(&Bytes::from_static(b"8")), Ok(1));
    let lost = store.add_object(&planned.compiled, below_root(&planned)).expect("there is room");
    store.set(Cell::Slot(lost), LEAF);
    store.set(Cell::Slot(1), Value::Object(lost));
    store.set(Cell::Slot(kept), LEAF);
    store.set(Cell::Slot(kept), Value::Null);
    store.set(Cell::Item(1), LEAF);
    store.undo();
    assert_eq!(format!("{:?}", (&store.slots, &store.items, &store.listed)), before);
}

#[test]
fn what_is_copied_is_shared_and_loses_nothing() {
    let planned = planned();
    let mut store = Store::new(&planned.compiled);
    store.begin(&Bytes::from_static(b"7")).expect("a first body");
    let object = store.add_object(&planned.compiled, below_root(&planned)).expect("there is room");
    store.set_slot(ObjectAt::ROOT.base, SlotId(0), Value::Object(object));
    let list = store.add_list(&[Value::Object(object)]).expect("there is room");
    let [from, to] = [(); 2].map(|()| {
        store.add_object(&planned.compiled, below_root(&planned)).expect("there is room")
    });
    store.set_slot(from, SlotId(0), LEAF);
    store.set_slot(from, SlotId(1), list);
    store.set_slot(to, SlotId(0), Value::Null);
    let slots = [(SlotId(0), SlotId(0)), (SlotId(1), SlotId(1))];
    assert!(!store.is_shared(object));
    assert!(store.copy_slots(from, to, slots.into_iter()));
    assert_eq!((store.slot(to, SlotId(0)), store.slot(to, SlotId(1))), (LEAF, list));
    assert!(store.is_shared(object));

    let other = store.add_list(&[]).expect("there is room");
    store.set_slot(to, SlotId(1), other);
    store.set_slot(to, SlotId(0), Value::Missing);
    assert!(!store.copy_slots(from, to, slots.into_iter()));
    assert_eq!((store.slot(to, SlotId(0)), store.slot(to, SlotId(1))), (Value::Missing, other));
}

#[test]
fn there_is_a_limit() {
    assert!(index(VALUES_MAX).is_ok());
    assert!(index(VALUES_MAX + 1).is_err());
}

#[test]
fn strings_with_escapes_are_not_plain() {
    assert_eq!(plain_string(b"\"User\""), Some("User"));
    assert_eq!(plain_string(b"\"Us\\u0065r\""), None);
    assert_eq!(plain_string(b"7"), None);
}

//! The reader takes and refuses the same texts as `serde_json`, for texts from fixed seeds; what it
//! refuses leaves no trace, and what it takes joins what is there.
//!
//! `IgnoredAny` is the measure: it knows the grammar alone, so that numbers of any size and lone
//! surrogates are JSON here as there. Nesting is the one difference, and it has a limit of its own.

mod random_text;

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Value as Json, json};

use super::{Destination, ItemKind, read};
use crate::executor::json_text::DEPTH_MAX;
use crate::executor::planned::Planned;
use crate::executor::store::{ObjectAt, Store};
use random_text::Random;

const SEEDS: std::ops::Range<u64> = 1..4000;

const ANYTHING: &str = "scalar Any type Query { x: Any }";

const CATALOGUE: &str = "
type Query { node: Node @shareable top: Top @shareable }
interface Node { id: ID! }
type Book implements Node { id: ID! part: Chapter pages: Int }
type Film implements Node { id: ID! part: Scene }
type Chapter { title: String }
type Scene { place: String }
type Top { name: String @shareable items: [Item] @shareable size: Size @shareable }
type Item { a: Int @shareable b: Int @shareable }
type Size { x: Int @shareable y: Int @shareable }
";

const TOP: &str = "{ top { name items { a b } size { x y } } }";

/// A store into which answers are read one after the other.
struct Read<'p> {
    planned: &'p Planned,
    store: Store,
}

impl<'p> Read<'p> {
    fn new(planned: &'p Planned) -> Self {
        Self { planned, store: Store::new(&planned.compiled) }
    }

    fn answer(&mut self, body: &str) -> Result<Option<ItemKind>, String> {
        let body = Bytes::from(body.to_owned());
        let shape = self.planned.root_shape();
        let destination = Destination::Root { shape, base: ObjectAt::ROOT.base };
        let answer = read(&mut self.store, self.planned.layout(), &body, destination)?;
        Ok(answer.data.map(|data| data.kind))
    }

    fn data(&self) -> Json {
        self.planned.view(&self.store, ObjectAt::ROOT)
    }
}

#[test]
fn takes_the_same_texts_as_serde_json() {
    let planned = Planned::new(&[ANYTHING], "{ x }");
    let (mut taken, mut refused) = (0, 0);
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let mut text = random.value(0);
        for _ in 0..random.below(3) {
            random.damage(&mut text);
        }
        let body = format!("{{\"data\":{{\"x\":{text}}}}}");
        let expected = serde_json::from_str::<IgnoredAny>(&body);
        let actual = Read::new(&planned).answer(&body);
        assert_eq!(
            actual.is_ok(),
            expected.is_ok(),
            "seed {seed}: {body:?}\n  reader: {actual:?}\n  serde_json: {expected:?}"
        );
        if expected.is_ok() { taken += 1 } else { refused += 1 }
    }
    assert!(taken > 500 && refused > 500, "{taken} texts were taken, {refused} refused");
}

#[test]
fn keeps_every_token() {
    let planned = Planned::new(&[ANYTHING], "{ x }");
    for seed in SEEDS {
        let text = Random::new(seed).value(0);
        let mut read = Read::new(&planned);
        read.answer(&format!("{{\"data\":{{\"x\":{text}}}}}")).expect("JSON");
        let expected: Json = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read.data(), json!({ "x": expected }), "seed {seed}: {text}");
    }
}

#[test]
fn takes_what_serde_json_finds_too_much_for_a_value() {
    let planned = Planned::new(&[ANYTHING], "{ x }");
    for text in ["1e999", "-0.0", r#""\ud800""#, r#""\udc00\ud800""#, "123456789012345678901234"] {
        assert!(Read::new(&planned).answer(&format!("{{\"data\":{{\"x\":{text}}}}}")).is_ok());
    }
}

#[test]
fn refuses_what_nests_deeper_than_the_limit() {
    let planned = Planned::new(&[ANYTHING], "{ x }");
    // The answer and its data are two levels.
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        Read::new(&planned).answer(&format!("{{\"data\":{{\"x\":{open}{close}}}}}"))
    };
    assert!(nested(DEPTH_MAX - 2).is_ok());
    assert!(nested(DEPTH_MAX - 1).is_err());
}

#[test]
fn refuses_what_is_not_utf_8() {
    let planned = Planned::new(&[ANYTHING], "{ x }");
    let mut store = Store::new(&planned.compiled);
    let destination = Destination::Root { shape: planned.root_shape(), base: 0 };
    let body = Bytes::from_static(b"{\"data\":{\"x\":\"\xff\"}}");
    assert!(read(&mut store, planned.layout(), &body, destination).is_err());
}

/// Damaged answers, one after the other into the same store: whatever is refused has left nothing.
#[test]
fn what_is_refused_leaves_no_trace() {
    let planned = Planned::new(&[CATALOGUE], TOP);
    let whole = r#"{"data":{"top":{"name":"n","items":[{"a":1,"b":2},null,{"a":3}],
        "size":{"x":1,"y":null}}},"errors":[{"message":"m","path":["top","items",1]}]}"#;
    let (mut taken, mut refused) = (0, 0);
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let mut read = Read::new(&planned);
        for _ in 0..4 {
            let mut body = whole.to_owned();
            for _ in 0..random.below(4) {
                random.damage(&mut body);
            }
            let before = read.data();
            match read.answer(&body) {
                Ok(_) => {
                    taken += 1;
                    let is_json = serde_json::from_str::<IgnoredAny>(&body).is_ok();
                    assert!(is_json, "seed {seed}: {body}");
                }
                Err(_) => {
                    refused += 1;
                    assert_eq!(read.data(), before, "seed {seed}: {body}");
                }
            }
        }
    }
    assert!(taken > 500 && refused > 500, "{taken} texts were taken, {refused} refused");
}

#[test]
fn several_answers_join_in_place() {
    let planned = Planned::new(&[CATALOGUE], TOP);
    let mut read = Read::new(&planned);
    let first = r#"{"data":{"top":{"name":null,"items":[{"a":1},null],"size":{"x":1}}}}"#;
    let second = r#"{"data":{"top":{"name":"n","items":[{"b":2},{"b":3}],"size":null}}}"#;
    assert_eq!(read.answer(first), Ok(Some(ItemKind::Read)));
    assert_eq!(read.answer(second), Ok(Some(ItemKind::Read)));
    let joined = json!({
        "top": { "name": "n", "items": [{ "a": 1, "b": 2 }, { "b": 3 }], "size": { "x": 1 } },
    });
    assert_eq!(read.data(), joined);
    for misfit in [
        r#"{"data":{"top":{"items":[{}]}}}"#,
        r#"{"data":{"top":{"items":[{},{},{}]}}}"#,
        r#"{"data":{"top":{"size":7}}}"#,
        r#"{"data":{"top":{"name":[7]}}}"#,
        r#"{"data":{"top":[]}}"#,
    ] {
        assert_eq!(read.answer(misfit), Ok(Some(ItemKind::Misfit)), "{misfit}");
        assert_eq!(read.data(), joined);
    }
}

#[test]
fn keys_come_in_any_order_and_with_escapes() {
    let planned = Planned::new(&[CATALOGUE], TOP);
    let mut read = Read::new(&planned);
    let body = r#"{ "extensions" : {} , "data":{"more":[{}],"t\u006fp":{"size":{"y":2 , "x":1},
        "name":"n","other":"\"}"}}}"#;
    assert_eq!(read.answer(body), Ok(Some(ItemKind::Read)));
    assert_eq!(read.data(), json!({ "top": { "name": "n", "size": { "x": 1, "y": 2 } } }));
}

#[test]
fn fields_of_one_name_and_several_types_are_kept_apart_even_if_the_type_comes_last() {
    let query = "{ node { ... on Book { part { title } } ... on Film { part { place } } } }";
    let planned = Planned::new(&[CATALOGUE], query);
    for part in [r#""__typename":"Film","_part_1":P"#, r#""_part_1":P,"__typename":"Film""#] {
        let mut read = Read::new(&planned);
        let part = part.replace('P', r#"{"title":"t","place":"p"}"#);
        let body = format!("{{\"data\":{{\"node\":{{{part}}}}}}}");
        assert_eq!(read.answer(&body), Ok(Some(ItemKind::Read)));
        assert_eq!(
            read.data(),
            json!({ "node": { "__typename": "Film", "part": { "place": "p" } } }),
            "{body}"
        );
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    let planned = Planned::new(&[CATALOGUE], TOP);
    let mut read = Read::new(&planned);
    for body in ["{}", "[]", "", "null", r#"{"data":7}"#, r#"{"data":[]}"#, r#"{"errors":7}"#] {
        assert!(read.answer(body).is_err(), "{body}");
    }
}

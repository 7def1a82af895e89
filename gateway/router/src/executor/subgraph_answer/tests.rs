//! The reader takes and refuses the same texts as `serde_json`, for texts from fixed seeds.
//!
//! `IgnoredAny` is the measure: it knows the grammar alone, so that numbers of any size and lone
//! surrogates are JSON here as there. Nesting is the one difference, and it has a limit of its own.

use apollo_compiler::name;
use bytes::Bytes;
use federation::query_plan::{Shape, ShapeField};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{ANSWER_DEPTH_MAX, read};
use crate::executor::response_tree::Node;

const SEEDS: std::ops::Range<u64> = 1..4000;

/// What damage is made of: every byte that means something to JSON, and some that do not.
const PIECES: [&str; 38] = [
    "{", "}", "[", "]", "\"", ",", ":", "\\", "0", "1", "9", "-", "+", ".", "e", "E", "true",
    "false", "null", "t", "n", "u", "\\u12", "\\ud83d", "\\n", " ", "\n", "\r", "\t", "\u{b}",
    "\u{0}", "é", "€", "🧵", "\u{feff}", "\\/", "\\x", "1e999",
];

#[test]
fn takes_the_same_texts_as_serde_json() {
    let (mut taken, mut refused) = (0, 0);
    for seed in SEEDS {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut text = random.value(0);
        for _ in 0..random.below(3) {
            random.damage(&mut text);
        }
        let body = format!("{{\"data\":{{\"x\":{text}}}}}");
        let expected = serde_json::from_str::<IgnoredAny>(&body);
        let actual = read(&Bytes::from(body.clone()), &shape());
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
    for seed in SEEDS {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let text = random.value(0);
        let answer = read(&Bytes::from(format!("{{\"data\":{{\"x\":{text}}}}}")), &shape());
        let Node::Object(data) = answer.expect("JSON").data else { panic!("data is an object") };
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(data.get("x").map(to_value), Some(expected), "seed {seed}: {text}");
    }
}

#[test]
fn takes_what_serde_json_finds_too_much_for_a_value() {
    for text in ["1e999", "-0.0", r#""\ud800""#, r#""\udc00\ud800""#, "123456789012345678901234"] {
        let answer = read(&Bytes::from(format!("{{\"data\":{{\"x\":{text}}}}}")), &shape());
        let Node::Object(data) = answer.expect(text).data else { panic!("data is an object") };
        assert_eq!(data.get("x"), Some(&Node::Leaf(Bytes::from(text))));
    }
}

#[test]
fn refuses_what_nests_deeper_than_the_limit() {
    // The answer and its data are two levels.
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        Bytes::from(format!("{{\"data\":{{\"x\":{open}{close}}}}}"))
    };
    assert!(read(&nested(ANSWER_DEPTH_MAX - 2), &shape()).is_ok());
    assert!(read(&nested(ANSWER_DEPTH_MAX - 1), &shape()).is_err());
}

#[test]
fn refuses_what_is_not_utf_8() {
    assert!(read(&Bytes::from_static(b"{\"data\":{\"x\":\"\xff\"}}"), &shape()).is_err());
}

fn shape() -> Shape {
    Shape { fields: vec![ShapeField { response_key: name!("x"), child: None }] }
}

fn to_value(node: &Node) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Leaf(token) => serde_json::from_slice(token).expect("a token is JSON"),
        Node::List(items) => items.iter().map(to_value).collect(),
        Node::Object(_) => panic!("the shape has no object below `x`"),
    }
}

/// Xorshift64*: the same seed, the same texts.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % bound;
        usize::try_from(drawn).expect("small")
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len() as u64)]
    }

    fn space(&mut self) -> &'static str {
        self.pick(&["", "", "", " ", "\n", "\t\r "])
    }

    fn value(&mut self, depth: usize) -> String {
        let kinds = if depth > 4 { 6 } else { 9 };
        match self.below(kinds) {
            0 => "null".to_owned(),
            1 => self.pick(&["true", "false"]).to_owned(),
            2 | 3 => {
                self.pick(&["0", "-1", "1.50", "-0", "2e3", "7E-2", "1234567890123"]).to_owned()
            }
            4 | 5 => self.string(),
            6 | 7 => {
                let items: Vec<String> = (0..self.below(4)).map(|_| self.padded(depth)).collect();
                format!("[{}{}]", self.space(), items.join(","))
            }
            _ => {
                let field = |number: usize, random: &mut Self| {
                    format!(
                        "{}\"k{number}\"{}:{}",
                        random.space(),
                        random.space(),
                        random.padded(depth)
                    )
                };
                let count = self.below(4);
                let fields: Vec<String> = (0..count).map(|number| field(number, self)).collect();
                format!("{{{}{}}}", self.space(), fields.join(","))
            }
        }
    }

    fn padded(&mut self, depth: usize) -> String {
        let (before, after) = (self.space(), self.space());
        format!("{before}{}{after}", self.value(depth + 1))
    }

    fn string(&mut self) -> String {
        let pieces =
            ["a", "é", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83e\\uddf5", "🧵", "/", "\\/"];
        let text: String = (0..self.below(5)).map(|_| self.pick(&pieces)).collect();
        format!("\"{text}\"")
    }

    /// Cuts something out, or puts something in.
    fn damage(&mut self, text: &mut String) {
        let length = text.len() as u64 + 1;
        let at = text.floor_char_boundary(self.below(length));
        if self.below(2) == 0 {
            text.insert_str(at, self.pick(&PIECES));
        } else if let Some(character) = text[at..].chars().next() {
            text.replace_range(at..at + character.len_utf8(), "");
        }
    }
}

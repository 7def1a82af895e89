//! Texts from seeds: JSON, and what is left of it when something is cut out or put in.

/// What damage is made of: every byte that means something to JSON, and some that do not.
const PIECES: [&str; 38] = [
    "{", "}", "[", "]", "\"", ",", ":", "\\", "0", "1", "9", "-", "+", ".", "e", "E", "true",
    "false", "null", "t", "n", "u", "\\u12", "\\ud83d", "\\n", " ", "\n", "\r", "\t", "\u{b}",
    "\u{0}", "é", "€", "🧵", "\u{feff}", "\\/", "\\x", "1e999",
];

/// Xorshift64*: the same seed, the same texts.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: u64) -> usize {
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

    pub(super) fn value(&mut self, depth: usize) -> String {
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
    pub(super) fn damage(&mut self, text: &mut String) {
        let length = text.len() as u64 + 1;
        let at = text.floor_char_boundary(self.below(length));
        if self.below(2) == 0 {
            text.insert_str(at, self.pick(&PIECES));
        } else if let Some(character) = text[at..].chars().next() {
            text.replace_range(at..at + character.len_utf8(), "");
        }
    }
}

//! The grammar of JSON (RFC 8259), read from left to right.
//!
//! Every byte is checked, so that what has been passed over may be copied to a client. Knows
//! nothing of GraphQL.

use std::ops::Range;

/// Nesting of a text; deeper ones are refused.
pub(super) const DEPTH_MAX: usize = 256;

/// A place in a text. The text is UTF-8: whoever makes it has looked.
#[derive(Debug, Clone)]
pub(super) struct JsonText<'a> {
    text: &'a [u8],
    pub(super) position: usize,
    depth: usize,
}

impl<'a> JsonText<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0, depth: 0 }
    }

    /// The same text, read from some place in it.
    pub(super) fn at(text: &'a [u8], position: usize) -> Self {
        Self { text, position, depth: 0 }
    }

    pub(super) fn text(&self) -> &'a [u8] {
        self.text
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    #[inline]
    pub(super) fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.position += 1;
        }
    }

    /// Passes over the bytes if they come next.
    #[inline]
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        let comes = self.text[self.position..].starts_with(bytes);
        if comes {
            self.position += bytes.len();
        }
        comes
    }

    pub(super) fn unexpected(&self, wanted: &str) -> String {
        match self.peek() {
            None => format!("it ends after {} bytes, where {wanted} should be", self.position),
            Some(_) => {
                format!("it has no JSON at byte {}, where {wanted} should be", self.position)
            }
        }
    }

    fn expect(&mut self, byte: u8, wanted: &str) -> Result<(), String> {
        if self.peek() == Some(byte) {
            self.position += 1;
            Ok(())
        } else {
            Err(self.unexpected(wanted))
        }
    }

    /// Only white space may follow.
    pub(super) fn end(&mut self) -> Result<(), String> {
        self.white_space();
        if self.position < self.text.len() { Err(self.unexpected("the end")) } else { Ok(()) }
    }

    /// Into an object: whether it has anything.
    pub(super) fn open_object(&mut self) -> Result<bool, String> {
        self.expect(b'{', "an object")?;
        self.open(b'}')
    }

    /// Into a list: whether it has anything.
    pub(super) fn open_list(&mut self) -> Result<bool, String> {
        self.expect(b'[', "a list")?;
        self.open(b']')
    }

    fn open(&mut self, close: u8) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("it nests deeper than {DEPTH_MAX}"));
        }
        self.white_space();
        if self.peek() == Some(close) {
            self.depth -= 1;
            self.position += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After a field's value: whether another field comes.
    #[inline]
    pub(super) fn next_field(&mut self) -> Result<bool, String> {
        self.next(b'}', "the end of an object")
    }

    /// After an item: whether another comes.
    #[inline]
    pub(super) fn next_item(&mut self) -> Result<bool, String> {
        self.next(b']', "the end of a list")
    }

    #[inline]
    fn next(&mut self, close: u8, wanted: &str) -> Result<bool, String> {
        self.white_space();
        match self.peek() {
            Some(b',') => {
                self.position += 1;
                self.white_space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.position += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// A key and its colon: the bytes between the quotes. Its value comes next.
    pub(super) fn key(&mut self) -> Result<Range<usize>, String> {
        let quoted = self.string()?;
        self.white_space();
        self.expect(b':', "a colon")?;
        self.white_space();
        Ok(quoted.start + 1..quoted.end - 1)
    }

    /// A key with its escapes undone.
    pub(super) fn key_text(&self, key: &Range<usize>) -> String {
        let quoted = &self.text[key.start - 1..key.end + 1];
        serde_json::from_slice(quoted).unwrap_or_default()
    }

    /// Any value; gives its bytes.
    pub(super) fn skip_value(&mut self) -> Result<Range<usize>, String> {
        let start = self.position;
        match self.peek() {
            Some(b'"') => {
                self.string()?;
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            Some(b'{') => {
                let mut more = self.open_object()?;
                while more {
                    self.key()?;
                    self.skip_value()?;
                    more = self.next_field()?;
                }
            }
            Some(b'[') => {
                let mut more = self.open_list()?;
                while more {
                    self.skip_value()?;
                    more = self.next_item()?;
                }
            }
            _ => return Err(self.unexpected("a value")),
        }
        Ok(start..self.position)
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), String> {
        if self.take(word.as_bytes()) { Ok(()) } else { Err(self.unexpected("a value")) }
    }

    /// A string; gives its bytes with the quotes.
    pub(super) fn string(&mut self) -> Result<Range<usize>, String> {
        let start = self.position;
        self.expect(b'"', "a string")?;
        loop {
            self.plain_characters();
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(start..self.position);
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) | None => return Err(self.unexpected("the rest of a string")),
                Some(_) => self.position += 1,
            }
        }
    }

    /// Passes over what needs no second look, eight bytes at a time.
    #[inline]
    fn plain_characters(&mut self) {
        while let Some(eight) = self.text[self.position..].first_chunk::<8>() {
            let special = special_bytes(u64::from_le_bytes(*eight));
            if special != 0 {
                self.position += special.trailing_zeros() as usize / 8;
                return;
            }
            self.position += 8;
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        self.position += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.position += 1,
            Some(b'u') => {
                let digits = self.text.get(self.position + 1..self.position + 5);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.unexpected("a Unicode escape"));
                }
                self.position += 5;
            }
            _ => return Err(self.unexpected("an escape")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.position += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.position += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.position += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.position;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        if self.position == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }
}

/// The highest bit of each of eight bytes that is `"`, `\` or below a space. The lowest bit that is
/// set is right; above it others may be set in vain, by what the subtraction borrows.
#[inline]
fn special_bytes(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |bytes: u64, bound: u64| bytes.wrapping_sub(ONES * bound) & !bytes & HIGH;
    let equal = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
    below(eight, 0x20) | equal(b'"') | equal(b'\\')
}

//! A text as tokens, valid or not, and back.

/// The tokens of a text; white space, commas and comments separate them and are gone.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => string_length(rest),
            '.' if rest.starts_with("...") => 3,
            _ if is_of_word(first) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if first != '#' && first != ',' && !first.is_whitespace() && first != '\u{feff}' {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

/// One text again.
pub(super) fn join(tokens: &[String], separator: &str) -> String {
    tokens.join(separator)
}

/// Where the top-level definitions of a document begin, and its end.
pub(super) fn definition_starts(tokens: &[String]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut depth = 0_usize;
    let mut is_in_definition = false;
    for (index, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            "extend" => {
                starts.push(index);
                is_in_definition = true;
            }
            word if KEYWORDS.contains(&word) => {
                if !is_in_definition {
                    starts.push(index);
                }
                is_in_definition = false;
            }
            _ => {}
        }
    }
    starts.push(tokens.len());
    starts
}

/// What definitions begin with.
pub(super) const KEYWORDS: &[&str] =
    &["schema", "type", "interface", "union", "enum", "input", "scalar", "directive"];

pub(super) fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

pub(super) fn is_string(token: &str) -> bool {
    token.starts_with('"')
}

/// What stands between a string's quotes, escapes as they are.
pub(super) fn string_content(token: &str) -> &str {
    let quotes = if token.starts_with("\"\"\"") { 3 } else { 1 };
    let inner = token.get(quotes..token.len().saturating_sub(quotes));
    inner.unwrap_or_default()
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The bytes of the string a text begins with; an open one ends with the text or the line.
fn string_length(text: &str) -> usize {
    if let Some(inner) = text.strip_prefix("\"\"\"") {
        return inner.find("\"\"\"").map_or(text.len(), |end| end + 6);
    }
    let mut is_escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return index,
            '"' if !is_escaped => return index + 1,
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    text.len()
}

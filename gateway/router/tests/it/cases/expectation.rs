//! What a file expects: compared with a diff, or rewritten; and JSON printed for people.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A container that fits in so many columns stands on one line.
const COLUMNS_MAX: usize = 96;

/// Compares a file with what came; the message is a diff.
pub(crate) fn compare(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(path, actual).map_err(|error| error.to_string());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Err(format!("{name} differs (- expected, + actual):\n{}", diff(&expected, actual)))
}

/// The lines that differ, by their longest common subsequence.
fn diff(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for (row, left) in old.iter().enumerate().rev() {
        for (column, right) in new.iter().enumerate().rev() {
            common[row][column] = if left == right {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column, mut text) = (0, 0, String::new());
    while row < old.len() || column < new.len() {
        if row < old.len() && column < new.len() && old[row] == new[column] {
            (row, column) = (row + 1, column + 1);
        } else if column < new.len()
            && (row == old.len() || common[row][column + 1] > common[row + 1][column])
        {
            let _ = writeln!(text, "+ {}", new[column]);
            column += 1;
        } else {
            let _ = writeln!(text, "- {}", old[row]);
            row += 1;
        }
    }
    text
}

/// Indents JSON and keeps every token, and the order of the keys, as they are.
pub(crate) fn pretty(json: &str) -> String {
    let mut out = String::new();
    let mut rest = json;
    write_value(&mut rest, 0, 0, &mut out);
    out.push('\n');
    out
}

fn write_value(rest: &mut &str, depth: usize, used: usize, out: &mut String) {
    let end = value_end(rest);
    let (value, after) = rest.split_at(end);
    *rest = after;
    let is_container = value.starts_with(['{', '[']) && value.len() > 2;
    if !is_container || value.len() + depth * 2 + used <= COLUMNS_MAX {
        return out.push_str(&spaced(value));
    }
    let is_object = value.starts_with('{');
    out.push_str(&value[..1]);
    let mut inside = &value[1..value.len() - 1];
    while !inside.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth + 1));
        let mut used = 0;
        if is_object {
            let (key, after) = inside.split_at(value_end(inside));
            let _ = write!(out, "{key}: ");
            used = key.len() + 2;
            inside = after.strip_prefix(':').unwrap_or(after);
        }
        write_value(&mut inside, depth + 1, used, out);
        if let Some(after) = inside.strip_prefix(',') {
            out.push(',');
            inside = after;
        }
    }
    let _ = write!(out, "\n{}{}", "  ".repeat(depth), &value[value.len() - 1..]);
}

/// Where the first value of a JSON text without white space ends.
fn value_end(json: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (index, character) in json.char_indices() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            if !in_string && depth == 0 {
                return index + 1;
            }
            continue;
        }
        match character {
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' if depth == 0 => return index,
            '}' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            ',' | ':' if depth == 0 => return index,
            _ => {}
        }
    }
    json.len()
}

/// A space after each comma and colon outside strings.
fn spaced(json: &str) -> String {
    let (mut out, mut in_string, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        out.push(character);
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character == '"' {
            in_string = true;
        } else if matches!(character, ',' | ':') {
            out.push(' ');
        }
    }
    out
}

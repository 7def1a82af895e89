//! Field sets: the selections in the strings of `@key`, `@requires` and `@provides`.
//!
//! Parsing, the normal form, and where each selection stands in the file the string comes from.
//! Knows nothing of schemas: which selections are valid is `subgraph`'s question.

use std::fmt::Write as _;
use std::ops::Range;

use apollo_compiler::ast::{Definition, DirectiveList, Field, OperationType, Selection, Value};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::{Parser, SourceSpan};
use apollo_compiler::{Name, Node};

/// Field sets are short; these are far above any real one and keep a hostile one cheap.
const RECURSION_MAX: usize = 100;
const TOKENS_MAX: usize = 10_000;

/// What is longer or deeper is not plain, and the parser's to judge.
const PLAIN_BYTES_MAX: usize = 1_000;
const PLAIN_DEPTH_MAX: usize = 20;

/// A parsed field set.
#[derive(Debug, Clone)]
pub struct FieldSet {
    /// What it selects.
    pub selections: Vec<Selection>,
    /// Bytes that were put in front of the text for parsing; locations are that much too far.
    shift: usize,
}

/// Why a text is no field set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSetError {
    /// In the parser's words.
    pub message: String,
    /// Bytes of the field set's text.
    pub span: Range<usize>,
}

impl FieldSet {
    /// Reads a field set whose places nobody asks for: those of a plain one are not known.
    ///
    /// # Errors
    /// As [`FieldSet::parse`].
    pub(crate) fn read(text: &str) -> Result<Self, FieldSetError> {
        match plain_selections(text) {
            Some(selections) => Ok(Self { selections, shift: 0 }),
            None => Self::parse(text),
        }
    }

    /// Parses `id organization { id }`, with or without outer braces.
    ///
    /// # Errors
    /// The first thing that is not GraphQL selection syntax.
    pub fn parse(text: &str) -> Result<Self, FieldSetError> {
        let (document, shift) = if text.trim_start().starts_with('{') {
            (text.to_owned(), 0)
        } else {
            (format!("{{{text}\n}}"), 1)
        };
        let whole = |message: &str| FieldSetError { message: message.into(), span: 0..text.len() };
        if text.trim().is_empty() {
            return Err(whole("a field set cannot be empty"));
        }
        let mut parser = Parser::new().recursion_limit(RECURSION_MAX).token_limit(TOKENS_MAX);
        let parsed = parser.parse_ast(document, "field set").map_err(|with_errors| {
            let first = with_errors.errors.iter().next();
            first.map_or_else(
                || whole("not a field set"),
                |found| FieldSetError {
                    message: found.error.to_string(),
                    span: found.error.location().map_or(0..text.len(), |at| shifted(at, shift)),
                },
            )
        })?;
        match parsed.definitions.as_slice() {
            [Definition::OperationDefinition(operation)]
                if operation.operation_type == OperationType::Query
                    && operation.name.is_none()
                    && !operation.selection_set.is_empty() =>
            {
                Ok(Self { selections: operation.selection_set.clone(), shift })
            }
            _ => Err(whole("a field set is one list of selections")),
        }
    }

    /// Where a location of one of the selections is in the field set's text.
    pub fn span(&self, location: Option<SourceSpan>) -> Option<Range<usize>> {
        location.map(|location| shifted(location, self.shift))
    }

    /// The normal form: single spaces, no outer braces, `id organization { id }`.
    pub fn normal_form(&self) -> String {
        text(&self.selections)
    }
}

/// The normal form of selections.
pub(crate) fn text(selections: &[Selection]) -> String {
    let mut out = String::new();
    write_selections(&mut out, selections);
    out
}

/// The normal form of a field set's text.
///
/// # Errors
/// As [`FieldSet::parse`].
pub fn normal_form(text: &str) -> Result<String, FieldSetError> {
    FieldSet::read(text).map(|field_set| field_set.normal_form())
}

/// The selections of a text that is made of names and braces alone, as nearly all field sets are;
/// nothing for any other text.
pub(crate) fn plain_selections(text: &str) -> Option<Vec<Selection>> {
    if text.len() > PLAIN_BYTES_MAX {
        return None;
    }
    let mut above: Vec<Vec<Selection>> = Vec::new();
    let mut selections = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        if let Some(inner) = rest.strip_prefix('{') {
            let Selection::Field(field) = selections.last()? else { return None };
            if !field.selection_set.is_empty() || above.len() == PLAIN_DEPTH_MAX {
                return None;
            }
            above.push(std::mem::take(&mut selections));
            rest = inner;
        } else if let Some(outer) = rest.strip_prefix('}') {
            let nested = std::mem::replace(&mut selections, above.pop()?);
            let Selection::Field(field) = selections.last_mut()? else { return None };
            if nested.is_empty() {
                return None;
            }
            field.make_mut().selection_set = nested;
            rest = outer;
        } else if rest.is_empty() {
            return (above.is_empty() && !selections.is_empty()).then_some(selections);
        } else {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let (name, after) = rest.split_at(rest.find(|c| !is_of_name(c)).unwrap_or(rest.len()));
            selections.push(plain_field(Name::new(name).ok()?));
            rest = after;
        }
    }
}

fn plain_field(name: Name) -> Selection {
    Selection::Field(Node::new(Field {
        alias: None,
        name,
        arguments: Vec::new(),
        directives: DirectiveList::new(),
        selection_set: Vec::new(),
    }))
}

/// Where a part of a string value stands in the file: `span` is of the value, the result of `file`.
///
/// Block strings lose their indentation, which is added again; where escapes make the way back
/// inexact, the whole string is the answer.
pub(crate) fn span_in_file(
    file: &str,
    string: &Node<Value>,
    span: &Range<usize>,
) -> Option<Range<usize>> {
    let location = string.location()?;
    let whole = location.offset()..location.end_offset();
    let value = string.as_str()?;
    let raw = file.get(whole.clone())?;
    let quotes = if raw.starts_with("\"\"\"") { 3 } else { 1 };
    let inner = raw.get(quotes..raw.trim_end().len().checked_sub(quotes)?)?;
    let begin = whole.start + quotes;
    if let Some(start) = inner.find(value) {
        let place = |offset: usize| begin + start + offset.min(value.len());
        return Some(place(span.start)..place(span.end));
    }
    let place = |offset| offset_in_block(inner, value, offset).map(|offset| begin + offset);
    match (place(span.start), place(span.end)) {
        (Some(start), Some(end)) if start <= end => Some(start..end),
        _ => Some(whole),
    }
}

/// The offset in a block string's source of an offset in its value.
fn offset_in_block(source: &str, value: &str, offset: usize) -> Option<usize> {
    let before = value.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = value[line_start..].lines().next().unwrap_or_default();
    let blank_lines = source.lines().take_while(|line| line.trim().is_empty()).count();
    let number = blank_lines + before.matches('\n').count();
    let mut lines = source.split_inclusive('\n');
    let source_line_start = lines.by_ref().take(number).map(str::len).sum::<usize>();
    let source_line = lines.next()?.trim_end_matches(['\n', '\r']);
    let indentation = source_line.strip_suffix(line)?.len();
    Some(source_line_start + indentation + offset - line_start)
}

fn shifted(location: SourceSpan, shift: usize) -> Range<usize> {
    location.offset().saturating_sub(shift)..location.end_offset().saturating_sub(shift)
}

fn write_selections(out: &mut String, selections: &[Selection]) {
    for (index, selection) in selections.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let directives = match selection {
            Selection::Field(field) => {
                write_field(out, field);
                &field.directives
            }
            Selection::FragmentSpread(spread) => {
                let _ = write!(out, "...{}", spread.fragment_name);
                &spread.directives
            }
            Selection::InlineFragment(fragment) => {
                out.push_str("...");
                if let Some(condition) = &fragment.type_condition {
                    let _ = write!(out, " on {condition}");
                }
                &fragment.directives
            }
        };
        for directive in directives.iter() {
            let _ = write!(out, " {}", directive.serialize().no_indent());
        }
        let nested = match selection {
            Selection::Field(field) => &field.selection_set,
            Selection::InlineFragment(fragment) => &fragment.selection_set,
            Selection::FragmentSpread(_) => continue,
        };
        if !nested.is_empty() {
            out.push_str(" { ");
            write_selections(out, nested);
            out.push_str(" }");
        }
    }
}

fn write_field(out: &mut String, field: &Field) {
    if let Some(alias) = &field.alias {
        let _ = write!(out, "{alias}: ");
    }
    out.push_str(&field.name);
    for (index, argument) in field.arguments.iter().enumerate() {
        let open = if index == 0 { "(" } else { ", " };
        let _ = write!(out, "{open}{}: {}", argument.name, argument.value.serialize().no_indent());
    }
    if !field.arguments.is_empty() {
        out.push(')');
    }
}

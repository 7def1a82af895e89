//! Errors and hints about schemas: a code, a coordinate, a sentence, every place involved and a
//! way out.
//!
//! Made by `subgraph`, `composition` and `supergraph`; read by the command line, the log of a
//! reload and the tests. A diagnostic carries its sources and can be printed anywhere.

pub mod codes;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use apollo_compiler::collections::HashMap;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::{FileId, SourceMap, SourceSpan};
use apollo_compiler::validation::DiagnosticList;

/// A text a diagnostic can point into: a subgraph's SDL, a supergraph file.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The name a person knows it by: a path, a URL, or `subgraph users`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// Where a 1-based line and column (in characters) begin, in bytes; past the end is the end.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let lines = self.text.split_inclusive('\n');
        let line_start: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
        let rest = &self.text[line_start..];
        let in_line = rest.char_indices().nth(column.saturating_sub(1));
        line_start + in_line.map_or(rest.len(), |(offset, _)| offset)
    }

    /// The 1-based line and column (in characters) of a byte offset; past the end is the end.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The whole lines that a span stands in; the end of the text belongs to its last line.
    fn lines_around(&self, span: &Range<usize>) -> Range<usize> {
        let text = &self.text;
        let last = text.floor_char_boundary(span.start.min(text.len().saturating_sub(1)));
        let start = text[..last].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[span.end..].find('\n').map_or(text.len(), |it| span.end + it + 1);
        start..end
    }

    /// A span that can be sliced out of the text, without the blanks it ends in.
    fn shown_span(&self, span: &Range<usize>) -> Range<usize> {
        let end = self.text.floor_char_boundary(span.end);
        let start = self.text.floor_char_boundary(span.start.min(end));
        let trimmed = self.text[start..end].trim_end_matches([' ', ',', '\t', '\r', '\n']);
        start..start + trimmed.len()
    }
}

/// Which text a parsed file is: turns the parser's locations into labels.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    files: HashMap<FileId, Arc<SourceFile>>,
}

impl Sources {
    /// Says that everything parsed into `map` stands in `source`.
    pub(crate) fn add(&mut self, map: &SourceMap, source: &Arc<SourceFile>) {
        self.files.extend(map.keys().map(|file| (*file, Arc::clone(source))));
    }

    /// Says that everything of one parsed file stands in `source`.
    pub(crate) fn add_file(&mut self, file: FileId, source: &Arc<SourceFile>) {
        self.files.insert(file, Arc::clone(source));
    }

    /// Adds all of another's.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.files.extend(other.files.iter().map(|(file, source)| (*file, Arc::clone(source))));
    }

    /// The texts; a subgraph is one.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.values()
    }

    /// The text and the bytes of a location; none for what no file contains.
    pub(crate) fn find(
        &self,
        location: Option<SourceSpan>,
    ) -> Option<(&Arc<SourceFile>, Range<usize>)> {
        let location = location?;
        let source = self.files.get(&location.file_id())?;
        Some((source, location.offset()..location.end_offset()))
    }

    /// Every finding of the parser's library as an error with this code.
    pub(crate) fn diagnostics(&self, code: &'static str, list: &DiagnosticList) -> Vec<Diagnostic> {
        let errors = list.iter().map(|found| {
            Diagnostic::error(code, found.error.to_string()).at(self, found.error.location(), "")
        });
        errors.take(DIAGNOSTICS_MAX).collect()
    }
}

/// One broken document can have an error in every token; nobody reads more than these.
const DIAGNOSTICS_MAX: usize = 100;

/// Whether a diagnostic stops composition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// There is no supergraph.
    Error,
    /// There is one, and something about it deserves a look.
    Hint,
}

/// One place in one source, with what there is to say about it.
#[derive(Debug, Clone)]
pub struct Label {
    /// The text pointed into.
    pub source: Arc<SourceFile>,
    /// Bytes of `source.text`.
    pub span: Range<usize>,
    /// What stands there: `required here`. May be empty.
    pub text: String,
}

/// One finding about one or several schemas.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Whether it stops composition.
    pub severity: Severity,
    /// The field's common code, e.g. `INVALID_FIELD_SHARING`.
    pub code: &'static str,
    /// The schema coordinate it is about: `User.email`, `Query.products(limit:)`, `@key`.
    pub coordinate: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Every place involved, the most telling first.
    pub labels: Vec<Label>,
    /// What else there is to know, each of one or several lines: an example, a reason.
    pub notes: Vec<String>,
    /// How to mend it.
    pub help: Option<String>,
}

/// Whether a finding is an error.
pub(crate) fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

/// Errors of one file stay in its order of reading; otherwise by coordinate and code.
pub(crate) fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    fn key(it: &Diagnostic) -> (&str, &str) {
        (it.coordinate.as_deref().unwrap_or_default(), it.code)
    }
    diagnostics.sort_by(|one, other| key(one).cmp(&key(other)));
    diagnostics
}

impl Diagnostic {
    /// An error with a code and a message; places, coordinate and help are added with the `with_*`.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A hint with a code and a message.
    pub fn hint(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Hint, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self {
            severity,
            code,
            coordinate: None,
            message,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Names the schema element it is about.
    #[must_use]
    pub fn with_coordinate(mut self, coordinate: impl Into<String>) -> Self {
        self.coordinate = Some(coordinate.into());
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn with_label(
        mut self,
        source: &Arc<SourceFile>,
        span: Range<usize>,
        text: impl Into<String>,
    ) -> Self {
        self.labels.push(Label { source: Arc::clone(source), span, text: text.into() });
        self
    }

    /// Adds a place the parser knows; nothing when the element stands in no file.
    #[must_use]
    pub(crate) fn at(
        self,
        sources: &Sources,
        location: Option<SourceSpan>,
        text: impl Into<String>,
    ) -> Self {
        match sources.find(location) {
            Some((source, span)) => self.with_label(source, span, text),
            None => self,
        }
    }

    /// Adds something to know.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// How much it matters; a code that is not listed counts as its severity says.
    pub fn level(&self) -> codes::Level {
        let unlisted = match self.severity {
            Severity::Error => codes::Level::Error,
            Severity::Hint => codes::Level::Info,
        };
        codes::find(self.code, self.severity).map_or(unlisted, |entry| entry.level)
    }

    /// The message with source lines and carets, as a terminal shows it; `colour` for ANSI codes.
    pub fn render(&self, colour: bool) -> String {
        let name = match self.severity {
            Severity::Error => "error",
            Severity::Hint => "hint",
        };
        self.render_as(name, self.level(), colour)
    }

    /// The same with another word before the message, such as `breaking`, in the colour of a level.
    pub fn render_as(&self, name: &str, level: codes::Level, colour: bool) -> String {
        let level = match level {
            codes::Level::Error => Level::ERROR,
            codes::Level::Warn => Level::WARNING,
            codes::Level::Info | codes::Level::Debug => Level::NOTE,
        };
        let level = level.with_name(name);
        let mut group = Group::with_title(level.primary_title(&self.message).id(self.code));
        let mut shown: Vec<&Arc<SourceFile>> = Vec::new();
        for label in &self.labels {
            if shown.iter().any(|source| Arc::ptr_eq(source, &label.source)) {
                continue;
            }
            shown.push(&label.source);
            group = group.element(self.snippet(&label.source));
        }
        for note in &self.notes {
            group = group.element(Level::NOTE.message(note));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// All labels of one source; the diagnostic's first label is the primary one. Only the lines
    /// from the first label to the last are looked at: there may be many findings in a large file.
    fn snippet<'a>(&'a self, source: &'a Arc<SourceFile>) -> Snippet<'a, Annotation<'a>> {
        let labels = self.labels.iter().enumerate();
        let labels: Vec<_> = labels
            .filter(|(_, label)| Arc::ptr_eq(&label.source, source))
            .map(|(index, label)| (index, source.shown_span(&label.span), label.text.as_str()))
            .collect();
        let first = labels.iter().map(|(_, span, _)| span.start).min().unwrap_or_default();
        let last = labels.iter().map(|(_, span, _)| span.end).max().unwrap_or_default();
        let shown = source.lines_around(&(first..last));
        let annotations = labels.into_iter().map(|(index, span, text)| {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(span.start - shown.start..span.end - shown.start).label(text)
        });
        Snippet::source(&source.text[shown.clone()])
            .line_start(source.line_column(shown.start).0)
            .path(source.name.as_str())
            .annotations(annotations)
    }
}

/// One line: `CODE coordinate: message (file:line:column, …)`, for logs and expected files.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(coordinate) = &self.coordinate {
            write!(f, " {coordinate}")?;
        }
        write!(f, ": {}", self.message)?;
        for (index, label) in self.labels.iter().enumerate() {
            let (line, column) = label.source.line_column(label.span.start);
            let open = if index == 0 { " (" } else { ", " };
            write!(f, "{open}{}:{line}:{column}", label.source.name)?;
        }
        if self.labels.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

//! One line of a report: a diagnostic, with what it is and whether it fails the command.

use std::collections::HashMap;
use std::sync::Arc;

use federation::diagnostic::codes;
use federation::diagnostic::{Diagnostic, Label, SourceFile};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// There is no supergraph, or an input cannot be used.
    Error,
    /// There is a supergraph, and something about it deserves a look.
    Hint,
    /// An operation of a client is not valid.
    Operation,
    /// A change that breaks clients.
    Breaking,
    /// A change that clients may not expect.
    Dangerous,
    /// A change that no client can tell.
    Safe,
    /// The plan of an operation is another.
    Plan,
}

impl Kind {
    /// As reports call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Hint => "hint",
            Self::Operation => "operation",
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
            Self::Plan => "plan",
        }
    }
}

/// How a finding is shown: the three degrees that all other programs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// It fails the command.
    Error,
    /// It would, had the command been told so.
    Warning,
    /// It is to be known.
    Note,
}

/// One finding.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// What it is about.
    pub(crate) kind: Kind,
    /// Whether it fails the command.
    pub(crate) fails: bool,
    /// Code, coordinate, message, places, help.
    pub(crate) diagnostic: Diagnostic,
    /// The operations that a change concerns; none when operations are not known, or have nothing
    /// to do with it.
    pub(crate) used_by: Option<Vec<Use>>,
}

/// An operation that uses what has changed.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// Whose operation it is: `mobile`.
    pub(crate) client: String,
    /// Its name.
    pub(crate) operation: String,
    /// The document it stands in.
    pub(crate) document: Arc<SourceFile>,
    /// Where it uses it.
    pub(crate) place: Label,
}

impl Finding {
    /// What stops the command.
    pub(crate) fn error(diagnostic: Diagnostic) -> Self {
        Self { kind: Kind::Error, fails: true, diagnostic, used_by: None }
    }

    /// What is wrong with an operation of a client.
    pub(crate) fn fault(diagnostic: Diagnostic) -> Self {
        Self { kind: Kind::Operation, ..Self::error(diagnostic) }
    }

    /// A hint; those that say nothing unusual never fail the command.
    pub(crate) fn hint(diagnostic: Diagnostic, deny: bool) -> Self {
        let fails = deny && diagnostic.level() != codes::Level::Debug;
        Self { kind: Kind::Hint, fails, diagnostic, used_by: None }
    }

    /// How it is shown.
    pub(crate) fn level(&self) -> Level {
        let is_usual = match self.kind {
            Kind::Safe => true,
            Kind::Hint => self.diagnostic.level() > codes::Level::Warn,
            _ => false,
        };
        match (self.fails, is_usual) {
            (true, _) => Level::Error,
            (false, false) => Level::Warning,
            (false, true) => Level::Note,
        }
    }

    /// What there is to know and to do besides, one thing a line.
    pub(crate) fn advice(&self) -> Vec<String> {
        let notes = self.diagnostic.notes.iter().map(|note| format!("note: {note}"));
        let help = self.diagnostic.help.iter().map(|help| format!("help: {help}"));
        notes.chain(help).collect()
    }

    /// The sentence, with the coordinate where it does not name it, and who uses it.
    pub(crate) fn sentence(&self) -> String {
        let mut sentence = self.diagnostic.message.clone();
        if let Some(coordinate) = &self.diagnostic.coordinate
            && !sentence.contains(coordinate.as_str())
        {
            sentence = format!("`{coordinate}`: {sentence}");
        }
        match self.used_by.as_deref() {
            None => {}
            Some([]) if self.kind == Kind::Safe => {}
            Some([]) => sentence.push_str("; no known operation uses it"),
            Some(uses) => {
                sentence.push_str("; used by ");
                sentence.push_str(&named_uses(uses));
            }
        }
        sentence
    }
}

/// What findings are recognised by in the next run, wherever their lines have moved to.
#[derive(Default)]
pub(crate) struct Fingerprints {
    /// How many there are already of each.
    known: HashMap<String, usize>,
}

impl Fingerprints {
    /// Of the next finding of a report; no two have the same.
    pub(crate) fn of(&mut self, finding: &Finding) -> String {
        let diagnostic = &finding.diagnostic;
        let coordinate = diagnostic.coordinate.as_deref().unwrap_or_default();
        let fingerprint = format!("{}/{coordinate}", diagnostic.code);
        let count = self.known.entry(fingerprint.clone()).or_default();
        *count += 1;
        format!("{fingerprint}/{count}")
    }
}

/// Names in a sentence; more are counted.
const USES_NAMED: usize = 5;

/// `Profile of mobile (apps/mobile/profile.graphql:3), … and 2 more`.
pub(crate) fn named_uses(uses: &[Use]) -> String {
    let named: Vec<String> = uses.iter().take(USES_NAMED).map(ToString::to_string).collect();
    let mut text = named.join(", ");
    if uses.len() > USES_NAMED {
        text.push_str(&format!(" and {} more", uses.len() - USES_NAMED));
    }
    text
}

impl std::fmt::Display for Use {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Label { source, span, .. } = &self.place;
        let (line, _) = source.line_column(span.start);
        write!(f, "`{}` of {} ({}:{line})", self.operation, self.client, source.name)
    }
}

/// A place as lines and columns, both from 1 and in characters; the end is the first character
/// after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

impl Region {
    pub(crate) fn of(label: &Label) -> Self {
        let text = &label.source.text;
        let end = text.floor_char_boundary(label.span.end.max(label.span.start));
        let start = text.floor_char_boundary(label.span.start.min(end));
        // A span takes the blanks behind it along.
        let shown = text[start..end].trim_end();
        let (line, column) = label.source.line_column(start);
        let (end_line, end_column) = label.source.line_column(start + shown.len());
        Self { line, column, end_line, end_column }
    }
}

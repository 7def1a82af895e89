//! What commands say: messages for people on standard error, in colour on a terminal that wants it
//! (`NO_COLOR` is heeded), and the findings of `compose` and `check` in the form that is asked for.
//!
//! A [`Report`] knows what was found and whether that is a failure; each form is a file of its own
//! that turns it into text and knows nothing of commands.

mod finding;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod output;
mod sarif;

use std::io::Write;
use std::process::ExitCode;

use federation::diagnostic::Diagnostic;

pub(crate) use self::finding::{Finding, Kind, Use};
pub(crate) use self::output::{Format, ReportArguments, StandardOutput};

use crate::repository::Repository;

/// Why a command ended without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Findings in configuration, schemas or operations.
    Diagnostics(Vec<Diagnostic>),
    /// Anything else: one message, with its chain of causes.
    Other(anyhow::Error),
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl Failure {
    /// 2 when something could not be read that had to be, else 1: what was read is not right.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Diagnostics(found) if found.iter().any(|it| is_unreadable(it.code)) => 2,
            Self::Diagnostics(_) | Self::Other(_) => 1,
        }
    }
}

/// Whether a finding says that an input could not be read: the command could not do its work.
fn is_unreadable(code: &str) -> bool {
    matches!(
        code,
        "CONFIG_UNREADABLE"
            | "CONFIG_INVALID"
            | "SCHEMA_UNREADABLE"
            | "DOWNSTREAM_SERVICE_ERROR"
            | "OPERATIONS_UNREADABLE"
            | "BASELINE_UNREADABLE"
            | "INTERNAL"
    )
}

/// Everything that `compose` or `check` found.
#[derive(Debug)]
pub(crate) struct Report {
    /// `compose`, `check` or `plan`.
    pub(crate) command: &'static str,
    /// In the order they are shown in.
    pub(crate) findings: Vec<Finding>,
    /// What the schema was compared with.
    pub(crate) baseline: Option<String>,
    /// How many operations of clients are known.
    pub(crate) operations: Option<usize>,
    /// How many operations have the plan that they had; none where plans were not compared.
    pub(crate) plans_unchanged: Option<usize>,
    /// The command could not do its work.
    pub(crate) is_stopped: bool,
    /// For paths as other programs want them.
    pub(crate) repository: Repository,
}

impl Report {
    pub(crate) fn new(command: &'static str, repository: Repository) -> Self {
        Self {
            command,
            findings: Vec::new(),
            baseline: None,
            operations: None,
            plans_unchanged: None,
            is_stopped: false,
            repository,
        }
    }

    /// Takes the reason in why the command goes no further.
    pub(crate) fn stop(&mut self, failure: Failure) {
        match failure {
            Failure::Diagnostics(found) => {
                self.is_stopped |= found.iter().any(|it| is_unreadable(it.code));
                self.findings.extend(found.into_iter().map(Finding::error));
            }
            Failure::Other(error) => {
                self.is_stopped = true;
                let error = Diagnostic::error("COULD_NOT_RUN", format!("{error:#}"));
                self.findings.push(Finding::error(error));
            }
        }
    }

    /// 0: all is well; 1: something found is a failure; 2: the command could not do its work.
    pub(crate) fn exit_code(&self) -> u8 {
        match (self.is_stopped, self.failures()) {
            (true, _) => 2,
            (false, 0) => 0,
            (false, _) => 1,
        }
    }

    /// How many findings fail the command.
    pub(crate) fn failures(&self) -> usize {
        self.findings.iter().filter(|finding| finding.fails).count()
    }

    /// How many findings are of a kind.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|finding| finding.kind == kind).count()
    }

    /// What was found, in one line: `1 breaking, 2 safe changes against main`.
    pub(crate) fn summary(&self) -> String {
        let mut parts = Vec::new();
        let errors = self.count(Kind::Error);
        if errors > 0 {
            parts.push(plural(errors, "error"));
        }
        if self.count(Kind::Hint) > 0 {
            parts.push(plural(self.count(Kind::Hint), "hint"));
        }
        if let Some(baseline) = self.baseline.as_ref().filter(|_| !self.is_stopped) {
            let changes = match self.plans_unchanged {
                None => self.changes(),
                Some(unchanged) => {
                    let changed = plural(self.count(Kind::Plan), "plan");
                    format!("{changed} changed, {unchanged} unchanged")
                }
            };
            parts.push(format!("{changes} against {baseline}"));
        }
        if let Some(operations) = self.operations {
            let invalid = self.findings.iter().filter(|it| it.kind == Kind::Operation).count();
            let invalid = match invalid {
                0 => "all valid".to_owned(),
                _ => plural(invalid, "fault"),
            };
            parts.push(format!("{} of clients: {invalid}", plural(operations, "operation")));
        }
        if parts.is_empty() { "nothing to report".to_owned() } else { parts.join("; ") }
    }

    fn changes(&self) -> String {
        let kinds = [Kind::Breaking, Kind::Dangerous, Kind::Safe];
        let counts: Vec<String> = kinds
            .into_iter()
            .map(|kind| (self.count(kind), kind))
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{count} {}", kind.name()))
            .collect();
        match counts.as_slice() {
            [] => "no changes".to_owned(),
            [one] if one.starts_with("1 ") => format!("{one} change"),
            _ => format!("{} changes", counts.join(", ")),
        }
    }
}

/// `1 hint`, `2 hints`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Says why a command failed, and with what code to exit.
pub(crate) fn failure(failure: &Failure) -> ExitCode {
    match failure {
        Failure::Diagnostics(found) => diagnostics(found),
        Failure::Other(error) => line(&format!("\u{1b}[1;31merror\u{1b}[0m: {error:#}")),
    }
    ExitCode::from(failure.exit_code())
}

/// Shows each finding with its places.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        line(&format!("{}\n", diagnostic.render(true)));
    }
}

/// One message on standard error. Where nobody can read it, nobody can be told so either.
pub(crate) fn line(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// One line of a command's own output.
pub(crate) fn output(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

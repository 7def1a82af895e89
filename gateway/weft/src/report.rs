//! What people read: diagnostics with source lines on standard error, in colour on a terminal that
//! wants it (`NO_COLOR` is heeded).

use std::io::Write;

use federation::diagnostic::Diagnostic;

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

/// Says why a command failed.
pub(crate) fn failure(failure: &Failure) {
    match failure {
        Failure::Diagnostics(found) => diagnostics(found),
        Failure::Other(error) => line(&format!("\u{1b}[1;31merror\u{1b}[0m: {error:#}")),
    }
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

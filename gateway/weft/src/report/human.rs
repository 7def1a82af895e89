//! For people: each finding with its source lines and carets, then one line that sums up.

use federation::diagnostic::codes;

use super::finding::{Finding, Kind, Level};
use super::{Report, plural};

/// With colours; whoever prints it takes them away where they are not wanted.
pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().filter(|it| it.kind != Kind::Safe) {
        text.push_str(&shown(finding));
        text.push_str("\n\n");
    }
    for finding in report.findings.iter().filter(|it| it.kind == Kind::Safe) {
        let code = finding.diagnostic.code;
        let reason = finding.diagnostic.notes.first();
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        text.push_str(&format!("safe[{code}]: {}{reason}\n", finding.sentence()));
    }
    if report.findings.iter().any(|it| it.kind == Kind::Safe) {
        text.push('\n');
    }
    // `compose` that finds nothing has its document to say.
    if report.findings.is_empty() && report.baseline.is_none() {
        return text;
    }
    let summary = report.summary();
    let verdict = match (report.exit_code(), report.failures()) {
        (0, _) => "\u{1b}[1;32mok\u{1b}[0m".to_owned(),
        (2, _) => "\u{1b}[1;31mstopped\u{1b}[0m".to_owned(),
        (_, failures) => format!("\u{1b}[1;31mfailed\u{1b}[0m ({})", plural(failures, "failure")),
    };
    text.push_str(&format!("{} {verdict}: {summary}\n", report.command));
    text
}

/// Places of operations that are shown with their lines; a note counts the others.
const USES_SHOWN: usize = 3;

fn shown(finding: &Finding) -> String {
    let mut diagnostic = finding.diagnostic.clone();
    let uses = finding.used_by.as_deref().unwrap_or_default();
    for one in uses.iter().take(USES_SHOWN) {
        let mut label = one.place.clone();
        label.text = format!("used by `{}` of {}", one.operation, one.client);
        diagnostic.labels.push(label);
    }
    if uses.len() > USES_SHOWN {
        let others = plural(uses.len() - USES_SHOWN, "other operation");
        let use_it = if uses.len() == USES_SHOWN + 1 { "uses it" } else { "use it" };
        diagnostic.notes.push(format!("{others} {use_it} too"));
    }
    if finding.used_by.as_ref().is_some_and(Vec::is_empty) {
        diagnostic.notes.push("no known operation uses it".to_owned());
    }
    let level = match finding.level() {
        Level::Error => codes::Level::Error,
        Level::Warning => codes::Level::Warn,
        Level::Note => codes::Level::Info,
    };
    let name = match finding.kind {
        Kind::Operation => Kind::Error.name(),
        other => other.name(),
    };
    diagnostic.render_as(name, level, true)
}

//! JUnit XML, as GitLab and Jenkins read it: one test case for each finding.

use super::Report;
use super::finding::{Finding, Region};
use crate::repository::Repository;

/// A suite is never empty: what finds nothing has passed.
pub(super) fn render(report: &Report) -> String {
    let failed = report.failures();
    let (failures, errors) = if report.is_stopped { (0, failed) } else { (failed, 0) };
    let tests = report.findings.len().max(1);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    let name = format!("weft {}", report.command);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"weft\" {counts}>\n  \
         <testsuite name=\"{name}\" {counts} skipped=\"0\">\n"
    );
    for finding in &report.findings {
        text.push_str(&test_case(finding, report));
    }
    if report.findings.is_empty() {
        text.push_str(&format!(
            "    <testcase name=\"{}\" classname=\"{name}\"/>\n",
            escape(&report.summary())
        ));
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn test_case(finding: &Finding, report: &Report) -> String {
    let diagnostic = &finding.diagnostic;
    let code = diagnostic.code;
    let name = match &diagnostic.coordinate {
        Some(coordinate) => format!("{code} {coordinate}"),
        None => format!("{code}: {}", diagnostic.message),
    };
    let mut attributes = format!(
        "name=\"{}\" classname=\"weft {}.{}\"",
        escape(&name),
        report.command,
        finding.kind.name()
    );
    let files = diagnostic.labels.iter().filter_map(|label| {
        let file = report.repository.relative(&label.source.name)?;
        Some(format!(" file=\"{}\" line=\"{}\"", escape(&file), Region::of(label).line))
    });
    attributes.extend(files.take(1));
    let message = escape(&finding.sentence());
    let body = escape(&details(finding, &report.repository));
    let inside = match (finding.fails, report.is_stopped) {
        (true, true) => format!("<error type=\"{code}\" message=\"{message}\">{body}</error>"),
        (true, false) => {
            format!("<failure type=\"{code}\" message=\"{message}\">{body}</failure>")
        }
        (false, _) => format!("<system-out>{message}\n{body}</system-out>"),
    };
    format!("    <testcase {attributes}>\n      {inside}\n    </testcase>\n")
}

/// The places and the help, one a line.
fn details(finding: &Finding, repository: &Repository) -> String {
    let mut lines = Vec::new();
    for label in &finding.diagnostic.labels {
        let name = &label.source.name;
        let name = repository.relative(name).unwrap_or_else(|| name.clone());
        let Region { line, column, .. } = Region::of(label);
        lines.push(format!("{name}:{line}:{column} {}", label.text).trim_end().to_owned());
    }
    lines.extend(finding.advice());
    lines.join("\n")
}

/// XML has no way to write most control characters: they become what stands for the unknown.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            other if other.is_control() && !('\u{80}'..='\u{9f}').contains(&other) => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

//! Code Quality of GitLab: the issues that a merge request shows on the lines of its files.

use serde_json::{Value, json};

use super::Report;
use super::finding::{Finding, Fingerprints, Level, Region};
use crate::repository::Repository;

/// A list of issues, those of `safe` changes among them.
pub(super) fn render(report: &Report) -> String {
    let mut fingerprints = Fingerprints::default();
    let issues = report.findings.iter().map(|finding| {
        let fingerprint = format!("weft/{}/{}", report.command, fingerprints.of(finding));
        issue(finding, &fingerprint, &report.repository)
    });
    format!("{:#}\n", Value::from_iter(issues))
}

fn issue(finding: &Finding, fingerprint: &str, repository: &Repository) -> Value {
    let severity = match finding.level() {
        Level::Error => "critical",
        Level::Warning => "minor",
        Level::Note => "info",
    };
    let mut labels = finding.diagnostic.labels.iter();
    let place = labels.find_map(|label| {
        let path = repository.relative(&label.source.name)?;
        Some((path, Region::of(label).line))
    });
    // An issue has to have a place; what is in no file is about the whole.
    let (path, line) = place.unwrap_or_else(|| (".".to_owned(), 1));
    let advice = finding.advice().into_iter().map(|advice| format!("\n{advice}"));
    json!({
        "description": format!("{}: {}", finding.kind.name(), finding.sentence()),
        "content": { "body": advice.collect::<String>().trim_start() },
        "check_name": finding.diagnostic.code,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": path, "lines": { "begin": line } },
    })
}

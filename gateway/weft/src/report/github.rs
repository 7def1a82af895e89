//! Workflow commands of GitHub Actions: an annotation on the line of the file, in the pull request.

use super::Report;
use super::finding::{Finding, Level, Region};
use crate::repository::Repository;

/// One command a line; errors first, because only ten annotations of a level are shown.
pub(super) fn render(report: &Report) -> String {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.level());
    findings.iter().map(|finding| annotation(finding, &report.repository)).collect()
}

fn annotation(finding: &Finding, repository: &Repository) -> String {
    let command = match finding.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let labels = &finding.diagnostic.labels;
    let placed = labels.iter().position(|it| repository.relative(&it.source.name).is_some());
    let mut properties = Vec::new();
    if let Some(label) = placed.and_then(|index| labels.get(index)) {
        let file = repository.relative(&label.source.name).unwrap_or_default();
        let region = Region::of(label);
        properties.push(format!("file={}", escape_property(&file)));
        properties.push(format!("line={},endLine={}", region.line, region.end_line));
        // Columns are understood within one line only.
        if region.line == region.end_line {
            let last = region.end_column.saturating_sub(1).max(region.column);
            properties.push(format!("col={},endColumn={last}", region.column));
        }
    }
    properties.push(format!("title={}", escape_property(finding.diagnostic.code)));
    let mut message = format!("{}: {}", finding.kind.name(), finding.sentence());
    for (index, label) in labels.iter().enumerate().filter(|(index, _)| placed != Some(*index)) {
        let name = &label.source.name;
        let name = repository.relative(name).unwrap_or_else(|| name.clone());
        let lead = if index == 0 { "at" } else { "see" };
        let says = if label.text.is_empty() { "" } else { ": " };
        let Region { line, column, .. } = Region::of(label);
        message.push_str(&format!("\n{lead} {name}:{line}:{column}{says}{}", label.text));
    }
    for advice in finding.advice() {
        message.push_str(&format!("\n{advice}"));
    }
    format!("::{command} {}::{}\n", properties.join(","), escape_data(&message))
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

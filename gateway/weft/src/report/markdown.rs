//! Markdown: a heading and a table, for a comment on a pull request or a step's summary.

use super::Report;
use super::finding::{Finding, Kind, Level, Region};
use crate::repository::Repository;

/// A comment has 65 536 characters at most; nobody reads a longer table.
const ROWS_MAX: usize = 100;

/// What fails the command comes first.
pub(super) fn render(report: &Report) -> String {
    let mark = match report.exit_code() {
        0 => "✅",
        _ => "❌",
    };
    let mut text = format!("### {mark} weft {}\n\n{}\n", report.command, cell(&report.summary()));
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    if findings.is_empty() {
        return text;
    }
    findings.sort_by_key(|finding| finding.level());
    text.push_str("\n| | what | where | message |\n|---|---|---|---|\n");
    for finding in findings.iter().take(ROWS_MAX) {
        text.push_str(&row(finding, &report.repository));
    }
    if findings.len() > ROWS_MAX {
        text.push_str(&format!("\nand {} more\n", findings.len() - ROWS_MAX));
    }
    for finding in findings.iter().filter(|it| it.kind == Kind::Plan).take(ROWS_MAX) {
        text.push_str(&difference(finding));
    }
    text
}

/// The lines of a plan that are others, folded.
fn difference(finding: &Finding) -> String {
    let title = cell(&finding.diagnostic.message);
    let lines = finding.diagnostic.notes.join("\n");
    // A line of a plan cannot end the block: backticks occur in block strings only.
    let lines = lines.replace("```", "` ` `");
    format!("\n<details><summary>{title}</summary>\n\n```diff\n{lines}\n```\n\n</details>\n")
}

fn row(finding: &Finding, repository: &Repository) -> String {
    let mark = match finding.level() {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    };
    let diagnostic = &finding.diagnostic;
    let code = code_span(diagnostic.code);
    let what = match finding.kind {
        Kind::Breaking | Kind::Dangerous | Kind::Safe => {
            format!("**{}** {code}", finding.kind.name().to_uppercase())
        }
        Kind::Error | Kind::Hint | Kind::Operation | Kind::Plan => code,
    };
    let mut places = Vec::new();
    places.extend(diagnostic.coordinate.as_deref().map(code_span));
    places.extend(diagnostic.labels.first().map(|label| {
        let name = &label.source.name;
        let name = repository.relative(name).unwrap_or_else(|| name.clone());
        cell(&format!("{name}:{}", Region::of(label).line))
    }));
    let mut message = cell(&finding.sentence());
    let advice = if finding.kind == Kind::Plan { Vec::new() } else { finding.advice() };
    for advice in advice {
        message.push_str(&format!("<br>{}", cell(&advice)));
    }
    format!("| {mark} | {what} | {} | {message} |\n", places.join("<br>"))
}

fn code_span(text: &str) -> String {
    format!("`{}`", text.replace(['`', '|', '\n', '\r'], " "))
}

/// Text that stays in its cell and has no mark-up but the backticks of messages.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' => cell.push_str("\\|"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '&' => cell.push_str("&amp;"),
            '\\' => cell.push_str("\\\\"),
            '\n' | '\r' => cell.push(' '),
            other => cell.push(other),
        }
    }
    cell
}

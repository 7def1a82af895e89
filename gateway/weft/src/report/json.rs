//! One JSON object. Its form is a promise: members are added, none is removed or changed while
//! `version` is 1.

use federation::diagnostic::Label;
use serde_json::{Value, json};

use super::Report;
use super::finding::{Finding, Kind, Region, Use};
use crate::repository::Repository;

const VERSION: u32 = 1;

/// Pretty-printed: people read it too.
pub(super) fn render(report: &Report) -> String {
    let findings: Vec<Value> =
        report.findings.iter().map(|finding| shown(finding, &report.repository)).collect();
    let result = match report.exit_code() {
        0 => "ok",
        1 => "failed",
        _ => "stopped",
    };
    let mut value = json!({
        "version": VERSION,
        "command": report.command,
        "result": result,
        "exit_code": report.exit_code(),
        "baseline": report.baseline,
        "operations": report.operations,
        "counts": {
            "failures": report.failures(),
            "errors": report.count(Kind::Error),
            "hints": report.count(Kind::Hint),
            "operation_errors": report.count(Kind::Operation),
            "breaking": report.count(Kind::Breaking),
            "dangerous": report.count(Kind::Dangerous),
            "safe": report.count(Kind::Safe),
        },
        "findings": findings,
    });
    if let Some(unchanged) = report.plans_unchanged {
        value["counts"]["plans_changed"] = json!(report.count(Kind::Plan));
        value["plans_unchanged"] = json!(unchanged);
    }
    format!("{value:#}\n")
}

fn shown(finding: &Finding, repository: &Repository) -> Value {
    let diagnostic = &finding.diagnostic;
    let places: Vec<Value> =
        diagnostic.labels.iter().map(|label| place(label, repository)).collect();
    let used_by = finding
        .used_by
        .as_ref()
        .map(|uses| uses.iter().map(|one| used(one, repository)).collect::<Vec<Value>>());
    json!({
        "kind": finding.kind.name(),
        "fails": finding.fails,
        "code": diagnostic.code,
        "coordinate": diagnostic.coordinate,
        "message": diagnostic.message,
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "places": places,
        "used_by": used_by,
    })
}

fn place(label: &Label, repository: &Repository) -> Value {
    let Region { line, column, end_line, end_column } = Region::of(label);
    json!({
        "file": file(&label.source.name, repository),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": label.text,
    })
}

fn used(one: &Use, repository: &Repository) -> Value {
    let Region { line, column, .. } = Region::of(&one.place);
    json!({
        "client": one.client,
        "operation": one.operation,
        "document": file(&one.document.name, repository),
        "file": file(&one.place.source.name, repository),
        "line": line,
        "column": column,
    })
}

fn file(name: &str, repository: &Repository) -> String {
    repository.relative(name).unwrap_or_else(|| name.to_owned())
}

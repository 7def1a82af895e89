//! SARIF 2.1.0 (OASIS), as code scanning reads it.

use std::collections::{BTreeMap, HashMap};

use federation::diagnostic::{Label, codes};
use serde_json::{Value, json};

use super::Report;
use super::finding::{Finding, Fingerprints, Kind, Level, Region};
use crate::repository::Repository;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One run with one rule for each code that was found.
pub(super) fn render(report: &Report) -> String {
    let rules = rules(&report.findings);
    let indexes: HashMap<&str, usize> =
        rules.keys().enumerate().map(|(index, code)| (*code, index)).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let rule = indexes.get(finding.diagnostic.code).copied().unwrap_or_default();
            result(finding, rule, &fingerprints.of(finding), &report.repository)
        })
        .collect();
    let rules: Vec<Value> = rules.into_values().collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "weft",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": { "id": format!("weft/{}/", report.command) },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": !report.is_stopped,
                "exitCode": report.exit_code(),
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// By code, sorted.
fn rules(findings: &[Finding]) -> BTreeMap<&'static str, Value> {
    let rules = findings.iter().map(|finding| {
        let diagnostic = &finding.diagnostic;
        let known = codes::find(diagnostic.code, diagnostic.severity);
        let meaning = known.map_or_else(|| words(diagnostic.code), |it| it.meaning.to_owned());
        let rule = json!({
            "id": diagnostic.code,
            "shortDescription": { "text": meaning },
            "defaultConfiguration": { "level": level(default_level(finding)) },
        });
        (diagnostic.code, rule)
    });
    rules.collect()
}

fn default_level(finding: &Finding) -> Level {
    match finding.kind {
        Kind::Error | Kind::Operation | Kind::Breaking => Level::Error,
        Kind::Dangerous | Kind::Plan => Level::Warning,
        Kind::Hint if finding.diagnostic.level() == codes::Level::Warn => Level::Warning,
        Kind::Hint | Kind::Safe => Level::Note,
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// `FIELD_REMOVED` says itself what it means.
fn words(code: &str) -> String {
    code.to_lowercase().replace('_', " ")
}

fn result(finding: &Finding, rule: usize, fingerprint: &str, repository: &Repository) -> Value {
    let diagnostic = &finding.diagnostic;
    let mut message = finding.sentence();
    for advice in finding.advice() {
        message.push_str(&format!("\n{advice}"));
    }
    let mut in_files = diagnostic.labels.iter().filter_map(|label| location(label, repository));
    let mut locations: Vec<Value> = in_files.next().into_iter().collect();
    let related: Vec<Value> = in_files.chain(uses(finding, repository)).collect();
    if let (Some(location), Some(coordinate)) = (locations.first_mut(), &diagnostic.coordinate) {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": coordinate }]);
    }
    json!({
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": level(finding.level()),
        "message": { "text": message },
        "locations": locations,
        "relatedLocations": related,
        "partialFingerprints": { "weft/v1": fingerprint },
        "properties": { "kind": finding.kind.name(), "fails": finding.fails },
    })
}

fn uses(finding: &Finding, repository: &Repository) -> Vec<Value> {
    let uses = finding.used_by.iter().flatten();
    let places = uses.filter_map(|one| {
        let mut label = one.place.clone();
        label.text = format!("used by {} of {}", one.operation, one.client);
        location(&label, repository)
    });
    places.collect()
}

/// A place in a file of the repository; others cannot be shown beside the code.
fn location(label: &Label, repository: &Repository) -> Option<Value> {
    let file = repository.relative(&label.source.name)?;
    let Region { line, column, end_line, end_column } = Region::of(label);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&file), "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    Some(location)
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
        if is_plain {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

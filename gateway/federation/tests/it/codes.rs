//! The registry of codes against the sources, and against what the cases of composition reach.
//!
//! The lists here may shrink and not grow: an entry that is no longer true fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use federation::composition::compose;
use federation::diagnostic::codes::{self, Level};
use federation::diagnostic::{Diagnostic, Severity};

use crate::composition::{cases, sorted_entries, subgraphs_of};
use crate::views;

/// What no subgraph's SDL can reach, and the file of the test or case that does.
const REACHED_ELSEWHERE: &[(&str, &str)] = &[
    ("INVALID_FEDERATION_SUPERGRAPH", "federation/tests/it/supergraph.rs"),
    ("MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED", "federation/tests/it/satisfiability.rs"),
    ("DOWNSTREAM_SERVICE_ERROR", "cases/execution/errors/of_an_entity.json"),
];

/// The errors that no case reaches yet.
const ERRORS_NOT_REACHED: &[&str] = &[];

/// The hints that no case reaches yet.
const HINTS_NOT_REACHED: &[&str] = &[];

/// The codes some of whose diagnostics have no coordinate yet.
const WITHOUT_COORDINATE: &[&str] = &[];

/// The codes some of whose diagnostics have no place yet.
const WITHOUT_LABEL: &[&str] = &[];

/// The codes some of whose diagnostics do not yet say how to mend it.
const WITHOUT_HELP: &[&str] = &[];

#[test]
fn every_code_is_listed_once_and_explained() {
    let mut seen = BTreeSet::new();
    for entry in codes::all() {
        let severity = entry.level.severity();
        assert!(seen.insert((entry.code, severity)), "{} is listed twice", entry.code);
        assert_eq!(codes::find(entry.code, severity), Some(entry));
        assert!(entry.code.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{}", entry.code);
        let is_sentence = entry.meaning.starts_with(|c: char| c.is_lowercase() || "@`".contains(c))
            && !entry.meaning.ends_with('.')
            && entry.meaning.contains(' ');
        assert!(is_sentence, "{}: {}", entry.code, entry.meaning);
    }
    let count = |level| codes::all().filter(|entry| entry.level == level).count();
    let counts = [Level::Error, Level::Warn, Level::Info, Level::Debug].map(count);
    assert_eq!(counts, [91 + 16, 13 + 3, 10 + 2, 7], "the field's codes and those of views");
}

#[test]
fn every_code_in_the_sources_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut unlisted = Vec::new();
    for file in files_of_composition(&root) {
        let text = fs::read_to_string(&file).expect("a readable file");
        for code in code_literals(&text) {
            if !codes::all().any(|entry| entry.code == code) {
                unlisted.push(format!("{}: {code}", file.display()));
            }
        }
    }
    assert!(unlisted.is_empty(), "not in the registry:\n{}", unlisted.join("\n"));
}

/// What composes; operations and plans have codes of their own.
fn files_of_composition(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in sorted_entries(&folder) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let composes = !["operation", "planner", "query_plan", "query_graph", "schema_changes"]
                .contains(&name.as_str())
                || folder != root;
            // Operations of views have codes of their own, too; what is beside it compiles views.
            let composes = composes && (name != "view" || path.is_dir());
            if path.is_dir() && composes {
                folders.push(path);
            } else if composes {
                files.push(path);
            }
        }
    }
    files
}

/// `"TWO_WORDS"` or more of them in upper case between quotes.
/// The string literals of a source file that look like a code.
pub(crate) fn code_literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|part| {
        part.contains('_')
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}

#[test]
fn every_code_is_reached() {
    let found = diagnostics_of_all_cases();
    let reached: BTreeSet<_> = found.iter().map(|(_, it)| (it.code, it.severity)).collect();
    let gateway = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (code, file) in REACHED_ELSEWHERE {
        let test = fs::read_to_string(gateway.join(file)).expect("the test that reaches the code");
        assert!(test.contains(code), "{file} does not name {code}");
    }
    let mut changed = String::new();
    for (severity, open) in
        [(Severity::Error, ERRORS_NOT_REACHED), (Severity::Hint, HINTS_NOT_REACHED)]
    {
        let of_severity = codes::all().filter(|entry| entry.level.severity() == severity);
        let missing: Vec<&str> = of_severity
            .map(|entry| entry.code)
            .filter(|code| !reached.contains(&(*code, severity)))
            .filter(|code| !REACHED_ELSEWHERE.iter().any(|(elsewhere, _)| elsewhere == code))
            .collect();
        changed += &changes("no case reaches", open, &missing);
    }
    assert!(changed.is_empty(), "{changed}");
}

#[test]
fn every_diagnostic_of_a_case_is_listed_and_complete() {
    let found = diagnostics_of_all_cases();
    for (case, it) in &found {
        assert!(codes::find(it.code, it.severity).is_some(), "{case}: {it} is not listed");
    }
    let codes_where = |lacks: &dyn Fn(&Diagnostic) -> bool| {
        let lacking = found.iter().filter(|(_, it)| lacks(it)).map(|(_, it)| it.code);
        lacking.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    let rules: [(&str, &[&str], Vec<&str>); 3] = [
        ("no coordinate", WITHOUT_COORDINATE, codes_where(&|it| it.coordinate.is_none())),
        ("no label", WITHOUT_LABEL, codes_where(&|it| it.labels.is_empty())),
        ("no help", WITHOUT_HELP, codes_where(&|it| it.help.is_none())),
    ];
    let changed = rules.map(|(what, open, lacking)| changes(what, open, &lacking)).concat();
    assert!(changed.is_empty(), "{changed}");
}

/// Each case's name with each of its errors or hints.
fn diagnostics_of_all_cases() -> Vec<(String, Diagnostic)> {
    let mut found = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let diagnostics = match compose(&subgraphs_of(&case)) {
            Ok(composition) => composition.hints,
            Err(errors) => errors,
        };
        found.extend(diagnostics.into_iter().map(|it| (name.clone(), it)));
    }
    found.extend(views::diagnostics_of_all_cases());
    found
}

/// What is open must be exactly what is listed as open; else, a line that says what is not.
fn changes(what: &str, listed: &[&str], open: &[&str]) -> String {
    let new: Vec<_> = open.iter().filter(|code| !listed.contains(code)).collect();
    let done: Vec<_> = listed.iter().filter(|code| !open.contains(code)).collect();
    let mut changes = String::new();
    if !new.is_empty() {
        changes += &format!("{what}: {new:#?}\n");
    }
    if !done.is_empty() {
        changes += &format!("no longer \"{what}\", take them off the list: {done:#?}\n");
    }
    changes
}

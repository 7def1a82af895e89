//! `cases/schema_changes/<rule>/`: `before.graphql` and `after.graphql` compared, with the
//! operations of `operations/*.graphql` where there are any, against `changes.txt`;
//! `UPDATE_EXPECT=1` rewrites what is expected.
//!
//! `before.graphql` says in a comment `# why:` what the case guards, and with `# unused: lower`
//! that all operations are known; a file that nothing reads fails.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::diagnostic::SourceFile;
use federation::schema_changes::{
    ClientOperations, Criticality, OperationUse, SchemaChange, Unused, Usage, compare,
};

use crate::codes::code_literals;
use crate::composition::{assert_each, compare as expect_file, sorted_entries};

#[test]
fn every_case_changes_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/schema_changes");
    assert_each(&sorted_entries(&root), check);
}

#[test]
fn every_kind_has_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut expected = String::new();
    for case in sorted_entries(&root.join("../cases/schema_changes")) {
        expected.push_str(&fs::read_to_string(case.join("changes.txt")).expect("a readable file"));
    }
    let reached: BTreeSet<&str> =
        expected.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    // Their codes are those of diagnostics.
    let of_diagnostics = ["client_document.rs", "client_operations.rs", "fragments.rs"];
    let mut missing = Vec::new();
    for file in sorted_entries(&root.join("src/schema_changes")) {
        let text = fs::read_to_string(&file).expect("a readable file");
        if !of_diagnostics.iter().any(|name| file.ends_with(name)) {
            let kinds = code_literals(&text).filter(|kind| !reached.contains(kind));
            missing.extend(kinds.map(str::to_owned));
        }
    }
    assert!(missing.is_empty(), "no case has {}", missing.join(", "));
}

#[test]
fn operations_that_stop_anywhere_are_read_as_far_as_they_go() {
    let schema =
        document("type Query { a(by: By): Query b: Int } input By { c: [By!] d: E } enum E { F }");
    let schema = schema_of(&schema).expect("a valid schema");
    let text = r#"query Q($by: By = {c: [{d: F}]}) { a(by: {c: [$by]}) { ...A @skip(if: true) } }
fragment A on Query { x: b ... on Query { a(by: null) { b } } }"#;
    for end in 0..=text.len() {
        let (operations, _) = ClientOperations::parse(&[document(&text[..end])]);
        let usage = operations.usage(&schema);
        operations.validate(&schema);
        assert!(end < text.len() || usage.users("By.d").count() == 1);
    }
}

#[test]
fn fragments_are_followed_however_long_their_chain_is() {
    let schema = document("type Query { a: Query end: Int @deprecated }");
    let before = schema_of(&schema).expect("a valid schema");
    let after = schema_of(&document("type Query { a: Query }")).expect("a valid schema");
    let length = 5_000;
    let mut text = "query Q { ...F0 }\n".to_owned();
    for index in 0..length {
        let _ = writeln!(text, "fragment F{index} on Query {{ a {{ ...F{} }} }}", index + 1);
    }
    let _ = writeln!(text, "fragment F{length} on Query {{ end }}");
    let (operations, errors) = ClientOperations::parse(&[document(&text)]);
    assert!(errors.is_empty());
    let mut changes = compare(&before, &after);
    operations.usage(&before).apply(&mut changes, Unused::Lower);
    assert!(matches!(changes.as_slice(), [one] if one.criticality == Criticality::Breaking));
    assert!(!operations.validate(&after).is_empty());
}

#[test]
fn uses_of_several_clients_are_taken_together() {
    let before = document("type Query { a: Int b: Int @deprecated }");
    let before = schema_of(&before).expect("a valid schema");
    let after = schema_of(&document("type Query { a: Int }")).expect("a valid schema");
    let usage = |text: &str| ClientOperations::parse(&[document(text)]).0.usage(&before);
    let removal = |clients: &[&str]| {
        let mut known = Usage::default();
        clients.iter().for_each(|text| known.extend(usage(text)));
        let mut changes = compare(&before, &after);
        known.apply(&mut changes, Unused::Keep);
        let operations = changes[0].used_by.iter().flatten();
        let names: Vec<String> = operations.map(|one| one.operation.clone()).collect();
        (known.operations(), changes[0].criticality, changes[0].is_unused(), names.join(" "))
    };
    let (breaking, safe) = (Criticality::Breaking, Criticality::Safe);
    assert_eq!(removal(&["query A { a }", "query B { a }"]), (2, safe, true, String::new()));
    let read_twice = removal(&["query A { b } query B { a }", "query C { b }"]);
    assert_eq!(read_twice, (3, breaking, false, "A C".to_owned()));
    let unread = removal(&["query A { a }", "query {"]);
    assert_eq!(unread, (1, breaking, false, String::new()));
}

fn document(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { name: "document.graphql".to_owned(), text: text.to_owned() })
}

/// One case; the message says what differs.
fn check(case: &Path) -> Result<(), String> {
    let before = read(case, "before.graphql")?;
    if !before.text.contains("# why:") {
        return Err("`before.graphql` does not say in `# why:` what the case guards".to_owned());
    }
    let unused = if before.text.contains("# unused: lower") { Unused::Lower } else { Unused::Keep };
    let schemas = [schema_of(&before)?, schema_of(&read(case, "after.graphql")?)?];
    let operations = case.join("operations");
    let known = ["after.graphql", "before.graphql", "changes.txt", "operations"];
    let unread = sorted_entries(case)
        .into_iter()
        .find(|path| !path.file_name().is_some_and(|name| known.iter().any(|one| name == *one)));
    if let Some(unread) = unread {
        return Err(format!("nothing reads {}", unread.display()));
    }
    let mut changes = compare(&schemas[0], &schemas[1]);
    let mut text = String::new();
    if operations.is_dir() {
        let files = sorted_entries(&operations);
        let names = files.iter().filter_map(|file| file.file_name()?.to_str());
        let documents: Vec<Arc<SourceFile>> =
            names.map(|name| read(&operations, name)).collect::<Result<_, _>>()?;
        let (operations, mut diagnostics) = ClientOperations::parse(&documents);
        operations.usage(&schemas[0]).apply(&mut changes, unused);
        diagnostics.extend(operations.validate(&schemas[1]));
        text = changes_text(&changes);
        for diagnostic in diagnostics {
            let _ = writeln!(text, "\n{diagnostic}\n{}", diagnostic.render(false));
        }
    } else {
        text.push_str(&changes_text(&changes));
    }
    expect_file(&case.join("changes.txt"), &text)
}

fn changes_text(changes: &[SchemaChange]) -> String {
    let mut text = String::new();
    for change in changes {
        let _ = writeln!(text, "{change}");
        if let Some(reason) = &change.reason {
            let _ = writeln!(text, "    {reason}");
        }
        if change.is_unused() {
            let _ = writeln!(text, "    used by no operation");
        }
        for found in change.used_by.iter().flatten() {
            let _ = writeln!(text, "    used by {}", used_by(found));
        }
    }
    text
}

fn used_by(found: &OperationUse) -> String {
    let (line, column) = found.source.line_column(found.span.start);
    let (operation, document) = (&found.operation, &found.document.name);
    format!("{operation} of {document}, at {}:{line}:{column}", found.source.name)
}

fn read(folder: &Path, name: &str) -> Result<Arc<SourceFile>, String> {
    let text = fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    Ok(Arc::new(SourceFile { name: name.to_owned(), text }))
}

fn schema_of(source: &Arc<SourceFile>) -> Result<ApiSchema, String> {
    ApiSchema::parse(source).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

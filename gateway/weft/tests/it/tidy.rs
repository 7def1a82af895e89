//! The rules of ARCHITECTURE.md that a machine can check, over the whole repository.
//!
//! Function length, arguments, `unwrap` and missing documentation are clippy's; licences and
//! sources are cargo-deny's; stale SDL is the subgraphs' tests'.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 600;
const COLUMNS_MAX: usize = 100;
const FILE_BYTES_MAX: u64 = 200_000;

/// What each crate of the workspace may depend on inside the workspace.
const DIRECTIONS: [(&str, &[&str]); 8] = [
    ("gateway/federation", &[]),
    ("gateway/router", &["federation", "observability"]),
    (
        "gateway/weft",
        &[
            "federation",
            "observability",
            "orders",
            "products",
            "router",
            "subgraph-server",
            "users",
        ],
    ),
    ("observability", &[]),
    ("subgraphs/subgraph-server", &["observability"]),
    ("subgraphs/users", &["subgraph-server"]),
    ("subgraphs/orders", &["subgraph-server"]),
    ("subgraphs/products", &["subgraph-server"]),
];

/// All that the pure crate may use; nothing here waits, listens or reads files.
const FEDERATION_DEPENDENCIES: [&str; 4] =
    ["annotate-snippets", "apollo-compiler", "indexmap", "smallvec"];

/// Names that say nothing of what a module knows.
const NAMELESS: [&str; 6] = ["mod", "utils", "common", "helpers", "misc", "types"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Every file of the repository that people write.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_made = matches!(name.as_str(), ".git" | "target" | "node_modules" | ".weft")
                || path.ends_with("gateway/ui/dist");
            if is_made {
                continue;
            }
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn with_extension(extension: &str) -> Vec<PathBuf> {
    let has = |path: &PathBuf| path.extension().is_some_and(|one| one == extension);
    files().into_iter().filter(has).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn rust_files_tell_their_story_within_limits() {
    let mut problems = Vec::new();
    for path in with_extension("rs") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let name = shown(&path);
        if !text.starts_with("//!") {
            problems.push(format!("{name}: does not open with `//!`"));
        }
        if text.lines().count() > LINES_MAX {
            problems.push(format!("{name}: more than {LINES_MAX} lines"));
        }
        for (number, line) in (1..).zip(text.lines()) {
            if line.chars().count() > COLUMNS_MAX {
                problems.push(format!("{name}:{number}: more than {COLUMNS_MAX} columns"));
            }
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if stem.is_some_and(|stem| NAMELESS.contains(&stem.as_str())) {
            problems.push(format!("{name}: a module is named for what it knows"));
        }
    }
    assert_none(&problems);
}

#[test]
fn nothing_unfinished_is_left() {
    let marks = [["FIX", "ME"], ["dbg", "!("], ["todo", "!("], ["unimplemented", "!("]];
    let mut problems = Vec::new();
    for path in with_extension("rs") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for (number, line) in (1..).zip(text.lines()) {
            for mark in marks.iter().map(|parts| parts.concat()) {
                if line.contains(&mark) {
                    problems.push(format!("{}:{number}: {mark}", shown(&path)));
                }
            }
        }
    }
    assert_none(&problems);
}

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).expect("a manifest");
    let section = text.split("\n[").find_map(|part| part.strip_prefix("dependencies]"));
    let lines = section.unwrap_or_default().lines();
    let names = lines.filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn crates_depend_in_one_direction() {
    let ours: BTreeSet<&str> =
        DIRECTIONS.iter().filter_map(|(folder, _)| folder.rsplit('/').next()).collect();
    let mut problems = Vec::new();
    for (folder, allowed) in DIRECTIONS {
        let used = dependencies(&root().join(folder).join("Cargo.toml"));
        for name in used.iter().filter(|name| ours.contains(name.as_str())) {
            if !allowed.contains(&name.as_str()) {
                problems.push(format!("{folder} must not depend on {name}"));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn federation_is_pure() {
    let used = dependencies(&root().join("gateway/federation/Cargo.toml"));
    let allowed: BTreeSet<String> =
        FEDERATION_DEPENDENCIES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(used, allowed, "the pure crate's dependencies");
    let forbidden = ["std::fs", "std::net", "std::time", "std::env", "std::thread", "std::process"];
    let mut problems = Vec::new();
    for path in with_extension("rs") {
        let name = shown(&path);
        if !name.starts_with("gateway/federation/src") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("UTF-8");
        // Work side by side gives the same as one after the other; that is all threads are for.
        let is_side_by_side = name.ends_with("composition/side_by_side.rs");
        let found = forbidden.iter().filter(|one| text.contains(**one));
        for one in found.filter(|one| !(is_side_by_side && **one == "std::thread")) {
            problems.push(format!("{name}: uses {one}"));
        }
    }
    assert_none(&problems);
}

#[test]
fn the_code_map_names_every_module() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut problems = Vec::new();
    for (folder, _) in DIRECTIONS {
        if !map.contains(&format!("`{folder}`")) {
            problems.push(format!("{folder} is not in the code map"));
        }
        for entry in fs::read_dir(root().join(folder).join("src")).expect("sources").flatten() {
            let path = entry.path();
            let is_rust = path.extension().is_some_and(|one| one == "rs");
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let Some(stem) = stem.filter(|stem| is_rust && stem != "lib" && stem != "main") else {
                continue;
            };
            if !map.contains(&format!("`{stem}`")) {
                problems.push(format!("module {folder}/src/{stem}.rs is not in the code map"));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn paths_named_in_the_documents_exist() {
    let mut problems = Vec::new();
    for document in ["ARCHITECTURE.md", "README.md"] {
        let text = fs::read_to_string(root().join(document)).expect("a document");
        for word in text.split('`').skip(1).step_by(2) {
            let is_path = ["gateway/", "subgraphs/", "schema/", "client-tests/", "docs/"]
                .iter()
                .any(|start| word.starts_with(start));
            let is_pattern = word.contains(['*', '{', '<', ' ', '…']);
            if is_path && !is_pattern && !root().join(word).exists() {
                problems.push(format!("{document}: `{word}` does not exist"));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn files_are_small() {
    let mut problems = Vec::new();
    for path in files() {
        let is_lock = path
            .file_name()
            .is_some_and(|name| name == "Cargo.lock" || name == "package-lock.json");
        let bytes = fs::metadata(&path).expect("a file").len();
        if bytes > FILE_BYTES_MAX && !is_lock {
            problems.push(format!("{}: {bytes} bytes", shown(&path)));
        }
    }
    assert_none(&problems);
}

#[test]
fn the_changelog_keeps_its_form() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).expect("CHANGELOG.md");
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings.first(), Some(&"# Changelog"));
    for heading in &headings[1..] {
        let is_version = heading.starts_with("## ");
        let is_part = ["### Added", "### Changed", "### Fixed", "### Removed", "### Security"]
            .contains(heading);
        assert!(is_version || is_part, "unexpected heading {heading:?}");
    }
}

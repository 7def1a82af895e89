//! `cases/composition/<rule>/`: `subgraphs/*.graphql` composed, against `supergraph.graphql` (and
//! `hints.txt`) or `diagnostics.txt`; `UPDATE_EXPECT=1` rewrites what is expected.
//!
//! Every case says in a comment `# why:` what it guards; a file that nothing reads fails.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;

#[test]
fn every_case_composes_as_expected() {
    assert_each(&cases(), check);
}

/// All cases that fail are told of, not the first alone.
pub(crate) fn assert_each(cases: &[PathBuf], check: impl Fn(&Path) -> Result<(), String>) {
    let mut failures = Vec::new();
    for case in cases {
        if let Err(failure) = check(case) {
            failures.push(format!("{}: {failure}", case.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The folders of all cases.
pub(crate) fn cases() -> Vec<PathBuf> {
    sorted_entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition"))
}

/// One case; the message says what differs.
fn check(case: &Path) -> Result<(), String> {
    let subgraphs = subgraphs_of(case);
    let has_why = subgraphs.iter().any(|one| one.sdl.text.contains("# why:"));
    if !has_why {
        return Err("no subgraph says in `# why:` what the case guards".to_owned());
    }
    let mut expected = BTreeSet::new();
    let mut expect = |name: &str, actual: &str| {
        expected.insert(case.join(name));
        compare(&case.join(name), actual)
    };
    match compose(&subgraphs) {
        Ok(composition) => {
            let supergraph = &composition.supergraph;
            let printed = supergraph.to_string();
            check_supergraph(supergraph, &printed)?;
            expect("supergraph.graphql", &printed)?;
            if !composition.hints.is_empty() {
                expect("hints.txt", &rendered(&composition.hints))?;
            }
        }
        Err(diagnostics) => expect("diagnostics.txt", &rendered(&diagnostics))?,
    }
    let others = sorted_entries(case).into_iter().filter(|path| !path.is_dir());
    match others.into_iter().find(|path| !expected.contains(path)) {
        Some(unread) => Err(format!("nothing reads {}", unread.display())),
        None => Ok(()),
    }
}

/// What holds of every supergraph, whatever it says.
fn check_supergraph(supergraph: &Supergraph, printed: &str) -> Result<(), String> {
    let read = Supergraph::parse(printed, "supergraph.graphql")
        .map_err(|errors| format!("what was printed does not read:\n{}", rendered(&errors)))?;
    if read != *supergraph {
        return Err("printing and reading gives another supergraph".to_owned());
    }
    if read.to_string() != printed {
        return Err("printing, reading and printing gives another text".to_owned());
    }
    ApiSchema::new(supergraph)
        .map(|_| ())
        .map_err(|errors| format!("there is no API schema:\n{}", rendered(&errors)))
}

/// The subgraphs of a case, each named after its file.
pub(crate) fn subgraphs_of(case: &Path) -> Vec<SubgraphSource> {
    sorted_entries(&case.join("subgraphs")).iter().map(|file| subgraph(file)).collect()
}

fn subgraph(file: &Path) -> SubgraphSource {
    let name = file.file_stem().expect("a file").to_string_lossy().into_owned();
    let text = fs::read_to_string(file).expect("a readable file");
    let url = format!("http://{name}.example/graphql");
    let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text });
    SubgraphSource { name, url, sdl }
}

/// One line each for the machine, then as a person sees it.
pub(crate) fn rendered(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(text, "{diagnostic}\n{}\n", diagnostic.render(false));
    }
    text
}

pub(crate) fn compare(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).expect("a writable file");
        return Ok(());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!("expected in {}:\n{expected}\ngot:\n{actual}", path.display()))
}

/// What a folder contains.
pub(crate) fn sorted_entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

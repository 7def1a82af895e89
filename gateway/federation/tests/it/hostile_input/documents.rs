//! The texts of all cases, with what they are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::composition::sorted_entries;

/// What a case's texts are, and so what they are read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Subgraphs, to be composed.
    Subgraphs,
    /// A supergraph, then operations.
    Supergraph,
    /// A schema before and after, then operations of clients.
    Change,
    /// A view, subgraphs to compile it onto, and operations of it; see [`OPERATION`].
    View,
}

/// What the names of operations begin with, where there are subgraphs, too.
pub(super) const OPERATION: &str = "operation ";

/// Texts that are read together.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Each with a name.
    pub(super) texts: Vec<(String, String)>,
}

/// Every case of every kind.
pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (folder, kind) in [
        ("composition", Kind::Subgraphs),
        ("contracts", Kind::Subgraphs),
        ("supergraphs", Kind::Supergraph),
        ("schema_changes", Kind::Change),
        ("views", Kind::View),
    ] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases").join(folder);
        cases.extend(sorted_entries(&root).iter().filter_map(|path| case(path, kind)));
    }
    assert!(cases.len() > 300, "most cases are found");
    cases
}

/// None for a contract on a supergraph.
fn case(folder: &Path, kind: Kind) -> Option<Case> {
    let files = match kind {
        Kind::Subgraphs if !folder.join("subgraphs").is_dir() => return None,
        Kind::Subgraphs => sorted_entries(&folder.join("subgraphs")),
        Kind::Supergraph => {
            let entries = sorted_entries(folder).into_iter();
            let queries = entries.filter(|it| it.to_string_lossy().ends_with(".query.graphql"));
            [folder.join("supergraph.graphql")].into_iter().chain(queries).collect()
        }
        Kind::Change => {
            let mut files = vec![folder.join("before.graphql"), folder.join("after.graphql")];
            if folder.join("operations").is_dir() {
                files.extend(sorted_entries(&folder.join("operations")));
            }
            files
        }
        Kind::View => {
            let mut files = vec![folder.join("view.graphql")];
            files.extend(sorted_entries(&folder.join("subgraphs")));
            files
        }
    };
    let read = |file: &PathBuf| {
        let name = file.file_stem().expect("a file").to_string_lossy().into_owned();
        (name, fs::read_to_string(file).expect("a readable file"))
    };
    let mut texts: Vec<(String, String)> = files.iter().map(read).collect();
    if kind == Kind::View && folder.join("operations").is_dir() {
        let operations = sorted_entries(&folder.join("operations")).into_iter();
        let operations = operations.filter(|it| {
            let name = it.to_string_lossy();
            name.ends_with(".graphql") && !name.ends_with(".by_hand.graphql")
        });
        texts.extend(operations.map(|file| {
            let (name, text) = read(&file);
            (format!("{OPERATION}{name}"), text)
        }));
    }
    Some(Case { name: folder.display().to_string(), kind, texts })
}

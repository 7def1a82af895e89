//! The texts of all cases, with what they are.

use std::fs;
use std::path::Path;

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
}

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
    };
    let texts = files.iter().map(|file| {
        let name = file.file_stem().expect("a file").to_string_lossy().into_owned();
        (name, fs::read_to_string(file).expect("a readable file"))
    });
    Some(Case { name: folder.display().to_string(), kind, texts: texts.collect() })
}

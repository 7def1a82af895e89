//! Operations of clients, from folders of documents and from the manifests that client tools write.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use router::live_graph::manifest_entries;
use serde_json::Value;

/// Folders within folders; more is a loop of links.
const FOLDERS_DEEP_MAX: usize = 50;

/// `apps/web/src`, or `web=apps/web/src` to say whose operations they are.
#[derive(Debug, Clone)]
pub(crate) struct OperationsPath {
    client: Option<String>,
    path: PathBuf,
}

impl FromStr for OperationsPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (client, path) = match text.split_once('=') {
            Some((client, path)) => (Some(client.to_owned()), path),
            None => (None, text),
        };
        if path.is_empty() || client.as_ref().is_some_and(String::is_empty) {
            return Err(format!("`{text}` is not of the form PATH or CLIENT=PATH"));
        }
        Ok(Self { client, path: PathBuf::from(path) })
    }
}

/// The documents of one client application.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) documents: Vec<Arc<SourceFile>>,
    /// Whether what is wrong with them is said by whoever has read them.
    pub(crate) is_checked: bool,
}

impl Client {
    /// Who sends what the configuration registers for the graph.
    pub(crate) fn registered(documents: Vec<Arc<SourceFile>>) -> Self {
        Self { name: "registered".to_owned(), documents, is_checked: true }
    }
}

/// Everything the paths have, by client.
pub(crate) fn read(paths: &[OperationsPath]) -> Result<Vec<Client>, Vec<Diagnostic>> {
    let mut clients: Vec<Client> = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        let found = path.documents().and_then(|found| {
            let is_empty = found.is_empty();
            if is_empty { Err(unreadable(&path.path, "there are no documents")) } else { Ok(found) }
        });
        match found {
            Ok(found) => found.into_iter().for_each(|(name, document)| {
                match clients.iter_mut().find(|client| client.name == name) {
                    Some(client) => client.documents.push(document),
                    None => {
                        let documents = vec![document];
                        clients.push(Client { name, documents, is_checked: false });
                    }
                }
            }),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(clients) } else { Err(errors) }
}

/// A document and whose it is.
type Found = Vec<(String, Arc<SourceFile>)>;

impl OperationsPath {
    fn documents(&self) -> Result<Found, Diagnostic> {
        let path = &self.path;
        let metadata = std::fs::metadata(path).map_err(|cause| unreadable(path, cause))?;
        if !metadata.is_dir() {
            let client = self.client.clone().unwrap_or_else(|| client_of_file(path));
            let documents = read_file(path)?;
            return Ok(documents.into_iter().map(|it| (client.clone(), it)).collect());
        }
        let mut files = Vec::new();
        documents_below(path, 0, &mut files)?;
        let mut found = Vec::new();
        for file in files {
            let client = self.client.clone().unwrap_or_else(|| client_below(path, &file));
            found.extend(read_file(&file)?.into_iter().map(|it| (client.clone(), it)));
        }
        Ok(found)
    }
}

/// `operations/web/cart.graphql` below `operations` is of the client `web`; what lies in the folder
/// itself is of the client that the folder is called by.
fn client_below(folder: &Path, file: &Path) -> String {
    let mut parts = file.strip_prefix(folder).unwrap_or(file).components();
    match (parts.next(), parts.next()) {
        (Some(client), Some(_)) => client.as_os_str().to_string_lossy().into_owned(),
        _ => last_name(folder),
    }
}

/// `apps/ios/manifest.json` is of the client `ios`.
fn client_of_file(file: &Path) -> String {
    match file.parent().filter(|folder| *folder != Path::new("")) {
        Some(folder) => last_name(folder),
        None => file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

fn last_name(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    real.file_name().unwrap_or(real.as_os_str()).to_string_lossy().into_owned()
}

/// All `.graphql` and `.gql` files, sorted; hidden folders and installed packages are passed by.
fn documents_below(
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
) -> Result<(), Diagnostic> {
    if depth > FOLDERS_DEEP_MAX {
        return Err(unreadable(folder, "folders are nested too deep"));
    }
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<PathBuf> = entries
        .map_err(|cause| unreadable(folder, cause))?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "node_modules" {
                documents_below(&path, depth + 1, files)?;
            }
        } else if is_document(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "graphql" || extension == "gql")
}

fn read_file(path: &Path) -> Result<Vec<Arc<SourceFile>>, Diagnostic> {
    let text = std::fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
    let name = path.display().to_string();
    if is_document(path) {
        return Ok(vec![Arc::new(SourceFile { name, text })]);
    }
    let manifest: Value =
        serde_json::from_str(&text).map_err(|cause| unreadable(path, format!("{cause}")))?;
    let entries = manifest_entries(&manifest).ok_or_else(|| {
        unreadable(path, "it is no manifest of persisted operations").with_help(
            "a manifest is Apollo's (`apollo-persisted-query-manifest`, version 1), or an object \
             of identifiers and documents, as Relay and GraphQL Code Generator write it",
        )
    })?;
    let documents = entries.into_iter().map(|entry| {
        let name = format!("{name}#{}", entry.name);
        Arc::new(SourceFile { name, text: entry.text.to_owned() })
    });
    Ok(documents.collect())
}

fn unreadable(path: &Path, cause: impl std::fmt::Display) -> Diagnostic {
    let message = format!("cannot read the operations {}: {cause}", path.display());
    Diagnostic::error("OPERATIONS_UNREADABLE", message)
}

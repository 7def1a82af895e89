//! The documents that clients are known to send: a folder of them, and the manifests that clients'
//! tools write. Knows nothing of what they ask for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::source::read_file;
use crate::config::{OperationsLocation, OperationsMode, RegisteredOperations, StoredDocument};

/// The documents of an API, and what becomes of others. Read again at each reload.
#[derive(Debug, Clone, Default)]
pub struct RegisteredDocuments {
    /// What becomes of operations that are not in them.
    pub mode: OperationsMode,
    /// All of them.
    pub documents: Vec<StoredDocument>,
}

/// A document of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestEntry<'a> {
    /// What its client names it by.
    pub id: &'a str,
    /// What people name it by: the operation's name where the manifest has it.
    pub name: &'a str,
    /// The document.
    pub text: &'a str,
}

/// Says in an id that it is the document's SHA-256.
const SHA256: &str = "sha256:";

/// The files and folders whose change changes what is registered.
pub fn operations_files(operations: Option<&RegisteredOperations>) -> Vec<PathBuf> {
    match operations.map(|operations| &operations.location) {
        Some(OperationsLocation::Files { folder, manifests }) => {
            folder.iter().chain(manifests).cloned().collect()
        }
        Some(OperationsLocation::Documents(_)) | None => Vec::new(),
    }
}

/// Reads what the configuration names; `what` is how it is called in messages.
///
/// # Errors
/// `SCHEMA_UNREADABLE` for what cannot be read, `OPERATION_ID_INVALID` for an id that is the
/// document's of two documents, or not its SHA-256 although it says so.
pub fn read_operations(
    operations: Option<&RegisteredOperations>,
    what: &str,
) -> Result<RegisteredDocuments, Diagnostic> {
    let Some(RegisteredOperations { location, mode }) = operations else {
        return Ok(RegisteredDocuments::default());
    };
    let documents = match location {
        OperationsLocation::Documents(documents) => documents.clone(),
        OperationsLocation::Files { folder, manifests } => {
            let mut documents = match folder {
                Some(folder) => read_folder(folder, folder, what)?,
                None => Vec::new(),
            };
            for manifest in manifests {
                documents.extend(read_manifest(manifest, what)?);
            }
            documents
        }
    };
    by_id(&documents)?;
    Ok(RegisteredDocuments { mode: *mode, documents })
}

/// The documents by what clients may name them by: the id of the manifest, and the SHA-256 of the
/// text.
pub(super) fn by_id(documents: &[StoredDocument]) -> Result<HashMap<String, Arc<str>>, Diagnostic> {
    let mut known: HashMap<String, (&StoredDocument, Arc<str>)> = HashMap::new();
    for document in documents {
        let text: Arc<str> = Arc::from(document.source.text.as_str());
        let hash = sha256_of(&text);
        let given = document.id.as_deref();
        if given.is_some_and(|id| id.strip_prefix(SHA256).is_some_and(|id| id != hash)) {
            let id = given.unwrap_or_default();
            let message =
                format!("`{id}` is not the SHA-256 of `{}`: that is {hash}", document.name);
            return Err(invalid(document, message));
        }
        let ids = given.map(|id| plain_id(id).to_owned()).into_iter().chain([hash]);
        for id in ids {
            match known.entry(id) {
                Entry::Occupied(entry) if entry.get().1 != text => {
                    let (id, other) = (entry.key(), &entry.get().0.name);
                    let message =
                        format!("`{id}` is the id of `{other}` and of `{}`", document.name);
                    return Err(invalid(document, message));
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(entry) => drop(entry.insert((document, Arc::clone(&text)))),
            }
        }
    }
    Ok(known.into_iter().map(|(id, (_, text))| (id, text)).collect())
}

/// An id without what says how it was made.
pub(super) fn plain_id(id: &str) -> &str {
    id.strip_prefix(SHA256).unwrap_or(id)
}

fn sha256_of(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn invalid(document: &StoredDocument, message: String) -> Diagnostic {
    let whole = 0..document.source.text.len();
    Diagnostic::error("OPERATION_ID_INVALID", message).with_label(&document.source, whole, "")
}

/// Every `.graphql` file of a folder and those below, by name.
fn read_folder(folder: &Path, root: &Path, what: &str) -> Result<Vec<StoredDocument>, Diagnostic> {
    let unreadable = |cause: std::io::Error| {
        let message = format!("cannot read {what}, {}: {cause}", folder.display());
        Diagnostic::error("SCHEMA_UNREADABLE", message)
    };
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<PathBuf> =
        entries.map_err(unreadable)?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    let mut documents = Vec::new();
    for path in paths {
        if path.is_dir() {
            documents.extend(read_folder(&path, root, what)?);
        } else if path.extension().is_some_and(|extension| extension == "graphql") {
            let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
            let name = name.to_string_lossy().replace('\\', "/");
            let source = Arc::new(read_file(&path, what)?);
            documents.push(StoredDocument { name, id: None, source });
        }
    }
    Ok(documents)
}

fn read_manifest(path: &Path, what: &str) -> Result<Vec<StoredDocument>, Diagnostic> {
    let file = read_file(path, what)?;
    let unreadable = |cause: String| {
        let message = format!("cannot read {what}, {}: {cause}", path.display());
        Diagnostic::error("SCHEMA_UNREADABLE", message)
    };
    let manifest =
        serde_json::from_str(&file.text).map_err(|cause| unreadable(cause.to_string()))?;
    let entries = manifest_entries(&manifest)
        .ok_or_else(|| unreadable("it is no manifest of persisted operations".to_owned()))?;
    let documents = entries.into_iter().map(|ManifestEntry { id, name, text }| StoredDocument {
        name: name.to_owned(),
        id: Some(id.to_owned()),
        source: Arc::new(SourceFile {
            name: format!("{}#{name}", file.name),
            text: text.to_owned(),
        }),
    });
    Ok(documents.collect())
}

/// The documents of a manifest: Apollo's (`apollo-persisted-query-manifest`, version 1), or an
/// object or pairs of ids and documents, as Relay and GraphQL Code Generator write them. None for
/// what is no manifest.
pub fn manifest_entries(manifest: &Value) -> Option<Vec<ManifestEntry<'_>>> {
    if let Some(format) = manifest.get("format").and_then(Value::as_str)
        && manifest.get("operations").is_some()
    {
        let is_known = format == "apollo-persisted-query-manifest"
            && manifest.get("version").and_then(Value::as_u64) == Some(1);
        let operations = manifest.get("operations")?.as_array().filter(|_| is_known)?;
        return operations.iter().map(apollo_operation).collect();
    }
    match manifest {
        Value::Object(documents) => documents
            .iter()
            .map(|(id, text)| Some(ManifestEntry { id, name: id, text: text.as_str()? }))
            .collect(),
        Value::Array(pairs) => pairs
            .iter()
            .map(|pair| match pair.as_array()?.as_slice() {
                [id, text] => {
                    let (id, text) = (id.as_str()?, text.as_str()?);
                    Some(ManifestEntry { id, name: id, text })
                }
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// By its name: people know it better than its hash.
fn apollo_operation(operation: &Value) -> Option<ManifestEntry<'_>> {
    let text = |member: &str| operation.get(member).and_then(Value::as_str);
    let id = text("id")?;
    let name = text("name").filter(|name| !name.is_empty()).unwrap_or(id);
    Some(ManifestEntry { id, name, text: text("body")? })
}

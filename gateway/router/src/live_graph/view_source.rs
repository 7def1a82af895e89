//! Where a view comes from: its file and its operations' files, read and compiled onto a graph.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::{Operation, RequestError};
use federation::view::{CompiledView, Target, View};

use super::source::read_file;
use super::stored_operation::StoredOperation;
use crate::config::{OperationsLocation, StoredDocument, ViewConfig, ViewSchema};

/// A view as it was read; compiled for every graph anew.
#[derive(Debug, Clone)]
pub struct ViewSource {
    /// What the configuration says of it.
    pub config: ViewConfig,
    /// The view.
    pub schema: Arc<SourceFile>,
    /// What its clients are known to send, by name.
    pub operations: Vec<StoredDocument>,
}

/// A view that fits its graph, with everything about it that was checked.
#[derive(Debug)]
pub struct LoadedView {
    /// Ready to use.
    pub view: Arc<View>,
    /// What deserves a look.
    pub hints: Vec<Diagnostic>,
    /// Its operations, valid, in the order of [`ViewSource::operations`].
    pub operations: Vec<Operation>,
    /// What is served at the paths of its REST routes, in their order.
    pub rest: Vec<StoredOperation>,
}

/// Reads all views of a configuration.
///
/// # Errors
/// `SCHEMA_UNREADABLE` for every file that cannot be read, with the view.
pub fn read_views(configs: &[ViewConfig]) -> Result<Vec<ViewSource>, Vec<Diagnostic>> {
    let mut views = Vec::with_capacity(configs.len());
    let mut unreadable = Vec::new();
    for config in configs {
        match ViewSource::read(config) {
            Ok(view) => views.push(view),
            Err(error) => unreadable.push(error),
        }
    }
    if unreadable.is_empty() { Ok(views) } else { Err(unreadable) }
}

/// The files and folders whose change changes a view.
pub fn view_files(config: &ViewConfig) -> impl Iterator<Item = PathBuf> {
    let schema = match &config.schema {
        ViewSchema::File(path) => Some(path.clone()),
        ViewSchema::Sdl(_) => None,
    };
    let operations = config.operations.as_ref().and_then(|it| match &it.location {
        OperationsLocation::Folder(path) => Some(path.clone()),
        OperationsLocation::Documents(_) => None,
    });
    schema.into_iter().chain(operations)
}

impl ViewSource {
    fn read(config: &ViewConfig) -> Result<Self, Diagnostic> {
        let name = &config.name;
        let schema = match &config.schema {
            ViewSchema::Sdl(sdl) => Arc::clone(sdl),
            ViewSchema::File(path) => Arc::new(read_file(path, &format!("view `{name}`"))?),
        };
        let operations = match config.operations.as_ref().map(|operations| &operations.location) {
            None => Vec::new(),
            Some(OperationsLocation::Documents(documents)) => documents.clone(),
            Some(OperationsLocation::Folder(folder)) => {
                read_folder(folder, folder, &format!("the operations of view `{name}`"))?
            }
        };
        Ok(Self { config: config.clone(), schema, operations })
    }

    /// Compiles the view, and checks its operations against it.
    ///
    /// # Errors
    /// Everything found in the view; else everything found in its operations, and in the REST
    /// routes that ask for them.
    pub fn compile(&self, target: Target<'_>) -> Result<LoadedView, Vec<Diagnostic>> {
        let CompiledView { view, hints } = View::compile(&self.schema, target)?;
        let mut errors = Vec::new();
        let mut operations = Vec::with_capacity(self.operations.len());
        for StoredDocument { source, .. } in &self.operations {
            let limits = &self.config.limits;
            match view.parse(target, &source.text, None, limits) {
                Ok(operation) => operations.push(operation.own),
                Err(found) => {
                    errors.extend(found.iter().map(|it| RequestError::in_source(it, source)));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let known = self.operations.iter().zip(&operations);
        let rest = self.config.rest.iter().map(|route| {
            let stored = known.clone().find(|(document, _)| document.name == route.operation);
            StoredOperation::new(&self.config.name, route, stored)
        });
        let rest = rest.collect::<Result<_, _>>().map_err(|error| vec![error])?;
        Ok(LoadedView { view: Arc::new(view), hints, operations, rest })
    }

    /// The operations that no REST route stands for.
    pub(super) fn samples(&self) -> Vec<StoredDocument> {
        let is_rest = |name: &str| self.config.rest.iter().any(|route| route.operation == name);
        self.operations.iter().filter(|document| !is_rest(&document.name)).cloned().collect()
    }
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
            documents.push(StoredDocument { name, source: Arc::new(read_file(&path, what)?) });
        }
    }
    Ok(documents)
}

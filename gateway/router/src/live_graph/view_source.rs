//! Where a view comes from: its file and its operations' files, read and compiled onto a graph.

use std::path::PathBuf;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use federation::operation::{Operation, RequestError};
use federation::view::{CompiledView, Target, View};

use super::registered_documents::{operations_files, read_operations};
use super::source::read_file;
use super::stored_operation::StoredOperation;
use crate::config::{StoredDocument, ViewConfig, ViewSchema};

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
    schema.into_iter().chain(operations_files(config.operations.as_ref()))
}

impl ViewSource {
    fn read(config: &ViewConfig) -> Result<Self, Diagnostic> {
        let name = &config.name;
        let schema = match &config.schema {
            ViewSchema::Sdl(sdl) => Arc::clone(sdl),
            ViewSchema::File(path) => Arc::new(read_file(path, &format!("view `{name}`"))?),
        };
        let what = format!("the operations of view `{name}`");
        let operations = read_operations(config.operations.as_ref(), &what)?.documents;
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

    /// The operations of the folder that no REST route stands for: manifests are written by
    /// programs, for programs.
    pub(super) fn samples(&self) -> Vec<StoredDocument> {
        let is_rest = |name: &str| self.config.rest.iter().any(|route| route.operation == name);
        let is_sample = |it: &&StoredDocument| it.id.is_none() && !is_rest(&it.name);
        self.operations.iter().filter(is_sample).cloned().collect()
    }
}

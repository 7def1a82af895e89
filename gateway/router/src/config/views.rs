//! `views:` of the configuration: schemas cut to fit each client, each served at a path of its own.

use std::path::PathBuf;
use std::sync::Arc;

use federation::diagnostic::SourceFile;
use federation::operation::OperationLimits;
use schemars::JsonSchema;
use serde::Deserialize;

use super::served_path::{RestPath, ServedPath};

/// One view of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewConfig {
    /// Its name in configuration, logs and reports.
    pub name: Arc<str>,
    /// Where the view is.
    pub schema: ViewSchema,
    /// Where its clients ask.
    pub path: ServedPath,
    /// Sizes of its clients' operations; the graph's own where the view says nothing.
    pub limits: OperationLimits,
    /// Who may ask.
    pub access: Access,
    /// The operations its clients are known to send; none when nobody has said.
    pub operations: Option<RegisteredOperations>,
    /// Stored operations that are asked for by a path alone.
    pub rest: Vec<RestRoute>,
}

/// Where a view is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewSchema {
    /// A file, already relative to the configuration's folder.
    File(PathBuf),
    /// The text itself.
    Sdl(Arc<SourceFile>),
}

/// Who may ask a view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody.
    #[default]
    Public,
    /// Whoever is known to be a user, or taken for one.
    User,
}

/// The operations that clients of a view are known to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredOperations {
    /// Where they are.
    pub location: OperationsLocation,
    /// What becomes of others.
    pub mode: OperationsMode,
}

/// Where operations are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationsLocation {
    /// A folder of `.graphql` files, and manifests as clients' tools write them; already relative
    /// to the configuration's folder.
    Files {
        /// The folder.
        folder: Option<PathBuf>,
        /// The manifests.
        manifests: Vec<PathBuf>,
    },
    /// The documents themselves.
    Documents(Vec<StoredDocument>),
}

/// A document with one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// The path of its file below the folder, without `.graphql`; its name in a manifest.
    pub name: String,
    /// What a manifest says that it is named by, beside its SHA-256.
    pub id: Option<String>,
    /// The document.
    pub source: Arc<SourceFile>,
}

/// What becomes of operations that are not registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationsMode {
    /// They are answered.
    #[default]
    Off,
    /// They are answered, and the log says so.
    Log,
    /// They are refused.
    Safelist,
    /// They are refused, and those that are registered have to be named by their id.
    IdOnly,
}

/// A stored operation that is asked for by `GET` and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestRoute {
    /// Where; `{id}` in it is the variable `$id`.
    pub path: RestPath,
    /// The registered operation: the name of its file without `.graphql`.
    pub operation: String,
    /// What the answer is made of.
    pub form: RestForm,
}

/// What the answer of a REST route is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestForm {
    /// The value of the operation's one root field, as JSON.
    #[default]
    Json,
    /// One byte: 1 for true, 0 for false.
    Byte,
}

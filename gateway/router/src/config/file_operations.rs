//! One entry `operations:`, of the graph or of a view.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::file_subgraph::tidy_join;
use super::reader::Reader;
use super::written::{Spanned, Written};
use super::{OperationsLocation, OperationsMode, RegisteredOperations};

/// What clients are known to send: a folder, manifests, or both.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["folder"] }, { "required": ["manifests"] }]))]
pub(super) struct OperationsShape {
    /// `.graphql` files, one operation in each, also in folders below.
    folder: Option<Written<PathBuf>>,
    /// Manifests as the tools of Apollo, Relay and GraphQL Code Generator write them.
    manifests: Option<Vec<Written<PathBuf>>>,
    /// What becomes of other operations.
    #[schemars(extend("default" = "off"))]
    mode: Option<OperationsMode>,
}

impl Reader<'_> {
    pub(super) fn operations(
        &mut self,
        shape: &Spanned<OperationsShape>,
    ) -> Option<RegisteredOperations> {
        let OperationsShape { folder, manifests, mode } = &shape.value;
        let manifests = manifests.as_deref().unwrap_or_default();
        if folder.is_none() && manifests.is_empty() {
            let message = "`operations` needs a `folder` or `manifests`, where they are";
            self.error(&shape.referenced, message.to_owned());
            return None;
        }
        let mut path = |path: &Written<PathBuf>| {
            let path = self.value(path)?;
            Some(tidy_join(self.folder, &path))
        };
        let folder = match folder {
            Some(folder) => Some(path(folder)?),
            None => None,
        };
        let manifests = manifests.iter().map(path).collect::<Option<_>>()?;
        let location = OperationsLocation::Files { folder, manifests };
        Some(RegisteredOperations { location, mode: mode.unwrap_or_default() })
    }
}

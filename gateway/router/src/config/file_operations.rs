//! One entry `operations:`, of the graph or of a view.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::file_subgraph::tidy_join;
use super::reader::Reader;
use super::{OperationsLocation, OperationsMode, RegisteredOperations};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationsShape {
    folder: Option<Spanned<String>>,
    manifests: Option<Vec<Spanned<String>>>,
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
        let mut path = |text: &Spanned<String>| {
            let path: String = self.value(text)?;
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

//! The shop's views inside the binary, as `schema/router.yaml` names them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use federation::diagnostic::SourceFile;
use router::config::{
    Config, OperationsLocation, StoredDocument, ViewConfig, ViewSchema, no_environment,
};
use rust_embed::RustEmbed;

use super::SCHEMA_FOLDER_CONFIG;

/// The views and their operations.
#[derive(RustEmbed)]
#[folder = "../../schema/views/"]
struct Views;

/// Where they are in the repository.
const FOLDER: &str = "schema/views";

/// The views of the shop; nothing of them is read from a disk.
pub(super) fn views() -> anyhow::Result<Vec<ViewConfig>> {
    let text = include_str!("../../../../schema/router.yaml").to_owned();
    let source = SourceFile { name: SCHEMA_FOLDER_CONFIG.to_owned(), text };
    let config = Config::parse(source, Path::new("schema"), &no_environment);
    let config = config.map_err(|errors| anyhow::anyhow!("{}", errors[0]))?;
    config.views.into_iter().map(embedded).collect()
}

fn embedded(mut view: ViewConfig) -> anyhow::Result<ViewConfig> {
    if let ViewSchema::File(path) = &view.schema {
        view.schema = ViewSchema::Sdl(file(&name_of(path)?)?);
    }
    if let Some(operations) = &mut view.operations
        && let OperationsLocation::Files { folder: Some(path), .. } = &operations.location
    {
        operations.location = OperationsLocation::Documents(documents(&name_of(path)?)?);
    }
    Ok(view)
}

/// The name below the folder of the views.
fn name_of(path: &Path) -> anyhow::Result<String> {
    let name: PathBuf = path.strip_prefix(FOLDER).context("a view outside of its folder")?.into();
    Ok(name.to_string_lossy().into_owned())
}

fn file(name: &str) -> anyhow::Result<Arc<SourceFile>> {
    let file = Views::get(name).with_context(|| format!("{name} is not in this binary"))?;
    let text = String::from_utf8(file.data.into_owned()).context("a view is UTF-8")?;
    Ok(Arc::new(SourceFile { name: format!("{FOLDER}/{name}"), text }))
}

fn documents(folder: &str) -> anyhow::Result<Vec<StoredDocument>> {
    let mut documents = Vec::new();
    for path in Views::iter() {
        let name = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = name.and_then(|name| name.strip_suffix(".graphql")) {
            let (name, source) = (name.to_owned(), file(&path)?);
            documents.push(StoredDocument { name, id: None, source });
        }
    }
    documents.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(documents)
}

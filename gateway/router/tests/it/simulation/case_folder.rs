//! A failure as a folder like those of `cases/execution` and `cases/views`: printed, and written
//! where `SIMULATION_FAILURES` says.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};

use super::specimen::{Specimen, Storm};

/// The folder's files as one text, with what is wrong.
pub(super) fn show(specimen: &Specimen, seed: u64) -> String {
    let failures = specimen.failures();
    let mut text = format!("── seed {seed}\n");
    for (path, content) in files(specimen, seed) {
        let _ = write!(text, "── {}\n{content}", path.display());
    }
    let _ = writeln!(text, "── wrong\n{}", failures.join("\n"));
    if let Some(folder) = std::env::var_os("SIMULATION_FAILURES") {
        let folder = Path::new(&folder).join(format!("seed_{seed}"));
        match write(&folder, specimen, seed, &failures) {
            Ok(()) => _ = writeln!(text, "── written to {}", folder.display()),
            Err(error) => _ = writeln!(text, "── not written: {error}"),
        }
    }
    text
}

fn write(folder: &Path, specimen: &Specimen, seed: u64, failures: &[String]) -> io::Result<()> {
    fs::create_dir_all(folder.join("subgraphs"))?;
    fs::create_dir_all(folder.join("operations"))?;
    for (path, content) in files(specimen, seed) {
        fs::write(folder.join(path), content)?;
    }
    fs::write(folder.join("wrong.txt"), failures.join("\n"))
}

fn files(specimen: &Specimen, seed: u64) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for (name, sdl) in &specimen.files.subgraphs {
        files.push((PathBuf::from(format!("subgraphs/{name}.graphql")), sdl.clone()));
    }
    files.push((PathBuf::from("rows.json"), rows_text(&specimen.files.rows)));
    let view = specimen.files.view.as_ref();
    files.extend(view.map(|view| (PathBuf::from("view.graphql"), view.clone())));
    let mut operation = format!("# why: seed {seed}\n");
    if !specimen.variables.is_empty() {
        let variables = serde_json::to_string(&specimen.variables).unwrap_or_default();
        let _ = writeln!(operation, "# variables: {variables}");
    }
    if !specimen.labels.is_empty() {
        let _ = writeln!(operation, "# labels: {}", specimen.labels.join(", "));
    }
    match &specimen.storm {
        Storm::None => {}
        Storm::Random(seed) => _ = writeln!(operation, "# faults of seed {seed}"),
        Storm::Always(subgraph, kind) => {
            let _ = writeln!(operation, "# fault: {subgraph} {}", kind.name());
        }
    }
    operation += specimen.document.trim_end();
    operation.push('\n');
    let path = if view.is_some() { "operations/operation.graphql" } else { "operation.graphql" };
    files.push((PathBuf::from(path), operation));
    files
}

/// One line a row.
fn rows_text(rows: &Map<String, Value>) -> String {
    let lines = rows.iter().map(|(name, row)| format!("  {}: {row}", Value::from(name.as_str())));
    let lines: Vec<String> = lines.collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

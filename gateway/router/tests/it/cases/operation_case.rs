//! One operation's file: the head (`# why:`, `# variables:`, `# labels:`, `# fault:`) and the
//! document.

use std::fs;
use std::path::Path;

use apollo_compiler::response::JsonMap;

use crate::execution::Weather;
use crate::in_memory_subgraph::{FaultKind, Faults};

/// An operation with what it is executed with.
pub(crate) struct OperationCase {
    pub(crate) document: String,
    /// At least one; the operation is executed with each.
    pub(crate) variables: Vec<JsonMap>,
    /// The labels of overrides that are set.
    pub(crate) labels: Vec<String>,
    faults: Vec<(String, FaultKind)>,
}

impl OperationCase {
    /// Reads a file that says what it is there for; the message says what of its head is wrong.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let case = Self::read_any(file)?;
        if case.document.lines().any(|line| line.starts_with("# why: ")) {
            return Ok(case);
        }
        Err("`# why:` is missing: it says what the case guards".to_owned())
    }

    /// Reads a file of a folder that may say elsewhere what it is there for.
    pub(crate) fn read_any(file: &Path) -> Result<Self, String> {
        let document = fs::read_to_string(file).map_err(|error| error.to_string())?;
        let mut variables = Vec::new();
        let (mut labels, mut faults) = (Vec::new(), Vec::new());
        let head = document.lines().map_while(|line| line.strip_prefix("# "));
        for line in head {
            match line.split_once(": ") {
                Some(("why", _)) => {}
                Some(("variables", json)) => {
                    let parsed = serde_json::from_str(json);
                    variables.push(parsed.map_err(|error| format!("`# variables:` {error}"))?);
                }
                Some(("labels", set)) => labels.extend(set.split(", ").map(str::to_owned)),
                Some(("fault", fault)) => {
                    let fault = fault.split_once(' ').and_then(|(subgraph, kind)| {
                        Some((subgraph.to_owned(), FaultKind::named(kind)?))
                    });
                    faults.push(fault.ok_or(format!("no such fault: {line}"))?);
                }
                _ => return Err(format!("the head has a line that nobody reads: {line}")),
            }
        }
        if variables.is_empty() {
            variables.push(JsonMap::new());
        }
        Ok(Self { document, variables, labels, faults })
    }

    pub(crate) fn weather(&self) -> Weather {
        if self.faults.is_empty() { Weather::Fair } else { Weather::Faulty }
    }

    pub(crate) fn faults(&self) -> Faults {
        if self.faults.is_empty() { Faults::None } else { Faults::Always(self.faults.clone()) }
    }
}

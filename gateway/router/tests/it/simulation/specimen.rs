//! One operation on one world in one weather, as text: what can be executed again, made smaller,
//! and written down.

use std::collections::BTreeSet;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex};

use apollo_compiler::response::JsonMap;
use futures_util::FutureExt;
use serde_json::{Map, Value};

use super::Random;
use crate::execution::{self, Executed, Planned, Weather};
use crate::in_memory_subgraph::{FaultKind, Faults};
use crate::view_execution;
use crate::world::{World, file_stem, sorted_entries};

/// Fetches that any plan of a random operation may have.
const FETCHES_MAX: usize = 400;

/// The texts of a world's files.
#[derive(Debug, Clone)]
pub(crate) struct WorldFiles {
    /// Each subgraph's name and SDL.
    pub(crate) subgraphs: Vec<(String, String)>,
    /// `rows.json`.
    pub(crate) rows: Map<String, Value>,
    /// What operations are of, if not of the graph itself.
    pub(crate) view: Option<String>,
}

/// What goes wrong between the gateway and the subgraphs.
#[derive(Debug, Clone)]
pub(super) enum Storm {
    None,
    /// Whatever the seed says.
    Random(u64),
    /// Each request to the subgraph.
    Always(String, FaultKind),
}

#[derive(Debug, Clone)]
pub(super) struct Specimen {
    pub(super) files: WorldFiles,
    pub(super) document: String,
    pub(super) variables: JsonMap,
    /// The labels of overrides that are set.
    pub(super) labels: Vec<String>,
    pub(super) storm: Storm,
}

impl WorldFiles {
    /// Of a folder that has been loaded already.
    pub(crate) fn read(folder: &Path) -> Self {
        let text = |file: &Path| fs::read_to_string(file).expect("a readable file");
        let subgraphs = sorted_entries(&folder.join("subgraphs"));
        let subgraphs = subgraphs.iter().map(|file| (file_stem(file), text(file))).collect();
        let rows = serde_json::from_str(&text(&folder.join("rows.json"))).expect("JSON");
        Self { subgraphs, rows, view: None }
    }

    pub(crate) fn compose(&self) -> Result<World, String> {
        let composed = std::panic::catch_unwind(|| {
            let world = World::compose("drawn".to_owned(), &self.subgraphs, self.rows.clone())?;
            match &self.view {
                Some(view) => world.with_view(view.clone()),
                None => Ok(world),
            }
        });
        composed.unwrap_or_else(|panic| Err(panic_text(&*panic)))
    }
}

impl Specimen {
    /// Composes, plans, executes: everything that is wrong.
    pub(super) fn failures(&self) -> Vec<String> {
        match self.files.compose() {
            Ok(world) => self.failures_in(&Arc::new(world)),
            Err(_) => Vec::new(),
        }
    }

    /// On a world that is composed already. An operation that is not valid has no failures.
    pub(super) fn failures_in(&self, world: &Arc<World>) -> Vec<String> {
        let attempt = AssertUnwindSafe(self.attempt(world)).catch_unwind();
        match block_on(attempt) {
            Ok(failures) => failures,
            Err(panic) => vec![panic_text(&*panic)],
        }
    }

    async fn attempt(&self, world: &Arc<World>) -> Vec<String> {
        let done = if world.view.is_some() {
            self.attempt_in_view(world).await
        } else {
            self.attempt_in_graph(world).await
        };
        match done {
            Ok(executed) => executed.failures,
            Err(failure) => vec![failure],
        }
    }

    async fn attempt_in_graph(&self, world: &Arc<World>) -> Result<Executed, String> {
        let Ok(operation) = execution::parse(world, &self.document) else {
            return Ok(Executed::default());
        };
        let planned = execution::plan(world, operation, &self.labels)?;
        check_size(&planned)?;
        execution::execute(world, &planned, &self.variables, self.weather()).await
    }

    async fn attempt_in_view(&self, world: &Arc<World>) -> Result<Executed, String> {
        match view_execution::parse(world, &self.document) {
            // The view takes it, and the graph does not.
            Err(failure) if failure.contains("VIEW_TRANSLATION_FAILED") => return Err(failure),
            Err(_) => return Ok(Executed::default()),
            Ok(_) => {}
        }
        let planned = view_execution::plan(world, &self.document, &self.labels)?;
        check_size(&planned.translated)?;
        view_execution::execute(world, &planned, &self.variables, self.weather()).await
    }

    fn weather(&self) -> (Weather, Faults) {
        match &self.storm {
            Storm::None => (Weather::FairToErrors, Faults::None),
            Storm::Random(seed) => {
                (Weather::Faulty, Faults::Random(Mutex::new(Random::new(*seed))))
            }
            Storm::Always(subgraph, kind) => {
                (Weather::Faulty, Faults::Always(vec![(subgraph.clone(), *kind)]))
            }
        }
    }
}

fn check_size(planned: &Planned) -> Result<(), String> {
    let count = planned.plan.fetches.len();
    if count > FETCHES_MAX { Err(format!("the plan has {count} fetches")) } else { Ok(()) }
}

/// What sorts of failures these are: their messages without names and values.
pub(super) fn kinds(failures: &[String]) -> BTreeSet<String> {
    failures.iter().map(|failure| kind(failure)).collect()
}

fn kind(failure: &str) -> String {
    // Violations begin with the subgraph's name.
    let text = match failure.split_once(": ") {
        Some((subgraph, rest)) if !subgraph.contains(' ') => rest,
        _ => failure,
    };
    let end = text.find(|one: char| "`:{[\n\"".contains(one) || one.is_ascii_digit());
    text[..end.unwrap_or(text.len())].trim().to_owned()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("it panics, {}", text.unwrap_or("without a message"))
}

/// The subgraphs are in memory: nothing waits for anything but its turn.
fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime without drivers").block_on(future)
}

//! A graph that follows its files: what changes them composes anew; what breaks them leaves the
//! last good graph serving.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use federation::diagnostic::Diagnostic;
use notify_debouncer_full::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use router::config::Config;
use router::live_graph::LiveGraph;
use tokio::sync::mpsc;

use crate::graph_input::{GraphInput, LoadedGraph};

/// An editor's save is several events; they are over by then.
const DEBOUNCE: Duration = Duration::from_millis(50);

/// How a reload ended: the new graph is in place, or the old one stays.
pub(crate) type Reloaded<'a> = Result<&'a LoadedGraph, &'a [Diagnostic]>;

/// Watches an input's files. Made before the first load is shown, so that no edit is missed.
pub(crate) struct Reloader {
    input: GraphInput,
    live_graph: Arc<LiveGraph>,
    watched: BTreeSet<PathBuf>,
    /// What is read, files and folders.
    files: Vec<PathBuf>,
    contents: Contents,
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    changes: mpsc::Receiver<()>,
}

/// The files as they were read last; what is saved unchanged is no change.
type Contents = Vec<(PathBuf, Option<Vec<u8>>)>;

impl Reloader {
    /// Begins to watch the files that `config` was made from and names.
    pub(crate) fn new(
        input: GraphInput,
        config: &Config,
        live_graph: Arc<LiveGraph>,
    ) -> anyhow::Result<Self> {
        // One place is enough: it says that something has changed since it was emptied.
        let (changed, changes) = mpsc::channel(1);
        let on_events = move |events: DebounceEventResult| {
            let relevant = match events {
                Ok(events) => events.iter().any(|event| !event.kind.is_access()),
                Err(_) => true,
            };
            if relevant {
                let _ = changed.try_send(());
            }
        };
        let debouncer =
            new_debouncer(DEBOUNCE, None, on_events).context("cannot watch files for changes")?;
        let files = input.files(config);
        let contents = read_all(&files);
        let watched = BTreeSet::new();
        let mut reloader = Self { input, live_graph, watched, files, contents, debouncer, changes };
        reloader.watch_folders();
        Ok(reloader)
    }

    /// Reloads at each change until it is dropped; `observe` is told how each reload ended.
    pub(crate) async fn run(mut self, observe: impl Fn(Reloaded<'_>)) {
        while self.changes.recv().await.is_some() {
            let contents = read_all(&self.files);
            if contents == self.contents {
                continue;
            }
            self.contents = contents;
            match self.reload().await {
                Ok(loaded) => {
                    self.live_graph.replace(Arc::clone(&loaded.graph)).await;
                    observe(Ok(&loaded));
                }
                Err(diagnostics) => {
                    observe(Err(&self.live_graph.refuse(diagnostics).diagnostics));
                }
            }
        }
    }

    async fn reload(&mut self) -> Result<LoadedGraph, Vec<Diagnostic>> {
        let config = self.input.read_config()?;
        self.files = self.input.files(&config);
        self.contents = read_all(&self.files);
        self.watch_folders();
        self.input.load_graph(&config).await
    }

    /// Folders rather than files: editors replace files, and replace them by others of the name.
    fn watch_folders(&mut self) {
        for folder in self.files.iter().flat_map(|file| folders_of(file)) {
            if self.watched.contains(&folder) {
                continue;
            }
            match self.debouncer.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(folder)),
                Err(error) => {
                    let folder = folder.display();
                    tracing::warn!(%error, %folder, "changes in this folder go unnoticed");
                }
            }
        }
    }
}

/// The folder of a file; of a folder also itself and those below.
fn folders_of(file: &Path) -> Vec<PathBuf> {
    let mut folders = vec![match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }];
    if file.is_dir() {
        folders.push(file.to_path_buf());
        folders.extend(entries(file).iter().filter(|it| it.is_dir()).flat_map(|it| folders_of(it)));
    }
    folders
}

fn read_all(files: &[PathBuf]) -> Contents {
    files.iter().flat_map(|path| read(path)).collect()
}

/// A file, or everything in a folder: what is added to it is a change, too.
fn read(path: &Path) -> Contents {
    if path.is_dir() {
        return entries(path).iter().flat_map(|entry| read(entry)).collect();
    }
    vec![(path.to_path_buf(), std::fs::read(path).ok())]
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

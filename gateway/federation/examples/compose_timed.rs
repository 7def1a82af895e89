//! How long composition takes, measured inside one process: parse, merge, check and print, from
//! texts in memory.
//!
//! `compose_timed FOLDER REPETITIONS` composes the folder's `*.graphql` files once to warm up, then
//! as often as asked, then again and again with one of them changed, and prints one JSON object.
//! Read by `bench/composition`. Linux only: processor time and peak of memory come from `/proc`.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use federation::composition::{Composer, compose};
use federation::diagnostic::SourceFile;
use federation::subgraph::{Subgraph, SubgraphSource};
use serde_json::json;

/// As in the `weft` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stdout, reason = "what this program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, repetitions] = arguments.as_slice() else {
        return Err("usage: compose_timed FOLDER REPETITIONS".into());
    };
    let subgraphs = read(Path::new(folder))?;
    let repetitions = repetitions.parse::<usize>()?.max(1);

    let first = compose_to_text(&subgraphs);
    // Before repetitions blur it: what one composition needs.
    let peak_rss_kb = peak_rss_kb()?;
    let composing = measure(repetitions, || compose_to_text(&subgraphs))?;
    let mut recompose = recompositions(&subgraphs);
    let recomposing = measure(repetitions, &mut recompose)?;
    let parsing =
        measure(repetitions, || subgraphs.iter().map(Subgraph::parse).collect::<Vec<_>>())?;
    let report = json!({
        "median_ms": composing.median_ms,
        "min_ms": composing.min_ms,
        "cpu_ms": composing.cpu_ms,
        "parse_ms": parsing.median_ms,
        "one_changed_median_ms": recomposing.median_ms,
        "one_changed_min_ms": recomposing.min_ms,
        "one_changed_cpu_ms": recomposing.cpu_ms,
        "peak_rss_kb": peak_rss_kb,
        "types": first.as_ref().map(|outcome| outcome.types).unwrap_or_default(),
        "ok": first.is_ok(),
        "codes": first.err().unwrap_or_default(),
    });
    println!("{report}");
    Ok(())
}

/// The subgraphs of a folder, each named after its file.
fn read(folder: &Path) -> Result<Vec<SubgraphSource>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "graphql") {
            files.push(path);
        }
    }
    files.sort();
    let read_one = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let url = format!("http://{name}.example/graphql");
        let text = fs::read_to_string(path)?;
        let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text });
        Ok(SubgraphSource { name, url, sdl })
    };
    files.iter().map(read_one).collect()
}

/// What a composition leaves.
struct Outcome {
    types: usize,
    /// Kept so that its printing cannot be optimised away.
    #[expect(dead_code, reason = "it is what was measured")]
    document: String,
}

/// The supergraph document, or the codes of the errors.
fn compose_to_text(subgraphs: &[SubgraphSource]) -> Result<Outcome, Vec<&'static str>> {
    let composed = compose(subgraphs);
    let composition =
        composed.map_err(|errors| errors.iter().map(|error| error.code).collect::<Vec<_>>())?;
    let supergraph = composition.supergraph;
    Ok(Outcome { types: supergraph.joins.len(), document: supergraph.to_string() })
}

/// Each call composes again, with a field more or less in the first subgraph: what happens when one
/// team deploys.
fn recompositions(subgraphs: &[SubgraphSource]) -> impl FnMut() -> String {
    let mut changed = subgraphs.to_vec();
    if let Some(first) = changed.first_mut() {
        let text = format!("{}\nextend type Query {{ added: Int }}\n", first.sdl.text);
        first.sdl = Arc::new(SourceFile { name: first.sdl.name.clone(), text });
    }
    let mut versions = [subgraphs.to_vec(), changed];
    let mut composer = Composer::default();
    move || {
        versions.swap(0, 1);
        let composed = composer.compose(&versions[0]);
        composed.map_or_else(|_| String::new(), |composition| composition.supergraph.to_string())
    }
}

/// Of one run each.
struct Timing {
    median_ms: f64,
    min_ms: f64,
    cpu_ms: f64,
}

/// The first run warms up.
fn measure<T>(repetitions: usize, mut run: impl FnMut() -> T) -> Result<Timing, Box<dyn Error>> {
    drop(run());
    let mut walls = Vec::with_capacity(repetitions);
    let cpu_before = cpu_ms()?;
    for _ in 0..repetitions {
        let start = Instant::now();
        let result = run();
        walls.push(start.elapsed().as_secs_f64() * 1e3);
        drop(result);
    }
    let cpu = (cpu_ms()? - cpu_before) / repetitions as f64;
    walls.sort_by(f64::total_cmp);
    Ok(Timing { median_ms: walls[repetitions / 2], min_ms: walls[0], cpu_ms: cpu })
}

/// The process's time on processors so far, in milliseconds: `utime` and `stime` of all its
/// threads, the ended ones too. It counts in ticks of 10 ms.
fn cpu_ms() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, figures) = stat.rsplit_once(')').ok_or("stat has no name")?;
    // The state is the third field of `stat`; `utime` the fourteenth.
    let ticks = figures.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? * 10.0)
}

/// `VmHWM`: the most memory the process has ever had.
fn peak_rss_kb() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    Ok(figure.ok_or("there is no VmHWM")?.parse()?)
}

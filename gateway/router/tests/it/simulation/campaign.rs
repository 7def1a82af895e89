//! Many seeds, over two threads: what ran, what failed, and the first failures of each sort made
//! small.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::specimen::{Specimen, Storm, WorldFiles, kinds};
use super::{Random, case_folder, shrinking};
use crate::simulation::random_operation::{RandomOperation, Vocabulary};
use crate::view_execution::is_valid;
use crate::world::World;

const THREADS: usize = 2;

/// Draws until an operation is valid; most are.
const ATTEMPTS_MAX: u64 = 20;

/// How often each operation is executed with faults, each time with others.
const FAULTY_ROUNDS: u64 = 2;

/// Failures of one sort that are made small and shown; the others are counted.
const SHOWN_PER_KIND: usize = 2;

/// Seeds between two words on how far it is.
const PROGRESS: u64 = 1000;

/// A composed world with what operations over it are drawn from.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    pub(super) vocabulary: Vocabulary,
    pub(super) files: WorldFiles,
}

/// The seeds to run.
pub(super) struct Campaign {
    name: &'static str,
    seeds: Range<u64>,
    /// Seeds that share a world.
    per_world: u64,
    composed: AtomicU64,
    refused: AtomicU64,
    first_refusal: Mutex<String>,
    done: AtomicU64,
}

/// What came of them.
#[derive(Default)]
pub(super) struct Report {
    executed: u64,
    /// How many failures there are of each sort.
    failures: BTreeMap<String, u64>,
    shown: Vec<String>,
}

impl Campaign {
    /// The fixed seeds, or those that `SIMULATION_SEEDS` names.
    pub(super) fn new(name: &'static str, fixed: Range<u64>, per_world: u64) -> Self {
        Self {
            name,
            seeds: seeds().unwrap_or(fixed),
            per_world,
            composed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            first_refusal: Mutex::default(),
            done: AtomicU64::new(0),
        }
    }

    /// Notes a world that was drawn: whether it composes.
    pub(super) fn drew(&self, composed: Result<(), String>) {
        let Err(refusal) = composed else {
            self.composed.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.refused.fetch_add(1, Ordering::Relaxed);
        if std::env::var_os("SIMULATION_REFUSALS").is_some() {
            eprintln!("{refusal}");
        }
        let mut first = self.first_refusal.lock().expect("nobody panics while it writes");
        if first.is_empty() {
            *first = refusal;
        }
    }

    /// Worlds that compose, and that do not.
    pub(super) fn drawings(&self) -> (u64, u64) {
        (self.composed.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    pub(super) fn first_refusal(&self) -> String {
        self.first_refusal.lock().expect("nobody panics while it writes").clone()
    }

    /// Runs every seed, on the world of its number.
    pub(super) fn run(&self, stage: impl Fn(u64) -> Option<Arc<Stage>> + Sync) -> Report {
        let worlds = self.seeds.start / self.per_world..self.seeds.end.div_ceil(self.per_world);
        let next = AtomicU64::new(worlds.start);
        let report = Mutex::new(Report::default());
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                    let numbers = numbers.take_while(|number| *number < worlds.end);
                    let stages = numbers.filter_map(|number| Some((number, stage(number)?)));
                    stages.for_each(|(number, stage)| self.run_world(number, &stage, &report));
                });
            }
        });
        report.into_inner().expect("nobody panics while it reports")
    }

    fn run_world(&self, number: u64, stage: &Stage, report: &Mutex<Report>) {
        let first = (number * self.per_world).max(self.seeds.start);
        let end = ((number + 1) * self.per_world).min(self.seeds.end);
        for seed in first..end {
            let drawn = valid_operation(stage, seed);
            if let Some(drawn) = drawn {
                let failed = first_failure(stage, drawn, seed);
                self.note(report, seed, failed);
            }
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(PROGRESS) {
                let report = report.lock().expect("nobody panics while it reports");
                let failures: u64 = report.failures.values().sum();
                let (name, count) = (self.name, self.seeds.end - self.seeds.start);
                eprintln!("{name}: {done} of {count} seeds, {failures} failures");
            }
        }
    }

    fn note(&self, report: &Mutex<Report>, seed: u64, failed: Option<(Specimen, Vec<String>)>) {
        let shown = {
            let mut report = report.lock().expect("nobody panics while it reports");
            report.executed += 1;
            let Some((_, failures)) = &failed else { return };
            let kinds: Vec<String> = kinds(failures).into_iter().collect();
            let count = report.failures.entry(kinds.join(" + ")).or_default();
            *count += 1;
            usize::try_from(*count).is_ok_and(|count| count <= SHOWN_PER_KIND)
        };
        if let Some((specimen, failures)) = failed.filter(|_| shown) {
            let small = shrinking::shrink(specimen, &kinds(&failures));
            let text = case_folder::show(&small, seed);
            report.lock().expect("nobody panics while it reports").shown.push(text);
        }
    }
}

impl Report {
    pub(super) fn assert_all_passed(&self) {
        assert!(self.executed > 0, "there was nothing to execute");
        let mut counts = String::new();
        for (kind, count) in &self.failures {
            let _ = writeln!(counts, "{count} × {kind}");
        }
        let executed = self.executed;
        assert!(
            self.failures.is_empty(),
            "{}\nof {executed} operations fail:\n{counts}",
            self.shown.join("\n")
        );
    }
}

fn seeds() -> Option<Range<u64>> {
    let wanted = std::env::var("SIMULATION_SEEDS").ok()?;
    let number = |text: &str| text.trim().parse().expect("SIMULATION_SEEDS is `7` or `1..500`");
    Some(match wanted.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(&wanted)..number(&wanted) + 1,
    })
}

/// The operation of a seed; nothing if none of its drawings is valid.
pub(super) fn valid_operation(stage: &Stage, seed: u64) -> Option<RandomOperation> {
    (0..ATTEMPTS_MAX).find_map(|attempt| {
        let mut random = Random::new(seed * ATTEMPTS_MAX + attempt);
        let drawn = RandomOperation::draw(&stage.vocabulary, &mut random);
        is_valid(&stage.world, &drawn.document).then_some(drawn)
    })
}

fn first_failure(
    stage: &Stage,
    drawn: RandomOperation,
    seed: u64,
) -> Option<(Specimen, Vec<String>)> {
    let RandomOperation { document, variables } = drawn;
    let files = stage.files.clone();
    let labels = drawn_labels(stage, seed);
    let mut specimen = Specimen { files, document, variables, labels, storm: Storm::None };
    let faulty = (0..FAULTY_ROUNDS).map(|round| Storm::Random(seed * FAULTY_ROUNDS + round));
    for storm in std::iter::once(Storm::None).chain(faulty) {
        specimen.storm = storm;
        let failures = specimen.failures_in(&stage.world);
        if !failures.is_empty() {
            return Some((specimen, failures));
        }
    }
    None
}

/// The labels of overrides that are set for the operation of a seed.
fn drawn_labels(stage: &Stage, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed ^ 0x001a_be15);
    let labels = stage.world.query_graph.labels().iter();
    labels.filter(|_| random.percent(50)).cloned().collect()
}

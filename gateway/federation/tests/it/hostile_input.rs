//! Whatever stands in a file, reading it ends, and ends in a graph or in diagnostics.
//!
//! The documents of all cases, cut off anywhere and edited at random; then documents that are large
//! or deep on purpose. `HOSTILE_SEEDS=0..200000` runs more (or others) of the random ones, on one
//! thread, and leaves the number it is at in `hostile_seed.txt` of the tests' temporary folder.

mod documents;
mod large_views;
mod mutation;
mod odd;
mod oversized;
mod promises;
mod random;
mod reduction;
mod tokens;

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use federation::composition::Composer;
use federation::diagnostic::SourceFile;
use federation::subgraph::SubgraphSource;

use self::documents::Kind;
use self::mutation::Mutation;
use self::random::Random;
use self::tokens::{definition_starts, split};

/// So many texts are cut off: as many as take some seconds in a debug build.
const CUTS: usize = 3_000;

/// So many texts are edited, when nothing else is asked for.
const SEEDS: Range<u64> = 0..1_000;

#[test]
fn a_file_can_end_anywhere() {
    let cases = documents::all();
    let bytes: usize = cases.iter().flat_map(|case| &case.texts).map(|(_, text)| text.len()).sum();
    let stride = bytes / CUTS + 1;
    let mut failures = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        // What the other files say is read once.
        let mut composer = Composer::default();
        for (cut, (name, text)) in case.texts.iter().enumerate() {
            for end in (number % stride..=text.len()).step_by(stride) {
                let mut texts = case.texts.clone();
                texts[cut].1.truncate(text.floor_char_boundary(end));
                if let Err(failure) = promises::kept(case.kind, &texts, &mut composer) {
                    failures.push(format!("{} {name} until byte {end}: {failure}", case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_file_can_say_anything() {
    let (seeds, is_asked_for) = seeds();
    let cases = documents::all();
    let foreign = definitions(&cases);
    let mut failures = Vec::new();
    for seed in seeds {
        if is_asked_for {
            let note = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile_seed.txt");
            fs::write(note, seed.to_string()).expect("a writable folder");
        }
        let mut random = Random::new(seed);
        let case = random.pick(&cases);
        let texts = mutated(&mut random, case, &foreign);
        if let Err(failure) = promises::kept(case.kind, &texts, &mut Composer::default()) {
            let smallest = reduction::smallest(case.kind, texts, &failure);
            let shown: Vec<String> =
                smallest.iter().map(|(name, text)| format!("# {name}\n{text}")).collect();
            failures.push(format!("seed {seed}: {failure}\n{}", shown.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// A case after one to six edits.
fn mutated(
    random: &mut Random,
    case: &documents::Case,
    foreign: &[Vec<String>],
) -> Vec<(String, String)> {
    let steps = 1 + random.below(6);
    let documents = case.texts.iter().map(|(_, text)| split(text)).collect();
    let mut mutation = Mutation { random, documents, foreign };
    for _ in 0..steps {
        mutation.step();
    }
    let names = case.texts.iter().map(|(name, _)| name.clone());
    names.zip(mutation.texts()).collect()
}

/// The definitions of all subgraphs.
fn definitions(cases: &[documents::Case]) -> Vec<Vec<String>> {
    let subgraphs = cases.iter().filter(|case| case.kind == Kind::Subgraphs);
    let mut all = Vec::new();
    for (_, text) in subgraphs.flat_map(|case| &case.texts) {
        let tokens = split(text);
        let starts = definition_starts(&tokens);
        all.extend(starts.windows(2).map(|pair| tokens[pair[0]..pair[1]].to_vec()));
    }
    all
}

/// `HOSTILE_SEEDS=a..b`, or the usual ones.
fn seeds() -> (Range<u64>, bool) {
    let Ok(asked) = std::env::var("HOSTILE_SEEDS") else { return (SEEDS, false) };
    let ends = asked
        .split_once("..")
        .and_then(|(first, end)| Some(first.trim().parse().ok()?..end.trim().parse().ok()?));
    (ends.unwrap_or_else(|| panic!("HOSTILE_SEEDS={asked} is not like 0..1000")), true)
}

/// The texts of subgraphs as what a composer takes.
fn subgraphs(texts: &[(String, String)]) -> Vec<SubgraphSource> {
    let sources = texts.iter().map(|(name, text)| SubgraphSource {
        name: name.clone(),
        url: format!("http://{name}.example/graphql"),
        sdl: Arc::new(SourceFile { name: format!("{name}.graphql"), text: text.clone() }),
    });
    sources.collect()
}

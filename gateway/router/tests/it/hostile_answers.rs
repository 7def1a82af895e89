//! Whatever subgraphs say, an execution ends, in JSON that is no longer than it may be.
//!
//! The operations of all cases are executed with honest answers that are edited at random, as texts
//! and as JSON. `HOSTILE_SEEDS=0..200000` runs more, or others.

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use router::subgraph_client::{SubgraphAnswer, SubgraphClient, SubgraphFailure, SubgraphRequest};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::execution::{self, ERRORS_MAX, Planned, RESPONSE_BYTES_MAX};
use crate::in_memory_subgraph::{Faults, InMemorySubgraphs};
use crate::simulation::random::Random;
use crate::world::{World, sorted_entries};

/// So many executions, when nothing else is asked for.
const SEEDS: Range<u64> = 0..3_000;

/// What stands where nobody expects it.
const TEXTS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "null",
    "true",
    "-",
    "0",
    "1e999",
    "1.",
    "-0.0e-1",
    " ",
    "\n",
    "\\",
    "\\u0000",
    "\\ud800",
    "\"__typename\":\"Nobody\",",
    "\"_entities\":[{}],",
    "\"errors\":[{\"path\":[\"_entities\",0]}],",
    "\"data\":null,",
    "\u{7f}\u{e9}\u{1f600}",
];

#[tokio::test]
async fn a_subgraph_can_say_anything() {
    let operations = operations();
    assert!(operations.len() > 50, "there are cases");
    let mut failures = Vec::new();
    for seed in seeds() {
        let mut random = Random::new(seed);
        let operation = random.pick(&operations).expect("there are operations");
        let honest =
            InMemorySubgraphs::new(&operation.world, &operation.planned.labels, Faults::None);
        let said = Mutex::default();
        let subgraphs = HostileSubgraphs { honest, random: Mutex::new(random), said };
        let Operation { world, planned, variables } = operation;
        let running = execution::run(world, planned, variables, &subgraphs);
        let said = |failure: &str| {
            let said = subgraphs.said.lock().expect("nobody panics here");
            let said = said.iter().map(|answer| String::from_utf8_lossy(answer).into_owned());
            format!(
                "seed {seed}, {}: {failure}\n{}",
                world.name,
                said.collect::<Vec<_>>().join("\n")
            )
        };
        match AssertUnwindSafe(running).catch_unwind().await {
            Err(_) => failures.push(said("it panics")),
            Ok(body) => failures.extend(broken(&body, &subgraphs).map(|failure| said(&failure))),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// What is not as it must be of an answer.
fn broken(body: &Bytes, subgraphs: &HostileSubgraphs) -> Option<String> {
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(body) {
        return Some(format!("no JSON: {error}\n{}", String::from_utf8_lossy(body)));
    }
    let said = subgraphs.said.lock().expect("nobody panics here");
    let longest = said.iter().map(Vec::len).max().unwrap_or_default();
    let bytes_max = RESPONSE_BYTES_MAX + (ERRORS_MAX + 1) * (longest + 1_000);
    (body.len() > bytes_max).then(|| format!("{} bytes", body.len()))
}

fn seeds() -> Range<u64> {
    let Ok(asked) = std::env::var("HOSTILE_SEEDS") else { return SEEDS };
    let range =
        asked.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    range.expect("HOSTILE_SEEDS is like 0..1000")
}

struct Operation {
    world: Arc<World>,
    planned: Planned,
    variables: Valid<JsonMap>,
}

/// Those of all cases that can be executed without variables.
fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for folder in World::folders() {
        let world = Arc::new(World::load(&folder).expect("the cases are in order"));
        for file in sorted_entries(&folder) {
            if file.extension().is_none_or(|extension| extension != "graphql") {
                continue;
            }
            let document = std::fs::read_to_string(&file).expect("a readable file");
            let planned = execution::parse(&world, &document)
                .and_then(|operation| execution::plan(&world, operation, &[]));
            let Ok(planned) = planned else { continue };
            let schema = world.api_schema.schema();
            let definition = planned.operation.definition();
            let variables = coerce_variable_values(schema, definition, &JsonMap::default());
            let Ok(variables) = variables else { continue };
            operations.push(Operation { world: Arc::clone(&world), planned, variables });
        }
    }
    operations
}

/// Subgraphs that say something else, or nearly the same.
struct HostileSubgraphs {
    honest: InMemorySubgraphs,
    random: Mutex<Random>,
    said: Mutex<Vec<Vec<u8>>>,
}

impl SubgraphClient for HostileSubgraphs {
    fn send(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'_, Result<SubgraphAnswer, SubgraphFailure>> {
        let answering = self.honest.send(request);
        async move {
            let honest = answering.await?.body;
            let mut random = self.random.lock().expect("nobody panics here");
            let mut said = self.said.lock().expect("nobody panics here");
            let answer = edited(&mut random, &honest, &said);
            said.push(answer.clone());
            Ok(Bytes::from(answer).into())
        }
        .boxed()
    }
}

fn edited(random: &mut Random, honest: &[u8], before: &[Vec<u8>]) -> Vec<u8> {
    let mut answer = honest.to_vec();
    if random.percent(10) {
        answer = random.pick(before).cloned().unwrap_or(answer);
    }
    if random.percent(60)
        && let Ok(mut json) = serde_json::from_slice(&answer)
    {
        for _ in 0..=random.below(3) {
            replace_a_value(random, &mut json);
        }
        answer = json.to_string().into_bytes();
    }
    if random.percent(40) {
        for _ in 0..=random.below(4) {
            edit_text(random, &mut answer);
        }
    }
    answer
}

fn edit_text(random: &mut Random, text: &mut Vec<u8>) {
    let at = place(random, text.len() + 1);
    match random.below(6) {
        0 => text.truncate(at),
        1 => drop(text.drain(at..(at + place(random, 9)).min(text.len()))),
        2 => text.extend_from_within(at..(at + place(random, 65)).min(text.len())),
        3 => {
            if let Some(byte) = text.get_mut(at) {
                *byte = u8::try_from(random.below(256)).expect("a byte");
            }
        }
        4 => drop(text.splice(at..at, b"[".repeat(place(random, 600)))),
        _ => {
            let more = random.pick(&TEXTS).copied().unwrap_or_default();
            text.splice(at..at, more.bytes());
        }
    }
}

/// Somewhere in the tree another value comes to stand.
fn replace_a_value(random: &mut Random, value: &mut Value) {
    let stays = random.percent(25);
    match value {
        Value::Object(members) if !stays && !members.is_empty() => {
            let at = place(random, members.len());
            if let Some(member) = members.values_mut().nth(at) {
                replace_a_value(random, member);
            }
        }
        Value::Array(items) if !stays && !items.is_empty() => {
            let at = place(random, items.len());
            replace_a_value(random, &mut items[at]);
        }
        value => *value = other(random, value),
    }
}

fn other(random: &mut Random, value: &Value) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!([]),
        2 => json!({}),
        3 => json!(true),
        4 => json!(-1),
        5 => json!(1e300),
        6 => json!(""),
        7 => json!("\u{0}\u{2028}"),
        8 => json!([value]),
        9 => json!({ "__typename": "Nobody", "id": value }),
        10 => Value::Array(vec![value.clone(); place(random, 200)]),
        _ => match value.as_array() {
            // As many, or as few, of the first.
            Some(items) => {
                let count = place(random, 2 * items.len() + 2);
                items
                    .iter()
                    .cycle()
                    .take(if items.is_empty() { 0 } else { count })
                    .cloned()
                    .collect()
            }
            None => json!([[value], [value]]),
        },
    }
}

/// A number below `bound`, which is not 0.
fn place(random: &mut Random, bound: usize) -> usize {
    let below = random.below(u64::try_from(bound).expect("a length"));
    usize::try_from(below).expect("below a length")
}

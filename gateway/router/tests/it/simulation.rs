//! Operations from seeds over every world: first without faults (the answer is the oracle's), then
//! with faults (no panic, no null that nothing explains, no more fetches than planned).
//!
//! `SIMULATION_SEEDS=7` or `SIMULATION_SEEDS=1..5000` runs other seeds than the fixed ones.

mod random;
mod random_operation;

use std::ops::Range;
use std::sync::{Arc, Mutex};

use apollo_compiler::response::JsonMap;
use federation::operation::Operation;

use crate::execution::{self, Weather};
use crate::in_memory_subgraph::Faults;
use crate::world::World;

pub(crate) use random::Random;
use random_operation::{RandomOperation, Vocabulary};

/// Draws until an operation is valid; most are.
const ATTEMPTS_MAX: u64 = 20;

/// How often each operation is executed with faults, each time with others.
const FAULTY_ROUNDS: u64 = 2;

/// Fetches that any plan of a random operation may have.
const FETCHES_MAX: usize = 200;

#[tokio::test]
async fn every_seed_is_answered_like_the_oracle_and_survives_faults() {
    let mut failures = Vec::new();
    let mut executed = 0u64;
    for folder in World::folders() {
        // A world that does not compose is a failure of `cases`.
        let Ok(world) = World::load(&folder) else { continue };
        let world = Arc::new(world);
        let vocabulary = Vocabulary::of(&world);
        for seed in seeds() {
            let Some((drawn, operation)) = valid_operation(&world, &vocabulary, seed) else {
                continue;
            };
            executed += 1;
            if let Err(failure) = check(&world, operation, &drawn.variables, seed).await {
                let RandomOperation { document, variables } = &drawn;
                let variables = serde_json::to_string(variables).unwrap_or_default();
                failures.push(format!(
                    "world {}, seed {seed}: {failure}\n  {document}\n  {variables}",
                    world.name
                ));
            }
        }
    }
    let shown: Vec<&str> = failures.iter().take(12).map(String::as_str).collect();
    assert!(failures.is_empty(), "{}\n{} failures", shown.join("\n\n"), failures.len());
    assert!(executed > 0, "there was nothing to execute");
}

fn seeds() -> Range<u64> {
    let wanted = std::env::var("SIMULATION_SEEDS").unwrap_or_else(|_| "1..41".to_owned());
    let number = |text: &str| text.trim().parse().expect("SIMULATION_SEEDS is `7` or `1..500`");
    match wanted.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(&wanted)..number(&wanted) + 1,
    }
}

fn valid_operation(
    world: &World,
    vocabulary: &Vocabulary,
    seed: u64,
) -> Option<(RandomOperation, Operation)> {
    (0..ATTEMPTS_MAX).find_map(|attempt| {
        let mut random = Random::new(seed * ATTEMPTS_MAX + attempt);
        let drawn = RandomOperation::draw(vocabulary, &mut random);
        let operation = execution::parse(world, &drawn.document).ok()?;
        Some((drawn, operation))
    })
}

async fn check(
    world: &Arc<World>,
    operation: Operation,
    variables: &JsonMap,
    seed: u64,
) -> Result<(), String> {
    let planned = execution::plan(world, operation)?;
    if planned.plan.fetches.len() > FETCHES_MAX {
        return Err(format!("the plan has {} fetches", planned.plan.fetches.len()));
    }
    let fair = (Weather::FairToErrors, Faults::None);
    let executed = execution::execute(world, &planned, variables, fair).await?;
    if let Some(failure) = executed.failures.first() {
        return Err(failure.clone());
    }
    for round in 0..FAULTY_ROUNDS {
        let faults = seed * FAULTY_ROUNDS + round;
        let faults = Faults::Random(Mutex::new(Random::new(faults)));
        let faulty = (Weather::Faulty, faults);
        let executed = execution::execute(world, &planned, variables, faulty).await?;
        if let Some(failure) = executed.failures.first() {
            return Err(format!("with faults, round {round}: {failure}"));
        }
    }
    Ok(())
}

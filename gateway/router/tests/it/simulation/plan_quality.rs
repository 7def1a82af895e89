//! Plans of drawn operations beside the best of all plans, where these are few enough to make.

use federation::planner;

use super::campaign::{Campaign, valid_operation};
use super::{OPERATIONS_PER_WORLD, drawn_stage};
use crate::execution;

/// Subgraphs of a small world.
const SUBGRAPHS_MAX: usize = 4;

/// Plans that are made for one operation to find the best.
const PLANS_MAX: usize = 60;

/// Worlds that are drawn.
const WORLDS: u64 = 45;

/// Operations that must have been compared.
const COMPARED_MIN: usize = 200;

/// How many of the plans may have more steps, or as many and more requests, than the best: choices
/// are turned one at a time, and some plans would be better only with two others.
const WORSE_MAX: usize = 2;

#[test]
fn no_combination_of_choices_would_have_been_better() {
    let campaign = Campaign::new("plan quality", 0..WORLDS * OPERATIONS_PER_WORLD, 1);
    let mut compared = 0;
    let mut worse = Vec::new();
    for number in 0..WORLDS {
        let stage = drawn_stage(number, &campaign).expect("one of the drawings composes");
        if stage.files.subgraphs.len() > SUBGRAPHS_MAX {
            continue;
        }
        for seed in number * OPERATIONS_PER_WORLD..(number + 1) * OPERATIONS_PER_WORLD {
            let Some(drawn) = valid_operation(&stage, seed) else { continue };
            let parsed = execution::parse(&stage.world, &drawn.document);
            let operation = parsed.expect("it is valid");
            // What may come later has fetches of its own, so that less is not better.
            if !operation.parts().is_empty() {
                continue;
            }
            let graph = &stage.world.query_graph;
            let least = planner::least_steps_and_requests(graph, &operation, &[], PLANS_MAX);
            let Some(least) = least.expect("it can be planned") else { continue };
            let plan = planner::plan(graph, &operation, &[]).expect("it can be planned");
            let own = (plan.steps(), plan.fetches.len());
            compared += 1;
            if own > least {
                worse.push(format!(
                    "seed {seed}: {own:?} steps and requests instead of {least:?}\n{}\n{plan}",
                    drawn.document
                ));
            }
        }
    }
    eprintln!("plan quality: {} of {compared} plans are not the best", worse.len());
    let shown: Vec<&String> = worse.iter().take(3).collect();
    assert!(compared >= COMPARED_MIN, "only {compared} operations were compared");
    assert!(worse.len() <= WORSE_MAX, "{} of {compared} plans: {shown:#?}", worse.len());
}

//! Operations from seeds: over the worlds of `cases/execution`, and over worlds that are drawn
//! themselves. First without faults (the answer is the oracle's), then with faults (no panic, no
//! null that nothing explains, no more fetches than planned).
//!
//! `SIMULATION_SEEDS=7` or `SIMULATION_SEEDS=0..100000` runs other seeds than the fixed ones, and
//! says how far it is with `--nocapture`. What fails is shrunk and shown as a folder like those of
//! `cases/execution`; `SIMULATION_FAILURES=folder` writes it there.

mod campaign;
mod case_folder;
mod plan_quality;
pub(crate) mod random;
mod random_operation;
mod random_view;
mod random_world;
mod shrinking;
mod specimen;

use std::sync::Arc;

use crate::world::World;

use campaign::{Campaign, Stage};
pub(crate) use random::Random;
use random_operation::Vocabulary;
use specimen::WorldFiles;

/// Operations of one drawn world.
const OPERATIONS_PER_WORLD: u64 = 20;

/// Operations of one drawn view.
const OPERATIONS_PER_VIEW: u64 = 5;

/// Seeds of operations of views.
const VIEW_SEEDS: u64 = 300;

/// How many of a hundred drawn views must compile; the others are drawn again.
const COMPILED_PERCENT_MIN: u64 = 60;

/// How many of a hundred drawn worlds must compose; the others are drawn again.
const COMPOSED_PERCENT_MIN: u64 = 80;

/// Drawings of one world until it composes.
const DRAWINGS_MAX: u64 = 40;

#[test]
fn every_seed_over_the_cases_is_answered_like_the_oracle_and_survives_faults() {
    let mut stages = Vec::new();
    for folder in World::folders() {
        // A world that does not compose is a failure of `cases`.
        let Ok(world) = World::load(&folder) else { continue };
        let vocabulary = Vocabulary::of(&world);
        let files = WorldFiles::read(&folder);
        stages.push(Arc::new(Stage { world: Arc::new(world), vocabulary, files }));
    }
    let count = u64::try_from(stages.len()).expect("a few worlds");
    let stage = |number: u64| stages.get(usize::try_from(number % count).ok()?).cloned();
    Campaign::new("cases", 0..1000, 1).run(stage).assert_all_passed();
}

#[test]
fn every_seed_over_a_drawn_world_is_answered_like_the_oracle_and_survives_faults() {
    let campaign = Campaign::new("drawn worlds", 0..2000, OPERATIONS_PER_WORLD);
    let report = campaign.run(|number| drawn_stage(number, &campaign));
    let (composed, refused) = campaign.drawings();
    let percent = composed * 100 / (composed + refused).max(1);
    report.assert_all_passed();
    assert!(
        percent >= COMPOSED_PERCENT_MIN,
        "of a hundred drawn worlds only {percent} compose; the first that does not:\n{}",
        campaign.first_refusal()
    );
}

#[test]
fn every_seed_over_a_drawn_view_is_answered_like_its_oracle_and_survives_faults() {
    let folders = World::folders();
    let count = u64::try_from(folders.len()).expect("a few worlds");
    let worlds = Campaign::new("worlds below views", 0..1, 1);
    let campaign = Campaign::new("drawn views", 0..VIEW_SEEDS, OPERATIONS_PER_VIEW);
    let report = campaign.run(|number| {
        let files = match number % 2 {
            0 => usize::try_from(number / 2 % count).ok().map(|it| WorldFiles::read(&folders[it])),
            _ => drawn_stage(number, &worlds).map(|stage| stage.files.clone()),
        };
        stage_with_view(number, files?, &campaign)
    });
    let (compiled, refused) = campaign.drawings();
    let percent = compiled * 100 / (compiled + refused).max(1);
    report.assert_all_passed();
    assert!(
        percent >= COMPILED_PERCENT_MIN,
        "of a hundred drawn views only {percent} compile; the first that does not:\n{}",
        campaign.first_refusal()
    );
}

fn stage_with_view(number: u64, files: WorldFiles, campaign: &Campaign) -> Option<Arc<Stage>> {
    let mut world = files.compose().ok()?;
    let view = (0..DRAWINGS_MAX).find_map(|attempt| {
        let seed = number * DRAWINGS_MAX + attempt;
        let view = random_view::draw(world.api_schema.schema(), seed);
        let compiled = world.set_view(view.clone());
        let refusal = compiled.map_err(|refusal| format!("drawing {seed}: {refusal}\n{view}"));
        campaign.drew(refusal.clone());
        refusal.is_ok().then_some(view)
    });
    let files = WorldFiles { view: Some(view?), ..files };
    let vocabulary = Vocabulary::of(&world);
    Some(Arc::new(Stage { world: Arc::new(world), vocabulary, files }))
}

fn drawn_stage(number: u64, campaign: &Campaign) -> Option<Arc<Stage>> {
    (0..DRAWINGS_MAX).find_map(|attempt| {
        let seed = number * DRAWINGS_MAX + attempt;
        let files = random_world::draw(seed);
        match files.compose() {
            Ok(world) => {
                campaign.drew(Ok(()));
                let vocabulary = Vocabulary::of(&world);
                Some(Arc::new(Stage { world: Arc::new(world), vocabulary, files }))
            }
            Err(refusal) => {
                let sdl: String = files.subgraphs.iter().map(|(_, sdl)| sdl.as_str()).collect();
                campaign.drew(Err(format!("drawing {seed}: {refusal}\n{sdl}")));
                None
            }
        }
    })
}

//! `cases/execution/<world>/*.graphql`: each operation from plan to response, against the files
//! beside it and against the oracle. `UPDATE_EXPECT=1` rewrites the files.

pub(crate) mod expectation;
pub(crate) mod operation_case;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::execution::{self, Executed, Planned};
use crate::world::{World, file_stem, sorted_entries};
use expectation::compare;
use operation_case::OperationCase;

#[tokio::test]
async fn every_operation_is_answered_as_expected() {
    let only = std::env::var("CASES").unwrap_or_default();
    let mut failures = Vec::new();
    let mut operations = 0;
    for folder in World::folders() {
        let world = match World::load(&folder) {
            Ok(world) => Arc::new(world),
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        let mut read = BTreeSet::from([folder.join("rows.json"), folder.join("subgraphs")]);
        for file in sorted_entries(&folder) {
            let is_operation = file.extension().is_some_and(|it| it == "graphql");
            if !is_operation || !file.to_string_lossy().contains(&only) {
                continue;
            }
            operations += 1;
            read.extend(files_of(&file));
            for failure in check(&world, &file).await {
                failures.push(format!("{}/{}: {failure}", world.name, file_stem(&file)));
            }
        }
        let unread = sorted_entries(&folder).into_iter().filter(|file| !read.contains(file));
        if only.is_empty() {
            failures.extend(
                unread.map(|file| format!("{}: nothing reads {}", world.name, file.display())),
            );
        }
    }
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n\n"), failures.len());
    assert!(operations > 0, "there are no cases");
}

/// The operation and what is expected of it.
fn files_of(operation: &Path) -> [PathBuf; 4] {
    ["graphql", "plan", "fetches", "json"].map(|extension| operation.with_extension(extension))
}

/// Everything that is wrong with one operation.
async fn check(world: &Arc<World>, file: &Path) -> Vec<String> {
    let case = match OperationCase::read(file) {
        Ok(case) => case,
        Err(failure) => return vec![failure],
    };
    let unknown = case.labels.iter().find(|label| !world.query_graph.labels().contains(label));
    if let Some(label) = unknown {
        return vec![format!("no override has the label `{label}`")];
    }
    let planned = execution::parse(world, &case.document)
        .and_then(|operation| execution::plan(world, operation, &case.labels));
    let planned = match planned {
        Ok(planned) => planned,
        Err(failure) => return vec![failure],
    };
    let mut failures = Vec::new();
    let mut runs = Vec::new();
    for variables in &case.variables {
        let weather = (case.weather(), case.faults());
        match execution::execute(world, &planned, variables, weather).await {
            Ok(executed) => {
                failures.extend(executed.failures.iter().cloned());
                runs.push(executed);
            }
            Err(failure) => failures.push(failure),
        }
    }
    failures.extend(compare(&file.with_extension("plan"), &plan_text(&planned)).err());
    failures.extend(compare(&file.with_extension("fetches"), &fetches_text(&case, &runs)).err());
    failures.extend(compare(&file.with_extension("json"), &responses_text(&case, &runs)).err());
    failures
}

fn plan_text(planned: &Planned) -> String {
    let plan = &planned.plan;
    let chain = execution::longest_chain(plan);
    format!("# fetches: {}, longest chain: {chain}\n{plan}", plan.fetches.len())
}

fn fetches_text(case: &OperationCase, runs: &[Executed]) -> String {
    let mut text = String::new();
    for (variables, run) in case.variables.iter().zip(runs) {
        if runs.len() > 1 {
            text += &format!("### {}\n", json(variables));
        }
        for fetch in &run.fetches {
            text += &format!("# {}\n{}\n", fetch.service, fetch.document);
            text += &fetch.variables.as_ref().map(|it| format!("{it}\n")).unwrap_or_default();
        }
    }
    text
}

/// The answer; with several sets of variables, each with its answer.
fn responses_text(case: &OperationCase, runs: &[Executed]) -> String {
    if let [run] = runs {
        return expectation::pretty(&run.body);
    }
    let both = case.variables.iter().zip(runs);
    let items: Vec<String> = both
        .map(|(variables, run)| {
            format!("{{\"variables\":{},\"response\":{}}}", json(variables), run.body)
        })
        .collect();
    expectation::pretty(&format!("[{}]", items.join(",")))
}

fn json(variables: &apollo_compiler::response::JsonMap) -> String {
    serde_json::to_string(variables).unwrap_or_default()
}

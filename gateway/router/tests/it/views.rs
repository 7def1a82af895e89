//! `cases/views/<view>/operations/*.graphql`, for views with `rows.json`: each operation answered
//! in the view's shape, against the `.json` beside it and against everything that must hold of
//! every operation of a view. `UPDATE_EXPECT=1` rewrites the files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use apollo_compiler::response::JsonMap;

use crate::cases::expectation::{compare, pretty};
use crate::execution::Weather;
use crate::in_memory_subgraph::Faults;
use crate::view_execution;
use crate::world::{World, file_stem, sorted_entries};

#[tokio::test]
async fn every_view_answers_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/views");
    let mut failures = Vec::new();
    let mut operations = 0;
    for folder in sorted_entries(&root) {
        if !folder.join("rows.json").exists() {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("view.graphql")).expect("a view");
        let world = World::load(&folder).and_then(|world| world.with_view(text));
        let world = Arc::new(world.expect("a view with rows compiles"));
        let files = sorted_entries(&folder.join("operations")).into_iter();
        for file in files.filter(|file| file.extension().is_some_and(|it| it == "graphql")) {
            operations += 1;
            if let Err(failure) = check(&world, &file).await {
                failures.push(format!("{}/{}: {failure}", world.name, file_stem(&file)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(operations > 0, "there are no operations");
}

async fn check(world: &Arc<World>, file: &PathBuf) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let planned = view_execution::plan(world, &text, &[])?;
    let given = text.lines().find_map(|line| line.strip_prefix("# variables: ")).unwrap_or("{}");
    let given: JsonMap = serde_json::from_str(given).map_err(|error| error.to_string())?;
    let weather = (Weather::Fair, Faults::None);
    let executed = view_execution::execute(world, &planned, &given, weather).await?;
    if !executed.failures.is_empty() {
        return Err(executed.failures.join("\n"));
    }
    compare(&file.with_extension("json"), &pretty(&executed.body))
}

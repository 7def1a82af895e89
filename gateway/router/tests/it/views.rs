//! `cases/views/<view>/operations/*.graphql`, for views with `rows.json`: each operation answered
//! in the view's shape, against the `.json` beside it and against everything that must hold of
//! every operation of a view. `UPDATE_EXPECT=1` rewrites the files.

use std::path::Path;
use std::sync::Arc;

use apollo_compiler::response::JsonMap;

use crate::cases::expectation::{compare, pretty};
use crate::cases::operation_case::OperationCase;
use crate::execution::{self, Executed, Weather};
use crate::in_memory_subgraph::Faults;
use crate::view_execution;
use crate::world::{World, file_stem, sorted_entries};

#[tokio::test]
async fn every_view_answers_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/views");
    let mut failures = Vec::new();
    let (mut operations, mut by_hand) = (0, 0);
    for folder in sorted_entries(&root) {
        if !folder.join("rows.json").exists() {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("view.graphql")).expect("a view");
        let world = World::load(&folder).and_then(|world| world.with_view(text));
        let world = Arc::new(world.expect("a view with rows compiles"));
        let files = sorted_entries(&folder.join("operations")).into_iter();
        for file in files.filter(|file| is_operation(file)) {
            operations += 1;
            by_hand += usize::from(file.with_extension("by_hand.graphql").exists());
            if let Err(failure) = check(&world, &file).await {
                failures.push(format!("{}/{}: {failure}", world.name, file_stem(&file)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(operations > by_hand && by_hand >= 50, "{by_hand} of {operations} are there by hand");
}

fn is_operation(file: &Path) -> bool {
    let name = file.to_string_lossy();
    name.ends_with(".graphql") && !name.ends_with(".by_hand.graphql")
}

/// What `docs/views.md` shows is what a case has, word for word.
#[test]
fn the_page_about_views_shows_what_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/views.md")).expect("the page");
    let case = root.join("gateway/cases/views/shop");
    let screen = |extension: &str| case.join("operations/screen").with_extension(extension);
    let files =
        [case.join("view.graphql"), screen("graphql"), screen("by_hand.graphql"), screen("json")];
    let texts = files.map(|file| std::fs::read_to_string(file).expect("a file of the case"));
    let mut shown = 0;
    for block in page.split("```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').expect("a block of lines");
        if matches!(language, "graphql" | "json") {
            shown += 1;
            assert!(texts.iter().any(|it| it.contains(text.trim_end())), "no case has\n{text}");
        }
    }
    assert!(shown > 5, "the page has {shown} examples");
}

async fn check(world: &Arc<World>, file: &Path) -> Result<(), String> {
    let case = OperationCase::read_any(file)?;
    let planned = view_execution::plan(world, &case.document, &case.labels)?;
    let [given] = case.variables.as_slice() else { return Err("it is executed once".to_owned()) };
    let weather = (case.weather(), case.faults());
    let executed = view_execution::execute(world, &planned, given, weather).await?;
    if !executed.failures.is_empty() {
        return Err(executed.failures.join("\n"));
    }
    compare(&file.with_extension("json"), &pretty(&executed.body))?;
    let by_hand = file.with_extension("by_hand.graphql");
    if by_hand.exists() { check_by_hand(world, &by_hand, given, &executed).await } else { Ok(()) }
}

/// The subgraphs are asked what the best operation of the graph that somebody could write asks.
async fn check_by_hand(
    world: &Arc<World>,
    file: &Path,
    variables: &JsonMap,
    of_view: &Executed,
) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let planned = execution::plan(world, execution::parse(world, &text)?, &[])?;
    let weather = (Weather::Fair, Faults::None);
    let by_hand = execution::execute(world, &planned, variables, weather).await?;
    let requests = |executed: &Executed| {
        let fetches = executed.fetches.iter();
        let mut texts: Vec<String> =
            fetches.map(|fetch| format!("{}: {}", fetch.service, fetch.document)).collect();
        texts.sort();
        texts.join("\n")
    };
    let (view, by_hand) = (requests(of_view), requests(&by_hand));
    if view == by_hand {
        return Ok(());
    }
    Err(format!("the subgraphs are asked\n{view}\nand by hand\n{by_hand}"))
}

//! `cases/contracts/<rule>/`: a graph and `contract.txt`, against `api.graphql` (what clients see)
//! or `diagnostics.txt`; `UPDATE_EXPECT=1` rewrites what is expected.
//!
//! The graph is `subgraphs/*.graphql`, composed, or a `supergraph.graphql`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::contract::Contract;
use federation::query_graph::QueryGraph;
use federation::supergraph::Supergraph;

use crate::composition::{compare, rendered, sorted_entries, subgraphs_of};

#[test]
fn every_contract_shows_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/contracts");
    let mut failures = Vec::new();
    for case in sorted_entries(&root) {
        if let Err(failure) = check(&case) {
            failures.push(format!("{}: {failure}", case.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn tags_that_nothing_has_are_told() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/contracts/include_and_exclude");
    let contract = Contract {
        include: vec!["public".to_owned(), "pubic".to_owned()],
        exclude: vec!["internal".to_owned(), "Internal".to_owned()],
        hide_unreachable_types: false,
    };
    assert_eq!(contract.unknown_tags(&graph_of(&case)), ["Internal", "pubic"]);
}

#[test]
fn an_empty_contract_changes_nothing() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/contracts/exclude");
    let graph = graph_of(&case);
    assert_eq!(Contract::default().apply(&graph).expect("a graph"), graph);
}

/// One case; the message says what differs.
fn check(case: &Path) -> Result<(), String> {
    let contract = read_contract(&case.join("contract.txt"))?;
    let graph = graph_of(case);
    let mut expected = BTreeSet::from(["contract.txt", "supergraph.graphql"]);
    match contract.apply(&graph) {
        Ok(filtered) => {
            check_supergraph(&contract, &graph, &filtered)?;
            let api = ApiSchema::new(&filtered).expect("the contract has checked it");
            expected.insert("api.graphql");
            compare(&case.join("api.graphql"), &api.to_string())?;
        }
        Err(errors) => {
            expected.insert("diagnostics.txt");
            if let Some(bare) = errors.iter().find(|error| {
                error.labels.is_empty() || error.help.is_none() || error.coordinate.is_none()
            }) {
                return Err(format!("no place, coordinate or help: {bare}"));
            }
            compare(&case.join("diagnostics.txt"), &rendered(&errors))?;
        }
    }
    let files = sorted_entries(case).into_iter().filter(|path| !path.is_dir());
    let mut unread = files.filter(|path| {
        !expected.iter().any(|name| path.file_name().is_some_and(|file| file == *name))
    });
    unread.next().map_or(Ok(()), |path| Err(format!("nothing reads {}", path.display())))
}

/// What holds of every contract, whatever it shows.
fn check_supergraph(
    contract: &Contract,
    graph: &Supergraph,
    filtered: &Supergraph,
) -> Result<(), String> {
    let read = Supergraph::parse(&filtered.to_string(), "supergraph.graphql")
        .map_err(|errors| format!("what was printed does not read:\n{}", rendered(&errors)))?;
    if read != *filtered {
        return Err("printing and reading gives another supergraph".to_owned());
    }
    if filtered.joins != graph.joins {
        return Err("the planner would see another graph".to_owned());
    }
    QueryGraph::new(filtered).map_err(|errors| rendered(&errors))?;
    let again = contract.apply(filtered).map_err(|errors| rendered(&errors))?;
    if again != *filtered {
        return Err("the contract applied to its own result changes it".to_owned());
    }
    Ok(())
}

fn graph_of(case: &Path) -> Supergraph {
    let file = case.join("supergraph.graphql");
    if file.exists() {
        let text = fs::read_to_string(&file).expect("a readable file");
        return Supergraph::parse(&text, "supergraph.graphql").expect("a supergraph");
    }
    match compose(&subgraphs_of(case)) {
        Ok(composition) => composition.supergraph,
        Err(errors) => panic!("{}: {}", case.display(), rendered(&errors)),
    }
}

/// Lines `include: …`, `exclude: …`, `hide unreachable types` and `# why: …`.
fn read_contract(file: &Path) -> Result<Contract, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut contract = Contract::default();
    let mut has_why = false;
    for line in text.lines() {
        let words = |rest: &str| rest.split_whitespace().map(str::to_owned).collect();
        if line.starts_with("# why: ") {
            has_why = true;
        } else if let Some(rest) = line.strip_prefix("include:") {
            contract.include = words(rest);
        } else if let Some(rest) = line.strip_prefix("exclude:") {
            contract.exclude = words(rest);
        } else if line == "hide unreachable types" {
            contract.hide_unreachable_types = true;
        } else {
            return Err(format!("what does `{line}` mean?"));
        }
    }
    if has_why { Ok(contract) } else { Err("nothing says `# why:`".to_owned()) }
}

//! Supergraph documents: reading, printing, and what is refused.

use federation::supergraph::Supergraph;

#[test]
fn what_another_composer_wrote_prints_and_reads_back() {
    let theirs = include_str!("supergraph/composed_elsewhere.graphql");
    let read = Supergraph::parse(theirs, "theirs").expect("a supergraph");
    let printed = read.to_string();
    println!("{printed}");
    let again = Supergraph::parse(&printed, "ours").expect("what we printed");
    assert_eq!(read, again);
    assert_eq!(printed, again.to_string());
}

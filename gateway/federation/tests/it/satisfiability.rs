//! What cases cannot say of satisfiability: limits, size, and a composer that is used again.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use federation::composition::{Composer, CompositionLimits, compose};
use federation::diagnostic::SourceFile;
use federation::subgraph::SubgraphSource;

use crate::composition::subgraphs_of;

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", \
                    import: [\"@key\", \"@shareable\", \"@override\"])\n";

fn subgraph(name: &str, sdl: &str) -> SubgraphSource {
    let text = format!("{LINK}{sdl}");
    let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text });
    SubgraphSource { name: name.to_owned(), url: format!("http://{name}.example/"), sdl }
}

/// Subgraph `i` has keys `k_i` and `k_(i+1)`: everything is reachable, by many paths.
fn ring(size: usize) -> Vec<SubgraphSource> {
    let member = |index: usize| {
        let (one, other) = (index, (index + 1) % size);
        let mut sdl = String::new();
        let _ = writeln!(sdl, "type Query {{ t{index}: T }}");
        let _ = writeln!(sdl, "type T @key(fields: \"k{one}\") @key(fields: \"k{other}\") {{");
        let _ = writeln!(sdl, "  k{one}: ID! k{other}: ID! f{index}: Int\n}}");
        subgraph(&format!("s{index:03}"), &sdl)
    };
    (0..size).map(member).collect()
}

#[test]
fn a_ring_of_keys_takes_few_states() {
    let states = CompositionLimits { satisfiability_states: 42 };
    let composed = Composer::new(states).compose(&ring(40));
    assert!(composed.is_ok(), "a state for each of `Query`, `T` and no more: {composed:?}");
}

#[test]
fn too_many_states_are_an_error() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition/shop");
    let states = CompositionLimits { satisfiability_states: 2 };
    let errors = Composer::new(states).compose(&subgraphs_of(&case)).expect_err("too many");
    let [error] = errors.as_slice() else { panic!("one error, not {errors:?}") };
    assert_eq!(error.code, "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED");
    assert!(error.coordinate.is_some() && error.help.is_some() && !error.labels.is_empty());
}

#[test]
fn labels_beyond_counting_are_still_checked() {
    let fields = |of: &dyn Fn(usize) -> String| (0..12).map(of).collect::<Vec<_>>().join(" ");
    let old = fields(&|index| format!("k{index}: ID! @shareable"));
    let keys = fields(&|index| format!("@key(fields: \"k{index}\")"));
    let moved = |from: &str| {
        fields(&|index| {
            format!("k{index}: ID! @shareable @override(from: \"{from}\", label: \"l{index}\")")
        })
    };
    let a = subgraph("a", &format!("type Query {{ t: T }}\ntype T {keys} {{ {old} a: Int }}"));
    let b =
        subgraph("b", &format!("type Query {{ u: T }}\ntype T {keys} {{ {} b: Int }}", moved("a")));
    let errors = compose(&[a, b]).expect_err("with all labels set nothing leads from a to b");
    assert!(errors.iter().all(|error| error.code == "SATISFIABILITY_ERROR"), "{errors:?}");
}

#[test]
fn a_composer_that_is_used_again_gives_what_a_new_one_gives() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition/shop");
    let mut subgraphs = subgraphs_of(&case);
    let mut composer = Composer::default();
    let first = composer.compose(&subgraphs).expect("a supergraph").supergraph.to_string();
    assert_eq!(composer.compose(&subgraphs).expect("the same").supergraph.to_string(), first);

    let text = format!("{}\nextend type Query {{ added: Int }}\n", subgraphs[0].sdl.text);
    let name = subgraphs[0].sdl.name.clone();
    subgraphs[0].sdl = Arc::new(SourceFile { name, text });
    let again = composer.compose(&subgraphs).expect("a supergraph").supergraph.to_string();
    assert_eq!(again, compose(&subgraphs).expect("a supergraph").supergraph.to_string());
    assert!(again.contains("added: Int"));

    subgraphs.pop();
    let fewer = composer.compose(&subgraphs).map(|it| it.supergraph.to_string());
    let anew = compose(&subgraphs).map(|it| it.supergraph.to_string());
    assert_eq!(format!("{fewer:?}"), format!("{anew:?}"));
}

//! Documents that are large, deep or circular on purpose: composing them ends, and says what it
//! should.
//!
//! There is no clock: what is exponential does not end at all.

use std::fmt::Write as _;

use federation::composition::{Composer, compose};

use super::documents::Kind;
use super::{promises, subgraphs};

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: \
                    [\"@key\", \"@shareable\", \"@override\", \"@requires\", \"@external\"])\n";

/// The codes of the errors, each once; empty when it composes.
#[track_caller]
fn codes(sdls: &[String]) -> Vec<&'static str> {
    let texts: Vec<(String, String)> = sdls
        .iter()
        .enumerate()
        .map(|(number, sdl)| (format!("s{number}"), format!("{LINK}{sdl}")))
        .collect();
    if let Err(failure) = promises::kept(Kind::Subgraphs, &texts, &mut Composer::default()) {
        panic!("{}", failure.chars().take(2_000).collect::<String>());
    }
    let composed = compose(&subgraphs(&texts));
    let errors = composed.map_or_else(|errors| errors, |_| Vec::new());
    let mut codes: Vec<&'static str> = errors.into_iter().map(|error| error.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// `count` texts, one after the other.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_field_set_that_doubles_at_each_level() {
    let doubled = |open: &str, leaf: &str| {
        let mut text = leaf.to_owned();
        for _ in 0..8 {
            text = format!("{open} {{ {text} }} {open} {{ {text} }}");
        }
        text
    };
    for open in ["t", "... on T"] {
        let one = format!(
            "type Query {{ t: T }} type T @key(fields: \"id\") @key(fields: \"{}\") \
             {{ id: ID! t: T z: Int }}",
            doubled(open, "id")
        );
        let other = format!(
            "type T @key(fields: \"id\") {{ id: ID! t: T @external z: Int @external \
             x: Int @requires(fields: \"t {{ z }} {}\") }}",
            doubled(open, "z")
        );
        assert_eq!(codes(&[one, other]), [] as [&str; 0]);
    }
}

#[test]
fn thousands_of_keys() {
    let keys = each(2_000, |index| format!("@key(fields: \"k{index}\")"));
    let fields = each(2_000, |index| format!("k{index}: ID!"));
    let sdl = format!("type Query {{ t: T @shareable }} type T {keys} {{ {fields} }}");
    assert_eq!(codes(&[sdl]), [] as [&str; 0]);
}

#[test]
fn a_union_of_thousands_of_members() {
    let types = each(2_000, |index| format!("type T{index} {{ id: ID! @shareable }}"));
    let members = (0..2_000).map(|index| format!("T{index}")).collect::<Vec<_>>().join(" | ");
    let sdl = format!("type Query {{ u: U @shareable }} {types} union U = {members}");
    assert_eq!(codes(&[sdl.clone(), sdl]), [] as [&str; 0]);
}

#[test]
fn interfaces_that_implement_each_other() {
    let circle = each(50, |index| {
        format!("interface I{index} implements I{} {{ id: ID }}", (index + 1) % 50)
    });
    assert_eq!(codes(&[format!("type Query {{ i: I0 }} {circle}")]), ["INVALID_GRAPHQL"]);
    let all = (0..50).map(|index| format!("I{index}")).collect::<Vec<_>>().join(" & ");
    let complete = each(50, |index| format!("interface I{index} implements {all} {{ id: ID }}"));
    assert_eq!(codes(&[format!("type Query {{ i: I0 }} {complete}")]), ["INVALID_GRAPHQL"]);
}

/// Each type's key is the next type's object, around.
#[test]
fn keys_that_need_each_other() {
    let size = 40;
    let ring = |own: &str| {
        let types = each(size, |index| {
            let next = (index + 1) % size;
            format!(
                "type T{index} @key(fields: \"n {{ n {{ id }} }}\") @key(fields: \"id\", \
                 resolvable: false) {{ id: ID! @shareable n: T{next} @shareable \
                 {own}{index}: Int }}"
            )
        });
        format!("{types} type Query {{ {own}: T0 }}")
    };
    assert_eq!(codes(&[ring("a"), ring("b"), ring("c")]), [] as [&str; 0]);
}

/// Each field's requirement is the next one, of the type's objects and of those nested in them.
#[test]
fn requirements_that_need_each_other() {
    let size = 30;
    let member = |own: usize| {
        let next = (own + 1) % size;
        let query = if own == 0 { "type Query { t: T }" } else { "" };
        let nested = if own == 0 { "t: T" } else { "t: T @external" };
        format!(
            "{query} type T @key(fields: \"id\") {{ id: ID! {nested} f{next}: Int @external \
             f{own}: Int @requires(fields: \"f{next} t {{ f{next} t {{ f{next} }} }}\") }}"
        )
    };
    assert_eq!(codes(&(0..size).map(member).collect::<Vec<_>>()), ["SATISFIABILITY_ERROR"]);
}

#[test]
fn a_requirement_through_many_interfaces() {
    let depth = 40;
    let requirement = format!("{}id{}", "i { ".repeat(depth), " }".repeat(depth));
    let implementations = each(3, |index| {
        format!("type O{index} implements I {{ id: ID! @shareable i: I @shareable }}")
    });
    let interface = format!("interface I {{ id: ID! i: I }} {implementations}");
    let one = format!(
        "type Query {{ t: T }} type T @key(fields: \"id\") {{ id: ID! id2: ID i: I @shareable }} \
         {interface}"
    );
    let other = format!(
        "type T @key(fields: \"id\") {{ id: ID! i: I @external y: Int \
         x: Int @requires(fields: \"{requirement}\") id2: ID @override(from: \"s0\", label: \
         \"a\") }} {}",
        interface.replace("@shareable", "@external")
    );
    assert_eq!(codes(&[one, other]), [] as [&str; 0]);
}

#[test]
fn thirty_labels_on_one_type() {
    let fields = |label: &str| {
        each(30, |index| {
            let label = label.replace('#', &index.to_string());
            format!("k{index}: ID! {label}")
        })
    };
    let keys = each(30, |index| format!("@key(fields: \"k{index}\")"));
    let old = format!("type Query {{ t: T }} type T {keys} {{ {} }}", fields("@shareable"));
    let new = fields("@shareable @override(from: \"s0\", label: \"l#\")");
    let new = format!("type T {keys} {{ {new} x: Int }}");
    let _ = codes(&[old, new]);
}

/// The labels of one type are known below it: combinations multiply on the way down.
#[test]
fn labels_on_types_inside_one_another() {
    let depth = 24;
    let types = |label: &str| {
        each(depth, |index| {
            let label = label.replace('#', &index.to_string());
            format!(
                "type T{index} @key(fields: \"id\") @key(fields: \"k\") {{ id: ID! @shareable \
                 k: ID! @shareable {label} n: T{} @shareable {label} }}",
                (index + 1) % depth
            )
        })
    };
    let old = format!("type Query {{ t: T0 }} {}", types(""));
    let new = types("@override(from: \"s0\", label: \"l#\")");
    assert_eq!(codes(&[old, new]), ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]);
}

/// `depth` input objects of `width` required fields, each of the next.
fn nested_inputs(depth: usize, width: usize) -> String {
    each(depth, |index| {
        let next = if index + 1 == depth { "Int".to_owned() } else { format!("I{}", index + 1) };
        format!("input I{index} {{ {} }}", each(width, |field| format!("f{field}: {next}!")))
    })
}

/// A query that cannot be answered is shown with the arguments it must have.
#[test]
fn a_counterexample_with_many_arguments() {
    let arguments = each(8, |index| format!("i{index}: I0!"));
    let inputs = nested_inputs(4, 10);
    let one = format!("type Query {{ t({arguments}): T }} type T {{ id: ID! }} {inputs}");
    let other = "type T { x: Int @shareable } type Query { y: Int }".to_owned();
    let texts = [("a".to_owned(), one), ("b".to_owned(), other)];
    let errors = compose(&subgraphs(&texts)).expect_err("`T.x` cannot be reached");
    let longest = errors.iter().map(|error| error.render(false).len()).max();
    assert!(longest < Some(5_000), "{longest:?} bytes are shown");
}

#[test]
fn inputs_inside_one_another() {
    let query = "type Query { a(i: I0): Int }";
    assert_eq!(codes(&[format!("{query} {}", nested_inputs(3, 30))]), [] as [&str; 0]);
    assert_eq!(codes(&[format!("{query} {}", nested_inputs(12, 100))]), ["INVALID_GRAPHQL"]);
    let optional = nested_inputs(12, 100).replace('!', "");
    assert_eq!(codes(&[format!("{query} {optional}")]), [] as [&str; 0]);
    let directive = format!("directive @d(i: I0) on FIELD {query} {optional}");
    assert_eq!(codes(&[directive]), ["INVALID_GRAPHQL"]);
}

#[test]
fn types_and_values_of_many_lists() {
    let lists = |depth: usize| format!("{}Int{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [50, 150, 190, 1_000, 10_000] {
        let sdl = format!("type Query {{ a(b: {0}): {0} }}", lists(depth));
        let found = codes(&[sdl.clone(), sdl.replace("a(", "c(")]);
        assert_eq!(found.is_empty(), depth < 200, "{depth} lists: {found:?}");
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let found = codes(&[format!("scalar Any type Query {{ a(b: Any = {value}): Int }}")]);
        assert_eq!(found.is_empty(), depth < 200, "{depth} values: {found:?}");
    }
}

#[test]
fn a_description_of_a_megabyte() {
    let text = "so long ".repeat(131_072);
    let sdl = |more: &str| format!("\"\"\"{text}{more}\"\"\" type Query {{ a: Int @shareable }}");
    let short = "\"shorter\" type Query { a: Int @shareable }".to_owned();
    assert_eq!(codes(&[sdl(""), short]), [] as [&str; 0]);
    let broken = format!("{} {{", sdl(""));
    assert_eq!(codes(&[broken]), ["INVALID_GRAPHQL"]);
}

#[test]
fn a_thousand_fields_with_a_directive_each() {
    let mut sdl = String::new();
    for index in 0..1_000 {
        let _ = writeln!(sdl, "type T{index} @key(fields: \"id\") {{ id: ID! t: T{} }}", index / 2);
    }
    let query = format!("type Query {{ {} }}", each(1_000, |index| format!("t{index}: T{index}")));
    assert_eq!(
        codes(&[
            format!("{query} {sdl}"),
            "type T5 @key(fields: \"id\") { id: ID! x: Int }".to_owned()
        ]),
        [] as [&str; 0]
    );
}

//! Diagnostics as text, and hostile schemas: clear errors, no panics.

use std::sync::Arc;

use federation::composition::compose;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::subgraph::SubgraphSource;
use federation::supergraph::Supergraph;

fn file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { name: "a.graphql".to_owned(), text: text.to_owned() })
}

fn subgraph(name: &str, text: &str) -> SubgraphSource {
    SubgraphSource { name: name.to_owned(), url: String::new(), sdl: file(text) }
}

/// The codes of what composing one text finds; every diagnostic is also rendered.
fn codes(text: &str) -> Vec<&'static str> {
    match compose(&[subgraph("a", text)]) {
        Ok(_) => Vec::new(),
        Err(errors) => {
            let rendered = errors.iter().map(|error| error.render(true).len());
            assert!(rendered.sum::<usize>() > 0);
            errors.iter().map(|error| error.code).collect()
        }
    }
}

const LINK: &str = r#"extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requires", "@external"]
)
"#;

#[test]
fn a_line_for_logs_names_code_coordinate_and_places() {
    let source = file("type Query {\n  ä: Int\n}\n");
    let error = Diagnostic::error("SOME_CODE", "something is wrong")
        .with_coordinate("Query.a")
        .with_label(&source, 15..17, "here")
        .with_label(&source, 0..4, "there");
    let expected = "SOME_CODE Query.a: something is wrong (a.graphql:2:3, a.graphql:1:1)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_rendering_shows_every_file_and_the_way_out() {
    let (one, other) = (file("type A"), file("type B"));
    let error = Diagnostic::error("SOME_CODE", "something is wrong")
        .with_label(&one, 5..6, "here")
        .with_label(&other, 5..6, "there")
        .with_help("mend it");
    let expected = "error[SOME_CODE]: something is wrong
 --> a.graphql:1:6
  |
1 | type A
  |      ^ here
  |
 ::: a.graphql:1:6
  |
1 | type B
  |      - there
  |
  = help: mend it";
    assert_eq!(error.render(false), expected);
}

#[test]
fn a_rendering_counts_the_lines_that_it_does_not_show() {
    let text = "# before\r\n".repeat(99) + "type A {\r\n  b: Int\r\n}\r\n" + "# after\n";
    let source = file(&text);
    let at = |word: &str| text.find(word).map(|start| start..start + 1).expect("a word of it");
    let error = Diagnostic::error("SOME_CODE", "something is wrong")
        .with_label(&source, at("b: Int"), "here")
        .with_label(&source, at("A {"), "in this");
    let expected = "error[SOME_CODE]: something is wrong
   --> a.graphql:101:3
    |
100 | type A {
    |      - in this
101 |   b: Int
    |   ^ here";
    assert_eq!(error.render(false), expected);
    let error = Diagnostic::error("SOME_CODE", "something is wrong");
    let error = error.with_label(&source, text.len()..text.len(), "it ends");
    assert!(error.render(false).contains("103 | # after\n"), "{}", error.render(false));
}

#[test]
fn a_rendering_survives_every_span() {
    for text in ["", "\n", "é", "aé\r\n漢字\n", "\u{7}\u{1b}[31m", "x"] {
        let source = file(text);
        for start in 0..text.len() + 3 {
            for end in 0..text.len() + 3 {
                let error = Diagnostic::error("C", "m\n\u{1b}[31m")
                    .with_label(&source, start..end, "l\n")
                    .with_label(&source, end..usize::MAX, "");
                assert!(!error.render(false).is_empty());
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

#[test]
fn empty_and_broken_texts_are_errors() {
    assert_eq!(codes(""), ["INVALID_GRAPHQL"]);
    assert_eq!(codes("# nothing\n"), ["INVALID_GRAPHQL"]);
    assert_eq!(codes("scalar S"), ["NO_QUERIES"]);
    assert_eq!(codes("query { a }"), ["INVALID_GRAPHQL"]);
    assert!(codes("\u{0}").contains(&"INVALID_GRAPHQL"));
    assert!(codes("type Query { a: Int } type Query { a: Int }").contains(&"INVALID_GRAPHQL"));
    assert!(codes("type Query { a: Int a: Int }").contains(&"INVALID_GRAPHQL"));
    assert!(codes("type Query { a: Query } extend enum Query { A }").contains(&"INVALID_GRAPHQL"));
    assert!(codes("schema { query: Nope }").contains(&"INVALID_GRAPHQL"));
    assert_eq!(codes("scalar Query"), ["ROOT_QUERY_USED"]);
    assert_eq!(
        codes("extend schema { mutation: M } type M { a: Int } type Query { a: M }"),
        ["ROOT_QUERY_USED"]
    );
}

#[test]
fn cycles_are_errors() {
    let interfaces = "type Query { a: I } interface I implements J { x: Int }
                      interface J implements I { x: Int }";
    assert!(codes(interfaces).contains(&"INVALID_GRAPHQL"));
    let inputs = "type Query { a(i: I): Int } input I { j: J! } input J { i: I! }";
    assert!(codes(inputs).contains(&"INVALID_GRAPHQL"));
    let directives = "type Query { a: Int } directive @a(x: Int @a) on ARGUMENT_DEFINITION";
    assert!(codes(directives).contains(&"INVALID_GRAPHQL"));
}

#[test]
fn depth_is_limited() {
    let depth = 100_000;
    let list = format!("type Query {{ a: {}Int{} }}", "[".repeat(depth), "]".repeat(depth));
    assert!(codes(&list).contains(&"INVALID_GRAPHQL"));
    let value =
        format!("type Query {{ a(x: Int = {}1{}): Int }}", "[".repeat(depth), "]".repeat(depth));
    assert!(codes(&value).contains(&"INVALID_GRAPHQL"));
    let objects =
        format!("type Query {{ a(x: Int = {}1{}): Int }}", "{a:".repeat(depth), "}".repeat(depth));
    assert!(codes(&objects).contains(&"INVALID_GRAPHQL"));
    let key = format!("{}id{}", "a{".repeat(depth), "}".repeat(depth));
    let text = format!("{LINK}type Query @key(fields: \"{key}\") {{ a: Query id: ID }}");
    assert_eq!(codes(&text), ["KEY_INVALID_FIELDS"]);
}

#[test]
fn field_sets_cannot_smuggle_definitions() {
    for fields in
        ["id } query X { id", "id } type Z { id: ID", "}", "{ id } { id }", "query { id }"]
    {
        let text = format!("{LINK}type Query @key(fields: \"{fields}\") {{ id: ID }}");
        assert_eq!(codes(&text), ["KEY_INVALID_FIELDS"], "{fields}");
    }
    let escaped = format!("{LINK}type Query @key(fields: \"\\u0069d n\\u00f6pe\") {{ id: ID }}");
    assert_eq!(codes(&escaped), ["KEY_INVALID_FIELDS"]);
}

#[test]
fn long_names_and_many_errors_are_bounded() {
    let name = "a".repeat(1_000_000);
    assert_eq!(codes(&format!("type Query {{ {name}: {name} }}")), ["INVALID_GRAPHQL"]);
    let many = "a: Nope ".repeat(2_000);
    assert!(codes(&format!("type Query {{ {many} }}")).len() <= 100);
}

#[test]
fn names_of_subgraphs_are_checked() {
    let text = "type Query { a: Int }";
    let code = |subgraphs: &[SubgraphSource]| {
        compose(subgraphs).map(|_| ()).map_err(|errors| errors[0].code)
    };
    assert_eq!(code(&[]), Err("NO_QUERIES"));
    for name in ["", " ", "_", "a\nb"] {
        assert_eq!(code(&[subgraph(name, text)]), Err("INVALID_SUBGRAPH_NAME"), "{name:?}");
    }
    let twins = [subgraph("a", text), subgraph("a", text)];
    assert_eq!(code(&twins), Err("INVALID_SUBGRAPH_NAME"));
    let too_many: Vec<_> = (0..65_537).map(|n| subgraph(&n.to_string(), "")).collect();
    assert_eq!(code(&too_many), Err("INVALID_SUBGRAPH_NAME"));
}

#[test]
fn the_order_of_subgraphs_does_not_matter() {
    let link = LINK.replace("\"@key\"", "\"@key\", \"@shareable\"");
    let one = subgraph("one", &format!("{link}type Query {{ a: T @shareable }} scalar T"));
    let two = subgraph("two", &format!("{link}type Query {{ a: T @shareable b: T }} scalar T"));
    let print = |subgraphs: &[SubgraphSource]| {
        compose(subgraphs).expect("a composition").supergraph.to_string()
    };
    let forth = print(&[one.clone(), two.clone()]);
    assert_eq!(forth, print(&[two, one]));
    assert!(Supergraph::parse(&forth, "supergraph").is_ok());
}

//! Supergraph documents: reading, printing, and what is refused.

use std::path::Path;
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::supergraph::Supergraph;

use crate::composition::subgraphs_of;

/// Written by `@theguild/federation-composition` 0.27 from the subgraphs of the case `shop`.
const COMPOSED_ELSEWHERE: &str = include_str!("supergraph/composed_elsewhere.graphql");

/// Features under names of the document's own.
const LINKED_FEATURES: &str = include_str!("supergraph/linked_features.graphql");

fn parse(sdl: &str) -> Supergraph {
    Supergraph::parse(sdl, "supergraph.graphql").expect("a supergraph")
}

fn errors(sdl: &str) -> String {
    let errors = Supergraph::parse(sdl, "supergraph.graphql").expect_err("no supergraph");
    errors.iter().map(|error| format!("{error}\n")).collect()
}

/// A small supergraph whose links, type directives and fields are given.
fn document(links: &str, more: &str) -> String {
    format!(
        r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") {links} {{ query: Query }}
directive @link(
  url: String
  as: String
  for: link__Purpose
  import: [link__Import]
) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(
  graph: join__Graph!
  key: join__FieldSet
  extension: Boolean! = false
  resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
  overrideLabel: String
  contextArguments: join__ContextArguments
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__directive(graphs: [join__Graph!], name: String!) repeatable on SCHEMA | OBJECT
scalar join__FieldSet
scalar join__ContextArguments
scalar link__Import
enum link__Purpose {{ SECURITY EXECUTION }}
enum join__Graph {{
  B @join__graph(name: "b", url: "http://b")
  A @join__graph(name: "a", url: "http://a")
}}
{more}
"#
    )
}

const JOIN: &str = r#"@link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)"#;

#[test]
fn another_composer_says_the_same_about_the_same_subgraphs() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition/shop");
    let ours = compose(&subgraphs_of(&case)).expect("a composition").supergraph;
    assert_eq!(parse(COMPOSED_ELSEWHERE), ours);
}

#[test]
fn printing_and_reading_changes_nothing() {
    let theirs = parse(COMPOSED_ELSEWHERE);
    let printed = theirs.to_string();
    assert_eq!(parse(&printed), theirs);
    assert_eq!(parse(&printed).to_string(), printed);
}

#[test]
fn subgraphs_are_sorted_by_name() {
    let supergraph = parse(&document(JOIN, "type Query @join__type(graph: B) { x: Int }"));
    let names: Vec<_> = supergraph.subgraphs.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let b = supergraph.subgraph_id("b").expect("there is b");
    assert_eq!(supergraph.subgraph(b).url, "http://b");
    assert_eq!(supergraph.joins["Query"].fields["x"][0].subgraph, b);
}

#[test]
fn a_field_without_a_join_is_everywhere_its_type_is() {
    let more = "type Query @join__type(graph: A) @join__type(graph: B) {
      everywhere: Int nowhere: Int @join__field one: Int @join__field(graph: A, type: \"Int!\")
    }";
    let supergraph = parse(&document(JOIN, more));
    let fields = &supergraph.joins["Query"].fields;
    assert_eq!(fields["everywhere"].len(), 2);
    assert_eq!(fields["nowhere"].len(), 0);
    let ty = fields["one"][0].ty.as_ref().map(ToString::to_string);
    assert_eq!(ty.as_deref(), Some("Int!"));
}

#[test]
fn features_under_other_names_are_the_same_features() {
    let links = r#"@link(url: "https://specs.apollo.dev/join/v0.3", as: "join")
      @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
      @link(url: "https://specs.apollo.dev/tag/v0.3", import: [{ name: "@tag", as: "@mark" }])"#;
    let more = r#"
      directive @hidden on FIELD_DEFINITION
      directive @mark(name: String!) repeatable on FIELD_DEFINITION
      type Query @join__type(graph: A) { x: Int @mark(name: "m") secret: Int @hidden }"#;
    let supergraph = parse(&document(links, more));
    let api = ApiSchema::new(&supergraph).expect("an API");
    assert_eq!(api.to_string().trim(), "type Query {\n  x: Int\n}");
    let printed = supergraph.to_string();
    assert!(printed.contains("secret: Int @hidden"), "{printed}");
    assert!(printed.contains(r#"x: Int @mark(name: "m")"#), "{printed}");
    assert_eq!(parse(&printed), supergraph);
    assert!(supergraph.schema.directive_definitions.contains_key("inaccessible"));
}

#[test]
fn what_a_router_must_know_and_does_not_is_refused() {
    let query = "type Query @join__type(graph: A) { x: Int }";
    let refused = [
        ("guarded/v0.1", ", for: SECURITY", "needed for SECURITY"),
        ("queued/v0.2", ", for: EXECUTION", "needed for EXECUTION"),
        ("authenticated/v0.2", ", for: SECURITY", "version is not known"),
        ("connect/v0.9", ", for: EXECUTION", "version is not known"),
        ("inaccessible/v0.9", "", "version is not known"),
        ("inaccessible", "", "version is not known"),
    ];
    for (feature, purpose, why) in refused {
        let link = format!(r#"@link(url: "https://specs.apollo.dev/{feature}"{purpose})"#);
        let found = errors(&document(&format!("{JOIN} {link}"), query));
        assert!(found.starts_with("INVALID_FEDERATION_SUPERGRAPH @link"), "{found}");
        assert!(found.contains(feature) && found.contains(why), "{found}");
    }
    let link = r#"@link(url: "https://example.com/ours/v1.0", import: ["@ours"])"#;
    parse(&document(&format!("{JOIN} {link}"), query));
}

#[test]
fn features_are_read_and_printed_as_they_are() {
    let supergraph = parse(LINKED_FEATURES);
    let urls: Vec<_> = supergraph.features.iter().map(|feature| feature.url.as_str()).collect();
    let specs = "authenticated policy requiresScopes cost cacheTag connect";
    for (url, spec) in urls.iter().zip(specs.split(' ')) {
        assert!(url.starts_with(&format!("https://specs.apollo.dev/{spec}/v0.")), "{urls:?}");
    }
    assert_eq!(urls.last(), Some(&"https://example.com/ours/v1.2"));
    let printed = supergraph.to_string();
    assert_eq!(parse(&printed), supergraph);
    let kept = [
        r#"a: A @join__directive(graphs: [ONE], name: "connect", args: {source: "v1"}) @auth"#,
        "@scopes(scopes: [[\"a\", \"b\"]])",
        "b: Int @price(weight: 3)",
        "scalar guard__Policy",
        "scalar ours__Level",
        "directive @scopes(scopes: [[ScopeName!]!]!) on",
        r#"@join__directive(graphs: [ONE], name: "federation__cacheTag", args: {format: "a"})"#,
        r#"@join__directive(graphs: [ONE], name: "source", args: {name: "v1", http: {url: "x"}})"#,
    ];
    for kept in kept {
        assert!(printed.contains(kept), "{kept} is not in\n{printed}");
    }
    let applied = &supergraph.schema.get_object("Query").expect("there is one").fields["b"];
    assert!(applied.directives.has("cost"), "known directives have their own names");
    let api = ApiSchema::new(&supergraph).expect("an API");
    let expected = "type A {\n  id: ID!\n}\n\n\
                    type Query {\n  a: A\n  b: Int\n  c: [Int]\n}\n";
    assert_eq!(api.to_string(), expected);
}

#[test]
fn a_name_of_a_feature_that_is_linked_otherwise_cannot_be_another_directive() {
    let links = format!(
        r#"{JOIN} @link(url: "https://specs.apollo.dev/tag/v0.3", import: [{{
             name: "@tag", as: "@mark"
           }}])"#
    );
    let more = "directive @mark(name: String!) repeatable on FIELD_DEFINITION
                directive @tag on FIELD
                type Query @join__type(graph: A) { x: Int }";
    let found = errors(&document(&links, more));
    assert!(found.starts_with("INVALID_FEDERATION_SUPERGRAPH @tag: "), "{found}");
}

#[test]
fn what_the_joins_say_must_hold_together() {
    let wrong = [
        ("type Query { x: Int }", "no subgraph has the type `Query`"),
        ("type Query @join__type(graph: A) { x: Int @join__field(graph: B) }", "lacks the type"),
        ("type Query @join__type(graph: A, key: \"{\") { x: Int }", "`key` is no field set"),
        (
            "type Query @join__type(graph: A) { x: Int @join__field(graph: A, type: \"[\") }",
            "`[` is no type",
        ),
        (
            "type Query @join__type(graph: A) {
               x: Int @join__field(graph: A, contextArguments: 3)
             }",
            "`3` is no list of context arguments",
        ),
        (
            "type Query @join__type(graph: A) @join__directive(graphs: [A], name: \"a b\") {
               x: Int
             }",
            "`a b` is no directive",
        ),
    ];
    for (more, why) in wrong {
        let found = errors(&document(JOIN, more));
        assert!(found.contains("INVALID_FEDERATION_SUPERGRAPH") && found.contains(why), "{found}");
    }
}

#[test]
fn what_is_no_supergraph_says_so() {
    let plain = errors("type Query { x: Int }");
    assert!(plain.contains("does not link the join specification"), "{plain}");
    let syntax = errors("type Query {\n  x: ]\n}");
    assert!(syntax.starts_with("INVALID_GRAPHQL: syntax error"), "{syntax}");
    assert!(syntax.contains("(supergraph.graphql:2:6"), "{syntax}");
    let old = errors(
        "schema @core(feature: \"https://specs.apollo.dev/join/v0.1\") { query: Query }
         directive @core(feature: String!) repeatable on SCHEMA
         type Query { x: Int }",
    );
    assert!(old.contains("INVALID_FEDERATION_SUPERGRAPH"), "{old}");
    assert!(errors("").contains("INVALID_GRAPHQL"));
}

#[test]
fn clients_see_no_machinery_and_nothing_inaccessible() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR"));
    let case = case.join("../cases/composition/tags_and_inaccessible");
    let supergraph = compose(&subgraphs_of(&case)).expect("a composition").supergraph;
    let api = ApiSchema::new(&supergraph).expect("an API");
    let expected = "enum E {\n  A\n}\n\ntype Query {\n  u: U\n}\n\n\
                    type U {\n  id: ID!\n  name: String\n  x: X\n}\n\n\
                    type X {\n  k: ID!\n  e(in: E = A): E\n  y: Int\n}\n";
    assert_eq!(api.to_string(), expected);
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition/interfaces");
    let supergraph = compose(&subgraphs_of(&case)).expect("a composition").supergraph;
    let api = ApiSchema::new(&supergraph).expect("an API");
    let implementers = &api.implementers()["I"];
    assert_eq!(implementers.objects.len(), 2);
    assert_eq!(implementers.interfaces.len(), 1);
}

#[test]
fn a_supergraph_is_known_by_what_it_links() {
    let is_meant = |text: &str| {
        let (name, text) = ("schema.graphql".to_owned(), text.to_owned());
        Supergraph::is_meant(&Arc::new(SourceFile { name, text }))
    };
    assert!(is_meant(COMPOSED_ELSEWHERE));
    let link = "schema @link(url: \"https://specs.apollo.dev/link/v1.0\") ";
    let join = "@link(url: \"https://specs.apollo.dev/join/v0.3\", as: \"j\") { query: Query }";
    assert!(is_meant(&format!("{link}{join} enum j__Graph {{ A }}")));
    assert!(is_meant("schema @core(feature: \"https://specs.apollo.dev/join/v0.1\") { query: Q }"));
    assert!(is_meant("type Query { a: Int } enum join__Graph { A }"));
    assert!(!is_meant("\"Not to be confused with join__Graph\" type Query { a: Int }"));
    assert!(!is_meant("enum join__Graph {"));
    assert!(!is_meant(&format!("{link} {{ query: Query }} type Query {{ joined: Int }}")));
}

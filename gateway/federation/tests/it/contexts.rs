//! Contexts in supergraph documents, for clients and for the planner.

use std::path::Path;
use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::{Diagnostic, SourceFile};
use federation::subgraph::SubgraphSource;
use federation::supergraph::{ContextArgument, Supergraph};

use crate::composition::subgraphs_of;

/// As other composers write it: the selection as it was in the subgraph, the directive renamed.
const COMPOSED_ELSEWHERE: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", import: [
    { name: "@context", as: "@sets" }
  ], for: SECURITY)
{
  query: Query
}

directive @sets(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION
directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
  overrideLabel: String
  contextArguments: [join__ContextArgument!]
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(
  graph: join__Graph!
  key: join__FieldSet
  extension: Boolean! = false
  resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(
  url: String
  as: String
  for: link__Purpose
  import: [link__Import]
) repeatable on SCHEMA
scalar context__ContextFieldValue
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}
scalar join__FieldSet
scalar join__FieldValue
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://a.example/graphql") }

type Query @join__type(graph: A) { t: T! }
type T @join__type(graph: A, key: "id") @sets(name: "a__ctx") { id: ID! u: U! locale: String! }
type U @join__type(graph: A, key: "id") {
  id: ID!
  greeting: String! @join__field(graph: A, contextArguments: [
    { context: "a__ctx", name: "locale", type: "[String]", selection: "\n {  locale\n}" }
  ])
}
"#;

fn parse(sdl: &str) -> Supergraph {
    Supergraph::parse(sdl, "supergraph.graphql").expect("a supergraph")
}

fn case(name: &str) -> Supergraph {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/composition").join(name);
    compose(&subgraphs_of(&case)).expect("a composition").supergraph
}

fn lines(errors: &[Diagnostic]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}

#[test]
fn contextual_arguments_of_another_composer_are_read() {
    let supergraph = parse(COMPOSED_ELSEWHERE);
    let field = &supergraph.joins["U"].fields["greeting"][0];
    let [ContextArgument { name, ty, context, selection }] = field.context_arguments.as_slice()
    else {
        panic!("{field:?}");
    };
    assert_eq!(name, "locale");
    assert_eq!(ty.to_string(), "[String]");
    assert_eq!(context, "a__ctx");
    assert_eq!(selection, "{ locale }");
    let setter = supergraph.schema.get_object("T").expect("there is one");
    assert!(setter.directives.has("context"), "known directives have their own names");
    let printed = supergraph.to_string();
    assert_eq!(parse(&printed), supergraph);
    assert!(printed.contains("https://specs.apollo.dev/join/v0.5"), "{printed}");
    assert!(printed.contains(r#"@sets(name: "a__ctx")"#), "{printed}");
}

#[test]
fn context_arguments_must_say_what_they_are() {
    let good =
        r#"{ context: "a__ctx", name: "locale", type: "[String]", selection: "\n {  locale\n}" }"#;
    assert!(COMPOSED_ELSEWHERE.contains(good));
    let wrong = [
        (r#"{ context: "a__ctx", name: "1", type: "Int", selection: "a" }"#, "no argument's name"),
        (r#"{ context: "a__ctx", name: "l", type: "[", selection: "a" }"#, "`[` is no type"),
        (r#"{ context: "a__ctx", name: "l", type: "Int", selection: "{" }"#, "no field set"),
        (r#"{ context: "a__ctx", name: "l", type: "Int", selection: 3 }"#, "as its `selection`"),
    ];
    for (argument, why) in wrong {
        let found = Supergraph::parse(&COMPOSED_ELSEWHERE.replace(good, argument), "s.graphql");
        let found = lines(&found.expect_err("no supergraph"));
        assert!(found.starts_with("INVALID_FEDERATION_SUPERGRAPH"), "{found}");
        assert!(found.contains(why) && found.contains("s.graphql:"), "{found}");
    }
    let unset = COMPOSED_ELSEWHERE.replace(r#"@sets(name: "a__ctx")"#, "");
    let found = lines(&Supergraph::parse(&unset, "s.graphql").expect_err("no supergraph"));
    assert!(found.contains("reads the context `a__ctx`, and no type sets it"), "{found}");
    let missing = COMPOSED_ELSEWHERE.replace(r#"context: "a__ctx","#, "");
    assert!(Supergraph::parse(&missing, "s.graphql").is_err());
}

#[test]
fn clients_do_not_see_contextual_arguments() {
    for supergraph in [parse(COMPOSED_ELSEWHERE), case("context_of_an_object")] {
        let api = ApiSchema::new(&supergraph).expect("an API").to_string();
        assert!(api.contains("  greeting: String!\n"), "{api}");
        assert!(!api.contains("context") && !api.contains('@'), "{api}");
    }
    let api = ApiSchema::new(&case("context_and_other_arguments")).expect("an API").to_string();
    assert!(api.contains("  greeting(formal: Boolean! = false): String!\n"), "{api}");
}

#[test]
fn hostile_selections_are_errors() {
    let deep = format!("{}a{}", "{ a ".repeat(5_000), "}".repeat(5_000));
    let long = "... on T { a } ".repeat(5_000);
    for selection in [deep, long] {
        let text = format!(
            r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: [
                 "@key", "@context", "@fromContext"
               ])
               type Query {{ t: T }}
               type T @key(fields: "id") @context(name: "ctx") {{
                 id: ID! a: T b(c: Int @fromContext(field: "$ctx {selection}")): Int
               }}"#
        );
        let sdl = Arc::new(SourceFile { name: "a.graphql".to_owned(), text });
        let source = SubgraphSource { name: "a".to_owned(), url: "http://a".to_owned(), sdl };
        let found = lines(&compose(&[source]).expect_err("errors"));
        assert!(found.starts_with("CONTEXT_INVALID_SELECTION T.b(c:): "), "{found}");
    }
}

//! Documents that never become operations, and the limits on those that do, on both sides. What
//! operations are planned to is in `gateway/cases`.

use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Operation, OperationLimits, Part, RequestError};
use federation::planner::{self, PlanError};
use federation::query_graph::QueryGraph;
use federation::query_plan::{QueryPlan, check_plan};
use federation::subgraph::SubgraphSource;

const PEOPLE: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { person(id: ID): Person people(ids: [ID!]): [Person] }
type Subscription { person: Person }
type Person @key(fields: "id") { id: ID! name: String friend: Person }
"#;

const AGES: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Person @key(fields: "id") { id: ID! age: Int }
"#;

/// Code, message and places.
type Refusal = (&'static str, String, Vec<(usize, usize)>);

struct World {
    api_schema: ApiSchema,
    query_graph: QueryGraph,
}

fn world() -> World {
    let source = |(name, sdl): (&str, &str)| SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: Arc::new(SourceFile { name: name.to_owned(), text: sdl.to_owned() }),
    };
    let composed = compose(&[("people", PEOPLE), ("ages", AGES)].map(source));
    let supergraph = composed.expect("it composes").supergraph;
    World {
        api_schema: ApiSchema::new(&supergraph).expect("an API"),
        query_graph: QueryGraph::new(&supergraph).expect("a graph"),
    }
}

impl World {
    fn parse(&self, query: &str, limits: OperationLimits) -> Result<Operation, Vec<RequestError>> {
        Operation::parse(&self.api_schema, &self.query_graph, query, None, &limits)
    }

    /// Everything that is wrong.
    fn refusals(&self, query: &str) -> Vec<Refusal> {
        let errors =
            self.parse(query, OperationLimits::default()).map(|_| ()).expect_err("it is refused");
        errors.into_iter().map(|error| (error.code, error.message, error.locations)).collect()
    }

    fn code(&self, query: &str, limits: OperationLimits) -> Option<&'static str> {
        self.parse(query, limits).err().map(|errors| errors[0].code)
    }

    fn plan(&self, query: &str) -> Result<QueryPlan, PlanError> {
        let operation = self.parse(query, OperationLimits::default()).expect("a valid operation");
        let plan = planner::plan(&self.query_graph, &operation, &[])?;
        check_plan(&self.query_graph, &operation, &[], &plan).expect("the plan is right");
        Ok(plan)
    }
}

#[test]
fn an_unknown_field_is_said_once() {
    let message = "Cannot query field \"nme\" on type \"Person\".".to_owned();
    let expected = vec![("GRAPHQL_VALIDATION_FAILED", message, vec![(1, 16)])];
    assert_eq!(world().refusals("{ person { ... { nme } } }"), {
        let (code, message, _) = expected[0].clone();
        vec![(code, message, vec![(1, 18)])]
    });
    assert_eq!(world().refusals("{     person { nme } }"), expected);
    let refusals = world().refusals("{ person }");
    assert!(refusals[0].1.contains("must have a selection of subfields"), "{refusals:?}");
}

#[test]
fn syntax_errors_have_a_place() {
    let refusals = world().refusals("{ person(id: 1 { name } }");
    assert_eq!((refusals[0].0, &refusals[0].2), ("GRAPHQL_PARSE_FAILED", &vec![(1, 16)]));
}

#[test]
fn aliases_of_introspection_are_refused() {
    let refusals = world().refusals("{ person { __typename: name } }");
    assert_eq!(refusals[0].0, "GRAPHQL_VALIDATION_FAILED");
    let own = world().parse("{ person { __typename: __typename } }", OperationLimits::default());
    assert!(own.is_ok());
}

#[test]
fn one_key_cannot_stand_for_two_fields() {
    for query in [
        r#"{ people(ids: ["1"]) { id } people(ids: []) { id } }"#,
        r#"{ people(ids: ["1"]) { id } people { id } }"#,
        r#"{ people { id: name id } }"#,
    ] {
        assert_eq!(world().refusals(query)[0].0, "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    let twice = r#"{ people(ids: ["1"]) { id } people(ids: ["1"]) { name } }"#;
    assert!(world().parse(twice, OperationLimits::default()).is_ok());
}

#[test]
fn each_limit_has_two_sides() {
    let world = world();
    let limits = OperationLimits {
        tokens_max: 24,
        depth_max: 3,
        selections_max: 4,
        aliases_max: 2,
        root_fields_max: 2,
    };
    for (query, code) in [
        ("{ person { id name age } }", None),
        ("{ person { friend { id } } }", None),
        ("{ person { friend { friend { id } } } }", Some("MAX_DEPTH_EXCEEDED")),
        ("{ person { a: age b: age c: age d: age e: age } }", Some("TOKEN_LIMIT_EXCEEDED")),
        ("{ person { id name age __typename } }", Some("OPERATION_TOO_COMPLEX")),
        ("{person{a:age b:age age:age}}", None),
        ("{person{a:age b:age c:age}}", Some("MAX_ALIASES_EXCEEDED")),
        ("{ a: __typename __typename }", None),
        ("{ a: __typename b: __typename __typename }", Some("MAX_ROOT_FIELDS_EXCEEDED")),
    ] {
        assert_eq!(world.code(query, limits), code, "{query}");
    }
}

impl World {
    fn with_defer(self) -> Self {
        Self { api_schema: self.api_schema.with_defer().expect("an API"), ..self }
    }
}

#[test]
fn defer_is_unknown_until_it_is_switched_on() {
    let query = "{ person { ... @defer { name } } }";
    assert_eq!(world().code(query, OperationLimits::default()), Some("GRAPHQL_VALIDATION_FAILED"));
    let world = world().with_defer();
    let operation = world.parse(query, OperationLimits::default()).expect("a valid operation");
    assert_eq!(operation.parts(), [Part { label: None, when: None, inside: None }]);
}

#[test]
fn a_label_of_defer_is_written_out_once() {
    let world = world().with_defer();
    for (query, message) in [
        (
            r#"{ person { ... @defer(label: "a") { id } ... @defer(label: "a") { name } } }"#,
            "Value for arguments \"defer(label:)\" and \"stream(label:)\" must be unique across \
             all Defer/Stream directive usages.",
        ),
        (
            "query ($l: String) { person { ... @defer(label: $l) { id } } }",
            "Argument \"@defer(label:)\" must be a static string.",
        ),
        (
            "subscription { ...F } fragment F on Subscription { ... @defer { person { id } } }",
            "Defer directive cannot be used on root subscription type.",
        ),
    ] {
        let refusals = world.refusals(query);
        assert_eq!((refusals[0].0, refusals[0].1.as_str()), ("GRAPHQL_VALIDATION_FAILED", message));
    }
    for query in [
        r#"{ person { ... @defer(label: null) { id } ... @defer { name } } }"#,
        r#"{ person { ...F friend { ...F } } }
           fragment F on Person { ... @defer(label: "f") { id } }"#,
    ] {
        assert_eq!(world.code(query, OperationLimits::default()), None, "{query}");
    }
}

/// Each fragment spreads the next one twice: the text is small, the tree is not.
fn doubling(fragments: usize) -> String {
    let mut query = String::from("{ person { ...F0 } }");
    for number in 0..fragments {
        let next = number + 1;
        let twice = format!("a: friend {{ ...F{next} }} b: friend {{ ...F{next} }}");
        query.push_str(&format!(" fragment F{number} on Person {{ {twice} }}"));
    }
    query.push_str(&format!(" fragment F{fragments} on Person {{ name }}"));
    query
}

#[test]
fn reused_fragments_share_their_selection_and_bound_the_plan() {
    let world = world();
    assert!(world.plan(&doubling(10)).is_ok());
    let operation = world.parse(&doubling(60), OperationLimits::default());
    assert!(operation.is_ok(), "sixty doublings are sixty selections");
    let refused = world.plan(&doubling(60)).map(|_| ()).expect_err("it is refused");
    assert_eq!(refused.code, "OPERATION_TOO_COMPLEX");
}

#[test]
fn a_subscription_has_one_root_fetch_and_what_follows_each_event() {
    let plan = world().plan("subscription { person { name age } }").expect("a plan");
    let types: Vec<String> =
        plan.fetches.iter().map(|fetch| fetch.operation_type.to_string()).collect();
    assert_eq!(types.first().map(String::as_str), Some("subscription"), "{plan}");
    assert!(types[1..].iter().all(|ty| ty == "query"), "{plan}");
}

#[test]
fn plans_are_the_same_each_time() {
    let query = "query Q($a: Boolean!) { person { age name @skip(if: $a) friend { age } } }";
    let plans: Vec<String> = (0..5)
        .map(|_| {
            let plan = world().plan(query).expect("a plan");
            let documents = plan.fetches.iter().map(|fetch| fetch.document.clone());
            format!("{plan}{}", documents.collect::<Vec<_>>().join("\n"))
        })
        .collect();
    assert!(plans.windows(2).all(|pair| pair[0] == pair[1]), "{plans:#?}");
}

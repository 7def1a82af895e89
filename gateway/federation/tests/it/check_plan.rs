//! The plans of all cases are right; and what is wrong with a plan is found.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use apollo_compiler::{Name, name};
use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Condition, Literal, Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::{
    DeliveryId, EntityTarget, FetchId, FetchTarget, OutputField, OutputValue, PositionId,
    QueryPlan, Shape, ShapeField, ShapeId, Slot, SlotId, check_plan,
};
use federation::subgraph::SubgraphSource;

use crate::composition::{rendered, sorted_entries};

struct World {
    api_schema: ApiSchema,
    query_graph: QueryGraph,
}

impl World {
    fn new(subgraphs: &[(String, String)]) -> Result<Self, String> {
        let sources = subgraphs.iter().map(|(name, text)| SubgraphSource {
            name: name.clone(),
            url: String::new(),
            sdl: Arc::new(SourceFile { name: name.clone(), text: text.clone() }),
        });
        let sources: Vec<SubgraphSource> = sources.collect();
        let supergraph = compose(&sources).map_err(|errors| rendered(&errors))?.supergraph;
        Ok(Self {
            api_schema: ApiSchema::new(&supergraph)
                .and_then(ApiSchema::with_defer)
                .map_err(|errors| rendered(&errors))?,
            query_graph: QueryGraph::new(&supergraph).map_err(|errors| rendered(&errors))?,
        })
    }

    fn plan(&self, query: &str, labels: &[bool]) -> Result<(Operation, QueryPlan), String> {
        let limits = OperationLimits::default();
        let operation = Operation::parse(&self.api_schema, &self.query_graph, query, None, &limits)
            .map_err(|errors| format!("{errors:?}"))?;
        let plan = planner::plan(&self.query_graph, &operation, labels)
            .map_err(|error| format!("{} {error}", error.code))?;
        Ok((operation, plan))
    }

    fn check(&self, query: &str) -> Result<(), String> {
        let labels = self.query_graph.labels().len();
        for values in 0u32..1 << labels.min(4) {
            let values: Vec<bool> = (0..labels).map(|label| values >> label & 1 == 1).collect();
            self.check_with(query, &values)?;
        }
        Ok(())
    }

    fn check_with(&self, query: &str, labels: &[bool]) -> Result<(), String> {
        let (operation, plan) = self.plan(query, labels)?;
        check_plan(&self.query_graph, &operation, labels, &plan)
            .map_err(|findings| format!("{}\n{plan}", findings.join("\n")))
    }
}

#[test]
fn the_plans_of_all_cases_are_right() {
    let only = std::env::var("CASES").unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases/execution");
    let mut failures = Vec::new();
    let mut plans = 0;
    for folder in sorted_entries(&root) {
        let world = match World::new(&subgraphs(&folder)) {
            Ok(world) => world,
            Err(failure) => {
                failures.push(format!("{}: {failure}", folder.display()));
                continue;
            }
        };
        for file in sorted_entries(&folder) {
            let is_operation = file.extension().is_some_and(|it| it == "graphql");
            if !is_operation || !file.to_string_lossy().contains(&only) {
                continue;
            }
            let query = fs::read_to_string(&file).expect("a readable file");
            plans += 1;
            if let Err(failure) = world.check(&query) {
                let name = file.strip_prefix(&root).unwrap_or(&file);
                failures.push(format!("{}: {failure}", name.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n\n"), failures.len());
    assert!(plans > 0, "there are no cases");
}

fn subgraphs(folder: &Path) -> Vec<(String, String)> {
    let files = sorted_entries(&folder.join("subgraphs"));
    let read = files.iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, fs::read_to_string(file).expect("a readable file"))
    });
    read.collect()
}

const A: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { user: User  users: [User]  media: [Media] }
type Mutation { one: User  two: Int }
type User @key(fields: "id") { id: ID!  name: String  size: Size  old: Int  friend: User }
type Size { width(unit: String): Int }
interface Media { id: ID!  title: String }
type Book implements Media @key(fields: "id") { id: ID!  title: String  pages: Int  friend: User }
type Film implements Media @key(fields: "id") {
  id: ID!  title: String  pages(of: Int): Int  friend: User
}
"#;

const B: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [
  "@key", "@external", "@requires", "@override"])
type Query { count: Int }
type Mutation { three: Int  user: User }
type User @key(fields: "id") {
  id: ID!
  name: String @external
  size: Size @external
  old: Int @override(from: "a")
  age(of: Int): Int
  greeting: String @requires(fields: "name size { width(unit: \"m\") }")
  query: Query
}
type Size { width(unit: String): Int @external }
type Book @key(fields: "id") { id: ID!  stars: Int }
type Film @key(fields: "id") { id: ID!  stars: Int }
"#;

const USER: &str = "{ user { name age } }";
const GREETING: &str = "{ user { greeting size { width } } }";
const MEDIA: &str = "{ media { title ... on Book { pages } ... on Film { pages(of: 1) stars } } }";
const FRIENDS: &str = "{ media { ... on Book { friend { name } } ... on Film { friend { id } } } }";
const DEFERRED: &str = "{ user { name ... @defer { age ... @defer { id size { width } } } } }";
const MUTATION: &str = "mutation { one { name age } three two }";

/// Plans, breaks the plan, and demands that the break is found.
fn broken(query: &str, finding: &str, break_it: impl Fn(&mut QueryPlan)) {
    let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let world = World::new(&[named("a", A), named("b", B)]).expect("it composes");
    let (operation, mut plan) = world.plan(query, &[]).expect("a plan");
    check_plan(&world.query_graph, &operation, &[], &plan).expect("the plan is right");
    let before = format!("{plan:?}");
    break_it(&mut plan);
    assert_ne!(before, format!("{plan:?}"), "nothing is broken: {plan}");
    let findings = check_plan(&world.query_graph, &operation, &[], &plan).expect_err(finding);
    assert!(findings.iter().any(|one| one.contains(finding)), "{finding}: {findings:#?}\n{before}");
}

fn replace(plan: &mut QueryPlan, fetch: usize, from: &str, to: &str) {
    plan.fetches[fetch].document = plan.fetches[fetch].document.replace(from, to);
}

fn target(plan: &mut QueryPlan, fetch: usize) -> &mut EntityTarget {
    match &mut plan.fetches[fetch].target {
        FetchTarget::Entities(inputs) => &mut inputs[0].targets[0],
        FetchTarget::Root { .. } => panic!("fetch {fetch} is at a root"),
    }
}

fn output<'p>(plan: &'p mut QueryPlan, key: &str) -> &'p mut OutputField {
    let mut all = plan.positions.iter_mut().flat_map(|position| &mut position.output);
    all.find(|output| output.response_key == key).expect("it is asked for")
}

/// The shape that reads a key.
fn shape<'p>(plan: &'p mut QueryPlan, key: &str) -> &'p mut Shape {
    let mut all = plan.shapes.iter_mut();
    all.find(|one| one.fields.iter().any(|it| it.response_key == key)).expect("it is asked for")
}

#[test]
fn ids_and_order_are_held_against_each_other() {
    broken(USER, "comes before what it depends on", |plan| {
        plan.fetches[0].depends_on.push(FetchId(1));
    });
    broken(USER, "is for no subgraph", |plan| plan.fetches[0].service = "b".to_owned());
    broken(USER, "has no shape", |plan| target(plan, 1).shape = ShapeId(99));
    broken(USER, "has no shape", |plan| target(plan, 1).position = PositionId(0));
    broken(USER, "what is below `user` is not", |plan| {
        plan.positions[0].slots[0].child = Some(PositionId(0));
    });
    broken(USER, "no slot for `id`", |plan| shape(plan, "id").fields[0].slot = SlotId(99));
    broken(USER, "no slot for `age`", |plan| {
        let OutputValue::Field { field, .. } = output(plan, "age").value else { return };
        output(plan, "age").value = OutputValue::Field { field, slot: SlotId(99) };
    });
    broken(USER, "`user` is not as its slot is", |plan| shape(plan, "user").fields[0].child = None);
    broken(USER, "what is below `user` is not", |plan| {
        shape(plan, "user").fields[0].child = Some(ShapeId(0));
    });
    broken(USER, "goes to two slots", |plan| {
        let again = shape(plan, "age").fields[0].clone();
        shape(plan, "age").fields.push(again);
    });
    broken(USER, "are not listed", |plan| plan.positions[1].is_listed = false);
    broken(USER, "told in two ways", |plan| {
        let again = target(plan, 1).representations[0].clone();
        target(plan, 1).representations.push(again);
    });
    broken(USER, "position 0 is not the root", |plan| plan.positions[0].ty = plan.positions[1].ty);
}

#[test]
fn what_comes_at_once_waits_for_nothing_that_comes_later() {
    broken(DEFERRED, "fetch 1 waits for fetch 0, which is for later", |plan| {
        plan.fetches[0].delivery = Some(DeliveryId(1));
        plan.fetches[1].delivery = None;
    });
    broken(DEFERRED, "the client reads slot 0.0 `user` of `Query`: nothing fills it", |plan| {
        plan.fetches[0].delivery = Some(DeliveryId(0));
    });
    broken(DEFERRED, "comes with no delivery", |plan| plan.deliveries[0].parts.clear());
    broken(DEFERRED, "is within one that comes after it", |plan| {
        plan.deliveries[0].within = Some(DeliveryId(1));
    });
    broken(DEFERRED, "is for no delivery", |plan| {
        plan.fetches[0].delivery = Some(DeliveryId(9));
    });
}

#[test]
fn subgraphs_are_asked_for_what_they_resolve() {
    broken(USER, "not GraphQL", |plan| replace(plan, 1, "}", ""));
    broken(USER, "its document is a mutation", |plan| replace(plan, 0, "{user", "mutation{user"));
    broken(USER, "there is no field `User.nothing`", |plan| replace(plan, 1, "age", "nothing"));
    broken(USER, "there is no field `User.old`", |plan| replace(plan, 0, "name", "old"));
    broken(USER, "`User.name` is not resolved there", |plan| replace(plan, 1, "age", "age name"));
    broken("mutation { user { greeting } }", "is not told what it requires", |plan| {
        replace(plan, 0, "{user{", "{user{greeting ");
    });
    broken(MEDIA, "there is no type `Nothing`", |plan| replace(plan, 0, "on Book", "on Nothing"));
    broken(MEDIA, "there is no field `Media.stars`", |plan| replace(plan, 0, "title", "stars"));
    broken(USER, "is not asked for as stated", |plan| {
        replace(plan, 1, "_entities", "_e: _entities");
    });
    broken(USER, "`age` is read, but not asked for", |plan| replace(plan, 1, "age", "a: age"));
    broken(USER, "nobody reads `a`", |plan| replace(plan, 1, "age", "age a: age"));
    broken(USER, "holds two different fields", |plan| replace(plan, 1, "age", "age age: id"));
    broken(USER, "is answered with something else", |plan| replace(plan, 1, "age", "age(of: 1)"));
    broken(FRIENDS, "is read before the type", |plan| {
        replace(plan, 0, "_friend_1: friend", "friend");
        let fields = &mut shape(plan, "friend").fields;
        for field in fields.iter_mut().filter(|field| field.response_key == "_friend_1") {
            field.response_key = name!("friend");
        }
        fields.swap(0, 1);
    });
}

#[test]
fn entities_are_told_what_they_need_and_no_more() {
    broken(USER, "without a key that enters there", |plan| {
        target(plan, 1).representations[0].fields.clear();
    });
    broken(USER, "without a key that enters there", |plan| {
        target(plan, 1).representations[0].fields[0].is_key = false;
    });
    broken(USER, "is none of the types of its entities", |plan| {
        target(plan, 1).representations[0].type_name = name!("Book");
    });
    for lost in ["name", "size"] {
        broken(GREETING, "is told without", |plan| {
            let fields = &mut target(plan, 1).representations[0].fields;
            fields.retain(|field| field.name != lost);
        });
    }
    broken(GREETING, "is told without", |plan| {
        // The client's own width, without the unit.
        let slot = position_of(plan, "width").0;
        let fields = &mut target(plan, 1).representations[0].fields;
        let size = fields.iter_mut().find(|field| field.name == "size").expect("it is told");
        size.children[0].slot = slot;
    });
    broken(GREETING, "is told twice", |plan| {
        let fields = &mut target(plan, 1).representations[0].fields;
        fields.push(fields[0].clone());
    });
    broken(USER, "nothing needs that `name` is told", |plan| {
        let slot = position_of(plan, "name").0;
        let mut needless = target(plan, 1).representations[0].fields[0].clone();
        (needless.name, needless.slot) = (name!("name"), slot);
        target(plan, 1).representations[0].fields.push(needless);
    });
    broken(USER, "told of no such slot", |plan| {
        target(plan, 1).representations[0].fields[0].slot = SlotId(99);
    });
}

/// The slot of a field of the client's, and the position it is of.
fn position_of(plan: &QueryPlan, key: &str) -> (SlotId, PositionId) {
    let all = (0u32..).map(PositionId).zip(&plan.positions);
    let mut all = all.flat_map(|(id, position)| position.output.iter().map(move |it| (id, it)));
    let found = all.find(|(_, output)| output.response_key == key);
    match found {
        Some((id, OutputField { value: OutputValue::Field { slot, .. }, .. })) => (*slot, id),
        _ => panic!("`{key}` is not asked for"),
    }
}

#[test]
fn what_is_read_is_there() {
    broken(USER, "`id` of `User`: nothing fills it", |plan| {
        plan.fetches[1].depends_on.clear();
    });
    broken(USER, "does not wait for all of its objects", |plan| {
        plan.fetches[1].depends_on.clear();
    });
    broken(MEDIA, "`__typename` of `Book`: nothing fills it", |plan| {
        shape(plan, "__typename").fields.remove(0);
        replace(plan, 0, "__typename ", "");
    });
    broken(MEDIA, "has no slot for the type of its objects", |plan| {
        plan.positions[1].typename = None;
    });
    broken(USER, "`age` of `User`: nothing fills it", |plan| {
        plan.fetches.pop();
    });
    broken(MEDIA, "of `Film`: nothing fills it", |plan| replace(plan, 0, "on Film", "on Book"));
    broken(MEDIA, "of `Film`: nothing fills it", |plan| {
        let field = target(plan, 1).representations[0].on.clone();
        let shape = shape(plan, "stars");
        shape.fields[0].on = Some(field.difference(&field));
    });
    broken("{ user { query { users { id } } } }", "does not wait for all of its objects", |plan| {
        plan.fetches[2].depends_on.clear();
    });
}

#[test]
fn the_client_gets_everything() {
    broken(USER, "`age` of `User` is not answered once", |plan| {
        plan.positions[1].output.retain(|output| output.response_key != "age");
    });
    broken(USER, "`age` of `User` is not answered once", |plan| {
        let again = output(plan, "age").clone();
        plan.positions[1].output.push(again);
    });
    broken(MEDIA, "of `Film` is not answered once", |plan| {
        let on = output(plan, "stars").on.clone();
        output(plan, "stars").on = on.difference(&on);
    });
    broken(USER, "`age` is answered with something else", |plan| {
        let (slot, _) = position_of(plan, "name");
        let OutputValue::Field { field, .. } = output(plan, "age").value else { return };
        output(plan, "age").value = OutputValue::Field { field, slot };
    });
    broken(USER, "`age` is answered with something else", |plan| {
        output(plan, "age").value = OutputValue::Typename;
    });
    broken(USER, "`user` is answered with something else", |plan| {
        plan.positions[1].selection = None;
    });
    broken(USER, "output that nobody asked for", |plan| output(plan, "age").entry = 9);
    broken(USER, "does not answer the operation", |plan| plan.positions[0].selection = None);
}

#[test]
fn what_is_read_was_asked_for() {
    let query = "query ($a: Boolean!) { user { name age(of: 1) @include(if: $a) greeting } }";
    let included = Condition::always().and(&Literal { variable: name!("a"), negated: false });
    broken(query, "`greeting` of `User`: it is not always filled", |plan| {
        replace(plan, 1, "greeting", "greeting @include(if: $a)");
    });
    broken(query, "`greeting` of `User`: it is not always filled", |plan| {
        target(plan, 1).when = included.clone();
    });
    broken(query, "reads slot 0.0 `user` of `Query`: it is not always filled", |plan| {
        if let FetchTarget::Root { when, .. } = &mut plan.fetches[0].target {
            *when = included.clone();
        }
    });
    broken(query, "`age` is answered with something else", |plan| {
        let when = output(plan, "name").when;
        output(plan, "age").when = when;
    });
}

#[test]
fn mutations_keep_their_order() {
    broken(MUTATION, "does not wait for fetch", |plan| plan.fetches[2].depends_on.clear());
    broken(MUTATION, "does not wait for fetch 1", |plan| {
        plan.fetches[2].depends_on = vec![FetchId(0)];
    });
    broken(MUTATION, "does not wait for the mutation", |plan| plan.fetches[1].depends_on.clear());
    broken("mutation { one { id } two }", "are asked for as", |plan| {
        plan.shapes[0].fields.swap(0, 1);
    });
}

#[test]
fn nothing_is_asked_for_in_vain() {
    let keep_more = |plan: &mut QueryPlan, key: &str| {
        let (_, position) = position_of(plan, "age");
        let slot =
            SlotId(u32::try_from(plan.positions[position.index()].slots.len()).expect("few"));
        let response_key = Name::new(key).expect("a name");
        let kept = Slot { response_key: response_key.clone(), child: None };
        plan.positions[position.index()].slots.push(kept);
        let field = ShapeField { response_key, on: None, slot, child: None };
        shape(plan, "age").fields.push(field);
    };
    for key in ["id", "__typename"] {
        broken(USER, &format!("fetch 1: nobody reads `{key}` of position 1"), |plan| {
            keep_more(plan, key);
            replace(plan, 1, "age", &format!("age {key}"));
        });
    }
}

#[test]
fn variables_are_those_that_are_used() {
    let query = "query ($a: Int = 1) { user { name age(of: $a) } }";
    broken(query, "declares", |plan| plan.fetches[1].variables.clear());
    broken(query, "declares", |plan| replace(plan, 1, "of: $a", "of: 1"));
    broken(query, "declares", |plan| replace(plan, 1, ", $a: Int = 1", ""));
    broken(query, "is not declared as the client did", |plan| {
        replace(plan, 1, "Int = 1", "Int = 2");
    });
    broken(query, "is not declared as the client did", |plan| replace(plan, 1, "_Any!", "_Any"));
}

#[test]
fn every_rule_has_its_cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let rules = fs::read_to_string(cases.join("rules.md")).expect("a readable file");
    let mut named = 0;
    for rule in rules.lines().filter(|line| line.starts_with("- ")) {
        let names = rule.split('`').skip(1).step_by(2).filter(|name| name.contains('/'));
        let names: Vec<&str> = names.collect();
        assert!(!names.is_empty(), "no case guards: {rule}");
        for name in names {
            named += 1;
            let file = cases.join("execution").join(name).with_extension("graphql");
            assert!(file.is_file(), "there is no case `{name}`: {rule}");
        }
    }
    assert!(named > 100, "only {named} cases are named");
}

//! How long the executor takes for one operation, without sockets: `execute_timed [rounds]`.
//!
//! Four subgraphs (users, products, their reviews, their stock) and the operation with which
//! federation gateways are usually compared. Subgraphs' answers are made in a first round and said
//! again in the rounds that are measured: what is left is reading, representations, scheduling and
//! writing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use apollo_compiler::ast::{Definition, Document, Selection};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::subgraph::SubgraphSource;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use router::caller::Caller;
use router::executor::{CompiledPlan, Execution};
use router::subgraph_client::{SubgraphClient, SubgraphFailure, SubgraphRequest};
use serde_json::{Map, Value, json};

const SUBGRAPHS: [(&str, &str); 4] = [
    (
        "accounts",
        r#"type Query { users: [User] }
type User @key(fields: "id") { id: ID! name: String username: String birthday: Int }"#,
    ),
    (
        "products",
        r#"type Query { topProducts: [Product] }
type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }"#,
    ),
    (
        "inventory",
        r#"type Product @key(fields: "upc") {
  upc: String! weight: Int @external price: Int @external
  inStock: Boolean shippingEstimate: Int @requires(fields: "price weight")
}"#,
    ),
    (
        "reviews",
        r#"type Review @key(fields: "id") { id: ID! body: String author: User product: Product }
type User @key(fields: "id") { id: ID! reviews: [Review] }
type Product @key(fields: "upc") { upc: String! reviews: [Review] }"#,
    ),
];

const OPERATION: &str = "
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query Flagship {
  users { ...User reviews { ...Review product { ...Product reviews {
    ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
  topProducts { ...Product reviews {
    ...Review author { ...User reviews { ...Review product { ...Product } } } } }
}";

/// Answers by what is asked; the second time without thinking.
#[derive(Default)]
struct Subgraphs {
    answers: Mutex<HashMap<(String, Bytes), Bytes>>,
}

impl SubgraphClient for Subgraphs {
    fn send(&self, request: SubgraphRequest) -> BoxFuture<'_, Result<Bytes, SubgraphFailure>> {
        let mut answers = self.answers.lock().expect("nobody panics here");
        let key = (request.subgraph, request.body);
        let answer = match answers.get(&key) {
            Some(answer) => answer.clone(),
            None => {
                let made = made_up(&key.1);
                answers.insert(key, made.clone());
                made
            }
        };
        async move { Ok(answer) }.boxed()
    }
}

/// What a subgraph would say: every object has every field.
fn made_up(request: &Bytes) -> Bytes {
    let request: Value = serde_json::from_slice(request).expect("requests are JSON");
    let text = request["query"].as_str().expect("a document");
    let document = Document::parse(text, "query").expect("a document that parses");
    let mut said = Said { document: &document, variables: &request["variables"] };
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let operation = operation.expect("an operation");
    let data = said.object("Query", 0, &operation.selection_set);
    Bytes::from(json!({ "data": data }).to_string())
}

struct Said<'a> {
    document: &'a Document,
    variables: &'a Value,
}

impl Said<'_> {
    fn object(&mut self, ty: &str, number: u64, selection: &[Selection]) -> Value {
        let mut object = Map::new();
        self.fields(ty, number, selection, &mut object);
        Value::Object(object)
    }

    fn fields(
        &mut self,
        ty: &str,
        number: u64,
        selection: &[Selection],
        object: &mut Map<String, Value>,
    ) {
        for selection in selection {
            match selection {
                Selection::Field(field) => {
                    let variable = field.arguments.first();
                    let variable = variable.and_then(|argument| argument.value.as_variable());
                    let entities = variable.map(|name| &self.variables[name.as_str()]);
                    let value =
                        self.field((ty, number), &field.name, &field.selection_set, entities);
                    let key = field.alias.as_ref().unwrap_or(&field.name);
                    object.insert(key.to_string(), value);
                }
                Selection::InlineFragment(fragment) => {
                    self.fields(ty, number, &fragment.selection_set, object);
                }
                Selection::FragmentSpread(spread) => {
                    let selection = self.document.definitions.iter().find_map(|one| match one {
                        Definition::FragmentDefinition(one) if one.name == spread.fragment_name => {
                            Some(one.selection_set.as_slice())
                        }
                        _ => None,
                    });
                    self.fields(ty, number, selection.unwrap_or_default(), object);
                }
            }
        }
    }

    fn field(
        &mut self,
        (ty, number): (&str, u64),
        name: &str,
        selection: &[Selection],
        entities: Option<&Value>,
    ) -> Value {
        let numbers = |count: u64, of: u64| (0..count).map(move |one| (number * count + one) % of);
        match name {
            "__typename" => json!(ty),
            "_entities" => {
                let entities = entities.and_then(Value::as_array).cloned().unwrap_or_default();
                let entity = |entity: &Value| {
                    let ty = entity["__typename"].as_str().unwrap_or_default();
                    let key = entity["id"].as_str().or(entity["upc"].as_str());
                    let number = key.and_then(|key| key.parse().ok()).unwrap_or_default();
                    self.object(ty, number, selection)
                };
                entities.iter().map(entity).collect()
            }
            "users" => numbers(8, 8).map(|one| self.object("User", one, selection)).collect(),
            "topProducts" => {
                numbers(5, 5).map(|one| self.object("Product", one, selection)).collect()
            }
            "reviews" if ty == "User" => {
                numbers(4, 24).map(|one| self.object("Review", one, selection)).collect()
            }
            "reviews" => numbers(3, 24).map(|one| self.object("Review", one, selection)).collect(),
            "author" => self.object("User", number % 8, selection),
            "product" => self.object("Product", number % 9, selection),
            "id" | "upc" => json!(number.to_string()),
            "price" | "weight" | "shippingEstimate" | "birthday" => json!(number * 100 + 99),
            "inStock" => json!(number % 2 == 0),
            "body" => json!(format!("A review of some length, as people write it: {number}.")),
            _ => json!(format!("{name} of {ty} {number}")),
        }
    }
}

fn source((name, sdl): (&str, &str)) -> SubgraphSource {
    let text = format!(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", \
         import: [\"@key\", \"@external\", \"@requires\"])\n{sdl}"
    );
    let sdl = Arc::new(SourceFile { name: format!("{name}.graphql"), text });
    SubgraphSource { name: name.to_owned(), url: format!("http://{name}.example"), sdl }
}

fn main() {
    let rounds: u32 = std::env::args().nth(1).map_or(1000, |it| it.parse().expect("a number"));
    let supergraph = compose(&SUBGRAPHS.map(source)).expect("they compose").supergraph;
    let api_schema = ApiSchema::new(&supergraph).expect("an API");
    let graph = QueryGraph::new(&supergraph).expect("a graph");
    let limits = OperationLimits::default();
    let operation =
        Operation::parse(&api_schema, &graph, OPERATION, None, &limits).expect("a valid operation");
    let plan = planner::plan(&graph, &operation, &[]).expect("a plan");
    let compiled = CompiledPlan::new(&graph, &operation, &plan);
    let definition = operation.definition();
    let variables = coerce_variable_values(api_schema.schema(), definition, &JsonMap::default());
    let variables = variables.expect("no variables are needed");
    let subgraphs = Subgraphs::default();
    let execution = Execution {
        query_graph: &graph,
        client_graph: &graph,
        operation: &operation,
        plan: &plan,
        compiled: &compiled,
        variables: &variables,
        introspection: None,
        caller: &Caller::Unknown,
        subgraphs: &subgraphs,
        errors_max: 100,
    };
    let run = || execution.run().now_or_never().expect("nothing waits");
    let first = run();
    let started = Instant::now();
    for _ in 0..rounds {
        assert_eq!(run().body.len(), first.body.len());
    }
    let each = started.elapsed() / rounds.max(1);
    let answers: usize =
        subgraphs.answers.lock().expect("nobody panics here").values().map(Bytes::len).sum();
    #[expect(clippy::print_stdout, reason = "this is what the program is for")]
    {
        println!("{} fetches, {answers} bytes in", first.fetches.len());
        println!("{} bytes out, {} errors, {each:?} each", first.body.len(), first.errors);
    }
}

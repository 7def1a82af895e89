//! Why plans are as they are: the reasons in them, what people read, and advice that holds.

use std::sync::Arc;

use federation::api_schema::ApiSchema;
use federation::composition::compose;
use federation::diagnostic::SourceFile;
use federation::explanation::{Explanation, explain};
use federation::operation::{Operation, OperationLimits};
use federation::planner;
use federation::query_graph::QueryGraph;
use federation::query_plan::Reason;
use federation::subgraph::SubgraphSource;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@external", "@provides", "@requires", "@shareable"])
"#;

struct World {
    graph: QueryGraph,
    operation: Operation,
}

fn world(subgraphs: &[(&str, &str)], query: &str) -> World {
    let sources: Vec<SubgraphSource> = subgraphs
        .iter()
        .map(|(name, sdl)| SubgraphSource {
            name: (*name).to_owned(),
            url: String::new(),
            sdl: Arc::new(SourceFile { name: (*name).to_owned(), text: format!("{LINK}{sdl}") }),
        })
        .collect();
    let supergraph = compose(&sources).expect("it composes").supergraph;
    let api_schema = ApiSchema::new(&supergraph).expect("an API");
    let graph = QueryGraph::new(&supergraph).expect("a graph");
    let limits = OperationLimits::default();
    let operation = Operation::parse(&api_schema, &graph, query, None, &limits);
    World { operation: operation.expect("a valid operation"), graph }
}

impl World {
    fn explain(&self) -> Explanation {
        explain(&self.graph, &self.operation, &[]).expect("it can be planned")
    }

    /// `key: subgraph reason (others)` of every field.
    fn reasons(&self) -> Vec<String> {
        let plan = planner::plan(&self.graph, &self.operation, &[]).expect("a plan");
        let outputs = plan.positions.iter().flat_map(|position| &position.output);
        let found = outputs.filter_map(|output| {
            let provider = output.provider.as_ref()?;
            let name = |id| self.graph.subgraph(id).name.as_str();
            let others: Vec<&str> = provider.others.iter().map(|id| name(*id)).collect();
            let (key, by, reason) =
                (&output.response_key, name(provider.subgraph), provider.reason);
            Some(format!("{key}: {by} {reason:?} ({})", others.join(" ")))
        });
        found.collect()
    }

    fn advice(&self) -> Vec<String> {
        self.explain().advice.iter().map(ToString::to_string).collect()
    }
}

/// However long the lines of a terminal are.
fn on_one_line(explanation: &Explanation) -> String {
    let text = explanation.to_string();
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

const USERS: &str = r#"
type Query { user: User }
type User @key(fields: "id") { id: ID! username: String }
"#;
const ORDERS: &str = r#"
type User @key(fields: "id") { id: ID! orders: [Order] }
type Order { total: Int }
"#;

#[test]
fn two_subgraphs_that_each_have_something() {
    let world =
        world(&[("users", USERS), ("orders", ORDERS)], "{ user { username orders { total } } }");
    let expected = "\
2 requests in 2 steps. `users` and `orders` each have something that the other has not, so both are
asked. A request waits for another when it needs something of its answer, such as the key by which
an object is found.

Step 1

  #1 users
     asks     { user { id username } }
     because  user: only `users` can answer `Query.user`
     along    user.username
     gives    the key `id` of `User`, by which #2 finds it

Step 2

  #2 orders
     asks     { ... on User { orders { total } } }
     about    user: `User`, found by its key `id` from #1
     because  user.orders: only `orders` can answer `User.orders`
     along    user.orders.total
";
    assert_eq!(world.explain().to_string(), expected);
}

const A: &str = r#"
type Query { item: Item }
type Item @key(fields: "id") { id: ID! own: Int @shareable }
"#;
const B: &str = r#"
type Item @key(fields: "id") {
  id: ID! own: Int @shareable alone: Int both: Int @shareable either: Int @shareable
}
"#;
const C: &str = r#"
type Item @key(fields: "id") { id: ID! both: Int @shareable either: Int @shareable }
"#;

#[test]
fn every_field_has_its_reason() {
    let subgraphs = [("a", A), ("b", B), ("c", C)];
    let of = |query| world(&subgraphs, query).reasons();
    let expected =
        ["item: a Only ()", "own: a AtHand (b)", "alone: b Only ()", "both: b AskedAnyway (c)"];
    assert_eq!(of("{ item { own alone both } }"), expected);
    assert_eq!(of("{ item { either } }"), ["item: a Only ()", "either: b FewestFetches (c)"]);
    let explained = world(&subgraphs, "{ item { either } }").explain();
    let field = &explained.fetches[1].fields[0];
    assert_eq!(field.reason, Reason::FewestFetches);
    assert_eq!(field.others[0].cost, Some((2, 2)));
    let sentence = "item.either: `b` can answer `Item.either` with the fewest requests; `c` could \
                    as well, with as many";
    let text = on_one_line(&explained);
    assert!(text.contains(sentence), "{text}");
}

const REVIEWS: &str = r#"
type Query { reviews: [Review] }
type Review { author: User }
type User @key(fields: "id") { id: ID! }
"#;

const PRICED_REVIEWS: &str = r#"
type Query { reviews: [Review] }
type Review { text: String product: Product }
type Product @key(fields: "id") { id: ID! }
"#;
const PRODUCT_PRICES: &str = r#"
type Product @key(fields: "id") { id: ID! price: Price cost(of: Int): Price }
type Price { amount: Int currency: Currency }
type Currency { code: String sign: String }
"#;

#[test]
fn what_a_provides_of_composite_fields_would_save() {
    let of =
        |query| world(&[("reviews", PRICED_REVIEWS), ("prices", PRODUCT_PRICES)], query).advice();
    let query = "{ reviews { product { price { amount currency { code } } } } }";
    let expected = "with `@provides(fields: \"price { amount currency { code } }\")` at \
                    `Review.product` in `reviews`, if it knows that of a `Product` (`@external` \
                    there, `@shareable` in `prices`): 1 request in 1 step";
    assert_eq!(of(query), [expected]);
    // What depends on arguments cannot be provided.
    let none: [&str; 0] = [];
    assert_eq!(of("{ reviews { product { cost(of: 1) { amount } } } }"), none);
}

#[test]
fn what_a_provides_would_save() {
    let query = "{ reviews { author { username } } }";
    let of = |reviews, users| world(&[("reviews", reviews), ("users", users)], query).advice();
    let expected = "with `@provides(fields: \"username\")` at `Review.author` in `reviews`, if it \
                    knows that of a `User` (`@external` there, `@shareable` in `users`): \
                    1 request in 1 step";
    assert_eq!(of(REVIEWS, USERS), [expected]);
}

#[test]
fn advice_that_is_followed_holds() {
    let reviews = REVIEWS
        .replace("author: User", "author: User @provides(fields: \"username\")")
        .replace("id: ID!", "id: ID! username: String @external");
    let users = USERS.replace("username: String", "username: String @shareable");
    let world =
        world(&[("reviews", &reviews), ("users", &users)], "{ reviews { author { username } } }");
    let explained = world.explain();
    assert_eq!((explained.fetches.len(), explained.steps), (1, 1));
    assert_eq!(explained.advice, []);
    let text = explained.to_string();
    assert!(
        text.starts_with("1 request in 1 step. `reviews` has all that is asked for."),
        "{text}"
    );
}

const PRODUCTS: &str = r#"
type Query { product: Product }
type Product @key(fields: "id") { id: ID! name: String }
"#;
const CODES: &str = r#"
type Product @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }
"#;
const STOCK: &str = r#"
type Product @key(fields: "code") { code: ID! stock: Int }
"#;

#[test]
fn what_a_key_would_save() {
    let subgraphs = [("products", PRODUCTS), ("codes", CODES), ("stock", STOCK)];
    let world = world(&subgraphs, "{ product { name stock } }");
    let expected = "with `@key(fields: \"id\")` at `Product` in `stock`, if it can find one by \
                    that: 2 requests in 2 steps";
    assert_eq!(world.advice(), [expected]);
    let text = on_one_line(&world.explain());
    let only_for_a_key = "because of what it gives #3; the client did not ask for it";
    assert!(text.contains(only_for_a_key), "{text}");
    assert!(text.ends_with("2 requests in 2 steps instead of 3 in 3"), "{text}");
}

const PRICES: &str = r#"
type Query { product: Product }
type Product @key(fields: "id") { id: ID! price: Int weight: Int }
"#;
const SHIPPING: &str = r#"
type Product @key(fields: "id") {
  id: ID! price: Int @external shipping: Int @requires(fields: "price")
}
"#;

#[test]
fn what_a_requirement_needs_is_said() {
    let subgraphs = [("prices", PRICES), ("shipping", SHIPPING)];
    let world = world(&subgraphs, "{ product { cost: shipping } }");
    assert_eq!(world.advice(), [""; 0], "nobody else can know what is worked out there");
    let text = world.explain().to_string();
    for line in [
        "gives    `price` of `Product`, which `Product.shipping` requires in #2\n",
        "asks     { ... on Product { cost: shipping } }\n",
        "because  product.cost: only `shipping` can answer `Product.shipping`\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

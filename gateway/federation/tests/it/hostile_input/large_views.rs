//! Views that are large, deep or circular on purpose: compiling them ends, and so does translating
//! what a client asks of them.
//!
//! There is no clock: what is exponential does not end at all.

use federation::composition::Composer;

use super::documents::{Kind, OPERATION};
use super::promises;

const LINK: &str = "extend schema @link(url: \"https://specs.weft.example/view/v1.0\", \
                    import: [\"@of\", \"@from\", \"@value\"])\n";

#[track_caller]
fn assert_kept(view: &str, subgraph: &str, operation: &str) {
    let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let operation_name = format!("{OPERATION}asked");
    let texts = [
        text("view", &format!("{LINK}{view}")),
        text("s", subgraph),
        text(&operation_name, operation),
    ];
    if let Err(failure) = promises::kept(Kind::View, &texts, &mut Composer::default()) {
        panic!("{}", failure.chars().take(2_000).collect::<String>());
    }
}

/// `count` texts, one after the other.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(" ")
}

#[test]
fn thousands_of_fields() {
    let subgraph = "type Query { one(id: Int!): One } type One { a(x: Int!): Int b: One }";
    let field = |number| {
        format!(
            "f{number}(y: Int! = {number}, z: Int!): Int \
               @from(fields: \"one(id: $z) {{ b {{ a(x: $y) }} }}\")"
        )
    };
    let asked = |number| format!("f{number}(z: 1)");
    let view = format!("type Query {{ {} }}", each(5_000, field));
    assert_kept(&view, subgraph, &format!("{{ {} }}", each(300, asked)));
}

#[test]
fn many_wrong_fields() {
    let subgraph = format!("type Query {{ a: Int }} # {}", "long ".repeat(2_000));
    for wrong in ["b", "a { b }", "a(x: $y)", "a(x: 1)", "... on T { a }"] {
        let field = |number| format!("f{number}: Int @from(fields: \"{wrong}\")");
        assert_kept(&format!("type Query {{ {} }}", each(50, field)), &subgraph, "{ f0 }");
    }
}

#[test]
fn an_enum_of_thousands_of_values() {
    let values = |name: &dyn Fn(usize) -> String| each(5_000, name);
    let subgraph = format!("type Query {{ a: E }} enum E {{ {} }}", values(&|it| format!("V{it}")));
    let renamed = values(&|it| format!("v{it} @value(of: \"V{it}\")"));
    assert_kept(&format!("type Query {{ a: E }} enum E {{ {renamed} }}"), &subgraph, "{ a }");
}

#[test]
fn members_that_lead_to_each_other() {
    let object = |number| {
        format!("type T{number} implements I {{ n: I a{number}: I b{number}: I v{number}: Int }}")
    };
    let subgraph = format!("type Query {{ i: I }} interface I {{ n: I }} {}", each(6, object));
    let member = |number| {
        format!(
            "type M{number} implements V @of(type: \"T{number}\") {{ \
               a: V @from(fields: \"a{number}\") b: V @from(fields: \"b{number} {{ n }}\") \
               v: Int @from(fields: \"v{number}\") }}"
        )
    };
    let view =
        format!("type Query {{ i: V }} interface V {{ a: V b: V v: Int }} {}", each(6, member));
    let depth = 12;
    let nested = format!("{}v{}", "a { v b { v ".repeat(depth), " } }".repeat(depth));
    assert_kept(&view, &subgraph, &format!("{{ i {{ {nested} }} }}"));
}

#[test]
fn groups_of_groups() {
    let subgraph = "type Query { a: Int }";
    let group = |number| {
        let next = (number + 1) % 50;
        format!("type G{number} @of(type: \"Query\") {{ a: Int g: G{next} h: G{next} }}")
    };
    let view = format!("type Query {{ g: G0 }} {}", each(50, group));
    let nested = format!("{}a{}", "g { a h { a ".repeat(6), " } }".repeat(6));
    assert_kept(&view, subgraph, &format!("{{ g {{ {nested} }} }}"));
}

#[test]
fn a_way_that_is_too_deep_to_read() {
    for depth in [30, 500, 5_000, 100_000] {
        let way = format!("{}n{}", "n { ".repeat(depth), " }".repeat(depth));
        let view = format!("type Query {{ n: Query @from(fields: \"{way}\") a: Int }}");
        assert_kept(&view, "type Query { n: Query a: Int }", "{ n { n { a } } }");
    }
}

#[test]
fn defaults_that_double_at_each_level() {
    let input = |sdl_default: &'static str| {
        move |number: usize| {
            let next = number + 1;
            format!("input I{number} {{ a: I{next}{sdl_default} b: I{next}{sdl_default} }}")
        }
    };
    let graph =
        format!("type Query {{ a(i: I0): Int }} {} input I40 {{ x: Int }}", each(40, input("")));
    let view = format!(
        "type Query {{ a(i: I0): Int }} {} input I40 {{ x: Int }}",
        each(40, input(" = {}"))
    );
    assert_kept(&view, &graph, "{ a(i: {}) }");
}

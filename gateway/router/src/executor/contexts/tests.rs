//! Contexts in numbers and with values that no case has.

use apollo_compiler::ty;
use federation::query_plan::FetchTarget;

use super::REQUESTS_MAX;
use crate::executor::planned::Planned;

const SITES: &str = "
type Query { sites: [Site] }
type Site @context(name: \"place\") { locale: String post: Post }
type Post @key(fields: \"id\") {
  id: ID!
  text(locale: String @fromContext(field: \"$place { locale }\")): String
}
";

fn planned() -> Planned {
    Planned::new(&[SITES], "{ sites { post { text } } }")
}

fn sites(locales: impl Iterator<Item = String>) -> &'static str {
    let sites = locales.map(|locale| format!(r#"{{"locale":{locale},"post":{{"id":"1"}}}}"#));
    let sites: Vec<String> = sites.collect();
    format!(r#"{{"data":{{"sites":[{}]}}}}"#, sites.join(",")).leak()
}

#[tokio::test]
async fn contexts_split_a_fetch_into_so_many_requests_and_no_more() {
    let locales = (0..=REQUESTS_MAX).map(|number| format!("\"{number}\""));
    let mut bodies = vec![sites(locales)];
    bodies.resize(1 + REQUESTS_MAX, r#"{"data":{"_entities":[{"text":"x"}]}}"#);
    let (answer, requests) = planned().answer(&bodies).await;
    assert_eq!(requests.len(), 1 + REQUESTS_MAX);
    assert_eq!(answer.matches(r#"{"text":"x"}"#).count(), REQUESTS_MAX);
    assert!(answer.contains("subgraph `s0` would be asked in more than 256 contexts"), "{answer}");
    assert!(answer.contains(r#""path":["sites",256,"post","text"]"#), "{answer}");
    assert!(answer.contains("OPERATION_TOO_COMPLEX"), "{answer}");
}

#[tokio::test]
async fn null_where_a_value_must_be_is_an_error_of_the_field() {
    let mut planned = planned();
    let FetchTarget::Entities(inputs) = &mut planned.plan.fetches[1].target else {
        panic!("the second fetch asks for entities");
    };
    inputs[0].targets[0].contexts[0].ty = ty!(String!);
    let entities = r#"{"data":{"_entities":[{"text":"x"}]}}"#;
    let locales = ["null".to_owned(), "\"de\"".to_owned()].into_iter();
    let (answer, requests) = planned.answer(&[sites(locales), entities]).await;
    assert_eq!(requests.len(), 2);
    assert!(requests[1].contains(r#""contextualArgument_0":"de""#), "{}", requests[1]);
    let data = r#"{"data":{"sites":[{"post":{"text":null}},{"post":{"text":"x"}}]}"#;
    assert!(answer.starts_with(data), "{answer}");
    assert!(answer.contains("a context of type `String!`, which is null here"), "{answer}");
}

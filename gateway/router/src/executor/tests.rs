//! From answers of subgraphs to the client's, byte for byte: what a case with rows cannot say,
//! because no subgraph that means well would answer so.

use federation::query_plan::{FetchId, FetchTarget, PositionId, Reuse, SlotId};

use super::CompiledPlan;
use super::planned::Planned;

const REVIEWS: [&str; 2] = [
    "
type Query { reviews: [Review] }
type Review { id: ID! product: Product }
type Product @key(fields: \"id\") { id: ID! }
",
    "
type Query { unused: Int }
type Product @key(fields: \"id\") { id: ID! name: String! maker: Maker tags: [String!] }
type Maker { city: String lines: [Line] }
type Line { number: Int! }
",
];

const ONE_PRODUCT_TWICE: &str = r#"{"data":{"reviews":[
    {"id":1,"product":{"__typename":"Product","id":"p"}},
    {"id":"two","product":{"id":"p","__typename":"Product"}},
    {"id":"three","product":{"__typename":"Product","id":"q"}}]}}"#;

#[tokio::test]
async fn equal_entities_are_asked_for_once_and_written_everywhere() {
    let query = "{ reviews { id product { name maker { city lines { number } } } } }";
    let planned = Planned::new(&REVIEWS, query);
    let entities = r#"{"data":{"_entities":[
        {"name":"P","maker":{"city":"\u00e9","lines":[{"number":1}]}},{"name":"Q",
        "maker":null}]}}"#;
    let (answer, requests) = planned.answer(&[ONE_PRODUCT_TWICE, entities]).await;
    let maker = r#"{"city":"\u00e9","lines":[{"number":1}]}"#;
    assert_eq!(
        answer,
        format!(
            "{{\"data\":{{\"reviews\":[\
             {{\"id\":\"1\",\"product\":{{\"name\":\"P\",\"maker\":{maker}}}}},\
             {{\"id\":\"two\",\"product\":{{\"name\":\"P\",\"maker\":{maker}}}}},\
             {{\"id\":\"three\",\"product\":{{\"name\":\"Q\",\"maker\":null}}}}]}}}}"
        )
    );
    assert!(
        requests[1].ends_with(concat!(
            r#""variables":{"representations":[{"__typename":"Product","id":"p"},"#,
            r#"{"__typename":"Product","id":"q"}]}}"#,
        )),
        "{}",
        requests[1]
    );
}

#[tokio::test]
async fn what_is_sent_once_is_not_told_without_end() {
    let planned = Planned::new(&REVIEWS, "{ reviews { product { maker { city } } } }");
    let product = r#"{"product":{"__typename":"Product","id":"p"}}"#;
    for (times, is_told) in [(10, true), (11, false)] {
        let reviews =
            format!("{{\"data\":{{\"reviews\":[{}]}}}}", [product].repeat(times).join(","));
        let city = "c".repeat(99_000);
        let maker =
            format!("{{\"data\":{{\"_entities\":[{{\"maker\":{{\"city\":\"{city}\"}}}}]}}}}");
        let (answer, _) = planned.answer(&[&reviews, &maker]).await;
        assert_eq!(answer.matches(&city).count(), if is_told { times } else { 0 });
        let refusal = concat!(
            r#"{"data":null,"errors":[{"message":"the answer is larger than 1000000 bytes","#,
            r#""extensions":{"code":"RESPONSE_TOO_LARGE"}}]}"#,
        );
        assert_eq!(answer == refusal, !is_told);
    }
}

#[tokio::test]
async fn a_key_that_is_no_leaf_is_not_told_on() {
    let planned = Planned::new(&REVIEWS, "{ reviews { product { maker { city } } } }");
    let reviews = r#"{"data":{"reviews":[{"product":{"id":{"not":"a leaf"}}},
        {"product":{"id":["p"]}},{"product":{"id":"q"}}]}}"#;
    let entities = r#"{"data":{"_entities":[{"maker":{"city":"c"}}]}}"#;
    let (answer, requests) = planned.answer(&[reviews, entities]).await;
    let told = r#""representations":[{"__typename":"Product","id":"q"}]"#;
    assert!(requests[1].contains(told), "{}", requests[1]);
    let data = concat!(
        r#"{"data":{"reviews":[{"product":{"maker":null}},{"product":{"maker":null}},"#,
        r#"{"product":{"maker":{"city":"c"}}}]},"errors":["#,
    );
    assert!(answer.starts_with(data), "{answer}");
    for index in [0, 1] {
        let path = format!(r#""path":["reviews",{index},"product","maker"]"#);
        assert!(answer.contains(&path), "{answer}");
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_shared_object_is_told_of_every_place() {
    let planned = Planned::new(&REVIEWS, "{ reviews { product { maker { lines { number } } } } }");
    let entities = r#"{"data":{"_entities":[
        {"maker":{"lines":[{"number":"one"},{"number":2}]}},{"maker":null}]}}"#;
    let (answer, _) = planned.answer(&[ONE_PRODUCT_TWICE, entities]).await;
    let product = r#"{"product":{"maker":{"lines":[null,{"number":2}]}}}"#;
    let error = |index: usize| {
        format!(
            "{{\"message\":\"`Line.number` has a wrong value: a value of type `Int` was expected\",\
             \"path\":[\"reviews\",{index},\"product\",\"maker\",\"lines\",0,\"number\"],\
             \"extensions\":{{\"code\":\"SUBREQUEST_MALFORMED_RESPONSE\"}}}}"
        )
    };
    assert_eq!(
        answer,
        format!(
            "{{\"data\":{{\"reviews\":[{product},{product},{{\"product\":{{\"maker\":null}}}}]}},\
             \"errors\":[{},{}]}}",
            error(0),
            error(1)
        )
    );
}

#[tokio::test]
async fn a_subgraphs_error_below_an_entity_reaches_every_place_of_it() {
    let planned = Planned::new(&REVIEWS, "{ reviews { product { maker { town: city } } } }");
    let entities = r#"{"errors":[{"message":"m","path":["_entities",0,"maker","town"]}],
        "data":{"_entities":[{"maker":{"town":null}},{"maker":null}]}}"#;
    let (answer, _) = planned.answer(&[ONE_PRODUCT_TWICE, entities]).await;
    let product = r#"{"product":{"maker":{"town":null}}}"#;
    let error = |index: usize| {
        format!(
            "{{\"message\":\"m\",\"path\":[\"reviews\",{index},\"product\",\"maker\",\"town\"],\
             \"extensions\":{{\"code\":\"DOWNSTREAM_SERVICE_ERROR\",\"service\":\"s1\"}}}}"
        )
    };
    assert_eq!(
        answer,
        format!(
            "{{\"data\":{{\"reviews\":[{product},{product},{{\"product\":{{\"maker\":null}}}}]}},\
             \"errors\":[{},{}]}}",
            error(0),
            error(1)
        )
    );
}

#[tokio::test]
async fn a_non_null_field_without_a_value_cuts_back_what_was_written() {
    let planned = Planned::new(&REVIEWS, "{ reviews { id product { maker { city } name } } }");
    let entities = r#"{"data":{"_entities":[{"maker":{"city":"c"},"name":null},
        {"maker":{"city":"d"},"name":"Q"}]}}"#;
    let (answer, _) = planned.answer(&[ONE_PRODUCT_TWICE, entities]).await;
    let data = concat!(
        r#"{"data":{"reviews":[{"id":"1","product":null},{"id":"two","product":null},"#,
        r#"{"id":"three","product":{"maker":{"city":"d"},"name":"Q"}}]},"errors":["#,
    );
    assert!(answer.starts_with(data), "{answer}");
    assert_eq!(
        answer.matches("cannot return null for non-nullable field `Product.name`").count(),
        2
    );
}

#[tokio::test]
async fn a_broken_answer_to_an_entity_fetch_leaves_what_was_there() {
    let planned = Planned::new(&REVIEWS, "{ reviews { id product { id maker { city } } } }");
    let entities = r#"{"data":{"_entities":[{"maker":{"city":"c"}},{"maker":{"city""#;
    let (answer, _) = planned.answer(&[ONE_PRODUCT_TWICE, entities]).await;
    let data = concat!(
        r#"{"data":{"reviews":[{"id":"1","product":{"id":"p","maker":null}},{"id":"two","#,
        r#""product":{"id":"p","maker":null}},{"id":"three","product":{"id":"q","maker":null}}]},"#,
        r#""errors":["#,
    );
    assert!(answer.starts_with(data), "{answer}");
    assert_eq!(answer.matches("Service answered with something that is not GraphQL").count(), 3);
}

#[tokio::test]
async fn a_list_of_another_length_than_was_asked_for_is_no_answer() {
    let planned = Planned::new(&REVIEWS, "{ reviews { product { maker { city } } } }");
    for entities in [
        r#"{"data":{"_entities":[{"maker":{"city":"c"}}]}}"#,
        r#"{"data":{"_entities":[{"maker":{"city":"c"}},{"maker":null},{"maker":null}]}}"#,
    ] {
        let (answer, _) = planned.answer(&[ONE_PRODUCT_TWICE, entities]).await;
        let product = r#"{"product":{"maker":null}}"#;
        let data =
            format!("{{\"data\":{{\"reviews\":[{product},{product},{product}]}},\"errors\":[");
        assert!(answer.starts_with(&data), "{answer}");
    }
}

const BOXES: [&str; 2] = [
    "
type Query { boxes: [Box] a: Int }
type Box { query: Query }
",
    "type Query { b: Deep } type Deep { c: Int d: Int! }",
];

#[tokio::test]
async fn a_root_below_the_root_is_asked_once_for_all_its_objects() {
    let planned = Planned::new(&BOXES, "{ boxes { query { a b { c d } } } }");
    let boxes = r#"{"data":{"boxes":[{"query":{"a":1}},null,{"query":{"a":2}}]}}"#;
    let deep = r#"{"data":{"b":{"c":3,"d":4}}}"#;
    let (answer, requests) = planned.answer(&[boxes, deep]).await;
    assert_eq!(
        answer,
        concat!(
            r#"{"data":{"boxes":[{"query":{"a":1,"b":{"c":3,"d":4}}},null,{"query":{"a":2,"#,
            r#""b":{"c":3,"d":4}}}]}}"#,
        )
    );
    assert_eq!(requests.len(), 2);

    let failed = r#"{"data":{"b":{"c":null,"d":4}},"errors":[{"message":"m","path":["b","c"]}]}"#;
    let (answer, _) = planned.answer(&[boxes, failed]).await;
    for index in [0, 2] {
        let path = format!("\"path\":[\"boxes\",{index},\"query\",\"b\",\"c\"]");
        assert!(answer.contains(&path), "{answer}");
    }
    let (answer, requests) = planned.answer(&[r#"{"data":{"boxes":[]}}"#]).await;
    assert_eq!((answer.as_str(), requests.len()), (r#"{"data":{"boxes":[]}}"#, 1));
    let (answer, _) = planned.answer(&[boxes]).await;
    assert_eq!(answer.matches("Service timed out").count(), 2, "{answer}");
}

const TOP_AND_REVIEWS: [&str; 2] = [
    "
type Query { reviews: [Review] }
type Review { product: Product }
type Product @key(fields: \"id\") { id: ID! }
",
    "
type Query { top: [Product] }
type Product @key(fields: \"id\") { id: ID! name: String }
",
];

/// A plan in which the fetch for products of reviews takes those that `top` has told.
fn with_reuse() -> Planned {
    let mut planned =
        Planned::new(&TOP_AND_REVIEWS, "{ top { id name } reviews { product { name } } }");
    let plan = &mut planned.plan;
    let slot = |position: PositionId, key: &str| {
        let slots = &plan.position(position).slots;
        let index = slots.iter().position(|slot| slot.response_key == key).expect("a slot");
        (SlotId(u32::try_from(index).expect("few slots")), slots[index].child)
    };
    let top = slot(PositionId::ROOT, "top").1.expect("an object");
    let told_by = plan.fetches.iter().position(|fetch| fetch.document.contains("top"));
    let told_by = FetchId(u32::try_from(told_by.expect("a fetch")).expect("few fetches"));
    let reviews = slot(PositionId::ROOT, "reviews").1.expect("an object");
    let product = slot(reviews, "product").1.expect("an object");
    let copies = vec![(slot(top, "name").0, slot(product, "name").0)];
    let key = slot(top, "id").0;
    plan.positions[top.index()].is_listed = true;
    let asks = |target: &FetchTarget| matches!(target, FetchTarget::Entities(_));
    let fetch = plan.fetches.iter_mut().find(|fetch| asks(&fetch.target)).expect("a fetch");
    fetch.depends_on.push(told_by);
    let FetchTarget::Entities(inputs) = &mut fetch.target else { panic!("it asks for entities") };
    let target = &mut inputs[0].targets[0];
    let mut representations = target.representations.clone();
    representations[0].fields[0].slot = key;
    target.reuse.push(Reuse { from: told_by, position: top, representations, copies });
    planned.compiled = CompiledPlan::new(&planned.graph, &planned.operation, &planned.plan);
    planned
}

/// Which of the two root fetches comes first is the planner's.
async fn answer_top_and_reviews(
    top: &'static str,
    entities: &'static str,
) -> (String, Vec<String>) {
    let planned = with_reuse();
    let reviews = r#"{"data":{"reviews":[{"product":{"__typename":"Product","id":"1"}},
        {"product":{"__typename":"Product","id":"2"}},{"product":{"__typename":"Product",
        "id":"1"}}]}}"#;
    let is_top_first = planned.plan.fetches[0].document.contains("top");
    let bodies = if is_top_first { [top, reviews, entities] } else { [reviews, top, entities] };
    planned.answer(&bodies).await
}

#[tokio::test]
async fn entities_that_were_told_before_are_not_asked_for_again() {
    let entities = r#"{"data":{"_entities":[{"name":"two"}]}}"#;
    let top = r#"{"data":{"top":[{"id":"1","name":"one"},{"id":"3","name":null}]}}"#;
    let (answer, requests) = answer_top_and_reviews(top, entities).await;
    assert!(answer.contains(concat!(
        r#""reviews":[{"product":{"name":"one"}},{"product":{"name":"two"}},"#,
        r#"{"product":{"name":"one"}}]"#,
    )));
    assert!(requests[2].ends_with(r#"[{"__typename":"Product","id":"2"}]}}"#), "{}", requests[2]);

    let top = r#"{"data":{"top":[{"id":"1","name":"one"},{"id":"2","name":null}]}}"#;
    let (answer, requests) = answer_top_and_reviews(top, entities).await;
    assert!(answer.contains(concat!(
        r#""reviews":[{"product":{"name":"one"}},{"product":{"name":null}},"#,
        r#"{"product":{"name":"one"}}]"#,
    )));
    assert_eq!(requests.len(), 2, "nothing is left to ask for");
}

#[tokio::test]
async fn what_came_with_an_error_is_asked_for_again() {
    let entities = r#"{"data":{"_entities":[{"name":"one"},{"name":"two"}]}}"#;
    let top = r#"{"data":{"top":[{"id":"1","name":null}]},
        "errors":[{"message":"m","path":["top",0,"name"]}]}"#;
    let (answer, requests) = answer_top_and_reviews(top, entities).await;
    assert!(answer.contains(concat!(
        r#""reviews":[{"product":{"name":"one"}},{"product":{"name":"two"}},"#,
        r#"{"product":{"name":"one"}}]"#,
    )));
    assert_eq!(requests.len(), 3);
}

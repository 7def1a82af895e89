//! A plan as JSON, for programs: `weft plan --format json` and `extensions.plan`.
//!
//! Its form is a promise: members are added, none is removed or changed while `version` is 1.
//! `docs/plans.md` describes it.

use federation::query_plan::{
    Delivery, EntityInput, EntityTarget, Fetch, FetchId, FetchTarget, PathElement, QueryPlan,
    Representation, RepresentationField,
};
use serde_json::{Value, json};

const VERSION: u32 = 1;

/// The whole plan.
pub fn plan_json(plan: &QueryPlan) -> Value {
    let before = plan.steps_before();
    let fetches = (0u32..).map(FetchId).zip(&plan.fetches).zip(before);
    let fetches = fetches.map(|((id, fetch), steps)| fetch_json(id, fetch, steps + 1));
    let deliveries = plan.deliveries.iter().enumerate();
    let deliveries = deliveries.map(|(index, delivery)| delivery_json(index, delivery, plan));
    json!({
        "version": VERSION,
        "requests": plan.fetches.len(),
        "steps": plan.steps(),
        "fetches": fetches.collect::<Vec<Value>>(),
        "deliveries": deliveries.collect::<Vec<Value>>(),
    })
}

/// Fetches are numbered from 1, as people count.
fn number(id: FetchId) -> usize {
    id.index() + 1
}

fn delivery_json(index: usize, delivery: &Delivery, plan: &QueryPlan) -> Value {
    let parts = delivery.parts.iter().filter_map(|part| plan.parts.get(part.index()));
    let parts = parts.map(
        |part| json!({ "label": part.label, "if": part.when.as_ref().map(|name| name.as_str()) }),
    );
    json!({
        "id": index + 1,
        "within": delivery.within.map(|id| id.index() + 1),
        "path": path_json(&delivery.path),
        "parts": parts.collect::<Vec<Value>>(),
    })
}

fn fetch_json(id: FetchId, fetch: &Fetch, step: usize) -> Value {
    let depends_on: Vec<usize> = fetch.depends_on.iter().map(|id| number(*id)).collect();
    let variables: Vec<&str> = fetch.variables.iter().map(|name| name.as_str()).collect();
    let mut value = json!({
        "id": number(id),
        "service": fetch.service,
        "kind": "root",
        "operationType": fetch.operation_type.name(),
        "step": step,
        "delivery": fetch.delivery.map(|id| id.index() + 1),
        "dependsOn": depends_on,
        "document": fetch.document,
        "variables": variables,
    });
    if let FetchTarget::Entities(inputs) = &fetch.target {
        value["kind"] = json!("entities");
        value["entities"] = inputs.iter().map(input_json).collect();
    }
    value
}

fn input_json(input: &EntityInput) -> Value {
    json!({
        "responseKey": input.response_key.as_str(),
        "variable": input.variable.as_str(),
        "targets": input.targets.iter().map(target_json).collect::<Vec<Value>>(),
    })
}

fn target_json(target: &EntityTarget) -> Value {
    let mut reuse: Vec<usize> = target.reuse.iter().map(|reuse| number(reuse.from)).collect();
    reuse.dedup();
    json!({
        "path": path_json(&target.path),
        "representations":
            target.representations.iter().map(representation_json).collect::<Vec<Value>>(),
        "reuse": reuse,
    })
}

/// `@` for the items of a list, as in the text.
fn path_json(path: &[PathElement]) -> Vec<&str> {
    let elements = path.iter().map(|element| match element {
        PathElement::Key(key, _) => key.as_str(),
        PathElement::Items => "@",
    });
    elements.collect()
}

fn representation_json(representation: &Representation) -> Value {
    json!({
        "typeName": representation.type_name.as_str(),
        "fields": representation.fields.iter().map(field_json).collect::<Vec<Value>>(),
    })
}

fn field_json(field: &RepresentationField) -> Value {
    let mut value = json!({ "name": field.name.as_str(), "isKey": field.is_key });
    if !field.children.is_empty() {
        value["fields"] = field.children.iter().map(field_json).collect();
    }
    value
}

//! `extensions.plan`: the plan beside the answer, or why it is as it is, for whoever asks for it
//! with the header `weft-plan` and is allowed to; and `extensions.trace`: how each fetch went.

use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use federation::explanation::Explanation;
use federation::query_plan::QueryPlan;
use serde_json::{Value, json};

use super::graphql_response::GraphQLResponse;
use crate::executor::FetchReport;
use crate::plan_json::plan_json;

/// The header that asks for the plan.
const HEADER: &str = "weft-plan";

/// What is told of an operation's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanExtension {
    /// The plan, beside the answer.
    Plan(PlanForm),
    /// Its reasons, as `weft explain` writes them, without an answer; nothing is executed.
    Reasons,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanForm {
    /// As people read it.
    Text,
    /// As programs do, with a trace of what was done.
    Json,
}

impl PlanExtension {
    /// What the header asks for; the message says what is wrong with it.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, String> {
        match headers.get(HEADER).map(|value| value.as_bytes()) {
            None => Ok(None),
            Some(b"text") => Ok(Some(Self::Plan(PlanForm::Text))),
            Some(b"json") => Ok(Some(Self::Plan(PlanForm::Json))),
            Some(b"why") => Ok(Some(Self::Reasons)),
            Some(_) => Err(format!("the header `{HEADER}` is `text`, `json` or `why`")),
        }
    }
}

/// The answer with the plan beside it; for programs also with what became of its fetches, in the
/// order of the answers, and whether the plan was at hand.
pub(super) fn beside(
    body: &Bytes,
    form: PlanForm,
    plan: &QueryPlan,
    (fetches, plan_cached): (&[FetchReport], bool),
) -> Bytes {
    let extensions = match form {
        PlanForm::Text => json!({ "plan": plan.to_string() }),
        PlanForm::Json => {
            let fetches: Vec<Value> = fetches.iter().map(fetch_trace).collect();
            let trace = json!({ "planCached": plan_cached, "fetches": fetches });
            json!({ "plan": plan_json(plan), "trace": trace })
        }
    };
    added(body, &extensions)
}

/// Reasons without an answer: nothing has been executed.
pub(super) fn alone(explanation: &Explanation) -> GraphQLResponse {
    let body = json!({ "data": null, "extensions": { "plan": explanation.to_string() } });
    GraphQLResponse::executed(Bytes::from(body.to_string()), 0)
}

fn fetch_trace(report: &FetchReport) -> Value {
    json!({
        "fetch": report.fetch.index() + 1,
        "service": &*report.subgraph,
        "startMs": milliseconds(report.start),
        "durationMs": milliseconds(report.duration),
        "representations": report.representations,
        "bytes": report.bytes,
        "failedWith": report.failed_with,
    })
}

/// With three digits after the point.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// The answer with the extensions in it: an object with one member more.
fn added(body: &Bytes, extensions: &Value) -> Bytes {
    let extensions = extensions.to_string();
    let Some(open) = body.strip_suffix(b"}") else { return body.clone() };
    let mut longer = Vec::with_capacity(body.len() + extensions.len() + 16);
    longer.extend_from_slice(open);
    longer.extend_from_slice(b",\"extensions\":");
    longer.extend_from_slice(extensions.as_bytes());
    longer.push(b'}');
    Bytes::from(longer)
}

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

/// How the plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanForm {
    /// As people read it.
    Text,
    /// As programs do, with a trace of what was done.
    Json,
    /// Not the plan but its reasons, as `weft explain` writes them; nothing is executed.
    Why,
}

impl PlanForm {
    /// What the header asks for; the message says what is wrong with it.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, String> {
        match headers.get(HEADER).map(|value| value.as_bytes()) {
            None => Ok(None),
            Some(b"text") => Ok(Some(Self::Text)),
            Some(b"json") => Ok(Some(Self::Json)),
            Some(b"why") => Ok(Some(Self::Why)),
            Some(_) => Err(format!("the header `{HEADER}` is `text`, `json` or `why`")),
        }
    }
}

/// The plan as people read it.
pub(super) fn text(plan: &QueryPlan) -> Value {
    json!({ "plan": plan.to_string() })
}

/// The plan as programs read it, and what was done.
pub(super) fn json(plan: &QueryPlan, trace: &Value) -> Value {
    json!({ "plan": plan_json(plan), "trace": trace })
}

/// What became of the plan's fetches, in the order of the answers.
pub(super) fn trace(fetches: &[FetchReport], plan_cached: bool) -> Value {
    let fetches: Vec<Value> = fetches.iter().map(fetch_trace).collect();
    json!({ "planCached": plan_cached, "fetches": fetches })
}

/// Reasons without an answer: nothing has been executed.
pub(super) fn alone(explanation: &Explanation) -> GraphQLResponse {
    let body = json!({ "data": null, "extensions": { "plan": explanation.to_string() } });
    GraphQLResponse::executed(Bytes::from(body.to_string()), 0)
}

fn fetch_trace(report: &FetchReport) -> Value {
    json!({
        "fetch": report.fetch.index() + 1,
        "service": report.subgraph,
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
pub(super) fn added(body: &Bytes, extensions: &Value) -> Bytes {
    let extensions = extensions.to_string();
    let Some(open) = body.strip_suffix(b"}") else { return body.clone() };
    let mut longer = Vec::with_capacity(body.len() + extensions.len() + 16);
    longer.extend_from_slice(open);
    longer.extend_from_slice(b",\"extensions\":");
    longer.extend_from_slice(extensions.as_bytes());
    longer.push(b'}');
    Bytes::from(longer)
}

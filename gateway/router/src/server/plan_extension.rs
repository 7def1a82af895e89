//! `extensions.plan`: the plan beside the answer, for whoever asks for it with the header
//! `weft-plan` and is allowed to.

use axum::http::HeaderMap;
use bytes::Bytes;
use federation::query_plan::QueryPlan;
use serde_json::{Value, json};

use crate::plan_json::plan_json;

/// The header that asks for the plan.
const HEADER: &str = "weft-plan";

/// How the plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanForm {
    /// As people read it.
    Text,
    /// As programs do.
    Json,
}

impl PlanForm {
    /// What the header asks for; the message says what is wrong with it.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, String> {
        match headers.get(HEADER).map(|value| value.as_bytes()) {
            None => Ok(None),
            Some(b"text") => Ok(Some(Self::Text)),
            Some(b"json") => Ok(Some(Self::Json)),
            Some(_) => Err(format!("the header `{HEADER}` is `text` or `json`")),
        }
    }
}

/// The answer with the plan in it: an object with one member more.
pub(super) fn added(body: &Bytes, plan: &QueryPlan, form: PlanForm) -> Bytes {
    let plan = match form {
        PlanForm::Text => Value::String(plan.to_string()),
        PlanForm::Json => plan_json(plan),
    };
    let extensions = json!({ "plan": plan }).to_string();
    let Some(open) = body.strip_suffix(b"}") else { return body.clone() };
    let mut longer = Vec::with_capacity(body.len() + extensions.len() + 16);
    longer.extend_from_slice(open);
    longer.extend_from_slice(b",\"extensions\":");
    longer.extend_from_slice(extensions.as_bytes());
    longer.push(b'}');
    Bytes::from(longer)
}

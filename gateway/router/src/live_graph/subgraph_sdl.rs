//! A running subgraph asked for its SDL: `{ _service { sdl } }`, Federation's own way.

use std::sync::Arc;

use bytes::Bytes;
use federation::diagnostic::{Diagnostic, SourceFile};
use observability::SpanId;
use serde::Deserialize;

use crate::caller::Caller;
use crate::config::SubgraphUrl;
use crate::subgraph_client::{
    HttpSubgraphClient, HttpSubgraphClientConfig, SubgraphClient, SubgraphRequest,
};

#[derive(Deserialize)]
struct Answer {
    data: Option<AnswerData>,
}

#[derive(Deserialize)]
struct AnswerData {
    #[serde(rename = "_service")]
    service: Service,
}

#[derive(Deserialize)]
struct Service {
    sdl: String,
}

/// Asks the subgraph `name` for its SDL.
///
/// # Errors
/// `DOWNSTREAM_SERVICE_ERROR`: there is no answer in time, or none with SDL in it.
pub async fn fetch_sdl(
    name: &str,
    asked: &SubgraphUrl,
    http: &HttpSubgraphClientConfig,
) -> Result<Arc<SourceFile>, Diagnostic> {
    let url = asked.url.shown();
    let failed = |cause: String| {
        let message = format!("cannot fetch the schema of subgraph `{name}` from {url}: {cause}");
        Diagnostic::error("DOWNSTREAM_SERVICE_ERROR", message)
    };
    let urls = [(name.to_owned(), asked.url.clone())];
    let client = HttpSubgraphClient::with_headers(urls, &asked.introspection_headers, http)
        .map_err(|error| failed(error.to_string()))?;
    let body = Bytes::from_static(br#"{"query":"{ _service { sdl } }"}"#);
    let subgraph = Arc::from(name);
    let (caller, span_id) = (Caller::Unknown, SpanId::generate());
    let request = SubgraphRequest { subgraph, body, caller, span_id, may_be_shared: false };
    let answer = client.send(request).await.map_err(|failure| failed(failure.to_string()))?;
    let answer: Answer = serde_json::from_slice(&answer.body)
        .map_err(|_| failed("the answer has no `_service { sdl }`".to_owned()))?;
    let data = answer.data.ok_or_else(|| failed("it answers with an error".to_owned()))?;
    Ok(Arc::new(SourceFile { name: url, text: data.service.sdl }))
}

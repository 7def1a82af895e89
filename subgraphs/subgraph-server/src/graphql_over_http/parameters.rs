//! The parameters of a request, from a body or from a URL. GraphQL-over-HTTP specification, section
//! 5.

use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a client may send. Parameters that we do not know are left alone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    // Nothing is done with them, but something else than a map is a mistake.
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// The same in a URL, where maps are JSON text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetParameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Parameters {
    /// Reads a request body.
    pub(super) fn from_json(body: &[u8]) -> Result<Parameters, String> {
        serde_json::from_slice(body).map_err(|cause| match body.trim_ascii_start().first() {
            Some(b'[') => "batches of requests are not supported".to_owned(),
            _ => format!("the request body is no GraphQL request: {cause}"),
        })
    }
}

impl TryFrom<GetParameters> for Parameters {
    type Error = String;

    fn try_from(parameters: GetParameters) -> Result<Parameters, String> {
        let map = |name: &str, text: Option<String>| match text.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => serde_json::from_str::<Option<Map<String, Value>>>(text)
                .map_err(|cause| format!("the parameter `{name}` is no JSON object: {cause}")),
        };
        Ok(Parameters {
            query: parameters.query,
            operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
            variables: map("variables", parameters.variables)?,
            _extensions: map("extensions", parameters.extensions)?,
        })
    }
}

impl From<Parameters> for Request {
    fn from(parameters: Parameters) -> Request {
        let variables = Value::Object(parameters.variables.unwrap_or_default());
        let mut request = Request::new(parameters.query).variables(Variables::from_json(variables));
        request.operation_name = parameters.operation_name;
        request
    }
}

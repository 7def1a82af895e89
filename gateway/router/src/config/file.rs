//! The file's shape, and the way from it to a [`Config`]. Unknown keys are errors; texts keep
//! their place until they have been understood.

use std::path::Path;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use http::HeaderName;
use schemars::JsonSchema;
use serde::Deserialize;

use super::apq::ApqShape;
use super::cors::CorsShape;
use super::environment::Environment;
use super::file_operations::OperationsShape;
use super::file_override_label::OverrideLabelShape;
use super::file_subgraph::SubgraphShape;
use super::file_view::ViewShape;
use super::in_file_order::InFileOrder;
use super::keys::{self, similar};
use super::reader::{Reader, located};
use super::schema::schema_of;
use super::telemetry::TelemetryShape;
use super::values::FederationVersion;
use super::written::{Spanned, Written};
use super::{Batching, Config, Csrf, Deduplicate, Limits, Listen, Timeouts};
use crate::caller::{Identity, UserId};

/// The configuration of Weft, a GraphQL federation gateway: `router.yaml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "router.yaml")]
pub(super) struct FileShape {
    /// Checked to be 2, in the files that other composers read too.
    federation_version: Option<Written<FederationVersion>>,
    supergraph: Option<SupergraphShape>,
    /// The subgraphs by their names.
    #[schemars(extend("minProperties" = 1))]
    subgraphs: Spanned<InFileOrder<Spanned<SubgraphShape>>>,
    /// What clients of the graph itself are known to send: a folder, manifests, or both.
    operations: Option<Spanned<OperationsShape>>,
    /// Schemas cut to fit each client, by their names.
    #[schemars(extend("propertyNames" = { "pattern": "^[A-Za-z0-9_-]+$" }))]
    views: Option<InFileOrder<Spanned<ViewShape>>>,
    limits: Option<Limits>,
    timeouts: Option<Timeouts>,
    /// Whether a browser is shown GraphiQL.
    #[schemars(extend("default" = true))]
    graphiql: Option<bool>,
    /// Whether clients may ask for the schema.
    #[schemars(extend("default" = true))]
    introspection: Option<bool>,
    extensions: Option<ExtensionsShape>,
    identity: Option<IdentityShape>,
    csrf: Option<CsrfShape>,
    cors: Option<CorsShape>,
    apq: Option<ApqShape>,
    batching: Option<Batching>,
    /// Whether answers are compressed for clients that take it.
    #[schemars(extend("default" = true))]
    compression: Option<bool>,
    /// For which requests fields with a progressive override move to another subgraph, by label.
    override_labels: Option<InFileOrder<Spanned<OverrideLabelShape>>>,
    deduplicate: Option<Deduplicate>,
    telemetry: Option<TelemetryShape>,
}

/// Where clients ask.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SupergraphShape {
    /// A host and a port to listen on; port 0 takes a free one, which is printed.
    #[schemars(extend("default" = "127.0.0.1:4000"))]
    listen: Option<Written<Listen>>,
}

/// What answers may say besides.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExtensionsShape {
    /// Whether clients may ask for the plan of their operation.
    #[schemars(extend("default" = false))]
    plan: Option<bool>,
}

/// Who asks; without it nobody is known.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct IdentityShape {
    /// The header of a request that is believed to name the user.
    header: Written<HeaderName>,
    /// Whom a request without it is taken for when it says "me".
    default: Option<Written<UserId>>,
}

/// Which requests that a foreign page could make a browser send are refused.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CsrfShape {
    /// Whether the rule holds.
    #[schemars(extend("default" = true))]
    enabled: Option<bool>,
    /// Headers that force a browser to ask first; one of them must be there.
    #[schemars(extend("default" = Csrf::default().required_headers))]
    required_headers: Option<Vec<Written<HeaderName>>>,
}

/// The JSON Schema of the file: indented, with a line break at the end.
pub fn json_schema() -> String {
    let schema = schema_of::<FileShape>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// Parses the text, checks its keys, and then every value in it.
pub(super) fn parse(
    source: &Arc<SourceFile>,
    folder: &Path,
    environment: Environment<'_>,
) -> Result<Config, Vec<Diagnostic>> {
    let wrong = keys::check(source, schema_of::<FileShape>().as_value());
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let shape: FileShape =
        serde_saphyr::from_str(&source.text).map_err(|error| vec![yaml_error(source, &error)])?;
    Reader { source, folder, environment, errors: Vec::new() }.read(shape)
}

impl Reader<'_> {
    fn read(mut self, shape: FileShape) -> Result<Config, Vec<Diagnostic>> {
        if let Some(version) = shape.federation_version {
            let _ = self.value(&version);
        }
        let listen = shape.supergraph.and_then(|supergraph| supergraph.listen);
        let listen = listen.and_then(|text| self.value(&text));
        if shape.subgraphs.value.0.is_empty() {
            self.error(&shape.subgraphs.referenced, "there is no subgraph".to_owned());
        }
        let subgraphs = shape.subgraphs.value.0.into_iter();
        let subgraphs = subgraphs.filter_map(|(name, shape)| self.subgraph(name, &shape)).collect();
        let limits = shape.limits.unwrap_or_default();
        let operations = shape.operations.and_then(|it| self.operations(&it));
        let views = shape.views.map_or_else(Vec::new, |views| self.views(views, &limits));
        let labels = shape.override_labels.into_iter().flat_map(|labels| labels.0);
        let override_labels = labels
            .filter_map(|(label, shape)| Some((label, self.override_label(&shape)?)))
            .collect();
        let identity = shape.identity.and_then(|identity| self.identity(&identity));
        let csrf = self.csrf(shape.csrf);
        let apq = self.apq(&shape.apq.unwrap_or_default());
        let cors = shape.cors.and_then(|cors| self.cors(&cors));
        let telemetry = shape.telemetry.map(|it| self.telemetry(&it)).unwrap_or_default();
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        Ok(Config {
            listen: listen.unwrap_or_default(),
            subgraphs,
            operations,
            views,
            limits,
            timeouts: shape.timeouts.unwrap_or_default(),
            graphiql: shape.graphiql.unwrap_or(true),
            introspection: shape.introspection.unwrap_or(true),
            plan_extension: shape.extensions.and_then(|it| it.plan).unwrap_or(false),
            identity,
            csrf,
            cors,
            apq,
            batching: shape.batching.unwrap_or_default(),
            compression: shape.compression.unwrap_or(true),
            override_labels,
            deduplicate: shape.deduplicate.unwrap_or_default(),
            telemetry,
        })
    }

    fn identity(&mut self, shape: &IdentityShape) -> Option<Identity> {
        let default = match &shape.default {
            Some(default) => Some(self.value(default)?),
            None => None,
        };
        Some(Identity { header: self.value(&shape.header)?, default })
    }

    fn csrf(&mut self, shape: Option<CsrfShape>) -> Csrf {
        let default = Csrf::default();
        let Some(shape) = shape else { return default };
        let headers: Option<Vec<HeaderName>> = self.all(shape.required_headers.as_deref());
        let headers = headers.map(|names| names.iter().map(ToString::to_string).collect());
        Csrf {
            enabled: shape.enabled.unwrap_or(true),
            required_headers: headers.unwrap_or(default.required_headers),
        }
    }
}

/// What the YAML library found, with the place and a guess at what was meant.
fn yaml_error(source: &Arc<SourceFile>, error: &serde_saphyr::Error) -> Diagnostic {
    let diagnostic = match error.without_snippet() {
        serde_saphyr::Error::SerdeUnknownVariant { variant, expected, .. } => {
            let message = format!("`{variant}` is none of `{}`", expected.join("`, `"));
            let unknown = Diagnostic::error("CONFIG_INVALID", message);
            match similar(variant, expected) {
                Some(meant) => unknown.with_help(format!("did you mean `{meant}`?")),
                None => unknown,
            }
        }
        other => Diagnostic::error("CONFIG_INVALID", first_line(&other.to_string())),
    };
    located(diagnostic, source, error.location())
}

/// The library appends its own rendering of the place; ours has it once.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or("not valid YAML").trim_start_matches("error: ");
    line.split_once(" at line ").map_or(line, |(message, _)| message).to_owned()
}

//! `router.yaml`: where to listen, which subgraphs there are, every limit and every time-out.
//!
//! Read once at start, and again when the file changes. Everything wrong in it is said with the
//! file, the line and the column. Knows nothing of graphs: `live_graph` loads what is named here.

mod apq;
mod cors;
mod environment;
mod file;
mod file_operations;
mod file_override_label;
mod file_subgraph;
mod file_view;
mod in_file_order;
mod keys;
mod limits;
mod reader;
mod schema;
mod served_path;
mod telemetry;
mod values;
mod views;
mod written;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use federation::override_label::Percentage;
use http::{HeaderMap, HeaderName};
use schemars::JsonSchema;
use serde::Deserialize;

pub use apq::{Apq, ApqRedis, RedisUrl};
pub use cors::{Cors, CorsOrigins};
pub use environment::{Environment, no_environment, process_environment, routing_url_variable};
pub use file::json_schema;
pub use limits::{Limits, Timeouts};
pub use served_path::{GRAPHQL_PATH, RestPath, ServedPath};
pub use telemetry::{Logs, MetricsPath, Prometheus, Telemetry};
pub use values::{Listen, RoutingUrl};
pub use views::{
    Access, OperationsLocation, OperationsMode, RegisteredOperations, RestForm, RestRoute,
    StoredDocument, ViewConfig, ViewSchema,
};

use crate::caller::Identity;

/// What the gateway is told to do. Made by [`Config::load`]; read at start and at each reload.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen for clients.
    pub listen: Listen,
    /// The subgraphs, in the order of the file.
    pub subgraphs: Vec<SubgraphConfig>,
    /// What clients of the graph itself are known to send; none when nobody has said.
    pub operations: Option<RegisteredOperations>,
    /// Schemas cut to fit each client, in the order of the file.
    pub views: Vec<ViewConfig>,
    /// Sizes nothing may exceed.
    pub limits: Limits,
    /// Times nothing may exceed.
    pub timeouts: Timeouts,
    /// Whether a browser is shown GraphiQL.
    pub graphiql: bool,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
    /// Whether clients may ask for the plan of their operation.
    pub plan_extension: bool,
    /// Who asks, and whether that is believed; without it nobody is known.
    pub identity: Option<Identity>,
    /// Which requests a browser could be made to send are refused.
    pub csrf: Csrf,
    /// Which foreign pages may read answers; none without it.
    pub cors: Option<Cors>,
    /// Whether clients may name a document by its hash once they have sent it, and where these are.
    pub apq: Apq,
    /// Whether several requests may come in one.
    pub batching: Batching,
    /// Whether answers are compressed for clients that take it.
    pub compression: bool,
    /// For which requests the labels of progressive overrides are set, by label.
    pub override_labels: BTreeMap<String, OverrideLabel>,
    /// What is done once when it is the same at the same time.
    pub deduplicate: Deduplicate,
    /// What operators are told, and where.
    pub telemetry: Telemetry,
}

/// For which requests a label of progressive overrides is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OverrideLabel {
    /// For all, or for none.
    Fixed(bool),
    /// For those that say so in this header.
    Header(HeaderName),
    /// For a share of them.
    Percent(Percentage),
}

/// One subgraph of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphConfig {
    /// Its name in configuration, logs and errors.
    pub name: String,
    /// Where its GraphQL endpoint is; composing alone can do without.
    pub routing_url: Option<RoutingUrl>,
    /// Where its SDL comes from.
    pub schema: SchemaLocation,
}

/// Where a subgraph's SDL comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaLocation {
    /// A file, already relative to the configuration's folder.
    File(PathBuf),
    /// A running subgraph that is asked for `_service { sdl }`.
    SubgraphUrl(SubgraphUrl),
    /// The text itself.
    Sdl(Arc<SourceFile>),
}

/// A running subgraph, as it is asked for its SDL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphUrl {
    /// Where it is.
    pub url: RoutingUrl,
    /// What is sent along, such as `authorization`; the values are secrets to whoever prints them.
    pub introspection_headers: HeaderMap,
}

impl From<RoutingUrl> for SubgraphUrl {
    /// Asked without further headers.
    fn from(url: RoutingUrl) -> Self {
        Self { url, introspection_headers: HeaderMap::new() }
    }
}

/// What is done once, however many ask for it at the same time; never in mutations. Nothing is kept
/// once it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Deduplicate {
    /// Requests to a subgraph with the same body for the same caller. Default true.
    pub subgraph_requests: bool,
    /// Executions of an operation with the same variables for the same caller. Default false.
    pub client_requests: bool,
}

impl Default for Deduplicate {
    fn default() -> Self {
        Self { subgraph_requests: true, client_requests: false }
    }
}

/// Several requests in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Batching {
    /// Whether an array of requests is accepted. Default false.
    pub enabled: bool,
    /// How many of them there may be. Default 10.
    pub maximum_size: NonZeroUsize,
}

impl Default for Batching {
    fn default() -> Self {
        Self { enabled: false, maximum_size: NonZeroUsize::new(10).expect("ten is not zero") }
    }
}

/// The rule against requests that a foreign page can make a browser send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csrf {
    /// Whether the rule holds.
    pub enabled: bool,
    /// Headers that force a browser to ask first; one of them must be there. Lower case.
    pub required_headers: Vec<String>,
}

impl Default for Csrf {
    fn default() -> Self {
        let headers =
            ["apollo-require-preflight", "x-apollo-operation-name", "graphql-require-preflight"];
        Self { enabled: true, required_headers: headers.map(String::from).to_vec() }
    }
}

impl Default for Config {
    /// Documented defaults, and no subgraph: what `--supergraph` starts from.
    fn default() -> Self {
        Self {
            listen: Listen::default(),
            subgraphs: Vec::new(),
            operations: None,
            views: Vec::new(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            graphiql: true,
            introspection: true,
            plan_extension: false,
            identity: None,
            csrf: Csrf::default(),
            cors: None,
            apq: Apq::default(),
            batching: Batching::default(),
            compression: true,
            override_labels: BTreeMap::new(),
            deduplicate: Deduplicate::default(),
            telemetry: Telemetry::default(),
        }
    }
}

impl Config {
    /// Reads a file; paths in it are relative to its folder.
    ///
    /// # Errors
    /// `CONFIG_UNREADABLE` when there is no such file, `CONFIG_INVALID` with file, line and column
    /// for everything in it that cannot be used.
    pub fn load(path: &Path, environment: Environment<'_>) -> Result<Self, Vec<Diagnostic>> {
        let text = std::fs::read_to_string(path).map_err(|cause| {
            let message = format!("cannot read the configuration {}: {cause}", path.display());
            vec![Diagnostic::error("CONFIG_UNREADABLE", message)]
        })?;
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Self::parse(SourceFile { name, text }, &folder, environment)
    }

    /// Reads a text; `folder` is what relative paths in it are relative to.
    ///
    /// # Errors
    /// `CONFIG_INVALID` with file, line and column.
    pub fn parse(
        source: SourceFile,
        folder: &Path,
        environment: Environment<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        file::parse(&Arc::new(source), folder, environment)
    }
}

//! One entry of `subgraphs:`, in the form of `supergraph.yaml` that other composers read too: where
//! the subgraph is, and where its SDL comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::environment::routing_url_variable;
use super::reader::Reader;
use super::written::{Never, Spanned, Written};
use super::{RoutingUrl, SchemaLocation, SubgraphConfig, SubgraphUrl};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubgraphShape {
    /// Where its GraphQL endpoint is: an `http`, `https` or `h2c` URL. The environment variable
    /// `WEFT_SUBGRAPH_NAME_ROUTING_URL` goes before; without both it is `subgraph_url`.
    routing_url: Option<Written<RoutingUrl>>,
    schema: Spanned<SchemaShape>,
}

/// Where the subgraph's SDL comes from: exactly one of `file`, `subgraph_url` and `sdl`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = [{ "required": ["file"] }, { "required": ["subgraph_url"] }, { "required": ["sdl"] }],
    "dependencies" = { "introspection_headers": ["subgraph_url"] }
))]
struct SchemaShape {
    /// A file with it.
    file: Option<Written<PathBuf>>,
    /// A running subgraph, which is asked for `_service { sdl }`.
    subgraph_url: Option<Written<RoutingUrl>>,
    /// What is sent along then, such as `authorization`.
    introspection_headers: Option<BTreeMap<String, Written<String>>>,
    /// The text itself.
    sdl: Option<Spanned<String>>,
    /// In files for other composers. GraphOS is not asked: fetch the schema, and name its `file`.
    #[schemars(with = "Option<Never>")]
    graphref: Option<Spanned<String>>,
    /// The subgraph's name beside `graphref`.
    #[schemars(with = "Option<Never>")]
    subgraph: Option<IgnoredAny>,
}

impl Reader<'_> {
    pub(super) fn subgraph(
        &mut self,
        name: String,
        shape: &Spanned<SubgraphShape>,
    ) -> Option<SubgraphConfig> {
        let variable = routing_url_variable(&name);
        let schema = self.schema(&name, &shape.value.schema);
        let routing_url = match ((self.environment)(&variable), &shape.value.routing_url) {
            (Some(overriding), _) => self.overriding_url(&variable, &overriding),
            (None, Some(written)) => self.value(written),
            (None, None) => match &schema {
                // Where it is asked for its schema it can be asked for the rest.
                Some(SchemaLocation::SubgraphUrl(asked)) => Some(asked.url.clone()),
                Some(_) => {
                    self.error(&shape.referenced, "the key `routing_url` is missing".to_owned());
                    None
                }
                None => None,
            },
        };
        Some(SubgraphConfig { routing_url: Some(routing_url?), schema: schema?, name })
    }

    fn overriding_url(&mut self, variable: &str, text: &str) -> Option<RoutingUrl> {
        match text.parse() {
            Ok(url) => Some(url),
            Err(wrong) => {
                let message = format!("in the environment variable {variable}: {wrong}");
                self.errors.push(Diagnostic::error("CONFIG_INVALID", message));
                None
            }
        }
    }

    fn schema(&mut self, name: &str, shape: &Spanned<SchemaShape>) -> Option<SchemaLocation> {
        let SchemaShape { file, subgraph_url, introspection_headers, sdl, graphref, subgraph } =
            &shape.value;
        if let Some(graphref) = graphref {
            self.graphref(name, graphref);
            return None;
        }
        if subgraph.is_some() {
            let message = "`subgraph` says nothing without `graphref`".to_owned();
            self.error(&shape.referenced, message);
        }
        if introspection_headers.is_some() && subgraph_url.is_none() {
            let message = "`introspection_headers` go with `subgraph_url`".to_owned();
            self.error(&shape.referenced, message);
        }
        match (file, subgraph_url, sdl) {
            (Some(file), None, None) => {
                let file = self.value(file)?;
                Some(SchemaLocation::File(tidy_join(self.folder, &file)))
            }
            (None, Some(url), None) => {
                let introspection_headers = self.headers(introspection_headers.as_ref());
                let url = self.value(url)?;
                Some(SchemaLocation::SubgraphUrl(SubgraphUrl { url, introspection_headers }))
            }
            // SDL is taken as it is: `${` may stand in a description.
            (None, None, Some(sdl)) => {
                let name = format!("subgraph {name}");
                let text = sdl.value.clone();
                Some(SchemaLocation::Sdl(Arc::new(SourceFile { name, text })))
            }
            _ => {
                let message = format!(
                    "the schema of subgraph `{name}` needs exactly one of `file`, \
                     `subgraph_url` and `sdl`"
                );
                self.error(&shape.referenced, message);
                None
            }
        }
    }

    /// The registry of GraphOS cannot be asked without an account there.
    fn graphref(&mut self, name: &str, graphref: &Spanned<String>) {
        let message = format!("the schema of subgraph `{name}` is in GraphOS, which is not asked");
        self.error(&graphref.referenced, message);
        if let Some(error) = self.errors.last_mut() {
            let graphref = &graphref.value;
            error.help = Some(format!(
                "fetch it with `rover subgraph fetch {graphref} --name {name}`, and name the file \
                 with `file:`"
            ));
        }
    }

    /// Headers whose values are secrets.
    pub(super) fn headers(
        &mut self,
        written: Option<&BTreeMap<String, Written<String>>>,
    ) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, text) in written.into_iter().flatten() {
            let Ok(header) = HeaderName::try_from(name) else {
                let message = format!("`{name}` cannot be the name of a header");
                self.error(&text.text.referenced, message);
                continue;
            };
            let Some(value) = self.value(text) else { continue };
            // The value is not repeated: it may be a secret.
            match HeaderValue::try_from(value) {
                Ok(mut value) => {
                    value.set_sensitive(true);
                    headers.insert(header, value);
                }
                Err(_) => {
                    let message = format!("the value of `{name}` has characters no header can");
                    self.error(&text.text.referenced, message);
                }
            }
        }
        headers
    }
}

/// `folder/file` without the `./` in between: this is the name people see in messages.
pub(super) fn tidy_join(folder: &Path, file: &Path) -> PathBuf {
    folder.join(file).components().collect()
}

//! The file's shape, and the way from it to a [`Config`]. Unknown keys are errors; texts keep
//! their place until they have been understood.

use std::path::Path;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::cors::CorsShape;
use super::environment::Environment;
use super::file_operations::OperationsShape;
use super::file_override_label::OverrideLabelShape;
use super::file_subgraph::SubgraphShape;
use super::file_view::ViewShape;
use super::in_file_order::InFileOrder;
use super::reader::{Reader, located};
use super::values::FederationVersion;
use super::{Batching, Config, Csrf, Deduplicate, Limits, Listen, Timeouts};
use crate::caller::{Identity, UserId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileShape {
    federation_version: Option<Spanned<String>>,
    supergraph: Option<SupergraphShape>,
    subgraphs: Spanned<InFileOrder<Spanned<SubgraphShape>>>,
    operations: Option<Spanned<OperationsShape>>,
    views: Option<InFileOrder<Spanned<ViewShape>>>,
    limits: Option<Limits>,
    timeouts: Option<Timeouts>,
    graphiql: Option<bool>,
    introspection: Option<bool>,
    extensions: Option<ExtensionsShape>,
    identity: Option<IdentityShape>,
    csrf: Option<CsrfShape>,
    cors: Option<CorsShape>,
    apq: Option<ApqShape>,
    batching: Option<Batching>,
    compression: Option<bool>,
    override_labels: Option<InFileOrder<Spanned<OverrideLabelShape>>>,
    deduplicate: Option<Deduplicate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SupergraphShape {
    listen: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtensionsShape {
    plan: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityShape {
    header: Spanned<String>,
    default: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CsrfShape {
    enabled: Option<bool>,
    required_headers: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApqShape {
    enabled: Option<bool>,
}

/// Parses the text and checks every value in it.
pub(super) fn parse(
    source: &Arc<SourceFile>,
    folder: &Path,
    environment: Environment<'_>,
) -> Result<Config, Vec<Diagnostic>> {
    let shape: FileShape =
        serde_saphyr::from_str(&source.text).map_err(|error| vec![yaml_error(source, &error)])?;
    Reader { source, folder, environment, errors: Vec::new() }.read(shape)
}

impl Reader<'_> {
    fn read(mut self, shape: FileShape) -> Result<Config, Vec<Diagnostic>> {
        if let Some(version) = shape.federation_version {
            let _: Option<FederationVersion> = self.value(&version);
        }
        let listen = shape.supergraph.and_then(|supergraph| supergraph.listen);
        let listen = listen.and_then(|text| self.value::<Listen>(&text));
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
        let cors = shape.cors.and_then(|cors| self.cors(&cors));
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
            csrf: csrf(shape.csrf),
            cors,
            apq: shape.apq.and_then(|apq| apq.enabled).unwrap_or(true),
            batching: shape.batching.unwrap_or_default(),
            compression: shape.compression.unwrap_or(true),
            override_labels,
            deduplicate: shape.deduplicate.unwrap_or_default(),
        })
    }

    fn identity(&mut self, shape: &IdentityShape) -> Option<Identity> {
        let default = match &shape.default {
            Some(default) => Some(self.value::<UserId>(default)?),
            None => None,
        };
        Some(Identity { header: self.value(&shape.header)?, default })
    }
}

fn csrf(shape: Option<CsrfShape>) -> Csrf {
    let default = Csrf::default();
    let Some(shape) = shape else { return default };
    let headers = shape.required_headers.unwrap_or(default.required_headers);
    Csrf {
        enabled: shape.enabled.unwrap_or(true),
        required_headers: headers.iter().map(|header| header.to_ascii_lowercase()).collect(),
    }
}

/// What the YAML library found, with the place and a guess at what was meant.
fn yaml_error(source: &Arc<SourceFile>, error: &serde_saphyr::Error) -> Diagnostic {
    let error_itself = error.without_snippet();
    let diagnostic = match error_itself {
        serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => {
            let mut keys: Vec<&str> = expected.to_vec();
            keys.sort_unstable();
            let unknown = Diagnostic::error("CONFIG_INVALID", format!("unknown key `{field}`"));
            match keys.iter().min_by_key(|key| edits_between(field, key)) {
                // Other gateways have `url` where this one has `subgraph_url`.
                _ if field == "url" && keys.contains(&"subgraph_url") => {
                    unknown.with_help("did you mean `subgraph_url`?")
                }
                Some(key) if edits_between(field, key) <= 2 => {
                    unknown.with_help(format!("did you mean `{key}`?"))
                }
                _ => unknown.with_help(format!("the keys here are `{}`", keys.join("`, `"))),
            }
        }
        serde_saphyr::Error::SerdeMissingField { field, .. } => {
            Diagnostic::error("CONFIG_INVALID", format!("the key `{field}` is missing"))
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

/// Levenshtein's distance: how many letters differ.
fn edits_between(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, from) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in other.chars().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.chars().count()]
}

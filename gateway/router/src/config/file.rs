//! The file's shape, and the way from it to a [`Config`]. Unknown keys are errors; texts keep
//! their place until they have been understood.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use federation::diagnostic::{Diagnostic, SourceFile};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::{Location, Spanned};

use super::environment::{Environment, expand, routing_url_variable};
use super::{Config, Csrf, Limits, Listen, RoutingUrl, SchemaLocation, SubgraphConfig, Timeouts};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileShape {
    supergraph: Option<SupergraphShape>,
    subgraphs: Spanned<InFileOrder<SubgraphShape>>,
    limits: Option<Limits>,
    timeouts: Option<Timeouts>,
    graphiql: Option<bool>,
    introspection: Option<bool>,
    csrf: Option<CsrfShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SupergraphShape {
    listen: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubgraphShape {
    routing_url: Spanned<String>,
    schema: Spanned<SchemaShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemaShape {
    file: Option<Spanned<String>>,
    subgraph_url: Option<Spanned<String>>,
    sdl: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CsrfShape {
    enabled: Option<bool>,
    required_headers: Option<Vec<String>>,
}

/// A mapping with its keys in the order they were written in; a key that is there twice is an error
/// of the YAML library's.
struct InFileOrder<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for InFileOrder<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = InFileOrder<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(InFileOrder(entries))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
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

/// Understands the values one by one and collects what is wrong with them.
struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    folder: &'a Path,
    environment: Environment<'a>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(mut self, shape: FileShape) -> Result<Config, Vec<Diagnostic>> {
        let listen = shape.supergraph.and_then(|supergraph| supergraph.listen);
        let listen = listen.and_then(|text| self.value::<Listen>(&text));
        if shape.subgraphs.value.0.is_empty() {
            self.error(&shape.subgraphs.referenced, "there is no subgraph".to_owned());
        }
        let subgraphs = shape.subgraphs.value.0.into_iter();
        let subgraphs = subgraphs.filter_map(|(name, shape)| self.subgraph(name, &shape)).collect();
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        Ok(Config {
            listen: listen.unwrap_or_default(),
            subgraphs,
            limits: shape.limits.unwrap_or_default(),
            timeouts: shape.timeouts.unwrap_or_default(),
            graphiql: shape.graphiql.unwrap_or(true),
            introspection: shape.introspection.unwrap_or(true),
            csrf: csrf(shape.csrf),
        })
    }

    fn subgraph(&mut self, name: String, shape: &SubgraphShape) -> Option<SubgraphConfig> {
        let variable = routing_url_variable(&name);
        let routing_url = match (self.environment)(&variable) {
            Some(overriding) => self.overriding_url(&variable, &overriding),
            None => self.value(&shape.routing_url),
        };
        let schema = self.schema(&name, &shape.schema);
        Some(SubgraphConfig { routing_url: routing_url?, schema: schema?, name })
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
        match &shape.value {
            SchemaShape { file: Some(file), subgraph_url: None, sdl: None } => {
                let file: String = self.value(file)?;
                Some(SchemaLocation::File(tidy_join(self.folder, &file)))
            }
            SchemaShape { file: None, subgraph_url: Some(url), sdl: None } => {
                self.value(url).map(SchemaLocation::SubgraphUrl)
            }
            // SDL is taken as it is: `${` may stand in a description.
            SchemaShape { file: None, subgraph_url: None, sdl: Some(sdl) } => {
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

    /// A text with the environment filled in, as what it stands for.
    fn value<T: FromStr>(&mut self, text: &Spanned<String>) -> Option<T>
    where
        T::Err: ToString,
    {
        let expanded = expand(&text.value, self.environment);
        match expanded.and_then(|text| text.parse().map_err(|wrong: T::Err| wrong.to_string())) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.error(&text.referenced, wrong);
                None
            }
        }
    }

    fn error(&mut self, location: &Location, message: String) {
        let error = Diagnostic::error("CONFIG_INVALID", message);
        self.errors.push(located(error, self.source, Some(*location)));
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

/// `folder/file` without the `./` in between: this is the name people see in messages.
fn tidy_join(folder: &Path, file: &str) -> std::path::PathBuf {
    folder.join(file).components().collect()
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

fn located(error: Diagnostic, source: &Arc<SourceFile>, location: Option<Location>) -> Diagnostic {
    let Some(location) = location.filter(|location| location.line() > 0) else { return error };
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX);
    let start = source.offset(line, column);
    let line_end = source.text[start..].find('\n').map_or(source.text.len(), |end| start + end);
    error.with_label(source, start..line_end, "")
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

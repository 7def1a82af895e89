//! One entry of `views:`, and that no two paths of all of them are the same.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use federation::diagnostic::SourceFile;
use federation::operation::OperationLimits;
use schemars::JsonSchema;
use serde::Deserialize;

use super::file_operations::OperationsShape;
use super::file_subgraph::tidy_join;
use super::in_file_order::InFileOrder;
use super::reader::Reader;
use super::written::{Spanned, Written};
use super::{Access, Limits, RestForm, RestPath, RestRoute, ServedPath, ViewConfig, ViewSchema};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewShape {
    schema: Spanned<SchemaShape>,
    /// Where its clients ask; not one of the gateway's own paths.
    path: Written<ServedPath>,
    limits: Option<LimitsShape>,
    /// Who may ask.
    #[schemars(extend("default" = "public"))]
    access: Option<Access>,
    operations: Option<Spanned<OperationsShape>>,
    /// Stored operations that are asked for by GET and a path alone, by path: `{id}` in it is the
    /// variable `$id`.
    #[schemars(extend("propertyNames" = { "pattern": "^(/[A-Za-z0-9_~.{}-]+)+$" }))]
    rest: Option<InFileOrder<Spanned<RestShape>>>,
}

/// Where the view's schema is: exactly one of `file` and `sdl`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["file"] }, { "required": ["sdl"] }]))]
struct SchemaShape {
    /// A file with it.
    file: Option<Written<PathBuf>>,
    /// The text itself.
    sdl: Option<Spanned<String>>,
}

/// Sizes of its clients' operations; what is left out is as the graph's `limits` say.
// The part of `Limits` that is about a client's operation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LimitsShape {
    /// Lexical tokens of a client's document, white space among them.
    operation_tokens_max: Option<NonZeroUsize>,
    /// Nesting of selection sets, fragments included.
    operation_depth_max: Option<NonZeroUsize>,
    /// Distinct selections after fragments are merged.
    operation_selections_max: Option<NonZeroUsize>,
    /// Of these, those under another name than their field's.
    operation_aliases_max: Option<NonZeroUsize>,
    /// Of these, those of the root.
    operation_root_fields_max: Option<NonZeroUsize>,
}

/// A stored operation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RestShape {
    /// The registered operation: the name of its file without `.graphql`.
    operation: Written<String>,
    /// What the answer is made of.
    #[serde(rename = "as")]
    #[schemars(extend("default" = "json"))]
    form: Option<RestForm>,
}

impl Reader<'_> {
    /// All views; what is served at each path is one thing.
    pub(super) fn views(
        &mut self,
        shapes: InFileOrder<Spanned<ViewShape>>,
        limits: &Limits,
    ) -> Vec<ViewConfig> {
        let mut paths = matchit::Router::new();
        let mut views = Vec::new();
        for (name, shape) in shapes.0 {
            if !is_plain(&name) {
                let message = format!("`{name}` is no name: letters, digits, `-` and `_`");
                self.error(&shape.referenced, message);
            }
            let rest = self.rest(&shape.value, &mut paths);
            let schema = self.view_schema(&name, &shape.value.schema);
            let path = self.value(&shape.value.path);
            if let Some(path) = path.as_ref().map(ServedPath::as_str) {
                self.claim(&mut paths, &shape.value.path.text, path);
            }
            let operations = match &shape.value.operations {
                Some(operations) => self.operations(operations).map(Some),
                None => Some(None),
            };
            let (Some(schema), Some(path), Some(operations)) = (schema, path, operations) else {
                continue;
            };
            views.push(ViewConfig {
                name: Arc::from(name),
                schema,
                path,
                limits: operation_limits(shape.value.limits.as_ref(), limits),
                access: shape.value.access.unwrap_or_default(),
                operations,
                rest,
            });
        }
        views
    }

    fn view_schema(&mut self, view: &str, shape: &Spanned<SchemaShape>) -> Option<ViewSchema> {
        match (&shape.value.file, &shape.value.sdl) {
            (Some(file), None) => {
                let file = self.value(file)?;
                Some(ViewSchema::File(tidy_join(self.folder, &file)))
            }
            // SDL is taken as it is: `${` may stand in a description.
            (None, Some(sdl)) => {
                let (name, text) = (format!("view {view}"), sdl.value.clone());
                Some(ViewSchema::Sdl(Arc::new(SourceFile { name, text })))
            }
            _ => {
                let message =
                    format!("the schema of view `{view}` needs exactly one of `file` and `sdl`");
                self.error(&shape.referenced, message);
                None
            }
        }
    }

    fn rest(&mut self, shape: &ViewShape, paths: &mut matchit::Router<()>) -> Vec<RestRoute> {
        let mut routes = Vec::new();
        for (path, route) in shape.rest.iter().flat_map(|rest| &rest.0) {
            if shape.operations.is_none() {
                let message = "`rest` needs the view's `operations`, where what it asks is stored";
                self.error(&route.referenced, message.to_owned());
            }
            let path: RestPath = match path.parse() {
                Ok(path) => path,
                Err(wrong) => {
                    self.error(&route.referenced, wrong);
                    continue;
                }
            };
            self.claim(paths, route, path.as_str());
            let Some(operation) = self.value(&route.value.operation) else { continue };
            routes.push(RestRoute { path, operation, form: route.value.form.unwrap_or_default() });
        }
        routes
    }

    fn claim<T>(&mut self, paths: &mut matchit::Router<()>, place: &Spanned<T>, path: &str) {
        if let Err(matchit::InsertError::Conflict { with }) = paths.insert(path, ()) {
            let message = if with == path {
                format!("`{path}` is there twice")
            } else {
                format!("`{path}` and `{with}` are the same to whoever asks")
            };
            self.error(&place.referenced, message);
        }
    }
}

/// Names stand in logs, reports and titles.
fn is_plain(name: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !name.is_empty() && name.bytes().all(fit)
}

fn operation_limits(shape: Option<&LimitsShape>, limits: &Limits) -> OperationLimits {
    let graphs = limits.operation();
    let Some(own) = shape else { return graphs };
    let or = |own: Option<NonZeroUsize>, graphs| own.map_or(graphs, NonZeroUsize::get);
    OperationLimits {
        tokens_max: or(own.operation_tokens_max, graphs.tokens_max),
        depth_max: or(own.operation_depth_max, graphs.depth_max),
        selections_max: or(own.operation_selections_max, graphs.selections_max),
        aliases_max: or(own.operation_aliases_max, graphs.aliases_max),
        root_fields_max: or(own.operation_root_fields_max, graphs.root_fields_max),
    }
}

//! Execution errors (GraphQL §7.1.2): a message, a path into the client's answer, extensions.

use apollo_compiler::Name;
use federation::query_plan::PathElement;
use serde_json::{Map, Value, json};

use super::response_tree::Location;
use crate::subgraph_client::SubgraphFailure;

/// What is wrong, before it is known where in the answer it shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ErrorTemplate {
    pub(super) message: String,
    pub(super) extensions: Map<String, Value>,
}

impl ErrorTemplate {
    /// A subgraph gave no answer.
    pub(super) fn from_failure(failure: &SubgraphFailure, service: &str) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), json!(failure.code()));
        extensions.insert("service".to_owned(), json!(service));
        extensions.insert("status".to_owned(), json!(failure.status()));
        if let SubgraphFailure::HttpStatus { status } = failure {
            extensions.insert("http".to_owned(), json!({ "status": status }));
        }
        Self { message: failure.message().to_owned(), extensions }
    }

    /// A subgraph gave something other than an object, or something other than another subgraph
    /// gave for the same.
    pub(super) fn misfit(service: &str) -> Self {
        Self::malformed(format!("subgraph `{service}` gave a value that does not fit"))
    }

    /// What a subgraph is to be told of an entity has not come, though nothing has failed.
    pub(super) fn untold(service: &str) -> Self {
        Self::malformed(format!("what subgraph `{service}` is to be told is missing or wrong"))
    }

    /// A value that does not fit the schema.
    pub(super) fn malformed(message: String) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), json!("SUBREQUEST_MALFORMED_RESPONSE"));
        Self { message, extensions }
    }
}

/// One step of a path into the client's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathSegment {
    Key(Name),
    Index(usize),
}

/// A path into the client's answer.
pub(super) type ResponsePath = Vec<PathSegment>;

/// Whether one path is the other or leads to it.
fn is_prefix(shorter: &[PathSegment], longer: &[PathSegment]) -> bool {
    longer.starts_with(shorter)
}

/// The path of an object: the plan's path with the indices filled in.
pub(super) fn response_path(path: &[PathElement], location: &Location) -> ResponsePath {
    let mut indices = location.iter().copied();
    path.iter()
        .map(|element| match element {
            PathElement::Key(key, _) => PathSegment::Key(key.clone()),
            PathElement::Items => PathSegment::Index(indices.next().unwrap_or_default()),
        })
        .collect()
}

/// Whether a concrete path is at a plan's path.
pub(super) fn is_at(concrete: &[PathSegment], path: &[PathElement]) -> bool {
    concrete.len() == path.len()
        && concrete.iter().zip(path).all(|pair| match pair {
            (PathSegment::Key(key), PathElement::Key(other, _)) => key == other,
            (PathSegment::Index(_), PathElement::Items) => true,
            _ => false,
        })
}

/// The errors of one answer, up to a limit.
#[derive(Debug)]
pub(super) struct ErrorList {
    errors: Vec<(Option<ResponsePath>, ErrorTemplate)>,
    errors_max: usize,
    left_out: usize,
}

impl ErrorList {
    pub(super) fn new(errors_max: usize) -> Self {
        Self { errors: Vec::new(), errors_max, left_out: 0 }
    }

    /// Adds an error unless the same stands there already.
    pub(super) fn push(&mut self, path: Option<ResponsePath>, error: ErrorTemplate) {
        if self.errors.len() >= self.errors_max {
            self.left_out += 1;
        } else {
            self.errors.push((path, error));
        }
    }

    /// Whether some error already says why there is null at a path.
    pub(super) fn explains(&self, null: &[PathSegment]) -> bool {
        self.left_out > 0
            || self.errors.iter().any(|(path, _)| {
                let path = path.as_deref().unwrap_or_default();
                is_prefix(null, path) || (!path.is_empty() && is_prefix(path, null))
            })
    }

    pub(super) fn errors_max(&self) -> usize {
        self.errors_max
    }

    pub(super) fn len(&self) -> usize {
        self.errors.len() + usize::from(self.left_out > 0)
    }

    /// As the value of `errors`.
    pub(super) fn to_json(&self) -> Value {
        let mut list: Vec<Value> = self
            .errors
            .iter()
            .map(|(path, error)| {
                let mut object = Map::new();
                object.insert("message".to_owned(), json!(error.message));
                if let Some(path) = path {
                    object.insert("path".to_owned(), path_to_json(path));
                }
                if !error.extensions.is_empty() {
                    object.insert("extensions".to_owned(), Value::Object(error.extensions.clone()));
                }
                Value::Object(object)
            })
            .collect();
        if self.left_out > 0 {
            let message = format!("{} more errors are left out", self.left_out);
            list.push(json!({ "message": message, "extensions": { "code": "ERRORS_LEFT_OUT" } }));
        }
        Value::Array(list)
    }
}

fn path_to_json(path: &[PathSegment]) -> Value {
    let segment = |segment: &PathSegment| match segment {
        PathSegment::Key(key) => json!(key.as_str()),
        PathSegment::Index(index) => json!(index),
    };
    Value::Array(path.iter().map(segment).collect())
}

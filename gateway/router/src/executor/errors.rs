//! Execution errors (GraphQL §7.1.2): a message, a path into the client's answer, extensions.

use apollo_compiler::Name;
use serde_json::{Map, Value, json};

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

    /// What a subgraph said; its name is added.
    pub(super) fn from_subgraph(error: &Value, service: &str) -> Self {
        let message = error.get("message").and_then(Value::as_str);
        let message = message.unwrap_or("the subgraph reported an error without a message");
        let mut extensions: Map<String, Value> =
            error.get("extensions").and_then(Value::as_object).cloned().unwrap_or_default();
        if !extensions.contains_key("code") {
            extensions.insert("code".to_owned(), Value::from("DOWNSTREAM_SERVICE_ERROR"));
        }
        extensions.insert("service".to_owned(), Value::from(service));
        Self { message: message.to_owned(), extensions }
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

    /// A contextual argument that must have a value has none.
    pub(super) fn null_context(service: &str, ty: &str) -> Self {
        Self::malformed(format!(
            "subgraph `{service}` is to be told a context of type `{ty}`, which is null here"
        ))
    }

    /// Contexts split a fetch into more requests than may be sent.
    pub(super) fn too_many_contexts(service: &str, max: usize) -> Self {
        let message = format!("subgraph `{service}` would be asked in more than {max} contexts");
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), json!("OPERATION_TOO_COMPLEX"));
        extensions.insert("service".to_owned(), json!(service));
        Self { message, extensions }
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

impl PathSegment {
    /// A key as it stands in the answer.
    pub(super) fn key(bytes: &[u8]) -> Self {
        let name = std::str::from_utf8(bytes).ok().and_then(|key| Name::new(key).ok());
        Self::Key(name.unwrap_or(apollo_compiler::name!("_")))
    }
}

/// A path into the client's answer.
pub(super) type ResponsePath = Vec<PathSegment>;

/// Whether one path is the other or leads to it.
fn is_prefix(shorter: &[PathSegment], longer: &[PathSegment]) -> bool {
    longer.starts_with(shorter)
}

/// The errors of one answer, up to a limit.
#[derive(Debug)]
pub(super) struct ErrorList {
    errors: Vec<(Option<ResponsePath>, ErrorTemplate)>,
    /// Those that are left out if the same is told of something below.
    general: Vec<usize>,
    errors_max: usize,
    left_out: usize,
}

impl ErrorList {
    pub(super) fn new(errors_max: usize) -> Self {
        Self { errors: Vec::new(), general: Vec::new(), errors_max, left_out: 0 }
    }

    /// Adds an error.
    pub(super) fn push(&mut self, path: Option<ResponsePath>, error: ErrorTemplate) {
        if self.errors.len() >= self.errors_max {
            self.left_out += 1;
        } else {
            self.errors.push((path, error));
        }
    }

    /// Adds an error unless the same stands there already.
    pub(super) fn push_new(&mut self, path: ResponsePath, error: ErrorTemplate) {
        let is_same = |(there, one): &(Option<ResponsePath>, ErrorTemplate)| {
            there.as_ref() == Some(&path) && *one == error
        };
        if !self.errors.iter().any(is_same) {
            self.push(Some(path), error);
        }
    }

    /// Adds an error about something that the client has not asked for: where it would be. It may
    /// be told of what it has caused there.
    pub(super) fn push_unless_told_below(&mut self, path: ResponsePath, error: ErrorTemplate) {
        if self.errors.len() < self.errors_max {
            self.general.push(self.errors.len());
        }
        self.push((!path.is_empty()).then_some(path), error);
    }

    /// Leaves out what has been told in more detail.
    pub(super) fn leave_out_what_is_told_below(&mut self) {
        let is_told = |general: usize| {
            let (path, error) = &self.errors[general];
            let path = path.as_deref().unwrap_or_default();
            self.errors.iter().enumerate().any(|(index, (below, one))| {
                !self.general.contains(&index)
                    && one == error
                    && below.as_deref().is_some_and(|below| is_prefix(path, below))
            })
        };
        let told: Vec<usize> =
            self.general.iter().copied().filter(|general| is_told(*general)).collect();
        for index in told.into_iter().rev() {
            self.errors.remove(index);
        }
        self.general.clear();
    }

    /// Leaves out errors that were added after so many if the same is told at a path or below it.
    pub(super) fn leave_out_what_is_told_at(&mut self, path: &[PathSegment], since: usize) {
        let is_there = |(below, _): &(Option<ResponsePath>, ErrorTemplate)| {
            below.as_deref().is_some_and(|below| is_prefix(path, below))
        };
        let mut index = since;
        while let Some(one) = self.errors.get(index) {
            let mut there = self.errors.iter().filter(|other| is_there(other));
            if !is_there(one) && there.any(|other| other.1 == one.1) {
                self.errors.remove(index);
            } else {
                index += 1;
            }
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

    /// Adds errors of which nothing is known but how many they are.
    pub(super) fn leave_out(&mut self, count: usize) {
        self.left_out += count;
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

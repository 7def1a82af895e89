//! One fetch: its request body, and what becomes of the answer.

use std::time::Instant;

use bytes::Bytes;
use federation::query_plan::{Fetch, FetchId, FetchTarget, PathElement, Shape, ShapeField};
use serde_json::{Map, Value};

use super::errors::{ErrorTemplate, PathSegment, ResponsePath, is_at, response_path};
use super::representations::{self, Representations};
use super::response_tree::{Location, Node, object_at};
use super::subgraph_answer::{self, SubgraphAnswer};
use super::{Answered, Execution, FetchReport, Progress};
use crate::subgraph_client::{SubgraphFailure, SubgraphRequest};

/// A fetch that is to be sent.
pub(super) struct PreparedFetch {
    pub(super) id: FetchId,
    request: SubgraphRequest,
    representations: Option<Representations>,
}

/// A fetch that gave nothing: why its fields are null, wherever they are.
#[derive(Debug)]
pub(super) struct Failure {
    /// Which one.
    pub(super) fetch: FetchId,
    /// The path of the objects that lack something.
    pub(super) path: Vec<PathElement>,
    /// Which one of them; none for all.
    pub(super) location: Option<Location>,
    pub(super) error: ErrorTemplate,
}

impl Failure {
    /// Whether the fetch, whose answer has this shape, was to give the field at a path.
    pub(super) fn lacks(&self, field: &[PathSegment], shape: &Shape) -> bool {
        let Some((object, below)) = field.split_at_checked(self.path.len()) else { return false };
        let is_meant = || match &self.location {
            None => true,
            Some(location) => response_path(&self.path, location) == object,
        };
        is_at(object, &self.path) && has(shape, below) && is_meant()
    }

    /// Whether an object may lack something for that reason: it is the object that lacks
    /// something, or one above or below it.
    fn reaches(&self, object: &[PathSegment]) -> bool {
        self.location.as_ref().is_none_or(|location| {
            let lacking = response_path(&self.path, location);
            object.starts_with(&lacking) || lacking.starts_with(object)
        })
    }
}

impl Execution<'_> {
    /// The request of a fetch; nothing when nobody wants it or there is nothing to ask for.
    pub(super) fn prepare(&self, id: FetchId, progress: &mut Progress) -> Option<PreparedFetch> {
        let fetch = self.plan.fetch(id);
        if !fetch.when.holds(|variable| self.is_true(variable)) {
            return None;
        }
        let representations = match &fetch.target {
            FetchTarget::Root => None,
            FetchTarget::Entities { path, representations, .. } => {
                let found = representations::collect(
                    self.query_graph,
                    &progress.data,
                    path,
                    representations,
                );
                progress.leave_out(id, fetch, &found);
                if found.is_empty() {
                    return None;
                }
                Some(found)
            }
        };
        let body = self.body(fetch, representations.as_ref());
        let request = SubgraphRequest { subgraph: fetch.service.clone(), body };
        Some(PreparedFetch { id, request, representations })
    }

    pub(super) async fn send(&self, prepared: PreparedFetch) -> Answered {
        let started = Instant::now();
        let result = self.subgraphs.send(prepared.request.clone()).await;
        Answered { prepared, result, duration: started.elapsed() }
    }

    /// `{"query":…,"operationName":…,"variables":{…}}`.
    fn body(&self, fetch: &Fetch, representations: Option<&Representations>) -> Bytes {
        let mut body = Vec::with_capacity(fetch.document.len() + 64);
        body.extend(b"{\"query\":");
        write_json(&mut body, &fetch.document);
        if let Some(name) = &fetch.operation_name {
            body.extend(b",\"operationName\":");
            write_json(&mut body, name);
        }
        let mut separator: &[u8] = b",\"variables\":{";
        for name in &fetch.variables {
            let Some(value) = self.variables.get(name.as_str()) else { continue };
            body.extend(separator);
            write_json(&mut body, name.as_str());
            body.push(b':');
            write_json(&mut body, value);
            separator = b",";
        }
        if let (Some(found), FetchTarget::Entities { variable, .. }) =
            (representations, &fetch.target)
        {
            body.extend(separator);
            write_json(&mut body, variable.as_str());
            body.push(b':');
            found.write(&mut body);
            separator = b",";
        }
        if separator == b"," {
            body.push(b'}');
        }
        body.push(b'}');
        Bytes::from(body)
    }

    /// Puts an answer into the tree, or notes why there is none.
    pub(super) fn receive(&self, answered: Answered, progress: &mut Progress) {
        let Answered { prepared, result, duration } = answered;
        let fetch = self.plan.fetch(prepared.id);
        let representations = prepared.representations.as_ref();
        progress.reports.push(FetchReport {
            subgraph: fetch.service.clone(),
            duration,
            representations: representations.map(Representations::len),
        });
        let answer = result.and_then(|body| read(&body, fetch));
        match answer {
            Err(failure) => {
                let subgraph = &fetch.service;
                tracing::warn!(subgraph, error = %failure, "subgraph request failed");
                let error = ErrorTemplate::from_failure(&failure, &fetch.service);
                progress.fail(prepared.id, fetch, error);
            }
            Ok(answer) => progress.accept(prepared.id, fetch, representations, answer),
        }
    }
}

/// Reads an answer; entities are wrapped as the `_entities` field of the root.
fn read(body: &Bytes, fetch: &Fetch) -> Result<SubgraphAnswer, SubgraphFailure> {
    let answer = match &fetch.target {
        FetchTarget::Root => subgraph_answer::read(body, &fetch.shape),
        FetchTarget::Entities { .. } => {
            let response_key = apollo_compiler::name!("_entities");
            let child = Some(fetch.shape.clone());
            let shape = Shape { fields: vec![ShapeField { response_key, child }] };
            subgraph_answer::read(body, &shape)
        }
    };
    answer.map_err(|cause| SubgraphFailure::Malformed { cause })
}

impl Progress {
    /// The fetch's fields are null everywhere, for this reason.
    fn fail(&mut self, id: FetchId, fetch: &Fetch, error: ErrorTemplate) {
        let path = match &fetch.target {
            FetchTarget::Root => Vec::new(),
            FetchTarget::Entities { path, .. } => path.clone(),
        };
        self.failures.push(Failure { fetch: id, path, location: None, error });
    }

    /// The fetch's fields are null for one of its entities. Beyond the limit of errors nobody would
    /// read the reason.
    fn fail_one(&mut self, id: FetchId, fetch: &Fetch, location: &Location, error: ErrorTemplate) {
        let FetchTarget::Entities { path, .. } = &fetch.target else { return };
        if self.failures.len() > self.errors.errors_max() {
            return;
        }
        let (path, location) = (path.clone(), Some(location.clone()));
        self.failures.push(Failure { fetch: id, path, location, error });
    }

    /// Entities that are not asked for: those with a null key have nothing there; others lack what
    /// is to be told, because something that they depend on has failed.
    fn leave_out(&mut self, id: FetchId, fetch: &Fetch, found: &Representations) {
        let FetchTarget::Entities { path, .. } = &fetch.target else { return };
        for location in found.null_keys() {
            self.set_null(fetch, path, location);
        }
        for location in found.incomplete() {
            let object = response_path(path, location);
            let cause = self.failures.iter().find(|failure| {
                fetch.depends_on.contains(&failure.fetch) && failure.reaches(&object)
            });
            let error = cause.map(|failure| failure.error.clone());
            let error = error.unwrap_or_else(|| ErrorTemplate::untold(&fetch.service));
            self.fail_one(id, fetch, location, error);
        }
    }

    /// The subgraph has no such entity: the fields are null, also to those that are told them.
    fn set_null(&mut self, fetch: &Fetch, path: &[PathElement], location: &Location) {
        let Some(object) = object_at(&mut self.data, path, location) else { return };
        for field in &fetch.shape.fields {
            if object.get(&field.response_key).is_none() {
                object.set(&field.response_key, Node::Null);
            }
        }
    }

    fn accept(
        &mut self,
        id: FetchId,
        fetch: &Fetch,
        representations: Option<&Representations>,
        answer: SubgraphAnswer,
    ) {
        let nothing_came = match (representations, &answer.data) {
            (None, data) => *data == Node::Null,
            (Some(_), Node::Object(object)) => {
                !matches!(object.get("_entities"), Some(Node::List(_)))
            }
            (Some(_), _) => true,
        };
        let errors: Vec<(Vec<Value>, ErrorTemplate)> =
            answer.errors.iter().map(|error| subgraph_error(error, &fetch.service)).collect();
        if nothing_came && errors.is_empty() {
            let cause = "it has no data".to_owned();
            let failure = SubgraphFailure::Malformed { cause };
            return self.fail(id, fetch, ErrorTemplate::from_failure(&failure, &fetch.service));
        }
        let pathless = errors.iter().position(|(path, _)| path.is_empty());
        // Without data, one of the errors is the reason for every field that did not come.
        let cause = nothing_came.then(|| pathless.unwrap_or_default());
        for (index, (path, error)) in errors.into_iter().enumerate() {
            let is_cause = cause == Some(index);
            if is_cause {
                self.fail(id, fetch, error.clone());
            }
            if !(is_cause && path.is_empty()) {
                self.place_error((id, fetch), representations, &path, &error);
            }
        }
        match (representations, answer.data) {
            (None, Node::Object(object)) => {
                let fits = self.data.merge(Node::Object(object));
                if !fits {
                    self.fail(id, fetch, ErrorTemplate::misfit(&fetch.service));
                }
            }
            (Some(found), Node::Object(object)) => {
                self.merge_entities(id, fetch, found, object.get("_entities"));
            }
            _ => {}
        }
    }

    fn merge_entities(
        &mut self,
        id: FetchId,
        fetch: &Fetch,
        found: &Representations,
        entities: Option<&Node>,
    ) {
        let FetchTarget::Entities { path, .. } = &fetch.target else { return };
        let Some(Node::List(entities)) = entities else { return };
        if entities.len() != found.len() {
            let cause = format!("{} entities for {} representations", entities.len(), found.len());
            tracing::warn!(subgraph = fetch.service, cause, "subgraph answer does not fit");
            let failure = SubgraphFailure::Malformed { cause };
            return self.fail(id, fetch, ErrorTemplate::from_failure(&failure, &fetch.service));
        }
        for (location, representation) in found.locations() {
            let fits = match entities.get(*representation) {
                Some(Node::Object(entity)) => object_at(&mut self.data, path, location)
                    .is_none_or(|object| object.merge(entity.clone())),
                Some(Node::Null) | None => {
                    let is_lost = |failure: &Failure| {
                        failure.fetch == id && failure.location.as_ref() == Some(location)
                    };
                    if !self.failures.iter().any(is_lost) {
                        self.set_null(fetch, path, location);
                    }
                    true
                }
                Some(Node::Leaf(_) | Node::List(_)) => false,
            };
            if !fits {
                self.fail_one(id, fetch, location, ErrorTemplate::misfit(&fetch.service));
            }
        }
    }

    /// A subgraph's error at every place of the client's answer that it is about.
    fn place_error(
        &mut self,
        (id, fetch): (FetchId, &Fetch),
        representations: Option<&Representations>,
        path: &[Value],
        error: &ErrorTemplate,
    ) {
        let (FetchTarget::Entities { path: at, .. }, Some(found)) =
            (&fetch.target, representations)
        else {
            let path = (!path.is_empty()).then(|| client_path(Vec::new(), path, &fetch.shape));
            return self.errors.push(path, error.clone());
        };
        let index = path.get(1).and_then(Value::as_u64);
        let Some(index) = index.and_then(|index| usize::try_from(index).ok()) else {
            return self.errors.push(None, error.clone());
        };
        let rest = path.get(2..).unwrap_or_default();
        for (location, representation) in found.locations() {
            if *representation != index {
                continue;
            }
            if rest.is_empty() {
                self.fail_one(id, fetch, location, error.clone());
            } else {
                let path = client_path(response_path(at, location), rest, &fetch.shape);
                self.errors.push(Some(path), error.clone());
            }
        }
    }
}

/// Whether a shape has a field at a path below it.
fn has(shape: &Shape, path: &[PathSegment]) -> bool {
    match path.split_first() {
        None => false,
        Some((PathSegment::Index(_), rest)) => has(shape, rest),
        Some((PathSegment::Key(key), rest)) => {
            let field = shape.fields.iter().find(|field| field.response_key == *key);
            field.is_some_and(|field| match &field.child {
                Some(child) if !rest.is_empty() => has(child, rest),
                _ => rest.is_empty(),
            })
        }
    }
}

/// Continues a path with a subgraph's, as far as it goes along the shape.
fn client_path(mut path: ResponsePath, rest: &[Value], shape: &Shape) -> ResponsePath {
    let mut shape = Some(shape);
    for segment in rest {
        match segment {
            Value::String(key) => {
                let fields = shape.map(|shape| shape.fields.as_slice()).unwrap_or_default();
                let field = fields.iter().find(|field| field.response_key == key.as_str());
                let Some(field) = field else { break };
                path.push(PathSegment::Key(field.response_key.clone()));
                shape = field.child.as_ref();
            }
            Value::Number(index) => {
                let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                path.push(PathSegment::Index(index.unwrap_or_default()));
            }
            _ => break,
        }
    }
    path
}

/// Path and content of an error as a subgraph sent it; the subgraph's name is added.
fn subgraph_error(error: &Value, service: &str) -> (Vec<Value>, ErrorTemplate) {
    let path = error.get("path").and_then(Value::as_array).cloned().unwrap_or_default();
    let message = error.get("message").and_then(Value::as_str);
    let message = message.unwrap_or("the subgraph reported an error without a message").to_owned();
    let mut extensions: Map<String, Value> =
        error.get("extensions").and_then(Value::as_object).cloned().unwrap_or_default();
    if !extensions.contains_key("code") {
        extensions.insert("code".to_owned(), Value::from("DOWNSTREAM_SERVICE_ERROR"));
    }
    extensions.insert("service".to_owned(), Value::from(service));
    (path, ErrorTemplate { message, extensions })
}

fn write_json(body: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    // Writing strings and JSON values into memory cannot fail.
    if serde_json::to_writer(&mut *body, value).is_err() {
        body.extend(b"null");
    }
}

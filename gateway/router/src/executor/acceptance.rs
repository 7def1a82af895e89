//! What becomes of a subgraph's answer: errors find their objects, entities reach every object that
//! they were asked for.

use std::sync::Arc;

use bytes::Bytes;
use federation::query_plan::{Fetch, FetchId, FetchTarget};
use serde_json::Value as Json;

use super::errors::ErrorTemplate;
use super::failures::FailureScope;
use super::fetch::AskedObjects;
use super::representations::{Asked, AskedInput};
use super::subgraph_answer::{self, Destination, EntityList, Item, ItemKind, SubgraphAnswer};
use super::{Answered, Execution, FetchReport, Progress};
use crate::subgraph_client::SubgraphFailure;

/// A fetch whose answer has come.
#[derive(Clone, Copy)]
struct AnsweredFetch<'a> {
    id: FetchId,
    fetch: &'a Fetch,
    asked: &'a AskedObjects,
}

impl Execution<'_> {
    /// Reads an answer into the slots, or notes why there is none.
    pub(super) fn receive(&self, answered: Answered, progress: &mut Progress) {
        let Answered { id, asked, span_id, result, sent, duration } = answered;
        let fetch = self.plan.fetch(id);
        let answered = AnsweredFetch { id, fetch, asked: &asked };
        let (bytes, status, is_shared) = match &result {
            Ok(answer) => (answer.body.len(), answer.status, answer.is_shared),
            Err(failure) => (0, failure.http_status(), false),
        };
        let read = result.and_then(|answer| self.read(&answer.body, answered, progress));
        progress.reports.push(FetchReport {
            fetch: id,
            span_id,
            subgraph: Arc::clone(&self.compiled.fetch(id).subgraph),
            start: sent.duration_since(progress.started),
            duration,
            representations: asked.representations(),
            bytes,
            status,
            is_shared,
            failed_with: read.as_ref().err().map(SubgraphFailure::code),
        });
        match read {
            Err(failure) => {
                let subgraph = &fetch.service;
                tracing::warn!(subgraph, error = %failure, "subgraph request failed");
                let error = ErrorTemplate::from_failure(&failure, &fetch.service);
                self.fail_asked(answered, FailureScope::Fetch, &error, progress);
            }
            Ok(answer) => self.accept(answered, &answer, progress),
        }
    }

    fn read(
        &self,
        body: &Bytes,
        answered: AnsweredFetch<'_>,
        progress: &mut Progress,
    ) -> Result<SubgraphAnswer, SubgraphFailure> {
        let (store, layout) = (&mut progress.store, self.layout());
        let read = match (answered.asked, &answered.fetch.target) {
            (AskedObjects::Entities(asked), FetchTarget::Entities(inputs)) => {
                let lists = inputs.iter().zip(asked).map(|(input, asked)| EntityList {
                    response_key: &input.response_key,
                    objects: &asked.first,
                });
                let lists: Vec<EntityList<'_>> = lists.collect();
                subgraph_answer::read(store, layout, body, Destination::Entities(&lists))
            }
            (AskedObjects::Root(shape, objects), _) => {
                let destination = Destination::Root { shape: *shape, base: objects[0] };
                subgraph_answer::read(store, layout, body, destination)
            }
            (AskedObjects::Entities(_), FetchTarget::Root { .. }) => {
                Err("entities were asked for".to_owned())
            }
        };
        read.map_err(|cause| SubgraphFailure::Malformed { cause })
    }

    fn accept(
        &self,
        answered: AnsweredFetch<'_>,
        answer: &SubgraphAnswer,
        progress: &mut Progress,
    ) {
        self.accept_errors(answered, answer, progress);
        match answered.asked {
            AskedObjects::Root(shape, objects) => {
                let Some(data) = answer.data else { return };
                let others = objects[1..].iter().map(|base| (0, (*shape, *base))).collect();
                let first = vec![(*shape, objects[0])];
                let asked = AskedInput { first, others, ..AskedInput::default() };
                if !self.spread(answered.id, &asked, (answer.body, &[data]), progress).is_empty() {
                    let error = ErrorTemplate::misfit(&answered.fetch.service);
                    self.fail(answered.id, FailureScope::Fetch, error, progress);
                }
            }
            AskedObjects::Entities(inputs) => {
                let has_other_count = |(asked, items): &(&AskedInput, &Option<Vec<Item>>)| {
                    items.as_ref().is_some_and(|items| items.len() != asked.first.len())
                };
                if let Some((asked, Some(items))) =
                    inputs.iter().zip(&answer.lists).find(has_other_count)
                {
                    return self.miscounted(answered, items.len(), asked.first.len(), progress);
                }
                for (asked, items) in inputs.iter().zip(&answer.lists) {
                    let items = items.as_deref().unwrap_or_default();
                    for object in self.spread(answered.id, asked, (answer.body, items), progress) {
                        let error = ErrorTemplate::misfit(&answered.fetch.service);
                        self.fail_one(answered.id, object, error, progress);
                    }
                }
            }
        }
    }

    fn miscounted(
        &self,
        answered: AnsweredFetch<'_>,
        came: usize,
        sent: usize,
        progress: &mut Progress,
    ) {
        let service = &answered.fetch.service;
        let cause = format!("{came} entities for {sent} representations");
        tracing::warn!(subgraph = service, cause, "subgraph answer does not fit");
        let failure = SubgraphFailure::Malformed { cause };
        let error = ErrorTemplate::from_failure(&failure, service);
        self.fail_asked(answered, FailureScope::Fetch, &error, progress);
    }

    /// What a request asked for is null: all that its fetch asks for, unless others ask for the
    /// rest.
    fn fail_asked(
        &self,
        answered: AnsweredFetch<'_>,
        scope: FailureScope,
        error: &ErrorTemplate,
        progress: &mut Progress,
    ) {
        match answered.asked {
            AskedObjects::Entities(inputs) if self.compiled.fetch(answered.id).reads_contexts => {
                let objects = inputs.iter().flat_map(AskedInput::all_objects);
                objects.for_each(|object| {
                    self.fail_one(answered.id, object, error.clone(), progress);
                });
            }
            _ => self.fail(answered.id, scope, error.clone(), progress),
        }
    }

    /// Brings each item to all objects that its representation stands for; gives those with which
    /// it does not fit.
    fn spread(
        &self,
        id: FetchId,
        asked: &AskedInput,
        (body, items): (u16, &[Item]),
        progress: &mut Progress,
    ) -> Vec<Asked> {
        let mut misfits = Vec::new();
        for (item, object) in items.iter().zip(&asked.first) {
            match item.kind {
                ItemKind::Read => {}
                ItemKind::Misfit | ItemKind::Other => misfits.push(*object),
                ItemKind::Null => self.has_none(id, *object, progress),
            }
        }
        for (representation, object) in &asked.others {
            let (Some(item), Some(first)) =
                (items.get(*representation), asked.first.get(*representation))
            else {
                continue;
            };
            let kind = match item.kind {
                ItemKind::Read if self.copy(*first, *object, progress) => ItemKind::Read,
                ItemKind::Read | ItemKind::Misfit => {
                    let place = (body, item.start);
                    let store = &mut progress.store;
                    subgraph_answer::read_again(store, self.layout(), place, *object)
                }
                kind => kind,
            };
            match kind {
                ItemKind::Read => {}
                ItemKind::Misfit | ItemKind::Other => misfits.push(*object),
                ItemKind::Null => self.has_none(id, *object, progress),
            }
        }
        misfits
    }

    fn copy(&self, first: Asked, other: Asked, progress: &mut Progress) -> bool {
        let position = self.compiled.shape(first.0).position;
        first.0 == other.0
            && !self.compiled.position(position).is_read_from_below
            && progress.store.copy_slots(first.1, other.1, self.own_slots(first.0))
    }

    /// There is no such entity: without an error that says why, that is an answer. What it was told
    /// by may have been null because of an error.
    fn has_none(&self, id: FetchId, object: Asked, progress: &mut Progress) {
        if progress.failures.has_lost(id, object) {
            return;
        }
        let FetchTarget::Entities(inputs) = &self.plan.fetch(id).target else { return };
        let mut targets = inputs.iter().flat_map(|input| &input.targets);
        let target = targets.find(|target| target.shape == object.0);
        match target.and_then(|target| self.cause_of_null(target, object, progress)) {
            Some(error) => self.fail_one(id, object, error, progress),
            // An error about something in it has taken it.
            None if progress.errors.has_lost(object) => {}
            None => self.set_null(object, progress),
        }
    }
}

/// Errors.
impl Execution<'_> {
    /// Errors find their places. Without data, one of them is the reason for all that did not come.
    fn accept_errors(
        &self,
        answered: AnsweredFetch<'_>,
        answer: &SubgraphAnswer,
        progress: &mut Progress,
    ) {
        let missing = missing_parts(answered, answer);
        let service = &answered.fetch.service;
        if answer.errors.is_empty() {
            for scope in missing {
                let failure = SubgraphFailure::Malformed { cause: "it has no data".to_owned() };
                let error = ErrorTemplate::from_failure(&failure, service);
                self.fail_asked(answered, scope, &error, progress);
            }
            return;
        }
        progress.has_failed[answered.id.index()] = true;
        let causes: Vec<(usize, FailureScope)> =
            missing.into_iter().map(|scope| (cause(answered, answer, scope), scope)).collect();
        for (index, error) in answer.errors.iter().enumerate() {
            let path = error.get("path").and_then(Json::as_array);
            let path = path.map(Vec::as_slice).unwrap_or_default();
            let error = ErrorTemplate::from_subgraph(error, service);
            let mut is_cause = false;
            for (_, scope) in causes.iter().filter(|(cause, _)| *cause == index) {
                is_cause = true;
                self.fail_asked(answered, *scope, &error, progress);
            }
            if !(is_cause && path.is_empty()) {
                self.place_error(answered, path, &error, progress);
            }
        }
    }

    /// A subgraph's error at every object that it is about.
    fn place_error(
        &self,
        answered: AnsweredFetch<'_>,
        path: &[Json],
        error: &ErrorTemplate,
        progress: &mut Progress,
    ) {
        let Progress { store, errors, .. } = progress;
        let layout = self.layout();
        match (answered.asked, &answered.fetch.target) {
            (AskedObjects::Root(shape, objects), _) if !path.is_empty() => {
                for base in objects {
                    errors.push_below((layout, store), (*shape, *base), path, error);
                }
            }
            (AskedObjects::Entities(asked), FetchTarget::Entities(inputs)) => {
                let key = path.first().and_then(Json::as_str);
                let input =
                    inputs.iter().position(|input| Some(input.response_key.as_str()) == key);
                let index = path.get(1).and_then(Json::as_u64);
                let index = index.and_then(|index| usize::try_from(index).ok());
                let (Some(input), Some(index)) = (input, index) else {
                    return errors.push(error);
                };
                let rest = &path[2..];
                for object in asked[input].objects(index) {
                    if rest.is_empty() {
                        self.fail_one(answered.id, object, error.clone(), progress);
                    } else {
                        let store = &progress.store;
                        progress.errors.push_below((layout, store), object, rest, error);
                    }
                }
            }
            _ => errors.push(error),
        }
    }
}

/// The parts of the answer that did not come.
fn missing_parts(answered: AnsweredFetch<'_>, answer: &SubgraphAnswer) -> Vec<FailureScope> {
    let AskedObjects::Entities(inputs) = answered.asked else {
        let is_missing = answer.data.is_none();
        return if is_missing { vec![FailureScope::Fetch] } else { Vec::new() };
    };
    let came = |index: usize| answer.lists.get(index).is_some_and(Option::is_some);
    let is_missing =
        |(index, asked): &(usize, &AskedInput)| !asked.first.is_empty() && !came(*index);
    let missing = inputs.iter().enumerate().filter(is_missing);
    missing.map(|(index, _)| FailureScope::Input(index)).collect()
}

/// Which error says why a part of the answer did not come: one that is about all of it.
fn cause(answered: AnsweredFetch<'_>, answer: &SubgraphAnswer, scope: FailureScope) -> usize {
    let path =
        |error: &Json| error.get("path").and_then(Json::as_array).cloned().unwrap_or_default();
    let key = match (scope, &answered.fetch.target) {
        (FailureScope::Input(index), FetchTarget::Entities(inputs)) if inputs.len() > 1 => {
            inputs.get(index).map(|input| input.response_key.as_str())
        }
        _ => None,
    };
    let is_about =
        |error: &Json| key.is_some() && path(error).first().and_then(Json::as_str) == key;
    let mut errors = answer.errors.iter();
    let about = errors.position(is_about);
    let pathless = || answer.errors.iter().position(|error| path(error).is_empty());
    about.or_else(pathless).unwrap_or_default()
}

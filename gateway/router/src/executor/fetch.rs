//! One fetch: its request, and how it is sent.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use federation::operation::Condition;
use federation::query_graph::TypeSet;
use federation::query_plan::{
    EntityInput, EntityTarget, Fetch, FetchId, FetchTarget, PositionId, ShapeId, SlotId,
};
use observability::SpanId;

use super::compiled_plan::{TargetLayout, write_json};
use super::errors::ErrorTemplate;
use super::failures::{Failure, FailureScope, FilledSlots, needed_slots};
use super::representations::{Asked, AskedInput, Collector};
use super::store::{ObjectAt, Value};
use super::{Answered, Execution, Progress};
use crate::subgraph_client::SubgraphRequest;

/// A fetch that is to be sent.
pub(super) struct PreparedFetch {
    pub(super) id: FetchId,
    request: SubgraphRequest,
    pub(super) asked: AskedObjects,
}

/// The objects for which a fetch asks.
pub(super) enum AskedObjects {
    /// The same answer for each; there is one at least.
    Root(ShapeId, Vec<u32>),
    /// By input.
    Entities(Vec<AskedInput>),
}

impl AskedObjects {
    /// Representations sent; none for a root fetch.
    pub(super) fn representations(&self) -> Option<usize> {
        match self {
            Self::Root(..) => None,
            Self::Entities(inputs) => Some(inputs.iter().map(|input| input.first.len()).sum()),
        }
    }
}

impl Execution<'_> {
    /// The requests of a fetch; none when nobody wants it or there is nothing to ask for.
    pub(super) fn prepare(
        &self,
        id: FetchId,
        progress: &mut Progress,
        mut send: impl FnMut(PreparedFetch),
    ) {
        let fetch = self.plan.fetch(id);
        match &fetch.target {
            FetchTarget::Root { shape, when, .. } => {
                let objects = self.root_objects(*shape, progress);
                if !objects.is_empty() && self.is_met(when) {
                    let body = self.begin_body(id, fetch);
                    send(self.prepared(id, body, AskedObjects::Root(*shape, objects)));
                }
            }
            FetchTarget::Entities(inputs) if self.compiled.fetch(id).reads_contexts => {
                for told in self.told_alike(id, inputs, progress) {
                    let mut body = self.begin_body(id, fetch);
                    told.values.iter().for_each(|(name, value)| {
                        body.variable(name);
                        body.bytes.extend_from_slice(value);
                    });
                    let asked = self.entities((id, inputs), Some(&told.objects), progress, body);
                    asked.into_iter().for_each(&mut send);
                }
            }
            FetchTarget::Entities(inputs) => {
                let body = self.begin_body(id, fetch);
                let asked = self.entities((id, inputs), None, progress, body);
                asked.into_iter().for_each(send);
            }
        }
    }

    /// The request for entities, all or some of them; nothing when there are none.
    fn entities(
        &self,
        (id, inputs): (FetchId, &[EntityInput]),
        among: Option<&[u32]>,
        progress: &mut Progress,
        mut body: RequestBody,
    ) -> Option<PreparedFetch> {
        let asked = self.ask_for_entities((id, inputs), among, progress, &mut body);
        for (input, asked) in inputs.iter().zip(&asked) {
            self.leave_out((id, self.plan.fetch(id)), input, asked, progress);
        }
        let is_any = asked.iter().any(|input| !input.first.is_empty());
        is_any.then(|| self.prepared(id, body, AskedObjects::Entities(asked)))
    }

    fn prepared(&self, id: FetchId, mut body: RequestBody, asked: AskedObjects) -> PreparedFetch {
        body.finish();
        let body = Bytes::from(body.bytes);
        let subgraph = Arc::clone(&self.compiled.fetch(id).subgraph);
        let request = SubgraphRequest {
            subgraph,
            body,
            caller: self.caller.clone(),
            span_id: SpanId::generate(),
            may_be_shared: self.operation.definition().is_query(),
        };
        PreparedFetch { id, request, asked }
    }

    pub(super) async fn send(&self, prepared: PreparedFetch) -> Answered {
        let PreparedFetch { id, request, asked } = prepared;
        let (sent, span_id) = (Instant::now(), request.span_id);
        let result = self.subgraphs.send(request).await;
        Answered { id, asked, span_id, result, sent, duration: sent.elapsed() }
    }

    pub(super) fn is_met(&self, when: &Condition) -> bool {
        when.holds(|variable| self.is_true(variable))
    }

    fn root_objects(&self, shape: ShapeId, progress: &Progress) -> Vec<u32> {
        match self.compiled.shape(shape).position {
            PositionId::ROOT => vec![ObjectAt::ROOT.base],
            position => progress.store.listed(position).to_vec(),
        }
    }

    /// `{"query":…,"variables":{…`.
    fn begin_body(&self, id: FetchId, fetch: &Fetch) -> RequestBody {
        let head = &self.compiled.fetch(id).head;
        let mut bytes = Vec::with_capacity(head.len() + 256);
        bytes.extend_from_slice(head);
        let mut body = RequestBody { bytes, has_variables: false };
        for name in &fetch.variables {
            let Some(value) = self.variables.get(name.as_str()) else { continue };
            body.variable(name.as_str());
            write_json(&mut body.bytes, value);
        }
        body
    }

    fn ask_for_entities(
        &self,
        (id, inputs): (FetchId, &[EntityInput]),
        among: Option<&[u32]>,
        progress: &Progress,
        body: &mut RequestBody,
    ) -> Vec<AskedInput> {
        let collector = Collector {
            layout: self.layout(),
            store: &progress.store,
            among,
            is_wanted: &|target| self.is_met(&target.when),
            has_failed: &|fetch| progress.has_failed[fetch.index()],
        };
        let mut collect = |(input, targets): (&EntityInput, &Vec<TargetLayout>)| {
            body.variable(&input.variable);
            collector.collect((input, targets), &mut body.bytes)
        };
        inputs.iter().zip(&self.compiled.fetch(id).targets).map(&mut collect).collect()
    }

    /// Entities that are not asked for: those that are known are copied; those with a null key have
    /// nothing there; others lack what is to be told, because something that they depend on has
    /// failed.
    fn leave_out(
        &self,
        (id, fetch): (FetchId, &Fetch),
        input: &EntityInput,
        asked: &AskedInput,
        progress: &mut Progress,
    ) {
        for known in &asked.known {
            let (target, reuse) = known.reuse;
            let copies = &input.targets[target].reuse[reuse].copies;
            // Whether that works has been looked at.
            progress.store.copy_slots(known.from, known.object.1, copies.iter().copied());
        }
        for target in &input.targets {
            for object in asked.null_keys.iter().filter(|object| object.0 == target.shape) {
                match self.cause_of_null(target, *object, progress) {
                    Some(error) => self.fail_one(id, *object, error, progress),
                    None => self.set_null(*object, progress),
                }
            }
            let incomplete = asked.incomplete.iter().filter(|object| object.0 == target.shape);
            self.leave_out_incomplete((id, fetch), target, incomplete, progress);
        }
    }

    /// The error that is why there is null in what is told of an object, if there is one.
    pub(super) fn cause_of_null(
        &self,
        target: &EntityTarget,
        (_, base): Asked,
        progress: &Progress,
    ) -> Option<ErrorTemplate> {
        let Progress { store, errors, failures, .. } = progress;
        if errors.is_empty() || failures.len() > errors.errors_max() {
            return None;
        }
        let needed = needed_slots(self.compiled, target);
        let object = ObjectAt { position: target.position, base };
        errors.cause_of_null(&needed, object, (self.compiled, store)).cloned()
    }

    pub(super) fn leave_out_incomplete<'o>(
        &self,
        (id, fetch): (FetchId, &Fetch),
        target: &EntityTarget,
        incomplete: impl Iterator<Item = &'o Asked>,
        progress: &mut Progress,
    ) {
        let mut needed = None;
        for object in incomplete {
            if progress.failures.len() > progress.errors.errors_max() {
                return;
            }
            let needed = needed.get_or_insert_with(|| needed_slots(self.compiled, target));
            let at = ObjectAt { position: target.position, base: object.1 };
            let cause = self.cause_of_missing(needed, at, progress);
            let error = cause.unwrap_or_else(|| ErrorTemplate::untold(&fetch.service));
            self.fail_one(id, *object, error, progress);
        }
    }

    fn cause_of_missing(
        &self,
        needed: &FilledSlots,
        object: ObjectAt,
        progress: &Progress,
    ) -> Option<ErrorTemplate> {
        let Progress { store, errors, failures, .. } = progress;
        let above = store.above(self.compiled, object);
        let lies_in = |one: ObjectAt| above.contains(&one);
        let plan = (self.plan, self.compiled, store);
        let cause = failures.cause(needed, (object, &lies_in), plan);
        let cause = cause.or_else(|| errors.cause_of_null(needed, object, (self.compiled, store)));
        cause.or_else(|| errors.cause_of_missing(needed, &lies_in, store)).cloned()
    }

    /// The subgraph has no such entity: the fields are null, also to those that are told them. What
    /// it was to tell of objects of other types may still come from others.
    pub(super) fn set_null(&self, (shape, base): Asked, progress: &mut Progress) {
        let shape = self.compiled.shape(shape);
        let object = ObjectAt { position: shape.position, base };
        let ty = progress.store.runtime_type(self.compiled, self.query_graph, object);
        let is_meant = |on: &TypeSet| ty.is_none_or(|ty| on.contains(ty));
        for field in &shape.fields {
            if field.on.as_ref().is_none_or(is_meant)
                && progress.store.slot(base, field.slot).is_missing()
            {
                progress.store.set_slot(base, field.slot, Value::Null);
            }
        }
    }

    /// The slots that an object of a shape has, each to itself.
    pub(super) fn own_slots(
        &self,
        shape: ShapeId,
    ) -> impl Iterator<Item = (SlotId, SlotId)> + Clone {
        self.compiled.shape(shape).fields.iter().map(|field| (field.slot, field.slot))
    }
}

/// What goes wrong.
impl Execution<'_> {
    /// The fetch's fields are null everywhere in its scope, for this reason.
    pub(super) fn fail(
        &self,
        fetch: FetchId,
        scope: FailureScope,
        error: ErrorTemplate,
        progress: &mut Progress,
    ) {
        progress.has_failed[fetch.index()] = true;
        progress.failures.push(self.plan, self.compiled, Failure { fetch, scope, error });
    }

    /// The fetch's fields are null for one of its entities. Beyond the limit of errors nobody would
    /// read the reason.
    pub(super) fn fail_one(
        &self,
        fetch: FetchId,
        object: Asked,
        error: ErrorTemplate,
        progress: &mut Progress,
    ) {
        progress.has_failed[fetch.index()] = true;
        if progress.failures.len() <= progress.errors.errors_max() {
            self.fail(fetch, FailureScope::Object(object), error, progress);
        }
    }
}

/// A request's body, up to where its variables are.
struct RequestBody {
    bytes: Vec<u8>,
    has_variables: bool,
}

impl RequestBody {
    /// The name of a variable; its value is to follow.
    fn variable(&mut self, name: &str) {
        self.bytes.extend(if self.has_variables {
            b",\"".as_slice()
        } else {
            b",\"variables\":{\""
        });
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(b"\":");
        self.has_variables = true;
    }

    fn finish(&mut self) {
        self.bytes.extend(if self.has_variables { b"}}".as_slice() } else { b"}" });
    }
}

//! Writes the client's answer: CompleteValue (GraphQL §6.4.3) and the errors of §6.4.4.
//!
//! The only place where nulls move up: a non-null field without a value cuts the answer back to
//! the nearest nullable field above it. Keys come ready from the compiled plan, leaves from the
//! bodies: nothing is encoded, and nothing is allocated for a value.

mod explanation;
mod leaf;
mod memory;
mod way;

use apollo_compiler::response::JsonValue;
use bytes::Bytes;
use federation::query_graph::TypeId;
use federation::query_plan::PositionId;
use serde_json::json;

use super::Execution;
use super::compiled_plan::{
    LeafKind, Next, Output, OutputId, OutputLayout, OutputSource, RuntimeNames, TypeFacts,
    write_json,
};
use super::errors::ErrorList;
use super::failures::Failures;
use super::placed_errors::{ClientPaths, PlacedErrors};
use super::store::{ObjectAt, Store, Value};
use explanation::Unasked;
use memory::WrittenObjects;

/// The body, and how many errors it has.
pub(super) fn write(
    execution: &Execution<'_>,
    store: &Store,
    placed_errors: &PlacedErrors,
    failures: &Failures,
) -> (Bytes, usize) {
    let paths = ClientPaths { execution, store };
    let mut out = Vec::with_capacity(store.bytes() + 64);
    out.extend_from_slice(b"{\"data\":");
    let compiled = execution.compiled;
    let conditions = compiled.conditions.iter().map(|when| execution.holds(*when)).collect();
    let mut writer = Writer {
        execution,
        store,
        conditions,
        orders: orders(execution),
        failures,
        placed_errors,
        out,
        path: Vec::new(),
        errors: placed_errors.resolve(paths),
        written: WrittenObjects::default(),
        is_too_large: false,
        unasked: Unasked::default(),
    };
    let start = writer.out.len();
    let ty = compiled.position(PositionId::ROOT).ty;
    if writer.object(OutputId::ROOT, ObjectAt::ROOT, ty).is_err() {
        writer.out.truncate(start);
        writer.out.extend_from_slice(b"null");
    }
    if writer.is_too_large {
        return (too_large(execution.response_bytes_max), 1);
    }
    let Writer { mut out, mut errors, .. } = writer;
    errors.leave_out_what_is_told_below();
    let count = errors.len();
    if count > 0 {
        out.extend_from_slice(b",\"errors\":");
        out.extend_from_slice(errors.to_json().to_string().as_bytes());
    }
    out.push(b'}');
    (Bytes::from(out), count)
}

/// Objects that several others have are sent once by a subgraph and told many times by us: what is
/// told of them can be far more than what was received.
fn too_large(bytes_max: usize) -> Bytes {
    let message = format!("the answer is larger than {bytes_max} bytes");
    let error = json!({ "message": message, "extensions": { "code": "RESPONSE_TOO_LARGE" } });
    Bytes::from(format!("{{\"data\":null,\"errors\":[{error}]}}"))
}

/// By output, the order of its fields where conditions change it. Empty if they change none.
fn orders(execution: &Execution<'_>) -> Vec<Option<Vec<usize>>> {
    let operation = execution.operation;
    if operation.conditions().iter().all(|condition| condition.is_always()) {
        return Vec::new();
    }
    let order = execution.compiled.outputs.iter().map(|output| {
        let selection = operation.selection(output.selection?);
        let order = operation.changed_order(selection, |when| execution.holds(when))?;
        let mut rank = vec![0; order.len()];
        for (place, entry) in order.iter().enumerate() {
            rank[*entry] = place;
        }
        let mut fields: Vec<usize> = (0..output.fields.len()).collect();
        fields.sort_by_key(|index| rank[output.fields[*index].entry]);
        Some(fields)
    });
    order.collect()
}

/// What the schema says of a field's value where the object is of a type.
fn facts_for<'f>(
    ty: TypeId,
    general: &'f TypeFacts,
    exceptions: &'f [(TypeId, TypeFacts)],
) -> &'f TypeFacts {
    let exception = exceptions.iter().find(|(one, _)| *one == ty);
    exception.map_or(general, |(_, facts)| facts)
}

/// The value is null, and its field cannot be.
struct Null;

/// One step of the path to what is being written.
#[derive(Clone, Copy)]
enum Step {
    /// Into a field of an object of some type.
    Field {
        object: ObjectAt,
        ty: TypeId,
        output: OutputId,
        field: usize,
    },
    Index(usize),
    /// Through an object that a view does not show.
    Through(ObjectAt),
}

struct Writer<'a> {
    execution: &'a Execution<'a>,
    store: &'a Store,
    /// Which of the plan's conditions hold.
    conditions: Vec<bool>,
    orders: Vec<Option<Vec<usize>>>,
    failures: &'a Failures,
    placed_errors: &'a PlacedErrors,
    out: Vec<u8>,
    path: Vec<Step>,
    errors: ErrorList,
    written: WrittenObjects,
    /// There is more to say than may be said: nothing of it is.
    is_too_large: bool,
    unasked: Unasked,
}

/// What is expected of a value.
#[derive(Clone, Copy)]
struct Expected<'a> {
    facts: &'a TypeFacts,
    /// Lists around it that have been entered.
    level: usize,
    /// The way to the value, and what is seen of it.
    next: Until<'a>,
}

/// What there is between a value in the store and what is to be written.
#[derive(Clone, Copy)]
enum Until<'a> {
    /// Nothing: it is the value, seen so if it is composite.
    Value(Option<OutputId>),
    /// A way of a view.
    Way(&'a Next),
}

impl Expected<'_> {
    /// How many lists are still to come, one in the other.
    fn lists(&self) -> usize {
        self.facts.non_null.len() - 1 - self.level
    }

    fn is_list(&self) -> bool {
        self.lists() > 0
    }

    fn is_non_null(&self) -> bool {
        self.facts.non_null[self.level]
    }
}

impl<'a> Writer<'a> {
    fn object(&mut self, output: OutputId, object: ObjectAt, ty: TypeId) -> Result<(), Null> {
        if !self.store.is_shared(object.base) {
            return self.fields(output, object, ty);
        }
        let seen = (output, object, ty);
        if let Some(range) = self.written.get(seen) {
            self.has_room(range.len())?;
            self.out.extend_from_within(range);
            return Ok(());
        }
        let (start, errors) = (self.out.len(), self.errors.len());
        self.fields(output, object, ty)?;
        if self.errors.len() == errors {
            self.written.insert(seen, start..self.out.len());
        }
        Ok(())
    }

    fn fields(&mut self, output: OutputId, object: ObjectAt, ty: TypeId) -> Result<(), Null> {
        self.has_room(0)?;
        let execution = self.execution;
        let fields = &execution.compiled.output(output).fields;
        let (start, errors) = (self.out.len(), self.errors.len());
        for index in 0..fields.len() {
            let order = self.orders.get(output.index()).and_then(Option::as_ref);
            let index = order.map_or(index, |order| order[index]);
            let field = &fields[index];
            let is_wanted = field.when.is_none_or(|when| self.conditions[when])
                && field.on.as_ref().is_none_or(|on| on.contains(ty));
            if !is_wanted {
                continue;
            }
            self.out.extend_from_slice(&field.key);
            if self.plain_leaf(object, ty, field) {
                continue;
            }
            self.path.push(Step::Field { object, ty, output, field: index });
            let written = self.field(object, ty, field);
            if written.is_err() {
                self.tell_once(errors);
            }
            self.path.pop();
            if written.is_err() {
                self.cut(start);
                return Err(Null);
            }
        }
        // Every field begins with a comma.
        match self.out.get_mut(start) {
            Some(first) => *first = b'{',
            None => self.out.push(b'{'),
        }
        self.out.push(b'}');
        Ok(())
    }

    /// What most fields are: a leaf as it should be, in no list. False, and nothing is written, if
    /// it is anything else.
    #[inline]
    fn plain_leaf(&mut self, object: ObjectAt, ty: TypeId, field: &OutputLayout) -> bool {
        let OutputSource::Slot { slot, facts, exceptions, .. } = &field.source else {
            return false;
        };
        let Value::Leaf { body, start, length } = self.store.slot(object.base, *slot) else {
            return false;
        };
        let facts = facts_for(ty, facts, exceptions);
        facts.non_null.len() == 1
            && leaf::write(&facts.leaf, self.store.token(body, start, length), &mut self.out)
    }

    #[inline]
    fn field(&mut self, object: ObjectAt, ty: TypeId, field: &'a OutputLayout) -> Result<(), Null> {
        match &field.source {
            OutputSource::Slot { slot, child, facts, exceptions } => {
                let facts = facts_for(ty, facts, exceptions);
                let value = self.store.slot(object.base, *slot);
                if value.is_missing() {
                    self.explain_missing(*slot, None);
                }
                self.value(Expected { facts, level: 0, next: Until::Value(*child) }, value)
            }
            OutputSource::Group { child, facts } => self.group(*child, facts, object, ty),
            OutputSource::Way(way) => self.way(way, object),
            OutputSource::Typename => {
                self.typename(ty);
                Ok(())
            }
            OutputSource::Introspection => {
                let key = std::str::from_utf8(field.name()).unwrap_or_default();
                let value = self.execution.introspection.and_then(|map| map.get(key));
                write_json(&mut self.out, value.unwrap_or(&JsonValue::Null));
                Ok(())
            }
        }
    }

    /// CompleteValue.
    fn value(&mut self, expected: Expected<'a>, value: Value) -> Result<(), Null> {
        let start = self.out.len();
        if self.value_or_null(expected, value).is_ok() {
            return Ok(());
        }
        self.cut(start);
        if self.is_too_large {
            return Err(Null);
        }
        if expected.is_non_null() {
            self.explain_non_null();
            return Err(Null);
        }
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn value_or_null(&mut self, expected: Expected<'a>, value: Value) -> Result<(), Null> {
        match value {
            Value::Missing | Value::Null => Err(Null),
            Value::List { start, length } if expected.is_list() => {
                self.list(expected, start, length)
            }
            value => match expected.next {
                Until::Way(Next::Through { position, branches, lists })
                    if *lists == expected.lists() =>
                {
                    self.through(expected, (*position, branches), value)
                }
                Until::Way(Next::Through { lists, .. }) if *lists < expected.lists() => {
                    self.misfit("a list was expected")
                }
                Until::Way(Next::Through { .. }) => self.misfit("an object was expected"),
                _ if expected.is_list() => self.misfit("a list was expected"),
                Until::Way(Next::Value(seen)) => self.named(expected, *seen, value),
                Until::Value(seen) => self.named(expected, seen, value),
            },
        }
    }

    fn list(&mut self, expected: Expected<'a>, start: u32, length: u32) -> Result<(), Null> {
        let expected = Expected { level: expected.level + 1, ..expected };
        self.out.push(b'[');
        for (index, item) in self.store.items(start, length).iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.path.push(Step::Index(index));
            let written = self.value(expected, *item);
            self.path.pop();
            written?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn named(
        &mut self,
        expected: Expected<'a>,
        seen: Option<OutputId>,
        value: Value,
    ) -> Result<(), Null> {
        let LeafKind::Composite { is_abstract } = expected.facts.leaf else {
            return self.leaf(&expected, value);
        };
        let (Value::Object(base), Some(seen)) = (value, seen) else {
            return self.misfit("an object was expected");
        };
        let output = self.execution.compiled.output(seen);
        let object = ObjectAt { position: output.position, base };
        let named_type = expected.facts.named_type;
        let ty = match &output.names {
            RuntimeNames::OfGraph if !is_abstract => Some(named_type),
            RuntimeNames::OfGraph => {
                let possible = &self.execution.query_graph.ty(named_type).possible;
                let ty = self.runtime_type(object, || possible.iter().next());
                ty.filter(|ty| possible.contains(*ty))
            }
            names => self.type_seen(object, names),
        };
        match ty {
            Some(ty) => self.object(seen, object, ty),
            None if !self.depends_on_type(output, object) => {
                let position = self.execution.compiled.position(object.position);
                let mut possible = self.execution.query_graph.ty(position.ty).possible.iter();
                possible.next().map_or(Err(Null), |any| self.object(seen, object, any))
            }
            None if self.lacks_type(object) => Err(Null),
            None => self.misfit("an object of a possible type was expected"),
        }
    }

    /// The type of an object; any that it can have where nobody needs to know.
    fn runtime_type(
        &self,
        object: ObjectAt,
        any: impl FnOnce() -> Option<TypeId>,
    ) -> Option<TypeId> {
        let Execution { compiled, query_graph, .. } = *self.execution;
        let position = compiled.position(object.position);
        if position.only_type.is_none() && position.typename.is_none() {
            // All types are answered alike.
            return any();
        }
        self.store.runtime_type(compiled, query_graph, object)
    }

    /// Whether anything that is wanted of an object depends on its type: where nothing does, nobody
    /// may have asked for it.
    fn depends_on_type(&self, output: &Output, object: ObjectAt) -> bool {
        let typename = self.execution.compiled.position(object.position).typename;
        let is_told = typename.is_none_or(|slot| !self.store.slot(object.base, slot).is_missing());
        is_told || self.shows_type(output)
    }

    /// Whether it can be seen in what is wanted of an object which type it has.
    fn shows_type(&self, output: &Output) -> bool {
        let mut fields = output.fields.iter();
        fields.any(|field| {
            let is_wanted = field.when.is_none_or(|when| self.conditions[when]);
            is_wanted
                && match &field.source {
                    _ if field.on.is_some() => true,
                    OutputSource::Typename => !matches!(output.names, RuntimeNames::Only(_)),
                    OutputSource::Group { child, .. } => {
                        self.shows_type(self.execution.compiled.output(*child))
                    }
                    OutputSource::Introspection
                    | OutputSource::Slot { .. }
                    | OutputSource::Way(_) => false,
                }
        })
    }

    fn leaf(&mut self, expected: &Expected<'a>, value: Value) -> Result<(), Null> {
        let kind = &expected.facts.leaf;
        let fits = match value {
            Value::Leaf { body, start, length } => {
                leaf::write(kind, self.store.token(body, start, length), &mut self.out)
            }
            value if *kind == LeafKind::Any => {
                self.any(value);
                true
            }
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let name = &self.execution.client_graph.ty(expected.facts.named_type).name;
        self.misfit(&format!("a value of type `{name}` was expected"))
    }

    /// A custom scalar, whatever it is.
    fn any(&mut self, value: Value) {
        match value {
            Value::Leaf { body, start, length } => {
                self.out.extend_from_slice(self.store.token(body, start, length));
            }
            Value::List { start, length } => {
                self.out.push(b'[');
                for (index, item) in self.store.items(start, length).iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.any(*item);
                }
                self.out.push(b']');
            }
            Value::Missing | Value::Null | Value::Object(_) => {
                self.out.extend_from_slice(b"null");
            }
        }
    }

    /// Whether so much more may be written; if not, that is the end.
    fn has_room(&mut self, length: usize) -> Result<(), Null> {
        self.is_too_large |= self.out.len() + length > self.execution.response_bytes_max;
        if self.is_too_large { Err(Null) } else { Ok(()) }
    }

    /// Takes back what has been written since some place.
    fn cut(&mut self, start: usize) {
        if self.out.len() > start {
            self.out.truncate(start);
            self.written.forget();
        }
    }
}

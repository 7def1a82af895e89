//! What a view shows otherwise than it is: objects under other names, groups, and values that are
//! further away than a slot. Nothing of this runs for operations of the graph.

use federation::query_graph::TypeId;
use federation::query_plan::PositionId;

use super::{Expected, Null, Step, Until, Writer};
use crate::executor::compiled_plan::{Branch, Next, OutputId, RuntimeNames, TypeFacts, Way};
use crate::executor::store::{ObjectAt, Value};

impl<'a> Writer<'a> {
    /// `__typename`: what the client calls the object.
    pub(super) fn typename(&mut self, ty: TypeId) {
        let graph_name = &self.execution.query_graph.ty(ty).name;
        let name = match self.names() {
            RuntimeNames::OfGraph => graph_name,
            RuntimeNames::Only(name) => name,
            RuntimeNames::ByType(names) => {
                names.iter().find(|(one, _)| *one == ty).map_or(graph_name, |(_, name)| name)
            }
        };
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'"');
    }

    /// What the client calls the object that is being written.
    fn names(&self) -> &'a RuntimeNames {
        let output = self.path.iter().rev().find_map(|step| match step {
            Step::Field { output, .. } => Some(*output),
            Step::Index(_) | Step::Through(_) => None,
        });
        &self.execution.compiled.output(output.unwrap_or(OutputId::ROOT)).names
    }

    /// The type of an object, if the view shows objects of that type.
    pub(super) fn type_seen(&self, object: ObjectAt, names: &RuntimeNames) -> Option<TypeId> {
        let position = &self.execution.compiled.position(object.position);
        let possible = &self.execution.query_graph.ty(position.ty).possible;
        let ty = self.runtime_type(object, || possible.iter().next())?;
        let is_seen = match names {
            RuntimeNames::OfGraph | RuntimeNames::Only(_) => possible.contains(ty),
            RuntimeNames::ByType(names) => names.iter().any(|(one, _)| *one == ty),
        };
        is_seen.then_some(ty)
    }

    /// The same object, seen otherwise.
    pub(super) fn group(
        &mut self,
        seen: OutputId,
        facts: &TypeFacts,
        object: ObjectAt,
        ty: TypeId,
    ) -> Result<(), Null> {
        let start = self.out.len();
        if self.object(seen, object, ty).is_ok() {
            return Ok(());
        }
        self.cut(start);
        if facts.non_null[0] {
            return Err(Null);
        }
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    /// A value that is further away, joined from several lists, or has a default.
    pub(super) fn way(&mut self, way: &'a Way, object: ObjectAt) -> Result<(), Null> {
        let value = match way.slot {
            Some(slot) => self.store.slot(object.base, slot),
            None => Value::Null,
        };
        if let Some(slot) = way.slot.filter(|_| value.is_missing()) {
            self.explain_missing(slot, None);
        }
        let start = self.out.len();
        let expected = Expected { facts: &way.facts, level: 0, next: Until::Way(&way.next) };
        let written = match way.joined {
            Some(lists) => self.joined(expected, lists, value),
            None => self.value_or_null(expected, value),
        };
        if written.is_ok() {
            return Ok(());
        }
        self.cut(start);
        match &way.default {
            Some(default) => self.out.extend_from_slice(default),
            None if expected.is_non_null() => {
                self.explain_non_null();
                return Err(Null);
            }
            None => self.out.extend_from_slice(b"null"),
        }
        Ok(())
    }

    /// On through an object that the view does not show.
    pub(super) fn through(
        &mut self,
        expected: Expected<'a>,
        at: (PositionId, &'a [Branch]),
        value: Value,
    ) -> Result<(), Null> {
        let (inside, branch) = match self.branch(at, value)? {
            Some(found) => found,
            None => return Err(Null),
        };
        let value = self.store.slot(inside.base, branch.slot);
        self.path.push(Step::Through(inside));
        if value.is_missing() {
            self.explain_missing(branch.slot, None);
        }
        let next = Until::Way(&branch.next);
        let written = self.value_or_null(Expected { next, ..expected }, value);
        self.path.pop();
        written
    }

    /// How a way goes on in an object; none where objects of its type have no value.
    fn branch(
        &mut self,
        (position, branches): (PositionId, &'a [Branch]),
        value: Value,
    ) -> Result<Option<(ObjectAt, &'a Branch)>, Null> {
        let Value::Object(base) = value else {
            self.misfit("an object was expected")?;
            return Err(Null);
        };
        let inside = ObjectAt { position, base };
        let ty = self.type_seen(inside, &RuntimeNames::OfGraph);
        if ty.is_none() && self.lacks_type(inside) {
            return Err(Null);
        }
        let is_meant = |branch: &&Branch| match (&branch.on, ty) {
            (Some(on), Some(ty)) => on.contains(ty),
            (Some(_), None) => false,
            (None, _) => true,
        };
        Ok(branches.iter().find(is_meant).map(|branch| (inside, branch)))
    }

    /// The items of all lists on a way as one list; what is null on the way has none.
    fn joined(&mut self, expected: Expected<'a>, lists: usize, value: Value) -> Result<(), Null> {
        let Until::Way(next) = expected.next else { return Err(Null) };
        let mut items = Vec::new();
        self.gather((next, lists), value, &mut Vec::new(), &mut items)?;
        self.out.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            let path = self.path.len();
            self.path.push(Step::Index(index));
            self.path.extend(item.through.into_iter().map(Step::Through));
            let next = Until::Way(item.next);
            let written = self.value(Expected { level: 1, next, ..expected }, item.value);
            self.path.truncate(path);
            written?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn gather(
        &mut self,
        (next, lists): (&'a Next, usize),
        value: Value,
        through: &mut Vec<ObjectAt>,
        items: &mut Vec<JoinedItem<'a>>,
    ) -> Result<(), Null> {
        match (value, next) {
            (Value::Missing | Value::Null, _) => Err(Null),
            (Value::List { start, length }, _) => {
                for item in self.store.items(start, length) {
                    if lists == 1 {
                        items.push(JoinedItem { value: *item, next, through: through.clone() });
                    } else {
                        // Without a list of its own it adds nothing.
                        let _: Result<(), Null> =
                            self.gather((next, lists - 1), *item, through, items);
                    }
                }
                Ok(())
            }
            (value, Next::Through { position, branches, lists: theirs }) if *theirs == lists => {
                let Some((inside, branch)) = self.branch((*position, branches), value)? else {
                    return Err(Null);
                };
                let value = self.store.slot(inside.base, branch.slot);
                self.path.push(Step::Through(inside));
                through.push(inside);
                if value.is_missing() {
                    self.explain_missing(branch.slot, None);
                }
                let gathered = self.gather((&branch.next, lists), value, through, items);
                through.pop();
                self.path.pop();
                gathered
            }
            (_, Next::Value(_) | Next::Through { .. }) => self.misfit("a list was expected"),
        }
    }
}

/// An item of a list that is joined from several.
struct JoinedItem<'a> {
    value: Value,
    /// The way on from there.
    next: &'a Next,
    /// The objects on the way there that the view does not show.
    through: Vec<ObjectAt>,
}

//! Whether a plan is right: a second opinion on what the planner made, in tests.
//!
//! Knows the query graph, the operation and the finished plan, and must not know how plans are
//! made. Every document is read again and followed through the subgraph it is for, beside the shape
//! that its answer is read with. What that puts into which slot, for objects of which types, is
//! then held against everything that is read: by representations and by the client.

mod answers;
mod contexts;
mod deliveries;
mod documents;
mod implication;
mod order;
mod output;
mod representations;
mod structure;

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{self, Argument};
use apollo_compiler::{Name, Node};

use super::{DeliveryId, FetchId, FetchTarget, PositionId, QueryPlan, ShapeId, SlotId};
use crate::operation::{Condition, Operation};
use crate::query_graph::{FieldSet, QueryGraph, TypeId, TypeSet};
use documents::FetchDocument;

/// Holds a plan against the graph, the operation and the labels it was made for: one for each of
/// [`QueryGraph::labels`], those that are missing are not set.
///
/// # Errors
/// Everything that is found wrong, each in one sentence.
pub fn check_plan(
    graph: &QueryGraph,
    operation: &Operation,
    labels: &[bool],
    plan: &QueryPlan,
) -> Result<(), Vec<String>> {
    let findings = structure::check(graph, operation, plan);
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut checker = Checker {
        graph,
        operation,
        labels,
        plan,
        waits_for: order::waits_for(plan),
        findings: Vec::new(),
        fills: BTreeMap::new(),
        contents: BTreeMap::new(),
        joins: BTreeMap::new(),
        origins: BTreeMap::new(),
        read: BTreeSet::new(),
        read_in: BTreeSet::new(),
        walked: BTreeSet::new(),
        required: Vec::new(),
    };
    let mut parsed: Vec<ast::Document> = Vec::new();
    for (id, fetch) in plan.fetches.iter().enumerate() {
        match ast::Document::parse(fetch.document.as_str(), "fetch") {
            Ok(document) => parsed.push(document),
            Err(error) => {
                return Err(vec![format!("fetch {id}: its document is not GraphQL: {error}")]);
            }
        }
    }
    for ((id, document), fetch) in (0u32..).map(FetchId).zip(&parsed).zip(&plan.fetches) {
        match FetchDocument::new(operation, fetch, document) {
            Ok(document) => checker.answer(id, &document),
            Err(findings) => {
                checker
                    .findings
                    .extend(findings.iter().map(|one| format!("fetch {}: {one}", id.0)));
            }
        }
    }
    checker.shapes();
    checker.arrivals();
    checker.output();
    checker.mutation();
    checker.deliveries();
    checker.needless();
    checker.result()
}

/// What one fetch puts into a slot.
struct Fill {
    /// Of objects of which runtime types.
    on: TypeSet,
    /// Whether it was asked for, given that its object was.
    when: Condition,
}

/// What a slot holds: a field with its arguments.
type Content<'a> = (&'a Name, &'a [Node<Argument>]);

/// Where objects of a position come from: the position, slot and runtime type above.
type Origin = (PositionId, SlotId, TypeId);

/// One way in which a fetch makes objects.
struct Creation {
    fetch: FetchId,
    shape: ShapeId,
    /// The runtime types they can have.
    types: TypeSet,
}

/// A fetch that adds to objects which are there.
struct Join {
    fetch: FetchId,
    shape: ShapeId,
    on: TypeSet,
    when: Condition,
}

/// Something that wants to read a slot.
struct Need<'n> {
    position: PositionId,
    slot: SlotId,
    /// Of objects of this runtime type.
    ty: TypeId,
    when: &'n Condition,
    by: Reader,
}

/// Who reads a slot.
#[derive(Clone, Copy)]
enum Reader {
    Fetch(FetchId),
    /// The client, when what this belongs to is there: none for what comes at once.
    Client(Option<DeliveryId>),
}

struct Checker<'a> {
    graph: &'a QueryGraph,
    operation: &'a Operation,
    labels: &'a [bool],
    plan: &'a QueryPlan,
    /// Of each fetch, those that are done before it.
    waits_for: Vec<BTreeSet<FetchId>>,
    findings: Vec<String>,
    fills: BTreeMap<(FetchId, ShapeId, SlotId), Vec<Fill>>,
    contents: BTreeMap<(PositionId, SlotId, TypeId), Content<'a>>,
    joins: BTreeMap<PositionId, Vec<Join>>,
    origins: BTreeMap<PositionId, BTreeMap<Origin, Vec<Creation>>>,
    /// Slots that somebody reads.
    read: BTreeSet<(PositionId, SlotId)>,
    /// Fields of shapes that a document answers, by their place in the shape.
    read_in: BTreeSet<(ShapeId, usize)>,
    walked: BTreeSet<answers::Walk>,
    /// What the fields of the entity at hand require.
    required: Vec<(TypeId, &'a FieldSet)>,
}

impl Checker<'_> {
    fn find(&mut self, finding: String) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn result(self) -> Result<(), Vec<String>> {
        if self.findings.is_empty() { Ok(()) } else { Err(self.findings) }
    }

    /// The runtime types that objects of a position can have, as far as fetches have been followed.
    fn occurring(&self, position: PositionId) -> TypeSet {
        let mut types = TypeSet::default();
        if position == PositionId::ROOT {
            types.insert(self.plan.position(position).ty);
        }
        for creation in self.origins.get(&position).into_iter().flat_map(BTreeMap::values).flatten()
        {
            types.extend(&creation.types);
        }
        types
    }

    /// The position below a slot, and the runtime types that objects there can have which are below
    /// objects of type `ty`.
    fn below(
        &self,
        position: PositionId,
        slot: SlotId,
        ty: TypeId,
    ) -> Option<(PositionId, TypeSet)> {
        let child = self.plan.position(position).slots[slot.index()].child?;
        let mut types = TypeSet::default();
        let creations = self.origins.get(&child).and_then(|all| all.get(&(position, slot, ty)));
        for creation in creations.into_iter().flatten() {
            types.extend(&creation.types);
        }
        Some((child, types))
    }

    /// Whether the slot is filled whenever it is read, wherever the object came from.
    fn need(&mut self, need: &Need<'_>) {
        self.read.insert((need.position, need.slot));
        let mut ways: Vec<Vec<(FetchId, ShapeId)>> = Vec::new();
        if need.position == PositionId::ROOT {
            ways.push(Vec::new());
        }
        for creations in self.origins.get(&need.position).into_iter().flat_map(BTreeMap::values) {
            if creations.iter().any(|one| one.types.contains(need.ty)) {
                ways.push(creations.iter().map(|one| (one.fetch, one.shape)).collect());
            }
        }
        let joins = self.joins.get(&need.position).into_iter().flatten();
        let joins: Vec<&Join> = joins.filter(|one| one.on.contains(need.ty)).collect();
        let mut problem = None;
        for way in &ways {
            let mut given = Vec::new();
            for (fetch, shape) in way {
                self.filled(need, (*fetch, *shape), &Condition::always(), &mut given);
            }
            for join in &joins {
                self.filled(need, (join.fetch, join.shape), &join.when, &mut given);
            }
            if given.is_empty() {
                problem = Some("nothing fills it");
            } else if !implication::implies(need.when, &given) {
                problem = problem.or(Some("it is not always filled when it is read"));
            }
        }
        if let Some(problem) = problem {
            let finding = format!("{} {problem}", self.describe(need));
            self.find(finding);
        }
    }

    /// When a way to an object fills the slot that is needed.
    fn filled(
        &self,
        need: &Need<'_>,
        (fetch, shape): (FetchId, ShapeId),
        when: &Condition,
        given: &mut Vec<Condition>,
    ) {
        let is_before = match need.by {
            Reader::Fetch(by) => self.waits_for[by.index()].contains(&fetch),
            Reader::Client(delivery) => self.comes_with(fetch, delivery),
        };
        if !is_before {
            return;
        }
        let fills = self.fills.get(&(fetch, shape, need.slot)).into_iter().flatten();
        let fills = fills.filter(|fill| fill.on.contains(need.ty));
        given.extend(fills.map(|fill| implication::both(&fill.when, when)));
    }

    fn describe(&self, need: &Need<'_>) -> String {
        let reader = match need.by {
            Reader::Fetch(id) => format!("fetch {}", id.0),
            Reader::Client(None) => "the client".to_owned(),
            Reader::Client(Some(id)) => format!("the client, in delivery {},", id.0),
        };
        let slot = &self.plan.position(need.position).slots[need.slot.index()];
        let ty = &self.graph.ty(need.ty).name;
        let (position, number, key) = (need.position.0, need.slot.0, &slot.response_key);
        format!("{reader} reads slot {position}.{number} `{key}` of `{ty}`:")
    }

    /// The name of a runtime type must be known before a fetch, or for the client.
    fn need_typename(&mut self, position: PositionId, when: &Condition, by: Reader) {
        let ty = self.plan.position(position).ty;
        if self.graph.ty(ty).possible.len() <= 1 {
            return;
        }
        let Some(slot) = self.plan.position(position).typename else {
            self.find(format!("position {} has no slot for the type of its objects", position.0));
            return;
        };
        for ty in self.occurring(position).iter() {
            self.need(&Need { position, slot, ty, when, by });
        }
    }

    /// Who adds to objects waits for them, wherever they come from.
    fn arrivals(&mut self) {
        let plan = self.plan;
        for (id, fetch) in (0u32..).map(FetchId).zip(&plan.fetches) {
            let mut of: Vec<(PositionId, Option<&TypeSet>)> = Vec::new();
            match &fetch.target {
                FetchTarget::Root { shape, .. } => of.push((plan.shape(*shape).position, None)),
                FetchTarget::Entities(inputs) => {
                    for target in inputs.iter().flat_map(|input| &input.targets) {
                        let on = target.representations.iter().map(|one| Some(&one.on));
                        of.extend(on.map(|on| (target.position, on)));
                    }
                }
            }
            for (position, on) in of {
                let ways = self.origins.get(&position).into_iter().flat_map(BTreeMap::values);
                let is_early = ways.into_iter().any(|way| {
                    let concerns = |one: &Creation| on.is_none_or(|on| on.intersects(&one.types));
                    let waits = |one: &Creation| self.waits_for[id.index()].contains(&one.fetch);
                    way.iter().any(concerns) && !way.iter().any(waits)
                });
                if is_early {
                    self.find(format!("fetch {} does not wait for all of its objects", id.0));
                }
            }
        }
    }
}

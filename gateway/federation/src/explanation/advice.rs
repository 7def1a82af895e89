//! What would make a plan shorter: directives that the operation was really planned with, on a copy
//! of the graph, and that really saved a request or a step.

use std::fmt;

use apollo_compiler::Name;

use super::only_type;
use super::text::plural;
use crate::operation::{EntryField, Operation};
use crate::planner;
use crate::query_graph::{FieldId, FieldSet, FieldSetItem, QueryGraph, TypeId, TypeKind};
use crate::query_plan::{EntityTarget, Fetch, FetchTarget, OutputValue, PositionId, QueryPlan};
use crate::supergraph::SubgraphId;

/// Plans that are made in order to find out.
const ATTEMPTS_MAX: usize = 30;
/// Fields that lead to one place; more directives than this are no advice.
const EDGES_MAX: usize = 3;

/// A change to the graph, and what the operation would take then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What to write, all of it.
    pub changes: Vec<Change>,
    /// How many requests there would be.
    pub requests: usize,
    /// How many of them would wait for each other.
    pub steps: usize,
}

/// One directive more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `@provides(fields:)` at a field of a subgraph that knows them.
    Provides {
        /// `Review.author`.
        coordinate: String,
        /// Of which type the fields are.
        type_name: Name,
        /// `name email`.
        fields: String,
        /// In which subgraph.
        service: String,
        /// Who answers them now.
        owner: String,
    },
    /// `@key(fields:)` at a type of a subgraph that can find entities by it.
    Key {
        /// `Product`.
        type_name: Name,
        /// `id`.
        fields: String,
        /// In which subgraph.
        service: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provides { coordinate, type_name, fields, service, owner } => write!(
                f,
                "with `@provides(fields: \"{fields}\")` at `{coordinate}` in `{service}`, if it \
                 knows that of a `{type_name}` (`@external` there, `@shareable` in `{owner}`)"
            ),
            Self::Key { type_name, fields, service } => write!(
                f,
                "with `@key(fields: \"{fields}\")` at `{type_name}` in `{service}`, if it can \
                 find one by that"
            ),
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, change) in self.changes.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", and " };
            write!(f, "{separator}{change}")?;
        }
        let requests = plural(self.requests, "request");
        write!(f, ": {requests} in {}", plural(self.steps, "step"))
    }
}

/// What was planned, and how.
type Planned<'a> = (&'a QueryGraph, &'a Operation, &'a QueryPlan);

/// A change that may help: what it is called, and how it is made.
#[derive(Clone, PartialEq)]
enum Candidate {
    /// `ty` is the type that has the fields, `owner` who answers them.
    Provides {
        at: FieldId,
        subgraph: SubgraphId,
        ty: TypeId,
        fields: FieldSet,
        owner: SubgraphId,
    },
    Key {
        ty: TypeId,
        subgraph: SubgraphId,
        fields: FieldSet,
    },
}

/// Everything that helps; the same advice once.
pub(super) fn find(
    graph: &QueryGraph,
    operation: &Operation,
    labels: &[bool],
    plan: &QueryPlan,
) -> Vec<Advice> {
    let mut found: Vec<Advice> = Vec::new();
    let mut attempts = 0;
    for fetch in &plan.fetches {
        for candidates in candidates((graph, operation, plan), fetch) {
            let changes: Vec<Change> = candidates.iter().map(|it| it.change(graph)).collect();
            if found.iter().any(|advice| advice.changes == changes) {
                continue;
            }
            if attempts == ATTEMPTS_MAX {
                return found;
            }
            attempts += 1;
            let mut other = graph.clone();
            candidates.iter().for_each(|candidate| candidate.apply(&mut other));
            let Ok(better) = planner::plan(&other, operation, labels) else { continue };
            let (requests, steps) = (better.fetches.len(), better.steps());
            let now = (plan.fetches.len(), plan.steps());
            if requests <= now.0 && steps <= now.1 && (requests, steps) != now {
                found.push(Advice { changes, requests, steps });
            }
        }
    }
    found
}

/// For each place that a fetch asks about, and for all of them together.
fn candidates(of: Planned<'_>, fetch: &Fetch) -> Vec<Vec<Candidate>> {
    let (graph, _, plan) = of;
    let FetchTarget::Entities(inputs) = &fetch.target else { return Vec::new() };
    let mut found = Vec::new();
    let mut all = Vec::new();
    let mut is_all = true;
    for target in inputs.iter().flat_map(|input| &input.targets) {
        let provides = provides(of, fetch, target);
        is_all &= provides.is_some();
        let Some(provides) = provides else {
            found.extend(keys(graph, plan, fetch, target).into_iter().map(|key| vec![key]));
            continue;
        };
        all.extend(provides.clone());
        found.push(provides);
        found.extend(keys(graph, plan, fetch, target).into_iter().map(|key| vec![key]));
    }
    if is_all {
        found.push(all);
    }
    for candidates in &mut found {
        let mut known: Vec<Candidate> = Vec::new();
        candidates.retain(|one| {
            !known.contains(one) && {
                known.push(one.clone());
                true
            }
        });
    }
    found.retain(|candidates| candidates.len() <= EDGES_MAX);
    found
}

/// The client's fields that lead to a position, with who answers them.
fn edges(plan: &QueryPlan, position: PositionId) -> Vec<(FieldId, SubgraphId)> {
    let mut found = Vec::new();
    for from in &plan.positions {
        for output in &from.output {
            let OutputValue::Field { field, slot } = output.value else { continue };
            let below = from.slots.get(slot.index()).and_then(|slot| slot.child);
            if let (true, Some(provider)) = (below == Some(position), &output.provider) {
                found.push((field, provider.subgraph));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Fields that the subgraphs above could bring along.
fn provides(of: Planned<'_>, fetch: &Fetch, target: &EntityTarget) -> Option<Vec<Candidate>> {
    let (graph, _, plan) = of;
    let ty = only_type(graph, target)?;
    let edges = edges(plan, target.position);
    // A root field is answered by whoever has the entities: what comes from elsewhere is not known
    // there, or it would be there.
    let is_root = edges.iter().any(|(field, _)| graph.is_root(graph.field(*field).parent));
    if edges.is_empty() || edges.len() > EDGES_MAX || is_root {
        return None;
    }
    let fields = told(of, fetch.subgraph, target.position, false)?;
    let candidates = edges.into_iter().map(|(at, subgraph)| {
        let is_known = graph.type_at(ty, subgraph).is_some() && subgraph != fetch.subgraph;
        let fields = fields.clone();
        let owner = fetch.subgraph;
        is_known.then_some(Candidate::Provides { at, subgraph, ty, fields, owner })
    });
    candidates.collect()
}

/// What a subgraph answers of the objects of a position, if another could tell it in its place;
/// all that is wanted of them, if need be.
fn told(
    of: Planned<'_>,
    subgraph: SubgraphId,
    position: PositionId,
    is_all: bool,
) -> Option<FieldSet> {
    let (graph, operation, plan) = of;
    let position = plan.position(position);
    let entries = &operation.selection(position.selection?).entries;
    let mut told = FieldSet::default();
    for output in &position.output {
        let OutputValue::Field { field, slot } = output.value else { continue };
        let is_own = output.provider.as_ref().is_some_and(|it| it.subgraph == subgraph);
        if !is_own && !is_all {
            continue;
        }
        let node = graph.field(field);
        // What is worked out from other fields is known by nobody else.
        let is_given = node.at(subgraph).is_none_or(|at| at.requires.is_none());
        let entry = entries.get(usize::try_from(output.entry).ok()?)?;
        let EntryField::Field { arguments, .. } = &entry.field else { return None };
        if !is_own || !is_given || !arguments.is_empty() {
            return None;
        }
        let children = match graph.ty(node.named_type).kind {
            TypeKind::Object => {
                let below = position.slots.get(slot.index())?.child?;
                Some(self::told(of, subgraph, below, true)?)
            }
            _ if graph.is_leaf(node.named_type) => None,
            _ => return None,
        };
        let (name, arguments) = (node.name.clone(), Vec::new());
        told.merge(&FieldSet { items: vec![FieldSetItem { name, arguments, on: None, children }] });
    }
    (!told.items.is_empty()).then_some(told)
}

/// Keys of leaves that the subgraph above has, and that would lead here at once.
fn keys(
    graph: &QueryGraph,
    plan: &QueryPlan,
    fetch: &Fetch,
    target: &EntityTarget,
) -> Vec<Candidate> {
    let Some(ty) = only_type(graph, target) else { return Vec::new() };
    let Some(here) = graph.type_at(ty, fetch.subgraph) else { return Vec::new() };
    let mut found: Vec<Candidate> = Vec::new();
    for (_, above) in edges(plan, target.position) {
        let keys = graph.type_at(ty, above).into_iter().flat_map(|at| &at.keys);
        for key in keys {
            let is_known = here.keys.iter().any(|own| own.fields == key.fields && own.resolvable);
            let is_plain = key.fields.items.iter().all(|item| item.children.is_none());
            if !is_known && is_plain {
                let fields = key.fields.clone();
                found.push(Candidate::Key { ty, subgraph: fetch.subgraph, fields });
            }
        }
    }
    found
}

impl Candidate {
    fn apply(&self, graph: &mut QueryGraph) {
        match self {
            Self::Provides { at, subgraph, ty, fields, .. } => {
                let node = graph.field(*at);
                let (parent, name) = (node.parent, node.name.clone());
                // The field of an interface is answered by the objects that implement it.
                let parents: Vec<TypeId> = graph.ty(parent).possible.iter().collect();
                for parent in parents.into_iter().chain([parent]) {
                    graph.add_provides((parent, name.as_str()), *subgraph, (*ty, fields));
                }
            }
            Self::Key { ty, subgraph, fields } => graph.add_key(*ty, *subgraph, fields.clone()),
        }
    }

    fn change(&self, graph: &QueryGraph) -> Change {
        match self {
            Self::Provides { at, subgraph, ty, fields, owner } => {
                let node = graph.field(*at);
                Change::Provides {
                    coordinate: format!("{}.{}", graph.ty(node.parent).name, node.name),
                    type_name: graph.ty(*ty).name.clone(),
                    fields: fields.to_string(),
                    service: graph.subgraph(*subgraph).name.clone(),
                    owner: graph.subgraph(*owner).name.clone(),
                }
            }
            Self::Key { ty, subgraph, fields } => Change::Key {
                type_name: graph.ty(*ty).name.clone(),
                fields: fields.to_string(),
                service: graph.subgraph(*subgraph).name.clone(),
            },
        }
    }
}

//! Why a plan is as it is: for each fetch the fields that forced it, how its entities are found,
//! who waits for it, the other ways there were; and advice that would really save something.
//!
//! For people. Made from the plan, from the reasons that the planner noted in it, and from plans of
//! the same operation on graphs that differ a little. Knows nothing of where it is printed.

mod advice;
mod sources;
mod text;

use apollo_compiler::Name;

use crate::operation::Operation;
use crate::planner::{self, OtherWay, PlanError};
use crate::query_graph::{FieldId, QueryGraph, TypeId};
use crate::query_plan::{
    EntityTarget, Fetch, FetchId, FetchTarget, OutputField, OutputValue, PositionId, QueryPlan,
    Reason, Representation, RepresentationField, SlotId,
};
use crate::supergraph::SubgraphId;
use sources::Sources;

pub use advice::{Advice, Change};

/// Why a plan is as it is. Its `Display` is for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Who is asked, in the plan's order.
    pub fetches: Vec<ExplainedFetch>,
    /// How many of them wait for each other.
    pub steps: usize,
    /// Whether each subgraph has something that no other has, and is asked once.
    pub is_least: bool,
    /// Changes to the graph with which the operation would take fewer requests or steps.
    pub advice: Vec<Advice>,
}

/// Why there is a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedFetch {
    /// Which subgraph is asked.
    pub service: String,
    /// How many fetches are done before, one after the other.
    pub steps_before: usize,
    /// What is asked, on one line; one for each kind of entity.
    pub asked: Vec<String>,
    /// Whose objects are asked about; none for fields of a root type.
    pub entered: Vec<ExplainedEntrance>,
    /// The client's fields that it is made for.
    pub fields: Vec<ExplainedField>,
    /// The client's fields that come along below those.
    pub along: Vec<String>,
    /// What others need of it.
    pub needed: Vec<ExplainedInput>,
    /// Fetches that it must wait for without an input: a mutation's order.
    pub after: Vec<FetchId>,
}

/// How the objects of one place are found in a subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedEntrance {
    /// Where they are: `user.orders`.
    pub path: String,
    /// In how many other places they are.
    pub other_places: usize,
    /// What the subgraph is told of them.
    pub told: Vec<ExplainedInput>,
    /// Fetches that may have brought the same entities before.
    pub reuse: Vec<FetchId>,
}

/// Something of an entity that a subgraph is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedInput {
    /// Of which type.
    pub type_name: Name,
    /// What: `id`, `organization { id }`.
    pub fields: Vec<String>,
    /// What for.
    pub purpose: Purpose,
    /// Which fetches bring it.
    pub from: Vec<FetchId>,
    /// Which fetch needs it.
    pub needed_by: FetchId,
}

/// What an input is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// It is the key by which the entity is found.
    Key,
    /// Fields of the subgraph, by coordinate, that say `@requires`.
    Requires(Vec<String>),
}

/// A field of the client's that forced a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedField {
    /// `user.orders`.
    pub path: String,
    /// `User.orders`.
    pub coordinate: String,
    /// Why this subgraph.
    pub reason: Reason,
    /// Who else could have answered.
    pub others: Vec<ExplainedOther>,
}

/// A subgraph that could have answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedOther {
    /// Its name.
    pub service: String,
    /// How many requests, in how many steps, the operation would have taken; none if it was not
    /// tried, because nothing could have been saved.
    pub cost: Option<(usize, usize)>,
}

/// Plans an operation and says why the plan is as it is.
///
/// # Errors
/// As [`planner::plan`].
pub fn explain(
    graph: &QueryGraph,
    operation: &Operation,
    labels: &[bool],
) -> Result<Explanation, PlanError> {
    let (plan, other_ways) = planner::plan_with_other_ways(graph, operation, labels)?;
    let sources = Sources::new(graph, &plan);
    let explainer = Explainer { graph, plan: &plan, sources, other_ways };
    let before = plan.steps_before();
    let mut fetches: Vec<ExplainedFetch> = Vec::with_capacity(plan.fetches.len());
    for (id, steps) in (0u32..).map(FetchId).zip(before) {
        fetches.push(explainer.fetch(id, steps));
    }
    let told: Vec<ExplainedInput> = fetches
        .iter()
        .flat_map(|fetch| &fetch.entered)
        .flat_map(|entrance| entrance.told.iter().cloned())
        .collect();
    for input in told {
        for from in &input.from {
            let needed = &mut fetches[from.index()].needed;
            if !needed.contains(&input) {
                needed.push(input.clone());
            }
        }
    }
    let is_least = explainer.is_least();
    let advice = advice::find(graph, operation, labels, &plan);
    Ok(Explanation { fetches, steps: plan.steps(), is_least, advice })
}

struct Explainer<'a> {
    graph: &'a QueryGraph,
    plan: &'a QueryPlan,
    sources: Sources,
    other_ways: Vec<OtherWay>,
}

impl Explainer<'_> {
    fn fetch(&self, id: FetchId, steps_before: usize) -> ExplainedFetch {
        let fetch = self.plan.fetch(id);
        let own: Vec<PositionId> = match &fetch.target {
            FetchTarget::Root { shape, .. } => vec![self.plan.shape(*shape).position],
            FetchTarget::Entities(inputs) => {
                inputs.iter().flat_map(|it| &it.targets).map(|it| it.position).collect()
            }
        };
        let mut fields = Vec::new();
        let mut along = Vec::new();
        for (position, output, field) in self.answered(id) {
            let slot = output_slot(output);
            let is_own = own.contains(&position) && self.sources.is_at_root(id, position, slot);
            let path = self.sources.field_path(position, &output.response_key);
            if is_own {
                fields.push(self.field(position, output, field, path));
            } else {
                along.push(path);
            }
        }
        let entered: Vec<ExplainedEntrance> = match &fetch.target {
            FetchTarget::Root { .. } => Vec::new(),
            FetchTarget::Entities(inputs) => {
                let targets = inputs.iter().flat_map(|input| &input.targets);
                targets.map(|target| self.entrance(id, target)).collect()
            }
        };
        let told = entered
            .iter()
            .flat_map(|one| one.told.iter().flat_map(|told| &told.from).chain(&one.reuse).copied());
        let told: Vec<FetchId> = told.collect();
        let after = fetch.depends_on.iter().filter(|one| !told.contains(one)).copied().collect();
        ExplainedFetch {
            service: fetch.service.clone(),
            steps_before,
            asked: text::asked(fetch),
            entered,
            fields,
            along,
            needed: Vec::new(),
            after,
        }
    }

    /// The client's fields that a fetch answers.
    fn answered(&self, id: FetchId) -> Vec<(PositionId, &OutputField, FieldId)> {
        let subgraph = self.plan.fetch(id).subgraph;
        let mut found = Vec::new();
        for (position, layout) in (0u32..).map(PositionId).zip(&self.plan.positions) {
            for output in &layout.output {
                let OutputValue::Field { field, slot } = output.value else { continue };
                let is_by = output.provider.as_ref().is_some_and(|it| it.subgraph == subgraph);
                if is_by && self.sources.fills(id, position, slot) {
                    found.push((position, output, field));
                }
            }
        }
        found
    }

    fn field(
        &self,
        position: PositionId,
        output: &OutputField,
        field: FieldId,
        path: String,
    ) -> ExplainedField {
        let coordinate = self.coordinate(field);
        let selection = self.plan.position(position).selection;
        let (chosen, reason, others) = match &output.provider {
            Some(provider) => (Some(provider.subgraph), provider.reason, &provider.others[..]),
            None => (None, Reason::Only, &[][..]),
        };
        let others = others.iter().map(|other| {
            let way = self.other_ways.iter().find(|way| {
                Some(way.entry.0) == selection
                    && way.entry.1 == output.entry
                    && Some(way.chosen) == chosen
                    && way.instead == *other
            });
            let cost = way.map(|way| (way.requests, way.steps));
            ExplainedOther { service: self.graph.subgraph(*other).name.clone(), cost }
        });
        ExplainedField { path, coordinate, reason, others: others.collect() }
    }

    fn coordinate(&self, field: FieldId) -> String {
        let node = self.graph.field(field);
        format!("{}.{}", self.graph.ty(node.parent).name, node.name)
    }

    fn entrance(&self, id: FetchId, target: &EntityTarget) -> ExplainedEntrance {
        let mut told = Vec::new();
        for representation in &target.representations {
            told.extend(self.told(id, target.position, representation));
        }
        let mut reuse: Vec<FetchId> = target.reuse.iter().map(|reuse| reuse.from).collect();
        reuse.dedup();
        ExplainedEntrance {
            path: self.sources.path(target.position),
            other_places: self.sources.ways_to(target.position).saturating_sub(1),
            told,
            reuse,
        }
    }

    /// The key first, then what `@requires` asks for.
    fn told(
        &self,
        id: FetchId,
        position: PositionId,
        representation: &Representation,
    ) -> Vec<ExplainedInput> {
        let (key, required): (Vec<_>, Vec<_>) =
            representation.fields.iter().partition(|field| field.is_key);
        let mut told = vec![(Purpose::Key, key)];
        if !required.is_empty() {
            let by = self.requiring(id, position, representation);
            told.push((Purpose::Requires(by), required));
        }
        let explained = told.into_iter().map(|(purpose, fields)| ExplainedInput {
            type_name: representation.type_name.clone(),
            fields: fields.iter().map(|field| text::input(field)).collect(),
            purpose,
            from: self.from(id, position, &fields),
            needed_by: id,
        });
        explained.collect()
    }

    /// Of the fetches that are waited for, those that bring some fields.
    fn from(
        &self,
        id: FetchId,
        position: PositionId,
        fields: &[&RepresentationField],
    ) -> Vec<FetchId> {
        let mut found = Vec::new();
        let mut open: Vec<(PositionId, &RepresentationField)> =
            fields.iter().map(|field| (position, *field)).collect();
        while let Some((position, field)) = open.pop() {
            let slot = field.slot;
            let before = self.plan.fetch(id).depends_on.iter().copied();
            found.extend(before.filter(|one| self.sources.fills(*one, position, slot)));
            let below = self.plan.position(position).slots.get(slot.index());
            if let Some(child) = below.and_then(|slot| slot.child) {
                open.extend(field.children.iter().map(|field| (child, field)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The fields of a fetch that say `@requires`.
    fn requiring(
        &self,
        id: FetchId,
        position: PositionId,
        representation: &Representation,
    ) -> Vec<String> {
        let Fetch { subgraph, .. } = self.plan.fetch(id);
        let mut found: Vec<String> = Vec::new();
        let Some(ty) = self.graph.type_id(&representation.type_name) else { return found };
        let names = self.sources.asked_at(id, position);
        for field in self.graph.fields_of(ty) {
            let node = self.graph.field(field);
            let at = node.at(*subgraph);
            if names.contains(&node.name) && at.is_some_and(|at| at.requires.is_some()) {
                found.push(self.coordinate(field));
            }
        }
        found
    }

    /// Whether nobody could do with fewer requests: each subgraph has what no other has.
    fn is_least(&self) -> bool {
        let mut asked: Vec<SubgraphId> =
            self.plan.fetches.iter().map(|fetch| fetch.subgraph).collect();
        asked.sort_unstable();
        let count = asked.len();
        asked.dedup();
        asked.len() == count
            && asked.iter().all(|subgraph| {
                let outputs = self.plan.positions.iter().flat_map(|position| &position.output);
                let mut providers = outputs.filter_map(|output| output.provider.as_ref());
                providers.any(|one| one.subgraph == *subgraph && one.reason == Reason::Only)
            })
    }
}

/// Where the value of a field of the client's is kept.
fn output_slot(output: &OutputField) -> Option<SlotId> {
    match output.value {
        OutputValue::Field { slot, .. } => Some(slot),
        OutputValue::Typename | OutputValue::Introspection => None,
    }
}

/// The one type of entity that a target is about.
fn only_type(graph: &QueryGraph, target: &EntityTarget) -> Option<TypeId> {
    let mut types = target.representations.iter().flat_map(|it| it.on.iter());
    let first = types.next()?;
    let is_one = types.next().is_none();
    let name = &target.representations.first()?.type_name;
    (is_one && graph.ty(first).name == *name).then_some(first)
}

//! Operation → query plan.
//!
//! The planner walks the operation once, from the root down. At each *place* (a path in the
//! answer) it knows the *sites*: the subgraphs in which the object at hand is available, and where
//! in their fetches. Each entry goes to the cheapest subgraph that resolves it; a subgraph without
//! a site is entered by a key, by the parent's field, or at the root, and what that needs becomes
//! a requirement on the other sites.
//!
//! ```text
//! { user(id: 1) { name orders { total } } }
//!   users:   { user(id: 1) { __typename id name } }
//!   orders:  _entities User(id) → { orders { total } }     after users
//! ```

mod batches;
mod choice;
mod contexts;
mod deliveries;
mod descent;
mod documents;
mod entry_points;
mod fetch_graph;
mod improvement;
mod labels;
mod layout;
mod places;
mod requirements;
mod reuse;
mod supported;
mod wanted;
mod wording;

pub use self::labels::relevant_labels;
pub use self::supported::check_supported;

use std::collections::{BTreeSet, VecDeque};

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;

use crate::operation::{Entry, EntryField, Operation, SelectionId};
use crate::query_graph::{FieldId, OverrideLabel, QueryGraph, TypeId, TypeSet};
use crate::query_plan::{Delivery, Provider, QueryPlan, SlotId};
use crate::reach::{LabelValues, Reaches};
use crate::supergraph::SubgraphId;
use choice::{Choices, Chosen, Decision};
use deliveries::Later;
use fetch_graph::{FetchGraph, NewField, Purpose};
use improvement::Preferences;
use places::{Answer, Objects, PlaceId, Places, Site, Via};

/// Fields that an operation may ask for when every reuse of a fragment is written out, and that all
/// fetches of one plan may have together. Reuse costs the planner nothing, but subgraphs have to
/// answer each: a small document can ask for a lot.
const PLAN_FIELDS_MAX: usize = 50_000;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// `OPERATION_TOO_COMPLEX` or `QUERY_PLANNING_FAILED`.
    pub code: &'static str,
    /// What could not be planned.
    pub message: String,
}

impl PlanError {
    fn unreachable_field(graph: &QueryGraph, ty: TypeId, field: &str) -> Self {
        let coordinate = format!("{}.{field}", graph.ty(ty).name);
        let message = format!("no subgraph can be asked for `{coordinate}` here");
        Self { code: "QUERY_PLANNING_FAILED", message }
    }

    fn unknown_type(graph: &QueryGraph, ty: TypeId) -> Self {
        let ty = &graph.ty(ty).name;
        let message = format!("no subgraph can be asked which objects are of type `{ty}` here");
        Self { code: "QUERY_PLANNING_FAILED", message }
    }

    fn unreachable_subgraph(graph: &QueryGraph, ty: TypeId, subgraph: SubgraphId) -> Self {
        let (ty, subgraph) = (&graph.ty(ty).name, &graph.subgraph(subgraph).name);
        let message = format!("`{ty}` cannot be entered in subgraph `{subgraph}` here");
        Self { code: "QUERY_PLANNING_FAILED", message }
    }

    fn ring() -> Self {
        let message = "the fetches of the plan would wait for each other".to_owned();
        Self { code: "QUERY_PLANNING_FAILED", message }
    }

    fn too_complex() -> Self {
        let message = format!("the operation asks for more than {PLAN_FIELDS_MAX} fields");
        Self { code: "OPERATION_TOO_COMPLEX", message }
    }
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PlanError {}

/// Plans an operation. Pure: the same graph, operation and labels give the same plan.
///
/// `labels` says for each of [`QueryGraph::labels`] whether it is set for this request (Federation,
/// `@override(label:)`); one that is left out is not. Only those that
/// [`relevant_labels`] gives can change the plan.
///
/// # Errors
/// A field that no subgraph can be asked for at its place (a graph that fails satisfiability), or a
/// plan that would be too large.
pub fn plan(
    graph: &QueryGraph,
    operation: &Operation,
    labels: &[bool],
) -> Result<QueryPlan, PlanError> {
    Ok(layout::write(&mut best(graph, operation, labels)?))
}

/// The same plan as [`plan`] makes, with the choices that could have been others, and what they
/// would have led to. For people: it takes as long as many plans.
///
/// # Errors
/// As [`plan`].
pub fn plan_with_other_ways(
    graph: &QueryGraph,
    operation: &Operation,
    labels: &[bool],
) -> Result<(QueryPlan, Vec<OtherWay>), PlanError> {
    let mut planner = best(graph, operation, labels)?;
    let other_ways = planner.other_ways();
    Ok((layout::write(&mut planner), other_ways))
}

/// The steps and requests of the best plan, found by trying every combination of choices; nothing
/// where that takes more than `plans_max` plans. For tests: a measure of what [`plan`] makes.
///
/// # Errors
/// As [`plan`].
pub fn least_steps_and_requests(
    graph: &QueryGraph,
    operation: &Operation,
    labels: &[bool],
    plans_max: usize,
) -> Result<Option<(usize, usize)>, PlanError> {
    let least = best(graph, operation, labels)?.least(plans_max);
    Ok(least.map(|cost| (cost.steps, cost.requests)))
}

/// A choice that could have been another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherWay {
    /// The client's field: an entry of a selection.
    pub entry: (SelectionId, u32),
    /// Who answers it.
    pub chosen: SubgraphId,
    /// Who could have.
    pub instead: SubgraphId,
    /// How many requests the operation would have taken.
    pub requests: usize,
    /// How many of them would have waited for each other.
    pub steps: usize,
}

fn best<'a>(
    graph: &'a QueryGraph,
    operation: &'a Operation,
    labels: &[bool],
) -> Result<Planner<'a>, PlanError> {
    if operation.expanded_entries() > PLAN_FIELDS_MAX {
        return Err(PlanError::too_complex());
    }
    let is_set = |label: u32| labels.get(label as usize).copied().unwrap_or_default();
    let labels = (0u32..).take(graph.labels().len()).map(|label| (label, is_set(label)));
    let mut planner = Planner::new(graph, operation, labels.collect());
    planner.run()?;
    let planner = planner.improve_shared_roots().improve();
    planner.check_order()?;
    Ok(planner)
}

/// The state of planning one operation.
struct Planner<'a> {
    graph: &'a QueryGraph,
    operation: &'a Operation,
    labels: LabelValues,
    reaches: Reaches<'a>,
    choices: Choices<'a>,
    fetches: FetchGraph<'a>,
    places: Places<'a>,
    /// What may come later, as far as it has been met.
    deliveries: Vec<Delivery>,
    later: VecDeque<Later>,
    /// Which root field of a mutation is being planned.
    series: usize,
    /// Fields whose `@requires` is being seen to. What they require may require more, of nested
    /// objects too, but never the same again.
    requiring: Vec<(TypeId, Via, Name)>,
    /// The subgraphs that some field cannot do without.
    forced: BTreeSet<SubgraphId>,
    /// Choices that could have been others.
    decisions: Vec<Decision>,
    /// Choices that are to be made so.
    preferences: Preferences,
    /// The subgraphs that are asked again at the root, which waits for nothing, for the objects of
    /// root fields that they share, also where a key leads to them.
    asks_again: BTreeSet<SubgraphId>,
    /// Those that could have been asked so.
    could_ask_again: BTreeSet<SubgraphId>,
    /// Whether choices are noted, too, that nobody would make otherwise.
    is_exhaustive: bool,
}

/// A field of the client's at a place, for those runtime types that one subgraph answers.
struct Demand<'a> {
    /// Its position among the selection's entries.
    index: usize,
    entry: &'a Entry,
    /// What subgraphs answer it under.
    key: Name,
    field: FieldId,
    on: TypeSet,
    via: Via,
    provider: Provider,
    /// Where it is kept, for which of the types, and the place below it.
    slots: Vec<(SlotId, TypeSet, Option<PlaceId>)>,
}

impl<'a> Planner<'a> {
    fn new(graph: &'a QueryGraph, operation: &'a Operation, labels: LabelValues) -> Self {
        Self {
            graph,
            operation,
            labels,
            reaches: Reaches::new(graph),
            choices: Choices::default(),
            fetches: FetchGraph::new(PLAN_FIELDS_MAX),
            places: Places::default(),
            deliveries: Vec::new(),
            later: VecDeque::new(),
            series: 0,
            requiring: Vec::new(),
            forced: BTreeSet::new(),
            decisions: Vec::new(),
            preferences: Preferences::default(),
            asks_again: BTreeSet::new(),
            could_ask_again: BTreeSet::new(),
            is_exhaustive: false,
        }
    }

    fn run(&mut self) -> Result<(), PlanError> {
        let selection = self.operation.root();
        let root = self.places.root(self.operation.selection(selection).ty, selection);
        match self.operation.kind() {
            OperationType::Query => self.plan_place(root, selection)?,
            operation_type => self.plan_in_order(root, operation_type)?,
        }
        self.plan_later()
    }

    /// Everything that `selection` asks for at a place.
    fn plan_place(&mut self, place: PlaceId, selection: SelectionId) -> Result<(), PlanError> {
        if std::mem::replace(&mut self.places.get_mut(place).is_planned, true) {
            return Ok(());
        }
        self.tell_type(place, &self.operation.selection(selection).entries)?;
        let entries = self.entries_now(place, selection);
        self.plan_entries(place, selection, &entries)
    }

    /// Some entries of a place's selection, with all that is below them.
    fn plan_entries(
        &mut self,
        place: PlaceId,
        selection: SelectionId,
        entries: &[(usize, &'a Entry)],
    ) -> Result<(), PlanError> {
        let mut demands = self.demands(place, selection, entries)?;
        for demand in &mut demands {
            self.keep(place, demand);
        }
        // Fields with requirements open fetches that plain fields of the same subgraph can share.
        let mut order: Vec<usize> = (0..demands.len()).collect();
        order.sort_by_key(|index| !self.has_requirement(&demands[*index]));
        let mut opened: Vec<Vec<(Site<'a>, TypeSet)>> = vec![Vec::new(); demands.len()];
        for index in order {
            opened[index] = self.open(place, &demands[index])?;
        }
        for (demand, sites) in demands.iter().zip(opened) {
            self.add_demand(demand, sites)?;
        }
        self.plan_below(&demands)
    }

    /// GraphQL §6.2.2: one root field after the other, each with all that follows from it. A
    /// subscription has one root field (§5.2.4.1); what follows is fetched for each event.
    fn plan_in_order(
        &mut self,
        root: PlaceId,
        operation_type: OperationType,
    ) -> Result<(), PlanError> {
        let operation = self.operation;
        let mut current: Option<Via> = None;
        let mut asked: BTreeSet<&Name> = BTreeSet::new();
        for (index, entry) in operation.selection(operation.root()).entries.iter().enumerate() {
            self.series = index + 1;
            let mut demands = self.demands(root, operation.root(), &[(index, entry)])?;
            for demand in &mut demands {
                // A field that comes again, under another condition, comes after those between.
                if current != Some(demand.via) || asked.contains(&entry.response_key) {
                    self.open_next(root, demand.via, operation_type);
                    current = Some(demand.via);
                    asked.clear();
                }
                self.keep(root, demand);
                let sites = self.open(root, demand)?;
                self.add_demand(demand, sites)?;
            }
            asked.insert(&entry.response_key);
            self.plan_below(&demands)?;
        }
        Ok(())
    }

    fn plan_below(&mut self, demands: &[Demand<'a>]) -> Result<(), PlanError> {
        for demand in demands {
            let Some(selection) = demand.entry.child else { continue };
            for (_, _, child) in &demand.slots {
                if let Some(child) = child {
                    self.plan_place(*child, selection)?;
                }
            }
        }
        Ok(())
    }

    /// The entries' runtime types, by the subgraph that is to answer them.
    fn demands(
        &mut self,
        place: PlaceId,
        selection: SelectionId,
        entries: &[(usize, &'a Entry)],
    ) -> Result<Vec<Demand<'a>>, PlanError> {
        let chosen = self.choose(place, selection, entries);
        let mut demands: Vec<Demand<'a>> = Vec::new();
        for Chosen { entry: index, ty, by } in chosen {
            let entry = entries.iter().find(|(own, _)| *own == index).map(|(_, entry)| *entry);
            let Some(entry) = entry else { continue };
            let EntryField::Field { id: field, .. } = entry.field else { continue };
            let Some((via, provider)) = by else {
                let name = &self.graph.field(field).name;
                return Err(PlanError::unreachable_field(self.graph, ty, name));
            };
            match demands.iter_mut().find(|demand| demand.index == index && demand.via == via) {
                Some(demand) => {
                    demand.on.insert(ty);
                }
                None => {
                    let on = TypeSet::from(ty);
                    let key = self.demand_key(place, (selection, index), via);
                    let slots = Vec::new();
                    demands.push(Demand { index, entry, key, field, on, via, provider, slots });
                }
            }
        }
        Ok(demands)
    }

    /// Gives the demand its slots, and the places below it.
    fn keep(&mut self, place: PlaceId, demand: &mut Demand<'a>) {
        let key = &demand.key;
        match demand.entry.child {
            None => {
                let slot = self.places.leaf_slot(place, key);
                demand.slots.push((slot, demand.on.clone(), None));
            }
            Some(selection) => {
                let mut rest = demand.on.clone();
                // Each root field of a mutation keeps its own, also one that comes again.
                let is_in_order = self.series > 0 && self.places.get(place).path.is_empty();
                let known = self.places.children(place, key, &demand.on);
                for (slot, child, on) in known.into_iter().filter(|_| !is_in_order) {
                    rest = rest.difference(&on);
                    self.places.set_selection(child, selection);
                    demand.slots.push((slot, on, Some(child)));
                }
                if !rest.is_empty() {
                    let (slot, child) = self.keep_below(place, demand, rest.clone(), selection);
                    demand.slots.push((slot, rest, Some(child)));
                }
            }
        }
        for (slot, on, _) in &demand.slots {
            let provider = Some(demand.provider.clone());
            let answer = Answer { entry: demand.index, on: on.clone(), slot: *slot, provider };
            self.places.get_mut(place).add_answer(answer);
        }
    }

    fn has_requirement(&self, demand: &Demand<'_>) -> bool {
        let name = &self.graph.field(demand.field).name;
        demand.on.iter().any(|ty| {
            let at = self.graph.field_at(demand.via.ty(ty), name, demand.via.subgraph);
            at.is_some_and(|at| at.requires.is_some())
        })
    }

    /// The sites that are to answer the demand, with the types each is for.
    fn open(
        &mut self,
        place: PlaceId,
        demand: &Demand<'a>,
    ) -> Result<Vec<(Site<'a>, TypeSet)>, PlanError> {
        let mut by_site: Vec<(Site<'a>, TypeSet)> = Vec::new();
        let name = &self.graph.field(demand.field).name;
        for ty in demand.on.iter() {
            let objects = Objects { place, ty };
            let at = self.field_at(objects, name, demand.via);
            let site = match at {
                Some(at) if at.has_inputs() => self.site_for_field(objects, name, demand.via)?,
                Some(at) if at.is_external => {
                    self.enter_where_provided(objects, name, demand.via)?
                }
                _ => self.enter_apart(objects, name, demand.via)?,
            };
            match by_site.iter_mut().find(|(one, _)| one.node == site.node) {
                Some((_, on)) => {
                    on.insert(ty);
                }
                None => by_site.push((site, TypeSet::from(ty))),
            }
        }
        Ok(by_site)
    }

    /// Writes the field into the fetches.
    fn add_demand(
        &mut self,
        demand: &Demand<'a>,
        sites: Vec<(Site<'a>, TypeSet)>,
    ) -> Result<(), PlanError> {
        let entry = demand.entry;
        let EntryField::Field { arguments, .. } = &entry.field else { return Ok(()) };
        let name = self.graph.field(demand.field).name.clone();
        for (site, on) in sites {
            let mut arguments = arguments.clone();
            arguments.extend(self.contextual_arguments(&site));
            for (slot, of, child) in &demand.slots {
                let field = NewField {
                    response_key: demand.key.clone(),
                    name: name.clone(),
                    arguments: arguments.clone(),
                    slot: *slot,
                    on: on.intersection(of),
                    when: self.operation.condition(entry.when).clone(),
                    purpose: Purpose::Client,
                };
                match child {
                    _ if field.on.is_empty() => {}
                    None => self.fetches.add_leaf(site.node, field)?,
                    Some(child) => self.descend(&site, demand.field, field, *child)?,
                }
            }
        }
        Ok(())
    }

    /// Of an entry's types, those that an object at the place can really have.
    fn occurring_types(&self, place: PlaceId, on: &TypeSet) -> TypeSet {
        match self.places.occurring(place) {
            Some(occurring) => on.intersection(occurring),
            None => on.clone(),
        }
    }

    /// Whether a subgraph resolves a field for the labels of this plan.
    fn is_on(&self, label: Option<&OverrideLabel>) -> bool {
        label.is_none_or(|label| self.labels.contains(&(label.label, label.is_set)))
    }
}

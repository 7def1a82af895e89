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

mod choice;
mod documents;
mod entry_points;
mod fetch_graph;
mod places;
mod requirements;
mod supported;

pub use self::supported::check_supported;

use apollo_compiler::ast::OperationType;

use crate::operation::{Entry, EntryField, Operation, SelectionId};
use crate::query_graph::{FieldId, QueryGraph, TypeId, TypeSet};
use crate::query_plan::QueryPlan;
use crate::reach::Reaches;
use crate::supergraph::SubgraphId;
use choice::Choices;
use fetch_graph::{FetchGraph, GroupId, NewField};
use places::{Objects, PlaceId, Places, Site};

/// Fields that all fetches of one plan may have together. Reused fragments share their selection
/// in the operation and are written out in the fetches, so a small document can ask for a lot.
const PLAN_FIELDS_MAX: usize = 50_000;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// `OPERATION_TOO_COMPLEX`, `QUERY_PLANNING_FAILED` or `UNSUPPORTED_OPERATION`.
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

    fn unreachable_subgraph(graph: &QueryGraph, ty: TypeId, subgraph: SubgraphId) -> Self {
        let (ty, subgraph) = (&graph.ty(ty).name, &graph.subgraph(subgraph).name);
        let message = format!("`{ty}` cannot be entered in subgraph `{subgraph}` here");
        Self { code: "QUERY_PLANNING_FAILED", message }
    }

    fn too_complex() -> Self {
        let message = format!("the plan has more than {PLAN_FIELDS_MAX} fields");
        Self { code: "OPERATION_TOO_COMPLEX", message }
    }
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PlanError {}

/// Plans an operation. Pure: the same graph and operation give the same plan.
///
/// # Errors
/// A field that no subgraph can be asked for at its place (a graph that fails satisfiability), a
/// plan that would be too large, or a subscription.
pub fn plan(graph: &QueryGraph, operation: &Operation) -> Result<QueryPlan, PlanError> {
    let mut planner = Planner {
        graph,
        operation,
        reaches: Reaches::new(graph),
        choices: Choices::default(),
        fetches: FetchGraph::new(PLAN_FIELDS_MAX),
        places: Places::default(),
    };
    let root = planner.places.root(operation.selection(operation.root()).ty, operation.root());
    match operation.kind() {
        OperationType::Query => planner.plan_place(root, operation.root())?,
        OperationType::Mutation => planner.plan_mutation(root)?,
        OperationType::Subscription => {
            let message = "subscriptions cannot be executed yet".to_owned();
            return Err(PlanError { code: "UNSUPPORTED_OPERATION", message });
        }
    }
    Ok(documents::write(&planner))
}

/// The state of planning one operation.
struct Planner<'a> {
    graph: &'a QueryGraph,
    operation: &'a Operation,
    reaches: Reaches<'a>,
    choices: Choices,
    fetches: FetchGraph,
    places: Places,
}

/// A field of the client's at a place, for those runtime types that one subgraph answers.
struct Demand<'a> {
    entry: &'a Entry,
    field: FieldId,
    on: TypeSet,
    subgraph: SubgraphId,
}

impl<'a> Planner<'a> {
    /// Everything that `selection` asks for at a place.
    fn plan_place(&mut self, place: PlaceId, selection: SelectionId) -> Result<(), PlanError> {
        let operation = self.operation;
        let entries = &operation.selection(selection).entries;
        let forced = self.forced_subgraphs(place, entries);
        let mut demands = Vec::new();
        for entry in entries {
            demands.extend(self.demands(place, entry, &forced)?);
        }
        // Fields with requirements open fetches that plain fields of the same subgraph can share.
        let mut order: Vec<usize> = (0..demands.len()).collect();
        order.sort_by_key(|index| !self.has_requirement(&demands[*index]));
        let mut opened: Vec<Vec<(Site, TypeSet)>> = vec![Vec::new(); demands.len()];
        for index in order {
            opened[index] = self.open(place, &demands[index])?;
        }
        let mut children = Vec::new();
        for (demand, sites) in demands.iter().zip(opened) {
            children.extend(self.add_demand(place, demand, sites)?);
        }
        for (child, selection) in children {
            self.plan_place(child, selection)?;
        }
        Ok(())
    }

    /// GraphQL §6.2.2: one root field after the other, each with all that follows from it.
    fn plan_mutation(&mut self, root: PlaceId) -> Result<(), PlanError> {
        let operation = self.operation;
        let mut current: Option<(SubgraphId, GroupId)> = None;
        for entry in &operation.selection(operation.root()).entries {
            for demand in self.demands(root, entry, &[])? {
                match current {
                    Some((subgraph, _)) if subgraph == demand.subgraph => {}
                    _ => {
                        let group = self.open_mutation(root, demand.subgraph);
                        current = Some((demand.subgraph, group));
                    }
                }
                let sites = self.open(root, &demand)?;
                for (child, selection) in self.add_demand(root, &demand, sites)? {
                    self.plan_place(child, selection)?;
                }
            }
        }
        Ok(())
    }

    /// An entry's runtime types, by the subgraph that is to answer them.
    fn demands(
        &mut self,
        place: PlaceId,
        entry: &'a Entry,
        forced: &[SubgraphId],
    ) -> Result<Vec<Demand<'a>>, PlanError> {
        let EntryField::Field { id: field, .. } = entry.field else { return Ok(Vec::new()) };
        let mut demands: Vec<Demand<'a>> = Vec::new();
        let occurring = self.occurring_types(place, &entry.on);
        for ty in occurring.iter() {
            let Some(subgraph) = self.choose(Objects { place, ty }, entry, forced) else {
                let name = &self.graph.field(field).name;
                return Err(PlanError::unreachable_field(self.graph, ty, name));
            };
            match demands.iter_mut().find(|demand| demand.subgraph == subgraph) {
                Some(demand) => {
                    demand.on.insert(ty);
                }
                None => {
                    let mut on = self.graph.empty_type_set();
                    on.insert(ty);
                    demands.push(Demand { entry, field, on, subgraph });
                }
            }
        }
        Ok(demands)
    }

    fn has_requirement(&self, demand: &Demand<'_>) -> bool {
        let name = &self.graph.field(demand.field).name;
        demand.on.iter().any(|ty| {
            let at = self.graph.field_at(ty, name, demand.subgraph);
            at.is_some_and(|at| at.requires.is_some())
        })
    }

    /// The sites that are to answer the demand, with the types each is for.
    fn open(
        &mut self,
        place: PlaceId,
        demand: &Demand<'a>,
    ) -> Result<Vec<(Site, TypeSet)>, PlanError> {
        let mut by_site: Vec<(Site, TypeSet)> = Vec::new();
        for ty in demand.on.iter() {
            let objects = Objects { place, ty };
            let site = self.site_for_field(objects, demand.field, demand.subgraph)?;
            match by_site.iter_mut().find(|(one, _)| one.node == site.node) {
                Some((_, on)) => {
                    on.insert(ty);
                }
                None => {
                    let mut on = self.graph.empty_type_set();
                    on.insert(ty);
                    by_site.push((site, on));
                }
            }
        }
        Ok(by_site)
    }

    /// Writes the field into the fetches; gives the places below it that are to be planned.
    fn add_demand(
        &mut self,
        place: PlaceId,
        demand: &Demand<'a>,
        sites: Vec<(Site, TypeSet)>,
    ) -> Result<Vec<(PlaceId, SelectionId)>, PlanError> {
        let entry = demand.entry;
        let EntryField::Field { arguments, .. } = &entry.field else { return Ok(Vec::new()) };
        let name = self.graph.field(demand.field).name.clone();
        let mut children = Vec::new();
        for (site, on) in sites {
            let field = NewField {
                response_key: entry.response_key.clone(),
                name: name.clone(),
                arguments: arguments.clone(),
                on,
                when: self.operation.condition(entry.when).clone(),
                is_requirement: false,
            };
            let Some(selection) = entry.child else {
                self.fetches.add_leaf(site.node, field)?;
                continue;
            };
            let child = self.descend(place, &site, demand.field, field)?;
            self.places.set_selection(child, selection);
            children.push((child, selection));
        }
        Ok(children)
    }

    /// Of an entry's types, those that an object at the place can really have.
    fn occurring_types(&self, place: PlaceId, on: &TypeSet) -> TypeSet {
        match self.places.occurring(place) {
            Some(occurring) => on.intersection(occurring),
            None => on.clone(),
        }
    }
}

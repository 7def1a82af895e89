//! The walk: states, in the order of the length of the queries that lead to them.

use std::collections::VecDeque;

use apollo_compiler::ast::OperationType;
use apollo_compiler::collections::{HashMap, HashSet, IndexMap};
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Schema};

use super::contexts::{Contexts, ContextsSet};
use super::labels::Labels;
use super::{TooManyStates, Unsatisfiable};
use crate::query_graph::{FieldId, QueryGraph, TypeId};
use crate::reach::{LabelValues, Provided, ReachId, Reaches, Station};
use crate::supergraph::{SubgraphId, Supergraph};

/// A state's place in [`Walk::states`].
pub(super) type StateId = usize;

/// Objects of one type, and where they can be had.
#[derive(Debug)]
pub(super) struct State {
    pub(super) ty: TypeId,
    pub(super) reach: ReachId,
    pub(super) labels: LabelValues,
    /// The contexts that the objects above set.
    pub(super) contexts: ContextsSet,
    /// The field that leads here, and the state it is a field of; none for a root.
    pub(super) via: Option<(StateId, FieldId)>,
}

/// What a state can do: which entrances can be taken, with what is provided there.
#[derive(Debug)]
struct Power<'g> {
    entrances: Vec<(usize, Provided<'g>)>,
    labels: LabelValues,
    contexts: ContextsSet,
}

impl Power<'_> {
    fn is_within(&self, other: &Self) -> bool {
        let is_taken = |(entrance, provided): &(usize, Provided<'_>)| {
            let found = other.entrances.binary_search_by_key(entrance, |(one, _)| *one);
            found.is_ok_and(|found| provided.is_within(&other.entrances[found].1))
        };
        self.contexts.is_subset(&other.contexts)
            && self.labels.iter().all(|label| other.labels.contains(label))
            && self.entrances.iter().all(is_taken)
    }
}

/// More ways than this of having one type's objects, none within another, are too many: each is
/// compared with all others.
const WAYS_MAX: usize = 1_000;

/// How far the walk is, and what it has found.
#[derive(Debug, Default)]
pub(super) struct Progress<'g> {
    visited: HashMap<TypeId, Vec<Power<'g>>>,
    queue: VecDeque<StateId>,
    /// Some type's objects can be had in more ways than can be compared.
    has_too_many_ways: bool,
    failed: HashSet<(TypeId, Option<FieldId>)>,
    pub(super) failures: Vec<Unsatisfiable>,
}

/// The walk under way.
pub(super) struct Walk<'g> {
    pub(super) schema: &'g Schema,
    pub(super) graph: &'g QueryGraph,
    pub(super) reaches: Reaches<'g>,
    pub(super) labels: Labels,
    contexts: Contexts,
    pub(super) states: Vec<State>,
    pub(super) progress: Progress<'g>,
    states_max: usize,
    /// The visible fields of each object type, found when first asked for.
    fields: HashMap<TypeId, Vec<FieldId>>,
    /// The subgraph whose mutation is called, where only one may be.
    pub(super) called: Option<SubgraphId>,
}

impl<'g> Walk<'g> {
    pub(super) fn new(
        supergraph: &'g Supergraph,
        graph: &'g QueryGraph,
        states_max: usize,
    ) -> Self {
        Self {
            schema: &supergraph.schema,
            graph,
            reaches: Reaches::new(graph),
            labels: Labels::new(graph),
            contexts: Contexts::new(supergraph, graph),
            states: Vec::new(),
            progress: Progress::default(),
            states_max,
            fields: HashMap::default(),
            called: None,
        }
    }

    pub(super) fn check(mut self) -> Result<Vec<Unsatisfiable>, TooManyStates> {
        let operation_types =
            [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
        for operation_type in operation_types {
            let Some(root) = self.graph.root(operation_type) else { continue };
            let stations = self.graph.ty(root).in_subgraphs.iter().map(|at| Station {
                subgraph: at.subgraph,
                ty: root,
                provided: Provided::default(),
            });
            let stations: Vec<_> = stations.collect();
            self.enter(root, &stations, &LabelValues::new(), None);
        }
        self.walk()?;
        Ok(self.progress.failures)
    }

    /// Takes every state from the queue and looks at its fields.
    pub(super) fn walk(&mut self) -> Result<(), TooManyStates> {
        while let Some(state) = self.progress.queue.pop_front() {
            if self.states.len() > self.states_max || self.progress.has_too_many_ways {
                return Err(TooManyStates);
            }
            let State { ty, reach, .. } = self.states[state];
            if !self.reaches.knows_type(reach) {
                self.fail(state, None, &LabelValues::new());
            }
            for field in self.visible_fields(ty) {
                for labels in self.label_values(state, field) {
                    self.take(state, field, &labels)?;
                }
            }
        }
        Ok(())
    }

    /// Objects of a type are available at some stations: one state for each combination of the
    /// labels that decide where else they are.
    pub(super) fn enter(
        &mut self,
        ty: TypeId,
        stations: &[Station<'g>],
        labels: &LabelValues,
        via: Option<(StateId, FieldId)>,
    ) {
        let labels = self.labels.that_matter_below(ty, labels);
        let above = via.map(|(parent, _)| &self.states[parent]);
        let contexts =
            above.map(|above| self.contexts.below(&above.contexts, above.ty)).unwrap_or_default();
        for labels in self.labels.combinations_for_keys(ty, &labels) {
            let reach = self.reaches.reach_at(ty, stations.to_vec(), labels.clone());
            let entrances = self.taken(reach);
            let power = Power { entrances, labels: labels.clone(), contexts: contexts.clone() };
            let visited = self.progress.visited.entry(ty).or_default();
            if visited.iter().any(|known| known.is_within(&power)) {
                continue;
            }
            visited.retain(|known| !power.is_within(known));
            visited.push(power);
            self.progress.has_too_many_ways |= visited.len() > WAYS_MAX;
            self.progress.queue.push_back(self.states.len());
            self.states.push(State { ty, reach, labels, contexts: contexts.clone(), via });
        }
    }

    fn taken(&self, reach: ReachId) -> Vec<(usize, Provided<'g>)> {
        let count = self.reaches.entrances(reach).all().len();
        let taken = (0..count).filter(|entrance| self.reaches.jump(reach, *entrance).is_some());
        taken.map(|entrance| (entrance, self.reaches.provided(reach, entrance).clone())).collect()
    }

    /// The combinations of the labels on a field that the state says nothing about yet.
    fn label_values(&self, state: StateId, field: FieldId) -> Vec<LabelValues> {
        let known = &self.states[state].labels;
        self.labels.combinations_for_field(field, known)
    }

    /// Goes down a field, wherever it can be resolved.
    fn take(
        &mut self,
        state: StateId,
        field: FieldId,
        labels: &LabelValues,
    ) -> Result<(), TooManyStates> {
        let reach = self.reach_with(state, labels);
        let mut providers = self.providers(state, reach, field).peekable();
        if providers.peek().is_none() {
            drop(providers);
            self.fail(state, Some(field), labels);
            return Ok(());
        }
        if self.graph.is_leaf(self.graph.field(field).named_type) {
            return Ok(());
        }
        let providers: Vec<usize> = providers.collect();
        let is_mutation = self.graph.root(OperationType::Mutation) == Some(self.states[state].ty);
        if is_mutation && providers.len() > 1 {
            return self.take_mutation(state, field, &providers, labels);
        }
        self.go_down(state, field, &providers, labels);
        Ok(())
    }

    /// The entrances that resolve a field of a state, below the contexts that are set there.
    fn providers(
        &self,
        state: StateId,
        reach: ReachId,
        field: FieldId,
    ) -> impl Iterator<Item = usize> {
        let name = &self.graph.field(field).name;
        let set = &self.states[state].contexts;
        let entrances = self.reaches.entrances(reach);
        self.reaches.declaring(reach, name).filter(move |entrance| {
            let subgraph = entrances.all()[*entrance].subgraph;
            self.reaches.resolves(reach, *entrance, name).is_some()
                && self.contexts.allow(set, field, subgraph)
        })
    }

    /// Enters the states below a field that some entrances resolve.
    pub(super) fn go_down(
        &mut self,
        state: StateId,
        field: FieldId,
        providers: &[usize],
        labels: &LabelValues,
    ) {
        let reach = self.reach_with(state, labels);
        for (ty, stations) in self.below(reach, field, providers) {
            self.enter(ty, &stations, labels, Some((state, field)));
        }
    }

    /// The objects below a field, with where they are available.
    fn below(
        &self,
        reach: ReachId,
        field: FieldId,
        providers: &[usize],
    ) -> IndexMap<TypeId, Vec<Station<'g>>> {
        let node = self.graph.field(field);
        let parent = node.parent;
        let mut found: IndexMap<TypeId, Vec<Station<'g>>> = IndexMap::default();
        let entrances = self.reaches.entrances(reach);
        for entrance in providers {
            let Some(at) = self.reaches.resolves(reach, *entrance, &node.name) else { continue };
            let mut provided = self.reaches.provided(reach, *entrance).below(parent, &node.name);
            provided.extend(&Provided::of(at.provides.as_ref()));
            let subgraph = entrances.all()[*entrance].subgraph;
            for (ty, as_type) in self.graph.objects_at(at.named_type, subgraph) {
                if self.is_visible_type(ty) {
                    let provided = provided.clone();
                    let station = Station { subgraph, ty: as_type, provided };
                    found.entry(ty).or_default().push(station);
                }
            }
        }
        found
    }

    /// The state's reach, or the one with more label values.
    fn reach_with(&mut self, state: StateId, labels: &LabelValues) -> ReachId {
        let State { reach, labels: known, .. } = &self.states[state];
        if labels == known { *reach } else { self.reaches.with_labels(*reach, labels.clone()) }
    }

    fn fail(&mut self, state: StateId, field: Option<FieldId>, labels: &LabelValues) {
        let ty = self.states[state].ty;
        if !self.progress.failed.insert((ty, field)) {
            return;
        }
        let reach = self.reach_with(state, labels);
        let query = self.query(state, field);
        let name = field.map(|field| &self.graph.field(field).name);
        let mut obstacles = self.reaches.obstacles(reach, name);
        let set = &self.states[state].contexts;
        for obstacle in &mut obstacles {
            let unset = field.and_then(|it| self.contexts.obstacle(set, it, obstacle.subgraph));
            if let (Some(sentence), true) = (unset, obstacle.is_available) {
                obstacle.sentence = sentence;
            }
        }
        let labels = labels.iter().filter_map(|(label, is_set)| {
            let name = self.graph.labels().get(usize::try_from(*label).ok()?)?;
            Some((name.clone(), *is_set))
        });
        self.progress.failures.push(Unsatisfiable {
            ty,
            field,
            query,
            labels: labels.collect(),
            obstacles,
            called: self.called,
        });
    }

    /// The fields that clients see of an object type, in the schema's order.
    fn visible_fields(&mut self, ty: TypeId) -> Vec<FieldId> {
        if let Some(fields) = self.fields.get(&ty) {
            return fields.clone();
        }
        let name = &self.graph.ty(ty).name;
        let object = self.schema.get_object(name);
        let fields = object.into_iter().flat_map(|object| &object.fields);
        let fields = fields.filter(|(_, field)| self.is_visible_field(field));
        let fields: Vec<FieldId> =
            fields.filter_map(|(name, _)| self.graph.field_id(ty, name)).collect();
        self.fields.insert(ty, fields.clone());
        fields
    }

    fn is_visible_field(&self, field: &FieldDefinition) -> bool {
        !field.directives.has("inaccessible") && self.is_visible(field.ty.inner_named_type())
    }

    fn is_visible_type(&self, ty: TypeId) -> bool {
        self.is_visible(&self.graph.ty(ty).name)
    }

    fn is_visible(&self, name: &Name) -> bool {
        let definition = self.schema.types.get(name).map(ExtendedType::directives);
        definition.is_none_or(|directives| !directives.has("inaccessible"))
    }
}

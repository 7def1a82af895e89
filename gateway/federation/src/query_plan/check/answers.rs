//! What the answer to a fetch puts where: its documents, followed beside the shapes.

use std::collections::BTreeMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{self, Selection};

use super::documents::{FetchDocument, applies, directives};
use super::{Checker, Creation, Fill, Join};
use crate::operation::Condition;
use crate::query_graph::{FieldAt, FieldSetItem, OverrideLabel, TypeId, TypeSet};
use crate::query_plan::{
    EntityTarget, FetchId, FetchTarget, PositionId, Representation, ShapeId, SlotId,
};
use crate::supergraph::SubgraphId;

/// One selection set of a document, on a type of the subgraph; none below `_entities`.
#[derive(Clone)]
struct Source<'a> {
    selections: &'a [Selection],
    parent: Option<TypeId>,
    when: Condition,
}

/// A place in a document that has been followed: fetch, shape, selection sets, runtime types, what
/// is provided.
pub(super) type Walk =
    (FetchId, ShapeId, Vec<(usize, Option<TypeId>, Condition)>, TypeSet, Vec<usize>);

/// Where in a document we are.
struct Scope<'a> {
    fetch: FetchId,
    subgraph: SubgraphId,
    shape: ShapeId,
    sources: Vec<Source<'a>>,
    /// The runtime types that objects can have here.
    types: TypeSet,
    /// External fields that can be read here all the same.
    provided: Vec<&'a FieldSetItem>,
    /// The entities themselves: here fields may have requirements.
    is_entity: bool,
}

/// A field of the document, for some runtime types.
struct Occurrence<'a> {
    field: &'a ast::Field,
    parent: Option<TypeId>,
    on: TypeSet,
    when: Condition,
}

/// What is below a composite field, for runtime types alike.
struct Below<'a> {
    types: TypeSet,
    named_type: TypeId,
    provided: Vec<&'a FieldSetItem>,
}

impl<'a> Checker<'a> {
    /// Follows a fetch's document.
    pub(super) fn answer(&mut self, id: FetchId, document: &FetchDocument<'a>) {
        let plan = self.plan;
        match &plan.fetch(id).target {
            FetchTarget::Root { shape, when, .. } => {
                let parent = plan.position(plan.shape(*shape).position).ty;
                let types = TypeSet::from(parent);
                self.join(id, (plan.shape(*shape).position, *shape), &types, when);
                self.walk(
                    document,
                    &self.scope(id, *shape, (document.selections, Some(parent)), types),
                );
            }
            FetchTarget::Entities(inputs) => {
                for input in inputs {
                    let Some(selections) = document.input(input) else {
                        let key = &input.response_key;
                        self.find(format!("fetch {}: `{key}` is not asked for as stated", id.0));
                        continue;
                    };
                    for target in &input.targets {
                        self.target(id, target, document, selections);
                    }
                }
            }
        }
    }

    fn scope(
        &self,
        fetch: FetchId,
        shape: ShapeId,
        (selections, parent): (&'a [Selection], Option<TypeId>),
        types: TypeSet,
    ) -> Scope<'a> {
        Scope {
            fetch,
            subgraph: self.plan.fetch(fetch).subgraph,
            shape,
            sources: vec![Source { selections, parent, when: Condition::always() }],
            types,
            provided: Vec::new(),
            is_entity: parent.is_none(),
        }
    }

    fn join(
        &mut self,
        fetch: FetchId,
        (position, shape): (PositionId, ShapeId),
        on: &TypeSet,
        when: &Condition,
    ) {
        let join = Join { fetch, shape, on: on.clone(), when: when.clone() };
        self.joins.entry(position).or_default().push(join);
    }

    fn target(
        &mut self,
        id: FetchId,
        target: &'a EntityTarget,
        document: &FetchDocument<'a>,
        selections: &'a [Selection],
    ) {
        let occurring = self.occurring(target.position);
        for representation in &target.representations {
            let types = representation.on.intersection(&occurring);
            self.required.clear();
            let scope = self.scope(id, target.shape, (selections, None), types.clone());
            self.only_known(&scope, representation);
            self.walk(document, &scope);
            let required = std::mem::take(&mut self.required);
            self.representation(id, target, representation, &required);
            self.join(id, (target.position, target.shape), &types, &target.when);
        }
        self.contexts(id, target);
    }

    /// The `__typename` of a representation is a type of the subgraph, one that has these objects.
    fn only_known(&mut self, scope: &Scope<'a>, representation: &Representation) {
        let name = &representation.type_name;
        let ty = self.graph.type_id(name);
        let known = ty.map(|ty| self.narrow(&scope.types, ty, scope.subgraph));
        if known.is_none_or(|known| known.is_empty() && !scope.types.is_empty()) {
            let id = scope.fetch.0;
            self.find(format!("fetch {id}: `{name}` is none of the types of its entities there"));
        }
    }

    /// Those of some objects that a type condition lets through.
    fn narrow(&self, types: &TypeSet, ty: TypeId, subgraph: SubgraphId) -> TypeSet {
        match self.graph.type_at(ty, subgraph) {
            None => TypeSet::default(),
            Some(at) if at.is_interface_object => types.intersection(&self.graph.ty(ty).possible),
            Some(at) => types.intersection(&at.possible),
        }
    }

    fn walk(&mut self, document: &FetchDocument<'a>, scope: &Scope<'a>) {
        let sources = scope.sources.iter();
        let sources =
            sources.map(|it| (it.selections.as_ptr() as usize, it.parent, it.when.clone()));
        let provided = scope.provided.iter().map(|it| std::ptr::from_ref(*it) as usize).collect();
        let walk = (scope.fetch, scope.shape, sources.collect(), scope.types.clone(), provided);
        if !scope.is_entity && !self.walked.insert(walk) {
            return;
        }
        let mut occurrences: BTreeMap<&'a Name, Vec<Occurrence<'a>>> = BTreeMap::new();
        for source in &scope.sources {
            self.collect(document, (scope, &scope.types), source, &mut occurrences);
        }
        for (key, fields) in &occurrences {
            for occurrence in fields {
                self.check_occurrence(scope, occurrence);
            }
            let shape = self.plan.shape(scope.shape);
            let is_read = shape.fields.iter().any(|field| field.response_key == **key);
            let is_filler =
                fields.iter().all(|one| one.field.name == "__typename") && occurrences.len() == 1;
            if !is_read && !is_filler {
                let (id, shape) = (scope.fetch.0, scope.shape.0);
                self.find(format!("fetch {id}: nobody reads `{key}` (shape {shape})"));
            }
        }
        self.fill(document, scope, &occurrences);
    }

    /// CollectFields (GraphQL §6.3.2) for all runtime types at once.
    fn collect(
        &mut self,
        document: &FetchDocument<'a>,
        (scope, types): (&Scope<'a>, &TypeSet),
        source: &Source<'a>,
        occurrences: &mut BTreeMap<&'a Name, Vec<Occurrence<'a>>>,
    ) {
        for selection in source.selections {
            let Some(when) = applies(&source.when, directives(selection)) else {
                self.find(format!("fetch {}: a directive it should not have", scope.fetch.0));
                continue;
            };
            let (condition, selections) = match selection {
                Selection::Field(field) => {
                    let on = types.clone();
                    let one = Occurrence { field, parent: source.parent, on, when };
                    occurrences.entry(field.response_name()).or_default().push(one);
                    continue;
                }
                Selection::InlineFragment(one) => (one.type_condition.as_ref(), &one.selection_set),
                Selection::FragmentSpread(spread) => {
                    let Some(one) = document.fragments.get(&spread.fragment_name) else {
                        self.find(format!("fetch {}: a fragment is missing", scope.fetch.0));
                        continue;
                    };
                    (Some(&one.type_condition), &one.selection_set)
                }
            };
            let (mut parent, mut on) = (source.parent, types.clone());
            if let Some(condition) = condition {
                parent = self.graph.type_id(condition);
                let known = parent.filter(|ty| self.graph.type_at(*ty, scope.subgraph).is_some());
                let Some(ty) = known else {
                    let id = scope.fetch.0;
                    self.find(format!("fetch {id}: there is no type `{condition}` there"));
                    continue;
                };
                on = self.narrow(&on, ty, scope.subgraph);
            }
            let inner = Source { selections, parent, when };
            self.collect(document, (scope, &on), &inner, occurrences);
        }
    }

    /// A field as its subgraph has it, for objects of one runtime type.
    fn field_at(&self, scope: &Scope<'a>, one: &Occurrence<'a>, ty: TypeId) -> Option<&'a FieldAt> {
        let parent = one.parent?;
        let at = self.graph.type_at(parent, scope.subgraph)?;
        let ty = if at.is_interface_object { parent } else { ty };
        self.graph.field_at(ty, &one.field.name, scope.subgraph)
    }

    fn check_occurrence(&mut self, scope: &Scope<'a>, one: &Occurrence<'a>) {
        let graph = self.graph;
        let (id, name) = (scope.fetch.0, &one.field.name);
        if name == "__typename" {
            return;
        }
        let on_itself = one.parent.and_then(|parent| graph.field_at(parent, name, scope.subgraph));
        if on_itself.is_none() {
            let parent = one.parent.map_or("_Entity", |parent| &graph.ty(parent).name);
            self.find(format!("fetch {id}: there is no field `{parent}.{name}` there"));
            return;
        }
        for ty in one.on.iter() {
            let coordinate = format!("{}.{name}", graph.ty(ty).name);
            let Some(at) = self.field_at(scope, one, ty) else {
                self.find(format!("fetch {id}: there is no field `{coordinate}` there"));
                continue;
            };
            let is_provided =
                scope.provided.iter().any(|item| item.name == *name && item.applies_to(ty));
            let is_on = |label: OverrideLabel| {
                let value = self.labels.get(label.label as usize).copied();
                value.unwrap_or_default() == label.is_set
            };
            if !at.label.is_none_or(is_on) || at.is_overridden || (at.is_external && !is_provided) {
                self.find(format!("fetch {id}: `{coordinate}` is not resolved there"));
            }
            self.is_told_contexts(scope.fetch, at, &one.field.arguments);
            match &at.requires {
                Some(requires) if scope.is_entity => self.required.push((ty, requires)),
                Some(_) if !is_provided => {
                    self.find(format!("fetch {id}: `{coordinate}` is not told what it requires"));
                }
                _ => {}
            }
        }
    }

    /// Puts what the shape reads into the slots.
    fn fill(
        &mut self,
        document: &FetchDocument<'a>,
        scope: &Scope<'a>,
        occurrences: &BTreeMap<&'a Name, Vec<Occurrence<'a>>>,
    ) {
        let shape = self.plan.shape(scope.shape);
        for (place, field) in shape.fields.iter().enumerate() {
            let asked = occurrences.get(&field.response_key).into_iter().flatten();
            let mut read = Vec::new();
            for one in asked {
                let on = field.on.as_ref().map_or(one.on.clone(), |on| on.intersection(&one.on));
                if !on.is_empty() {
                    self.keep(scope, (shape.position, field.slot), one, &on);
                    read.push((one, on));
                }
            }
            if !read.is_empty() {
                self.read_in.insert((scope.shape, place));
            }
            let Some(child) = field.child else {
                if read.iter().any(|(one, _)| !one.field.selection_set.is_empty()) {
                    let (id, key) = (scope.fetch.0, &field.response_key);
                    self.find(format!("fetch {id}: the object `{key}` is read as a leaf"));
                }
                continue;
            };
            for below in self.below_of(scope, &read) {
                self.create(scope, (shape.position, field.slot), child, &below);
                let types = self.types_at(below.named_type, scope.subgraph);
                let sources = self.sources_below(scope, &read, &below.types);
                let (fetch, subgraph) = (scope.fetch, scope.subgraph);
                let provided = below.provided;
                let is_entity = false;
                let inner =
                    Scope { fetch, subgraph, shape: child, sources, types, provided, is_entity };
                self.walk(document, &inner);
            }
        }
    }

    /// The runtime types that a value of a type can have when it comes from a subgraph.
    fn types_at(&self, ty: TypeId, subgraph: SubgraphId) -> TypeSet {
        self.narrow(&self.graph.ty(ty).possible, ty, subgraph)
    }

    fn keep(
        &mut self,
        scope: &Scope<'a>,
        (position, slot): (PositionId, SlotId),
        one: &Occurrence<'a>,
        on: &TypeSet,
    ) {
        let is_object = one.parent.and_then(|parent| self.graph.type_at(parent, scope.subgraph));
        if one.field.name == "__typename" && is_object.is_some_and(|at| at.is_interface_object) {
            let id = scope.fetch.0;
            self.find(format!("fetch {id}: an interface object does not know its `__typename`"));
        }
        let fill = Fill { on: on.clone(), when: one.when.clone() };
        self.fills.entry((scope.fetch, scope.shape, slot)).or_default().push(fill);
        for ty in on.iter() {
            let own = self.own_arguments(scope.fetch, &one.field.arguments);
            let content = (&one.field.name, own);
            let known = *self.contents.entry((position, slot, ty)).or_insert(content);
            if known != content {
                let (id, position, slot) = (scope.fetch.0, position.0, slot.0);
                self.find(format!("fetch {id}: slot {position}.{slot} holds two different fields"));
            }
        }
    }

    fn create(
        &mut self,
        scope: &Scope<'a>,
        (position, slot): (PositionId, SlotId),
        shape: ShapeId,
        below: &Below<'a>,
    ) {
        let types = self.types_at(below.named_type, scope.subgraph);
        let child = self.plan.shape(shape).position;
        let origins = self.origins.entry(child).or_default();
        for ty in below.types.iter() {
            let creations = origins.entry((position, slot, ty)).or_default();
            let fetch = scope.fetch;
            let same = |one: &&mut Creation| one.fetch == fetch && one.shape == shape;
            match creations.iter_mut().find(same) {
                Some(known) => known.types.extend(&types),
                None => creations.push(Creation { fetch, shape, types: types.clone() }),
            }
        }
    }

    /// The runtime types of a composite field's parents, by what is below.
    fn below_of(&self, scope: &Scope<'a>, read: &[(&Occurrence<'a>, TypeSet)]) -> Vec<Below<'a>> {
        let mut all: Vec<Below<'a>> = Vec::new();
        for (one, on) in read {
            for ty in on.iter() {
                let Some(at) = self.field_at(scope, one, ty) else { continue };
                let name = &one.field.name;
                let outer = scope.provided.iter();
                let outer = outer.filter(|item| item.name == *name && item.applies_to(ty));
                let sets = outer.filter_map(|item| item.children.as_ref()).chain(&at.provides);
                let provided: Vec<&FieldSetItem> = sets.flat_map(|set| &set.items).collect();
                let same = |below: &&mut Below<'a>| {
                    below.named_type == at.named_type && below.provided == provided
                };
                match all.iter_mut().find(same) {
                    Some(below) => {
                        below.types.insert(ty);
                    }
                    None => {
                        let types = TypeSet::from(ty);
                        all.push(Below { types, named_type: at.named_type, provided });
                    }
                }
            }
        }
        all
    }

    /// The selection sets below a field of objects of some types, equal ones once.
    fn sources_below(
        &self,
        scope: &Scope<'a>,
        read: &[(&Occurrence<'a>, TypeSet)],
        types: &TypeSet,
    ) -> Vec<Source<'a>> {
        let mut sources: Vec<Source<'a>> = Vec::new();
        for (one, _) in read.iter().filter(|(_, on)| on.intersects(types)) {
            let at = one
                .parent
                .and_then(|parent| self.graph.field_at(parent, &one.field.name, scope.subgraph));
            let selections = &one.field.selection_set[..];
            let parent = at.map(|at| at.named_type);
            let same =
                |known: &&mut Source<'a>| known.parent == parent && known.selections == selections;
            match sources.iter_mut().find(same) {
                Some(known) => known.when = known.when.or(&one.when),
                None => sources.push(Source { selections, parent, when: one.when.clone() }),
            }
        }
        let is_alike = sources.iter().all(|source| source.when == sources[0].when);
        if is_alike {
            sources.iter_mut().for_each(|source| source.when = Condition::always());
        }
        sources
    }
}

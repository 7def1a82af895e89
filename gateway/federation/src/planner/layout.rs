//! The finished plan: places → positions, nodes → shapes, groups → fetches.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, name};

use super::Planner;
use super::batches::{Batch, batches};
use super::contexts::context_values;
use super::documents::{Document, SelectionWriter};
use super::fetch_graph::{Group, GroupId};
use super::places::{Answer, NodeId, PlaceId, PlannedSlot};
use super::reuse::Sources;
use super::wanted::wanted;
use super::wording::{Worded, worded};
use crate::operation::{Condition, EntryField};
use crate::query_graph::TypeSet;
use crate::query_plan::{
    EntityInput, EntityTarget, Fetch, FetchField, FetchId, FetchTarget, OutputField, OutputValue,
    Position, PositionId, QueryPlan, Representation, Reuse, Shape, ShapeField, ShapeId, Slot,
};

pub(super) fn write(planner: &mut Planner<'_>) -> QueryPlan {
    keep_the_rest(planner);
    let position_ids = position_ids(planner);
    let dependencies = planner.fetches.dependencies();
    let batches = batches(planner, &dependencies);
    let mut shapes = Shapes {
        planner,
        positions: &position_ids,
        wanted: wanted(&planner.fetches, &batches),
        ids: BTreeMap::new(),
        shapes: Vec::new(),
    };
    let mut ids: BTreeMap<GroupId, FetchId> = BTreeMap::new();
    for (batch, id) in batches.iter().zip((0u32..).map(FetchId)) {
        ids.extend(batch.groups.iter().map(|group| (*group, id)));
    }
    let sources = Sources::new(planner, &batches);
    let mut fetches = Vec::new();
    for batch in &batches {
        let reuse: Vec<Vec<Reuse>> = batch
            .groups
            .iter()
            .map(|group| {
                let found = sources.of(planner, *group).into_iter();
                let place = |node| planner.fetches.node(node).place;
                let found = found.map(|source| Reuse {
                    from: ids[&source.group],
                    position: position_ids[&place(source.node)],
                    representations: source.representations,
                    copies: source.copies,
                });
                found.collect()
            })
            .collect();
        let before = batch.groups.iter().flat_map(|group| &dependencies[group.index()]);
        let mut depends_on: BTreeSet<FetchId> = before.map(|group| ids[group]).collect();
        depends_on.extend(reuse.iter().flatten().map(|reuse| reuse.from));
        fetches.push(shapes.fetch(batch, reuse, depends_on.into_iter().collect()));
    }
    let shapes = shapes.in_order(&mut fetches);
    let mut order: Vec<(PositionId, PlaceId)> =
        position_ids.iter().map(|(place, position)| (*position, *place)).collect();
    order.sort_unstable();
    let mut positions: Vec<Position> =
        order.iter().map(|(_, place)| position(planner, *place, &position_ids)).collect();
    for fetch in &fetches {
        let FetchTarget::Entities(inputs) = &fetch.target else { continue };
        for target in inputs.iter().flat_map(|input| &input.targets) {
            positions[target.position.index()].is_listed = true;
            for value in &target.contexts {
                for (number, level) in value.levels.iter().enumerate() {
                    let position = &mut positions[level.position.index()];
                    position.is_read_from_below = true;
                    position.is_listed |= number == 0;
                }
            }
            for reuse in &target.reuse {
                positions[reuse.position.index()].is_listed = true;
            }
        }
    }
    for fetch in &fetches {
        let FetchTarget::Root { shape, .. } = fetch.target else { continue };
        let root: &Shape = &shapes[shape.index()];
        positions[root.position.index()].is_listed |= root.position != PositionId::ROOT;
    }
    let parts = planner.operation.parts().to_vec();
    let deliveries = planner.deliveries.clone();
    QueryPlan { fetches, positions, shapes, parts, deliveries }
}

/// Types for which an entry is not expected to occur keep a slot all the same: what comes
/// unexpectedly is null, not left out.
fn keep_the_rest(planner: &mut Planner<'_>) {
    let operation = planner.operation;
    let ids: Vec<PlaceId> = planner.places.ids().collect();
    for id in ids {
        let Some(selection) = planner.places.get(id).selection else { continue };
        let entries = &operation.selection(selection).entries;
        let mut rest: Vec<TypeSet> = entries.iter().map(|entry| entry.on.clone()).collect();
        for answer in &planner.places.get(id).answers {
            rest[answer.entry] = rest[answer.entry].difference(&answer.on);
        }
        for (index, (entry, on)) in entries.iter().zip(rest).enumerate() {
            let is_field = matches!(entry.field, EntryField::Field { .. });
            if is_field && !on.is_empty() {
                let slot = planner.places.leaf_slot(id, &entry.response_key);
                let answer = Answer { entry: index, on, slot, provider: None };
                planner.places.get_mut(id).answers.push(answer);
            }
        }
        // In the order of the entries; those of one entry as they were found.
        planner.places.get_mut(id).answers.sort_by_key(|answer| answer.entry);
    }
}

/// The places in an order in which each comes before those below it.
fn position_ids(planner: &Planner<'_>) -> BTreeMap<PlaceId, PositionId> {
    let below = |id: PlaceId| {
        let slots = planner.places.get(id).slots.iter();
        let children = slots.filter_map(|slot| Some(slot.child.as_ref()?.1));
        children.collect()
    };
    let order = parents_first(planner.places.ids().next().into_iter().collect(), below);
    order.into_iter().zip((0u32..).map(PositionId)).collect()
}

/// Everything below some roots, in an order in which each comes before what is below it.
fn parents_first<T: Copy + Ord>(roots: Vec<T>, below: impl Fn(T) -> Vec<T>) -> Vec<T> {
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    let mut open: Vec<(T, Vec<T>)> = Vec::new();
    for root in roots.into_iter().rev() {
        if done.insert(root) {
            open.push((root, below(root)));
        }
        while let Some((id, children)) = open.last_mut() {
            match children.pop() {
                Some(child) => {
                    if done.insert(child) {
                        open.push((child, below(child)));
                    }
                }
                None => {
                    order.push(*id);
                    open.pop();
                }
            }
        }
    }
    order.reverse();
    order
}

fn position(
    planner: &Planner<'_>,
    id: PlaceId,
    positions: &BTreeMap<PlaceId, PositionId>,
) -> Position {
    let place = planner.places.get(id);
    let slot = |slot: &PlannedSlot| Slot {
        response_key: slot.response_key.clone(),
        child: slot.child.as_ref().and_then(|(_, child)| positions.get(child).copied()),
    };
    let mut output = Vec::new();
    let entries = place.selection.map(|id| planner.operation.selection(id).entries.as_slice());
    for (index, entry) in entries.unwrap_or_default().iter().enumerate() {
        let field = |on: &TypeSet, value, provider| OutputField {
            entry: u32::try_from(index).unwrap_or(u32::MAX),
            response_key: entry.response_key.clone(),
            on: on.clone(),
            when: entry.when,
            value,
            provider,
        };
        match entry.field {
            EntryField::Typename => output.push(field(&entry.on, OutputValue::Typename, None)),
            EntryField::Introspection => {
                output.push(field(&entry.on, OutputValue::Introspection, None));
            }
            EntryField::Field { id, .. } => {
                let start = place.answers.partition_point(|answer| answer.entry < index);
                let answers = place.answers[start..].iter();
                let answers = answers.take_while(|answer| answer.entry == index);
                output.extend(answers.map(|answer| {
                    let value = OutputValue::Field { field: id, slot: answer.slot };
                    field(&answer.on, value, answer.provider.clone())
                }));
            }
        }
    }
    Position {
        ty: place.ty,
        slots: place.slots.iter().map(slot).collect(),
        typename: place.typename,
        is_listed: false,
        is_read_from_below: false,
        output,
        selection: place.selection,
    }
}

/// The shapes of nodes, made when first asked for.
struct Shapes<'a, 'p> {
    planner: &'p Planner<'a>,
    positions: &'p BTreeMap<PlaceId, PositionId>,
    /// When each group is wanted, by its root.
    wanted: BTreeMap<NodeId, Condition>,
    ids: BTreeMap<NodeId, ShapeId>,
    shapes: Vec<Shape>,
}

impl Shapes<'_, '_> {
    fn shape(&mut self, node: NodeId) -> ShapeId {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let planner = self.planner;
        let mut fields = Vec::new();
        let own = planner.fetches.node(node);
        for Worded { field, on, response_key, .. } in worded(planner.graph, own) {
            let child = field.child.map(|child| self.shape(child));
            fields.push(ShapeField { response_key, on, slot: field.slot, child });
        }
        let ty = planner.places.get(own.place).ty;
        simplify(&mut fields, &planner.graph.ty(ty).possible);
        let id = ShapeId(u32::try_from(self.shapes.len()).unwrap_or(u32::MAX));
        self.shapes.push(Shape { position: self.positions[&own.place], fields });
        self.ids.insert(node, id);
        id
    }

    /// Shapes in an order in which each comes before those below it; the fetches follow.
    fn in_order(self, fetches: &mut [Fetch]) -> Vec<Shape> {
        let count = self.shapes.len();
        // A shape is made after those below it.
        let turned =
            |id: ShapeId| ShapeId(u32::try_from(count - 1 - id.index()).unwrap_or(u32::MAX));
        for fetch in fetches {
            match &mut fetch.target {
                FetchTarget::Root { shape, .. } => *shape = turned(*shape),
                FetchTarget::Entities(inputs) => {
                    let targets = inputs.iter_mut().flat_map(|input| &mut input.targets);
                    targets.for_each(|target| target.shape = turned(target.shape));
                }
            }
        }
        let mut shapes = self.shapes;
        shapes.reverse();
        for field in shapes.iter_mut().flat_map(|shape| &mut shape.fields) {
            field.child = field.child.map(turned);
        }
        shapes
    }

    fn fetch(&mut self, batch: &Batch, reuse: Vec<Vec<Reuse>>, depends_on: Vec<FetchId>) -> Fetch {
        let planner = self.planner;
        let groups: Vec<&Group<'_>> =
            batch.groups.iter().map(|id| planner.fetches.group(*id)).collect();
        let subgraph = groups[0].via.subgraph;
        let Group { operation_type, delivery, .. } = *groups[0];
        let roots: Vec<NodeId> = groups.iter().map(|group| group.root).collect();
        let mut writer = SelectionWriter::new(planner, &roots);
        let mut target = self.target(&groups, reuse, &mut writer);
        let used = std::mem::take(&mut writer.variables);
        if let FetchTarget::Entities(inputs) = &mut target {
            name_inputs(inputs, &used);
        }
        let definitions = &planner.operation.definition().variables;
        let names = definitions.iter().map(|definition| definition.name.clone());
        let variables: Vec<Name> = names.filter(|name| used.contains(name)).collect();
        let fragments = writer.into_fragments();
        let service = planner.graph.subgraph(subgraph).name.clone();
        let document = Document {
            operation: planner.operation,
            operation_type,
            variables: &variables,
            target: &target,
            fragments: &fragments,
        };
        let document = document.to_text();
        Fetch {
            subgraph,
            service,
            operation_type,
            delivery,
            depends_on,
            target,
            variables,
            document,
            fragments,
        }
    }

    fn target(
        &mut self,
        groups: &[&Group<'_>],
        reuse: Vec<Vec<Reuse>>,
        writer: &mut SelectionWriter<'_, '_>,
    ) -> FetchTarget {
        let planner = self.planner;
        let mut inputs: Vec<EntityInput> = Vec::new();
        let mut by_selection: HashMap<Vec<FetchField>, Vec<usize>> = HashMap::default();
        for (group, reuse) in groups.iter().zip(reuse) {
            let shape = self.shape(group.root);
            let when = self.wanted[&group.root].clone();
            let Some(representations) = &group.representations else {
                return FetchTarget::Root {
                    shape,
                    when,
                    selection: writer.root(group.root, false),
                };
            };
            let selection = writer.root(group.root, true);
            let target = EntityTarget {
                position: self.positions[&group.place],
                representations: joined(representations),
                shape,
                when,
                reuse,
                contexts: context_values(planner, group, self.positions),
                path: planner.places.get(group.place).path.clone(),
            };
            let alike = by_selection.entry(selection.clone()).or_default();
            let same = alike.iter().copied().find(|index| {
                let first = &inputs[*index].targets[0];
                are_told_alike(&first.representations, &target.representations)
            });
            match same {
                Some(index) => inputs[index].targets.push(target),
                None => {
                    alike.push(inputs.len());
                    inputs.push(EntityInput {
                        response_key: name!("_entities"),
                        variable: name!("representations"),
                        targets: vec![target],
                        selection,
                    });
                }
            }
        }
        FetchTarget::Entities(inputs)
    }
}

/// A condition on types that all objects fulfil is none. Leaves of one key are one.
fn simplify(fields: &mut Vec<ShapeField>, possible: &TypeSet) {
    let mut simple: Vec<ShapeField> = Vec::with_capacity(fields.len());
    for mut field in fields.drain(..) {
        let same = simple.iter_mut().find(|one| {
            one.response_key == field.response_key
                && one.slot == field.slot
                && one.child == field.child
        });
        match same {
            Some(known) => match (&mut known.on, field.on) {
                (Some(on), Some(also)) => on.extend(&also),
                (on, _) => *on = None,
            },
            None => {
                field.on = field.on.filter(|on| !possible.is_subset(on));
                simple.push(field);
            }
        }
    }
    for field in &mut simple {
        field.on = field.on.take().filter(|on| !possible.is_subset(on));
    }
    *fields = simple;
}

/// Types of which the same is told in the same words are told together.
fn joined(representations: &[Representation]) -> Vec<Representation> {
    let mut joined: Vec<Representation> = Vec::new();
    for one in representations {
        let same = |other: &&mut Representation| {
            other.type_name == one.type_name && other.fields == one.fields
        };
        match joined.iter_mut().find(same) {
            Some(known) => known.on.extend(&one.on),
            None => joined.push(one.clone()),
        }
    }
    joined
}

/// Whether equal entities of two positions have equal representations.
fn are_told_alike(one: &[Representation], other: &[Representation]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_told_alike(other))
}

/// `_entities` and `representations`; numbered where there are several.
fn name_inputs(inputs: &mut [EntityInput], used_variables: &BTreeSet<Name>) {
    let is_one = inputs.len() == 1;
    for (number, input) in inputs.iter_mut().enumerate() {
        if !is_one {
            input.response_key = Name::new_unchecked(&format!("_e{number}"));
            input.variable = Name::new_unchecked(&format!("representations_{number}"));
        }
        while used_variables.contains(&input.variable) {
            input.variable = Name::new_unchecked(&format!("_{}", input.variable));
        }
    }
}

//! What the client of a view sees: the view's selections over the objects of the plan.
//!
//! Keys of the translated operation become slots here, once: an execution knows nothing of views.

use std::collections::HashMap;

use federation::operation::ConditionId;
use federation::query_graph::{QueryGraph, TypeId, TypeKind, TypeSet};
use federation::query_plan::{OutputValue, PositionId, QueryPlan, SlotId};
use federation::view::{
    RuntimeTypes, View, ViewField, ViewOperation, ViewSelection, ViewSelectionId, ViewValue,
    WayStep, json_of,
};

use super::output::{
    Branch, LeafKind, Next, Output, OutputId, OutputLayout, OutputSource, RuntimeNames, TypeFacts,
    Way, facts, key_of, leaf_kind, narrowed, place_of, quoted,
};

/// What the client of a view sees of objects; the first is the root.
pub(super) fn compile(
    graph: &QueryGraph,
    view: &View,
    operation: &ViewOperation,
    plan: &QueryPlan,
    conditions: &mut Vec<ConditionId>,
) -> Vec<Output> {
    let mut compiler = Compiler {
        graph,
        view,
        operation,
        plan,
        conditions,
        ids: HashMap::new(),
        open: Vec::new(),
        outputs: Vec::new(),
    };
    compiler.output(operation.root, PositionId::ROOT);
    while let Some((id, selection, position)) = compiler.open.pop() {
        compiler.fill(id, selection, position);
    }
    compiler.outputs
}

struct Compiler<'a> {
    graph: &'a QueryGraph,
    view: &'a View,
    operation: &'a ViewOperation,
    plan: &'a QueryPlan,
    conditions: &'a mut Vec<ConditionId>,
    ids: HashMap<(ViewSelectionId, PositionId), OutputId>,
    /// Those whose fields are not known yet.
    open: Vec<(OutputId, ViewSelectionId, PositionId)>,
    outputs: Vec<Output>,
}

impl Compiler<'_> {
    /// What a selection of the view sees of the objects of a position.
    fn output(&mut self, selection: ViewSelectionId, position: PositionId) -> OutputId {
        if let Some(id) = self.ids.get(&(selection, position)) {
            return *id;
        }
        let id = OutputId(u32::try_from(self.outputs.len()).unwrap_or(u32::MAX));
        let selected = &self.operation.selections[selection.index()];
        self.outputs.push(Output {
            position,
            selection: Some(selected.selection),
            names: self.names(selected),
            fields: Vec::new(),
        });
        self.ids.insert((selection, position), id);
        self.open.push((id, selection, position));
        id
    }

    fn names(&self, selection: &ViewSelection) -> RuntimeNames {
        let name = |ty: TypeId| self.view.graph().ty(ty).name.clone();
        match &selection.runtime_types {
            RuntimeTypes::Only(ty) => RuntimeNames::Only(name(*ty)),
            RuntimeTypes::ByType(types) => RuntimeNames::ByType(
                types.iter().map(|(theirs, own)| (*theirs, name(*own))).collect(),
            ),
        }
    }

    fn fill(&mut self, id: OutputId, selection: ViewSelectionId, position: PositionId) {
        let operation = self.operation;
        let selection = &operation.selections[selection.index()];
        let mut fields = Vec::with_capacity(selection.fields.len());
        for field in &selection.fields {
            self.field(selection, field, position, &mut fields);
        }
        self.outputs[id.index()].fields = fields;
    }

    /// A field; once for each slot in which different types of objects have it.
    fn field(
        &mut self,
        selection: &ViewSelection,
        field: &ViewField,
        position: PositionId,
        fields: &mut Vec<OutputLayout>,
    ) {
        let own = &self.operation.own;
        let entry = &own.selection(selection.selection).entries[field.entry as usize];
        let when = place_of(own, self.conditions, entry.when);
        let mut add = |graph: &QueryGraph, plan: &QueryPlan, on: &TypeSet, source| {
            fields.push(OutputLayout {
                entry: field.entry as usize,
                key: key_of(&entry.response_key),
                on: narrowed(graph, plan.position(position), on),
                when,
                source,
            });
        };
        let (graph, plan) = (self.graph, self.plan);
        match &field.value {
            ViewValue::Typename => add(graph, plan, &field.on, OutputSource::Typename),
            ViewValue::Introspection => add(graph, plan, &field.on, OutputSource::Introspection),
            ViewValue::Field { way, child: Some(child), .. } if way.is_empty() => {
                let facts = self.facts(&field.value);
                let child = self.output(*child, position);
                add(graph, plan, &field.on, OutputSource::Group { child, facts });
            }
            ViewValue::Field { way, default, .. } => {
                let Some((first, rest)) = way.split_first() else { return };
                let mut others = field.on.clone();
                for (on, slot, below) in self.slots(position, first, &field.on) {
                    others = others.difference(&on);
                    let source = self.source(&field.value, slot, (rest, below));
                    add(graph, plan, &on, source);
                }
                // Objects that the way cannot begin at have no value.
                if first.on.is_some() && !others.is_empty() {
                    let facts = self.facts(&field.value);
                    let default = default.as_ref().map(|value| json_of(value).into_bytes());
                    let next = Next::Value(None);
                    let way = Way { slot: None, next, facts, default, joined: None };
                    add(graph, plan, &others, OutputSource::Way(Box::new(way)));
                }
            }
        }
    }

    /// The slots that a step leads to, each with the types of objects that have it.
    fn slots(
        &self,
        position: PositionId,
        step: &WayStep,
        on: &TypeSet,
    ) -> Vec<(TypeSet, SlotId, Option<PositionId>)> {
        let position = self.plan.position(position);
        let on = step.on.as_ref().map_or_else(|| on.clone(), |own| own.intersection(on));
        let mut slots = Vec::new();
        for output in &position.output {
            let OutputValue::Field { slot, .. } = output.value else { continue };
            let on = output.on.intersection(&on);
            if output.response_key == step.response_key && !on.is_empty() {
                slots.push((on, slot, position.slots[slot.index()].child));
            }
        }
        slots
    }

    /// A value that is a slot, or further away.
    fn source(
        &mut self,
        value: &ViewValue,
        slot: SlotId,
        (rest, below): (&[WayStep], Option<PositionId>),
    ) -> OutputSource {
        let facts = self.facts(value);
        let ViewValue::Field { child, default, is_joined, way, .. } = value else {
            return OutputSource::Typename;
        };
        let next = self.next(rest, below, *child);
        let default = default.as_ref().map(|value| json_of(value).into_bytes());
        let joined = is_joined.then(|| way.iter().map(|step| step.lists).sum());
        match (next, default, joined) {
            (Next::Value(child), None, None) => {
                OutputSource::Slot { slot, child, facts, exceptions: Vec::new() }
            }
            (next, default, joined) => {
                OutputSource::Way(Box::new(Way { slot: Some(slot), next, facts, default, joined }))
            }
        }
    }

    fn next(
        &mut self,
        rest: &[WayStep],
        at: Option<PositionId>,
        child: Option<ViewSelectionId>,
    ) -> Next {
        let lists = rest.iter().map(|step| step.lists).sum();
        let Some((first, rest)) = rest.split_first() else {
            let seen = child.zip(at).map(|(child, at)| self.output(child, at));
            return Next::Value(seen);
        };
        let Some(at) = at else { return Next::Value(None) };
        let possible = self.graph.ty(self.plan.position(at).ty).possible.clone();
        let slots = self.slots(at, first, &possible);
        let branches = slots.into_iter().map(|(on, slot, below)| Branch {
            on: narrowed(self.graph, self.plan.position(at), &on),
            slot,
            next: self.next(rest, below, child),
        });
        Next::Through { position: at, branches: branches.collect(), lists }
    }

    /// What the view says of a field, and how its leaves come.
    fn facts(&self, value: &ViewValue) -> TypeFacts {
        let ViewValue::Field { field, enum_values, end, .. } = value else {
            unreachable!("only fields have facts");
        };
        let own = self.view.graph();
        let mut facts = facts(own, *field);
        let name = own.ty(facts.named_type).name.as_str();
        let theirs = self.graph.ty(*end);
        match (&theirs.kind, name) {
            (TypeKind::Enum(_), _) if !enum_values.is_empty() => {
                let values = enum_values.iter().map(|(theirs, own)| (quoted(theirs), quoted(own)));
                facts.leaf = LeafKind::RenamedEnum(values.collect());
            }
            // As it comes: a name, or an identifier that may come as a number.
            (TypeKind::Enum(_), "String") => facts.leaf = leaf_kind(self.graph, *end),
            (TypeKind::Scalar, "String") if theirs.name == "ID" => facts.leaf = LeafKind::Id,
            _ => {}
        }
        facts
    }
}

//! The rounds: new facts about where an object can be had, from those there are.

use std::rc::Rc;

use apollo_compiler::collections::HashSet;

use super::entrance::{EntranceKey, Provided, Station};
use super::{Jump, ReachId, Reaches, Start};
use crate::query_graph::{FieldAt, FieldId, FieldSet, FieldSetItem, TypeId};
use crate::supergraph::SubgraphId;

/// A fact of one round.
enum Fact {
    /// An entrance can be taken by a key.
    Jump(usize, Option<usize>),
    /// The requirement of a field is met at an entrance.
    Met(usize, FieldId),
}

/// A field with what is asked below it, at an entrance.
struct Below<'a, 'g> {
    subgraph: SubgraphId,
    at: &'g FieldAt,
    provided: Provided<'g>,
    fields: &'a FieldSet,
}

impl<'g> Reaches<'g> {
    /// Derives until nothing new can be.
    pub(super) fn settle(&mut self) {
        while let Some(id) = self.pending.pop() {
            if self.advance(id) {
                self.pending.extend(&self.reaches[id.0].askers);
            }
        }
    }

    /// Derives all that can be from what is known; gives whether there was anything.
    fn advance(&mut self, id: ReachId) -> bool {
        let mut is_changed = false;
        loop {
            let round = self.reaches[id.0].round + 1;
            let facts = self.derive(id, round);
            if facts.is_empty() {
                return is_changed;
            }
            is_changed = true;
            let reach = &mut self.reaches[id.0];
            reach.round = round;
            for fact in facts {
                match fact {
                    Fact::Jump(entrance, key) => {
                        reach.jumps[entrance] = Some(Jump { rank: round, key });
                    }
                    Fact::Met(entrance, field) => {
                        reach.met.insert((entrance, field), round);
                    }
                }
            }
        }
    }

    fn derive(&mut self, id: ReachId, round: usize) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.nested.clear();
        let entrances = self.entrances(id);
        let knows_type = self.knows_type(id);
        for (number, entrance) in entrances.all().iter().enumerate() {
            if self.jump(id, number).is_none() {
                let usable = |key: &EntranceKey| key.resolvable && (knows_type || !key.needs_type);
                let key = entrance.keys().iter().position(|key| {
                    usable(key)
                        && self.obtainable(id, &entrance.key_fields(self.graph, *key).items, round)
                });
                if entrance.is_open || key.is_some() {
                    facts.push(Fact::Jump(number, key));
                }
                continue;
            }
            for field in &entrance.requiring {
                if self.requirement_is_met(id, number, *field, round) {
                    facts.push(Fact::Met(number, *field));
                }
            }
        }
        facts
    }

    /// Whether a requirement can be had by now, and brought to the subgraph by a key. Who states a
    /// requirement can be entered for it, be the key resolvable or not.
    fn requirement_is_met(
        &mut self,
        id: ReachId,
        number: usize,
        field: FieldId,
        round: usize,
    ) -> bool {
        let graph = self.graph;
        let entrances = self.entrances(id);
        let entrance = &entrances.all()[number];
        let at = graph.field(field).at(entrance.subgraph);
        let Some(requires) = at.and_then(|at| at.requires.as_ref()) else { return false };
        if self.reaches[id.0].met.contains_key(&(number, field)) {
            return false;
        }
        let has_key = entrance.is_open
            || self.jump(id, number).is_some_and(|jump| jump.key.is_some())
            || entrance
                .keys()
                .iter()
                .any(|key| self.obtainable(id, &entrance.key_fields(graph, *key).items, round));
        has_key && self.obtainable(id, &requires.items, round)
    }

    /// Whether every field of a field set can be had by facts before `rank`. What nobody has as a
    /// whole may be had in parts.
    pub(super) fn obtainable(&mut self, id: ReachId, items: &[FieldSetItem], rank: usize) -> bool {
        items.iter().all(|item| {
            self.is_given(id, item, rank, id) || {
                let parts = self.parts(item);
                parts.len() > 1 && parts.iter().all(|part| self.is_given(id, part, rank, id))
            }
        })
    }

    /// Whether an entrance gives a field with all that is asked below it, by facts before `rank`;
    /// `asker` is told when there are new ones.
    fn is_given(&mut self, id: ReachId, item: &FieldSetItem, rank: usize, asker: ReachId) -> bool {
        !item.applies_to(self.reaches[id.0].start.ty)
            || item.name == "__typename"
            || self.declaring(id, &item.name).collect::<Vec<_>>().into_iter().any(|entrance| {
                self.supply_rank(id, entrance, item, asker).is_some_and(|own| own < rank)
            })
    }

    /// A field with one leaf below it for each: those that no subgraph has together. A value type's
    /// fields may be in several subgraphs, which all give the same object.
    pub(crate) fn parts(&mut self, item: &FieldSetItem) -> Rc<[FieldSetItem]> {
        let key = std::ptr::from_ref(item);
        Rc::clone(self.parts.entry(key).or_insert_with(|| item.by_leaf().into()))
    }

    /// Since which round an entrance gives a field with what is asked below it.
    pub(super) fn supply_rank(
        &mut self,
        id: ReachId,
        entrance: usize,
        item: &FieldSetItem,
        asker: ReachId,
    ) -> Option<usize> {
        let rank = self.jump(id, entrance)?.rank;
        let (field, at) = self.field_at(id, entrance, &item.name)?;
        if !self.is_readable(id, entrance, &item.name, at) {
            return None;
        }
        let rank = match &at.requires {
            Some(_) => *self.reaches[id.0].met.get(&(entrance, field))?,
            None => rank,
        };
        let Some(fields) = &item.children else { return Some(rank) };
        let reach = &self.reaches[id.0];
        let mut provided = reach.provided[entrance].below(reach.start.ty, &item.name);
        provided.extend(&Provided::of(at.provides.as_ref()));
        let subgraph = reach.entrances.all()[entrance].subgraph;
        let below = Below { subgraph, at, provided, fields };
        self.children_obtainable(id, &below, asker).then_some(rank)
    }

    /// Whether the objects below a field give what is asked of them, there or elsewhere.
    fn children_obtainable(&mut self, id: ReachId, below: &Below<'_, 'g>, asker: ReachId) -> bool {
        let graph = self.graph;
        let Below { subgraph, at, provided, fields } = below;
        let objects = graph.objects_at(at.named_type, *subgraph);
        objects.into_iter().all(|(ty, as_type)| {
            let station = Station { subgraph: *subgraph, ty: as_type, provided: provided.clone() };
            if self.gives_locally(ty, &station, fields, &mut HashSet::default()) {
                return true;
            }
            let labels = self.reaches[id.0].start.labels.clone();
            let nested = self.demand(Start { ty, stations: vec![station], labels });
            self.reaches[nested.0].askers.insert(asker);
            let key = (nested, std::ptr::from_ref(*fields));
            if let Some(known) = self.nested.get(&key) {
                return *known;
            }
            let mut items = fields.items.iter();
            let found = items.all(|item| self.is_given(nested, item, usize::MAX, asker));
            self.nested.insert(key, found);
            found
        })
    }

    /// The common case: everything asked is plainly there. `given` is known to be: one that is
    /// not ends the search.
    fn gives_locally(
        &self,
        ty: TypeId,
        station: &Station<'g>,
        fields: &FieldSet,
        given: &mut HashSet<(TypeId, Station<'g>, *const FieldSet)>,
    ) -> bool {
        let graph = self.graph;
        fields.items.iter().all(|item| {
            if !item.applies_to(ty) || item.name == "__typename" {
                return true;
            }
            let Some(at) = graph.field_at(station.ty, &item.name, station.subgraph) else {
                return false;
            };
            let is_plain = at.requires.is_none() && at.label.is_none();
            if !is_plain || (at.is_external && !station.provided.has(ty, &item.name)) {
                return false;
            }
            let Some(children) = &item.children else { return true };
            let mut provided = station.provided.below(ty, &item.name);
            provided.extend(&Provided::of(at.provides.as_ref()));
            let objects = graph.objects_at(at.named_type, station.subgraph);
            objects.into_iter().all(|(ty, as_type)| {
                let provided = provided.clone();
                let below = Station { subgraph: station.subgraph, ty: as_type, provided };
                !given.insert((ty, below.clone(), std::ptr::from_ref(children)))
                    || self.gives_locally(ty, &below, children, given)
            })
        })
    }
}

//! Why a field cannot be had: for each subgraph that could matter, what stands in the way.

use apollo_compiler::Name;

use super::entrance::{Entrance, EntranceKey};
use super::{ReachId, Reaches};
use crate::query_graph::{FieldAt, FieldSet, TypeId};
use crate::supergraph::SubgraphId;

/// Why one subgraph does not give a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle {
    pub(crate) subgraph: SubgraphId,
    /// Whether the object can be had there at all.
    pub(crate) is_available: bool,
    pub(crate) sentence: String,
}

/// Nobody reads the reasons of more subgraphs.
const OBSTACLES_MAX: usize = 12;

impl Reaches<'_> {
    /// Why no subgraph gives a field of the object; `None` for its runtime type.
    pub(crate) fn obstacles(&mut self, id: ReachId, field: Option<&Name>) -> Vec<Obstacle> {
        let entrances = self.entrances(id);
        let mut obstacles = Vec::new();
        for (number, entrance) in entrances.all().iter().enumerate() {
            let sentence = match (self.jump(id, number), field) {
                (Some(_), Some(field)) => self.not_resolved(id, number, field),
                (Some(_), None) => format!(
                    "has `{}` as an interface object, and cannot tell the type",
                    self.graph.ty(entrance.ty).name
                ),
                (None, Some(field)) if !self.could_resolve(entrance, field) => continue,
                (None, _) => self.not_entered(id, entrance),
            };
            let is_available = self.jump(id, number).is_some();
            obstacles.push(Obstacle { subgraph: entrance.subgraph, is_available, sentence });
        }
        obstacles.sort_by_key(|obstacle| !obstacle.is_available);
        obstacles.truncate(OBSTACLES_MAX);
        obstacles
    }

    fn could_resolve(&self, entrance: &Entrance, field: &str) -> bool {
        let at = self.graph.field_at(entrance.ty, field, entrance.subgraph);
        at.is_some_and(|at| !at.is_external)
    }

    /// Why an entrance that can be taken does not give a field.
    fn not_resolved(&mut self, id: ReachId, number: usize, field: &Name) -> String {
        let ty = self.entrances(id).all()[number].ty;
        let coordinate = format!("{}.{field}", self.graph.ty(ty).name);
        let Some((_, at)) = self.field_at(id, number, field) else {
            return format!("has no `{coordinate}`");
        };
        if at.is_overridden {
            return format!("has `{coordinate}` overridden by another subgraph");
        }
        if at.is_external {
            return format!("has `{coordinate}` as `@external` only");
        }
        if let Some(sentence) = self.label_is_off(id, at, &coordinate) {
            return sentence;
        }
        let Some(requires) = &at.requires else { return format!("has `{coordinate}`") };
        match self.missing(id, requires) {
            Some(missing) => format!(
                "resolves `{coordinate}`, whose `@requires(fields: \"{requires}\")` needs \
                 `{missing}`, which cannot be had"
            ),
            None => format!(
                "resolves `{coordinate}`, whose `@requires(fields: \"{requires}\")` cannot be \
                 brought there: no `@key` of `{}` can be had",
                self.graph.ty(ty).name
            ),
        }
    }

    fn label_is_off(&self, id: ReachId, at: &FieldAt, coordinate: &str) -> Option<String> {
        let label = at.label.as_ref()?;
        if self.reaches[id.0].start.labels.contains(&(label.label, label.is_set)) {
            return None;
        }
        let name = &self.graph.labels()[usize::try_from(label.label).ok()?];
        let when = if label.is_set { "where" } else { "unless" };
        Some(format!("resolves `{coordinate}` only {when} the label `{name}` is set"))
    }

    /// Why an entrance cannot be taken.
    fn not_entered(&mut self, id: ReachId, entrance: &Entrance) -> String {
        let ty = &self.graph.ty(entrance.ty).name;
        if entrance.keys().is_empty() {
            return format!("cannot be entered: `{ty}` has no `@key` there");
        }
        let reasons: Vec<String> =
            entrance.keys().iter().map(|key| self.key_fails(id, entrance, *key)).collect();
        format!("cannot be entered by {}", reasons.join(", nor by "))
    }

    fn key_fails(&mut self, id: ReachId, entrance: &Entrance, key: EntranceKey) -> String {
        let fields = entrance.key_fields(self.graph, key);
        let shown = format!("`@key(fields: \"{fields}\")` of `{}`", self.graph.ty(key.ty).name);
        if !key.resolvable {
            return format!("{shown}, which is not resolvable");
        }
        if key.needs_type && !self.knows_type(id) {
            return format!("{shown}: the object's type is not known");
        }
        match self.missing(id, fields) {
            Some(missing) => format!("{shown}: `{missing}` cannot be had"),
            None => shown,
        }
    }

    /// The first field of a field set that cannot be had.
    fn missing(&mut self, id: ReachId, fields: &FieldSet) -> Option<String> {
        let ty: TypeId = self.reaches[id.0].start.ty;
        let mut items = fields.items.iter();
        let item =
            items.find(|item| !self.is_obtainable(id, std::slice::from_ref(*item), usize::MAX))?;
        Some(format!("{}.{}", self.graph.ty(ty).name, item.name))
    }
}

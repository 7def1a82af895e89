//! Where a change is to be seen: on its own line of the subgraphs that have it, or, for what is no
//! longer there, on the line of what it was a part of in the subgraphs that had it.

use federation::diagnostic::Label;
use federation::subgraph::{SchemaPlaces, SubgraphSource, parent_coordinate};
use federation::supergraph::{FieldInSubgraph, SubgraphId, Supergraph, TypeInSubgraph};

use super::baseline::Baseline;

/// The places of the subgraphs as they are and as they were.
pub(super) struct Places<'a> {
    after: Vec<(String, SchemaPlaces)>,
    before: Vec<(String, SchemaPlaces)>,
    supergraph: Option<&'a Supergraph>,
}

impl<'a> Places<'a> {
    pub(super) fn new(after: &[SubgraphSource], baseline: &'a Baseline) -> Self {
        let read = |sources: &[SubgraphSource]| {
            let places = sources.iter().map(|it| (it.name.clone(), SchemaPlaces::read(&it.sdl)));
            places.collect()
        };
        Self {
            after: read(after),
            before: read(&baseline.sources),
            supergraph: baseline.supergraph.as_ref(),
        }
    }

    /// The places of a change, the one to look at first.
    pub(super) fn of(&self, coordinate: &str) -> Vec<Label> {
        let mut labels = find(&self.after, coordinate, |_| true);
        let was = find(&self.before, coordinate, |_| true);
        let is_new = was.is_empty() && self.owners(coordinate).is_some_and(|them| them.is_empty());
        if labels.is_empty() && !is_new {
            labels = self.of_removed(coordinate);
        }
        labels.extend(was.into_iter().map(|label| with_text(label, "before")));
        labels
    }

    /// The nearest thing around it that is still there.
    fn of_removed(&self, coordinate: &str) -> Vec<Label> {
        let owners = self.owners(coordinate);
        let is_owner = |name: &str| owners.as_ref().is_none_or(|them| them.contains(&name));
        let mut open = parent_coordinate(coordinate);
        while let Some(parent) = open {
            let mut labels = find(&self.after, parent, is_owner);
            if labels.is_empty() {
                labels = find(&self.after, parent, |_| true);
            }
            if !labels.is_empty() {
                let text = format!("`{coordinate}` was defined here");
                return labels.into_iter().map(|label| with_text(label, &text)).collect();
            }
            open = parent_coordinate(parent);
        }
        if owners.is_none() {
            return Vec::new();
        }
        let files = self.after.iter().filter(|(name, _)| is_owner(name));
        let text = format!("`{coordinate}` was in this schema");
        files.map(|(_, places)| with_text(places.beginning(), &text)).collect()
    }

    /// The subgraphs that resolved it; none when that is not known.
    fn owners(&self, coordinate: &str) -> Option<Vec<&'a str>> {
        let supergraph = self.supergraph?;
        let element = coordinate.split_once('(').map_or(coordinate, |(element, _)| element);
        let (ty, member) = match element.split_once('.') {
            Some((ty, member)) => (ty, Some(member)),
            None => (element, None),
        };
        let join = supergraph.joins.get(ty);
        let ids: Vec<SubgraphId> = match (join, member) {
            (None, _) => Vec::new(),
            (Some(join), None) => join.in_subgraphs.iter().map(in_subgraph).collect(),
            (Some(join), Some(member)) => {
                let fields = join.fields.get(member).into_iter().flatten();
                let fields = fields.filter(|field| !field.is_external).map(field_in_subgraph);
                let values = join.enum_values.get(member).into_iter().flatten().copied();
                let members = join.union_members.iter().filter(|(_, name)| name == member);
                fields.chain(values).chain(members.map(|(id, _)| *id)).collect()
            }
        };
        Some(ids.into_iter().map(|id| supergraph.subgraph(id).name.as_str()).collect())
    }
}

fn in_subgraph(at: &TypeInSubgraph) -> SubgraphId {
    at.subgraph
}

fn field_in_subgraph(at: &FieldInSubgraph) -> SubgraphId {
    at.subgraph
}

fn find(
    subgraphs: &[(String, SchemaPlaces)],
    coordinate: &str,
    is_asked: impl Fn(&str) -> bool,
) -> Vec<Label> {
    let asked = subgraphs.iter().filter(|(name, _)| is_asked(name));
    asked.filter_map(|(_, places)| places.find(coordinate)).collect()
}

fn with_text(mut label: Label, text: &str) -> Label {
    label.text = text.to_owned();
    label
}

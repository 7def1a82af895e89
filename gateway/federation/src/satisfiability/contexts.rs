//! Contexts: a field that reads one can be resolved only below a type that sets it.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::ExtendedType;

use crate::query_graph::{FieldId, QueryGraph, TypeId};
use crate::supergraph::{SubgraphId, Supergraph};

/// The contexts that are set above a state.
pub(super) type ContextsSet = BTreeSet<u32>;

/// Who sets and who reads the contexts of a graph.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    names: Vec<String>,
    set_by: HashMap<TypeId, ContextsSet>,
    read_by: HashMap<(FieldId, SubgraphId), ContextsSet>,
    /// Roots that are said to set a context, though their fields cannot be asked for once more.
    roots: HashMap<u32, Name>,
}

impl Contexts {
    pub(super) fn new(supergraph: &Supergraph, graph: &QueryGraph) -> Self {
        let mut contexts = Self::default();
        for (parent, join) in &supergraph.joins {
            let Some(ty) = graph.type_id(parent) else { continue };
            for (name, places) in &join.fields {
                let Some(field) = graph.field_id(ty, name) else { continue };
                for at in places.iter().filter(|at| !at.context_arguments.is_empty()) {
                    let read = at.context_arguments.iter().map(|it| contexts.id(&it.context));
                    let read = read.collect();
                    contexts.read_by.insert((field, at.subgraph), read);
                }
            }
        }
        for (name, definition) in &supergraph.schema.types {
            if let Some(ty) = graph.type_id(name) {
                contexts.read_setter(graph, ty, definition);
            }
        }
        contexts
    }

    fn id(&mut self, name: &str) -> u32 {
        let known = self.names.iter().position(|one| one == name);
        let position = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    /// What is set on an interface or union is set on each of its objects; on the roots of
    /// mutations and subscriptions nothing is, because asking for their fields does something.
    fn read_setter(&mut self, graph: &QueryGraph, ty: TypeId, definition: &ExtendedType) {
        for directive in definition.directives().get_all("context") {
            let name = directive.specified_argument_by_name("name");
            let Some(name) = name.and_then(|name| name.as_str()) else { continue };
            let context = self.id(name);
            for object in graph.ty(ty).possible.iter() {
                if graph.is_root(object) && !graph.is_query_root(object) {
                    self.roots.insert(context, graph.ty(object).name.clone());
                    continue;
                }
                self.set_by.entry(object).or_default().insert(context);
            }
        }
    }

    /// What is set for the objects below a field of a type.
    pub(super) fn below(&self, above: &ContextsSet, ty: TypeId) -> ContextsSet {
        above.iter().chain(self.set_by.get(&ty).into_iter().flatten()).copied().collect()
    }

    /// Whether a field may be resolved in a subgraph, below what is set.
    pub(super) fn allow(&self, set: &ContextsSet, field: FieldId, subgraph: SubgraphId) -> bool {
        self.missing(set, field, subgraph).is_none()
    }

    /// Why a field cannot be resolved in a subgraph, below what is set: it reads a context that
    /// nothing above it sets.
    pub(super) fn obstacle(
        &self,
        set: &ContextsSet,
        field: FieldId,
        subgraph: SubgraphId,
    ) -> Option<String> {
        let missing = self.missing(set, field, subgraph)?;
        let context = self.names.get(usize::try_from(missing).ok()?)?;
        let setter = self.roots.get(&missing).map_or_else(
            || "nothing above it sets".to_owned(),
            |root| format!("`{root}` cannot set, whose fields are never asked for once more"),
        );
        Some(format!("reads the context `{context}`, which {setter}"))
    }

    /// The first context that a field reads in a subgraph and that nothing above sets.
    fn missing(&self, set: &ContextsSet, field: FieldId, subgraph: SubgraphId) -> Option<u32> {
        let read = self.read_by.get(&(field, subgraph))?;
        read.iter().find(|context| !set.contains(context)).copied()
    }
}

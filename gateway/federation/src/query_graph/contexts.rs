//! Contextual arguments: which object types set their contexts, and what is read of each.

use apollo_compiler::ast::{Selection, Type};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use super::{FieldSet, QueryGraph, TypeId};
use crate::field_set;
use crate::supergraph::{ContextArgument, Supergraph};

/// An argument of a field whose value comes from the nearest object above that sets its context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextualArgument {
    /// Its name.
    pub name: Name,
    /// Its type in the subgraph.
    pub ty: Type,
    /// For each object type that sets the context, what is read of its objects: one field, down to
    /// one leaf. Nothing where the selection has no part for the type; the value is null then.
    pub read: Vec<(TypeId, FieldSet)>,
}

/// Who sets the contexts of a supergraph: by context the object types, and whether their own
/// definition says so, not that of an interface or union.
#[derive(Default)]
pub(super) struct Contexts {
    set_by: HashMap<String, Vec<(TypeId, bool)>>,
}

impl Contexts {
    pub(super) fn new(graph: &QueryGraph, supergraph: &Supergraph) -> Self {
        let mut contexts = Self::default();
        for (name, definition) in &supergraph.schema.types {
            let Some(ty) = graph.type_id(name) else { continue };
            for directive in definition.directives().get_all("context") {
                let name = directive.specified_argument_by_name("name");
                let Some(name) = name.and_then(|name| name.as_str()) else { continue };
                let set_by = contexts.set_by.entry(name.to_owned()).or_default();
                for object in graph.ty(ty).possible.iter() {
                    match set_by.iter_mut().find(|(one, _)| *one == object) {
                        Some((_, is_own)) => *is_own |= object == ty,
                        None => set_by.push((object, object == ty)),
                    }
                }
            }
        }
        contexts.set_by.values_mut().for_each(|types| types.sort_unstable());
        contexts
    }

    /// What an argument reads of each type that sets its context.
    ///
    /// # Errors
    /// The selection cannot be read.
    pub(super) fn read(
        &self,
        graph: &QueryGraph,
        schema: &Valid<Schema>,
        argument: &ContextArgument,
    ) -> Result<Vec<(TypeId, FieldSet)>, String> {
        let parsed = field_set::FieldSet::read(&argument.selection);
        let selections = parsed.map_err(|error| error.message)?.selections;
        let mut read = Vec::new();
        for (ty, is_own) in self.set_by.get(&argument.context).into_iter().flatten() {
            let mut meant = Vec::new();
            for_type(graph, *ty, &selections, &mut meant);
            if meant.is_empty() {
                read.push((*ty, FieldSet::default()));
                continue;
            }
            let text = field_set::text(&meant);
            match FieldSet::parse(schema, graph, &graph.ty(*ty).name, &text) {
                Ok(fields) => read.push((*ty, fields)),
                Err(message) if *is_own => return Err(message),
                // An object of the interface elsewhere, of which the subgraph knows nothing.
                Err(_) => {}
            }
        }
        if read.is_empty() {
            return Err("no type sets it".to_owned());
        }
        Ok(read)
    }
}

/// The selections that are meant for a type, type conditions taken off.
fn for_type(graph: &QueryGraph, ty: TypeId, selections: &[Selection], meant: &mut Vec<Selection>) {
    for selection in selections {
        let Selection::InlineFragment(fragment) = selection else {
            meant.push(selection.clone());
            continue;
        };
        let condition = fragment.type_condition.as_ref();
        let is_meant = condition.is_none_or(|name| {
            graph.type_id(name).is_some_and(|on| graph.ty(on).possible.contains(ty))
        });
        if is_meant {
            for_type(graph, ty, &fragment.selection_set, meant);
        }
    }
}

/// The names of fields that read a context, or whose requirements have such a field.
pub(super) fn contextual_names(graph: &QueryGraph) -> HashSet<Name> {
    let has_contexts = |at: &&super::FieldAt| !at.context_arguments.is_empty();
    let contextual =
        graph.fields.iter().filter(|field| field.in_subgraphs.iter().any(|at| has_contexts(&at)));
    let mut names: HashSet<Name> = contextual.map(|field| field.name.clone()).collect();
    let mut known = 0;
    while known < names.len() {
        known = names.len();
        for field in &graph.fields {
            let requires = field.in_subgraphs.iter().filter_map(|at| at.requires.as_ref());
            if requires.into_iter().any(|fields| has_any(fields, &names)) {
                names.insert(field.name.clone());
            }
        }
    }
    names
}

fn has_any(fields: &FieldSet, names: &HashSet<Name>) -> bool {
    fields.items.iter().any(|item| {
        let below = item.children.as_ref();
        names.contains(&item.name) || below.is_some_and(|below| has_any(below, names))
    })
}

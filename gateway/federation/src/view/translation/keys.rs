//! Response keys of a translated operation: the field's name, or another where the same name would
//! be two different things.

use apollo_compiler::ast::{Argument, Type};
use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, Node};

use crate::query_graph::{QueryGraph, TypeId};

/// What has been asked under some name, each time differently.
type Askings = Vec<(Vec<Node<Argument>>, Type, Name)>;

/// Keys depend on the type of the place, not on the way to it: what is asked of a type in the same
/// way has the same key everywhere, and is one wherever the ways meet.
pub(super) struct ResponseKeys<'a> {
    graph: &'a QueryGraph,
    given: HashMap<(TypeId, Name), Askings>,
}

impl<'a> ResponseKeys<'a> {
    pub(super) fn new(graph: &'a QueryGraph) -> Self {
        Self { graph, given: HashMap::default() }
    }

    /// The key of a field at a place of a type, with the type that the field has where it is asked
    /// for: fields of one key must agree in that (GraphQL §5.3.2). `is_own` for one that nothing
    /// shares.
    pub(super) fn key(
        &mut self,
        at: TypeId,
        (field, field_type): (&Name, &Type),
        arguments: &[Node<Argument>],
        is_own: bool,
    ) -> Name {
        let askings = self.given.entry((at, field.clone())).or_default();
        let same = |(theirs, ty, _): &&(Vec<Node<Argument>>, Type, Name)| {
            !is_own && theirs.as_slice() == arguments && ty == field_type
        };
        if let Some((_, _, key)) = askings.iter().find(same) {
            return key.clone();
        }
        let key = if askings.is_empty() {
            field.clone()
        } else {
            free_alias(self.graph, at, field, askings)
        };
        askings.push((arguments.to_vec(), field_type.clone(), key.clone()));
        key
    }
}

/// A name that no field has that could be asked for at the same place.
fn free_alias(graph: &QueryGraph, at: TypeId, field: &Name, askings: &Askings) -> Name {
    let is_field = |alias: &str| {
        let possible = graph.ty(at).possible.iter();
        possible.chain([at]).any(|ty| graph.field_id(ty, alias).is_some())
    };
    let mut number = askings.len();
    loop {
        let alias = format!("{field}_{number}");
        if !is_field(&alias)
            && !askings.iter().any(|(_, _, key)| *key == alias.as_str())
            && let Ok(alias) = Name::new(&alias)
        {
            return alias;
        }
        number += 1;
    }
}

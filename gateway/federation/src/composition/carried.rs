//! What is not merged: every subgraph's connectors and cache tags go along as they are, each with
//! the subgraphs that have it alike.

use std::sync::Arc;

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;

use super::element_at::id;
use crate::subgraph::Subgraph;
use crate::supergraph::{JoinDirective, SubgraphId, Supergraph};

pub(super) fn add(supergraph: &mut Supergraph, subgraphs: &[Arc<Subgraph>]) {
    for (index, subgraph) in subgraphs.iter().enumerate() {
        let id = id(index);
        let carried = &subgraph.carried;
        add_to(&mut supergraph.directives, id, &carried.on_schema);
        for (name, directives) in &carried.on_types {
            if let Some(join) = supergraph.joins.get_mut(name) {
                add_to(&mut join.directives, id, directives);
            }
        }
        for ((parent, field), directives) in &carried.on_fields {
            if let Some(join) = supergraph.joins.get_mut(parent)
                && join.fields.contains_key(field)
            {
                let found = join.field_directives.entry(field.clone()).or_default();
                add_to(found, id, directives);
            }
        }
    }
}

fn add_to(found: &mut Vec<JoinDirective>, id: SubgraphId, directives: &[Node<Directive>]) {
    for directive in directives {
        let same = found
            .iter_mut()
            .find(|one| one.name == directive.name && one.arguments == directive.arguments);
        match same {
            Some(one) if one.subgraphs.contains(&id) => {}
            Some(one) => one.subgraphs.push(id),
            None => found.push(JoinDirective {
                subgraphs: vec![id],
                name: directive.name.clone(),
                arguments: directive.arguments.clone(),
            }),
        }
    }
}

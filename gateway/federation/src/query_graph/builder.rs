//! Fills the tables of the query graph from a supergraph.

use std::collections::HashMap;

use apollo_compiler::ast::OperationType;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use indexmap::IndexMap;

use super::{
    FieldAt, FieldId, FieldNode, FieldSet, KeyAt, QueryGraph, TypeAt, TypeId, TypeKind, TypeNode,
    possible_names, root_slot,
};
use crate::diagnostic::Diagnostic;
use crate::supergraph::{FieldInSubgraph, SubgraphId, Supergraph, TypeInSubgraph};

pub(super) fn build(supergraph: &Supergraph) -> Result<QueryGraph, Vec<Diagnostic>> {
    let unsupported = unsupported_features(supergraph);
    if !unsupported.is_empty() {
        return Err(unsupported);
    }
    let mut graph = empty_tables(supergraph);
    fill_possible_types(&mut graph, supergraph);
    fill_fields(&mut graph, supergraph)?;
    fill_joins(&mut graph, supergraph)?;
    Ok(graph)
}

/// What the planner would plan wrongly is refused here, by name.
fn unsupported_features(supergraph: &Supergraph) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (type_name, join) in &supergraph.joins {
        if let Some(at) = join.in_subgraphs.iter().find(|at| at.is_interface_object) {
            let subgraph = &supergraph.subgraph(at.subgraph).name;
            let message = format!("`{type_name}` is an interface object in subgraph `{subgraph}`");
            found.push(unsupported(&message, type_name.to_string()));
        }
        for (field_name, fields) in &join.fields {
            if fields.iter().any(|field| field.override_label.is_some()) {
                let coordinate = format!("{type_name}.{field_name}");
                let message = format!("`{coordinate}` is overridden progressively");
                found.push(unsupported(&message, coordinate));
            }
            if fields.iter().any(|field| !field.context_arguments.is_empty()) {
                let coordinate = format!("{type_name}.{field_name}");
                let message = format!("`{coordinate}` has contextual arguments");
                found.push(unsupported(&message, coordinate));
            }
        }
    }
    found
}

fn unsupported(message: &str, coordinate: String) -> Diagnostic {
    Diagnostic::error("UNSUPPORTED_FEATURE", format!("{message}, which cannot be planned yet"))
        .with_coordinate(coordinate)
}

/// Every type gets its id: objects first, so that type sets are small.
fn empty_tables(supergraph: &Supergraph) -> QueryGraph {
    let types = &supergraph.schema.types;
    let mut names: Vec<(&Name, &ExtendedType)> = types.iter().collect();
    names.sort_by_key(|(_, ty)| !ty.is_object());
    let object_count = names.iter().filter(|(_, ty)| ty.is_object()).count();
    let type_ids: HashMap<Name, TypeId> =
        (0u32..).zip(&names).map(|(id, (name, _))| ((*name).clone(), TypeId(id))).collect();
    let root = |operation_type: OperationType| {
        let name = supergraph.schema.root_operation(operation_type)?;
        type_ids.get(name).copied()
    };
    let mut roots = [None; 3];
    for operation_type in
        [OperationType::Query, OperationType::Mutation, OperationType::Subscription]
    {
        roots[root_slot(operation_type)] = root(operation_type);
    }
    let mut graph = QueryGraph {
        subgraphs: supergraph.subgraphs.clone(),
        types: Vec::with_capacity(names.len()),
        type_ids,
        fields: Vec::new(),
        roots,
        object_count,
    };
    for (name, ty) in names {
        let possible = graph.empty_type_set();
        graph.types.push(TypeNode {
            name: name.clone(),
            kind: kind(ty),
            possible,
            in_subgraphs: Vec::new(),
            fields: HashMap::new(),
        });
    }
    graph
}

fn kind(ty: &ExtendedType) -> TypeKind {
    match ty {
        ExtendedType::Object(_) => TypeKind::Object,
        ExtendedType::Interface(_) | ExtendedType::Union(_) => TypeKind::Abstract,
        ExtendedType::Scalar(_) => TypeKind::Scalar,
        ExtendedType::Enum(definition) => {
            let visible =
                definition.values.iter().filter(|(_, value)| !value.directives.has("inaccessible"));
            TypeKind::Enum(visible.map(|(name, _)| name.clone()).collect())
        }
        ExtendedType::InputObject(_) => TypeKind::Input,
    }
}

fn fill_possible_types(graph: &mut QueryGraph, supergraph: &Supergraph) {
    for index in 0..graph.types.len() {
        let name = graph.types[index].name.clone();
        for possible in possible_names(&supergraph.schema, &name) {
            if let Some(id) = graph.type_id(possible) {
                graph.types[index].possible.insert(id);
            }
        }
    }
}

fn fill_fields(graph: &mut QueryGraph, supergraph: &Supergraph) -> Result<(), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    for (type_name, ty) in &supergraph.schema.types {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        let Some(parent) = graph.type_id(type_name) else { continue };
        for (field_name, field) in fields {
            let Some(named_type) = graph.type_id(field.ty.inner_named_type()) else {
                let coordinate = format!("{type_name}.{field_name}");
                problems.push(invalid(&coordinate, "its type is not defined"));
                continue;
            };
            let id = FieldId(u32::try_from(graph.fields.len()).unwrap_or(u32::MAX));
            graph.fields.push(FieldNode {
                parent,
                name: field_name.clone(),
                ty: field.ty.clone(),
                named_type,
                in_subgraphs: Vec::new(),
            });
            graph.types[parent.index()].fields.insert(field_name.clone(), id);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn invalid(coordinate: &str, what: &str) -> Diagnostic {
    Diagnostic::error("INVALID_FEDERATION_SUPERGRAPH", format!("`{coordinate}`: {what}"))
        .with_coordinate(coordinate)
}

/// What a field set is parsed against, and where its problems go.
struct Joins<'a> {
    supergraph: &'a Supergraph,
    schema: &'a Valid<Schema>,
    problems: Vec<Diagnostic>,
}

fn fill_joins(graph: &mut QueryGraph, supergraph: &Supergraph) -> Result<(), Vec<Diagnostic>> {
    let schema = Valid::assume_valid_ref(&supergraph.schema);
    let mut joins = Joins { supergraph, schema, problems: Vec::new() };
    for (type_name, join) in &supergraph.joins {
        let Some(type_id) = graph.type_id(type_name) else { continue };
        let types_at: Vec<TypeAt> =
            join.in_subgraphs.iter().map(|at| joins.type_at(graph, type_name, at)).collect();
        graph.types[type_id.index()].in_subgraphs = types_at;
        for (field_name, fields) in &join.fields {
            let Some(field_id) = graph.field_id(type_id, field_name) else { continue };
            let fields_at: Vec<FieldAt> =
                fields.iter().filter_map(|field| joins.field_at(graph, field_id, field)).collect();
            graph.fields[field_id.index()].in_subgraphs = fields_at;
        }
    }
    mark_key_fields(graph);
    if joins.problems.is_empty() { Ok(()) } else { Err(joins.problems) }
}

impl Joins<'_> {
    fn type_at(&mut self, graph: &QueryGraph, name: &Name, at: &TypeInSubgraph) -> TypeAt {
        let mut keys = Vec::new();
        for key in &at.keys {
            if let Some(fields) = self.field_set(graph, name, &key.fields, name.as_str()) {
                keys.push(KeyAt { fields, resolvable: key.resolvable });
            }
        }
        TypeAt { subgraph: at.subgraph, keys, possible: self.possible_at(graph, name, at.subgraph) }
    }

    /// The object types a value of `name` can have in one subgraph.
    fn possible_at(&self, graph: &QueryGraph, name: &Name, at: SubgraphId) -> super::TypeSet {
        let mut possible = graph.empty_type_set();
        let joins: &IndexMap<_, _> = &self.supergraph.joins;
        for candidate in possible_names(&self.supergraph.schema, name) {
            let there = candidate == name
                || joins.get(name).is_some_and(|join| {
                    join.union_members.iter().any(|(one, member)| *one == at && member == candidate)
                })
                || joins.get(candidate).is_some_and(|join| {
                    join.implements.iter().any(|(one, interface)| *one == at && interface == name)
                });
            if let (true, Some(id)) = (there, graph.type_id(candidate)) {
                possible.insert(id);
            }
        }
        possible
    }

    fn field_at(
        &mut self,
        graph: &QueryGraph,
        field_id: FieldId,
        field: &FieldInSubgraph,
    ) -> Option<FieldAt> {
        if field.is_used_overridden {
            return None;
        }
        let node = graph.field(field_id);
        let parent = graph.ty(node.parent).name.clone();
        let child = graph.ty(node.named_type).name.clone();
        let coordinate = format!("{parent}.{}", node.name);
        let named_type = field.ty.as_ref().and_then(|ty| graph.type_id(ty.inner_named_type()));
        let mut parse = |ty: &Name, text: &Option<String>| {
            text.as_ref().and_then(|text| self.field_set(graph, ty, text, &coordinate))
        };
        Some(FieldAt {
            subgraph: field.subgraph,
            named_type: named_type.unwrap_or(node.named_type),
            is_external: field.is_external,
            requires: parse(&parent, &field.requires),
            provides: parse(&child, &field.provides),
        })
    }

    fn field_set(
        &mut self,
        graph: &QueryGraph,
        on: &Name,
        text: &str,
        coordinate: &str,
    ) -> Option<FieldSet> {
        match FieldSet::parse(self.schema, graph, on, text) {
            Ok(field_set) => Some(field_set),
            Err(message) => {
                let what = format!("field set \"{text}\" cannot be read: {message}");
                self.problems.push(invalid(coordinate, &what));
                None
            }
        }
    }
}

/// A subgraph can always give the fields of the keys it declares, also those it calls external.
fn mark_key_fields(graph: &mut QueryGraph) {
    let mut readable: Vec<(FieldId, SubgraphId)> = Vec::new();
    for ty in &graph.types {
        for at in &ty.in_subgraphs {
            for item in at.keys.iter().flat_map(|key| &key.fields.items) {
                if let Some(id) = ty.fields.get(&item.name) {
                    readable.push((*id, at.subgraph));
                }
            }
        }
    }
    for (id, subgraph) in readable {
        let fields = &mut graph.fields[id.index()].in_subgraphs;
        if let Some(at) = fields.iter_mut().find(|at| at.subgraph == subgraph) {
            at.is_external = false;
        }
    }
}

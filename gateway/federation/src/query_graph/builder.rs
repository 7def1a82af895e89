//! Fills the tables of the query graph from a supergraph.

use apollo_compiler::ast::OperationType;
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use super::contexts::{Contexts, contextual_names};
use super::{
    ContextualArgument, FieldAt, FieldId, FieldNode, FieldSet, KeyAt, OverrideLabel, QueryGraph,
    TypeAt, TypeId, TypeKind, TypeNode, TypeSet, root_slot,
};
use crate::diagnostic::Diagnostic;
use crate::supergraph::{FieldInSubgraph, SubgraphId, Supergraph, TypeInSubgraph};
use crate::type_parts::fields_of;

pub(super) fn build(supergraph: &Supergraph) -> Result<QueryGraph, Vec<Diagnostic>> {
    let mut graph = empty_tables(supergraph);
    fill_possible_types(&mut graph, supergraph);
    fill_fields(&mut graph, supergraph)?;
    fill_joins(&mut graph, supergraph)?;
    graph.contextual_names = contextual_names(&graph);
    Ok(graph)
}

/// Every type gets its id: objects first, so that type sets are dense.
fn empty_tables(supergraph: &Supergraph) -> QueryGraph {
    let types = &supergraph.schema.types;
    let mut names: Vec<(&Name, &ExtendedType)> = types.iter().collect();
    names.sort_by_key(|(_, ty)| !ty.is_object());
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
        labels: labels(supergraph),
        subgraphs: supergraph.subgraphs.clone(),
        types: Vec::with_capacity(names.len()),
        type_ids,
        fields: Vec::new(),
        roots,
        contextual_names: HashSet::default(),
    };
    for (name, ty) in names {
        graph.types.push(TypeNode {
            name: name.clone(),
            kind: kind(ty),
            possible: TypeSet::default(),
            interfaces: Vec::new(),
            in_subgraphs: Vec::new(),
            fields: HashMap::default(),
        });
    }
    graph
}

fn labels(supergraph: &Supergraph) -> Vec<String> {
    let fields = supergraph.joins.values().flat_map(|join| join.fields.values().flatten());
    let mut labels: Vec<_> = fields.filter_map(|field| field.override_label.clone()).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
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

/// What objects, interfaces and unions have to do with each other, in any subgraph.
fn fill_possible_types(graph: &mut QueryGraph, supergraph: &Supergraph) {
    for (name, definition) in &supergraph.schema.types {
        let Some(id) = graph.type_id(name) else { continue };
        match definition {
            ExtendedType::Object(object) => {
                let interfaces = object.implements_interfaces.iter();
                let interfaces: Vec<_> =
                    interfaces.filter_map(|interface| graph.type_id(interface)).collect();
                for interface in &interfaces {
                    graph.types[interface.index()].possible.insert(id);
                }
                let node = &mut graph.types[id.index()];
                node.possible.insert(id);
                node.interfaces = interfaces;
            }
            ExtendedType::Union(union) => {
                for member in &union.members {
                    if let Some(member) = graph.type_id(member) {
                        graph.types[id.index()].possible.insert(member);
                    }
                }
            }
            _ => {}
        }
    }
}

fn fill_fields(graph: &mut QueryGraph, supergraph: &Supergraph) -> Result<(), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let types = supergraph.schema.types.values();
    graph.fields.reserve(types.map(|ty| fields_of(ty).count()).sum());
    for (type_name, ty) in &supergraph.schema.types {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        let Some(parent) = graph.type_id(type_name) else { continue };
        graph.types[parent.index()].fields.reserve(fields.len());
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
    schema: &'a Valid<Schema>,
    /// Subgraphs share keys: each text is parsed once for a type.
    parsed: HashMap<(Name, String), FieldSet>,
    contexts: Contexts,
    problems: Vec<Diagnostic>,
}

fn fill_joins(graph: &mut QueryGraph, supergraph: &Supergraph) -> Result<(), Vec<Diagnostic>> {
    let schema = Valid::assume_valid_ref(&supergraph.schema);
    let mut joins = Joins {
        schema,
        parsed: HashMap::default(),
        contexts: Contexts::new(graph, supergraph),
        problems: Vec::new(),
    };
    for (type_name, join) in &supergraph.joins {
        let Some(type_id) = graph.type_id(type_name) else { continue };
        let types_at: Vec<TypeAt> =
            join.in_subgraphs.iter().map(|at| joins.type_at(graph, type_name, at)).collect();
        graph.types[type_id.index()].in_subgraphs = types_at;
        for (field_name, fields) in &join.fields {
            let Some(field_id) = graph.field_id(type_id, field_name) else { continue };
            let fields_at: Vec<FieldAt> =
                fields.iter().map(|field| joins.field_at(graph, field_id, field)).collect();
            graph.fields[field_id.index()].in_subgraphs = fields_at;
        }
    }
    fill_possible_types_at(graph, supergraph);
    if joins.problems.is_empty() { Ok(()) } else { Err(joins.problems) }
}

/// The object types that a value of each type can have in each subgraph.
fn fill_possible_types_at(graph: &mut QueryGraph, supergraph: &Supergraph) {
    for (name, join) in &supergraph.joins {
        let Some(id) = graph.type_id(name) else { continue };
        if graph.ty(id).kind == TypeKind::Object {
            for at in &mut graph.types[id.index()].in_subgraphs {
                at.possible.insert(id);
            }
            for (subgraph, interface) in &join.implements {
                mark_possible(graph, graph.type_id(interface), *subgraph, id);
            }
        }
        for (subgraph, member) in &join.union_members {
            if let Some(member) = graph.type_id(member) {
                mark_possible(graph, Some(id), *subgraph, member);
            }
        }
    }
}

fn mark_possible(graph: &mut QueryGraph, ty: Option<TypeId>, at: SubgraphId, object: TypeId) {
    let Some(ty) = ty else { return };
    let places = &mut graph.types[ty.index()].in_subgraphs;
    if let Ok(found) = places.binary_search_by_key(&at, |place| place.subgraph) {
        places[found].possible.insert(object);
    }
}

impl Joins<'_> {
    fn type_at(&mut self, graph: &QueryGraph, name: &Name, at: &TypeInSubgraph) -> TypeAt {
        let mut keys = Vec::new();
        for key in &at.keys {
            if let Some(fields) = self.field_set(graph, name, &key.fields, name.as_str()) {
                keys.push(KeyAt { fields, resolvable: key.resolvable });
            }
        }
        TypeAt {
            subgraph: at.subgraph,
            keys,
            possible: TypeSet::default(),
            is_interface_object: at.is_interface_object,
        }
    }

    fn field_at(
        &mut self,
        graph: &QueryGraph,
        field_id: FieldId,
        field: &FieldInSubgraph,
    ) -> FieldAt {
        let node = graph.field(field_id);
        let named_type = field.ty.as_ref().and_then(|ty| graph.type_id(ty.inner_named_type()));
        let mut parse = |on: TypeId, text: &Option<String>| {
            let text = text.as_ref()?;
            let coordinate = format!("{}.{}", graph.ty(node.parent).name, node.name);
            self.field_set(graph, &graph.ty(on).name, text, &coordinate)
        };
        let requires = parse(node.parent, &field.requires);
        let provides = parse(node.named_type, &field.provides);
        let context_arguments = self.context_arguments(graph, node, field);
        let label = field.override_label.as_ref().and_then(|label| {
            let place = graph.labels.binary_search(label).ok()?;
            let label = u32::try_from(place).ok()?;
            Some(OverrideLabel { label, is_set: field.overrides.is_some() })
        });
        let is_overridden = field.is_used_overridden && label.is_none();
        FieldAt {
            subgraph: field.subgraph,
            named_type: named_type.unwrap_or(node.named_type),
            ty: field.ty.clone(),
            is_external: field.is_external || is_overridden,
            is_overridden,
            label,
            requires,
            provides,
            context_arguments,
        }
    }

    fn context_arguments(
        &mut self,
        graph: &QueryGraph,
        node: &FieldNode,
        field: &FieldInSubgraph,
    ) -> Vec<ContextualArgument> {
        let mut arguments = Vec::new();
        for argument in &field.context_arguments {
            match self.contexts.read(graph, self.schema, argument) {
                Ok(read) => arguments.push(ContextualArgument {
                    name: argument.name.clone(),
                    ty: argument.ty.clone(),
                    read,
                }),
                Err(message) => {
                    let coordinate = format!("{}.{}", graph.ty(node.parent).name, node.name);
                    let (name, context) = (&argument.name, &argument.context);
                    let what = format!("`{name}` cannot be read from `{context}`: {message}");
                    self.problems.push(invalid(&coordinate, &what));
                }
            }
        }
        arguments
    }

    fn field_set(
        &mut self,
        graph: &QueryGraph,
        on: &Name,
        text: &str,
        coordinate: &str,
    ) -> Option<FieldSet> {
        let key = (on.clone(), text.to_owned());
        if let Some(field_set) = self.parsed.get(&key) {
            return Some(field_set.clone());
        }
        match FieldSet::parse(self.schema, graph, on, text) {
            Ok(field_set) => {
                self.parsed.insert(key, field_set.clone());
                Some(field_set)
            }
            Err(message) => {
                let what = format!("field set \"{text}\" cannot be read: {message}");
                self.problems.push(invalid(coordinate, &what));
                None
            }
        }
    }
}

//! Where the types of a Federation 1 supergraph are that do not say so: where they are referred to.
//!
//! Then what implements, and is a member of, what where: in a valid subgraph a type implements an
//! interface only if it has all its fields.

use std::collections::BTreeSet;

use apollo_compiler::collections::{HashSet, IndexMap};
use apollo_compiler::schema::{ComponentName, ExtendedType, Implementers};
use apollo_compiler::{Name, Schema, collections};

use super::Joins;
use crate::supergraph::{FieldInSubgraph, SubgraphId, TypeJoin};
use crate::type_parts::{field_of, fields_of};

/// Adds the value types to the joins, and what is a part of what.
pub(super) fn add(
    schema: &Schema,
    subgraphs: &[SubgraphId],
    types: &[&ExtendedType],
    joins: &mut Joins,
) {
    let presence = Presence {
        schema,
        subgraphs,
        types: types.iter().map(|definition| definition.name()).collect(),
        claimed: joins,
        implementers: schema.implementers_map(),
        found: IndexMap::default(),
        to_do: Vec::new(),
    };
    for (name, found) in presence.find(types) {
        let mut join = TypeJoin::default();
        found.iter().for_each(|subgraph| join.enter(*subgraph));
        joins.insert(name, join);
    }
    let fields: Vec<_> = types.iter().map(|definition| value_fields(joins, definition)).collect();
    for (definition, fields) in types.iter().zip(fields) {
        if let Some(join) = joins.get_mut(definition.name()).filter(|it| it.fields.is_empty()) {
            join.fields = fields;
        }
    }
    for definition in types {
        let implements = implements(schema, joins, definition);
        let members = members(joins, definition);
        let Some(join) = joins.get_mut(definition.name()) else { continue };
        join.implements = implements;
        join.union_members = members;
        if let ExtendedType::Enum(ty) = definition {
            let everywhere: Vec<_> = join.in_subgraphs.iter().map(|at| at.subgraph).collect();
            join.enum_values =
                ty.values.keys().map(|value| (value.clone(), everywhere.clone())).collect();
        }
    }
}

/// The subgraphs of every value type.
struct Presence<'a> {
    schema: &'a Schema,
    subgraphs: &'a [SubgraphId],
    /// Those of the graph, without machinery.
    types: HashSet<&'a Name>,
    /// Types that say themselves where they are.
    claimed: &'a Joins,
    implementers: collections::HashMap<Name, Implementers>,
    found: IndexMap<Name, BTreeSet<SubgraphId>>,
    to_do: Vec<(Name, SubgraphId)>,
}

impl Presence<'_> {
    /// Follows every reference; what nothing refers to is everywhere.
    fn find(mut self, types: &[&ExtendedType]) -> IndexMap<Name, BTreeSet<SubgraphId>> {
        for (name, join) in self.claimed {
            let Some(definition) = self.schema.types.get(name) else { continue };
            for (field, at) in &join.fields {
                for at in at {
                    self.refer_to_field(definition, field, at.subgraph);
                }
            }
            for at in &join.in_subgraphs {
                self.refer_to_interfaces(definition, at.subgraph);
            }
        }
        for directive in self.schema.directive_definitions.values() {
            for argument in &directive.arguments {
                self.refer_everywhere(argument.ty.inner_named_type());
            }
        }
        self.follow();
        for definition in types {
            let name = definition.name();
            if !self.claimed.contains_key(name) && !self.found.contains_key(name) {
                self.refer_everywhere(name);
                self.follow();
            }
        }
        self.found
    }

    fn follow(&mut self) {
        while let Some((name, subgraph)) = self.to_do.pop() {
            let Some(definition) = self.schema.types.get(&name) else { continue };
            let is_new = self.types.contains(&name)
                && !self.claimed.contains_key(&name)
                && self.found.entry(name).or_default().insert(subgraph);
            if is_new {
                self.refer_from(definition, subgraph);
            }
        }
    }

    fn refer_to(&mut self, name: &Name, subgraph: SubgraphId) {
        self.to_do.push((name.clone(), subgraph));
    }

    fn refer_everywhere(&mut self, name: &Name) {
        for subgraph in self.subgraphs {
            self.to_do.push((name.clone(), *subgraph));
        }
    }

    fn refer_from(&mut self, definition: &ExtendedType, subgraph: SubgraphId) {
        for field in fields_of(definition) {
            self.refer_to_field(definition, &field.name, subgraph);
        }
        self.refer_to_interfaces(definition, subgraph);
        match definition {
            ExtendedType::Interface(ty) => {
                let implementers = self.implementers.get(&ty.name);
                let names = implementers.into_iter().flat_map(Implementers::iter);
                self.to_do.extend(names.map(|name| (name.clone(), subgraph)));
            }
            ExtendedType::Union(ty) => {
                ty.members.iter().for_each(|member| self.refer_to(&member.name, subgraph));
            }
            ExtendedType::InputObject(ty) => {
                let fields = ty.fields.values();
                fields.for_each(|field| self.refer_to(field.ty.inner_named_type(), subgraph));
            }
            _ => {}
        }
    }

    fn refer_to_field(&mut self, definition: &ExtendedType, field: &Name, subgraph: SubgraphId) {
        if let Some(field) = field_of(definition, field) {
            self.refer_to(field.ty.inner_named_type(), subgraph);
            for argument in &field.arguments {
                self.refer_to(argument.ty.inner_named_type(), subgraph);
            }
        }
    }

    /// Interfaces of which something in the subgraph has all fields, be it a value type or not.
    fn refer_to_interfaces(&mut self, definition: &ExtendedType, subgraph: SubgraphId) {
        let claimed = self.claimed.get(definition.name());
        for interface in interfaces_of(definition) {
            let Some(interface) = self.schema.types.get(&interface.name) else { continue };
            let has = |field: &Name| claimed.is_none_or(|join| has_field(join, field, subgraph));
            if fields_of(interface).all(|field| has(&field.name)) {
                self.refer_to(interface.name(), subgraph);
            }
        }
    }
}

fn interfaces_of(definition: &ExtendedType) -> impl Iterator<Item = &ComponentName> {
    let interfaces = match definition {
        ExtendedType::Object(ty) => Some(&ty.implements_interfaces),
        ExtendedType::Interface(ty) => Some(&ty.implements_interfaces),
        _ => None,
    };
    interfaces.into_iter().flatten()
}

fn has_field(join: &TypeJoin, field: &Name, subgraph: SubgraphId) -> bool {
    join.fields.get(field).is_some_and(|at| at.iter().any(|at| at.subgraph == subgraph))
}

/// A value type is the same wherever it is, but for fields whose type the subgraph does not have.
fn value_fields(joins: &Joins, definition: &ExtendedType) -> IndexMap<Name, Vec<FieldInSubgraph>> {
    let Some(join) = joins.get(definition.name()) else { return IndexMap::default() };
    let subgraphs = || join.in_subgraphs.iter().map(|at| at.subgraph);
    let plain = |ty: Option<&TypeJoin>| {
        let has_type =
            |subgraph: &SubgraphId| ty.is_none_or(|ty| ty.in_subgraph(*subgraph).is_some());
        subgraphs().filter(has_type).map(FieldInSubgraph::plain).collect()
    };
    if let ExtendedType::InputObject(ty) = definition {
        return ty.fields.keys().map(|field| (field.clone(), plain(None))).collect();
    }
    let fields = fields_of(definition).map(|field| {
        let ty = joins.get(field.ty.inner_named_type());
        (field.name.clone(), plain(ty))
    });
    fields.collect()
}

fn implements(
    schema: &Schema,
    joins: &Joins,
    definition: &ExtendedType,
) -> Vec<(SubgraphId, Name)> {
    let mut found = Vec::new();
    let Some(join) = joins.get(definition.name()) else { return found };
    for interface in interfaces_of(definition) {
        let (Some(interface), Some(there)) =
            (schema.types.get(&interface.name), joins.get(&interface.name))
        else {
            continue;
        };
        for subgraph in join.in_subgraphs.iter().map(|at| at.subgraph) {
            let mut fields = fields_of(interface).filter(|it| has_field(there, &it.name, subgraph));
            if there.in_subgraph(subgraph).is_some()
                && fields.all(|field| has_field(join, &field.name, subgraph))
            {
                found.push((subgraph, interface.name().clone()));
            }
        }
    }
    found.sort();
    found
}

fn members(joins: &Joins, definition: &ExtendedType) -> Vec<(SubgraphId, Name)> {
    let mut found = Vec::new();
    let ExtendedType::Union(ty) = definition else { return found };
    let Some(join) = joins.get(&ty.name) else { return found };
    for at in &join.in_subgraphs {
        let is_there = |member: &&ComponentName| {
            joins.get(&member.name).is_some_and(|it| it.in_subgraph(at.subgraph).is_some())
        };
        let members = ty.members.iter().filter(is_there);
        found.extend(members.map(|member| (at.subgraph, member.name.clone())));
    }
    found.sort();
    found
}

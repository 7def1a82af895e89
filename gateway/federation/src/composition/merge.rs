//! The merge: every type of every subgraph into one schema, with the joins that say where it is.
//!
//! Types by name; enums last, because how they merge depends on where the others use them.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{
    ComponentName, ExtendedType, InterfaceType, ObjectType, ScalarType, SchemaDefinition, UnionType,
};
use apollo_compiler::{Name, Node, Schema};

use super::applied_directives::Described;
use super::compose_directive::Composed;
use super::element_at::{TypeAt, id};
use super::enum_usages::Usages;
use super::index::{Index, TypesByName};
use super::merge_state::{Merge, Merged};
use super::side_by_side::map_parts;
use super::type_reference::Subtypes;
use super::{carried, features};
use crate::diagnostic::{Diagnostic, Sources};
use crate::subgraph::federation_spec::names;
use crate::subgraph::{Subgraph, Version};
use crate::supergraph::graph_names;
use crate::supergraph::{SubgraphEntry, SubgraphId, Supergraph, TypeInSubgraph, TypeJoin};

/// Fewer types than this are not worth a thread.
const TYPES_IN_PART: usize = 64;

/// `composed` is what composes besides what always does.
pub(super) fn merge<'a>(
    subgraphs: &'a [Arc<Subgraph>],
    sources: &'a Sources,
    composed: Composed,
) -> Merged<'a> {
    let types = types_by_name(subgraphs);
    let index = Index::new(&types, subgraphs.iter().map(|one| one.name()));
    let mut merge = Merge {
        subgraphs,
        sources,
        subtypes: Arc::new(Subtypes::new(subgraphs)),
        index: Arc::new(index),
        enum_usages: Arc::default(),
        composed: Arc::new(composed.definitions),
        schema: Schema::new(),
        joins: IndexMap::default(),
        diagnostics: composed.diagnostics,
    };
    merge.define_requested_directives();
    merge.merge_executable_directives();
    let (enums, others): (Vec<_>, Vec<_>) =
        types.iter().partition(|(_, at)| at[0].definition.is_enum());
    merge.merge_types(&others);
    merge.enum_usages = Arc::new(Usages::of(&merge.schema));
    merge.merge_types(&enums);
    merge.add_interface_object_fields();
    merge.share_demands();
    merge.add_query_everywhere();
    merge.merge_schema_definition();
    merge.define_composed_directives();
    merge.schema.types.sort_keys();
    merge.joins.sort_keys();
    let (locals, errors) = features::local_names(subgraphs, sources);
    let mut diagnostics = merge.diagnostics;
    diagnostics.extend(errors);
    diagnostics.extend(features::upgrades(subgraphs, sources));
    let mut supergraph = Supergraph {
        subgraphs: entries(subgraphs),
        features: Vec::new(),
        directives: Vec::new(),
        schema: merge.schema,
        joins: merge.joins,
    };
    features::add(&mut supergraph, subgraphs, &locals, composed.features);
    carried::add(&mut supergraph, subgraphs);
    Merged { supergraph, diagnostics, subgraphs, sources }
}

fn types_by_name(subgraphs: &[Arc<Subgraph>]) -> TypesByName<'_> {
    let mut types = TypesByName::new();
    for (index, subgraph) in subgraphs.iter().enumerate() {
        for (name, definition) in &subgraph.schema.types {
            if !definition.is_built_in() {
                let at = TypeAt { id: id(index), subgraph, definition };
                types.entry(name).or_default().push(at);
            }
        }
    }
    types
}

fn entries(subgraphs: &[Arc<Subgraph>]) -> Vec<SubgraphEntry> {
    let graphs = graph_names(subgraphs.iter().map(|subgraph| subgraph.name.as_str()));
    let entries = subgraphs.iter().zip(graphs).map(|(subgraph, graph)| SubgraphEntry {
        name: subgraph.name.clone(),
        graph,
        url: subgraph.url.clone(),
    });
    entries.collect()
}

/// The kinds of types as messages call them; an interface object is an interface.
fn kind(at: &TypeAt<'_>) -> &'static str {
    match at.definition {
        ExtendedType::Object(_) if at.is_interface_object() => "an interface",
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object type",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input object type",
    }
}

impl<'a> Merge<'a> {
    /// Types are merged one by one, without regard to what has become of others.
    fn merge_types(&mut self, types: &[(&&'a Name, &Vec<TypeAt<'a>>)]) {
        let merged = map_parts(types, TYPES_IN_PART, |types| {
            let mut part = self.part();
            for (name, at) in types {
                part.merge_type(name, at);
            }
            (part.schema, part.joins, part.diagnostics)
        });
        for (schema, joins, diagnostics) in merged {
            self.schema.directive_definitions.extend(schema.directive_definitions);
            self.schema.types.extend(schema.types);
            self.joins.extend(joins);
            self.diagnostics.extend(diagnostics);
        }
    }

    fn merge_type(&mut self, name: &Name, at: &[TypeAt<'a>]) {
        if let Some(other) = at.iter().find(|other| kind(other) != kind(&at[0])) {
            self.kind_mismatch(name, at, other);
            return;
        }
        let mut join = TypeJoin { in_subgraphs: in_subgraphs(name, at), ..TypeJoin::default() };
        let Described { description, directives } = self.describe_types(name, at);
        let name = name.clone();
        let definition: ExtendedType = match at[0].definition {
            ExtendedType::Scalar(_) => ScalarType { description, name, directives }.into(),
            ExtendedType::Object(_) | ExtendedType::Interface(_) => {
                let implements_interfaces = implements(at, &mut join);
                let fields = self.merge_fields(&name, at, &mut join);
                if kind(&at[0]) == "an interface" {
                    self.check_interface_object(&name, at);
                    self.check_interface_keys(&name, at);
                    InterfaceType { description, name, implements_interfaces, directives, fields }
                        .into()
                } else {
                    ObjectType { description, name, implements_interfaces, directives, fields }
                        .into()
                }
            }
            ExtendedType::Union(_) => {
                let members = members(at, &mut join);
                UnionType { description, name, directives, members }.into()
            }
            ExtendedType::Enum(_) => {
                self.merge_enum(name, at, &mut join, (description, directives))
            }
            ExtendedType::InputObject(_) => {
                self.merge_input_object(name, at, &mut join, (description, directives))
            }
        };
        self.hint_at_differences(&definition, at);
        self.joins.insert(definition.name().clone(), join);
        self.schema.types.insert(definition.name().clone(), definition);
    }

    fn kind_mismatch(&mut self, name: &Name, at: &[TypeAt<'a>], other: &TypeAt<'a>) {
        let message = format!(
            "`{name}` is {} in `{}`, and {} in `{}`",
            kind(&at[0]),
            at[0].subgraph.name,
            kind(other),
            other.subgraph.name
        );
        let mut error =
            Diagnostic::error("TYPE_KIND_MISMATCH", message).with_coordinate(name.as_str());
        for one in at {
            error = error.at(self.sources, one.definition.name().location(), kind(one));
        }
        self.diagnostics.push(error.with_help("one name is one type: rename one of them"));
    }

    /// Every subgraph has a query type, be it only for the gateway's own `_entities`.
    fn add_query_everywhere(&mut self) {
        let Some(join) = self.joins.get_mut("Query") else { return };
        let there: BTreeSet<SubgraphId> = join.in_subgraphs.iter().map(|at| at.subgraph).collect();
        for index in 0..self.subgraphs.len() {
            if !there.contains(&id(index)) {
                join.in_subgraphs.push(TypeInSubgraph {
                    subgraph: id(index),
                    keys: Vec::new(),
                    is_extension: false,
                    is_interface_object: false,
                });
            }
        }
        join.in_subgraphs.sort_by_key(|at| at.subgraph);
    }

    fn merge_schema_definition(&mut self) {
        let described = self.describe_schema();
        let root = |name: &'static str| {
            let name = crate::sdl::link::static_name(name);
            self.schema.types.contains_key(&name).then(|| ComponentName::from(name))
        };
        let definition = SchemaDefinition {
            description: described.description,
            directives: described.directives,
            query: root("Query"),
            mutation: root("Mutation"),
            subscription: root("Subscription"),
        };
        self.schema.schema_definition = Node::new(definition);
    }
}

fn in_subgraphs(name: &Name, at: &[TypeAt<'_>]) -> Vec<TypeInSubgraph> {
    let entries = at.iter().map(|one| TypeInSubgraph {
        subgraph: one.id,
        keys: one.subgraph.field_sets.keys.get(name).cloned().unwrap_or_default(),
        is_extension: is_extension(name, one),
        is_interface_object: one.is_interface_object(),
    });
    entries.collect()
}

/// An entity that the subgraph extends; Federation 1's `extend type` is brought to a definition.
fn is_extension(name: &Name, one: &TypeAt<'_>) -> bool {
    let directives = one.definition.directives();
    let has_extends = directives.has(names::EXTENDS);
    directives.has(names::KEY)
        && (has_extends
            || (one.subgraph.version != Version::One && one.subgraph.is_extension(name)))
}

fn implements(at: &[TypeAt<'_>], join: &mut TypeJoin) -> IndexSet<ComponentName> {
    let mut names = IndexSet::default();
    for one in at {
        let interfaces = match one.definition {
            ExtendedType::Object(ty) => &ty.implements_interfaces,
            ExtendedType::Interface(ty) => &ty.implements_interfaces,
            _ => continue,
        };
        let sorted: BTreeSet<&Name> = interfaces.iter().map(|interface| &interface.name).collect();
        for interface in sorted {
            names.insert(ComponentName::from(interface));
            join.implements.push((one.id, interface.clone()));
        }
    }
    names
}

fn members(at: &[TypeAt<'_>], join: &mut TypeJoin) -> IndexSet<ComponentName> {
    let mut names = IndexSet::default();
    for one in at {
        let Some(union) = one.definition.as_union() else { continue };
        names.extend(union.members.iter().map(|member| ComponentName::from(&member.name)));
        let sorted: BTreeSet<&Name> = union.members.iter().map(|member| &member.name).collect();
        join.union_members.extend(sorted.into_iter().map(|member| (one.id, member.clone())));
    }
    names
}

//! Writes a supergraph as a document of the join specification: v0.3, v0.4 where an override has a
//! label or something is carried, v0.5 where arguments are contextual.
//!
//! The document is the merged schema with the joins put back on as directives, sorted by name.

mod feature_names;
mod spec;

use std::{fmt, mem};

use apollo_compiler::ast::{Argument, Directive, EnumValueDefinition, Type, Value};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, EnumType, ExtendedType, SchemaDefinition};
use apollo_compiler::{Name, Node, Schema};

use self::feature_names::FeatureNames;
use super::{
    ContextArgument, FieldInSubgraph, JoinDirective, LinkedFeature, Purpose, SubgraphId,
    Supergraph, TypeInSubgraph, TypeJoin,
};
use crate::type_parts;

pub(super) fn write(supergraph: &Supergraph, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let version = join_version(supergraph);
    let mut document = Schema::new();
    let composed = &supergraph.schema;
    let names = FeatureNames::new(&supergraph.features);
    document.schema_definition = schema_definition(supergraph, version, &names);
    spec::add_definitions(&mut document, version);
    document.types.insert(spec::GRAPH, join_graph(supergraph).into());
    for definition in composed.directive_definitions.values() {
        if !definition.is_built_in() {
            let definition = names.directive_definition(definition);
            document.directive_definitions.insert(definition.name.clone(), definition);
        }
    }
    document.directive_definitions.sort_keys();
    let own = mem::take(&mut document.types);
    write!(f, "{document}")?;
    write_types(supergraph, &names, &own, f)
}

/// The types of the merged schema and the join specification's `own`, sorted by name: one after the
/// other, for a document of them all would be as big as the graph again.
fn write_types(
    supergraph: &Supergraph,
    names: &FeatureNames,
    own: &IndexMap<Name, ExtendedType>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let types = own.iter().chain(&supergraph.schema.types);
    let types = types.filter(|(_, definition)| !definition.is_built_in());
    let mut types: Vec<_> = types.collect();
    types.sort_by_key(|(name, _)| names.type_name(name));
    for (name, definition) in types {
        let mut definition = names.type_definition(definition);
        if let Some(join) = supergraph.joins.get(name) {
            join_type(supergraph, &mut definition, join);
        }
        write!(f, "\n{definition}")?;
    }
    Ok(())
}

/// The lowest version that says it all, as `v0.N`.
fn join_version(supergraph: &Supergraph) -> u32 {
    let mut joins = supergraph.joins.values();
    let mut fields = joins.clone().flat_map(|join| join.fields.values().flatten());
    if fields.clone().any(|field| !field.context_arguments.is_empty()) {
        return 5;
    }
    let carries = !supergraph.directives.is_empty()
        || joins.any(|it| !it.directives.is_empty() || !it.field_directives.is_empty());
    let is_labelled = fields.any(|field| field.override_label.is_some());
    if carries || is_labelled { 4 } else { 3 }
}

fn schema_definition(
    supergraph: &Supergraph,
    version: u32,
    names: &FeatureNames,
) -> Node<SchemaDefinition> {
    let mut definition = (*supergraph.schema.schema_definition).clone();
    let join = LinkedFeature {
        purpose: Some(Purpose::Execution),
        ..LinkedFeature::of_spec("join", &format!("v0.{version}"))
    };
    let mut directives = vec![link(&LinkedFeature::of_spec("link", "v1.0")), link(&join)];
    directives.extend(supergraph.features.iter().map(link));
    directives.extend(join_directives(supergraph, &supergraph.directives));
    type_parts::map_schema_directives(&mut definition.directives, &|kept| {
        names.rename(kept);
        kept.0.splice(0..0, directives.iter().cloned());
    });
    Node::new(definition)
}

fn link(feature: &LinkedFeature) -> Node<Directive> {
    let mut arguments = vec![text(spec::URL, &feature.url)];
    arguments.extend(feature.alias.as_deref().map(|alias| text(spec::AS, alias)));
    arguments.extend(feature.purpose.map(|purpose| {
        let name = match purpose {
            Purpose::Security => spec::SECURITY,
            Purpose::Execution => spec::EXECUTION,
        };
        argument(spec::FOR, Value::Enum(name))
    }));
    if !feature.imports.is_empty() {
        let imports = feature.imports.iter().map(|import| {
            let string = |text: &str| Node::new(Value::String(text.to_owned()));
            if import.element == import.local {
                return string(&import.element);
            }
            let fields = [(spec::NAME, &import.element), (spec::AS, &import.local)];
            let fields = fields.map(|(name, text)| (name, string(text)));
            Node::new(Value::Object(fields.to_vec()))
        });
        arguments.push(argument(spec::IMPORT, Value::List(imports.collect())));
    }
    directive(spec::LINK, arguments)
}

/// `@join__directive`, one each.
fn join_directives<'a>(
    supergraph: &'a Supergraph,
    directives: &'a [JoinDirective],
) -> impl Iterator<Item = Node<Directive>> + 'a {
    directives.iter().map(|carried| {
        let graphs = carried.subgraphs.iter().map(|id| {
            let graph = supergraph.subgraph(*id).graph.clone();
            Node::new(Value::Enum(graph))
        });
        let mut arguments = vec![
            argument(spec::GRAPHS, Value::List(graphs.collect())),
            text(spec::NAME, &carried.name),
        ];
        if !carried.arguments.is_empty() {
            let fields = carried.arguments.iter();
            let fields = fields.map(|it| (it.name.clone(), it.value.clone()));
            arguments.push(argument(spec::ARGS, Value::Object(fields.collect())));
        }
        directive(spec::JOIN_DIRECTIVE, arguments)
    })
}

fn join_graph(supergraph: &Supergraph) -> EnumType {
    let values = supergraph.subgraphs.iter().map(|subgraph| {
        let join = directive(
            spec::JOIN_GRAPH,
            vec![text(spec::NAME, &subgraph.name), text(spec::URL, &subgraph.url)],
        );
        let value = EnumValueDefinition {
            description: None,
            value: subgraph.graph.clone(),
            directives: [join].into_iter().collect(),
        };
        (subgraph.graph.clone(), Component::new(value))
    });
    EnumType {
        description: None,
        name: spec::GRAPH,
        directives: apollo_compiler::schema::DirectiveList::new(),
        values: values.collect(),
    }
}

/// Puts the joins of one type back on it.
fn join_type(supergraph: &Supergraph, definition: &mut ExtendedType, join: &TypeJoin) {
    let mut joins = Vec::new();
    for at in &join.in_subgraphs {
        joins.extend(type_directives(supergraph, at));
    }
    for (subgraph, interface) in &join.implements {
        let interface = text(spec::INTERFACE, interface);
        joins.push(directive(spec::JOIN_IMPLEMENTS, vec![graph(supergraph, *subgraph), interface]));
    }
    for (subgraph, member) in &join.union_members {
        let member = text(spec::MEMBER, member);
        joins.push(directive(spec::JOIN_UNION_MEMBER, vec![graph(supergraph, *subgraph), member]));
    }
    joins.extend(join_directives(supergraph, &join.directives));
    let directives = &mut type_parts::type_directives(definition).0;
    directives.splice(0..0, joins.into_iter().map(Component::from));
    match definition {
        ExtendedType::Object(ty) => {
            for (name, field) in &mut ty.make_mut().fields {
                let joins = field_directives(supergraph, join, (name, &field.ty));
                if !joins.is_empty() {
                    field.make_mut().directives.0.splice(0..0, joins);
                }
            }
        }
        ExtendedType::Interface(ty) => {
            for (name, field) in &mut ty.make_mut().fields {
                let joins = field_directives(supergraph, join, (name, &field.ty));
                if !joins.is_empty() {
                    field.make_mut().directives.0.splice(0..0, joins);
                }
            }
        }
        ExtendedType::InputObject(ty) => {
            for (name, field) in &mut ty.make_mut().fields {
                let joins = field_directives(supergraph, join, (name, &field.ty));
                if !joins.is_empty() {
                    field.make_mut().directives.0.splice(0..0, joins);
                }
            }
        }
        ExtendedType::Enum(ty) => {
            for (name, value) in &mut ty.make_mut().values {
                let graphs = join.enum_values.get(name).into_iter().flatten();
                let joins =
                    graphs.map(|at| directive(spec::JOIN_ENUM_VALUE, vec![graph(supergraph, *at)]));
                value.make_mut().directives.0.splice(0..0, joins.collect::<Vec<_>>());
            }
        }
        ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
    }
}

/// `@join__type`: one a key, or one without.
fn type_directives(supergraph: &Supergraph, at: &TypeInSubgraph) -> Vec<Node<Directive>> {
    let with_key = |key: Option<&super::Key>| {
        let mut arguments = vec![graph(supergraph, at.subgraph)];
        arguments.extend(key.map(|key| text(spec::KEY, &key.fields)));
        if at.is_extension {
            arguments.push(flag(spec::EXTENSION, true));
        }
        if key.is_some_and(|key| !key.resolvable) {
            arguments.push(flag(spec::RESOLVABLE, false));
        }
        if at.is_interface_object {
            arguments.push(flag(spec::IS_INTERFACE_OBJECT, true));
        }
        directive(spec::JOIN_TYPE, arguments)
    };
    if at.keys.is_empty() {
        vec![with_key(None)]
    } else {
        at.keys.iter().map(|key| with_key(Some(key))).collect()
    }
}

/// `@join__field` and what is carried on a field.
fn field_directives(
    supergraph: &Supergraph,
    join: &TypeJoin,
    (name, merged): (&Name, &Type),
) -> Vec<Node<Directive>> {
    let mut directives = field_joins(supergraph, join, (name, merged));
    if let Some(carried) = join.field_directives.get(name) {
        directives.extend(join_directives(supergraph, carried));
    }
    directives
}

/// `@join__field`: none where every subgraph of the type has the field and nothing else is to say.
/// Where one subgraph's type differs from the merged one, all say theirs.
fn field_joins(
    supergraph: &Supergraph,
    join: &TypeJoin,
    (name, merged): (&Name, &Type),
) -> Vec<Node<Directive>> {
    let Some(fields) = join.fields.get(name) else { return Vec::new() };
    if fields.is_empty() {
        return vec![directive(spec::JOIN_FIELD, Vec::new())];
    }
    let everywhere = fields.len() == join.in_subgraphs.len()
        && join.in_subgraphs.iter().zip(fields).all(|(at, field)| at.subgraph == field.subgraph);
    if everywhere && fields.iter().all(|field| *field == FieldInSubgraph::plain(field.subgraph)) {
        return Vec::new();
    }
    let types_differ = fields.iter().any(|field| field.ty.is_some());
    let merged = types_differ.then_some(merged);
    fields.iter().map(|field| field_directive(supergraph, field, merged)).collect()
}

fn field_directive(
    supergraph: &Supergraph,
    field: &FieldInSubgraph,
    merged: Option<&Type>,
) -> Node<Directive> {
    let mut arguments = vec![graph(supergraph, field.subgraph)];
    let ty = field.ty.as_ref().or(merged).map(Type::to_string);
    arguments.extend(field.requires.as_deref().map(|fields| text(spec::REQUIRES, fields)));
    arguments.extend(field.provides.as_deref().map(|fields| text(spec::PROVIDES, fields)));
    arguments.extend(ty.map(|ty| text(spec::TYPE, &ty)));
    if field.is_external {
        arguments.push(flag(spec::EXTERNAL, true));
    }
    arguments.extend(field.overrides.as_deref().map(|from| text(spec::OVERRIDE, from)));
    if field.is_used_overridden {
        arguments.push(flag(spec::USED_OVERRIDDEN, true));
    }
    let label = field.override_label.as_deref();
    arguments.extend(label.map(|label| text(spec::OVERRIDE_LABEL, label)));
    if !field.context_arguments.is_empty() {
        let values = field.context_arguments.iter().map(context_argument);
        arguments.push(argument(spec::CONTEXT_ARGUMENTS, Value::List(values.collect())));
    }
    directive(spec::JOIN_FIELD, arguments)
}

/// A `join__ContextArgument`.
fn context_argument(argument: &ContextArgument) -> Node<Value> {
    let fields = [
        (spec::CONTEXT, argument.context.clone()),
        (spec::NAME, argument.name.to_string()),
        (spec::TYPE, argument.ty.to_string()),
        (spec::SELECTION, argument.selection.clone()),
    ];
    let fields = fields.map(|(name, text)| (name, Node::new(Value::String(text))));
    Node::new(Value::Object(fields.to_vec()))
}

fn graph(supergraph: &Supergraph, id: SubgraphId) -> Node<Argument> {
    argument(spec::GRAPH_ARGUMENT, Value::Enum(supergraph.subgraph(id).graph.clone()))
}

fn text(name: Name, value: &str) -> Node<Argument> {
    argument(name, Value::String(value.to_owned()))
}

fn flag(name: Name, value: bool) -> Node<Argument> {
    argument(name, Value::Boolean(value))
}

fn argument(name: Name, value: Value) -> Node<Argument> {
    Node::new(Argument { name, value: Node::new(value) })
}

fn directive(name: Name, arguments: Vec<Node<Argument>>) -> Node<Directive> {
    Node::new(Directive { name, arguments })
}

/// The enum values of `join__Graph`, by the join specification's rule, for subgraphs in order.
///
/// What is no letter, digit or `_` becomes `_`; a digit in front gets a `_` before it, `_` and
/// digits at the end one `_` after them; upper case; names that are then equal are numbered `_1`,
/// `_2` ….
pub(crate) fn graph_names<'a>(subgraphs: impl Iterator<Item = &'a str>) -> Vec<Name> {
    let wanted: Vec<String> = subgraphs.map(graph_name).collect();
    let mut count: IndexMap<&str, usize> = IndexMap::default();
    for name in &wanted {
        *count.entry(name).or_default() += 1;
    }
    let mut seen: IndexMap<&str, usize> = IndexMap::default();
    let names = wanted.iter().map(|name| {
        let number = seen.entry(name).or_default();
        *number += 1;
        if count[name.as_str()] == 1 { name.clone() } else { format!("{name}_{number}") }
    });
    names.map(|name| Name::new(&name).expect("made of what names are made of")).collect()
}

fn graph_name(subgraph: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let mut name: String = subgraph.chars().map(word).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.len() < name.len() && stem.ends_with('_') {
        name.push('_');
    }
    name
}

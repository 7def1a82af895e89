//! Reads a supergraph document of the join specification, v0.1 (Federation 1) to v0.5.
//!
//! Whoever wrote it: what it says and is not known here is an error, because a router that does not
//! know what a feature protects must not serve without it.

mod context_arguments;
mod core_features;
mod features;
mod federation_1;
mod type_join;
mod value_types;

use std::sync::Arc;

use apollo_compiler::ast::{
    Argument, Definition, Directive, DirectiveList, EnumValueDefinition, Value,
};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{ComponentName, ExtendedType, SchemaDefinition};
use apollo_compiler::{Name, Node, Schema};

use self::features::Features;
use super::{JoinDirective, SubgraphEntry, SubgraphId, Supergraph, TypeJoin, linked_feature};
use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::sdl::{self, link};
use crate::type_parts;

const INVALID: &str = "INVALID_FEDERATION_SUPERGRAPH";

const COMPOSE_AGAIN: &str = "supergraphs are written by composers: compose the subgraphs again, \
                             and change them rather than the supergraph";

pub(super) fn read(sdl: &str, file: &str) -> Result<Supergraph, Vec<Diagnostic>> {
    let source = Arc::new(SourceFile { name: file.to_owned(), text: sdl.to_owned() });
    let mut sources = Sources::default();
    let document = sdl::parse(&source, &mut sources)?;
    let built = Schema::builder().add_ast(&document).build();
    let schema = built
        .and_then(Schema::validate)
        .map_err(|with_errors| sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))?;
    let links = core_features::links(&schema.schema_definition, &sources)?;
    let features = Features::new(&links, &schema, &sources)?;
    let (subgraphs, graphs) =
        read_graphs(&schema, &features, &sources).map_err(|error| vec![error])?;
    let reader = Reader { sources: &sources, features: &features, graphs };
    let directives = schema.schema_definition.directives.iter().map(|it| &it.node);
    let directives =
        reader.join_directives(directives).map_err(|error| vec![complete(error, "schema")])?;
    let (merged, joins) = reader.read_types(&schema)?;
    let unset = context_arguments::check_contexts(&merged, &joins);
    if !unset.is_empty() {
        return Err(unset);
    }
    let valid = merged
        .validate()
        .map_err(|with_errors| sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))?;
    let schema = valid.into_inner();
    Ok(Supergraph { subgraphs, schema, features: features.linked, directives, joins })
}

/// Whether a document links the join specification, under whatever name, or has its enum of
/// subgraphs; a text that is no SDL does neither.
pub(super) fn is_meant(source: &Arc<SourceFile>) -> bool {
    let Ok(document) = sdl::parse(source, &mut Sources::default()) else { return false };
    document.definitions.iter().any(|definition| match definition {
        Definition::SchemaDefinition(schema) => links_join(&schema.directives),
        Definition::SchemaExtension(schema) => links_join(&schema.directives),
        Definition::EnumTypeDefinition(ty) => ty.name == "join__Graph",
        _ => false,
    })
}

/// `@link(url:)` or, in older documents, `@core(feature:)`.
fn links_join(directives: &DirectiveList) -> bool {
    let values = directives.iter().flat_map(|directive| &directive.arguments);
    let values = values.filter_map(|argument| argument.value.as_str());
    let mut specs = values.filter_map(|url| url.strip_prefix(link::SPECS));
    specs.any(|rest| rest.split('/').next() == Some("join"))
}

type Graphs = IndexMap<Name, SubgraphId>;

/// The enum `join__Graph`: the subgraphs, sorted by name, and the ids by enum value.
fn read_graphs(
    schema: &Schema,
    features: &Features,
    sources: &Sources,
) -> Result<(Vec<SubgraphEntry>, Graphs), Diagnostic> {
    let enum_name = features.join_name("Graph");
    let graphs = schema.get_enum(&enum_name).ok_or_else(|| {
        Diagnostic::error(INVALID, format!("the enum `{enum_name}` is missing"))
            .with_coordinate(enum_name.as_str())
            .at(sources, schema.schema_definition.location(), "it names the subgraphs of this")
            .with_help(COMPOSE_AGAIN)
    })?;
    let invalid = |message: String, value: &EnumValueDefinition, text: &str| {
        Diagnostic::error(INVALID, message)
            .with_coordinate(format!("{enum_name}.{}", value.value))
            .at(sources, value.value.location(), text)
            .with_help(COMPOSE_AGAIN)
    };
    let mut subgraphs = Vec::new();
    for value in graphs.values.values() {
        let directive = value.directives.iter().find(|one| features.is(&one.name, "graph"));
        let directive = directive.ok_or_else(|| {
            let wanted = features.join_name("graph");
            let message = format!("`{enum_name}.{}` lacks `@{wanted}`", value.value);
            invalid(message, value, "")
        })?;
        let text = |name: &str| {
            directive.specified_argument_by_name(name).and_then(|value| value.as_str())
        };
        let name = text("name").unwrap_or_default().to_owned();
        if name.is_empty() {
            let message = format!("the subgraph `{}` has no name", value.value);
            return Err(invalid(message, value, ""));
        }
        let url = text("url").unwrap_or_default().to_owned();
        subgraphs.push((SubgraphEntry { name, graph: value.value.clone(), url }, value));
    }
    subgraphs.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let twins = subgraphs.windows(2).find(|pair| pair[0].0.name == pair[1].0.name);
    if let Some([one, other]) = twins {
        let message = format!("two subgraphs are called `{}`", one.0.name);
        let error = invalid(message, other.1, "called so here");
        return Err(error.at(sources, one.1.value.location(), "called so here already"));
    }
    let mut ids = Graphs::default();
    for (index, (entry, _)) in subgraphs.iter().enumerate() {
        let id = u16::try_from(index)
            .map_err(|_| Diagnostic::error(INVALID, "there are more than 65536 subgraphs"))?;
        ids.insert(entry.graph.clone(), SubgraphId(id));
    }
    Ok((subgraphs.into_iter().map(|(entry, _)| entry).collect(), ids))
}

/// An error inside something, with what it does not say itself.
fn complete(mut error: Diagnostic, name: &str) -> Diagnostic {
    error.coordinate.get_or_insert_with(|| name.to_owned());
    error.help.get_or_insert_with(|| COMPOSE_AGAIN.to_owned());
    error
}

/// Join v0.2 does not say which members of a union a subgraph knows: those it has.
fn forget_absent_members(joins: &mut Joins) {
    let has_type = |(subgraph, member): &(SubgraphId, Name)| {
        joins.get(member).is_some_and(|join| join.in_subgraph(*subgraph).is_some())
    };
    let unions = joins.iter().filter(|(_, join)| !join.union_members.is_empty());
    let known = unions.map(|(name, join)| {
        let members = join.union_members.iter().filter(|it| has_type(it));
        (name.clone(), members.cloned().collect())
    });
    for (name, members) in known.collect::<Vec<_>>() {
        joins[&name].union_members = members;
    }
}

/// What reading one type needs.
struct Reader<'a> {
    sources: &'a Sources,
    features: &'a Features,
    graphs: Graphs,
}

type Merged = (Schema, Joins);

type Joins = IndexMap<Name, TypeJoin>;

impl Reader<'_> {
    fn read_types(&self, schema: &Schema) -> Result<Merged, Vec<Diagnostic>> {
        let mut merged = Schema::new();
        merged.sources = Arc::clone(&schema.sources);
        merged.schema_definition = self.schema_definition(&schema.schema_definition);
        for (name, definition) in &schema.directive_definitions {
            if definition.is_built_in() || self.features.is_machinery(name) {
                continue;
            }
            match self.features.applied.get(name.as_str()) {
                Some(known) => linked_feature::define(&mut merged, known),
                None => {
                    let mut definition = definition.clone();
                    if definition.arguments.iter().any(|it| !it.directives.is_empty()) {
                        let arguments = &mut definition.make_mut().arguments;
                        type_parts::map_arguments(arguments, &|directives| self.keep(directives));
                    }
                    merged.directive_definitions.insert(name.clone(), definition);
                }
            }
        }
        let mut types = Vec::new();
        for (name, definition) in &schema.types {
            if definition.is_built_in()
                || self.features.is_machinery_type(name)
                || self.features.types.contains(name.as_str())
            {
                continue;
            }
            merged.types.insert(name.clone(), self.without_joins(definition));
            if !self.features.is_of_unknown(name) || self.has_joins(definition) {
                types.push(definition);
            }
        }
        if self.features.is_federation_1() {
            return Ok((merged, federation_1::joins(self, schema, &types)?));
        }
        let mut joins = IndexMap::default();
        let mut errors = Vec::new();
        for definition in types {
            match self.type_join(definition) {
                Ok(join) => {
                    joins.insert(definition.name().clone(), join);
                }
                Err(error) => errors.push(complete(error, definition.name())),
            }
        }
        if !self.features.has_union_members() {
            forget_absent_members(&mut joins);
        }
        if errors.is_empty() { Ok((merged, joins)) } else { Err(errors) }
    }

    fn has_joins(&self, definition: &ExtendedType) -> bool {
        definition.directives().iter().any(|it| self.features.is(&it.name, "type"))
    }

    fn schema_definition(&self, from: &SchemaDefinition) -> Node<SchemaDefinition> {
        let root = |name: &Option<ComponentName>| {
            name.as_ref().map(|component| component.name.clone().into())
        };
        let mut directives = from.directives.clone();
        type_parts::map_schema_directives(&mut directives, &|directives| self.keep(directives));
        Node::new(SchemaDefinition {
            description: from.description.clone(),
            directives,
            query: root(&from.query),
            mutation: root(&from.mutation),
            subscription: root(&from.subscription),
        })
    }

    /// Directives that are no machinery.
    fn keep(&self, directives: &mut DirectiveList) {
        *directives = directives.iter().filter_map(|directive| self.kept(directive)).collect();
    }

    /// A directive that is no machinery, under the name its specification gives it.
    fn kept(&self, directive: &Node<Directive>) -> Option<Node<Directive>> {
        if self.features.is_machinery(&directive.name) {
            return None;
        }
        let mut kept = directive.clone();
        if let Some(known) = self.features.applied.get(directive.name.as_str())
            && directive.name != *known
        {
            kept.make_mut().name = link::static_name(known);
        }
        Some(kept)
    }

    /// The definition as the merged schema has it: one definition, no machinery.
    fn without_joins(&self, definition: &ExtendedType) -> ExtendedType {
        let mut definition = definition.clone();
        type_parts::flatten(&mut definition);
        type_parts::map_directives(&mut definition, &|directives| self.keep(directives));
        definition
    }

    fn graph(&self, directive: &Directive) -> Result<Option<SubgraphId>, Diagnostic> {
        let Some(value) = directive.specified_argument_by_name("graph") else { return Ok(None) };
        let id = match &**value {
            Value::Null => return Ok(None),
            Value::Enum(name) => self.graphs.get(name).copied(),
            _ => None,
        };
        id.map(Some).ok_or_else(|| {
            Diagnostic::error(INVALID, format!("`{value}` is no subgraph")).at(
                self.sources,
                value.location(),
                "",
            )
        })
    }
    /// Every `@join__directive` of a list.
    fn join_directives<'d>(
        &self,
        directives: impl IntoIterator<Item = &'d Node<Directive>>,
    ) -> Result<Vec<JoinDirective>, Diagnostic> {
        let found = directives.into_iter().filter(|it| self.features.is(&it.name, "directive"));
        found.map(|directive| self.join_directive(directive)).collect()
    }

    fn join_directive(&self, directive: &Node<Directive>) -> Result<JoinDirective, Diagnostic> {
        let invalid = |message: String| {
            Diagnostic::error(INVALID, message).at(self.sources, directive.location(), "")
        };
        let argument = |name: &str| directive.specified_argument_by_name(name);
        let name = argument("name").and_then(|value| value.as_str()).unwrap_or_default();
        let name = Name::new(name).map_err(|_| invalid(format!("`{name}` is no directive")))?;
        let mut subgraphs = Vec::new();
        for value in argument("graphs").and_then(|it| it.as_list()).unwrap_or_default() {
            let id = value.as_enum().and_then(|graph| self.graphs.get(graph));
            subgraphs.push(*id.ok_or_else(|| invalid(format!("`{value}` is no subgraph")))?);
        }
        subgraphs.sort();
        subgraphs.dedup();
        let arguments = match argument("args").map(|value| &**value) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(fields)) => {
                let arguments = fields.iter().map(|(name, value)| {
                    Node::new(Argument { name: name.clone(), value: value.clone() })
                });
                arguments.collect()
            }
            Some(other) => return Err(invalid(format!("`{other}` are no arguments"))),
        };
        Ok(JoinDirective { subgraphs, name, arguments })
    }
}

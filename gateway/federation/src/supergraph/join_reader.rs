//! Reads a supergraph document of the join specification, v0.2 to v0.5.
//!
//! Whoever wrote it: what it says and is not known here is an error, because a router that does not
//! know what a feature protects must not serve without it.

mod type_join;

use std::sync::Arc;

use apollo_compiler::ast::{Directive, DirectiveList, Value};
use apollo_compiler::schema::{ComponentName, ExtendedType, SchemaDefinition};
use apollo_compiler::{Name, Node, Schema};
use indexmap::IndexMap;

use super::{SubgraphEntry, SubgraphId, Supergraph, TypeJoin, type_parts};
use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::subgraph::federation_spec;
use crate::subgraph::link::{self, Link};
use crate::subgraph::sdl;

const INVALID: &str = "INVALID_FEDERATION_SUPERGRAPH";

pub(super) fn read(sdl: &str, file: &str) -> Result<Supergraph, Vec<Diagnostic>> {
    let source = Arc::new(SourceFile { name: file.to_owned(), text: sdl.to_owned() });
    let mut sources = Sources::default();
    let document = sdl::parse(&source, &mut sources)?;
    let built = Schema::builder().add_ast(&document).build();
    let schema = built
        .and_then(Schema::validate)
        .map_err(|with_errors| sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))?;
    let links = link::links(&schema.schema_definition, &sources)?;
    let features = Features::new(&links, &schema, &sources).map_err(|error| vec![error])?;
    let (subgraphs, graphs) =
        read_graphs(&schema, &features, &sources).map_err(|error| vec![error])?;
    let mut reader = Reader { sources: &sources, features: &features, graphs };
    let (merged, joins) = reader.read_types(&schema)?;
    let valid = merged
        .validate()
        .map_err(|with_errors| sources.diagnostics("INVALID_GRAPHQL", &with_errors.errors))?;
    Ok(Supergraph { subgraphs, schema: valid.into_inner(), joins })
}

/// What the document links, and how it calls what is known here.
struct Features {
    /// `join` or what it is linked as.
    join: String,
    /// `link` or what it is linked as.
    link: String,
    /// Names of the document → names of the specification: `hidden` → `inaccessible`.
    applied: IndexMap<String, &'static str>,
}

impl Features {
    fn new(links: &[Link], schema: &Schema, sources: &Sources) -> Result<Self, Diagnostic> {
        let join = links.iter().find(|link| link.is_spec("join")).ok_or_else(|| {
            Diagnostic::error(INVALID, "the document does not link the join specification")
                .with_help(no_join_help(&schema.schema_definition))
        })?;
        let mut applied = IndexMap::new();
        let mut link_name = "link".to_owned();
        for link in links {
            match feature(link) {
                Some(Feature::Applied(directives)) => {
                    let names = directives.iter();
                    applied.extend(names.map(|name| (link.directive_name(name), *name)));
                }
                Some(Feature::Link) => link_name.clone_from(&link.namespace),
                Some(Feature::Join) => {}
                None => check_ignorable(link, sources)?,
            }
        }
        Ok(Self { join: join.namespace.clone(), link: link_name, applied })
    }

    fn is_join(&self, name: &str) -> bool {
        name.strip_prefix(self.join.as_str()).is_some_and(|rest| rest.starts_with("__"))
    }

    /// Of the machinery: no part of the merged schema.
    fn is_machinery(&self, name: &str) -> bool {
        name == self.link
            || self.is_join(name)
            || name.strip_prefix(self.link.as_str()).is_some_and(|rest| rest.starts_with("__"))
    }

    fn is(&self, name: &str, join_element: &str) -> bool {
        self.is_join(name) && name[self.join.len() + 2..] == *join_element
    }
}

enum Feature {
    Link,
    Join,
    /// Directives that are kept in the merged schema.
    Applied(&'static [&'static str]),
}

/// What is known: each at the versions whose meaning is known.
fn feature(link: &Link) -> Option<Feature> {
    let name = link.identity.strip_prefix(link::SPECS)?;
    match (name, link.version?) {
        ("link", (1, 0)) => Some(Feature::Link),
        ("join", (0, 2..=5)) => Some(Feature::Join),
        ("tag", (0, 1..=3)) => Some(Feature::Applied(&["tag"])),
        ("inaccessible", (0, 1..=2)) => Some(Feature::Applied(&["inaccessible"])),
        _ => None,
    }
}

/// A feature that is needed to serve the graph cannot be ignored; one without a purpose can.
fn check_ignorable(link: &Link, sources: &Sources) -> Result<(), Diagnostic> {
    let known = ["link", "join", "tag", "inaccessible"].iter().any(|name| link.is_spec(name));
    let needed = ["authenticated", "requiresScopes", "policy", "context", "connect", "source"];
    let reason = match &link.purpose {
        Some(purpose) => format!("it is needed for {purpose}"),
        None if known => "its version is not known".to_owned(),
        None if needed.iter().any(|name| link.is_spec(name)) => "it cannot be ignored".to_owned(),
        None => return Ok(()),
    };
    let message = format!("the feature `{}` is not supported, and {reason}", link.url);
    Err(Diagnostic::error(INVALID, message)
        .with_coordinate("@link")
        .at(sources, link.location, "linked here")
        .with_help("compose without it, or use a router that supports it"))
}

fn no_join_help(schema: &SchemaDefinition) -> &'static str {
    if schema.directives.iter().any(|directive| directive.name == "core") {
        "this is a Federation 1 supergraph; compose its subgraphs again with a current composer"
    } else {
        "a supergraph is written by a composer; subgraph schemas must be composed first"
    }
}

type Graphs = IndexMap<Name, SubgraphId>;

/// The enum `join__Graph`: the subgraphs, sorted by name, and the ids by enum value.
fn read_graphs(
    schema: &Schema,
    features: &Features,
    sources: &Sources,
) -> Result<(Vec<SubgraphEntry>, Graphs), Diagnostic> {
    let enum_name = format!("{}__Graph", features.join);
    let graphs = schema
        .get_enum(&enum_name)
        .ok_or_else(|| Diagnostic::error(INVALID, format!("the enum `{enum_name}` is missing")))?;
    let mut subgraphs = Vec::new();
    for value in graphs.values.values() {
        let at = value.value.location();
        let directive = value.directives.iter().find(|one| features.is(&one.name, "graph"));
        let directive = directive.ok_or_else(|| {
            let message =
                format!("`{enum_name}.{}` lacks `@{}__graph`", value.value, features.join);
            Diagnostic::error(INVALID, message).at(sources, at, "")
        })?;
        let text = |name: &str| {
            directive.specified_argument_by_name(name).and_then(|value| value.as_str())
        };
        let name = text("name").unwrap_or_default().to_owned();
        if name.is_empty() {
            let message = format!("the subgraph `{}` has no name", value.value);
            return Err(Diagnostic::error(INVALID, message).at(sources, at, ""));
        }
        let url = text("url").unwrap_or_default().to_owned();
        subgraphs.push((SubgraphEntry { name, graph: value.value.clone(), url }, at));
    }
    subgraphs.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let twins = subgraphs.windows(2).find(|pair| pair[0].0.name == pair[1].0.name);
    if let Some([one, other]) = twins {
        let message = format!("two subgraphs are called `{}`", one.0.name);
        let error = Diagnostic::error(INVALID, message).at(sources, other.1, "");
        return Err(error.at(sources, one.1, "called so here already"));
    }
    let mut ids = Graphs::new();
    for (index, (entry, _)) in subgraphs.iter().enumerate() {
        let id = u16::try_from(index)
            .map_err(|_| Diagnostic::error(INVALID, "there are more than 65536 subgraphs"))?;
        ids.insert(entry.graph.clone(), SubgraphId(id));
    }
    Ok((subgraphs.into_iter().map(|(entry, _)| entry).collect(), ids))
}

/// What reading one type needs.
struct Reader<'a> {
    sources: &'a Sources,
    features: &'a Features,
    graphs: Graphs,
}

type Merged = (Schema, IndexMap<Name, TypeJoin>);

impl Reader<'_> {
    fn read_types(&mut self, schema: &Schema) -> Result<Merged, Vec<Diagnostic>> {
        let mut merged = Schema::new();
        let mut joins = IndexMap::new();
        let mut errors = Vec::new();
        merged.schema_definition = self.schema_definition(&schema.schema_definition);
        for (name, definition) in &schema.directive_definitions {
            if definition.is_built_in() || self.features.is_machinery(name) {
                continue;
            }
            let definition = match self.features.applied.get(name.as_str()) {
                Some(known) => federation_spec::composed_directive(known),
                None => definition.clone(),
            };
            merged.directive_definitions.insert(definition.name.clone(), definition);
        }
        for (name, definition) in &schema.types {
            if definition.is_built_in() || self.features.is_machinery(name) {
                continue;
            }
            match self.type_join(definition) {
                Ok(join) => {
                    joins.insert(name.clone(), join);
                    merged.types.insert(name.clone(), self.without_joins(definition));
                }
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok((merged, joins)) } else { Err(errors) }
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
            kept.make_mut().name = federation_spec::static_name(known);
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
}

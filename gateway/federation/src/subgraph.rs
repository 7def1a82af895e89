//! A subgraph: a name, a URL and valid Federation SDL.
//!
//! Made from what a subgraph printed; read by `composition`. Federation 1 is brought to
//! Federation 2 here as far as one subgraph alone can say.

pub(crate) mod carried;
pub(crate) mod connectors;
mod contexts;
mod default_values;
mod drift;
mod federation_1;
mod federation_link;
pub(crate) mod federation_spec;
pub(crate) mod field_sets;
mod invalid_graphql;
mod machinery;
mod repeated_definition;
mod schema_places;
mod validation;

pub use self::drift::Drift;
pub use self::schema_places::{SchemaPlaces, parent_coordinate};

use std::sync::Arc;

use apollo_compiler::ast::{Definition, Directive, DirectiveList, Document};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, FieldDefinition, ObjectType, SchemaBuilder};
use apollo_compiler::{Name, Node, Schema, name, ty};

use self::carried::Carried;
use self::contexts::Contexts;
use self::federation_link::FederationNames;
pub(crate) use self::federation_link::Version;
use self::field_sets::FieldSets;
use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::sdl::{self, one_of};
use crate::type_parts;

/// What a subgraph is made from.
#[derive(Debug, Clone)]
pub struct SubgraphSource {
    /// Its name in configuration, logs and errors.
    pub name: String,
    /// Where its GraphQL endpoint is.
    pub url: String,
    /// The SDL, with the name it is shown by in diagnostics.
    pub sdl: Arc<SourceFile>,
}

/// A subgraph whose SDL is valid.
#[derive(Debug, Clone)]
pub struct Subgraph {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) version: Version,
    /// Root types have their default names, Federation's directives those of `federation_spec`;
    /// what the gateway alone asks for (`_service`, `_entities`) is gone.
    pub(crate) schema: Schema,
    pub(crate) field_sets: FieldSets,
    pub(crate) contexts: Contexts,
    /// What is not merged, taken out of `schema`.
    pub(crate) carried: Carried,
    /// What it links, and how it calls what that defines.
    pub(crate) names: FederationNames,
    /// Each directive that is applied, and where it is first.
    pub(crate) applied: HashMap<Name, Option<SourceSpan>>,
    /// Types that the subgraph extends without defining them.
    pub(crate) extensions: HashSet<Name>,
    /// Where interfaces had a `@key` in Federation 1, which meant nothing there.
    pub(crate) federation_1_interface_keys: HashMap<Name, Option<SourceSpan>>,
    pub(crate) sources: Sources,
}

impl Subgraph {
    /// Parses and validates.
    ///
    /// # Errors
    /// Everything that is wrong with the subgraph by itself, each at its place.
    pub fn parse(source: &SubgraphSource) -> Result<Self, Vec<Diagnostic>> {
        check_name(source)?;
        let mut sources = Sources::default();
        let parsed = sdl::parse(&source.sdl, &mut sources);
        let mut document = parsed.map_err(invalid_graphql::of_syntax)?;
        machinery::strip(&mut document);
        machinery::rename_roots(&mut document, &sources)?;
        let names = federation_link::federation_names(&links_only(&document), &sources)?;
        let extensions = extensions_without_definition(&document);
        machinery::add_definitions(&mut document, &names, &sources)?;
        let built = build(&document, &sources);
        // The schema shares its elements no more: they are changed in place from here on.
        drop(document);
        let mut schema = built.map_err(|errors| with_import_help(errors, names.version))?;
        use_canonical_names(&mut schema, &names);
        let federation_1_interface_keys = match names.version {
            Version::One => federation_1::upgrade(&mut schema),
            Version::Two(_) => HashMap::default(),
        };
        let carried = carried::take(&mut schema, &names);
        let (mut field_sets, mut errors) = FieldSets::read(&schema, &sources);
        if names.version == Version::One {
            // There, the upgrade has taken `@external` off those that are not.
            field_sets.key_fields_of_extensions.clear();
        }
        let (contexts, broken) = Contexts::read(&schema, &sources, &field_sets.keys);
        field_sets.context_fields.clone_from(&contexts.selected_fields);
        errors.extend(broken);
        let mut subgraph = Self {
            name: source.name.clone(),
            url: source.url.clone(),
            version: names.version,
            schema,
            field_sets,
            contexts,
            carried,
            names,
            applied: HashMap::default(),
            extensions,
            federation_1_interface_keys,
            sources,
        };
        if subgraph.version == Version::One {
            errors.extend(federation_1::drop_unused_externals(&mut subgraph));
        }
        errors.extend(validation::validate(&subgraph));
        subgraph.applied = applied(&subgraph);
        if errors.is_empty() { Ok(subgraph) } else { Err(errors) }
    }

    /// Its name in configuration, logs and errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the subgraph extends the type without defining it: `extend type` or `@extends`.
    pub(crate) fn is_extension(&self, name: &Name) -> bool {
        let definition = self.schema.types.get(name);
        self.extensions.contains(name)
            || definition.is_some_and(|it| it.directives().has(federation_spec::names::EXTENDS))
    }
}

fn applied(subgraph: &Subgraph) -> HashMap<Name, Option<SourceSpan>> {
    let mut found = HashMap::default();
    let mut see = |directive: &Node<Directive>| {
        if !found.contains_key(&directive.name) {
            found.insert(directive.name.clone(), directive.location());
        }
    };
    type_parts::for_each_application(&subgraph.schema, &mut see);
    let carried = &subgraph.carried;
    carried.on_types.values().chain(carried.on_fields.values()).flatten().for_each(see);
    found
}

fn check_name(source: &SubgraphSource) -> Result<(), Vec<Diagnostic>> {
    let is_fine = !source.name.trim().is_empty()
        && source.name != "_"
        && !source.name.chars().any(char::is_control);
    if is_fine {
        return Ok(());
    }
    let message = format!("`{}` cannot be the name of a subgraph", source.name.escape_debug());
    Err(vec![
        Diagnostic::error("INVALID_SUBGRAPH_NAME", message)
            .with_coordinate("schema")
            .with_label(&source.sdl, 0..0, "its schema")
            .with_help("a name is text without control characters, and not `_`"),
    ])
}

/// The schema definition alone: all that is needed to know what the rest means.
fn links_only(document: &Document) -> Schema {
    let definitions = document.definitions.iter().filter(|definition| {
        matches!(definition, Definition::SchemaDefinition(_) | Definition::SchemaExtension(_))
    });
    let definitions = definitions.cloned().collect();
    let document = Document { sources: Arc::clone(&document.sources), definitions };
    let built = Schema::builder().adopt_orphan_extensions().add_ast(&document).build();
    built.unwrap_or_else(|with_errors| with_errors.partial)
}

fn extensions_without_definition(document: &Document) -> HashSet<Name> {
    let names = |is_extension: bool| {
        let definitions = document.definitions.iter();
        let chosen = definitions.filter(move |one| one.is_extension_definition() == is_extension);
        chosen
            .filter(|definition| !matches!(definition, Definition::DirectiveDefinition(_)))
            .filter_map(|definition| definition.name().cloned())
    };
    let defined: HashSet<Name> = names(false).collect();
    names(true).filter(|name| !defined.contains(name)).collect()
}

/// Builds and validates. A subgraph needs no query; GraphQL does: it gets one for the validation.
fn build(document: &Document, sources: &Sources) -> Result<Schema, Vec<Diagnostic>> {
    let builder: SchemaBuilder = Schema::builder().adopt_orphan_extensions();
    let invalid = |list: &_| invalid_graphql::errors(document, sources, list);
    let mut schema = builder.add_ast(document).build().map_err(|found| invalid(&found.errors))?;
    let lacks_query = schema.schema_definition.query.is_none();
    if lacks_query {
        schema.types.insert(name!("Query"), placeholder_query().into());
        schema.schema_definition.make_mut().query = Some(name!("Query").into());
    }
    let mut schema = schema.validate().map_err(|found| invalid(&found.errors))?.into_inner();
    if lacks_query {
        schema.types.shift_remove("Query");
        schema.schema_definition.make_mut().query = None;
    }
    let mut errors = default_values::check(&schema, sources);
    errors.extend(one_of::check(&schema, sources));
    if errors.is_empty() { Ok(schema) } else { Err(errors) }
}

/// A directive of Federation that was not imported is an unknown directive to GraphQL.
fn with_import_help(errors: Vec<Diagnostic>, version: Version) -> Vec<Diagnostic> {
    let helped = errors.into_iter().map(|error| {
        let unknown = error.message.strip_prefix("cannot find directive `@");
        let name = unknown.and_then(|rest| rest.split('`').next()).unwrap_or_default();
        let Some(known) = federation_spec::DIRECTIVES.iter().find(|one| one.name == name) else {
            return error;
        };
        let help = match version {
            Version::One => format!(
                "`@{name}` is of Federation 2: link it with `extend schema @link(url: \
                 \"https://specs.apollo.dev/federation/v2.{}\", import: [\"@{name}\"])`",
                known.since
            ),
            Version::Two(minor) if minor < known.since => {
                format!("`@{name}` exists since Federation v2.{}", known.since)
            }
            Version::Two(_) => format!("add `\"@{name}\"` to the `import:` of the `@link`"),
        };
        error.with_help(help)
    });
    helped.collect()
}

fn placeholder_query() -> ObjectType {
    let field = FieldDefinition {
        description: None,
        name: name!("_service"),
        arguments: Vec::new(),
        ty: ty!(String),
        directives: DirectiveList::new(),
    };
    ObjectType {
        description: None,
        name: name!("Query"),
        implements_interfaces: apollo_compiler::collections::IndexSet::default(),
        directives: apollo_compiler::schema::DirectiveList::new(),
        fields: [(name!("_service"), Component::new(field))].into_iter().collect(),
    }
}

/// From the subgraph's names of Federation's directives to the ones that hold in this crate.
fn use_canonical_names(schema: &mut Schema, names: &FederationNames) {
    let rename = |directive: &mut Node<Directive>| {
        if let Some(known) = names.directive(&directive.name) {
            directive.make_mut().name = federation_spec::canonical_name(known);
        }
    };
    for definition in schema.types.values_mut() {
        if !definition.is_built_in() {
            type_parts::for_each_directive(definition, &rename);
        }
    }
    let directives = &mut schema.schema_definition.make_mut().directives;
    directives.retain(|directive| directive.name != names.link.as_str());
    for directive in directives.iter_mut() {
        rename(&mut directive.node);
    }
    for definition in schema.directive_definitions.values_mut() {
        if !definition.is_built_in() {
            type_parts::map_arguments(&mut definition.make_mut().arguments, &|directives| {
                directives.0.iter_mut().for_each(rename);
            });
        }
    }
    schema
        .directive_definitions
        .retain(|name, _| names.directive(name).is_none() && *name != names.link.as_str());
    let is_of_scalars = |name: &Name| names.scalars.iter().any(|(_, local)| name == local.as_str());
    schema.types.retain(|name, _| {
        let is_of_link = names.link_types.iter().any(|(_, local)| name == local.as_str());
        !is_of_scalars(name) && !is_of_link
    });
}

//! What Federation adds to a subgraph's own SDL: taken out when the subgraph printed it, and the
//! definitions of its directives put in for validation.
//!
//! Works on the syntax tree, before there is a schema. Also gives root types their default names.

use std::sync::LazyLock;

use apollo_compiler::ast::{
    self, Definition, DirectiveDefinition, DirectiveLocation, Document, FieldDefinition,
    OperationType, Type,
};
use apollo_compiler::collections::HashMap;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};

use super::federation_link::{FederationNames, Version};
use super::federation_spec;
use super::repeated_definition::{check_directive, check_type};
use crate::diagnostic::{Diagnostic, Sources};
use crate::sdl::link;

/// Removes `_service`, `_entities`, `_Any`, `_Entity`, `_Service` and `_FieldSet`: the gateway asks
/// for them, no client does. A query type with nothing else, or nothing at all, goes too.
pub(crate) fn strip(document: &mut Document) {
    let query = root_name(document, OperationType::Query);
    document.definitions.retain(|definition| {
        let name = definition.name().map_or("", Name::as_str);
        !matches!(
            (definition, name),
            (Definition::ScalarTypeDefinition(_), "_Any" | "_FieldSet")
                | (Definition::UnionTypeDefinition(_), "_Entity")
                | (Definition::ObjectTypeDefinition(_), "_Service")
        )
    });
    let is_machinery =
        |field: &Node<FieldDefinition>| matches!(field.name.as_str(), "_service" | "_entities");
    let mut is_stripped = false;
    document.definitions.retain_mut(|definition| match definition {
        Definition::ObjectTypeDefinition(ty)
            if ty.name == query.as_str()
                && (ty.fields.iter().any(is_machinery) || is_empty(ty)) =>
        {
            let ty = ty.make_mut();
            ty.fields.retain(|field| !is_machinery(field));
            is_stripped = true;
            !ty.fields.is_empty()
        }
        Definition::ObjectTypeExtension(ty)
            if ty.name == query.as_str() && ty.fields.iter().any(is_machinery) =>
        {
            let ty = ty.make_mut();
            ty.fields.retain(|field| !is_machinery(field));
            is_stripped = true;
            !ty.fields.is_empty()
        }
        _ => true,
    });
    let has_query = document.definitions.iter().any(|definition| {
        is_object(definition) && definition.name().is_some_and(|name| *name == query.as_str())
    });
    if !has_query && is_stripped {
        remove_root(document, OperationType::Query);
    }
}

fn is_empty(ty: &ast::ObjectTypeDefinition) -> bool {
    ty.fields.is_empty() && ty.directives.is_empty() && ty.implements_interfaces.is_empty()
}

fn remove_root(document: &mut Document, operation: OperationType) {
    document.definitions.retain_mut(|definition| match definition {
        Definition::SchemaDefinition(schema) => {
            let schema = schema.make_mut();
            schema.root_operations.retain(|root| root.0 != operation);
            !(schema.root_operations.is_empty() && schema.directives.is_empty())
        }
        Definition::SchemaExtension(schema) => {
            let schema = schema.make_mut();
            schema.root_operations.retain(|root| root.0 != operation);
            !(schema.root_operations.is_empty() && schema.directives.is_empty())
        }
        _ => true,
    });
}

fn roots(document: &Document) -> impl Iterator<Item = &Node<(OperationType, Name)>> {
    document.definitions.iter().flat_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => schema.root_operations.as_slice(),
        Definition::SchemaExtension(schema) => schema.root_operations.as_slice(),
        _ => &[],
    })
}

fn root_name(document: &Document, operation: OperationType) -> String {
    let root = roots(document).find(|root| root.0 == operation);
    root.map_or_else(|| default_name(operation).to_owned(), |root| root.1.to_string())
}

fn default_name(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// Calls the root types `Query`, `Mutation` and `Subscription`, whatever the subgraph calls them.
pub(crate) fn rename_roots(
    document: &mut Document,
    sources: &Sources,
) -> Result<(), Vec<Diagnostic>> {
    let mut renames: HashMap<String, &'static str> = HashMap::default();
    let mut errors = Vec::new();
    let are_explicit = document
        .definitions
        .iter()
        .any(|definition| matches!(definition, Definition::SchemaDefinition(_)))
        || roots(document).next().is_some();
    for operation in [OperationType::Query, OperationType::Mutation, OperationType::Subscription] {
        let default = default_name(operation);
        let is_named = roots(document).any(|root| root.0 == operation);
        let name = root_name(document, operation);
        let is_default_root = name == default && (is_named || !are_explicit);
        let usurper = document.definitions.iter().find(|definition| {
            is_type(definition) && definition.name().is_some_and(|name| name == default)
        });
        if let Some(usurper) = usurper
            && !(is_default_root && (is_object(usurper) || is_named))
        {
            let root = roots(document).find(|root| root.0 == operation);
            let place = usurper.name().and_then(Name::location);
            errors.push(root_used(operation, sources, place, root.and_then(|it| it.1.location())));
        }
        if name != default {
            renames.insert(name, default);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if !renames.is_empty() {
        for definition in &mut document.definitions {
            rename_in(definition, &renames);
        }
    }
    Ok(())
}

fn root_used(
    operation: OperationType,
    sources: &Sources,
    place: Option<SourceSpan>,
    root: Option<SourceSpan>,
) -> Diagnostic {
    let default = default_name(operation);
    let code = match operation {
        OperationType::Query => "ROOT_QUERY_USED",
        OperationType::Mutation => "ROOT_MUTATION_USED",
        OperationType::Subscription => "ROOT_SUBSCRIPTION_USED",
    };
    let message = format!("`{default}` is a type of this subgraph, and not its {operation} root");
    Diagnostic::error(code, message)
        .with_coordinate(default)
        .at(sources, place, "this type")
        .at(sources, root, "the root is here")
        .with_help(format!(
            "in the supergraph the {operation} root is called `{default}`; rename the type"
        ))
}

fn is_object(definition: &Definition) -> bool {
    matches!(definition, Definition::ObjectTypeDefinition(_) | Definition::ObjectTypeExtension(_))
}

fn is_type(definition: &Definition) -> bool {
    !matches!(
        definition,
        Definition::DirectiveDefinition(_)
            | Definition::OperationDefinition(_)
            | Definition::FragmentDefinition(_)
            | Definition::SchemaDefinition(_)
            | Definition::SchemaExtension(_)
    )
}

fn rename_in(definition: &mut Definition, renames: &HashMap<String, &'static str>) {
    match definition {
        Definition::SchemaDefinition(schema) => {
            for root in &mut schema.make_mut().root_operations {
                rename(&mut root.make_mut().1, renames);
            }
        }
        Definition::SchemaExtension(schema) => {
            for root in &mut schema.make_mut().root_operations {
                rename(&mut root.make_mut().1, renames);
            }
        }
        Definition::ObjectTypeDefinition(ty) => {
            let ty = ty.make_mut();
            rename(&mut ty.name, renames);
            rename_fields(&mut ty.fields, renames);
        }
        Definition::ObjectTypeExtension(ty) => {
            let ty = ty.make_mut();
            rename(&mut ty.name, renames);
            rename_fields(&mut ty.fields, renames);
        }
        Definition::InterfaceTypeDefinition(ty) => {
            rename_fields(&mut ty.make_mut().fields, renames);
        }
        Definition::InterfaceTypeExtension(ty) => rename_fields(&mut ty.make_mut().fields, renames),
        Definition::UnionTypeDefinition(ty) => {
            ty.make_mut().members.iter_mut().for_each(|name| rename(name, renames));
        }
        Definition::UnionTypeExtension(ty) => {
            ty.make_mut().members.iter_mut().for_each(|name| rename(name, renames));
        }
        _ => {}
    }
}

fn rename_fields(fields: &mut [Node<FieldDefinition>], renames: &HashMap<String, &'static str>) {
    for field in fields {
        if renames.contains_key(field.ty.inner_named_type().as_str()) {
            rename_type(&mut field.make_mut().ty, renames);
        }
    }
}

fn rename_type(ty: &mut Type, renames: &HashMap<String, &'static str>) {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => rename(name, renames),
        Type::List(item) | Type::NonNullList(item) => rename_type(item, renames),
    }
}

fn rename(name: &mut Name, renames: &HashMap<String, &'static str>) {
    let Some(new) = renames.get(name.as_str()) else { return };
    let location = name.location();
    *name = link::static_name(new);
    // The parser's library takes a location for a name of its length only.
    if let Some(location) = location.filter(|location| location.node_len() == new.len()) {
        *name = name.clone().with_location(location);
    }
}

/// Replaces what the subgraph says about Federation's directives and scalars by the definitions of
/// its version, after checking that it says the same.
pub(crate) fn add_definitions(
    document: &mut Document,
    names: &FederationNames,
    sources: &Sources,
) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    if let Some(connectors) = &names.connectors {
        connectors.add_definitions(document);
    }
    let link = link_definitions(&names.link);
    document.definitions.retain(|definition| match definition {
        Definition::DirectiveDefinition(directive) => {
            let ours = match names.directive(&directive.name) {
                Some(known) => {
                    let is_checked = names.version != Version::One || known.name == "tag";
                    is_checked.then(|| definition_of(known.name, &directive.name, names))
                }
                None if directive.name == names.link.as_str() => link.iter().find_map(|one| {
                    one.as_directive_definition().map(|definition| (**definition).clone())
                }),
                None => return true,
            };
            let wrong = ours.and_then(|ours| check_directive(directive, &ours, names, sources));
            errors.extend(wrong);
            false
        }
        definition if is_type(definition) => {
            let Some(name) = definition.name() else { return true };
            let mut types = names.scalars.iter().chain(&names.link_types);
            let Some((known, _)) = types.find(|(_, local)| name == local.as_str()) else {
                return true;
            };
            errors.extend(check_type(definition, known, sources));
            false
        }
        _ => true,
    });
    for (known, local) in &names.directives {
        let Ok(name) = Name::new(local) else { continue };
        let definition = definition_of(known.name, &name, names);
        document.definitions.push(Definition::DirectiveDefinition(Node::new(definition)));
    }
    document.definitions.extend(link);
    for (_, local) in &names.scalars {
        let Ok(name) = Name::new(local) else { continue };
        let scalar = ast::ScalarTypeDefinition {
            description: None,
            name,
            directives: ast::DirectiveList::new(),
        };
        document.definitions.push(Definition::ScalarTypeDefinition(Node::new(scalar)));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Under the name that hardly anybody changes.
static LINK: LazyLock<Vec<Definition>> = LazyLock::new(|| parse_link_definitions("link"));

/// `@link` itself; its arguments were checked when the links were read.
fn link_definitions(link: &str) -> Vec<Definition> {
    if link == "link" { LINK.clone() } else { parse_link_definitions(link) }
}

fn parse_link_definitions(link: &str) -> Vec<Definition> {
    let text = format!(
        "directive @{link}(url: String, as: String, for: {link}__Purpose, \
         import: [{link}__Import]) repeatable on SCHEMA\n\
         scalar {link}__Import\nenum {link}__Purpose {{ SECURITY EXECUTION }}"
    );
    let document = Document::parse(text, "link.graphql");
    document.map(|document| document.definitions).unwrap_or_default()
}

/// A directive's definition in the subgraph's version and names.
fn definition_of(known: &str, local: &Name, names: &FederationNames) -> DirectiveDefinition {
    let definition = federation_spec::definition(known).expect("known directives are defined");
    let mut definition = (**definition).clone();
    definition.name = local.clone();
    if matches!(names.version, Version::One | Version::Two(..=6)) && known == "override" {
        definition.arguments.retain(|argument| argument.name != "label");
    }
    if matches!(names.version, Version::Two(..=1)) && known == "shareable" {
        definition.repeatable = false;
    }
    if matches!(names.version, Version::Two(..=2)) && known == "tag" {
        definition.locations.retain(|location| *location != DirectiveLocation::Schema);
    }
    for argument in &mut definition.arguments {
        let scalar = argument.ty.inner_named_type();
        let renamed = names.scalars.iter().find(|(known, _)| scalar == known);
        if let Some((scalar, local)) = renamed
            && let Ok(local) = Name::new(local)
        {
            let ty = replace_inner((*argument.ty).clone(), scalar, &local);
            argument.make_mut().ty = Node::new(ty);
        }
    }
    definition
}

fn replace_inner(ty: Type, from: &str, to: &Name) -> Type {
    match ty {
        Type::Named(name) if name == from => Type::Named(to.clone()),
        Type::NonNullNamed(name) if name == from => Type::NonNullNamed(to.clone()),
        Type::List(item) => Type::List(Box::new(replace_inner(*item, from, to))),
        Type::NonNullList(item) => Type::NonNullList(Box::new(replace_inner(*item, from, to))),
        other => other,
    }
}

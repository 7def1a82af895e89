//! What else has to go when a part of a subgraph is taken away: what refers to it, and what was
//! there only for its sake.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Definition, Directive, DirectiveList, Document};

use super::schema_parts::{fields, fields_mut};

const BUILT_IN: [&str; 6] = ["Int", "Float", "String", "Boolean", "ID", "ContextFieldValue"];

/// Takes away until nothing refers to what is gone.
pub(super) fn repair(document: &mut Document) {
    loop {
        let before = document.to_string();
        remove_undefined(document);
        remove_lost_field_sets(document);
        remove_unread_externals(document);
        document.definitions.retain(|definition| match definition {
            Definition::ObjectTypeDefinition(object) => !object.fields.is_empty(),
            Definition::InterfaceTypeDefinition(interface) => !interface.fields.is_empty(),
            Definition::UnionTypeDefinition(union) => !union.members.is_empty(),
            _ => true,
        });
        if document.to_string() == before {
            return;
        }
    }
}

/// Fields and arguments of types that are gone; members and interfaces, too.
pub(super) fn remove_undefined(document: &mut Document) {
    let names = document.definitions.iter().filter_map(|definition| definition.name());
    let names: BTreeSet<String> = names.map(ToString::to_string).collect();
    let is_known = |name: &str| names.contains(name) || BUILT_IN.contains(&name);
    for definition in &mut document.definitions {
        match definition {
            Definition::ObjectTypeDefinition(object) => {
                object.make_mut().implements_interfaces.retain(|name| is_known(name));
            }
            Definition::UnionTypeDefinition(union) => {
                union.make_mut().members.retain(|name| is_known(name));
            }
            _ => {}
        }
        let Some(fields) = fields_mut(definition) else { continue };
        fields.retain(|field| is_known(field.ty.inner_named_type()));
        for field in fields {
            let arguments = &mut field.make_mut().arguments;
            arguments.retain(|argument| is_known(argument.ty.inner_named_type()));
        }
    }
}

/// Keys, requirements and provisions that name fields which nothing has any more.
fn remove_lost_field_sets(document: &mut Document) {
    let all = document.definitions.iter().flat_map(fields);
    let known: BTreeSet<String> = all.map(|field| field.name.to_string()).collect();
    let is_whole = |directive: &Directive| words(directive).iter().all(|word| known.contains(word));
    let clean = |list: &mut DirectiveList| list.0.retain(|directive| is_whole(directive));
    for definition in &mut document.definitions {
        match definition {
            Definition::ObjectTypeDefinition(object) => clean(&mut object.make_mut().directives),
            Definition::InterfaceTypeDefinition(one) => clean(&mut one.make_mut().directives),
            _ => {}
        }
        for field in fields_mut(definition).into_iter().flatten() {
            clean(&mut field.make_mut().directives);
        }
    }
}

fn remove_unread_externals(document: &mut Document) {
    let types = document.definitions.iter().flat_map(|one| one.directives().iter());
    let all = document.definitions.iter().flat_map(fields);
    let directives = types.chain(all.flat_map(|field| field.directives.iter()));
    let read: BTreeSet<String> = directives.flat_map(|directive| words(directive)).collect();
    for definition in &mut document.definitions {
        if let Some(fields) = fields_mut(definition) {
            fields.retain(|field| {
                !field.directives.has("external") || read.contains(field.name.as_str())
            });
        }
    }
}

/// The names of all fields that are in keys.
pub(super) fn key_fields(subgraphs: &[(String, String)]) -> BTreeSet<String> {
    let parsed = subgraphs.iter().filter_map(|(_, sdl)| Document::parse(sdl, "sdl.graphql").ok());
    let mut found = BTreeSet::new();
    for definition in parsed.flat_map(|document| document.definitions) {
        found.extend(definition.directives().get_all("key").flat_map(|key| words(key)));
    }
    found
}

/// The names of fields in a directive's field set; arguments are passed over.
fn words(directive: &Directive) -> Vec<String> {
    let Some(fields) = directive.specified_argument_by_name("fields") else { return Vec::new() };
    let (mut words, mut depth, mut word) = (Vec::new(), 0usize, String::new());
    for one in fields.as_str().unwrap_or_default().chars().chain([' ']) {
        if (one.is_alphanumeric() || one == '_') && depth == 0 {
            word.push(one);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        depth = match one {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
    }
    words
}

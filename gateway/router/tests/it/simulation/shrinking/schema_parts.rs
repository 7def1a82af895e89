//! The parts of a world's subgraphs that can be taken away, by number: whole subgraphs, types and
//! fields in all of them at once, then every part of each.

use std::collections::BTreeSet;

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, FieldDefinition};

use super::{Countdown, repairs};

/// The subgraphs without their part of that number; nothing when there are fewer.
pub(super) fn without(
    subgraphs: &[(String, String)],
    index: usize,
) -> Option<Vec<(String, String)>> {
    let mut countdown = Countdown::new(index);
    let mut parsed = Vec::new();
    for (name, sdl) in subgraphs {
        parsed.push((name.clone(), Document::parse(sdl, "subgraph.graphql").ok()?));
    }
    countdown.remove_one(&mut parsed);
    if !countdown.is_over() {
        remove_everywhere(&mut parsed, &mut countdown);
    }
    for (_, document) in &mut parsed {
        remove_part(document, &mut countdown);
    }
    for (_, document) in &mut parsed {
        repairs::repair(document);
    }
    parsed.retain(|(_, document)| document.definitions.len() > 1);
    let written = parsed.into_iter().map(|(name, document)| (name, document.to_string()));
    countdown.is_over().then(|| written.collect())
}

/// A type or a field, in every subgraph that has it.
fn remove_everywhere(subgraphs: &mut [(String, Document)], countdown: &mut Countdown) {
    let mut coordinates = BTreeSet::new();
    for definition in subgraphs.iter().flat_map(|(_, document)| &document.definitions) {
        let Some(name) = definition.name() else { continue };
        coordinates.insert((name.to_string(), None));
        for field in fields(definition) {
            coordinates.insert((name.to_string(), Some(field.name.to_string())));
        }
    }
    let struck = coordinates.into_iter().find(|_| countdown.strikes());
    let Some((name, field)) = struck else { return };
    let is_meant = |definition: &Definition| definition.name().is_some_and(|one| *one == *name);
    for (_, document) in subgraphs {
        match &field {
            None => document.definitions.retain(|definition| !is_meant(definition)),
            Some(field) => {
                for definition in document.definitions.iter_mut().filter(|one| is_meant(one)) {
                    if let Some(fields) = fields_mut(definition) {
                        fields.retain(|one| *one.name != **field);
                    }
                }
            }
        }
    }
}

pub(super) fn remove_part(document: &mut Document, countdown: &mut Countdown) {
    let mut index = 0;
    while index < document.definitions.len() && !countdown.is_over() {
        if document.definitions[index].name().is_some() && countdown.strikes() {
            document.definitions.remove(index);
            return;
        }
        remove_from(&mut document.definitions[index], countdown);
        index += 1;
    }
}

fn remove_from(definition: &mut Definition, countdown: &mut Countdown) {
    match definition {
        Definition::ObjectTypeDefinition(object) => {
            let object = object.make_mut();
            countdown.remove_one(&mut object.implements_interfaces);
            countdown.remove_one(&mut object.directives.0);
        }
        Definition::InterfaceTypeDefinition(interface) => {
            let interface = interface.make_mut();
            countdown.remove_one(&mut interface.implements_interfaces);
            countdown.remove_one(&mut interface.directives.0);
        }
        Definition::UnionTypeDefinition(union) => {
            countdown.remove_one(&mut union.make_mut().members);
        }
        Definition::EnumTypeDefinition(values) => {
            countdown.remove_one(&mut values.make_mut().values);
        }
        Definition::InputObjectTypeDefinition(input) => {
            countdown.remove_one(&mut input.make_mut().fields);
        }
        _ => {}
    }
    let Some(fields) = fields_mut(definition) else { return };
    countdown.remove_one(fields);
    for field in fields {
        if countdown.is_over() {
            return;
        }
        let field = field.make_mut();
        countdown.remove_one(&mut field.arguments);
        countdown.remove_one(&mut field.directives.0);
    }
}

pub(super) fn fields(definition: &Definition) -> &[Node<FieldDefinition>] {
    match definition {
        Definition::ObjectTypeDefinition(object) => &object.fields,
        Definition::InterfaceTypeDefinition(interface) => &interface.fields,
        _ => &[],
    }
}

pub(super) fn fields_mut(definition: &mut Definition) -> Option<&mut Vec<Node<FieldDefinition>>> {
    match definition {
        Definition::ObjectTypeDefinition(object) => Some(&mut object.make_mut().fields),
        Definition::InterfaceTypeDefinition(interface) => Some(&mut interface.make_mut().fields),
        _ => None,
    }
}

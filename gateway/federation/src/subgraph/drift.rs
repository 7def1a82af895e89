//! In what two SDL texts of one subgraph differ: what a file says, and what the running subgraph
//! says of itself.
//!
//! Order, layout, descriptions, `extend` and what Federation itself adds make no difference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use apollo_compiler::ast::{
    Definition, DirectiveList, EnumValueDefinition, FieldDefinition, InputValueDefinition,
};
use apollo_compiler::{Name, Node};

use super::{invalid_graphql, machinery};
use crate::diagnostic::{Diagnostic, SourceFile, Sources};
use crate::sdl;

/// What only one of the texts has, or each in its own way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// Coordinates that only the first text has.
    pub only_before: Vec<String>,
    /// Coordinates that only the second text has.
    pub only_after: Vec<String>,
    /// Coordinates that both have, with other types, arguments, directives or interfaces.
    pub changed: Vec<String>,
}

impl Drift {
    /// Compares two texts of one subgraph.
    ///
    /// # Errors
    /// What is wrong with the text that is no SDL.
    pub fn between(
        before: &Arc<SourceFile>,
        after: &Arc<SourceFile>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (before, after) = (elements(before)?, elements(after)?);
        let missing = |of: &Elements, other: &Elements| {
            let keys = of.keys().filter(|key| !other.contains_key(*key));
            // With a type all of its parts are missing.
            let is_part =
                |key: &str| key.split_once('.').is_some_and(|(ty, _)| !other.contains_key(ty));
            keys.filter(|key| !is_part(key)).cloned().collect()
        };
        let is_changed = |(key, parts): &(&String, &BTreeSet<String>)| {
            after.get(*key).is_some_and(|other| other != *parts)
        };
        Ok(Self {
            only_before: missing(&before, &after),
            only_after: missing(&after, &before),
            changed: before.iter().filter(is_changed).map(|(key, _)| key.clone()).collect(),
        })
    }

    /// Whether the texts say the same.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What is said of each coordinate, whether in one definition or in several.
type Elements = BTreeMap<String, BTreeSet<String>>;

fn elements(source: &Arc<SourceFile>) -> Result<Elements, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    let mut document = sdl::parse(source, &mut sources).map_err(invalid_graphql::of_syntax)?;
    machinery::strip(&mut document);
    machinery::rename_roots(&mut document, &sources)?;
    let mut elements = Elements::new();
    for definition in &document.definitions {
        read(definition, &mut elements);
    }
    Ok(elements)
}

/// Directives are compared where they are applied, and so are links.
fn read(definition: &Definition, elements: &mut Elements) {
    use Definition as D;
    let Some(name) = definition.name().filter(|_| !is_directive(definition)) else { return };
    let mut said: BTreeSet<String> = directives(definition.directives());
    let mut part = |part: &Name, text: String| {
        elements.entry(format!("{name}.{part}")).or_default().insert(text);
    };
    let (kind, interfaces): (&str, &[Name]) = match definition {
        D::ObjectTypeDefinition(it) => {
            it.fields.iter().for_each(|field| part(&field.name, plain_field(field)));
            ("type", &it.implements_interfaces)
        }
        D::ObjectTypeExtension(it) => {
            it.fields.iter().for_each(|field| part(&field.name, plain_field(field)));
            ("type", &it.implements_interfaces)
        }
        D::InterfaceTypeDefinition(it) => {
            it.fields.iter().for_each(|field| part(&field.name, plain_field(field)));
            ("interface", &it.implements_interfaces)
        }
        D::InterfaceTypeExtension(it) => {
            it.fields.iter().for_each(|field| part(&field.name, plain_field(field)));
            ("interface", &it.implements_interfaces)
        }
        D::InputObjectTypeDefinition(it) => {
            it.fields.iter().for_each(|field| part(&field.name, plain_input(field).to_string()));
            ("input", &[])
        }
        D::InputObjectTypeExtension(it) => {
            it.fields.iter().for_each(|field| part(&field.name, plain_input(field).to_string()));
            ("input", &[])
        }
        D::EnumTypeDefinition(it) => {
            it.values.iter().for_each(|value| part(&value.value, plain_value(value)));
            ("enum", &[])
        }
        D::EnumTypeExtension(it) => {
            it.values.iter().for_each(|value| part(&value.value, plain_value(value)));
            ("enum", &[])
        }
        D::UnionTypeDefinition(it) => {
            it.members.iter().for_each(|member| part(member, String::new()));
            ("union", &[])
        }
        D::UnionTypeExtension(it) => {
            it.members.iter().for_each(|member| part(member, String::new()));
            ("union", &[])
        }
        _ => ("scalar", &[]),
    };
    said.insert(kind.to_owned());
    said.extend(interfaces.iter().map(|interface| format!("implements {interface}")));
    elements.entry(name.to_string()).or_default().extend(said);
}

fn is_directive(definition: &Definition) -> bool {
    matches!(definition, Definition::DirectiveDefinition(_))
}

fn directives(applied: &DirectiveList) -> BTreeSet<String> {
    applied.iter().map(ToString::to_string).filter(|it| it != "@extends").collect()
}

fn plain_field(field: &Node<FieldDefinition>) -> String {
    let mut plain = FieldDefinition::clone(field);
    plain.description = None;
    plain.directives = sorted(&field.directives);
    plain.arguments = field.arguments.iter().map(plain_input).collect();
    plain.arguments.sort_by(|one, other| one.name.cmp(&other.name));
    plain.to_string()
}

fn plain_input(input: &Node<InputValueDefinition>) -> Node<InputValueDefinition> {
    let mut plain = InputValueDefinition::clone(input);
    plain.description = None;
    plain.directives = sorted(&input.directives);
    Node::new(plain)
}

fn plain_value(value: &Node<EnumValueDefinition>) -> String {
    let mut plain = EnumValueDefinition::clone(value);
    plain.description = None;
    plain.directives = sorted(&value.directives);
    plain.to_string()
}

fn sorted(applied: &DirectiveList) -> DirectiveList {
    let mut applied: Vec<_> = applied.iter().cloned().collect();
    applied.sort_by_cached_key(ToString::to_string);
    DirectiveList(applied)
}

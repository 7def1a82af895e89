//! `@cacheTag(format:)`: text with `{$args.a.b}` on fields and `{$key.a.b}` on entities.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, FieldDefinition};

use super::Rules;
use crate::subgraph::federation_spec::names;
use crate::type_parts::field_of;

impl Rules<'_> {
    pub(super) fn cache_tags(&mut self) {
        let subgraph = self.subgraph;
        let is_tag = |directive: &&Node<Directive>| directive.name == names::CACHE_TAG;
        for (name, directives) in &subgraph.carried.on_types {
            for directive in directives.iter().filter(is_tag) {
                let wrong =
                    placeholders(directive).err().or_else(|| self.key_problem(name, directive));
                self.cache_tag(name, directive, wrong);
            }
        }
        for ((parent, name), directives) in &subgraph.carried.on_fields {
            let definition = subgraph.schema.types.get(parent);
            let Some(field) = definition.and_then(|ty| field_of(ty, name)) else { continue };
            let coordinate = format!("{parent}.{name}");
            for directive in directives.iter().filter(is_tag) {
                let wrong = match placeholders(directive) {
                    Ok(paths) => paths.iter().find_map(|path| argument_problem(path, field)),
                    Err(wrong) => Some(wrong),
                };
                self.cache_tag(&coordinate, directive, wrong);
            }
        }
    }

    fn cache_tag(&mut self, coordinate: &str, directive: &Node<Directive>, wrong: Option<String>) {
        let Some(wrong) = wrong else { return };
        let message = format!("the cache tag of `{coordinate}` {wrong}");
        let error = self.error("INVALID_GRAPHQL", coordinate, message, directive);
        *error = error.clone().with_help(
            "a format is text with `{$args.name}` on a field, `{$key.name}` on a type with a key",
        );
    }

    /// Every key must have what the tag of an entity is made of.
    fn key_problem(&self, name: &str, directive: &Directive) -> Option<String> {
        let paths = placeholders(directive).ok()?;
        let keys = self.subgraph.field_sets.keys.get(name).map(Vec::as_slice).unwrap_or_default();
        let definition = self.subgraph.schema.types.get(name)?;
        paths.iter().find_map(|path| {
            let Some(path) = path.strip_prefix("$key.") else {
                return Some(format!("has `{{{path}}}`, and types have only their keys"));
            };
            if keys.is_empty() {
                return Some(format!("has `{{$key.{path}}}`, and the type has no key"));
            }
            let first = path.split('.').next().unwrap_or_default();
            let is_selected = |fields: &str| {
                fields.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|it| it == first)
            };
            let lacks = keys.iter().find(|key| !is_selected(&key.fields));
            if field_of(definition, first).is_none() || lacks.is_some() {
                let key = lacks.map_or("", |key| key.fields.as_str());
                return Some(format!("has `{{$key.{path}}}`, and the key `{key}` lacks `{first}`"));
            }
            None
        })
    }
}

fn argument_problem(path: &str, field: &FieldDefinition) -> Option<String> {
    let Some(path) = path.strip_prefix("$args.") else {
        return Some(format!("has `{{{path}}}`, and fields have only their arguments"));
    };
    let first = path.split('.').next().unwrap_or_default();
    if field.argument_by_name(first).is_some() {
        return None;
    }
    Some(format!("has `{{$args.{path}}}`, and there is no argument `{first}`"))
}

/// What stands in braces; or what is wrong with the format by itself.
fn placeholders(directive: &Directive) -> Result<Vec<&str>, String> {
    let format = directive.specified_argument_by_name("format").and_then(|it| it.as_str());
    let mut rest = format.unwrap_or_default();
    if rest.is_empty() {
        return Err("is empty".to_owned());
    }
    let mut found = Vec::new();
    while let Some(start) = rest.find(['{', '}']) {
        let inner = rest[start..].strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let Some((inner, behind)) = inner.filter(|(inner, _)| is_path(inner)) else {
            return Err(format!("is broken at `{}`", &rest[start..]));
        };
        found.push(inner);
        rest = behind;
    }
    Ok(found)
}

/// `$args.a.b`.
fn is_path(text: &str) -> bool {
    let Some(path) = text.strip_prefix('$') else { return false };
    let is_name = |part: &str| apollo_compiler::Name::new(part).is_ok();
    path.contains('.') && path.split('.').all(is_name)
}

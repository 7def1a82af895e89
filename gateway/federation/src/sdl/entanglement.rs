//! Input objects and directives that contain each other in more ways than can be followed.
//!
//! Validation looks for circles among them by following every way there is, and ways multiply:
//! twelve input objects of ten fields each can make a million millions. The same ways are counted
//! here first, to a limit.

use std::collections::BTreeMap;

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, DirectiveList, Document, InputValueDefinition, Type};
use apollo_compiler::collections::HashSet;

use crate::diagnostic::{Diagnostic, Sources};

/// Steps on all ways together; a large honest schema has some thousands.
const STEPS_MAX: usize = 200_000;

/// What leads to what; directives have their `@`.
type Ways = BTreeMap<String, Vec<String>>;

/// Refuses a document in which there are too many ways.
pub(super) fn check(document: &Document, sources: &Sources) -> Result<(), Vec<Diagnostic>> {
    let (required, all) = ways(document);
    let directives = all.keys().filter(|name| name.starts_with('@'));
    let too_many = first_beyond_limit(&required, required.keys())
        .or_else(|| first_beyond_limit(&all, directives));
    let Some(name) = too_many else { return Ok(()) };
    let definition = document.definitions.iter().find(|definition| {
        definition.name().is_some_and(|own| own == name.trim_start_matches('@'))
    });
    let message = format!("`{name}` contains other input types in too many ways");
    let error = Diagnostic::error("INVALID_GRAPHQL", message)
        .with_coordinate(name)
        .at(sources, definition.and_then(|definition| definition.location()), "")
        .with_help("make some of the input fields optional, or use fewer inside one another");
    Err(vec![error])
}

/// Through required input fields alone, and through everything that a directive can lead to.
fn ways(document: &Document) -> (Ways, Ways) {
    let (mut required, mut all) = (Ways::new(), Ways::new());
    for definition in &document.definitions {
        let Some(name) = definition.name() else { continue };
        let own = match definition {
            Definition::DirectiveDefinition(_) => format!("@{name}"),
            _ => name.to_string(),
        };
        let values: &[Node<InputValueDefinition>] = match definition {
            Definition::InputObjectTypeDefinition(ty) => &ty.fields,
            Definition::InputObjectTypeExtension(ty) => &ty.fields,
            Definition::DirectiveDefinition(directive) => &directive.arguments,
            Definition::EnumTypeDefinition(_) | Definition::ScalarTypeDefinition(_) => &[],
            _ => continue,
        };
        let ways = all.entry(own.clone()).or_default();
        ways.extend(applied(definition.directives()));
        for value in values {
            ways.extend(applied(&value.directives));
            ways.push(value.ty.inner_named_type().to_string());
        }
        if let Definition::EnumTypeDefinition(ty) = definition {
            ways.extend(ty.values.iter().flat_map(|value| applied(&value.directives)));
        }
        if !own.starts_with('@') {
            let ways = required.entry(own).or_default();
            ways.extend(values.iter().filter_map(|value| match &*value.ty {
                Type::NonNullNamed(name) => Some(name.to_string()),
                _ => None,
            }));
        }
    }
    (required, all)
}

fn applied(directives: &DirectiveList) -> impl Iterator<Item = String> + '_ {
    directives.iter().map(|directive| format!("@{}", directive.name))
}

/// Where the limit is reached, when everything is followed from each start.
fn first_beyond_limit<'w>(
    ways: &'w Ways,
    starts: impl Iterator<Item = &'w String>,
) -> Option<&'w str> {
    let mut steps = 0;
    for start in starts {
        let mut on_the_way: HashSet<&str> = HashSet::from_iter([start.as_str()]);
        let mut stack = vec![(start.as_str(), ways[start].iter())];
        while let Some((name, rest)) = stack.last_mut() {
            let Some(next) = rest.next() else {
                on_the_way.remove(*name);
                stack.pop();
                continue;
            };
            steps += 1;
            if steps > STEPS_MAX {
                return Some(start);
            }
            if let Some((next, further)) = ways.get_key_value(next)
                && on_the_way.insert(next)
            {
                stack.push((next, further.iter()));
            }
        }
    }
    None
}

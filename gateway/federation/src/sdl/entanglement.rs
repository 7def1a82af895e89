//! Input objects and directives that contain each other in more ways than can be followed.
//!
//! Validation looks for circles among them by following every way there is, and ways multiply:
//! twelve input objects of ten fields each can make a million millions. The same ways are counted
//! here first, to a limit.

use std::collections::BTreeMap;
use std::fmt;

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, DirectiveList, Document, InputValueDefinition, Type};
use apollo_compiler::collections::HashSet;

use crate::diagnostic::{Diagnostic, Sources};

/// Steps on all ways together; a large honest schema has some thousands.
const STEPS_MAX: usize = 200_000;

/// What ways lead from and to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place<'d> {
    Directive(&'d str),
    Type(&'d str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive(name) => write!(f, "@{name}"),
            Self::Type(name) => f.write_str(name),
        }
    }
}

/// What leads to what.
type Ways<'d> = BTreeMap<Place<'d>, Vec<Place<'d>>>;

/// Refuses a document in which there are too many ways.
pub(super) fn check(document: &Document, sources: &Sources) -> Result<(), Vec<Diagnostic>> {
    let (required, all) = ways(document);
    let directives = all.keys().filter(|place| matches!(place, Place::Directive(_)));
    let too_many = first_beyond_limit(&required, required.keys())
        .or_else(|| first_beyond_limit(&all, directives));
    let Some(place) = too_many else { return Ok(()) };
    let (Place::Directive(name) | Place::Type(name)) = place;
    let mut definitions = document.definitions.iter();
    let definition = definitions.find(|it| it.name().is_some_and(|own| own == name));
    let message = format!("`{place}` contains other input types in too many ways");
    let error = Diagnostic::error("INVALID_GRAPHQL", message)
        .with_coordinate(place.to_string())
        .at(sources, definition.and_then(|definition| definition.location()), "")
        .with_help("make some of the input fields optional, or use fewer inside one another");
    Err(vec![error])
}

/// Through required input fields alone, and through everything that a directive can lead to.
fn ways(document: &Document) -> (Ways<'_>, Ways<'_>) {
    let (mut required, mut all) = (Ways::new(), Ways::new());
    for definition in &document.definitions {
        let Some(name) = definition.name() else { continue };
        let own = match definition {
            Definition::DirectiveDefinition(_) => Place::Directive(name),
            _ => Place::Type(name),
        };
        let values: &[Node<InputValueDefinition>] = match definition {
            Definition::InputObjectTypeDefinition(ty) => &ty.fields,
            Definition::InputObjectTypeExtension(ty) => &ty.fields,
            Definition::DirectiveDefinition(directive) => &directive.arguments,
            Definition::EnumTypeDefinition(_) | Definition::ScalarTypeDefinition(_) => &[],
            _ => continue,
        };
        let ways = all.entry(own).or_default();
        ways.extend(applied(definition.directives()));
        for value in values {
            ways.extend(applied(&value.directives));
            ways.push(Place::Type(value.ty.inner_named_type()));
        }
        if let Definition::EnumTypeDefinition(ty) = definition {
            ways.extend(ty.values.iter().flat_map(|value| applied(&value.directives)));
        }
        if matches!(own, Place::Type(_)) {
            let ways = required.entry(own).or_default();
            ways.extend(values.iter().filter_map(|value| match &*value.ty {
                Type::NonNullNamed(name) => Some(Place::Type(name)),
                _ => None,
            }));
        }
    }
    (required, all)
}

fn applied(directives: &DirectiveList) -> impl Iterator<Item = Place<'_>> {
    directives.iter().map(|directive| Place::Directive(&directive.name))
}

/// Where the limit is reached, when everything is followed from each start.
fn first_beyond_limit<'w, 'd>(
    ways: &'w Ways<'d>,
    starts: impl Iterator<Item = &'w Place<'d>>,
) -> Option<Place<'d>> {
    let mut steps = 0;
    for start in starts.filter(|start| !ways[start].is_empty()) {
        let mut on_the_way: HashSet<Place<'_>> = HashSet::from_iter([*start]);
        let mut stack = vec![(*start, ways[start].iter())];
        while let Some((place, rest)) = stack.last_mut() {
            let Some(next) = rest.next() else {
                on_the_way.remove(place);
                stack.pop();
                continue;
            };
            steps += 1;
            if steps > STEPS_MAX {
                return Some(*start);
            }
            if let Some((next, further)) = ways.get_key_value(next)
                && on_the_way.insert(*next)
            {
                stack.push((*next, further.iter()));
            }
        }
    }
    None
}

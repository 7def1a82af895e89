//! Descriptions and applied directives of merged elements; definitions of executable directives.
//!
//! `@tag` and repeatable directives by union, `@inaccessible` and `@authenticated` by presence,
//! other single ones by the commonest with a hint, or by their own strategy (`merge_strategies`).
//! Directives that do not compose are gone from the subgraphs by now.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{self, Directive, DirectiveDefinition, DirectiveLocation};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, DirectiveList};
use apollo_compiler::{Name, Node};

use super::contexts::contexts;
use super::element_at::{ArgumentsAt, TypeAt};
use super::merge_state::Merge;
use crate::diagnostic::Diagnostic;
use crate::sdl::link;
use crate::subgraph::federation_spec::names;
use crate::supergraph::linked_feature;
use crate::type_parts;

/// What stands before and behind a type's name.
pub(super) struct Described {
    pub(super) description: Option<Node<str>>,
    pub(super) directives: DirectiveList,
}

impl Merge<'_> {
    pub(super) fn describe_types(&mut self, name: &Name, at: &[TypeAt<'_>]) -> Described {
        let descriptions = at.iter().map(|one| one.definition.description());
        let description = self.merge_descriptions(name, descriptions);
        let directives = at
            .iter()
            .map(|one| one.definition.directives().iter().map(|it| &it.node).collect())
            .collect::<Vec<_>>();
        let directives = self.merge_directives(name, &directives).0.into_iter();
        let directives = directives.chain(contexts(name, at)).collect();
        Described { description, directives }
    }

    pub(super) fn describe_schema(&mut self) -> Described {
        let subgraphs = self.subgraphs;
        let definitions = subgraphs.iter().map(|subgraph| &subgraph.schema.schema_definition);
        let descriptions = definitions.clone().map(|definition| definition.description.as_ref());
        let description = self.merge_descriptions("schema", descriptions);
        let directives = definitions
            .map(|definition| definition.directives.iter().map(|it| &it.node).collect())
            .collect::<Vec<_>>();
        let directives = self.merge_directives("schema", &directives);
        Described { description, directives: directives.0.into_iter().collect() }
    }

    /// The commonest description; the first of equally common ones.
    pub(super) fn merge_descriptions<'d>(
        &mut self,
        coordinate: &str,
        descriptions: impl Iterator<Item = Option<&'d Node<str>>> + Clone,
    ) -> Option<Node<str>> {
        let mut found = descriptions.flatten().filter(|text| !text.trim().is_empty());
        let all = found.clone();
        let first = found.next()?;
        if found.all(|text| text.as_str() == first.as_str()) {
            return Some(Node::new_str(first));
        }
        let found: Vec<&Node<str>> = all.collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for text in &found {
            *counts.entry(text).or_default() += 1;
        }
        let most = *counts.values().max()?;
        let chosen = *found.iter().find(|text| counts[text.as_str()] == most)?;
        let message = format!("`{coordinate}` has descriptions that differ");
        let mut hint = Diagnostic::hint("INCONSISTENT_DESCRIPTION", message)
            .with_coordinate(coordinate)
            .with_help("the commonest is used, the first where none is");
        for text in &found {
            let label = if text.as_str() == chosen.as_str() { "used" } else { "not used" };
            hint = hint.at(self.sources, text.location(), label);
        }
        self.diagnostics.push(hint);
        Some(Node::new_str(chosen))
    }

    /// The directives that compose, one list of applications a subgraph.
    pub(super) fn merge_directives(
        &mut self,
        coordinate: &str,
        lists: &[Vec<&Node<Directive>>],
    ) -> ast::DirectiveList {
        let mut merged = ast::DirectiveList::new();
        if lists.iter().all(Vec::is_empty) {
            return merged;
        }
        for name in ["deprecated", "specifiedBy"] {
            merged.0.extend(self.merge_single(coordinate, lists, name));
        }
        let applied = |name: &str| lists.iter().flatten().any(|directive| directive.name == name);
        let present =
            [(names::INACCESSIBLE, "inaccessible"), (names::AUTHENTICATED, "authenticated")];
        for (_, name) in present.iter().filter(|(canonical, _)| applied(canonical)) {
            merged.push(Directive::new(link::static_name(name)));
        }
        let mut tags: BTreeMap<String, Node<Directive>> = BTreeMap::new();
        for directive in lists.iter().flatten().filter(|one| one.name == names::TAG) {
            let mut tag = Directive::new(link::static_name("tag"));
            tag.arguments.clone_from(&directive.arguments);
            let text = directive.specified_argument_by_name("name").and_then(|it| it.as_str());
            tags.entry(text.unwrap_or_default().to_owned()).or_insert_with(|| Node::new(tag));
        }
        merged.0.extend(tags.into_values());
        merged.0.extend(self.merge_combined(coordinate, lists));
        let composed: Vec<_> = self.composed.values().cloned().collect();
        for definition in composed.iter().filter(|definition| applied(&definition.name)) {
            if definition.repeatable {
                merged.0.extend(united(lists, &definition.name));
            } else {
                merged.0.extend(self.merge_single(coordinate, lists, &definition.name));
            }
        }
        merged
    }

    /// A directive that stands once: the commonest, the first of equally common ones, with a hint
    /// when arguments differ.
    fn merge_single(
        &mut self,
        coordinate: &str,
        lists: &[Vec<&Node<Directive>>],
        name: &str,
    ) -> Option<Node<Directive>> {
        let applications: Vec<_> =
            lists.iter().flatten().filter(|directive| directive.name == name).collect();
        let count = |one: &Directive| applications.iter().filter(|it| is_alike(it, one)).count();
        let mut first = applications.first()?;
        for directive in &applications {
            if count(directive) > count(first) {
                first = directive;
            }
        }
        if applications.iter().any(|other| !is_alike(other, first)) {
            let message = format!("`@{name}` on `{coordinate}` has arguments that differ");
            let code = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS";
            let mut hint = Diagnostic::hint(code, message)
                .with_coordinate(coordinate)
                .with_help("the commonest is used, the first where none is");
            for directive in &applications {
                let label = if is_alike(directive, first) { "used" } else { "not used" };
                hint = hint.at(self.sources, directive.location(), label);
            }
            self.diagnostics.push(hint);
        }
        Some(Node::new((****first).clone()))
    }

    /// Adds the definitions of what composes by itself, where it is applied.
    pub(super) fn define_composed_directives(&mut self) {
        let mut applied = BTreeSet::new();
        type_parts::for_each_application(&self.schema, &mut |directive| {
            if !self.composed.contains_key(&directive.name) {
                applied.insert(directive.name.clone());
            }
        });
        // Contexts are read where `@join__field` says so; the specification has both directives.
        if applied.contains("context") {
            applied.insert(link::static_name("fromContext"));
        }
        for name in applied {
            linked_feature::define(&mut self.schema, &name);
        }
    }

    /// Adds the definitions of what composes by request.
    pub(super) fn define_requested_directives(&mut self) {
        for (name, mut definition) in (*self.composed).clone() {
            for argument in &mut definition.make_mut().arguments {
                let coordinate = format!("@{name}({}:)", argument.name);
                let directives = [argument.directives.iter().collect()];
                let directives = self.merge_directives(&coordinate, &directives);
                argument.make_mut().directives = directives;
            }
            self.schema.directive_definitions.insert(name, definition);
        }
    }

    /// Executable directives survive when every subgraph defines them: clients may use them on
    /// whatever subgraph a field comes from.
    pub(super) fn merge_executable_directives(&mut self) {
        let mut found: IndexMap<&Name, Vec<&Node<DirectiveDefinition>>> = IndexMap::default();
        for subgraph in self.subgraphs {
            for (name, definition) in &subgraph.schema.directive_definitions {
                let composes = self.composed.contains_key(name);
                if !definition.is_built_in() && !is_standard(name) && !composes {
                    found.entry(name).or_default().push(definition);
                }
            }
        }
        let is_executable =
            |one: &Node<DirectiveDefinition>| one.locations.iter().any(is_executable);
        found.retain(|_, definitions| definitions.iter().any(|one| is_executable(one)));
        found.sort_keys();
        for (name, definitions) in found {
            if let Some(merged) = self.merge_executable_directive(name, &definitions) {
                self.schema.directive_definitions.insert(name.clone(), Node::new(merged));
            }
        }
    }

    fn merge_executable_directive(
        &mut self,
        name: &Name,
        definitions: &[&Node<DirectiveDefinition>],
    ) -> Option<DirectiveDefinition> {
        let coordinate = format!("@{name}");
        let hint = |code, message: String| {
            let hint = Diagnostic::hint(code, message)
                .with_coordinate(coordinate.as_str())
                .with_help("clients may use what every subgraph defines alike");
            definitions.iter().fold(hint, |hint, definition| {
                hint.at(self.sources, definition.name.location(), "defined here")
            })
        };
        if definitions.len() < self.subgraphs.len() {
            let message = format!("`@{name}` is left out: not every subgraph defines it");
            let hint = hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", message);
            self.diagnostics.push(hint);
            return None;
        }
        let everywhere = |location: &&DirectiveLocation| {
            is_executable(location)
                && definitions.iter().all(|definition| definition.locations.contains(location))
        };
        let locations: Vec<_> =
            definitions[0].locations.iter().filter(everywhere).copied().collect();
        if locations.is_empty() {
            let message = format!("`@{name}` is left out: it has no location in all subgraphs");
            let hint = hint("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", message);
            self.diagnostics.push(hint);
            return None;
        }
        let executable = |one: &Node<DirectiveDefinition>| {
            one.locations.iter().filter(|location| is_executable(location)).count()
        };
        if definitions.iter().any(|one| executable(one) != locations.len()) {
            let message = format!("`@{name}` keeps only the locations that all subgraphs give it");
            let hint = hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", message);
            self.diagnostics.push(hint);
        }
        let repeatable = definitions.iter().all(|definition| definition.repeatable);
        if !repeatable && definitions.iter().any(|definition| definition.repeatable) {
            let message = format!("`@{name}` is not repeatable: not every subgraph has it so");
            let hint = hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", message);
            self.diagnostics.push(hint);
        }
        let lists = definitions.iter().map(|definition| ArgumentsAt {
            place: definition.name.location(),
            arguments: &definition.arguments,
        });
        let lists: Vec<_> = lists.collect();
        let arguments = self.merge_arguments(&coordinate, &lists);
        let descriptions = definitions.iter().map(|definition| definition.description.as_ref());
        let description = self.merge_descriptions(&coordinate, descriptions);
        Some(DirectiveDefinition {
            description,
            name: name.clone(),
            arguments,
            repeatable,
            locations,
        })
    }
}

/// The same arguments, in whatever order; a deprecation without a reason has the default one.
fn is_alike(one: &Directive, other: &Directive) -> bool {
    if one.name == "deprecated" {
        let reason = |directive: &Directive| {
            let value = directive.specified_argument_by_name("reason");
            value.and_then(|it| it.as_str()).unwrap_or("No longer supported").to_owned()
        };
        return reason(one) == reason(other);
    }
    one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|argument| other.arguments.contains(argument))
}

/// Every application of a repeatable directive, once.
fn united(lists: &[Vec<&Node<Directive>>], name: &str) -> Vec<Node<Directive>> {
    let mut united: Vec<Node<Directive>> = Vec::new();
    for directive in lists.iter().flatten().filter(|directive| directive.name == name) {
        if !united.iter().any(|one| is_alike(one, directive)) {
            united.push(Node::new((***directive).clone()));
        }
    }
    united
}

/// Every server has these; what a subgraph says about them changes nothing.
fn is_standard(name: &str) -> bool {
    matches!(name, "skip" | "include" | "deprecated" | "specifiedBy" | "oneOf" | "defer" | "stream")
}

fn is_executable(location: &DirectiveLocation) -> bool {
    use DirectiveLocation::{
        Field, FragmentDefinition, FragmentSpread, InlineFragment, Mutation, Query, Subscription,
        VariableDefinition,
    };
    matches!(
        location,
        Query
            | Mutation
            | Subscription
            | Field
            | FragmentDefinition
            | FragmentSpread
            | InlineFragment
            | VariableDefinition
    )
}

/// A synthetic component: merged elements stand in no file.
pub(super) fn component<T>(node: T) -> Component<T> {
    Component::new(node)
}

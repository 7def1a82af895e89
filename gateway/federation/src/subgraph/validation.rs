//! What Federation asks of one subgraph by itself, beyond its field sets.

mod access;
mod cache_tags;
mod cost;

use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node};

use super::Subgraph;
use super::federation_link::Version;
use super::federation_spec::names;
use crate::diagnostic::Diagnostic;
use crate::override_label::is_override_label;
use crate::type_parts::{field_of, fields_of};

/// All rules; every error.
pub(super) fn validate(subgraph: &Subgraph) -> Vec<Diagnostic> {
    let mut rules = Rules { subgraph, errors: Vec::new() };
    for definition in subgraph.schema.types.values() {
        rules.reserved_name(definition);
        rules.definition(definition);
        for field in fields_of(definition) {
            rules.field(definition, field);
            rules.cost(definition, field);
        }
        rules.access(definition);
    }
    rules.cache_tags();
    rules.errors
}

struct Rules<'a> {
    subgraph: &'a Subgraph,
    errors: Vec<Diagnostic>,
}

impl Rules<'_> {
    /// The supergraph has types and directives of its own.
    fn reserved_name(&mut self, definition: &ExtendedType) {
        let name = definition.name();
        let Some(spec) = ["join", "link"]
            .into_iter()
            .find(|spec| name.strip_prefix(spec).is_some_and(|rest| rest.starts_with("__")))
        else {
            return;
        };
        let message = format!("`{name}` is called as what the supergraph's own `{spec}` defines");
        self.errors.push(
            Diagnostic::error("TYPE_DEFINITION_INVALID", message)
                .with_coordinate(name.as_str())
                .at(&self.subgraph.sources, name.location(), "defined here")
                .with_help("give it a name that does not begin with the name of a specification"),
        );
    }

    fn error(
        &mut self,
        code: &'static str,
        coordinate: &str,
        message: String,
        directive: &Node<Directive>,
    ) -> &mut Diagnostic {
        let error = Diagnostic::error(code, message).with_coordinate(coordinate).at(
            &self.subgraph.sources,
            directive.location(),
            "",
        );
        self.errors.push(error);
        self.errors.last_mut().expect("just pushed")
    }

    fn definition(&mut self, definition: &ExtendedType) {
        let name = definition.name();
        if let Some(directive) = definition.directives().get(names::INTERFACE_OBJECT)
            && !definition.directives().has(names::KEY)
        {
            let message = format!("`{name}` is an `@interfaceObject` and has no `@key`");
            let error = self.error("INTERFACE_OBJECT_USAGE_ERROR", name, message, directive);
            *error = error.clone().with_help("add the `@key` that the interface has elsewhere");
        }
        if definition.is_interface() {
            self.interface_keys(definition);
        }
        let shareable: Vec<_> = definition.directives().get_all(names::SHAREABLE).collect();
        for (index, directive) in shareable.iter().enumerate() {
            let mut before = shareable[..index].iter();
            if let Some(first) = before.find(|other| other.origin == directive.origin) {
                let message = format!("`{name}` is marked `@shareable` twice in one declaration");
                let sources = self.subgraph.sources.clone();
                let error = self.error("INVALID_SHAREABLE_USAGE", name, message, directive);
                let with_first = error.clone().at(&sources, first.location(), "marked already");
                *error = with_first.with_help("remove one of them");
            }
        }
    }

    /// An interface with a key is an entity: whatever implements it has the same key.
    fn interface_keys(&mut self, definition: &ExtendedType) {
        let name = definition.name();
        let Some(directive) = definition.directives().get(names::KEY) else { return };
        if matches!(self.subgraph.version, Version::Two(..=2)) {
            let message = format!("`@key` on the interface `{name}` needs Federation v2.3");
            let error = self.error("KEY_UNSUPPORTED_ON_INTERFACE", name, message, directive);
            *error = error.clone().with_help("link v2.3 or a later version, or remove the key");
            return;
        }
        let keys = &self.subgraph.field_sets.keys;
        let Some(wanted) = keys.get(name) else { return };
        for (implementer, ty) in &self.subgraph.schema.types {
            let ExtendedType::Object(ty) = ty else { continue };
            if !ty.implements_interfaces.contains(name) {
                continue;
            }
            let has = keys.get(implementer).map(Vec::as_slice).unwrap_or_default();
            for key in wanted {
                if has.iter().any(|one| one.fields == key.fields) {
                    continue;
                }
                let message = format!(
                    "`{name}` has the key `{}`, and `{implementer}`, which implements it, does not",
                    key.fields
                );
                let sources = self.subgraph.sources.clone();
                let place = implementer.location();
                let error =
                    self.error("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", name, message, directive);
                *error = error.clone().at(&sources, place, "implemented here").with_help(format!(
                    "add `@key(fields: \"{}\")` to `{implementer}`",
                    key.fields
                ));
            }
        }
    }

    fn field(&mut self, definition: &ExtendedType, field: &Component<FieldDefinition>) {
        if definition.is_interface() {
            self.interface_field(definition, field);
            return;
        }
        let shareable: Vec<_> = field.directives.get_all(names::SHAREABLE).collect();
        if let [first, second, ..] = shareable.as_slice() {
            let coordinate = coordinate(definition, field);
            let message = format!("`{coordinate}` is marked `@shareable` twice");
            let sources = self.subgraph.sources.clone();
            let error = self.error("INVALID_SHAREABLE_USAGE", &coordinate, message, second);
            let with_first = error.clone().at(&sources, first.location(), "marked already");
            *error = with_first.with_help("remove one of them");
        }
        let is_external = self.subgraph.field_sets.declare_external(definition, field);
        if is_external {
            self.external(definition, field);
        }
        if let Some(directive) = field.directives.get(names::OVERRIDE) {
            self.overriding(&coordinate(definition, field), directive, is_external);
        }
    }

    fn interface_field(&mut self, definition: &ExtendedType, field: &Component<FieldDefinition>) {
        let rules = [
            (names::EXTERNAL, "EXTERNAL_ON_INTERFACE", "@external"),
            (names::SHAREABLE, "INVALID_SHAREABLE_USAGE", "@shareable"),
            (names::OVERRIDE, "OVERRIDE_ON_INTERFACE", "@override"),
        ];
        for (directive, code, shown) in rules {
            if let Some(directive) = field.directives.get(directive) {
                let coordinate = coordinate(definition, field);
                let message =
                    format!("`{shown}` is on `{coordinate}`, and interfaces resolve nothing");
                let error = self.error(code, &coordinate, message, directive);
                *error = error
                    .clone()
                    .with_help("put it on the fields of the types that implement the interface");
            }
        }
    }

    fn external(&mut self, definition: &ExtendedType, field: &Component<FieldDefinition>) {
        let external = field
            .directives
            .get(names::EXTERNAL)
            .or_else(|| definition.directives().get(names::EXTERNAL).map(|one| &one.node));
        let Some(external) = external else { return };
        let coordinate = coordinate(definition, field);
        let at = (definition.name().clone(), field.name.clone());
        if !self.subgraph.field_sets.select(&at) && !satisfies_interface(self, &at) {
            let message = format!("`{coordinate}` is `@external`, and nothing here reads it");
            let of_type = !field.directives.has(names::EXTERNAL);
            let sources = self.subgraph.sources.clone();
            let error = self.error("EXTERNAL_UNUSED", &coordinate, message, external);
            if of_type {
                *error = error.clone().at(&sources, field.name.location(), "this field");
            }
            *error = error.clone().with_help(
                "name it in a `@key`, `@requires` or `@provides`, or remove it from this subgraph",
            );
        }
        if let Some(directive) = field.directives.get(names::PROVIDES) {
            let message = format!("`{coordinate}` is `@external` and has a `@provides`");
            let code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE";
            let error = self.error(code, &coordinate, message, directive);
            *error = error
                .clone()
                .with_help("only who resolves a field provides fields with it: remove one of them");
        }
        for directive in field.directives.iter() {
            let Some(shown) = merged_directive(&directive.name) else { continue };
            // Federation 1 had them on both sides: `composition` sees whether it has.
            if self.subgraph.version == Version::One && shown == "tag" {
                continue;
            }
            let message = format!("`{coordinate}` is `@external` and has a `@{shown}`");
            let code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL";
            let error = self.error(code, &coordinate, message, directive);
            *error = error.clone().with_help("put it where the field is resolved");
        }
    }

    fn overriding(&mut self, coordinate: &str, directive: &Node<Directive>, is_external: bool) {
        let text = |name: &str| {
            directive.specified_argument_by_name(name).and_then(|value| value.as_str())
        };
        if text("from") == Some(self.subgraph.name.as_str()) {
            let message = format!("`{coordinate}` overrides itself");
            let error = self.error("OVERRIDE_FROM_SELF_ERROR", coordinate, message, directive);
            *error = error.clone().with_help("`from:` names the subgraph the field moves from");
        }
        if is_external {
            let message = format!("`{coordinate}` has an `@override` and is `@external`");
            let code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE";
            let error = self.error(code, coordinate, message, directive);
            *error = error.clone().with_help(
                "remove the `@external`: who overrides a field resolves it from then on",
            );
        }
        if let Some(label) = text("label")
            && !is_override_label(label)
        {
            let message = format!("`{label}` is no label of an override");
            let error = self.error("OVERRIDE_LABEL_INVALID", coordinate, message, directive);
            *error = error.clone().with_help(
                "a label is `percent(0)` to `percent(100)`, or a letter followed by letters, \
                 digits and `_-:./`",
            );
        }
    }
}

/// Written when there is something to say: most fields are fine.
fn coordinate(definition: &ExtendedType, field: &FieldDefinition) -> String {
    format!("{}.{}", definition.name(), field.name)
}

/// The directive's own name, if the supergraph has its applications.
fn merged_directive(name: &str) -> Option<&str> {
    let merged = [
        "deprecated",
        "tag",
        "inaccessible",
        "authenticated",
        "requiresScopes",
        "policy",
        "cost",
        "listSize",
    ];
    let own = name.strip_prefix("federation__").unwrap_or(name);
    merged.contains(&own).then_some(own)
}

/// Whether an interface that the type implements declares the field.
fn satisfies_interface(rules: &Rules<'_>, (parent, field): &(Name, Name)) -> bool {
    let schema = &rules.subgraph.schema;
    let interfaces = match schema.types.get(parent) {
        Some(ExtendedType::Object(ty)) => &ty.implements_interfaces,
        Some(ExtendedType::Interface(ty)) => &ty.implements_interfaces,
        _ => return false,
    };
    let declares = |interface: &Name| {
        schema.types.get(interface).is_some_and(|ty| field_of(ty, field).is_some())
    };
    interfaces.iter().any(|interface| declares(&interface.name))
}

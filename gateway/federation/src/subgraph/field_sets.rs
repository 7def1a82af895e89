//! The field sets of a subgraph: valid selections, or errors that point into the string.
//!
//! Everything later reads the normal forms and the sets of selected fields that are collected here.

mod walk;

use apollo_compiler::ast::{Directive, FieldDefinition, Value};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node, Schema};

use super::federation_spec::names;
use crate::diagnostic::{Diagnostic, Sources};
use crate::field_set::{FieldSet, FieldSetError};
use crate::supergraph::Key;
use crate::type_parts::{field_of, fields_of};

/// A type and one of its fields.
pub(crate) type Coordinate = (Name, Name);

/// What the field sets of one subgraph say.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldSets {
    /// The keys of each type, in source order.
    pub(crate) keys: HashMap<Name, Vec<Key>>,
    /// The normal form of each `@requires`.
    pub(crate) requires: HashMap<Coordinate, String>,
    /// The normal form of each `@provides`.
    pub(crate) provides: HashMap<Coordinate, String>,
    /// Fields that a key selects.
    pub(crate) key_fields: HashSet<Coordinate>,
    /// Fields that a `@provides` selects.
    pub(crate) provided_fields: HashSet<Coordinate>,
    /// Fields that a `@requires` selects.
    pub(crate) required_fields: HashSet<Coordinate>,
    /// Fields that a contextual argument reads.
    pub(crate) context_fields: HashSet<Coordinate>,
    /// `@external` key fields of type extensions: Federation 1 wrote them so, and they are not.
    pub(crate) key_fields_of_extensions: HashSet<Coordinate>,
}

/// Which directive a field set belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Key,
    Requires,
    Provides,
}

impl Kind {
    fn directive(self) -> &'static str {
        match self {
            Self::Key => names::KEY,
            Self::Requires => names::REQUIRES,
            Self::Provides => names::PROVIDES,
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Key => "@key",
            Self::Requires => "@requires",
            Self::Provides => "@provides",
        }
    }

    fn invalid_fields(self) -> &'static str {
        match self {
            Self::Key => "KEY_INVALID_FIELDS",
            Self::Requires => "REQUIRES_INVALID_FIELDS",
            Self::Provides => "PROVIDES_INVALID_FIELDS",
        }
    }

    fn invalid_fields_type(self) -> &'static str {
        match self {
            Self::Key => "KEY_INVALID_FIELDS_TYPE",
            Self::Requires => "REQUIRES_INVALID_FIELDS_TYPE",
            Self::Provides => "PROVIDES_INVALID_FIELDS_TYPE",
        }
    }

    fn directive_in_fields(self) -> &'static str {
        match self {
            Self::Key => "KEY_DIRECTIVE_IN_FIELDS_ARG",
            Self::Requires => "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
            Self::Provides => "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
        }
    }

    fn unsupported_on_interface(self) -> &'static str {
        match self {
            Self::Key => "KEY_UNSUPPORTED_ON_INTERFACE",
            Self::Requires => "REQUIRES_UNSUPPORTED_ON_INTERFACE",
            Self::Provides => "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        }
    }
}

impl FieldSets {
    /// Reads and checks every field set of a schema; what is found is complete without errors.
    pub(crate) fn read(schema: &Schema, sources: &Sources) -> (Self, Vec<Diagnostic>) {
        let mut reader = FieldSetReader {
            schema,
            sources,
            parsed: HashMap::default(),
            found: Self::default(),
            errors: Vec::new(),
        };
        for (name, definition) in &schema.types {
            reader.read_keys(name, definition);
        }
        for (name, definition) in &schema.types {
            for field in fields_of(definition) {
                reader.read_field(name, definition, field);
            }
        }
        (reader.found, reader.errors)
    }

    /// Whether any field set of the subgraph selects the field.
    pub(crate) fn select(&self, field: &Coordinate) -> bool {
        self.key_fields.contains(field)
            || self.provided_fields.contains(field)
            || self.required_fields.contains(field)
            || self.context_fields.contains(field)
    }

    /// Whether the field is declared for reading only; the `@external` of a type holds for what is
    /// declared with it.
    pub(crate) fn is_external(&self, definition: &ExtendedType, field: &Name) -> bool {
        field_of(definition, field).is_some_and(|found| self.declare_external(definition, found))
    }

    /// The same for a field that is at hand.
    pub(crate) fn declare_external(
        &self,
        definition: &ExtendedType,
        found: &Component<FieldDefinition>,
    ) -> bool {
        let of_type = || {
            let mut of_type = definition.directives().get_all(names::EXTERNAL);
            of_type.any(|directive| directive.origin == found.origin)
        };
        (found.directives.has(names::EXTERNAL) || of_type())
            && !self
                .key_fields_of_extensions
                .contains(&(definition.name().clone(), found.name.clone()))
    }
}

struct FieldSetReader<'a> {
    schema: &'a Schema,
    sources: &'a Sources,
    /// By their texts: most keys are `id`.
    parsed: HashMap<&'a str, Result<FieldSet, FieldSetError>>,
    found: FieldSets,
    errors: Vec<Diagnostic>,
}

/// One application of one of the directives.
#[derive(Clone)]
struct Application<'a> {
    kind: Kind,
    /// What the directive stands on: `User`, `User.email`.
    coordinate: String,
    directive: &'a Node<Directive>,
    /// The string.
    value: &'a Node<Value>,
    field_set: FieldSet,
}

impl Application<'_> {
    /// A label at one selection: inside the string where that is possible.
    fn label(
        &self,
        error: Diagnostic,
        sources: &Sources,
        location: Option<SourceSpan>,
        text: &str,
    ) -> Diagnostic {
        let Some((source, whole)) = sources.find(self.value.location()) else { return error };
        let span = self
            .field_set
            .span(location)
            .and_then(|span| crate::field_set::span_in_file(&source.text, self.value, &span));
        error.with_label(source, span.unwrap_or(whole), text)
    }
}

impl<'a> FieldSetReader<'a> {
    fn read_keys(&mut self, name: &Name, definition: &'a ExtendedType) {
        let has_extends = definition.directives().has(names::EXTENDS);
        for directive in definition.directives().get_all(names::KEY) {
            let Some(application) = self.parse(Kind::Key, name.to_string(), &directive.node) else {
                continue;
            };
            let resolvable = directive.specified_argument_by_name("resolvable");
            let key = Key {
                fields: application.field_set.normal_form(),
                resolvable: resolvable.and_then(|value| value.to_bool()).unwrap_or(true),
            };
            let selected = self.walk(&application, name);
            if has_extends || directive.origin.extension_id().is_some() {
                self.found.key_fields_of_extensions.extend(selected.iter().cloned());
            }
            self.found.key_fields.extend(selected);
            self.found.keys.entry(name.clone()).or_default().push(key);
        }
    }

    fn read_field(
        &mut self,
        parent: &Name,
        definition: &'a ExtendedType,
        field: &'a Component<FieldDefinition>,
    ) {
        for kind in [Kind::Requires, Kind::Provides] {
            let Some(directive) = field.directives.get(kind.directive()) else { continue };
            let coordinate = format!("{parent}.{}", field.name);
            if definition.is_interface() {
                let message = format!("`{}` cannot be used on fields of interfaces", kind.shown());
                let error = Diagnostic::error(kind.unsupported_on_interface(), message)
                    .with_coordinate(coordinate)
                    .at(self.sources, directive.location(), "")
                    .with_help("put it on the fields of the types that implement the interface");
                self.errors.push(error);
                continue;
            }
            let target = match kind {
                Kind::Provides => match self.provides_target(&coordinate, field, directive) {
                    Some(target) => target,
                    None => continue,
                },
                _ => parent.clone(),
            };
            let Some(application) = self.parse(kind, coordinate, directive) else { continue };
            let normal_form = application.field_set.normal_form();
            let selected = self.walk(&application, &target);
            let at = (parent.clone(), field.name.clone());
            match kind {
                Kind::Requires => {
                    self.found.requires.insert(at, normal_form);
                    self.found.required_fields.extend(selected);
                }
                Kind::Provides => {
                    self.found.provides.insert(at, normal_form);
                    self.found.provided_fields.extend(selected);
                }
                Kind::Key => {}
            }
        }
    }

    fn provides_target(
        &mut self,
        coordinate: &str,
        field: &FieldDefinition,
        directive: &Node<Directive>,
    ) -> Option<Name> {
        let name = field.ty.inner_named_type();
        let target = self.schema.types.get(name)?;
        if target.is_object() || target.is_interface() || target.is_union() {
            return Some(name.clone());
        }
        let message =
            format!("`@provides` is on `{coordinate}`, whose type `{name}` has no fields");
        self.errors.push(
            Diagnostic::error("PROVIDES_ON_NON_OBJECT_FIELD", message)
                .with_coordinate(coordinate)
                .at(self.sources, directive.location(), "")
                .with_help("remove the `@provides`: it lists fields of an object"),
        );
        None
    }

    fn parse(
        &mut self,
        kind: Kind,
        coordinate: String,
        directive: &'a Node<Directive>,
    ) -> Option<Application<'a>> {
        let value = directive.specified_argument_by_name("fields")?;
        let Value::String(text) = &**value else {
            let message = format!("the fields of `{}` are a string", kind.shown());
            let error = Diagnostic::error(kind.invalid_fields_type(), message)
                .with_coordinate(coordinate)
                .at(self.sources, value.location(), "not a string");
            self.errors.push(error.with_help("for example `fields: \"id name\"`"));
            return None;
        };
        let parsed = self.parsed.entry(text).or_insert_with(|| FieldSet::read(text));
        match parsed.clone() {
            Ok(field_set) => Some(Application { kind, coordinate, directive, value, field_set }),
            Err(error) => {
                let message = format!("the fields of `{}`: {}", kind.shown(), error.message);
                let found = self.sources.find(value.location());
                let mut diagnostic =
                    Diagnostic::error(kind.invalid_fields(), message).with_coordinate(coordinate);
                if let Some((source, whole)) = found {
                    let span = crate::field_set::span_in_file(&source.text, value, &error.span);
                    diagnostic = diagnostic.with_label(source, span.unwrap_or(whole), "");
                }
                let help = "the fields are selected like in a query: `id organization { id }`";
                self.errors.push(diagnostic.with_help(help));
                None
            }
        }
    }

    /// The fields an application selects; errors are collected, with their places in the string.
    fn walk(&mut self, application: &Application<'_>, target: &Name) -> HashSet<Coordinate> {
        let (selected, mut errors) = self.check(application, target);
        if !errors.is_empty()
            && let Some(Ok(field_set)) = application.value.as_str().map(FieldSet::parse)
        {
            (_, errors) = self.check(&Application { field_set, ..application.clone() }, target);
        }
        self.errors.extend(errors);
        selected
    }

    fn check(
        &self,
        application: &Application<'_>,
        target: &Name,
    ) -> (HashSet<Coordinate>, Vec<Diagnostic>) {
        let mut walk = walk::Walk {
            schema: self.schema,
            sources: self.sources,
            known: &self.found,
            application,
            selected: HashSet::default(),
            has_arguments_or_fragments: false,
            errors: Vec::new(),
        };
        walk.start(target);
        let walk::Walk { selected, errors, .. } = walk;
        (selected, errors)
    }
}

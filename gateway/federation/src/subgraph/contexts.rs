//! `@context` and `@fromContext`: arguments whose values come from the objects above a field.
//!
//! Which types set which contexts, and what each contextual argument selects of them; or errors
//! that point into the string. Knows one subgraph and nothing of the others.

mod selection;

use std::collections::BTreeMap;

use apollo_compiler::ast::{Directive, FieldDefinition, InputValueDefinition, Value};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node, Schema};

use super::federation_spec::names;
use super::field_sets::Coordinate;
use crate::diagnostic::{Diagnostic, Sources};
use crate::field_set::{self, FieldSet};
use crate::supergraph::{ContextArgument, Key};
use crate::type_parts::{field_of, fields_of};

/// What the contexts of one subgraph say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contexts {
    /// The contexts that a type sets, in source order, under the subgraph's own names.
    pub(crate) set_by: HashMap<Name, Vec<String>>,
    /// The contextual arguments of a field; their contexts under the subgraph's own names.
    pub(crate) arguments: HashMap<Coordinate, Vec<ContextArgument>>,
    /// Fields that contextual arguments select.
    pub(crate) selected_fields: HashSet<Coordinate>,
}

impl Contexts {
    /// Reads and checks every context of a schema; what is found is complete without errors.
    pub(crate) fn read(
        schema: &Schema,
        sources: &Sources,
        keys: &HashMap<Name, Vec<Key>>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut reader = ContextReader {
            schema,
            sources,
            setters: BTreeMap::new(),
            found: Self::default(),
            errors: Vec::new(),
        };
        for definition in schema.types.values() {
            reader.read_contexts(definition);
        }
        reader.directive_arguments();
        for (name, definition) in &schema.types {
            let fields = fields_of(definition);
            let arguments =
                fields.flat_map(|field| field.arguments.iter().map(move |it| (field, it)));
            let mut contextual = Vec::new();
            for (field, argument) in arguments {
                if let Some(directive) = argument.directives.get(names::FROM_CONTEXT) {
                    reader.read_argument(definition, field, (argument, directive));
                    contextual.push(argument);
                }
            }
            let keys = keys.get(name).map(Vec::as_slice).unwrap_or_default();
            if definition.is_object() && !keys.iter().any(|key| key.resolvable) {
                reader.no_resolvable_key(name, &contextual);
            }
        }
        (reader.found, reader.errors)
    }

    /// The contextual arguments of a field.
    pub(crate) fn arguments_of(&self, field: &Coordinate) -> &[ContextArgument] {
        self.arguments.get(field).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A type that sets a context, and where it does.
type Setter<'a> = (&'a Name, &'a Node<Directive>);

/// One contextual argument.
struct Application<'a> {
    /// `User.greeting(language:)`.
    coordinate: String,
    argument: &'a Node<InputValueDefinition>,
    /// The string.
    value: &'a Node<Value>,
    context: &'a str,
    /// Bytes of the string before the selection.
    skipped: usize,
    selection: FieldSet,
}

impl Application<'_> {
    /// A label at one selection: inside the string where that is possible.
    fn label(
        &self,
        error: Diagnostic,
        sources: &Sources,
        location: Option<SourceSpan>,
    ) -> Diagnostic {
        let Some((source, whole)) = sources.find(self.value.location()) else { return error };
        let span = self.selection.span(location).and_then(|span| {
            let span = span.start + self.skipped..span.end + self.skipped;
            field_set::span_in_file(&source.text, self.value, &span)
        });
        error.with_label(source, span.unwrap_or(whole), "")
    }
}

struct ContextReader<'a> {
    schema: &'a Schema,
    sources: &'a Sources,
    setters: BTreeMap<&'a str, Vec<Setter<'a>>>,
    found: Contexts,
    errors: Vec<Diagnostic>,
}

impl<'a> ContextReader<'a> {
    /// A context with a name that cannot be is known nevertheless: one error is enough.
    fn read_contexts(&mut self, definition: &'a ExtendedType) {
        let ty = definition.name();
        for directive in definition.directives().get_all(names::CONTEXT) {
            let argument = directive.specified_argument_by_name("name");
            let Some(name) = argument.and_then(|value| value.as_str()) else { continue };
            if !is_context_name(name) {
                let message = format!("`{}` cannot be the name of a context", name.escape_debug());
                let error = Diagnostic::error("CONTEXT_NAME_INVALID", message)
                    .with_coordinate(ty.as_str())
                    .at(self.sources, directive.location(), "")
                    .with_help("a name is a letter followed by letters and digits, without `_`");
                self.errors.push(error);
            }
            let names = self.found.set_by.entry(ty.clone()).or_default();
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
                self.setters.entry(name).or_default().push((ty, &directive.node));
            }
        }
    }

    fn directive_arguments(&mut self) {
        for definition in self.schema.directive_definitions.values() {
            for argument in &definition.arguments {
                let Some(directive) = argument.directives.get(names::FROM_CONTEXT) else {
                    continue;
                };
                let coordinate = format!("@{}({}:)", definition.name, argument.name);
                let message = format!(
                    "`{coordinate}` is an argument of a directive, and above \
                                       those there is no context"
                );
                self.not_set(&coordinate, message, directive, "take the `@fromContext` off");
            }
        }
    }

    fn not_set(
        &mut self,
        coordinate: &str,
        message: String,
        directive: &Node<Directive>,
        help: &str,
    ) -> &mut Diagnostic {
        let error = Diagnostic::error("CONTEXT_NOT_SET", message)
            .with_coordinate(coordinate)
            .at(self.sources, directive.location(), "")
            .with_help(help);
        self.errors.push(error);
        self.errors.last_mut().expect("just pushed")
    }

    fn read_argument(
        &mut self,
        definition: &'a ExtendedType,
        field: &'a Component<FieldDefinition>,
        (argument, directive): (&'a Node<InputValueDefinition>, &'a Node<Directive>),
    ) {
        let coordinate = format!("{}.{}({}:)", definition.name(), field.name, argument.name);
        if !self.is_of_object_alone(definition, field, (&coordinate, directive)) {
            return;
        }
        if let Some(default) = &argument.default_value {
            let message = format!("`{coordinate}` comes from a context and has a default");
            let sources = self.sources;
            let help = "without a value in the context the argument is null; remove the default";
            let error = self.not_set(&coordinate, message, directive, help);
            *error = error.clone().at(sources, default.location(), "the default");
        }
        let Some(application) = self.parse(coordinate, argument, directive) else { return };
        let Some(setters) = self.setters.get(application.context) else {
            let message = format!("no type sets the context `{}`", application.context);
            let help = self.known_contexts();
            self.not_set(&application.coordinate, message, directive, &help);
            return;
        };
        let (selected, errors) = selection::check(self.schema, self.sources, &application, setters);
        self.found.selected_fields.extend(selected);
        self.errors.extend(errors);
        let found = ContextArgument {
            name: argument.name.clone(),
            ty: (*argument.ty).clone(),
            context: application.context.to_owned(),
            selection: format!("{{ {} }}", application.selection.normal_form()),
        };
        let at = (definition.name().clone(), field.name.clone());
        self.found.arguments.entry(at).or_default().push(found);
    }

    /// Where a field of an interface is asked for, nobody knows what its arguments would read.
    fn is_of_object_alone(
        &mut self,
        definition: &'a ExtendedType,
        field: &'a Component<FieldDefinition>,
        (coordinate, directive): (&str, &Node<Directive>),
    ) -> bool {
        let sources = self.sources;
        let help = "only fields of object types that no interface promises have contextual \
                    arguments";
        let ExtendedType::Object(ty) = definition else {
            let message = format!("`{coordinate}` is an argument of an interface's field");
            self.not_set(coordinate, message, directive, help);
            return false;
        };
        let promised = ty.implements_interfaces.iter().find_map(|interface| {
            let interface = self.schema.types.get(&interface.name)?;
            Some((interface.name(), field_of(interface, &field.name)?))
        });
        let Some((interface, promised)) = promised else { return true };
        let message = format!(
            "`{coordinate}` is an argument of a field that the interface `{interface}` promises"
        );
        let error = self.not_set(coordinate, message, directive, help);
        *error = error.clone().at(sources, promised.name.location(), "promised here");
        false
    }

    fn parse(
        &mut self,
        coordinate: String,
        argument: &'a Node<InputValueDefinition>,
        directive: &'a Node<Directive>,
    ) -> Option<Application<'a>> {
        let value = directive.specified_argument_by_name("field");
        let text = value.and_then(|value| value.as_str());
        let split = text.and_then(|text| Some((text, split(text)?)));
        let (Some(value), Some((text, (context, skipped)))) = (value, split) else {
            let message = format!("`{coordinate}` does not say what it reads from which context");
            let at = value.map_or(directive.location(), |value| value.location());
            let error = Diagnostic::error("NO_CONTEXT_IN_SELECTION", message)
                .with_coordinate(coordinate)
                .at(self.sources, at, "")
                .with_help("write the context with its `$`, then what to select: `$user { name }`");
            self.errors.push(error);
            return None;
        };
        match FieldSet::parse(&text[skipped..]) {
            Ok(selection) => {
                Some(Application { coordinate, argument, value, context, skipped, selection })
            }
            Err(error) => {
                let message = format!("the selection of `{coordinate}`: {}", error.message);
                let span = error.span.start + skipped..error.span.end + skipped;
                let mut diagnostic = Diagnostic::error("CONTEXT_INVALID_SELECTION", message)
                    .with_coordinate(coordinate)
                    .with_help(selection::HELP);
                if let Some((source, whole)) = self.sources.find(value.location()) {
                    let span = field_set::span_in_file(&source.text, value, &span);
                    diagnostic = diagnostic.with_label(source, span.unwrap_or(whole), "");
                }
                self.errors.push(diagnostic);
                None
            }
        }
    }

    fn known_contexts(&self) -> String {
        let known: Vec<_> = self.setters.keys().map(|name| format!("`{name}`")).collect();
        if known.is_empty() {
            "set it with `@context(name:)` on a type of this subgraph".to_owned()
        } else {
            format!("the contexts of this subgraph are {}", known.join(", "))
        }
    }

    /// The gateway comes back to the object with the values: it must be able to.
    fn no_resolvable_key(&mut self, name: &Name, contextual: &[&Node<InputValueDefinition>]) {
        if contextual.is_empty() {
            return;
        }
        let message = format!("`{name}` has contextual arguments and no key that resolves it");
        let error = Diagnostic::error("CONTEXT_NO_RESOLVABLE_KEY", message)
            .with_coordinate(name.as_str())
            .at(self.sources, name.location(), "not resolvable")
            .with_help(format!("give `{name}` a `@key` that this subgraph resolves"));
        let error = contextual.iter().fold(error, |error, argument| {
            error.at(self.sources, argument.name.location(), "contextual")
        });
        self.errors.push(error);
    }
}

/// In the supergraph a `_` separates the subgraph's name from the context's.
fn is_context_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `$user { name }` → `user`, and how many bytes there are before the selection.
fn split(text: &str) -> Option<(&str, usize)> {
    let after = text.trim_start().strip_prefix('$')?.trim_start();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
    let (name, rest) = after.split_at(end);
    let is_name = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    (is_name && !rest.trim().is_empty()).then(|| (name, text.len() - rest.len()))
}

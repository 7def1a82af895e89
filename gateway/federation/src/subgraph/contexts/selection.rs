//! The selection of one contextual argument against every type that sets its context.
//!
//! `{ field }` or `{ field { field } }` for all of them, or `... on T { field }` for each: one
//! value, whatever object it is read from.

use apollo_compiler::ast::{Field, InlineFragment, Selection, Type};
use apollo_compiler::collections::HashSet;
use apollo_compiler::executable;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, ty};

use super::super::federation_spec::names;
use super::super::field_sets::Coordinate;
use super::{Application, Setter};
use crate::diagnostic::{Diagnostic, Sources};
use crate::field_set;
use crate::type_parts::field_of;

pub(super) const HELP: &str =
    "select one field, `{ name }`, or one for each type, `... on User { name }`";

/// The fields that are selected, and what is wrong.
pub(super) fn check<'a>(
    schema: &'a Schema,
    sources: &'a Sources,
    application: &'a Application<'a>,
    setters: &[Setter<'_>],
) -> (HashSet<Coordinate>, Vec<Diagnostic>) {
    let mut walk = Walk {
        schema,
        sources,
        application,
        takes_arguments: false,
        selected: HashSet::default(),
        errors: Vec::new(),
    };
    let selections = application.selection.selections.as_slice();
    let conditions: Option<Vec<_>> = selections.iter().map(Selection::as_inline_fragment).collect();
    match conditions {
        Some(conditions) => walk.conditions(&conditions, setters),
        None => {
            for setter in setters {
                walk.value(setter.0, selections);
                if !walk.errors.is_empty() {
                    walk.label_setter(setter);
                    break;
                }
            }
        }
    }
    (walk.selected, walk.errors)
}

struct Walk<'a> {
    schema: &'a Schema,
    sources: &'a Sources,
    application: &'a Application<'a>,
    /// Whether a selected field has arguments, which GraphQL's own rules then check.
    takes_arguments: bool,
    selected: HashSet<Coordinate>,
    errors: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn error(&mut self, message: String, at: Option<SourceSpan>, help: &str) {
        let error = Diagnostic::error("CONTEXT_INVALID_SELECTION", message)
            .with_coordinate(self.application.coordinate.as_str())
            .with_help(help);
        self.errors.push(self.application.label(error, self.sources, at));
    }

    fn label_setter(&mut self, (_, directive): &Setter<'_>) {
        if let Some(error) = self.errors.pop() {
            let place = directive.location();
            self.errors.push(error.at(self.sources, place, "the context is set here"));
        }
    }

    fn conditions(&mut self, conditions: &[&'a Node<InlineFragment>], setters: &[Setter<'_>]) {
        let mut targets: Vec<&Name> = Vec::new();
        for fragment in conditions {
            let Some(target) = self.condition(fragment) else { return };
            if targets.contains(&target) {
                let message = format!("`{target}` is selected from twice");
                self.error(message, target.location(), "a context gives one value");
                return;
            }
            targets.push(target);
            if !setters.iter().any(|setter| self.can_be(setter.0, target)) {
                let context = self.application.context;
                let message = format!("no type that sets the context `{context}` is a `{target}`");
                self.error(message, target.location(), "remove what is selected from it");
                setters.iter().for_each(|setter| self.label_setter(setter));
                return;
            }
        }
        let missing = setters
            .iter()
            .find(|setter| !targets.iter().any(|target| self.can_be(setter.0, target)));
        if let Some(missing) = missing {
            let (name, context) = (missing.0, self.application.context);
            let message = format!(
                "`{name}` sets the context `{context}`, and nothing is selected \
                                   from it"
            );
            self.error(message, None, &format!("add `... on {name} {{ … }}`"));
            self.label_setter(missing);
            return;
        }
        for (fragment, target) in conditions.iter().zip(targets) {
            let before = self.errors.len();
            self.value(target, &fragment.selection_set);
            if self.errors.len() > before {
                let setters = setters.iter().filter(|setter| self.can_be(setter.0, target));
                setters.collect::<Vec<_>>().into_iter().for_each(|it| self.label_setter(it));
            }
        }
    }

    /// Whether an object where the context is set can be of the type.
    fn can_be(&self, setter: &Name, target: &Name) -> bool {
        setter == target || self.schema.is_subtype(setter, target)
    }

    /// The object type of a condition.
    fn condition(&mut self, fragment: &'a Node<InlineFragment>) -> Option<&'a Name> {
        if !fragment.directives.is_empty() {
            let message = "what is selected of a context cannot have directives".to_owned();
            self.error(message, fragment.location(), "remove the directives");
            return None;
        }
        let Some(target) = &fragment.type_condition else {
            let message = "a fragment in the selection of a context needs a type".to_owned();
            self.error(message, fragment.location(), HELP);
            return None;
        };
        if self.schema.get_object(target).is_none() {
            let message = format!("`{target}` is no object type of this subgraph");
            let help = "name an object type that sets the context, or can be where it is set";
            self.error(message, target.location(), help);
            return None;
        }
        Some(target)
    }

    /// What is selected from one type, as a whole.
    fn value(&mut self, target: &Name, selections: &[Selection]) {
        let Some(ty) = self.one_field(target, selections) else { return };
        let argument = self.application.argument;
        if ty != *argument.ty {
            let coordinate = &self.application.coordinate;
            let message = format!(
                "`{coordinate}` is `{}`, and what is selected from `{target}` is `{ty}`",
                argument.ty
            );
            let at = selections.first().and_then(Selection::location);
            let is_nullability = nullable(&argument.ty) == ty;
            let help = if is_nullability {
                format!("nobody promises that the context is set: make the argument `{ty}`")
            } else {
                "the argument has the type that is selected, without any `!`".to_owned()
            };
            self.error(message, at, &help);
            if let Some(error) = self.errors.pop() {
                let place = argument.ty.location();
                self.errors.push(error.at(self.sources, place, format!("`{}` here", argument.ty)));
            }
            return;
        }
        if self.takes_arguments {
            self.values_of_arguments(target, selections);
        }
    }

    fn values_of_arguments(&mut self, target: &Name, selections: &[Selection]) {
        let text = field_set::text(selections);
        let schema = Valid::assume_valid_ref(self.schema);
        let parsed =
            executable::FieldSet::parse_and_validate(schema, target.clone(), text, "field set");
        if let Err(with_errors) = parsed
            && let Some(first) = with_errors.errors.iter().next()
        {
            self.error(first.error.to_string(), None, "give the arguments values that they take");
        }
    }

    /// The nullable type of what one selection gives; none when that is an error.
    fn one_field(&mut self, parent: &Name, selections: &[Selection]) -> Option<Type> {
        if let [_, second, ..] = selections {
            let message = format!("several fields of `{parent}` are selected");
            self.error(message, second.location(), "a context gives one value");
            return None;
        }
        let Some(Selection::Field(field)) = selections.first() else {
            let at = selections.first().and_then(Selection::location);
            let message = format!("a field of `{parent}` is needed here");
            self.error(message, at, HELP);
            return None;
        };
        if field.alias.is_some() || !field.directives.is_empty() {
            let message = "what is selected of a context cannot have aliases or directives";
            self.error(message.to_owned(), field.location(), "select the field by its name alone");
            return None;
        }
        let definition = self.schema.types.get(parent)?;
        if definition.directives().has(names::INTERFACE_OBJECT) {
            let message = format!(
                "`{parent}` is an `@interfaceObject`, and contexts cannot be \
                                   read through those"
            );
            self.error(message, field.location(), "select from a type that is not one");
            return None;
        }
        if field.name == "__typename" {
            if field.selection_set.is_empty() && field.arguments.is_empty() {
                return Some(ty!(String));
            }
            let message = "`__typename` has no fields to select and no arguments".to_owned();
            self.error(message, field.name.location(), "select the field alone");
            return None;
        }
        self.declared_field(definition, field)
    }

    fn declared_field(&mut self, parent: &'a ExtendedType, field: &Node<Field>) -> Option<Type> {
        let at = field.name.location();
        let Some(definition) = field_of(parent, &field.name) else {
            let message = format!("`{}` has no field `{}`", parent.name(), field.name);
            self.error(message, at, "select a field that this subgraph declares on every type");
            return None;
        };
        self.selected.insert((parent.name().clone(), field.name.clone()));
        self.takes_arguments |= !(definition.arguments.is_empty() && field.arguments.is_empty());
        let inner = definition.ty.inner_named_type();
        let composite = self.schema.types.get(inner)?;
        let composite = composite.is_object() || composite.is_interface() || composite.is_union();
        let coordinate = format!("{}.{}", parent.name(), field.name);
        match (composite, field.selection_set.is_empty()) {
            (false, true) => Some(nullable(&definition.ty)),
            (true, false) => {
                let value = self.one_field(inner, &field.selection_set)?;
                Some(with_inner(&definition.ty, value))
            }
            (true, true) => {
                let message = format!("`{coordinate}` needs a selection of its fields");
                self.error(message, at, &format!("write `{} {{ … }}`", field.name));
                None
            }
            (false, false) => {
                let message = format!("`{coordinate}` has no fields to select");
                self.error(message, at, "select the field alone");
                None
            }
        }
    }
}

/// The type without any `!`.
fn nullable(ty: &Type) -> Type {
    with_inner(ty, Type::Named(ty.inner_named_type().clone()))
}

/// The lists of a type, nullable, around another one.
fn with_inner(ty: &Type, inner: Type) -> Type {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => inner,
        Type::List(item) | Type::NonNullList(item) => Type::List(Box::new(with_inner(item, inner))),
    }
}

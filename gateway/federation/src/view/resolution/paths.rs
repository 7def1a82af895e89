//! Ways from an object to a value: what `@from` says, or the field of the same name.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Argument, Field, Selection, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};

use super::{Resolution, ViewField};
use crate::diagnostic::Diagnostic;
use crate::field_set::{FieldSet, span_in_file};
use crate::operation::collect_variables;
use crate::query_graph::TypeId;
use crate::type_parts::field_of;
use crate::view::mapping::Step;

/// What is wrong with a way.
const NOT_ONE_WAY: &str = "a way is one field inside the other and ends in exactly one";

impl Resolution<'_> {
    /// What `@from` says.
    pub(super) fn stated_path(
        &mut self,
        view: ViewField<'_>,
        parent: TypeId,
        text: &Node<Value>,
    ) -> Option<Vec<Step>> {
        let value = text.as_str().unwrap_or_default();
        let invalid = |this: &Self, message: String| {
            this.error("VIEW_PATH_INVALID", view.coordinate(), message)
                .at(&this.document.sources, text.location(), "")
                .with_help("such as `me { orders(limit: 5) }`")
        };
        let path = match FieldSet::parse(value) {
            Ok(path) => path,
            Err(found) => {
                let message =
                    format!("the way of `{}` cannot be read: {}", view.coordinate(), found.message);
                let error = invalid(self, message);
                self.report(error);
                return None;
            }
        };
        let mut steps = Vec::new();
        let mut at = parent;
        let mut only_on = None;
        let mut selections = path.selections.as_slice();
        loop {
            let [selection] = selections else {
                let error = invalid(
                    self,
                    format!("{NOT_ONE_WAY}, that of `{}` does not", view.coordinate()),
                );
                self.report(error);
                return None;
            };
            match selection {
                Selection::InlineFragment(fragment) if fragment.directives.is_empty() => {
                    if let Some(condition) = &fragment.type_condition {
                        only_on = Some(self.type_on_the_way(view, text, condition)?);
                    }
                    selections = &fragment.selection_set;
                }
                Selection::Field(field) if field.alias.is_none() && field.directives.is_empty() => {
                    let place = self.place_in(text, path.span(field.name.location()));
                    let step = self.step(view, (at, only_on.take()), field, place)?;
                    at = self.target.query_graph.type_id(step.ty.inner_named_type())?;
                    steps.push(step);
                    if field.selection_set.is_empty() {
                        return Some(steps);
                    }
                    selections = &field.selection_set;
                }
                _ => {
                    let error = invalid(
                        self,
                        "a way has no aliases, directives or fragments by name".to_owned(),
                    );
                    self.report(error);
                    return None;
                }
            }
        }
    }

    fn type_on_the_way(
        &mut self,
        view: ViewField<'_>,
        text: &Node<Value>,
        name: &Name,
    ) -> Option<TypeId> {
        let known = self.api().types.get(name).filter(|ty| {
            matches!(
                ty,
                ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)
            )
        });
        let id = known.and_then(|_| self.target.query_graph.type_id(name));
        if id.is_none() {
            let message = format!("the graph has no type `{name}` with fields");
            let error = self
                .error("VIEW_PATH_UNKNOWN", view.coordinate(), message)
                .at(&self.document.sources, text.location(), "on this way")
                .with_help("name a type of the graph that clients can see");
            self.report(error);
        }
        id
    }

    /// One field of the supergraph on a way.
    fn step(
        &mut self,
        view: ViewField<'_>,
        (at, only_on): (TypeId, Option<TypeId>),
        field: &Node<Field>,
        place: Option<(std::ops::Range<usize>, SourceSpan)>,
    ) -> Option<Step> {
        let parent = only_on.unwrap_or(at);
        let parent_name = self.type_name(parent);
        let definition = self.api().types.get(parent_name)?;
        let Some(found) = field_of(definition, &field.name) else {
            let message = format!(
                "`{}` needs `{parent_name}.{}`, which is not there",
                view.coordinate(),
                field.name
            );
            let error = self.error("VIEW_FIELD_UNKNOWN", view.coordinate(), message);
            let error = self.labelled(error, view, place, "not in the graph");
            let error = self.at_type(error, parent, "has no such field");
            let error = error.with_help(self.similar(definition, &field.name));
            self.report(error);
            return None;
        };
        Some(Step {
            only_on,
            field: field.name.clone(),
            arguments: field.arguments.clone(),
            ty: found.ty.clone(),
        })
    }

    /// The supergraph's field of the same name, with the arguments of the same names.
    pub(super) fn field_of_same_name(
        &mut self,
        view: ViewField<'_>,
        parent: TypeId,
    ) -> Option<Step> {
        let argument = |name: &Name| {
            Node::new(Argument {
                name: name.clone(),
                value: Node::new(Value::Variable(name.clone())),
            })
        };
        let names = view.field.arguments.iter().map(|it| argument(&it.name));
        let field = Node::new(Field {
            alias: None,
            name: view.field.name.clone(),
            arguments: names.collect(),
            directives: Default::default(),
            selection_set: Vec::new(),
        });
        self.step(view, (parent, None), &field, None)
    }

    /// Whether a field without `@from` groups fields of the same object; none, with an error, if
    /// it could be meant either way.
    pub(super) fn is_group(&mut self, view: ViewField<'_>, parent: TypeId) -> Option<bool> {
        let named = view.field.ty.inner_named_type();
        let stands_for_same =
            self.mapping.objects.get(named) == Some(&parent) && !view.field.ty.is_list();
        if !stands_for_same {
            return Some(false);
        }
        let definition = self.api().types.get(self.type_name(parent))?;
        let Some(found) = field_of(definition, &view.field.name) else { return Some(true) };
        let parent_name = self.type_name(parent);
        let message = format!(
            "`{}` may be a group of fields of `{parent_name}`, or its field `{}`",
            view.coordinate(),
            found.name
        );
        let error = self.error("VIEW_FIELD_AMBIGUOUS", view.coordinate(), message).at(
            &self.document.sources,
            view.field.name.location(),
            "which is it?",
        );
        let error = self.at_supergraph(error, found.name.location(), "the graph has this field");
        let help = format!(
            "for the field say `@from(fields: \"{}\")`; call the group something else",
            found.name
        );
        self.report(error.with_help(help));
        None
    }

    /// Arguments of the view's field that the way does not take.
    pub(super) fn check_unused_arguments(&mut self, view: ViewField<'_>, steps: &[Step]) {
        let mut used = BTreeSet::new();
        for argument in steps.iter().flat_map(|step| &step.arguments) {
            collect_variables(&argument.value, &mut used);
        }
        for argument in &view.field.arguments {
            if used.remove(&argument.name) {
                continue;
            }
            let coordinate = format!("{}({}:)", view.coordinate(), argument.name);
            let message = format!("nothing takes `{coordinate}`");
            let error = self
                .error("VIEW_ARGUMENT_UNUSED", coordinate, message)
                .at(&self.document.sources, argument.name.location(), "")
                .with_help(format!("use `${}` on the way, or remove the argument", argument.name));
            self.report(error);
        }
        for name in used {
            let message = format!("`{}` has no argument `{name}` for `${name}`", view.coordinate());
            let error = self.error("VIEW_ARGUMENT_UNKNOWN", view.coordinate(), message);
            let error = error
                .at(&self.document.sources, view.field.name.location(), "add it here")
                .with_help(format!("declare `{name}`, or write a value: a preset"));
            self.report(error);
        }
    }

    /// A span of a way's text, as a place in the view's file.
    fn place_in(
        &self,
        text: &Node<Value>,
        span: Option<std::ops::Range<usize>>,
    ) -> Option<(std::ops::Range<usize>, SourceSpan)> {
        let location = text.location()?;
        let (source, _) = self.document.sources.find(Some(location))?;
        let span = span_in_file(&source.text, text, &span?)?;
        Some((span, location))
    }

    fn labelled(
        &self,
        error: Diagnostic,
        view: ViewField<'_>,
        place: Option<(std::ops::Range<usize>, SourceSpan)>,
        text: &str,
    ) -> Diagnostic {
        let sources = &self.document.sources;
        let found =
            place.and_then(|(span, location)| Some((sources.find(Some(location))?.0, span)));
        match found {
            Some((source, span)) => error.with_label(source, span, text),
            None => error.at(sources, view.field.name.location(), text),
        }
    }

    /// What may have been meant.
    fn similar(&self, definition: &ExtendedType, name: &Name) -> String {
        let fields = crate::type_parts::fields_of(definition).map(|field| field.name.as_str());
        let mut near: Vec<&str> = fields
            .filter(|field| {
                field.eq_ignore_ascii_case(name)
                    || field.contains(name.as_str())
                    || name.contains(*field)
            })
            .collect();
        near.sort_unstable();
        match near.first() {
            Some(one) => {
                format!("did you mean `{one}`? Say where it is: `@from(fields: \"{one}\")`")
            }
            None => "say where it is with `@from(fields: \"…\")`".to_owned(),
        }
    }
}

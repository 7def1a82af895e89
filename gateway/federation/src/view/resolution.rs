//! A view's text → where each part of it is in the supergraph, or what is wrong with it.
//!
//! Types first, then fields, then the arguments on the ways (`argument_check`). What is wrong is
//! said with the line of the view and that of the subgraph.

mod defaults;
mod enums;
mod fits;
mod inputs;
mod nulls;
mod paths;
mod places;

use std::cell::RefCell;
use std::sync::Arc;

use apollo_compiler::ast::Value;
use apollo_compiler::collections::HashMap;
use apollo_compiler::parser::FileId;
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition, ObjectType};
use apollo_compiler::{Name, Node, Schema};

use super::Target;
use super::argument_check::{self, FieldOnTheWay};
use super::language::ViewDocument;
use super::mapping::{FieldSource, Mapping};
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::query_graph::{QueryGraph, TypeId};
use crate::type_parts::fields_of;

/// A view's mapping as far as it could be found, and everything there is to say about it.
pub(super) fn resolve(
    document: &ViewDocument,
    own: &QueryGraph,
    target: Target<'_>,
) -> (Mapping, Vec<Diagnostic>) {
    let mut resolution = Resolution {
        document,
        own,
        target,
        mapping: Mapping::default(),
        diagnostics: Vec::new(),
        files: RefCell::default(),
    };
    resolution.types();
    resolution.check_input_types();
    if resolution.has_no_errors() {
        resolution.fields();
    }
    if resolution.has_no_errors() {
        resolution.check_arguments();
    }
    if resolution.has_no_errors() {
        resolution.name_unreachable();
    }
    (resolution.mapping, resolution.diagnostics)
}

struct Resolution<'a> {
    document: &'a ViewDocument,
    /// The view's own types.
    own: &'a QueryGraph,
    target: Target<'a>,
    mapping: Mapping,
    diagnostics: Vec<Diagnostic>,
    /// The subgraphs' files that diagnostics have shown.
    files: RefCell<HashMap<FileId, Arc<SourceFile>>>,
}

/// A field of the view that is being looked at.
#[derive(Clone, Copy)]
struct ViewField<'a> {
    object: &'a ObjectType,
    field: &'a Component<FieldDefinition>,
}

impl ViewField<'_> {
    fn coordinate(&self) -> String {
        format!("{}.{}", self.object.name, self.field.name)
    }
}

impl<'a> Resolution<'a> {
    fn has_no_errors(&self) -> bool {
        !self.diagnostics.iter().any(crate::diagnostic::is_error)
    }

    fn api(&self) -> &'a Schema {
        self.target.api_schema.schema()
    }

    /// The view's types in the order of the text, without those of the language.
    fn view_types(&self) -> impl Iterator<Item = (&'a Name, &'a ExtendedType)> + use<'a> {
        let document = self.document;
        let types = document.schema.types.iter();
        types.filter(|(name, ty)| !ty.is_built_in() && !document.names.is_own_type(name))
    }

    fn types(&mut self) {
        for (name, definition) in self.view_types() {
            let stated = self.document.names.of(definition.directives().iter().map(|it| &it.node));
            let Some(of) = self.stands_for(name, definition, stated) else { continue };
            match definition {
                ExtendedType::Object(_) => {
                    if let Some(id) = self.target.query_graph.type_id(&of) {
                        self.mapping.objects.insert(name.clone(), id);
                    }
                }
                ExtendedType::Enum(ty) => self.enum_values(ty, &of),
                ExtendedType::InputObject(ty) => self.input_fields(ty, &of),
                ExtendedType::Scalar(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => {}
            }
        }
    }

    /// The supergraph's type that a type of the view stands for; none if there is none, or none is
    /// needed: interfaces and unions are what their members are.
    fn stands_for(
        &mut self,
        name: &Name,
        definition: &ExtendedType,
        stated: Option<&Node<Value>>,
    ) -> Option<Name> {
        let is_abstract = definition.is_interface() || definition.is_union();
        if is_abstract && stated.is_none() {
            return None;
        }
        let wanted = match stated.and_then(|value| value.as_str()) {
            Some(stated) => stated.to_owned(),
            None => self.root_of_same_kind(name).unwrap_or_else(|| name.to_string()),
        };
        let place = stated.map_or(definition.name().location(), |value| value.location());
        let Some((theirs, found)) = self.api().types.get_key_value(wanted.as_str()) else {
            let message = format!("the graph has no type `{wanted}` for `{name}` to stand for");
            let help = match stated {
                Some(_) => "name a type of the graph that clients can see".to_owned(),
                None => format!("say which type it is: `{name} @of(type: \"…\")`"),
            };
            let error = self.error("VIEW_TYPE_UNKNOWN", name.to_string(), message);
            self.report(error.at(&self.document.sources, place, "").with_help(help));
            return None;
        };
        let fits = match definition {
            ExtendedType::Object(_) => {
                found.is_object() || found.is_interface() || found.is_union()
            }
            ExtendedType::Interface(_) | ExtendedType::Union(_) => {
                found.is_interface() || found.is_union()
            }
            ExtendedType::Enum(_) => found.is_enum(),
            ExtendedType::InputObject(_) => found.is_input_object(),
            ExtendedType::Scalar(_) => found.is_scalar(),
        };
        if fits {
            return Some(theirs.clone());
        }
        let message = format!("`{name}` cannot stand for `{theirs}`, which is of another kind");
        let error = self.error("VIEW_TYPE_MISMATCH", name.to_string(), message).at(
            &self.document.sources,
            place,
            "stands for another kind of type",
        );
        let error = self.at_supergraph(error, found.name().location(), "declared here");
        self.report(error.with_help("types stand for types of the same kind"));
        None
    }

    /// The supergraph's root type, for a root type of the view.
    fn root_of_same_kind(&self, name: &Name) -> Option<String> {
        use apollo_compiler::ast::OperationType::{Mutation, Query, Subscription};
        let kinds = [Query, Mutation, Subscription].into_iter();
        let mut of_view = kinds.filter(|it| self.document.schema.root_operation(*it) == Some(name));
        Some(self.api().root_operation(of_view.next()?)?.to_string())
    }

    fn fields(&mut self) {
        for (_, definition) in self.view_types() {
            match definition {
                ExtendedType::Object(object) => self.fields_of_object(object),
                _ => self.refuse_ways(definition),
            }
        }
    }

    fn fields_of_object(&mut self, object: &'a ObjectType) {
        for field in object.fields.values() {
            if let Some(source) = self.field_source(ViewField { object, field }) {
                let key = (object.name.clone(), field.name.clone());
                self.mapping.fields.insert(key, source);
            }
        }
    }

    /// Interfaces promise fields, and their implementations say where these are.
    fn refuse_ways(&mut self, interface: &ExtendedType) {
        for field in fields_of(interface) {
            let Some(from) = self.document.names.from(&field.directives) else { continue };
            let coordinate = format!("{}.{}", interface.name(), field.name);
            let message = format!("`{coordinate}` has a `@from`, but belongs to an interface");
            let error = self
                .error("INVALID_VIEW", coordinate, message)
                .at(&self.document.sources, from.fields.location(), "")
                .with_help("say it at the object types that implement the interface");
            self.report(error);
        }
    }

    /// Where a field's value is.
    fn field_source(&mut self, field: ViewField<'_>) -> Option<FieldSource> {
        let parent = self.mapping.objects.get(&field.object.name).copied()?;
        let from = self.document.names.from(&field.field.directives);
        let default = from.as_ref().and_then(|from| from.default.cloned());
        let steps = match from {
            Some(from) => self.stated_path(field, parent, from.fields)?,
            None if self.is_group(field, parent)? => Vec::new(),
            None => vec![self.field_of_same_name(field, parent)?],
        };
        self.check_unused_arguments(field, &steps);
        self.check_default(field, default.as_ref());
        self.fitting(field, parent, steps, default)
    }

    fn check_arguments(&mut self) {
        let mapping = std::mem::take(&mut self.mapping);
        let mut fields = Vec::new();
        for (_, definition) in self.view_types() {
            let ExtendedType::Object(object) = definition else { continue };
            for field in object.fields.values() {
                let key = (object.name.clone(), field.name.clone());
                let (Some(source), Some(parent)) =
                    (mapping.fields.get(&key), mapping.objects.get(&object.name))
                else {
                    continue;
                };
                self.check_nulls(ViewField { object, field }, *parent, &source.steps);
                let from = self.document.names.from(&field.directives);
                fields.push(FieldOnTheWay {
                    coordinate: format!("{}.{}", object.name, field.name),
                    parent: *parent,
                    arguments: &field.arguments,
                    steps: &source.steps,
                    location: from
                        .map_or_else(|| field.name.location(), |from| from.fields.location()),
                });
            }
        }
        self.check_ways(&fields, &mapping);
        drop(fields);
        self.mapping = mapping;
    }

    fn check_ways(&mut self, fields: &[FieldOnTheWay<'_>], mapping: &Mapping) {
        let found = argument_check::errors(fields, mapping, self.target);
        for (index, message) in found {
            let error = self
                .error("VIEW_ARGUMENT_INVALID", fields[index].coordinate.clone(), message)
                .at(&self.document.sources, fields[index].location, "asks for this");
            let last = fields[index].steps.iter().rev().find(|step| !step.arguments.is_empty());
            let error = match last {
                Some(step) => self.at_field_named(
                    error,
                    fields[index].parent,
                    fields[index].steps,
                    &step.field,
                ),
                None => error,
            };
            let help = "an argument is a variable of the same type, or a value: a preset";
            self.diagnostics.push(error.with_help(help));
        }
    }

    /// Types that no operation can ask for or send.
    fn name_unreachable(&mut self) {
        let reached = fits::reachable(&self.document.schema);
        for (name, definition) in self.view_types() {
            if reached.contains(name) {
                continue;
            }
            let hint = Diagnostic::hint(
                "VIEW_TYPE_UNREACHABLE",
                format!("no operation can reach `{name}` in the view"),
            );
            let hint = hint
                .with_coordinate(name.to_string())
                .at(&self.document.sources, definition.name().location(), "")
                .with_help("remove it, or let a field have it as its type");
            self.report(hint);
        }
    }

    fn error(&self, code: &'static str, coordinate: String, message: String) -> Diagnostic {
        Diagnostic::error(code, message).with_coordinate(coordinate)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// How the supergraph calls a type.
    fn type_name(&self, id: TypeId) -> &'a Name {
        &self.target.query_graph.ty(id).name
    }
}

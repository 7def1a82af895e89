//! Federation 1 → Federation 2, as far as one subgraph alone can say.
//!
//! Federation 1 let be what Federation 2 refuses: it is dropped here where it had no effect. That
//! several subgraphs may resolve one field is `composition`'s part.

use apollo_compiler::ast::{Directive, DirectiveList, Field, InlineFragment, Selection, Value};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::{Name, Node, Schema};

use super::Subgraph;
use super::federation_spec::names;
use super::field_sets::Coordinate;
use crate::diagnostic::Diagnostic;
use crate::field_set::{self, FieldSet};
use crate::type_parts;
use crate::type_parts::fields_of;

/// Drops and rewrites what Federation 2 writes differently; returns where the keys of interfaces
/// stood.
pub(super) fn upgrade(schema: &mut Schema) -> HashMap<Name, Option<SourceSpan>> {
    let mut interface_keys = HashMap::default();
    let composite: HashSet<Name> = schema
        .types
        .iter()
        .filter(|(_, ty)| ty.is_object() || ty.is_interface() || ty.is_union())
        .map(|(name, _)| name.clone())
        .collect();
    for definition in schema.types.values_mut() {
        if definition.is_built_in() {
            continue;
        }
        type_parts::for_each_directive(definition, &fields_as_string);
        match definition {
            ExtendedType::Interface(ty) => {
                let ty = ty.make_mut();
                if let Some(key) = ty.directives.get(names::KEY) {
                    interface_keys.insert(ty.name.clone(), key.location());
                }
                ty.directives.retain(|directive| directive.name != names::KEY);
                for field in ty.fields.values_mut() {
                    drop_directives(field, &[names::EXTERNAL, names::REQUIRES, names::PROVIDES]);
                }
            }
            ExtendedType::Object(ty) => {
                let ty = ty.make_mut();
                ty.directives.retain(|directive| directive.name != names::EXTERNAL);
                for field in ty.fields.values_mut() {
                    upgrade_field(field, &composite);
                }
            }
            _ => {}
        }
    }
    drop_key_externals(schema);
    for ((parent, name), directive, active) in changed_field_sets(schema) {
        if let Some(ExtendedType::Object(ty)) = schema.types.get_mut(&parent)
            && let Some(field) = ty.make_mut().fields.get_mut(&name)
        {
            match active {
                Some(active) => replace_fields(field, directive, &active),
                None => drop_directives(field, &[directive]),
            }
        }
    }
    interface_keys
}

fn upgrade_field(field: &mut Component<FieldDefinition>, composite: &HashSet<Name>) {
    if !composite.contains(field.ty.inner_named_type()) {
        drop_directives(field, &[names::PROVIDES]);
    }
}

fn drop_directives(field: &mut Component<FieldDefinition>, dropped: &[&str]) {
    let is_dropped = |directive: &Directive| dropped.contains(&directive.name.as_str());
    if field.directives.iter().any(|directive| is_dropped(directive)) {
        let kept = field.directives.iter().filter(|directive| !is_dropped(directive));
        let kept: DirectiveList = kept.cloned().collect();
        field.make_mut().directives = kept;
    }
}

/// `fields: ["id", "name"]` and `fields: id` were accepted as `fields: "id name"`.
fn fields_as_string(directive: &mut Node<Directive>) {
    if ![names::KEY, names::REQUIRES, names::PROVIDES].contains(&directive.name.as_str()) {
        return;
    }
    let Some(value) = directive.specified_argument_by_name("fields") else { return };
    let text = match &**value {
        Value::Enum(name) => name.to_string(),
        Value::List(items) => {
            let texts: Vec<_> = items.iter().filter_map(|item| item.as_str()).collect();
            if texts.len() < items.len() {
                return;
            }
            texts.join(" ")
        }
        _ => return,
    };
    if let Some(value) = directive.make_mut().specified_argument_by_name_mut("fields") {
        *value = value.same_location(Value::String(text));
    }
}

fn replace_fields(field: &mut Component<FieldDefinition>, directive: &str, fields: &str) {
    let directives = field.make_mut().directives.iter_mut();
    for directive in directives.filter(|one| one.name == directive) {
        if let Some(value) = directive.make_mut().specified_argument_by_name_mut("fields") {
            *value = value.same_location(Value::String(fields.to_owned()));
        }
    }
}

/// The fields of an extension's keys had to be `@external`, and are not.
fn drop_key_externals(schema: &mut Schema) {
    let mut key_fields = HashSet::default();
    for (name, definition) in &schema.types {
        let is_extended = definition.directives().has(names::EXTENDS);
        for directive in definition.directives().get_all(names::KEY) {
            if (is_extended || directive.origin.extension_id().is_some())
                && let Some(field_set) = parsed(directive)
            {
                collect_fields(name, &field_set.selections, &mut key_fields);
            }
        }
    }
    for (parent, name) in key_fields {
        if let Some(ExtendedType::Object(ty)) = schema.types.get_mut(&parent)
            && let Some(field) = ty.make_mut().fields.get_mut(&name)
        {
            drop_directives(field, &[names::EXTERNAL]);
        }
    }
}

/// What is no field set is left for its error.
fn parsed(directive: &Directive) -> Option<FieldSet> {
    let text = directive.specified_argument_by_name("fields")?.as_str()?;
    FieldSet::read(text).ok()
}

/// The fields of the type itself: nested ones are external in keys of their own types only.
fn collect_fields(parent: &Name, selections: &[Selection], found: &mut HashSet<Coordinate>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                found.insert((parent.clone(), field.name.clone()));
            }
            Selection::InlineFragment(fragment) => {
                let target = fragment.type_condition.as_ref().unwrap_or(parent);
                collect_fields(target, &fragment.selection_set, found);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// What a `@requires` or `@provides` selects that is not external never had an effect: the field
/// sets of which something is left, or nothing.
fn changed_field_sets(schema: &Schema) -> Vec<(Coordinate, &'static str, Option<String>)> {
    let mut changed = Vec::new();
    for (parent, definition) in &schema.types {
        for field in fields_of(definition) {
            for directive_name in [names::REQUIRES, names::PROVIDES] {
                let Some(directive) = field.directives.get(directive_name) else { continue };
                let target = match directive_name {
                    names::PROVIDES => field.ty.inner_named_type(),
                    _ => parent,
                };
                let Some(field_set) = parsed(directive) else { continue };
                let active = active_selections(schema, target, &field_set.selections);
                if active != field_set.selections {
                    let active = (!active.is_empty()).then(|| field_set::text(&active));
                    changed.push(((parent.clone(), field.name.clone()), directive_name, active));
                }
            }
        }
    }
    changed
}

/// The selections of external fields, with everything below them.
fn active_selections(schema: &Schema, parent: &Name, selections: &[Selection]) -> Vec<Selection> {
    let active = selections.iter().filter_map(|selection| match selection {
        Selection::Field(field) if field.name == "__typename" => None,
        Selection::Field(field) => {
            // What is unknown is kept, so that it is reported.
            let Ok(definition) = schema.type_field(parent, &field.name) else {
                return Some(selection.clone());
            };
            if definition.directives.has(names::EXTERNAL) {
                return Some(selection.clone());
            }
            let target = definition.ty.inner_named_type();
            let active = active_selections(schema, target, &field.selection_set);
            let with = || Field { selection_set: active.clone(), ..(**field).clone() };
            (!active.is_empty()).then(|| Selection::Field(field.same_location(with())))
        }
        Selection::InlineFragment(fragment) => {
            let target = fragment.type_condition.as_ref().unwrap_or(parent);
            let active = active_selections(schema, target, &fragment.selection_set);
            let with = || InlineFragment { selection_set: active.clone(), ..(**fragment).clone() };
            (!active.is_empty()).then(|| Selection::InlineFragment(fragment.same_location(with())))
        }
        Selection::FragmentSpread(_) => Some(selection.clone()),
    });
    active.collect()
}

/// `@external` fields that nothing reads are as if they were not there.
pub(super) fn drop_unused_externals(subgraph: &mut Subgraph) -> Vec<Diagnostic> {
    let mut unused: Vec<Coordinate> = Vec::new();
    let mut empty: Vec<Name> = Vec::new();
    let mut errors = Vec::new();
    for (name, definition) in &subgraph.schema.types {
        let before = unused.len();
        for field in fields_of(definition) {
            let at = (name.clone(), field.name.clone());
            if subgraph.field_sets.declare_external(definition, field)
                && !subgraph.field_sets.select(&at)
                && !is_of_interface(&subgraph.schema, definition, &field.name)
            {
                unused.push(at);
            }
        }
        let count = unused.len() - before;
        let is_empty = count > 0 && count == fields_of(definition).count();
        if is_empty && !is_referenced(&subgraph.schema, name) {
            empty.push(name.clone());
        } else if is_empty {
            let message = format!("all fields of `{name}` are `@external`, and nothing reads them");
            errors.push(
                Diagnostic::error("TYPE_WITH_ONLY_UNUSED_EXTERNAL", message)
                    .with_coordinate(name.as_str())
                    .at(&subgraph.sources, name.location(), "")
                    .with_help("remove the type from this subgraph"),
            );
        }
    }
    for (parent, field) in unused {
        if let Some(ExtendedType::Object(ty)) = subgraph.schema.types.get_mut(&parent) {
            ty.make_mut().fields.shift_remove(&field);
        }
    }
    subgraph.schema.types.retain(|name, _| !empty.contains(name));
    errors
}

fn is_referenced(schema: &Schema, name: &Name) -> bool {
    schema.types.values().any(|definition| {
        let is_member = definition.as_union().is_some_and(|union| union.members.contains(name));
        is_member || fields_of(definition).any(|field| field.ty.inner_named_type() == name)
    })
}

fn is_of_interface(schema: &Schema, definition: &ExtendedType, field: &Name) -> bool {
    let ExtendedType::Object(ty) = definition else { return false };
    ty.implements_interfaces.iter().any(|name| {
        schema.get_interface(name).is_some_and(|interface| interface.fields.contains_key(field))
    })
}

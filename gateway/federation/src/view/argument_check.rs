//! Whether the ways of a view's fields can be asked: documents with all of them, validated against
//! the supergraph's API.
//!
//! A document asks each field's way of an object of its parent type, with the field's arguments
//! as the operation's variables: what is true of it is true of every operation of the view.

use std::fmt::Write as _;
use std::ops::Range;

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{
    Component, ComponentName, ExtendedType, FieldDefinition, InputValueDefinition, ObjectType,
};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema, name};

use super::Target;
use super::mapping::{Mapping, Step};
use crate::query_graph::TypeId;

/// The validation of a document takes the square of its variables.
const FIELDS_PER_DOCUMENT: usize = 100;

/// A field of the view whose way is asked.
pub(super) struct FieldOnTheWay<'a> {
    pub(super) coordinate: String,
    pub(super) parent: TypeId,
    pub(super) arguments: &'a [Node<InputValueDefinition>],
    pub(super) steps: &'a [Step],
    /// Where the view says it.
    pub(super) location: Option<SourceSpan>,
}

/// What is wrong, each with the field's place in `fields`.
pub(super) fn errors(
    fields: &[FieldOnTheWay<'_>],
    mapping: &Mapping,
    target: Target<'_>,
) -> Vec<(usize, String)> {
    let Some(schema) = schema_of_all_types(fields, target) else { return Vec::new() };
    let schema = Valid::assume_valid(schema);
    let chunks = fields.chunks(FIELDS_PER_DOCUMENT).enumerate();
    let errors = chunks.flat_map(|(number, fields)| {
        let errors = errors_of_some(fields, mapping, target, &schema).into_iter();
        errors.map(move |(index, message)| (number * FIELDS_PER_DOCUMENT + index, message))
    });
    errors.collect()
}

fn errors_of_some(
    fields: &[FieldOnTheWay<'_>],
    mapping: &Mapping,
    target: Target<'_>,
    schema: &Valid<Schema>,
) -> Vec<(usize, String)> {
    let (document, places) = document(fields, mapping, target);
    let Err(found) = ExecutableDocument::parse_and_validate(schema, &document, "view") else {
        return Vec::new();
    };
    let mut errors: Vec<(usize, String)> = Vec::new();
    for error in found.errors.iter() {
        let offset = error.error.location().map_or(0, |location| location.offset());
        let index = places.iter().position(|place| place.contains(&offset)).unwrap_or_default();
        let message = without_prefix(&error.error.to_string(), index);
        if fields.get(index).is_some() && !errors.iter().any(|(one, _)| *one == index) {
            errors.push((index, message));
        }
    }
    errors
}

/// A root type with a field for every type that has fields in the view.
fn schema_of_all_types(fields: &[FieldOnTheWay<'_>], target: Target<'_>) -> Option<Schema> {
    let mut schema = target.api_schema.schema().clone().into_inner();
    let root = name!("View__Parents");
    let mut parents: Vec<TypeId> = fields.iter().map(|field| field.parent).collect();
    parents.sort_unstable();
    parents.dedup();
    let mut definitions = IndexMap::default();
    for parent in parents {
        let name = Name::new(&parent_key(parent)).ok()?;
        let ty = Type::Named(target.query_graph.ty(parent).name.clone());
        let definition = FieldDefinition {
            description: None,
            name: name.clone(),
            arguments: Vec::new(),
            ty,
            directives: Default::default(),
        };
        definitions.insert(name, Component::new(definition));
    }
    let object = ObjectType {
        description: None,
        name: root.clone(),
        implements_interfaces: Default::default(),
        directives: Default::default(),
        fields: definitions,
    };
    schema.types.insert(root.clone(), ExtendedType::Object(Node::new(object)));
    schema.schema_definition.make_mut().query = Some(ComponentName::from(root));
    Some(schema)
}

fn parent_key(parent: TypeId) -> String {
    format!("of{}", parent.0)
}

/// What variables and aliases of a field begin with.
fn prefix(index: usize) -> String {
    format!("v{index}_")
}

fn without_prefix(message: &str, index: usize) -> String {
    message.replace(&format!("${}", prefix(index)), "$")
}

/// The document, and where in it each field's way and its variables are.
fn document(
    fields: &[FieldOnTheWay<'_>],
    mapping: &Mapping,
    target: Target<'_>,
) -> (String, Vec<Range<usize>>) {
    let mut variables = String::new();
    let mut ways = String::new();
    let mut places = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        for argument in field.arguments {
            let ty = mapping.input_type(&argument.ty);
            let _ = write!(variables, "${}{}: {ty} ", prefix(index), argument.name);
            if let Some(default) = &argument.default_value {
                let default = mapping.input_value(default, &argument.ty);
                let _ = write!(variables, "= {} ", default.serialize().no_indent());
            }
        }
        let start = ways.len();
        write_way(&mut ways, index, field, target);
        places.push(start..ways.len());
    }
    let head =
        if variables.is_empty() { "query {".to_owned() } else { format!("query ({variables}) {{") };
    let shift = |place: Range<usize>| place.start + head.len()..place.end + head.len();
    let places = places.into_iter().map(shift).collect();
    (format!("{head}{ways} __typename }}"), places)
}

fn write_way(out: &mut String, index: usize, field: &FieldOnTheWay<'_>, target: Target<'_>) {
    let graph = target.query_graph;
    let _ = write!(out, "{}: {} {{ ", prefix(index), parent_key(field.parent));
    let mut open = 1;
    for step in field.steps {
        if let Some(only_on) = step.only_on {
            let _ = write!(out, "... on {} {{ ", graph.ty(only_on).name);
            open += 1;
        }
        let _ = write!(out, "{}", step.field);
        for (place, argument) in step.arguments.iter().enumerate() {
            let begin = if place == 0 { "(" } else { ", " };
            let value = with_prefix(&argument.value, index);
            let _ = write!(out, "{begin}{}: {}", argument.name, value.serialize().no_indent());
        }
        out.push_str(if step.arguments.is_empty() { " " } else { ") " });
        let end = graph.type_id(step.ty.inner_named_type());
        if end.is_some_and(|end| !graph.is_leaf(end)) {
            out.push_str("{ ");
            open += 1;
        }
    }
    // An object at the end, or no way at all: something has to be asked of it.
    if out.ends_with("{ ") {
        out.push_str("__typename ");
    }
    out.push_str(&"} ".repeat(open));
}

fn with_prefix(value: &Node<Value>, index: usize) -> Node<Value> {
    match &**value {
        Value::Variable(name) => {
            let renamed = Name::new(&format!("{}{name}", prefix(index)));
            renamed.map_or_else(|_| value.clone(), |name| Node::new(Value::Variable(name)))
        }
        Value::List(items) => {
            Node::new(Value::List(items.iter().map(|item| with_prefix(item, index)).collect()))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, it)| (name.clone(), with_prefix(it, index)));
            Node::new(Value::Object(fields.collect()))
        }
        _ => value.clone(),
    }
}

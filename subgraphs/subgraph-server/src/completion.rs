//! Puts null where a field has failed. async-graphql leaves such a field out of its object; the
//! specification wants null there, or, when the field's type does not allow it, null in place of
//! the nearest parent whose type does. Spec §6.4.4, "Handling Execution Errors".

use std::collections::HashMap;

use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet, Type,
    TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{parse_query, parse_schema};
use async_graphql::{Name, PathSegment, Response, Value};

/// The type of each field of a schema. Made once from its SDL.
pub(crate) struct FieldTypes(HashMap<(Name, Name), Type>);

impl FieldTypes {
    /// Reads the SDL of a schema of ours.
    pub(crate) fn parse(sdl: &str) -> FieldTypes {
        let document = parse_schema(sdl).expect("async-graphql reads what it has printed");
        let mut types = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = definition.node.kind else { continue };
            for field in object.fields {
                let coordinate = (definition.node.name.node.clone(), field.node.name.node);
                types.insert(coordinate, field.node.ty.node);
            }
        }
        FieldTypes(types)
    }

    /// Settles each error of the response. Failures are rare, so that the document is parsed again
    /// rather than kept.
    pub(crate) fn settle(&self, response: &mut Response, query: &str, name: Option<&str>) {
        let paths = response.errors.iter().map(|error| error.path.as_slice());
        let paths: Vec<&[PathSegment]> = paths.filter(|path| !path.is_empty()).collect();
        if paths.is_empty() {
            return;
        }
        let Ok(document) = parse_query(query) else { return };
        let Some((root, selection_set)) = operation(&document, name) else { return };
        let failures = Failures { types: self, document: &document };
        let root = Type { base: BaseType::Named(Name::new(root)), nullable: true };
        if response.data == Value::Null {
            // All fields have failed; some of them perhaps are nullable.
            response.data = Value::Object(Default::default());
        }
        for path in paths {
            failures.settle(&mut response.data, &root, &[selection_set], path);
        }
    }
}

fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Option<(&'static str, &'d SelectionSet)> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(only), _) => only,
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name)?,
        (DocumentOperations::Multiple(all), None) => all.values().next()?,
    };
    let root = match operation.node.ty {
        OperationType::Mutation => "Mutation",
        OperationType::Query | OperationType::Subscription => "Query",
    };
    Some((root, &operation.node.selection_set.node))
}

struct Failures<'d> {
    types: &'d FieldTypes,
    document: &'d ExecutableDocument,
}

impl<'d> Failures<'d> {
    /// Follows the path of an error down into a value of the type `ty` that `sets` have selected.
    /// Returns whether the value cannot stand because something below it is null that must not be.
    fn settle(
        &self,
        value: &mut Value,
        ty: &Type,
        sets: &[&'d SelectionSet],
        path: &[PathSegment],
    ) -> bool {
        let failed = match (path.split_first(), &ty.base, &mut *value) {
            (_, _, Value::Null) => true,
            (
                Some((PathSegment::Index(index), rest)),
                BaseType::List(element),
                Value::List(items),
            ) => {
                let item = items.get_mut(*index);
                item.is_some_and(|item| self.settle(item, element, sets, rest))
            }
            (
                Some((PathSegment::Field(key), rest)),
                BaseType::Named(parent),
                Value::Object(fields),
            ) => {
                let mut found = Found { ty: None, sets: Vec::new() };
                sets.iter().for_each(|set| self.find(set, parent, key, &mut found));
                let Some(ty) = found.ty else { return false };
                let field = fields.entry(Name::new(key)).or_insert(Value::Null);
                self.settle(field, ty, &found.sets, rest)
            }
            _ => false,
        };
        if failed && ty.nullable {
            *value = Value::Null;
        }
        failed && !ty.nullable
    }

    /// Finds the fields with this response key, in fragments too.
    fn find<'s>(
        &'s self,
        set: &'d SelectionSet,
        parent: &Name,
        key: &str,
        found: &mut Found<'s, 'd>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.response_key().node == *key => {
                    let coordinate = (parent.clone(), field.node.name.node.clone());
                    found.ty = found.ty.or_else(|| self.types.0.get(&coordinate));
                    found.sets.push(&field.node.selection_set.node);
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| &condition.node.on.node);
                    self.find(&inline.node.selection_set.node, parent, key, found);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        let parent = &fragment.node.type_condition.node.on.node;
                        self.find(&fragment.node.selection_set.node, parent, key, found);
                    }
                }
            }
        }
    }
}

struct Found<'s, 'd> {
    ty: Option<&'s Type>,
    sets: Vec<&'d SelectionSet>,
}

//! Field sets of `@key`, `@requires` and `@provides`, parsed once into the supergraph's terms.

use std::fmt;

use apollo_compiler::ast::{self, Argument};
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

use super::{QueryGraph, TypeId, TypeSet};
use crate::field_set::plain_selections;

/// The tokens and the nesting a field set may have; they come from schemas, which may be hostile.
const FIELD_SET_TOKENS_MAX: usize = 10_000;
const FIELD_SET_DEPTH_MAX: usize = 64;

/// A parsed field set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldSet {
    /// Its fields, inline fragments dissolved into `on`.
    pub items: Vec<FieldSetItem>,
}

/// One field of a field set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSetItem {
    /// The field's name.
    pub name: Name,
    /// Its arguments; only `@requires` may have some.
    pub arguments: Vec<Node<Argument>>,
    /// The object types it is asked of; `None` for all of the position's.
    pub on: Option<TypeSet>,
    /// What is below it, for a composite field.
    pub children: Option<FieldSet>,
}

impl FieldSetItem {
    /// Whether it is asked of objects of this type.
    pub fn applies_to(&self, ty: TypeId) -> bool {
        self.on.as_ref().is_none_or(|on| on.contains(ty))
    }

    /// The field once for each leaf below it, with the way there.
    pub(crate) fn by_leaf(&self) -> Vec<Self> {
        let Some(children) = &self.children else { return vec![self.clone()] };
        let leaves = children.items.iter().flat_map(Self::by_leaf);
        let parts = leaves.map(|leaf| Self {
            name: self.name.clone(),
            arguments: self.arguments.clone(),
            on: self.on.clone(),
            children: Some(FieldSet { items: vec![leaf] }),
        });
        parts.collect()
    }
}

impl FieldSet {
    /// Parses a field set on a type of the supergraph; the message says what is wrong with it.
    pub(super) fn parse(
        schema: &Valid<Schema>,
        graph: &QueryGraph,
        parent: &Name,
        text: &str,
    ) -> Result<Self, String> {
        let plain = plain_selections(text);
        if let Some(plain) = plain.and_then(|it| Self::of_plain(schema, parent, &it)) {
            return Ok(plain);
        }
        let mut parser =
            Parser::new().token_limit(FIELD_SET_TOKENS_MAX).recursion_limit(FIELD_SET_DEPTH_MAX);
        let parsed = parser.parse_field_set(schema, parent.clone(), text, "field set");
        match parsed {
            Ok(field_set) => Ok(Self::convert(graph, &field_set.selection_set, None)),
            Err(with_errors) => {
                let first = with_errors.errors.iter().next();
                Err(first.map_or_else(String::new, |one| one.error.to_string()))
            }
        }
    }

    /// Nearly all field sets are fields without arguments; nothing for what is not so.
    fn of_plain(schema: &Schema, parent: &Name, selections: &[ast::Selection]) -> Option<Self> {
        let mut items: Vec<FieldSetItem> = Vec::with_capacity(selections.len());
        for selection in selections {
            let field = selection.as_field()?;
            let definition = schema.type_field(parent, &field.name).ok()?;
            let name = definition.ty.inner_named_type();
            let ty = schema.types.get(name)?;
            let is_leaf = ty.is_scalar() || ty.is_enum();
            let is_sound = is_leaf == field.selection_set.is_empty()
                && definition.arguments.is_empty()
                && !field.name.starts_with("__");
            if !is_sound {
                return None;
            }
            let children = match is_leaf {
                true => None,
                false => Some(Self::of_plain(schema, name, &field.selection_set)?),
            };
            let name = definition.name.clone();
            items.push(FieldSetItem { name, arguments: Vec::new(), on: None, children });
        }
        Some(Self { items })
    }

    fn convert(graph: &QueryGraph, selection_set: &SelectionSet, on: Option<&TypeSet>) -> Self {
        let mut items = Vec::new();
        for selection in &selection_set.selections {
            match selection {
                Selection::Field(field) => items.push(FieldSetItem {
                    name: field.name.clone(),
                    arguments: field.arguments.clone(),
                    on: on.cloned(),
                    children: (!field.selection_set.is_empty())
                        .then(|| Self::convert(graph, &field.selection_set, None)),
                }),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    let condition = condition.and_then(|name| graph.type_id(name));
                    let narrowed = match (condition.map(|id| &graph.ty(id).possible), on) {
                        (Some(possible), Some(on)) => Some(possible.intersection(on)),
                        (Some(possible), None) => Some(possible.clone()),
                        (None, on) => on.cloned(),
                    };
                    let inner = Self::convert(graph, &fragment.selection_set, narrowed.as_ref());
                    items.extend(inner.items);
                }
                // A field set is one selection set: the parser knows no fragments to spread.
                Selection::FragmentSpread(_) => {}
            }
        }
        Self { items }
    }

    /// Adds the fields that are not there; those that are get what they lack below them.
    pub(crate) fn merge(&mut self, other: &Self) {
        for item in &other.items {
            match self.items.iter_mut().find(|own| own.name == item.name && own.on == item.on) {
                Some(own) => {
                    if let (Some(below), Some(more)) = (&mut own.children, &item.children) {
                        below.merge(more);
                    }
                }
                None => self.items.push(item.clone()),
            }
        }
    }

    /// The item of one field, for what is below it.
    pub fn item(&self, name: &str) -> Option<&FieldSetItem> {
        self.items.iter().find(|item| item.name == name)
    }
}

/// As field sets are written: `id organization { id }`.
impl fmt::Display for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{}", item.name)?;
            for (index, argument) in item.arguments.iter().enumerate() {
                let open = if index == 0 { "(" } else { ", " };
                write!(f, "{open}{}: {}", argument.name, argument.value.serialize().no_indent())?;
            }
            if !item.arguments.is_empty() {
                f.write_str(")")?;
            }
            if let Some(children) = &item.children {
                write!(f, " {{ {children} }}")?;
            }
        }
        Ok(())
    }
}

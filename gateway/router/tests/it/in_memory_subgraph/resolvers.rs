//! The fields of a subgraph's objects.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use serde_json::{Map, Value};

use super::knowledge::Knowledge;
use crate::world::{Found, Reading, Row, World};

/// One request to one subgraph.
pub(super) struct Call<'w> {
    pub(super) knowledge: &'w Knowledge,
    /// The labels of overrides that are set.
    pub(super) labels: &'w [String],
    pub(super) world: &'w World,
    pub(super) turns: &'w AtomicUsize,
    pub(super) violations: &'w Mutex<Vec<String>>,
}

impl Call<'_> {
    pub(super) fn violation(&self, message: &str) {
        let message = format!("{}: {message}", self.knowledge.name);
        self.violations.lock().expect("no test panics while it logs").push(message);
    }

    /// What the subgraph calls a row's type: an `@interfaceObject` stands for every implementation.
    pub(super) fn type_of(&self, row: &Row<'_>) -> Option<String> {
        if self.knowledge.schema.get_object(&row.ty).is_some() {
            return Some(row.ty.clone());
        }
        let merged = self.world.api_schema.schema().get_object(&row.ty)?;
        let mut implemented = merged.implements_interfaces.iter();
        let interface =
            implemented.find(|one| self.knowledge.interface_objects.contains(one.as_str()))?;
        Some(interface.to_string())
    }
}

/// An object as one subgraph sees it.
pub(super) struct SubgraphObject<'w> {
    call: &'w Call<'w>,
    ty: String,
    row: Row<'w>,
    /// What else of external fields may be read here.
    readable: Vec<&'w SelectionSet>,
    /// What the subgraph was told about it.
    representation: Option<Map<String, Value>>,
}

impl<'w> SubgraphObject<'w> {
    pub(super) fn root(call: &'w Call<'w>, ty: &str) -> Self {
        let row = call.world.rows.root(ty);
        Self { call, ty: ty.to_owned(), row, readable: Vec::new(), representation: None }
    }

    /// Nothing when the subgraph has no type for the row.
    pub(super) fn new(
        call: &'w Call<'w>,
        row: Row<'w>,
        mut readable: Vec<&'w SelectionSet>,
        representation: Option<Map<String, Value>>,
    ) -> Option<Self> {
        let ty = call.type_of(&row)?;
        for key in call.knowledge.keys.get(&ty).into_iter().flatten() {
            readable.push(&key.fields.selection_set);
        }
        Some(Self { call, ty, row, readable, representation })
    }

    /// The subgraph must be able to know the field here.
    fn check(&self, field: &str) -> Result<(), FieldError> {
        let knowledge = self.call.knowledge;
        let coordinate = format!("{}.{field}", self.ty);
        if knowledge.is_overridden(&self.ty, field, self.call.labels) {
            self.call.violation(&format!("asked for the overridden `{coordinate}`"));
        }
        let is_readable = || {
            self.representation.as_ref().is_some_and(|told| told.contains_key(field))
                || self.readable.iter().any(|set| !below(set, field).is_empty())
        };
        if knowledge.is_external(&self.ty, field) && !is_readable() {
            let message = format!("asked for the external `{coordinate}`");
            self.call.violation(&message);
            return Err(FieldError { message });
        }
        let Some(required) = knowledge.requires(&self.ty, field) else { return Ok(()) };
        let told = self.representation.clone().map(Value::Object);
        let missing = match told {
            Some(told) => missing(required, &told),
            None => Some("a representation".to_owned()),
        };
        if let Some(missing) = missing {
            self.call.violation(&format!("asked for `{coordinate}` without {missing}"));
        }
        Ok(())
    }

    fn resolved<'a>(&'a self, field: &str, found: Found<'a>) -> ResolvedValue<'a> {
        match found {
            Found::Leaf(value) => ResolvedValue::leaf(value),
            Found::Error(_) => ResolvedValue::null(),
            Found::List(items) => {
                let items: Vec<Result<ResolvedValue<'a>, FieldError>> = items
                    .into_iter()
                    .map(|item| match item {
                        Found::Error(message) => Err(FieldError { message }),
                        item => Ok(self.resolved(field, item)),
                    })
                    .collect();
                ResolvedValue::List(Box::new(items.into_iter()))
            }
            Found::Row(row) => {
                let mut readable: Vec<&SelectionSet> =
                    self.readable.iter().flat_map(|set| below(set, field)).collect();
                readable.extend(self.call.knowledge.provides(&self.ty, field));
                let ty = row.ty.clone();
                let object = SubgraphObject::new(self.call, row, readable, None);
                if object.is_none() {
                    let coordinate = format!("{}.{field}", self.ty);
                    self.call.violation(&format!("`{coordinate}` has no type for a `{ty}`"));
                }
                ResolvedValue::nullable_object(object)
            }
        }
    }
}

impl ObjectValue for SubgraphObject<'_> {
    fn type_name(&self) -> &str {
        &self.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let field = info.field_name();
        let arguments = serde_json::to_value(info.arguments()).unwrap_or_default();
        if field == "_entities" {
            return Ok(super::entities::resolve(self.call, &arguments));
        }
        self.check(field)?;
        let requires = self.call.knowledge.requires(&self.ty, field).is_some();
        let nothing = Map::new();
        let reading = Reading {
            schema: info.schema(),
            field,
            ty: &info.field_definition().ty,
            arguments: &arguments,
            turns: self.call.turns,
            representation: requires.then(|| self.representation.as_ref().unwrap_or(&nothing)),
        };
        match self.call.world.rows.read(&self.row, &reading) {
            Found::Error(message) => Err(FieldError { message }),
            found => Ok(self.resolved(field, found)),
        }
    }
}

/// What a selection says below a field, under whatever type conditions; for a leaf, an empty set.
fn below<'s>(set: &'s SelectionSet, field: &str) -> Vec<&'s SelectionSet> {
    let selections = set.selections.iter().flat_map(|selection| match selection {
        Selection::Field(one) if one.name == field => vec![&one.selection_set],
        Selection::InlineFragment(fragment) => below(&fragment.selection_set, field),
        _ => Vec::new(),
    });
    selections.collect()
}

/// The first field of a requirement that a representation lacks. What stands under a type
/// condition cannot be demanded: the object may be of another type.
fn missing(required: &SelectionSet, told: &Value) -> Option<String> {
    match told {
        Value::Null => None,
        Value::Array(items) => items.iter().find_map(|item| missing(required, item)),
        told => required.selections.iter().find_map(|selection| match selection {
            Selection::Field(field) => match told.get(field.name.as_str()) {
                None => Some(format!("its requirement `{}`", field.name)),
                Some(value) if !field.selection_set.is_empty() => {
                    missing(&field.selection_set, value)
                }
                Some(_) => None,
            },
            _ => None,
        }),
    }
}
